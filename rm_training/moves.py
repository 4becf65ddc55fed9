"""How a job changes its state: one conditional UPDATE that must hit one row, and one line of the log, together."""

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from celery import current_app
from django.db import transaction
from django.dispatch import Signal
from kombu.exceptions import OperationalError

from annotate.domain.states import (
    EVALUATION_MOVES,
    RUN_MOVES,
    SCORING_MOVES,
    EvaluationState,
    Move,
    RunState,
    ScoringState,
)
from rm_training.models import EvaluationJob, Job, ScoringJob, TrainingRun

if TYPE_CHECKING:
    from annotate.models import User

logger = logging.getLogger(__name__)

PROMOTION_CONSIDER = "rm_training.tasks.promotion_consider"


class JobKind(NamedTuple):
    """What one kind of job is called in the log of events and at the broker, and how it moves."""

    name: str
    task: str
    moves: Mapping[str, Move]
    held: tuple[str, ...]


KINDS: dict[type[Job], JobKind] = {
    TrainingRun: JobKind("run", "rm_training.tasks.run_train", RUN_MOVES, (RunState.RUNNING, RunState.BENCHMARKING)),
    EvaluationJob: JobKind(
        "evaluation", "rm_training.tasks.evaluation_run", EVALUATION_MOVES, (EvaluationState.RUNNING,)
    ),
    ScoringJob: JobKind("scoring", "rm_training.tasks.scoring_run", SCORING_MOVES, (ScoringState.RUNNING,)),
}

# Sent, with `job`, once a job has come to its end, for those who wait for it. A signal may be lost with the process
# that was to send it: whoever waits must also look from time to time.
job_ended = Signal()


@transaction.atomic
def job_move(
    job: Job,
    action: str,
    *,
    held_by: str | None = None,
    actor: "User | None" = None,
    reason: str = "",
    **values: Any,
) -> bool:
    """Do `action` of its table to a job that is still as it was read, writing `values` too; False if it is not.

    With `held_by` the job must also still be held by that claim. On success `job` is read again.
    """
    kind = KINDS[type(job)]
    move = kind.moves[action]
    before = job.state
    rows = type(job)._default_manager.filter(pk=job.pk, state=before)
    if held_by is not None:
        rows = rows.filter(worker=held_by)
    if before not in move.before or rows.update(state=move.after, **values) != 1:
        return False
    job.refresh_from_db()
    # The log is annotate's; the relation reaches it without importing its models.
    job.project.events.create(
        kind=f"{kind.name}_{action}",
        subject=type(job).__name__.lower(),
        subject_id=job.pk,
        actor=actor,
        before=before,
        after=move.after,
        reason=reason,
    )
    if move.after not in ("queued", *kind.held):
        transaction.on_commit(lambda: job_ended.send(sender=type(job), job=job), robust=True)
    return True


def job_enqueue(job: Job) -> None:
    """Send a message for a queued job once the current transaction is committed."""
    send_after_commit(KINDS[type(job)].task, job.pk)


def send_after_commit(task: str, pk: int) -> None:
    """Send a message once the current transaction is committed.

    It carries only the id, and may be lost: whatever still waits is sent again by `jobs_requeue`.
    """

    def send() -> None:
        try:
            current_app.send_task(task, args=[pk])
        except (OperationalError, OSError):
            logger.exception("The broker took no message of %s for %s; it will be sent again.", task, pk)

    transaction.on_commit(send)
