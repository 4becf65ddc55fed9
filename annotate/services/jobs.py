"""Jobs of the CPU workers: who holds one, and which must be queued again.

A job is a row with `state`, `worker` and `heartbeat_at`. One conditional UPDATE takes it, every write of the holder is
in one transaction with a beat, and a worker that was taken for dead and comes back finds that its beat hits no row.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import uuid4

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from annotate.domain.states import FilterState, ImportState, SetState
from annotate.models import BatchReturn, FilterRun, ImportJob, PreferenceSet
from annotate.services.queue import (
    BATCH_RETURN,
    FILTER_APPLY,
    FILTER_CHECK,
    IMPORT_CHECK,
    IMPORT_WRITE,
    SET_FREEZE,
    enqueue,
)

logger = logging.getLogger(__name__)

M = TypeVar("M", bound=Model)


class JobTaken(Exception):
    """Another worker holds the job now, or it is gone; stop without a trace."""


class JobFailure(Exception):
    """The job cannot be done, for a reason that its page explains by `code`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def failure_reason(error: Exception) -> str:
    """Return what a job's `error` column holds: a code, or what an unforeseen exception said."""
    return error.code if isinstance(error, JobFailure) else f"{type(error).__name__}: {error}"


def _lost_before() -> datetime:
    return timezone.now() - timedelta(seconds=settings.JOB_LOST_SECONDS)


def job_take(*, rows: QuerySet[M], job_id: int) -> str | None:
    """Take a job of `rows` that nobody alive holds; return the holder's token, or None if it is not to be had."""
    worker = uuid4().hex
    free = Q(worker="") | Q(heartbeat_at__isnull=True) | Q(heartbeat_at__lt=_lost_before())
    taken = rows.filter(free, pk=job_id).update(worker=worker, heartbeat_at=timezone.now())
    return worker if taken == 1 else None


def job_beat(*, rows: QuerySet[M], job_id: int, worker: str, **columns: object) -> None:
    """Say that the holder lives, and set `columns`. Raises JobTaken."""
    if rows.filter(pk=job_id, worker=worker).update(heartbeat_at=timezone.now(), **columns) != 1:
        raise JobTaken


@contextmanager
def job_kept_alive(*, rows: QuerySet[M], job_id: int, worker: str) -> Iterator[None]:
    """Beat from a thread of its own while the holder does what cannot beat: clusters texts, copies large files."""
    stopped = threading.Event()

    def beat() -> None:
        while not stopped.wait(settings.JOB_HEARTBEAT_SECONDS):
            try:
                job_beat(rows=rows, job_id=job_id, worker=worker)
            except JobTaken:
                break
            except DatabaseError:
                logger.warning("Job %s could not beat; it tries again.", job_id, exc_info=True)
        connection.close()

    thread = threading.Thread(target=beat, name=f"heartbeat-{job_id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


def jobs_requeue() -> int:
    """Queue every job again whose message or worker was lost; return how many."""
    return (
        _requeue(ImportJob.objects.filter(state=ImportState.CHECKING), IMPORT_CHECK)
        + _requeue(ImportJob.objects.filter(state=ImportState.IMPORTING), IMPORT_WRITE)
        + _requeue(PreferenceSet.objects.filter(state=SetState.FREEZING), SET_FREEZE)
        + _requeue(BatchReturn.objects.filter(done_at__isnull=True), BATCH_RETURN)
        + _requeue(FilterRun.objects.filter(state=FilterState.CHECKING), FILTER_CHECK)
        + _requeue(FilterRun.objects.filter(state=FilterState.APPLYING), FILTER_APPLY)
    )


def _requeue(rows: QuerySet[M], task: str) -> int:
    before = _lost_before()
    lost = Q(heartbeat_at__lt=before) | Q(heartbeat_at__isnull=True, created_at__lt=before)
    n_queued = 0
    for job_id in list(rows.filter(lost).values_list("pk", flat=True)):
        # The beat says when the message was sent, so that a long queue does not fill up with copies of it.
        if rows.filter(lost, pk=job_id).update(worker="", heartbeat_at=timezone.now()) == 1:
            enqueue(task, job_id)
            n_queued += 1
    return n_queued
