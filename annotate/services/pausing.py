"""Pauses: of a person, of a top-level category, of a project.

Somebody who is paused does nothing, and what they held goes to others. Where a place is paused, nothing new is dealt
from it; what people hold they may finish.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from annotate.domain.states import NoticeKind
from annotate.models import Category, Membership, Project, User
from annotate.permissions import Right
from annotate.problems import Conflict, Invalid
from annotate.selectors.access import project_get
from annotate.selectors.people import person_get, root_get
from annotate.services.events import event
from annotate.services.leases import leases_of_end
from annotate.services.notices import holders, notify
from annotate.services.people import returned_free

WORKING, PAUSED = "working", "paused"
LONGEST_REASON = 200
Pausable = Membership | Category | Project


@transaction.atomic
def person_pause(*, membership: Membership, reason: str, actor: User | None = None) -> bool:
    """Pause a person, free what they hold and what waits for them; tell whether they were at work.

    Without `actor` the platform does it. They and those who manage people are told.
    """
    if not _pause(membership, reason, membership.project_id, actor):
        return False
    leases_of_end(user_id=membership.user_id, project_id=membership.project_id, actor=actor, reason="person_paused")
    returned_free(user_id=membership.user_id, project_id=membership.project_id)
    _tell(membership, NoticeKind.PERSON_PAUSED, actor, reason)
    return True


@transaction.atomic
def person_resume(*, membership: Membership, actor: User) -> bool:
    """Let a paused person work again; tell whether they were paused."""
    if not _resume(membership, membership.project_id, actor, resumed_at=timezone.now()):
        return False
    _tell(membership, NoticeKind.PERSON_RESUMED, actor, "")
    return True


def _tell(membership: Membership, kind: NoticeKind, actor: User | None, reason: str) -> None:
    """Tell the person, and under their pseudonym those who manage people, but for the one who did it."""
    project_id, person = membership.project_id, membership.user_id
    notify(users=[person], project_id=project_id, kind=kind, data={"reason": reason})
    others = holders(project_id, Right.MANAGE_PEOPLE) - {person, actor.pk if actor else None}
    data = {"person": membership.pk, "pseudonym": membership.pseudonym, "reason": reason}
    notify(users=others, project_id=project_id, kind=kind, data=data)


@transaction.atomic
def person_pause_by_hand(*, user: User, membership_id: int, reason: str) -> Membership:
    """Pause a person. Raises NotFound, Forbidden, Invalid without a reason, Conflict (already_paused)."""
    membership = person_get(user, membership_id)
    if not person_pause(membership=membership, reason=_reason(reason), actor=user):
        raise _already_paused()
    return membership


@transaction.atomic
def person_resume_by_hand(*, user: User, membership_id: int) -> Membership:
    """Let a paused person work again. Raises NotFound, Forbidden, Conflict (not_paused)."""
    membership = person_get(user, membership_id)
    if not person_resume(membership=membership, actor=user):
        raise _not_paused()
    return membership


@transaction.atomic
def category_pause(*, user: User, category_id: int, reason: str) -> Category:
    """Deal nothing more from a top-level category. Raises NotFound, Forbidden, Invalid, Conflict (already_paused)."""
    category = root_get(user, category_id)
    if not _pause(category, _reason(reason), category.project_id, user):
        raise _already_paused()
    return category


@transaction.atomic
def category_resume(*, user: User, category_id: int) -> Category:
    """Deal from a category again. Raises NotFound, Forbidden, Invalid, Conflict (not_paused)."""
    category = root_get(user, category_id)
    if not _resume(category, category.project_id, user):
        raise _not_paused()
    return category


@transaction.atomic
def project_pause(*, user: User, project_id: int, reason: str) -> Project:
    """Deal nothing more in a project. Raises NotFound, Forbidden, Invalid, Conflict (already_paused)."""
    project = project_get(user, project_id, Right.MANAGE_PEOPLE)
    if not _pause(project, _reason(reason), project_id, user):
        raise _already_paused()
    return project


@transaction.atomic
def project_resume(*, user: User, project_id: int) -> Project:
    """Deal in a project again. Raises NotFound, Forbidden, Conflict (not_paused)."""
    project = project_get(user, project_id, Right.MANAGE_PEOPLE)
    if not _resume(project, project_id, user):
        raise _not_paused()
    return project


def _pause(row: Pausable, reason: str, project_id: int, actor: User | None) -> bool:
    values = {"paused_at": timezone.now(), "pause_reason": reason[:LONGEST_REASON]}
    return _move(row, "pause", WORKING, PAUSED, values, project_id, actor, reason)


def _resume(row: Pausable, project_id: int, actor: User, **more: object) -> bool:
    values = {"paused_at": None, "pause_reason": "", **more}
    return _move(row, "resume", PAUSED, WORKING, values, project_id, actor, "")


def _move(
    row: Pausable,
    action: str,
    before: str,
    after: str,
    values: dict[str, object],
    project_id: int,
    actor: User | None,
    reason: str,
) -> bool:
    """Move `row` by one conditional UPDATE, with its line in the log; tell whether it stood where it was to."""
    rows = type(row)._default_manager.filter(pk=row.pk, paused_at__isnull=before == WORKING)
    if rows.update(**values) != 1:
        return False
    for name, value in values.items():
        setattr(row, name, value)
    kind = "person" if isinstance(row, Membership) else str(row._meta.model_name)
    line = event(
        project_id=project_id,
        kind=f"{kind}_{action}",
        subject=row,
        actor=actor,
        before=before,
        after=after,
        reason=reason,
    )
    line.save()
    return True


def _reason(reason: str) -> str:
    if not reason.strip():
        raise Invalid("reason_required", _("Say why; those concerned will read it."))
    return reason.strip()


def _already_paused() -> Conflict:
    return Conflict("already_paused", _("That has been paused already."))


def _not_paused() -> Conflict:
    return Conflict("not_paused", _("That is not paused."))
