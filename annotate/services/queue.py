"""Puts jobs on the queue by name, after the transaction that made them has been committed.

A message carries only an id and may be lost: the job is a row of the database, and whatever has no living heartbeat is
queued again by the reaper (tasks.jobs_requeue).
"""

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

IMPORT_CHECK = "annotate.tasks.import_check"
IMPORT_WRITE = "annotate.tasks.import_write"
SET_FREEZE = "annotate.tasks.set_freeze"
BATCH_RETURN = "annotate.tasks.batch_return"
FILTER_CHECK = "annotate.tasks.filter_check"
FILTER_APPLY = "annotate.tasks.filter_apply"
JUDGE_RUN = "annotate.tasks.judge_run"
SAMPLING_RUN = "annotate.tasks.sampling_run"


def enqueue(name: str, job_id: int) -> None:
    """Send task `name` for the job `job_id` once the current transaction is committed."""

    def send() -> None:
        try:
            current_app.send_task(name, args=[job_id])
        except (OperationalError, OSError):
            logger.exception("The broker took no message for %s(%s); the reaper will send it again.", name, job_id)

    transaction.on_commit(send)
