"""Celery tasks: take an id, call one service."""

from celery import shared_task

from annotate.shutdown import worker_is_stopping
from rm_training import evaluating, execution, jobs, promotions, scoring
from rm_training.models import EvaluationJob, ScoringJob, TrainingRun


@shared_task(name="rm_training.tasks.run_train")
def run_train(run_id: int) -> None:
    """Carry out a queued training run (queue `gpu`)."""
    execution.run_execute(run_id=run_id, stopping=worker_is_stopping)


@shared_task(name="rm_training.tasks.evaluation_run")
def evaluation_run(job_id: int) -> None:
    """Carry out a queued evaluation (queue `gpu`)."""
    evaluating.evaluation_execute(job_id=job_id, stopping=worker_is_stopping)


@shared_task(name="rm_training.tasks.scoring_run")
def scoring_run(job_id: int) -> None:
    """Carry out a queued scoring of responses (queue `gpu`)."""
    scoring.scoring_execute(job_id=job_id, stopping=worker_is_stopping)


@shared_task(name="rm_training.tasks.promotion_consider")
def promotion_consider(promotion_id: int) -> None:
    """Decide a waiting proposal of a project's rule, if it can be decided yet."""
    promotions.promotion_consider(promotion_id=promotion_id)


@shared_task(name="rm_training.tasks.runs_requeue")
def runs_requeue() -> None:
    """Queue again what lost its worker or its message (beat)."""
    for kind in (TrainingRun, EvaluationJob, ScoringJob):
        jobs.jobs_requeue(kind)
    promotions.promotions_resume()
