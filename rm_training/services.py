"""What people do with training runs. How a worker carries one out is in execution.py."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from annotate.domain.states import SetState
from annotate.permissions import Right
from annotate.problems import Conflict, Invalid
from annotate.selectors.access import project_get
from annotate.selectors.sets import set_get
from rm_training import hyperparameters, selectors
from rm_training.jobs import job_cancel, job_locked
from rm_training.models import TrainingRun
from rm_training.moves import job_enqueue, job_move

if TYPE_CHECKING:
    from annotate.models import PreferenceSet, User

HUB_NAME = re.compile(r"(modelscope:)?\w[\w.-]*(/\w[\w.-]*)?", re.ASCII)


@transaction.atomic
def run_create(
    *,
    user: "User",
    project_id: int,
    set_id: int,
    base: str,
    params: Mapping[str, Any],
    cloned_from: int | None = None,
) -> TrainingRun:
    """Queue a run on a frozen set of the project and return it; `cloned_from` is the run whose settings it began from.

    Raises Invalid `foreign_set`, `foreign_run`, `invalid_base`, `invalid_params` (each with its field) and Conflict
    `set_not_frozen`.
    """
    project_get(user, project_id, Right.TRAIN)
    chosen = set_get(user, set_id)
    if chosen.project_id != project_id:
        raise invalid_field("foreign_set", "set", _("This preference set belongs to another project."))
    original = None if cloned_from is None else selectors.run_get(user, cloned_from)
    if original is not None and original.project_id != project_id:
        raise invalid_field("foreign_run", "cloned_from", _("This run belongs to another project."))
    return run_queue(chosen=chosen, base=base, params=params, created_by=user, cloned_from=original)


@transaction.atomic
def run_queue(
    *,
    chosen: "PreferenceSet",
    base: str,
    params: Mapping[str, Any],
    created_by: "User | None",
    cloned_from: TrainingRun | None = None,
) -> TrainingRun:
    """Queue a run on the preference set `chosen`, which the caller may use; raises what `run_create` raises."""
    if chosen.state != SetState.FROZEN:
        raise Conflict("set_not_frozen", _("Only a frozen preference set can be trained on."))
    run_check(base=base, params=params)
    run = TrainingRun.objects.create(
        project_id=chosen.project_id,
        set=chosen,
        name=f"{Path(base).name[:80]} · {chosen.name} v{chosen.version}",
        base=base,
        params=dict(params),
        cloned_from=cloned_from,
        heartbeat_at=timezone.now(),
        created_by=created_by,
    )
    job_enqueue(run)
    return run


def run_check(*, base: str, params: Mapping[str, Any]) -> None:
    """Raise Invalid `invalid_base` or `invalid_params` for what no run could be made of."""
    _check_base(base)
    _check_params(params)


def _check_base(base: str) -> None:
    """Whether it can be loaded only the engine can tell; here it must look like a base."""
    known = HUB_NAME.fullmatch(base) or base in {offered.name for offered in selectors.bases()}
    if not (known or _is_foreign_folder(base)):
        message = _("The base must be one of those offered, an absolute folder, or the name of a model on a hub.")
        raise invalid_field("invalid_base", "base", message)


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


def invalid_field(code: str, field: str, message: str) -> Invalid:
    """Return the refusal of one field."""
    return Invalid(code, message, errors=[{"field": field, "code": code, "message": message}])


@transaction.atomic
def run_cancel(*, user: "User", run_id: int) -> None:
    """Stop a queued run at once; ask the worker of a running one to. Raises Conflict `run_finished`."""
    selectors.run_get(user, run_id)
    if not job_cancel(TrainingRun, run_id, actor=user):
        raise Conflict("run_finished", _("This run has already ended."))


@transaction.atomic
def run_resume(*, user: "User", run_id: int) -> None:
    """Queue a failed or cancelled run again; it goes on from its last checkpoint. Raises Conflict `run_not_stopped`."""
    selectors.run_get(user, run_id)
    run = job_locked(TrainingRun, run_id)
    fresh: dict[str, Any] = {
        "attempts": 0,
        "cancel_requested": False,
        "error": "",
        "error_code": "",
        "finished_at": None,
    }
    if not job_move(run, "resume", actor=user, heartbeat_at=timezone.now(), **fresh):
        raise Conflict("run_not_stopped", _("Only a failed or cancelled run can be resumed."))
    job_enqueue(run)
