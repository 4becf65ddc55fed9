"""What people, and the reaper, do with training runs. How a worker carries one out is in execution.py."""

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from annotate.domain.states import RunState, SetState
from annotate.permissions import Right
from annotate.problems import Conflict, Invalid
from annotate.selectors.access import project_get
from annotate.selectors.sets import set_get
from rm_training import hyperparameters, selectors
from rm_training.models import TrainingRun
from rm_training.moves import run_enqueue, run_move

if TYPE_CHECKING:
    from annotate.models import PreferenceSet, User

MAX_ATTEMPTS = 5
# A run may rightly wait for hours in the queue; its message is sent again this many times more rarely than a silent
# worker is taken for dead. A second message does no harm: whoever comes second finds the run taken.
REMIND_FACTOR = 10

HUB_NAME = re.compile(r"(modelscope:)?\w[\w.-]*(/\w[\w.-]*)?", re.ASCII)


@transaction.atomic
def run_create(*, user: "User", project_id: int, set_id: int, base: str, params: Mapping[str, Any]) -> TrainingRun:
    """Queue a run on a frozen set of the project and return it.

    Raises Invalid `foreign_set`, `invalid_base`, `invalid_params` (each with its field) and Conflict `set_not_frozen`.
    """
    project_get(user, project_id, Right.TRAIN)
    chosen = set_get(user, set_id)
    if chosen.project_id != project_id:
        raise _invalid("foreign_set", "set", _("This preference set belongs to another project."))
    return run_queue(chosen=chosen, base=base, params=params, created_by=user)


@transaction.atomic
def run_queue(
    *, chosen: "PreferenceSet", base: str, params: Mapping[str, Any], created_by: "User | None"
) -> TrainingRun:
    """Queue a run on the preference set `chosen`, which the caller may use; raises what `run_create` raises."""
    if chosen.state != SetState.FROZEN:
        raise Conflict("set_not_frozen", _("Only a frozen preference set can be trained on."))
    _check_base(base)
    _check_params(params)
    run = TrainingRun.objects.create(
        project_id=chosen.project_id,
        set=chosen,
        name=f"{Path(base).name[:80]} · {chosen.name} v{chosen.version}",
        base=base,
        params=dict(params),
        heartbeat_at=timezone.now(),
        created_by=created_by,
    )
    run_enqueue(run.pk)
    return run


def _check_base(base: str) -> None:
    """Whether it can be loaded only the engine can tell; here it must look like a base."""
    known = HUB_NAME.fullmatch(base) or base in {offered.name for offered in selectors.bases()}
    if not (known or _is_foreign_folder(base)):
        message = _("The base must be one of those offered, an absolute folder, or the name of a model on a hub.")
        raise _invalid("invalid_base", "base", message)


def _is_foreign_folder(base: str) -> bool:
    """Tell whether this is a folder outside the runs: those are other people's, of any project."""
    if not (Path(base).is_absolute() and base.isprintable()):
        return False
    return not Path(base).resolve().is_relative_to(Path(settings.RUNS_DIR).resolve())


def _check_params(params: Mapping[str, Any]) -> None:
    errors = [
        {"field": f"params.{fault.name}", "code": fault.code, "message": _said(fault)}
        for fault in hyperparameters.faults(params)
    ]
    if errors:
        raise Invalid("invalid_params", " ".join(error["message"] for error in errors), errors=errors)


def _said(fault: hyperparameters.Fault) -> str:
    messages = {
        "unknown_key": _("There is no hyperparameter “%(name)s”; did you mean “%(hint)s”?"),
        "wrong_type": _("“%(name)s” must be of type %(hint)s."),
        "out_of_range": _("“%(name)s” must lie in %(hint)s."),
        "not_a_choice": _("“%(name)s” must be one of: %(hint)s."),
        "needs": _("“%(name)s” as given means nothing without %(hint)s."),
    }
    return messages[fault.code] % {"name": fault.name, "hint": fault.hint}


def _invalid(code: str, field: str, message: str) -> Invalid:
    return Invalid(code, message, errors=[{"field": field, "code": code, "message": message}])


@transaction.atomic
def run_cancel(*, user: "User", run_id: int) -> None:
    """Stop a queued run at once; ask the worker of a running one to. Raises Conflict `run_finished`."""
    selectors.run_get(user, run_id)
    run = _locked(run_id)
    if run.state == RunState.QUEUED:
        run_move(run, "cancel", actor=user, finished_at=timezone.now())
    elif run.state in (RunState.RUNNING, RunState.BENCHMARKING):
        TrainingRun.objects.filter(pk=run_id).update(cancel_requested=True)
    else:
        raise Conflict("run_finished", _("This run has already ended."))


@transaction.atomic
def run_resume(*, user: "User", run_id: int) -> None:
    """Queue a failed or cancelled run again; it goes on from its last checkpoint. Raises Conflict `run_not_stopped`."""
    selectors.run_get(user, run_id)
    run = _locked(run_id)
    fresh: dict[str, Any] = {
        "attempts": 0,
        "cancel_requested": False,
        "error": "",
        "error_code": "",
        "finished_at": None,
    }
    if not run_move(run, "resume", actor=user, heartbeat_at=timezone.now(), **fresh):
        raise Conflict("run_not_stopped", _("Only a failed or cancelled run can be resumed."))
    run_enqueue(run_id)


def runs_requeue() -> int:
    """Queue again what lost its worker, send again what waits unheard of; return how many runs that were."""
    now = timezone.now()
    lost = TrainingRun.objects.filter(
        state__in=(RunState.RUNNING, RunState.BENCHMARKING),
        heartbeat_at__lt=now - timedelta(seconds=settings.JOB_LOST_SECONDS),
    )
    waiting = TrainingRun.objects.filter(
        state=RunState.QUEUED,
        heartbeat_at__lt=now - timedelta(seconds=settings.JOB_LOST_SECONDS * REMIND_FACTOR),
    )
    recovered = [_recover(pk) for pk in list(lost.values_list("pk", flat=True))]
    reminded = [_remind(pk) for pk in list(waiting.values_list("pk", flat=True))]
    return sum(recovered) + sum(reminded)


@transaction.atomic
def _recover(run_id: int) -> bool:
    run = _locked(run_id)
    alive = timezone.now() - timedelta(seconds=settings.JOB_LOST_SECONDS)
    if run.heartbeat_at is None or run.heartbeat_at >= alive:
        return False
    return run_release(run_id=run_id, held_by=run.worker, reason="Its worker was lost.")


@transaction.atomic
def run_release(*, run_id: int, held_by: str, reason: str, counted: bool = True) -> bool:
    """Give a run that stopped in mid-way back to the queue; False if the claim `held_by` no longer holds it.

    A run that somebody wants cancelled ends there; one that was started MAX_ATTEMPTS times fails with the reason.
    Where not `counted`, as when a worker is shut down in order, the start that was cut short is taken back.
    """
    run = _locked(run_id)
    if run.cancel_requested:
        return run_move(run, "cancel", held_by=held_by, finished_at=timezone.now())
    if counted and run.attempts >= MAX_ATTEMPTS:
        message = f"{reason} It was started {run.attempts} times and never came to its end."
        return run_fail(run, held_by=held_by, code="too_many_attempts", message=message)
    attempts = run.attempts if counted else run.attempts - 1
    moved = run_move(run, "requeue", held_by=held_by, reason=reason, attempts=attempts, heartbeat_at=timezone.now())
    if moved:
        run_enqueue(run_id)
    return moved


def run_fail(run: TrainingRun, *, held_by: str, code: str, message: str) -> bool:
    """End a run with the reason that its page shows; False if the claim `held_by` no longer holds it."""
    # PostgreSQL takes no NUL in a text, and an engine may print anything.
    told = message.replace("\0", "") or code
    values: dict[str, Any] = {"error_code": code[:50], "error": told, "finished_at": timezone.now()}
    return run_move(run, "fail", held_by=held_by, reason=code, **values)


@transaction.atomic
def _remind(run_id: int) -> bool:
    run = _locked(run_id)
    if run.state != RunState.QUEUED:
        return False
    TrainingRun.objects.filter(pk=run_id).update(heartbeat_at=timezone.now())
    run_enqueue(run_id)
    return True


def _locked(run_id: int) -> TrainingRun:
    """Read a run so that it stays as it is until the transaction ends."""
    return TrainingRun.objects.select_for_update().get(pk=run_id)
