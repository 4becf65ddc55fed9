"""Leases of slots: claim, renew, skip, release.

Two people can never hold one slot: it is one row with one holder column, taken by one conditional UPDATE that must hit
one row. Nobody serves in two passes of a prompt: a seat is unique per person and prompt. docs/decisions/0002 and 0003
say how slots are dealt.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from annotate.domain.dealing import Standing, category_order, people_a_pass
from annotate.domain.design import display_order
from annotate.domain.states import ASSIGNMENT_MOVES, AssignmentKind, AssignmentState
from annotate.models import Assignment, Expertise, Membership, Project, Prompt, Seat, Skip, User
from annotate.permissions import Right
from annotate.problems import Conflict, Invalid
from annotate.selectors.access import at_work_get, project_get, scoped_get
from annotate.selectors.assignments import claimable, leases_held, returned_to, with_share_left
from annotate.selectors.dealing import CategoryStanding, Day, day_of, n_people, why_none_dealt
from annotate.services.drafts import draft_drop
from annotate.services.leases import leases_end
from annotate.services.probes import probe_lease
from annotate.services.slots import slot_log

MAX_LEASES = 3
SPARE_CANDIDATES = 8
FLOOR_MINUTES = 5
# The floor of a category in which there was nothing: beyond every slot.
NOTHING = 2**62
# So long a measuring slot that ran out can still be renewed, as work can that nobody has taken up.
PROBE_GRACE = timedelta(days=1)
SKIP_REASONS = ("not_qualified", "broken_content", "harmful", "too_long", "other")


# Slots to try, and what finds them anew: whether a person may take a slot is looked up again under the prompt's lock.
Found = tuple[list[Assignment], QuerySet[Assignment]]


class _Lost(Exception):
    """Somebody else is at this prompt, took the slot, or sat down where this person would have."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a person now holds, oldest lease first; why there is nothing if it is nothing; and their day so far."""

    assignments: list[Assignment]
    why_none: str | None
    why_details: dict[str, Any]
    today: int
    daily_target: int
    fault_kinds: list[dict[str, str]]


@transaction.atomic
def assignment_claim(*, user: User, project_id: int, count: int) -> Claim:
    """Lease slots to a person until they hold `count` (1 to MAX_LEASES); return all they hold, also beyond `count`.

    An answer without a task that is held would tell a page that the task is gone.
    """
    project = project_get(user, project_id, Right.ANNOTATE)
    # The lock makes two tabs of one person take turns, so that nobody hoards leases.
    membership = Membership.objects.select_for_update().get(user=user, project=project)
    membership.user, membership.project = user, project
    now = timezone.now()
    _release(Assignment.objects.filter(project=project), now)
    held = list(leases_held(user, project_id))
    day = day_of(project, membership, held)
    wanted = min(count, MAX_LEASES)
    if project.paused_at is None and membership.paused_at is None:
        while len(held) < wanted and (day.n_free is None or day.n_free > 0):
            slot = _Dealer(user, project, membership, now).deal(day)
            if slot is None:
                break
            held.append(slot)
            if len(held) < wanted:
                day = day_of(project, membership, held)
    why_none, details = (None, {}) if held else why_none_dealt(user, project, membership, day)
    return Claim(held, why_none, details, day.today, project.daily_target, project.fault_kinds)


@dataclass(slots=True)
class _Dealer:
    """Finds one person's next slot: work that came back to them, or else by category, most fitting first."""

    user: User
    project: Project
    membership: Membership
    now: datetime
    measured: bool = False

    def deal(self, day: Day) -> Assignment | None:
        """Lease one slot, or return None if there is none for this person now."""
        if any(row.has_returned and not row.barrier for row in day.standings):
            slots = returned_to(self.user, self.project.pk, day.allowed())
            for waiting in self._candidates(slots):
                with suppress(_Lost):
                    return self._lease(waiting, slots)
        rows = self._in_order(day)
        # First what leaves every prompt to enough people, then whatever there is.
        for search in (self._with_share_left, self._any):
            for row in rows:
                slot = self._first(*search(row))
                if slot is not None:
                    return slot
        return None

    def _in_order(self, day: Day) -> list[CategoryStanding]:
        rows = {row.category: row for row in day.standings if row.has_open and not row.barrier}
        given = [Standing(row.category, row.weight, row.done_today) for row in rows.values()]
        seed = f"{self.project.seed}:{self.membership.pk}:{timezone.localdate()}:{day.today}:{day.n_held}"
        return [rows[category] for category in category_order(given, seed)]

    def _first(self, candidates: list[Assignment], slots: QuerySet[Assignment]) -> Assignment | None:
        """Lease the first of `candidates` that can still be had, or in its place a slot that measures the person."""
        if candidates and not self.measured:
            self.measured = True
            probe = probe_lease(user=self.user, project=self.project, membership=self.membership, now=self.now)
            if probe is not None:
                return probe
        for slot in candidates:
            with suppress(_Lost):
                return self._lease(slot, slots)
        return None

    def _with_share_left(self, row: CategoryStanding) -> Found:
        """Find candidates of prompts that leave the person a share, searching from the floor, then from the start."""
        fresh = row.floor_at is not None and row.floor_at > self.now - timedelta(minutes=FLOOR_MINUTES)
        if fresh and row.floor == NOTHING:
            return [], Assignment.objects.none()
        people = people_a_pass(n_people(row, self.project.pk), self.project.passes)
        for floor in [row.floor, 0] if fresh and row.floor else [0]:
            slots = claimable(self.user, self.project.pk, row.category, floor)
            candidates = self._candidates(with_share_left(slots, self.user, people))
            if candidates:
                self._set_floor(row, candidates[0].place, row.floor_at if floor else self.now)
                return candidates, slots
        self._set_floor(row, NOTHING, self.now)
        return [], Assignment.objects.none()

    def _any(self, row: CategoryStanding) -> Found:
        slots = claimable(self.user, self.project.pk, row.category, 0)
        return self._candidates(slots), slots

    def _candidates(self, rows: QuerySet[Assignment]) -> list[Assignment]:
        """Return slots to try: several, since somebody else may be at one of them just now."""
        return list(rows.select_for_update(skip_locked=True, of=("self",))[: 1 + SPARE_CANDIDATES])

    def _set_floor(self, row: CategoryStanding, floor: int, at: datetime | None) -> None:
        if (row.floor, row.floor_at) == (floor, at):
            return
        Expertise.objects.bulk_create(
            [Expertise(membership=self.membership, category_id=row.category, claim_floor=floor, claim_floor_at=at)],
            update_conflicts=True,
            unique_fields=["membership", "category"],
            update_fields=["claim_floor", "claim_floor_at"],
        )

    @transaction.atomic
    def _lease(self, slot: Assignment, still: QuerySet[Assignment]) -> Assignment:
        """Give one slot to the person if `still` finds it, or raise _Lost, leaving no trace."""
        # Seats of one prompt are taken one after the other, so that two people who come at once see each other. Whoever
        # finds the prompt taken goes on to the next slot instead of waiting, which also keeps claims free of deadlocks.
        prompts = Prompt.objects.select_for_update(skip_locked=True, no_key=True)
        if prompts.filter(pk=slot.prompt_id).first() is None:
            raise _Lost
        # Whoever sits in this pass already stays there; for anybody else the seats may have changed before the lock.
        seats = Seat.objects.filter(annotator=self.user, prompt=slot.prompt_id, pass_number=slot.pass_number or 0)
        if not seats.exists() and not still.filter(pk=slot.pk).exists():
            raise _Lost
        move = ASSIGNMENT_MOVES["lease"]
        values = {
            "state": move.after,
            "annotator": self.user,
            "token": slot.token + 1,
            # Each at its own moment, so that what is held keeps the order in which it was dealt.
            "leased_at": timezone.now(),
            "lease_expires_at": self.now + timedelta(minutes=self.project.lease_minutes),
            "display_order": display_order(slot.task.responses, f"{self.project.seed}:{slot.pk}:{slot.token + 1}"),
        }
        rows = Assignment.objects.filter(pk=slot.pk, state__in=move.before, token=slot.token)
        if rows.update(**values) != 1:
            raise _Lost
        Seat.objects.bulk_create(
            [Seat(prompt_id=slot.prompt_id, annotator=self.user, pass_number=slot.pass_number or 0)],
            ignore_conflicts=True,
        )
        for name, value in values.items():
            setattr(slot, name, value)
        slot_log(slot, "lease", actor=self.user, before=AssignmentState.OPEN).save()
        return slot


@transaction.atomic
def assignment_renew(*, user: User, assignment_id: int, token: int) -> datetime:
    """Extend a lease and return its new end.

    A lease that ran out is revived if nobody has taken the slot since, so that a slow answer is not lost. Otherwise
    raises Conflict "lease_expired". Raises Forbidden "paused" while the person is paused.
    """
    slot = scoped_get(user, Assignment.objects.all(), assignment_id, Right.ANNOTATE)
    at_work_get(user, slot.project_id)
    project = Project.objects.get(pk=slot.project_id)
    now = timezone.now()
    until = now + timedelta(minutes=project.lease_minutes)
    rows = Assignment.objects.filter(pk=slot.pk, token=token)
    if rows.filter(state=AssignmentState.LEASED, annotator=user).update(lease_expires_at=until) == 1:
        return until
    if _may_revive(user, slot):
        move = ASSIGNMENT_MOVES["lease"]
        values = {"state": move.after, "annotator": user, "leased_at": now, "lease_expires_at": until}
        free = rows.filter(Q(reserved_for=None) | Q(reserved_for=user), state__in=move.before)
        if free.update(**values) == 1:
            slot_log(slot, "lease", actor=user, before=AssignmentState.OPEN, reason="revived").save()
            return until
    raise lease_problem(user, slot, token)


def _may_revive(user: User, slot: Assignment) -> bool:
    """Tell whether a person held this slot in their pass and did not give it back."""
    if slot.kind != AssignmentKind.WORK or not slot.display_order:
        return False
    seats = Seat.objects.filter(prompt_id=slot.prompt_id, annotator=user, pass_number=slot.pass_number or 0)
    return seats.exists() and not Skip.objects.filter(assignment=slot, annotator=user).exists()


def lease_problem(user: User, slot: Assignment, token: int) -> Conflict:
    """Return the Conflict that says why `token` no longer opens `slot`."""
    if slot.state == AssignmentState.SUBMITTED:
        return Conflict("already_submitted", _("This task has been submitted already."))
    # What measures somebody is cancelled where work would go on to others; nobody shall see the difference.
    if slot.state == AssignmentState.CANCELLED and slot.kind == AssignmentKind.WORK:
        return Conflict("cancelled", _("This prompt has left the flow; the task is no longer needed."))
    if slot.state == AssignmentState.LEASED and slot.annotator_id == user.pk and slot.token != token:
        return Conflict("stale_token", _("You have taken this task again since; reload it."))
    return Conflict(
        "lease_expired", _("Your hold on this task ran out and it went on. Your draft is kept in the browser.")
    )


@transaction.atomic
def assignment_skip(*, user: User, assignment_id: int, token: int, reason: str, note: str) -> None:
    """Give a slot back with a reason; it is never offered to this person again, and waits for nobody any more."""
    slot = scoped_get(user, Assignment.objects.all(), assignment_id, Right.ANNOTATE)
    at_work_get(user, slot.project_id)
    if reason not in SKIP_REASONS:
        raise Invalid("invalid_reason", _("Choose one of the reasons for skipping."))
    held = Assignment.objects.filter(pk=slot.pk, annotator=user, token=token)
    why = f"{reason}: {note}" if note else reason
    if leases_end(held, actor=user, reason=why, reserved_for=None) != 1:
        raise lease_problem(user, slot, token)
    draft_drop(user=user, slot=slot)
    if slot.kind == AssignmentKind.WORK:
        Skip.objects.create(assignment=slot, annotator=user, reason=reason, note=note)


@transaction.atomic
def leases_release() -> int:
    """Free every slot whose lease ran out; return how many."""
    return _release(Assignment.objects.all(), timezone.now())


def _release(rows: QuerySet[Assignment], now: datetime) -> int:
    """End the leases among `rows` that ran out; those that measure somebody after a while, those of exams never."""
    probes = Q(kind__in=[AssignmentKind.GOLD, AssignmentKind.REPEAT], lease_expires_at__lte=now - PROBE_GRACE)
    over = rows.filter(Q(kind=AssignmentKind.WORK) | probes, lease_expires_at__lte=now)
    # Nearly every claim finds nothing here, and finds that out in one simple query.
    if not over.filter(state=AssignmentState.LEASED).exists():
        return 0
    return leases_end(over, actor=None, reason="lease_expired", skip_locked=True)
