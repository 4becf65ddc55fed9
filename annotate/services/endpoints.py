"""Endpoints: who is asked, and what of it a run copies."""

import re
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from annotate.models import Endpoint, Project, User
from annotate.permissions import Right
from annotate.problems import Conflict, Invalid
from annotate.selectors.access import project_get
from annotate.selectors.endpoints import endpoint_get
from annotate.services.events import event

# No other variable may be named, or an endpoint of one's own could be sent the site's own secrets.
KEY_VARIABLE = re.compile(r"CHEEMS_KEY_[A-Z0-9_]{1,80}")
# What a run asks with. Prices and pace may change while it runs; these may not.
COPIED = ("base_url", "model", "system", "temperature", "max_tokens")


@transaction.atomic
def endpoint_create(*, user: User, project_id: int, **columns: Any) -> Endpoint:
    """Add an endpoint to a project. Raises Invalid with its field, Conflict `name_taken`."""
    project = project_get(user, project_id, Right.TRAIN)
    endpoint = Endpoint(project=project, created_by=user, **columns)
    _save(endpoint)
    _log(endpoint, "endpoint_create", user)
    return endpoint


@transaction.atomic
def endpoint_update(*, user: User, endpoint_id: int, changes: dict[str, Any]) -> Endpoint:
    """Change an endpoint; runs that were made before keep what they copied. Raises Invalid, Conflict `name_taken`."""
    endpoint = endpoint_get(user, endpoint_id)
    for name, value in changes.items():
        setattr(endpoint, name, value)
    _save(endpoint)
    _log(endpoint, "endpoint_update", user)
    return endpoint


def endpoint_settings(endpoint: Endpoint) -> dict[str, Any]:
    """Return what a run copies of an endpoint."""
    return {name: getattr(endpoint, name) for name in COPIED}


def _save(endpoint: Endpoint) -> None:
    _check(endpoint)
    rows = Endpoint.objects.filter(project=endpoint.project_id, name=endpoint.name).exclude(pk=endpoint.pk)
    if rows.exists():
        raise Conflict("name_taken", _("An endpoint of this name exists; choose another name."))
    try:
        endpoint.full_clean()
    except ValidationError as error:
        raise Invalid("invalid", "; ".join(error.messages)) from error
    endpoint.save()


def _check(endpoint: Endpoint) -> None:
    """Raise Invalid for an address that cannot be asked or may not be, and for a key that may not be used."""
    try:
        url = urlsplit(endpoint.base_url)
        usable = url.scheme in {"http", "https"} and url.hostname and url.port != 0 and not (url.username or url.query)
    except ValueError:
        usable = False
    if not (usable and endpoint.base_url.isprintable() and endpoint.base_url.isascii()) or " " in endpoint.base_url:
        message = _("The address must read http://host/v1 or https://host/v1, without a name, key or question mark.")
        raise _invalid("base_url", "invalid_address", message)
    if settings.ENDPOINT_HOSTS and url.hostname not in settings.ENDPOINT_HOSTS:
        message = _("This site asks only: %(hosts)s. Ask its operator to add the host to CHEEMS_ENDPOINT_HOSTS.")
        hosts = ", ".join(settings.ENDPOINT_HOSTS)
        raise _invalid("base_url", "host_not_allowed", message % {"hosts": hosts})
    if endpoint.key_variable and not KEY_VARIABLE.fullmatch(endpoint.key_variable):
        message = _(
            "Give the name of an environment variable that begins with CHEEMS_KEY_, such as CHEEMS_KEY_DASHSCOPE; "
            "the key itself is set there by the site's operator and is never typed in here."
        )
        raise _invalid("key_variable", "invalid_key_variable", message)


def _invalid(field: str, code: str, message: str) -> Invalid:
    return Invalid(code, message, errors=[{"field": field, "code": code, "message": message}])


def _log(endpoint: Endpoint, kind: str, user: User) -> None:
    data = {"name": endpoint.name, **endpoint_settings(endpoint)}
    event(project_id=endpoint.project_id, kind=kind, subject=endpoint, actor=user, data=data).save()


def endpoints_in_use(project: Project, endpoint_ids: list[int]) -> dict[int, Endpoint]:
    """Return {id: endpoint} of those named. Raises Invalid `unknown_endpoint` for one that is not offered here."""
    found = Endpoint.objects.filter(project=project, retired=False).in_bulk(endpoint_ids)
    if len(found) != len(set(endpoint_ids)):
        raise _invalid("endpoint", "unknown_endpoint", _("Choose an endpoint of this project that is not retired."))
    return found
