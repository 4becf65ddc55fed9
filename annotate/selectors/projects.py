"""Projects and who takes part in them."""

from typing import Any

from django.db.models import Prefetch, QuerySet

from annotate.models import Membership, MembershipRole, Project, User


def memberships_of(user: User) -> QuerySet[Membership]:
    """Return a person's memberships with project and roles, by project name."""
    roles = Prefetch("roles", queryset=MembershipRole.objects.order_by("role"))
    rows = Membership.objects.filter(user=user, roles__isnull=False).distinct()
    return rows.select_related("project").prefetch_related(roles).order_by("project__name")


def members(project: Project) -> QuerySet[Membership]:
    """Return everybody in a project with their roles, by user name."""
    rows = Membership.objects.filter(project=project, roles__isnull=False).distinct()
    return rows.select_related("user").prefetch_related("roles").order_by("user__username")


def role_names(membership: Membership) -> list[Any]:
    """Return the roles of a membership fetched with `memberships_of` or `members`."""
    return sorted(row.role for row in membership.roles.all())
