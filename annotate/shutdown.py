"""What a Celery worker that is shutting down does about its tasks: those that run can see it, and no other begins.

On a warm shutdown Celery waits for running tasks, which for a training run can be days; the task has to hear of it
and end. The signal arrives in the worker's main process, while a prefork pool runs the task in a child of it: one
byte of memory, mapped before the pool forks, is shared by both, and reading or setting it takes no lock, so that a
signal handler may.
"""

import mmap
from typing import Any

from celery import Task
from celery.exceptions import Reject
from celery.signals import worker_shutting_down

_flag = mmap.mmap(-1, 1)


@worker_shutting_down.connect
def _note(**about: Any) -> None:
    _flag[0] = 1


def worker_is_stopping() -> bool:
    """Tell whether this worker was asked to shut down."""
    return _flag[0] == 1


class YieldingTask(Task):  # type: ignore[misc]
    """A task that a worker told to shut down does not begin: its message goes back for another worker.

    A worker may take one more message after it was told, up to two seconds later at a broker that is a folder; often
    that of the very job which it has just given back, whose engine it would start only to stop it again.
    """

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the task, or put its message back."""
        if worker_is_stopping():
            raise Reject("The worker is shutting down.", requeue=True)
        return super().__call__(*args, **kwargs)
