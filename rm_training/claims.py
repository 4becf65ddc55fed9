"""A worker's hold on a job, and how a job is carried out under it.

The row is the truth. The worker holds it by a claim of its own and gives signs of life; once another claim holds the
row, whether or not this worker noticed, nothing it writes reaches the row any more.
"""

import errno
import logging
import os
import socket
import time
from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar
from uuid import uuid4

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from annotate.problems import Problem
from annotate.selectors.sets import DamagedSet
from rm_training.jobs import job_fail, job_release
from rm_training.launcher import Ending, Order, Outcome, Position
from rm_training.models import Job
from rm_training.moves import KINDS, job_move

logger = logging.getLogger(__name__)

J = TypeVar("J", bound=Job)

NO_SPACE = (errno.ENOSPC, errno.EDQUOT)


class Claim(Generic[J]):
    """This worker's hold on a job, from taking it to letting it go; also what the launcher asks how to go on."""

    def __init__(self, job: J, stopping: Callable[[], bool]) -> None:
        self.job = job
        self.worker = job.worker
        self._stopping = stopping
        self._heard = time.monotonic()

    @classmethod
    def take(cls, kind: type[J], job_id: int, stopping: Callable[[], bool]) -> Self | None:
        """Take a queued job; None if it is not queued, or somebody else was faster."""
        job = kind._default_manager.filter(pk=job_id).first()
        taken = job is not None and job_move(
            job,
            "start",
            worker=f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex}"[-200:],
            heartbeat_at=timezone.now(),
            started_at=Coalesce("started_at", Now()),
            attempts=F("attempts") + 1,
        )
        return cls(job, stopping) if job is not None and taken else None

    def ask(self, position: Position) -> Order:
        """Tell the launcher whether the engine is to go on."""
        order = self.beat()
        return Order.INTERRUPT if order is Order.GO and self._stopping() else order

    def beat(self, *, at_once: bool = False) -> Order:
        """Give a sign of life if one is due, or `at_once`; ABANDON once the job is, or may well be, somebody else's."""
        silence = time.monotonic() - self._heard
        if silence < settings.JOB_HEARTBEAT_SECONDS and not at_once:
            return Order.GO
        try:
            self._before_beat()
            held = self._rows().update(heartbeat_at=timezone.now(), **self._reached())
            wanted = self._rows().values_list("cancel_requested", flat=True).first()
        except (OperationalError, InterfaceError):
            logger.warning("Job %s: the database does not answer.", self.job.pk, exc_info=True)
            connection.close_if_unusable_or_obsolete()
            return Order.GO if silence < settings.JOB_LOST_SECONDS else Order.ABANDON
        self._heard = time.monotonic()
        if not held:
            return Order.ABANDON
        return Order.CANCEL if wanted else Order.GO

    def _before_beat(self) -> None:
        """Do what is due before a sign of life is given."""

    def _reached(self) -> dict[str, Any]:
        """Return the columns that say how far the job is."""
        return {}

    def _rows(self) -> QuerySet[J]:
        kind = type(self.job)
        return kind._default_manager.filter(pk=self.job.pk, worker=self.worker, state__in=KINDS[kind].held)

    @transaction.atomic
    def fail(self, code: str, message: str) -> None:
        """End the job with a reason."""
        self._rows().update(heartbeat_at=timezone.now(), **self._reached())
        job_fail(self.job, held_by=self.worker, code=code, message=message)

    @transaction.atomic
    def release(self, reason: str, *, counted: bool) -> None:
        """Give the job back to the queue."""
        self._rows().update(heartbeat_at=timezone.now(), **self._reached())
        job_release(type(self.job), self.job.pk, held_by=self.worker, reason=reason, counted=counted)

    def cancel(self) -> None:
        """End the job as somebody wished."""
        job_move(self.job, "cancel", held_by=self.worker, finished_at=timezone.now(), **self._reached())


C = TypeVar("C", bound=Claim[Any])


def carry_out(claim: C, work: Callable[[C], None]) -> None:
    """Do `work`; whatever comes of it, the job ends with a reason or goes back to the queue."""
    try:
        work(claim)
    except OSError as error:
        if error.errno not in NO_SPACE:
            _fail_unexpected(claim, error)
            raise
        claim.fail("disk_full", f"No space is left on the disk of the run folder ({error}).")
    except Problem as problem:
        claim.fail(problem.code, str(problem.message))
    except DamagedSet as damage:
        claim.fail("set_damaged", str(damage))
    except (OperationalError, InterfaceError):
        # The database is what failed, not the job: the reaper queues it again, and it goes on from its checkpoint.
        raise
    except Exception as error:
        _fail_unexpected(claim, error)
        raise


def _fail_unexpected(claim: Claim[Any], error: Exception) -> None:
    claim.fail("worker_error", f"The worker met an unexpected error: {type(error).__name__}: {error}")


def conclude(claim: C, outcome: Outcome, accept: Callable[[C], None]) -> None:
    """Write down how the engine ended; `accept` checks what it left behind before anything of it counts."""
    match outcome.ending:
        case Ending.SUCCEEDED:
            try:
                accept(claim)
            except (FileNotFoundError, ValueError) as error:
                message = f"The engine ended well but its results are not there: {error}"
                claim.fail("engine_output_missing", message)
        case Ending.FAILED:
            claim.fail(outcome.code, outcome.message)
        case Ending.CANCELLED:
            claim.cancel()
        case Ending.INTERRUPTED:
            claim.release("Its worker was shut down.", counted=False)
        case Ending.KILLED:
            claim.release(outcome.message, counted=True)
        case Ending.ABANDONED:
            logger.warning("Job %s is no longer held by %s; its engine was stopped.", claim.job.pk, claim.worker)
