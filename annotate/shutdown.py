"""Lets a running task see that its Celery worker is shutting down.

On a warm shutdown Celery waits for running tasks, which for a training run can be days; the task has to hear of it
and end. The signal arrives in the worker's main process, while a prefork pool runs the task in a child of it: one
byte of memory, mapped before the pool forks, is shared by both, and reading or setting it takes no lock, so that a
signal handler may.
"""

import mmap
from typing import Any

from celery.signals import worker_shutting_down

_flag = mmap.mmap(-1, 1)


@worker_shutting_down.connect
def _note(**about: Any) -> None:
    _flag[0] = 1


def worker_is_stopping() -> bool:
    """Tell whether this worker was asked to shut down."""
    return _flag[0] == 1
