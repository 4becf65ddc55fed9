"""How a worker measures a reward model on the benchmark of a set, and writes down what came of it."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from annotate.domain.states import EvaluationState, Subset
from annotate.selectors.sets import BENCHMARK_FILES, set_file_copy, set_frozen_get
from rm_training import launcher, model_selectors
from rm_training.claims import Claim, carry_out, conclude
from rm_training.execution import metrics_read
from rm_training.models import Evaluation, EvaluationJob
from rm_training.moves import job_move
from rm_training.outcomes import DISAGREEMENTS_FILE, OUTCOMES_DIR, outcomes_exist
from rm_training.promotions import promotions_resume

logger = logging.getLogger(__name__)


def evaluation_execute(*, job_id: int, stopping: Callable[[], bool]) -> None:
    """Carry out a queued evaluation to its end; do nothing if it is not queued.

    `stopping` tells whether this worker is to shut down; the job is then queued again and begins anew.
    """
    claim = EvaluationClaim.take(EvaluationJob, job_id, stopping)
    if claim is None:
        logger.info("Evaluation %s is not queued; nothing to do.", job_id)
        return
    try:
        carry_out(claim, _measure)
    finally:
        ended = EvaluationJob.objects.exclude(state__in=(EvaluationState.QUEUED, EvaluationState.RUNNING))
        if ended.filter(pk=job_id).exists():
            promotions_resume(claim.job.reward_model.project_id)


class EvaluationClaim(Claim[EvaluationJob]):
    """This worker's hold on an evaluation."""

    def succeed(self, metrics: dict[str, Any]) -> None:
        """Write the figures down, in place of those of an earlier measuring, and end the job, all or nothing."""
        job = self.job
        with transaction.atomic():
            if job_move(job, "succeed", held_by=self.worker, finished_at=timezone.now()):
                Evaluation.objects.update_or_create(
                    reward_model_id=job.reward_model_id,
                    set_id=job.set_id,
                    defaults={"job": job, "metrics": metrics, "overall": metrics["overall"]},
                )


def _measure(claim: EvaluationClaim) -> None:
    job = claim.job
    folder = model_selectors.evaluation_folder(job.pk)
    benchmark = _benchmark(job, folder)
    outcome = launcher.follow(_command(job, folder, benchmark), folder, ask=claim.ask)
    conclude(claim, outcome, lambda held: _accept(held, folder, benchmark))


def _benchmark(job: EvaluationJob, folder: Path) -> dict[str, Path]:
    """Fetch the benchmark files of the set into the folder; return those that are not empty."""
    chosen = set_frozen_get(job.set_id)
    files = {subset: folder / "data" / name for subset, name in BENCHMARK_FILES.items()}
    for subset, path in files.items():
        set_file_copy(chosen, BENCHMARK_FILES[subset], path)
    (folder / OUTCOMES_DIR).mkdir(exist_ok=True)
    return {subset: path for subset, path in files.items() if path.stat().st_size}


def _command(job: EvaluationJob, folder: Path, benchmark: dict[str, Path]) -> list[str]:
    model = job.reward_model
    allowed = settings.REMOTE_CODE.get(model.source)
    return launcher.engine_command(
        "evaluate",
        *("--model", model_selectors.model_location(model), "--adapter", model.adapter),
        *(part for subset, path in benchmark.items() for part in ("--benchmark", f"{subset}={path}")),
        *("--output", str(folder / "metrics.json"), "--outcomes", str(folder / OUTCOMES_DIR)),
        *(("--allow-code", allowed) if allowed else ()),
    )


def _accept(claim: EvaluationClaim, folder: Path, benchmark: dict[str, Path]) -> None:
    """Take the figures of the subsets that were asked for; without outcomes they could be compared with nothing."""
    metrics = metrics_read(folder / "metrics.json")
    lacking = [subset.value for subset in Subset if subset.value in benchmark and subset.value not in metrics]
    if lacking:
        raise ValueError(f"metrics.json lacks the figures of {', '.join(lacking)}")
    if not outcomes_exist(folder, metrics):
        raise ValueError("the outcomes of some subset are missing")
    # Where a run has them, too.
    (folder / OUTCOMES_DIR / DISAGREEMENTS_FILE).replace(folder / DISAGREEMENTS_FILE)
    claim.succeed(metrics)
