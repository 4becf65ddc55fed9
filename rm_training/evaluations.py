"""What people do with reward models: register one from elsewhere, have one measured on a benchmark, stop that."""

from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from annotate.domain.states import Adapter, ModelKind, SetState
from annotate.permissions import Right
from annotate.problems import Conflict
from annotate.selectors.access import project_get
from annotate.selectors.sets import BENCHMARK_FILES, set_file, set_get
from rm_training import model_selectors, selectors
from rm_training.jobs import job_cancel
from rm_training.models import EvaluationJob, RewardModel
from rm_training.moves import job_enqueue
from rm_training.services import HUB_NAME, invalid_field

if TYPE_CHECKING:
    from annotate.models import PreferenceSet, User


@transaction.atomic
def model_register(*, user: "User", project_id: int, name: str, source: str, adapter: Adapter) -> RewardModel:
    """Register an external reward model for a project and return it.

    Raises Invalid `invalid_source`, and Conflict `already_registered` for the same source and adapter.
    """
    project_get(user, project_id, Right.TRAIN)
    _check_source(source)
    try:
        with transaction.atomic():
            return RewardModel.objects.create(
                project_id=project_id,
                kind=ModelKind.EXTERNAL,
                source=source,
                adapter=adapter,
                name=name or Path(source).name,
                created_by=user,
            )
    except IntegrityError:
        raise Conflict("already_registered", _("This model is registered with this adapter already.")) from None


def _check_source(source: str) -> None:
    """Whether it can be loaded only the engine can tell. A folder must be the operator's: runs are other people's."""
    folder = Path(source)
    offered = source in {base.name for base in selectors.bases()}
    inside = folder.is_absolute() and folder.resolve().is_relative_to(Path(settings.BASES_DIR).resolve())
    if not (offered or HUB_NAME.fullmatch(source) or (inside and source.isprintable())):
        message = _("The model must be a folder among the bases, or the name of a model on a hub.")
        raise invalid_field("invalid_source", "source", message)


@transaction.atomic
def evaluation_request(*, user: "User", model_id: int, set_id: int) -> EvaluationJob:
    """Queue the measuring of a model on the benchmark of a frozen set of its project.

    Raises Invalid `foreign_set`, and Conflict `set_not_frozen`, `no_benchmark`, `already_measured`, `being_measured`.
    """
    model = model_selectors.model_get(user, model_id)
    chosen = set_get(user, set_id)
    if chosen.project_id != model.project_id:
        raise invalid_field("foreign_set", "set", _("This preference set belongs to another project."))
    if model_selectors.outcomes_folder(model.pk, set_id) is not None:
        raise Conflict("already_measured", _("This model has been measured on this benchmark already."))
    return evaluation_queue(model=model, chosen=chosen, created_by=user)


@transaction.atomic
def evaluation_queue(*, model: RewardModel, chosen: "PreferenceSet", created_by: "User | None") -> EvaluationJob:
    """Queue the measuring of `model` on `chosen`, which the caller may use; raises what `evaluation_request` raises."""
    if chosen.state != SetState.FROZEN:
        raise Conflict("set_not_frozen", _("Only a frozen preference set has a benchmark."))
    if not any(set_file(chosen, name)["bytes"] for name in BENCHMARK_FILES.values()):
        raise Conflict("no_benchmark", _("This preference set was frozen without a benchmark."))
    try:
        with transaction.atomic():
            job = EvaluationJob.objects.create(
                reward_model=model, set=chosen, heartbeat_at=timezone.now(), created_by=created_by
            )
    except IntegrityError:
        raise Conflict("being_measured", _("This model is being measured on this set already.")) from None
    job_enqueue(job)
    return job


@transaction.atomic
def evaluation_cancel(*, user: "User", job_id: int) -> None:
    """Stop a queued job at once; ask the worker of a running one to. Raises Conflict `evaluation_finished`."""
    model_selectors.evaluation_job_get(user, job_id)
    if not job_cancel(EvaluationJob, job_id, actor=user):
        raise Conflict("evaluation_finished", _("This evaluation has already ended."))
