"""Leases of slots: claim, renew, skip, release.

Two people can never hold one slot: it is one row with one holder column, taken by one conditional UPDATE that must hit
one row. Nobody serves in two passes of a prompt: a seat is unique per person and prompt.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from annotate.domain.design import display_order
from annotate.domain.states import ASSIGNMENT_MOVES, AssignmentState
from annotate.models import Assignment, Event, Membership, Project, Prompt, Seat, Skip, User
from annotate.permissions import Right
from annotate.problems import Conflict, Invalid
from annotate.selectors.access import project_get, scoped_get
from annotate.selectors.assignments import claimable, leases_held, why_none_claimable
from annotate.services.events import event

MAX_LEASES = 3
SPARE_CANDIDATES = 8
SKIP_REASONS = ("not_qualified", "broken_content", "harmful", "too_long", "other")


class _Lost(Exception):
    """Somebody else is at this prompt, took the slot, or sat down where this person would have."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a person now holds, oldest lease first, and why there is nothing if it is nothing."""

    assignments: list[Assignment]
    why_none: str | None
    daily_target: int


@transaction.atomic
def assignment_claim(*, user: User, project_id: int, count: int) -> Claim:
    """Lease slots to a person until they hold `count` (1 to MAX_LEASES); what they hold already comes first."""
    project = project_get(user, project_id, Right.ANNOTATE)
    # The lock makes two tabs of one person take turns, so that nobody hoards leases.
    membership = Membership.objects.select_for_update().get(user=user, project=project)
    _release(Assignment.objects.filter(project=project), timezone.now())
    held = list(leases_held(user, project_id))
    wanted = min(count, MAX_LEASES) - len(held)
    if wanted > 0:
        held += _lease_more(user, project, membership, wanted)
    return Claim(held[:count], None if held else why_none_claimable(user, project_id), project.daily_target)


def _lease_more(user: User, project: Project, membership: Membership, wanted: int) -> list[Assignment]:
    """Lease up to `wanted` further slots, searching from the start."""
    now = timezone.now()
    leased: list[Assignment] = []
    for slot in _candidates(user, project, 0, wanted):
        with suppress(_Lost):
            leased.append(_lease(user, project, slot, now))
        if len(leased) == wanted:
            break
    return leased


def _candidates(user: User, project: Project, floor: int, wanted: int) -> list[Assignment]:
    """Return slots to try: some more than wanted, since somebody else may be at one of them just now."""
    rows = claimable(user, project.pk, floor).select_for_update(skip_locked=True, of=("self",))
    return list(rows[: wanted + SPARE_CANDIDATES])


@transaction.atomic
def _lease(user: User, project: Project, slot: Assignment, now: datetime) -> Assignment:
    """Give one slot to a person or raise _Lost, leaving no trace."""
    # Seats of one prompt are taken one after the other, so that two people who come at once see each other. Whoever
    # finds the prompt taken goes on to the next slot instead of waiting, which also keeps claims free of deadlocks.
    prompts = Prompt.objects.select_for_update(skip_locked=True, no_key=True)
    if prompts.filter(pk=slot.prompt_id).first() is None:
        raise _Lost
    if not claimable(user, project.pk, slot.pk).filter(pk=slot.pk).exists():
        raise _Lost
    move = ASSIGNMENT_MOVES["lease"]
    values = {
        "state": move.after,
        "annotator": user,
        "token": slot.token + 1,
        "leased_at": now,
        "lease_expires_at": now + timedelta(minutes=project.lease_minutes),
        "display_order": display_order(slot.task.responses, f"{project.seed}:{slot.pk}:{slot.token + 1}"),
    }
    rows = Assignment.objects.filter(pk=slot.pk, state__in=move.before, token=slot.token)
    if rows.update(**values) != 1:
        raise _Lost
    Seat.objects.bulk_create(
        [Seat(prompt_id=slot.prompt_id, annotator=user, pass_number=slot.pass_number)], ignore_conflicts=True
    )
    for name, value in values.items():
        setattr(slot, name, value)
    _log(slot, "lease", actor=user, before=AssignmentState.OPEN).save()
    return slot


def _log(slot: Assignment, action: str, *, actor: User | None, before: str, reason: str = "") -> Event:
    return event(
        project_id=slot.project_id,
        prompt_id=slot.prompt_id,
        kind=f"assignment_{action}",
        subject=slot,
        actor=actor,
        before=before,
        after=ASSIGNMENT_MOVES[action].after,
        reason=reason,
        data={"pass": slot.pass_number, "token": slot.token},
    )


@transaction.atomic
def assignment_renew(*, user: User, assignment_id: int, token: int) -> datetime:
    """Extend a lease and return its new end.

    A lease that ran out is revived if nobody has taken the slot since, so that a slow answer is not lost. Otherwise
    raises Conflict "lease_expired".
    """
    slot = scoped_get(user, Assignment.objects.all(), assignment_id, Right.ANNOTATE)
    project = Project.objects.get(pk=slot.project_id)
    now = timezone.now()
    until = now + timedelta(minutes=project.lease_minutes)
    rows = Assignment.objects.filter(pk=slot.pk, token=token)
    if rows.filter(state=AssignmentState.LEASED, annotator=user).update(lease_expires_at=until) == 1:
        return until
    seated = Seat.objects.filter(prompt_id=slot.prompt_id, annotator=user, pass_number=slot.pass_number).exists()
    skipped = Skip.objects.filter(assignment=slot, annotator=user).exists()
    move = ASSIGNMENT_MOVES["lease"]
    if seated and not skipped and slot.display_order:
        values = {"state": move.after, "annotator": user, "leased_at": now, "lease_expires_at": until}
        if rows.filter(state__in=move.before).update(**values) == 1:
            _log(slot, "lease", actor=user, before=AssignmentState.OPEN, reason="revived").save()
            return until
    raise lease_problem(user, slot, token)


def lease_problem(user: User, slot: Assignment, token: int) -> Conflict:
    """Return the Conflict that says why `token` no longer opens `slot`."""
    if slot.state == AssignmentState.SUBMITTED:
        return Conflict("already_submitted", _("This task has been submitted already."))
    if slot.state == AssignmentState.CANCELLED:
        return Conflict("cancelled", _("This prompt has left the flow; the task is no longer needed."))
    if slot.state == AssignmentState.LEASED and slot.annotator_id == user.pk and slot.token != token:
        return Conflict("stale_token", _("You have taken this task again since; reload it."))
    return Conflict(
        "lease_expired", _("Your hold on this task ran out and it went on. Your draft is kept in the browser.")
    )


@transaction.atomic
def assignment_skip(*, user: User, assignment_id: int, token: int, reason: str, note: str) -> None:
    """Give a slot back with a reason; it is never offered to this person again."""
    slot = scoped_get(user, Assignment.objects.all(), assignment_id, Right.ANNOTATE)
    if reason not in SKIP_REASONS:
        raise Invalid("invalid_reason", _("Choose one of the reasons for skipping."))
    move = ASSIGNMENT_MOVES["release"]
    rows = Assignment.objects.filter(pk=slot.pk, state__in=move.before, annotator=user, token=token)
    if rows.update(state=move.after, annotator=None, lease_expires_at=None) != 1:
        raise lease_problem(user, slot, token)
    Skip.objects.create(assignment=slot, annotator=user, reason=reason, note=note)
    _log(slot, "release", actor=user, before=slot.state, reason=f"{reason}: {note}" if note else reason).save()


@transaction.atomic
def leases_release() -> int:
    """Free every slot whose lease ran out; return how many."""
    return _release(Assignment.objects.all(), timezone.now())


def _release(rows: QuerySet[Assignment], now: datetime) -> int:
    move = ASSIGNMENT_MOVES["release"]
    n_released = 0
    for slot in rows.filter(state=AssignmentState.LEASED, lease_expires_at__lte=now).order_by("id")[:1000]:
        same = Assignment.objects.filter(
            pk=slot.pk, state__in=move.before, token=slot.token, lease_expires_at=slot.lease_expires_at
        )
        if same.update(state=move.after, annotator=None, lease_expires_at=None) == 1:
            _log(slot, "release", actor=None, before=AssignmentState.LEASED, reason="lease_expired").save()
            n_released += 1
    return n_released
