"""What judge runs and sampling runs share: their budget, their moves, cancelling, resuming, and the reaper."""

from datetime import timedelta
from typing import Any, TypeVar, cast

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from annotate.domain.states import CALL_RUN_MOVES, CallRunState, CallState
from annotate.models import Endpoint, JudgeRun, SamplingRun, User
from annotate.problems import Conflict, Invalid
from annotate.services.events import event
from annotate.services.queue import JUDGE_RUN, SAMPLING_RUN, enqueue

AnyRun = JudgeRun | SamplingRun
R = TypeVar("R", bound=JudgeRun | SamplingRun)

TASKS: dict[type[Any], str] = {JudgeRun: JUDGE_RUN, SamplingRun: SAMPLING_RUN}
MAX_ATTEMPTS = 5
# A run may rightly wait for hours in the queue; its message is sent again this many times more rarely than a silent
# worker is taken for dead. A second message does no harm: whoever comes second finds the run taken.
REMIND_FACTOR = 10


def budget_check(budget_micros: int | None, budget_tokens: int | None, endpoints: list[Endpoint]) -> None:
    """Raise Invalid for a budget that holds nothing or holds nothing back."""
    if budget_micros is None and budget_tokens is None:
        raise _invalid("budget_tokens", "budget_missing", _("Set a budget in tokens, in money, or both."))
    for field, value in (("budget_micros", budget_micros), ("budget_tokens", budget_tokens)):
        if value == 0:
            message = _("A budget of zero pays for no call. Set a larger one, or leave it empty for no such limit.")
            raise _invalid(field, "budget_zero", message)
    free = [row.name for row in endpoints if not (row.prompt_price or row.completion_price)]
    if budget_tokens is None and free:
        message = _(
            "%(names)s has no price, so money cannot limit it. Set a budget in tokens, or prices at the endpoint."
        )
        raise _invalid("budget_tokens", "budget_without_price", message % {"names": ", ".join(free)})


def _invalid(field: str, code: str, message: str) -> Invalid:
    return Invalid(code, message, errors=[{"field": field, "code": code, "message": message}])


@transaction.atomic
def call_run_move(
    run: AnyRun,
    action: str,
    *,
    held_by: str | None = None,
    actor: User | None = None,
    reason: str = "",
    **values: Any,
) -> bool:
    """Do `action` of CALL_RUN_MOVES to a run that is still as it was read, writing `values` too; False if it is not.

    With `held_by` the run must also still be held by that claim. On success `run` is read again.
    """
    move = CALL_RUN_MOVES[action]
    before = run.state
    rows = type(run)._default_manager.filter(pk=run.pk, state=before)
    if held_by is not None:
        rows = rows.filter(worker=held_by)
    if before not in move.before or rows.update(state=move.after, **values) != 1:
        return False
    run.refresh_from_db()
    event(
        project_id=run.project_id,
        kind=f"call_run_{action}",
        subject=run,
        actor=actor,
        before=before,
        after=move.after,
        reason=reason,
    ).save()
    return True


def call_run_started(run: AnyRun) -> None:
    """Queue a run that has just been made, with its line in the log."""
    event(
        project_id=run.project_id,
        kind="call_run_create",
        subject=run,
        actor=run.created_by,
        after=run.state,
        data={"name": run.name, "budget_micros": run.budget_micros, "budget_tokens": run.budget_tokens},
    ).save()
    enqueue(TASKS[type(run)], run.pk)


def locked(run: R) -> R:
    """Read a run so that it stays as it is until the transaction ends."""
    return cast(R, type(run)._default_manager.select_for_update().get(pk=run.pk))


@transaction.atomic
def call_run_cancel(*, user: User, run: AnyRun) -> None:
    """Stop a queued run at once; ask the worker of a running one to. Raises Conflict `run_finished`."""
    run = locked(run)
    if run.state == CallRunState.QUEUED:
        call_run_move(run, "cancel", actor=user, finished_at=timezone.now())
    elif run.state == CallRunState.RUNNING:
        type(run)._default_manager.filter(pk=run.pk).update(cancel_requested=True)
    else:
        raise Conflict("run_finished", _("This run has already ended."))


@transaction.atomic
def call_run_resume(
    *, user: User, run: AnyRun, budget_micros: int | None, budget_tokens: int | None, endpoints: list[Endpoint]
) -> None:
    """Queue a run again that ended early, or whose calls failed in part, under a new budget; what is done stays done.

    Raises Conflict `run_not_stopped`, `nothing_left`; Invalid for a budget that is spent already.
    """
    run = locked(run)
    budget_check(budget_micros, budget_tokens, endpoints)
    used = {
        "budget_micros": (budget_micros, run.spent_micros + run.unsure_micros),
        "budget_tokens": (budget_tokens, run.spent_tokens + run.unsure_tokens),
    }
    for field, (budget, spent) in used.items():
        if budget is not None and budget <= spent:
            raise _invalid(field, "budget_spent", _("As much as this is spent already; set a larger budget."))
    if run.state == CallRunState.FINISHED and not run.n_failed:
        raise Conflict("nothing_left", _("Every call of this run has been answered."))
    action = "retry" if run.state == CallRunState.FINISHED else "resume"
    fresh: dict[str, Any] = {
        "attempts": 0,
        "cancel_requested": False,
        "error": "",
        "error_code": "",
        "finished_at": None,
        "worker": "",
        "budget_micros": budget_micros,
        "budget_tokens": budget_tokens,
    }
    if not call_run_move(run, action, actor=user, heartbeat_at=timezone.now(), **fresh):
        raise Conflict("run_not_stopped", _("Only a run that has ended can be taken up again."))
    _failed_replan(run)
    enqueue(TASKS[type(run)], run.pk)


def _failed_replan(run: AnyRun) -> None:
    """Plan the failed calls of a run again."""
    failed = run.calls.filter(state=CallState.FAILED)
    by_outcome = dict(run.outcomes)
    for outcome in failed.values_list("outcome", flat=True):
        by_outcome[outcome] -= 1
    outcomes = {outcome: n for outcome, n in by_outcome.items() if n}
    failed.update(state=CallState.PLANNED, outcome="", detail="", tries=0, finished_at=None)
    type(run)._default_manager.filter(pk=run.pk).update(n_failed=0, outcomes=outcomes)


def call_runs_requeue() -> int:
    """Queue again what lost its worker, send again what waits unheard of; return how many runs that were."""
    return sum(_requeue(model) for model in TASKS)


def _requeue(model: type[Any]) -> int:
    now = timezone.now()
    silent = now - timedelta(seconds=settings.JOB_LOST_SECONDS)
    waiting = now - timedelta(seconds=settings.JOB_LOST_SECONDS * REMIND_FACTOR)
    lost = model.objects.filter(state=CallRunState.RUNNING, heartbeat_at__lt=silent)
    unheard = model.objects.filter(state=CallRunState.QUEUED, heartbeat_at__lt=waiting)
    recovered = [call_run_release(run=run, held_by=run.worker, reason="Its worker was lost.") for run in lost]
    for run in unheard:
        if model.objects.filter(pk=run.pk, state=CallRunState.QUEUED).update(heartbeat_at=now):
            enqueue(TASKS[model], run.pk)
    return sum(recovered) + len(unheard)


@transaction.atomic
def call_run_release(*, run: AnyRun, held_by: str, reason: str, counted: bool = True) -> bool:
    """Give a run that stopped in mid-way back to the queue; False if the claim `held_by` no longer holds it.

    A run that somebody wants cancelled ends there; one that was started MAX_ATTEMPTS times fails with the reason.
    Where not `counted`, as when a worker is shut down in order, the start that was cut short is taken back.
    """
    run = locked(run)
    if run.cancel_requested:
        return call_run_move(run, "cancel", held_by=held_by, finished_at=timezone.now())
    if counted and run.attempts >= MAX_ATTEMPTS:
        message = f"{reason} It was started {run.attempts} times and never came to its end."
        return call_run_fail(run, held_by=held_by, code="too_many_attempts", message=message)
    attempts = run.attempts if counted else run.attempts - 1
    moved = call_run_move(
        run, "requeue", held_by=held_by, reason=reason, attempts=attempts, worker="", heartbeat_at=timezone.now()
    )
    if moved:
        enqueue(TASKS[type(run)], run.pk)
    return moved


def call_run_fail(run: AnyRun, *, held_by: str, code: str, message: str, **values: Any) -> bool:
    """End a run with the reason that its page shows; False if the claim `held_by` no longer holds it."""
    told = message.replace("\0", "") or code
    values |= {"error_code": code[:50], "error": told, "finished_at": timezone.now()}
    return call_run_move(run, "fail", held_by=held_by, reason=code, **values)
