"""Celery tasks: take an id, call one service."""

from celery import shared_task

from annotate.shutdown import worker_is_stopping
from rm_training import execution, services


@shared_task(name="rm_training.tasks.run_train")
def run_train(run_id: int) -> None:
    """Carry out a queued training run (queue `gpu`)."""
    execution.run_execute(run_id=run_id, stopping=worker_is_stopping)


@shared_task(name="rm_training.tasks.runs_requeue")
def runs_requeue() -> None:
    """Queue again what lost its worker (beat)."""
    services.runs_requeue()
