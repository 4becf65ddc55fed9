"""What becomes of a job that lost its worker, stopped in mid-way, cannot be done, or is no longer wanted."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from rm_training.models import Job
from rm_training.moves import KINDS, job_enqueue, job_move

if TYPE_CHECKING:
    from annotate.models import User

J = TypeVar("J", bound=Job)

MAX_ATTEMPTS = 5
# A job may rightly wait for hours in the queue; its message is sent again this many times more rarely than a silent
# worker is taken for dead. A second message does no harm: whoever comes second finds the job taken.
REMIND_FACTOR = 10


def silent_since(factor: int = 1) -> datetime:
    """Return the time before which what gave no sign of life since is taken for lost."""
    return timezone.now() - timedelta(seconds=settings.JOB_LOST_SECONDS * factor)


def jobs_requeue(kind: type[J]) -> int:
    """Queue again what lost its worker, send again what waits unheard of; return how many jobs that were."""
    rows = kind._default_manager
    lost = rows.filter(state__in=KINDS[kind].held, heartbeat_at__lt=silent_since())
    waiting = rows.filter(state="queued", heartbeat_at__lt=silent_since(REMIND_FACTOR))
    recovered = [_recover(kind, pk) for pk in list(lost.values_list("pk", flat=True))]
    reminded = [_remind(kind, pk) for pk in list(waiting.values_list("pk", flat=True))]
    return sum(recovered) + sum(reminded)


@transaction.atomic
def _recover(kind: type[J], pk: int) -> bool:
    job = job_locked(kind, pk)
    if job.heartbeat_at is None or job.heartbeat_at >= silent_since():
        return False
    return job_release(kind, pk, held_by=job.worker, reason="Its worker was lost.")


@transaction.atomic
def _remind(kind: type[J], pk: int) -> bool:
    job = job_locked(kind, pk)
    if job.state != "queued":
        return False
    kind._default_manager.filter(pk=pk).update(heartbeat_at=timezone.now())
    job_enqueue(job)
    return True


@transaction.atomic
def job_release(kind: type[J], pk: int, *, held_by: str, reason: str, counted: bool = True) -> bool:
    """Give a job that stopped in mid-way back to the queue; False if the claim `held_by` no longer holds it.

    A job that somebody wants cancelled ends there; one that was started MAX_ATTEMPTS times fails with the reason.
    Where not `counted`, as when a worker is shut down in order, the start that was cut short is taken back.
    """
    job = job_locked(kind, pk)
    if job.cancel_requested:
        return job_move(job, "cancel", held_by=held_by, finished_at=timezone.now())
    if counted and job.attempts >= MAX_ATTEMPTS:
        message = f"{reason} It was started {job.attempts} times and never came to its end."
        return job_fail(job, held_by=held_by, code="too_many_attempts", message=message)
    attempts = job.attempts if counted else job.attempts - 1
    moved = job_move(job, "requeue", held_by=held_by, reason=reason, attempts=attempts, heartbeat_at=timezone.now())
    if moved:
        job_enqueue(job)
    return moved


def job_fail(job: Job, *, held_by: str, code: str, message: str) -> bool:
    """End a job with the reason that its page shows; False if the claim `held_by` no longer holds it."""
    # PostgreSQL takes no NUL in a text, and an engine may print anything.
    told = message.replace("\0", "") or code
    values: dict[str, Any] = {"error_code": code[:50], "error": told, "finished_at": timezone.now()}
    return job_move(job, "fail", held_by=held_by, reason=code, **values)


@transaction.atomic
def job_cancel(kind: type[J], pk: int, *, actor: "User | None" = None) -> bool:
    """Stop a queued job at once; ask the worker of a running one to. False if the job has already ended."""
    job = job_locked(kind, pk)
    if job.state == "queued":
        job_move(job, "cancel", actor=actor, finished_at=timezone.now())
    elif job.state in KINDS[kind].held:
        kind._default_manager.filter(pk=pk).update(cancel_requested=True)
    else:
        return False
    return True


def job_locked(kind: type[J], pk: int) -> J:
    """Read a job so that it stays as it is until the transaction ends."""
    return kind._default_manager.select_for_update().get(pk=pk)
