"""Fetch and authorise in one call: out of scope is not found."""

from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from annotate.models import Membership, MembershipRole, Project, User
from annotate.permissions import Right, allowed, roles_with
from annotate.problems import Forbidden, NotFound

M = TypeVar("M", bound=Model)


def roles_of(user: User, project_id: int) -> set[str]:
    """Return the roles of a person in a project."""
    rows = MembershipRole.objects.filter(membership__user=user, membership__project_id=project_id)
    return set(rows.values_list("role", flat=True))


def project_ids_with(user: User, right: Right) -> QuerySet[Any, int]:
    """Return the projects in which a person holds a right, as a subquery."""
    rows = MembershipRole.objects.filter(membership__user=user, role__in=roles_with(right))
    return rows.values_list("membership__project_id", flat=True)


def project_get(user: User, project_id: int, right: Right) -> Project:
    """Return a project. Raises NotFound to strangers, Forbidden to members without the right."""
    roles = roles_of(user, project_id)
    if not roles:
        raise NotFound("not_found", _("There is no such project, or you are not a member of it."))
    if not allowed(roles, right):
        raise Forbidden("forbidden", _("Your role in this project does not allow this."))
    return Project.objects.get(pk=project_id)


def scoped_get(user: User, rows: QuerySet[M], pk: int, right: Right, *, through: str = "project") -> M:
    """Return the row `pk` of `rows` if it belongs to a project in which the person holds `right`.

    `through` is the look-up from the row to its project. Raises NotFound to strangers, Forbidden to members without the
    right.
    """
    row = rows.filter(pk=pk, **{f"{through}_id__in": project_ids_with(user, right)}).first()
    if row is not None:
        return row
    if rows.filter(pk=pk, **{f"{through}_id__in": project_ids_with(user, Right.SEE)}).exists():
        raise Forbidden("forbidden", _("Your role in this project does not allow this."))
    raise NotFound("not_found", _("There is no such thing, or you may not see it."))


def membership_get(user: User, project_id: int) -> Membership:
    """Return a person's membership. Raises NotFound when there is none."""
    membership = Membership.objects.filter(user=user, project_id=project_id).first()
    if membership is None:
        raise NotFound("not_found", _("There is no such project, or you are not a member of it."))
    return membership


def at_work_get(user: User, project_id: int) -> Membership:
    """Return a person's membership. Raises NotFound to strangers, and Forbidden (paused) while they are paused."""
    membership = membership_get(user, project_id)
    if membership.paused_at is not None:
        raise Forbidden("paused", _("You are paused in this project: %(reason)s") % {"reason": membership.pause_reason})
    return membership


def pseudonyms(project_id: int) -> dict[int, str]:
    """Return {user id: pseudonym} of everybody in a project."""
    return dict(Membership.objects.filter(project_id=project_id).values_list("user_id", "pseudonym"))
