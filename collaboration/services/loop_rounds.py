"""What people do with rounds of the loop: begin one at once, cancel one, have a failed one tried again."""

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from annotate.domain.states import LOOP_OPEN, LoopStart, LoopState, RunState, SetState
from annotate.problems import Conflict
from annotate.services.events import event
from collaboration.models import LoopRound
from collaboration.selectors.loop import last_round, round_get
from collaboration.services.loop_moves import round_locked, round_move
from collaboration.services.loop_rules import rule_locked
from collaboration.wake import WAKE
from rm_training.moves import send_after_commit
from rm_training.services import run_cancel, run_resume

if TYPE_CHECKING:
    from annotate.models import User

# A set that must not be trained on, whatever is tried again.
SPOILED = ("benchmark_leak", "set_damaged")


def round_start(*, project_id: int, reason: LoopStart, actor: "User | None" = None) -> LoopRound:
    """Begin the next round of a project. Call it inside a transaction, with the rule's row locked."""
    last = last_round(project_id)
    now = timezone.now()
    row = LoopRound.objects.create(
        project_id=project_id,
        number=last.number + 1 if last else 1,
        reason=reason,
        started_by=actor,
        started_at=now,
        step_at=now,
    )
    event(
        project_id=project_id,
        kind="loop_start",
        subject=row,
        actor=actor,
        after=row.state,
        reason=reason,
        data={"number": row.number},
    ).save()
    return row


@transaction.atomic
def round_run_now(*, user: "User", project_id: int) -> LoopRound:
    """Begin a round without waiting for the rule. Raises Conflict (no_rule, loop_paused, round_open)."""
    rule = rule_locked(user, project_id)
    if rule.paused_at is not None:
        raise Conflict("loop_paused", _("The loop is paused; let it go on first."))
    _refuse_second(project_id)
    row = round_start(project_id=project_id, reason=LoopStart.BY_HAND, actor=user)
    send_after_commit(WAKE, project_id)
    return row


def _refuse_second(project_id: int) -> None:
    if LoopRound.objects.filter(project_id=project_id, state__in=LOOP_OPEN).exists():
        raise Conflict("round_open", _("A round is under way; wait for its end, or cancel it."))


@transaction.atomic
def round_cancel(*, user: "User", round_id: int) -> LoopRound:
    """End a round that is under way, and stop its training. Raises Conflict (round_ended)."""
    round_get(user, round_id)
    row = round_locked(round_id)
    if not round_move(row, "cancel", actor=user, code="by_hand"):
        raise Conflict("round_ended", _("This round has already ended."))
    if row.run is not None and row.run.state in (RunState.QUEUED, RunState.RUNNING, RunState.BENCHMARKING):
        run_cancel(user=user, run_id=row.run.pk)
    return row


@transaction.atomic
def round_retry(*, user: "User", round_id: int) -> LoopRound:
    """Let a failed round go on from the step that failed, by the rule as it is now.

    Raises Conflict (no_rule; round_not_failed; not_last where another round has begun since).
    """
    seen = round_get(user, round_id)
    rule_locked(user, seen.project_id)
    row = round_locked(round_id)
    if row.state != LoopState.FAILED:
        raise Conflict("round_not_failed", _("Only a failed round can be tried again."))
    if LoopRound.objects.filter(project_id=row.project_id, number__gt=row.number).exists():
        raise Conflict("not_last", _("Another round has begun since; begin a new one instead."))
    action, values = _again(row)
    round_move(row, action, actor=user, code="", detail="", **values)
    if action == "train_again" and row.run is not None and row.run.state in (RunState.FAILED, RunState.CANCELLED):
        run_resume(user=user, run_id=row.run.pk)
    send_after_commit(WAKE, row.project_id)
    return row


def _again(row: LoopRound) -> tuple[str, dict[str, Any]]:
    """Return the move back to the step that failed, and the columns that go with it."""
    if row.run is not None:
        return ("compare_again" if row.run.state == RunState.SUCCEEDED else "train_again"), {}
    keeps_set = row.set is not None and row.set.state == SetState.FROZEN and row.code not in SPOILED
    return "freeze_again", {} if keeps_set else {"set": None}
