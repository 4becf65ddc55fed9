"""Wakes what waits for a job of the reward models, or for a set that is being frozen.

A signal is the quick way; it is lost with the process that was to send it, so beat wakes everything from time to time
as well. Whoever is woken looks at the rows and does nothing where there is nothing to do.
"""

from typing import Any

from annotate.models import PreferenceSet
from annotate.services.sets import set_ended
from rm_training.models import Job
from rm_training.moves import job_ended, send_after_commit

WAKE = "collaboration.tasks.wake"


def connect() -> None:
    """Listen for the ends of jobs and of freezings."""
    job_ended.connect(_job_ended, dispatch_uid="collaboration.wake")
    set_ended.connect(_set_ended, dispatch_uid="collaboration.wake")


def _job_ended(job: Job, **_signal: Any) -> None:
    send_after_commit(WAKE, job.project.pk)


def _set_ended(preference_set: PreferenceSet, **_signal: Any) -> None:
    send_after_commit(WAKE, preference_set.project_id)
