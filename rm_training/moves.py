"""How a run changes its state: one conditional UPDATE that must hit one row, and one line of the log, together."""

import logging
from typing import TYPE_CHECKING, Any

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from annotate.domain.states import RUN_MOVES
from rm_training.models import TrainingRun

if TYPE_CHECKING:
    from annotate.models import User

logger = logging.getLogger(__name__)

RUN_TRAIN = "rm_training.tasks.run_train"


@transaction.atomic
def run_move(
    run: TrainingRun,
    action: str,
    *,
    held_by: str | None = None,
    actor: "User | None" = None,
    reason: str = "",
    **values: Any,
) -> bool:
    """Do `action` of RUN_MOVES to a run that is still as it was read, writing `values` too; False if it is not.

    With `held_by` the run must also still be held by that claim. On success `run` is read again.
    """
    move = RUN_MOVES[action]
    before = run.state
    rows = TrainingRun.objects.filter(pk=run.pk, state=before)
    if held_by is not None:
        rows = rows.filter(worker=held_by)
    if before not in move.before or rows.update(state=move.after, **values) != 1:
        return False
    run.refresh_from_db()
    # The log is annotate's; the relation reaches it without importing its models.
    run.project.events.create(
        kind=f"run_{action}",
        subject="trainingrun",
        subject_id=run.pk,
        actor=actor,
        before=before,
        after=move.after,
        reason=reason,
    )
    return True


def run_enqueue(run_id: int) -> None:
    """Send a message for a queued run once the current transaction is committed.

    It carries only the id, and may be lost: whatever stays queued is sent again by `runs_requeue`.
    """

    def send() -> None:
        try:
            current_app.send_task(RUN_TRAIN, args=[run_id])
        except (OperationalError, OSError):
            logger.exception("The broker took no message for run %s; it will be sent again.", run_id)

    transaction.on_commit(send)
