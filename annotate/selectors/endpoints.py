"""Endpoints as a person may see them."""

from django.db.models import QuerySet

from annotate.models import Endpoint, User
from annotate.permissions import Right
from annotate.selectors.access import project_get, scoped_get


def endpoints_of(user: User, project_id: int) -> QuerySet[Endpoint]:
    """Return the endpoints of a project, for people who may train there. Raises NotFound, Forbidden."""
    return Endpoint.objects.filter(project=project_get(user, project_id, Right.TRAIN)).order_by("retired", "name")


def endpoint_get(user: User, endpoint_id: int) -> Endpoint:
    """Return one endpoint. Raises NotFound, Forbidden."""
    return scoped_get(user, Endpoint.objects.all(), endpoint_id, Right.TRAIN)
