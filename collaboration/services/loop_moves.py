"""How a round of the loop changes its state, and who is told."""

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from annotate.domain.states import LOOP_MOVES, LOOP_OPEN, NoticeKind
from annotate.permissions import Right
from annotate.services.notices import holders, notify
from collaboration.models import LoopRound
from collaboration.services.moves import row_move

if TYPE_CHECKING:
    from annotate.models import User


def round_move(row: LoopRound, action: str, *, actor: "User | None" = None, **values: Any) -> bool:
    """Do `action` of LOOP_MOVES as row_move does, and note when the step begins or the round ends."""
    now = timezone.now()
    finished_at = None if LOOP_MOVES[action].after in LOOP_OPEN else now
    return row_move(row, action, actor=actor, step_at=now, finished_at=finished_at, **values)


@transaction.atomic
def round_fail(row: LoopRound, *, code: str, detail: str = "") -> None:
    """End a round with the reason that its page shows, and tell those who train."""
    # PostgreSQL takes no NUL in a text, and an engine may print anything.
    if round_move(row, "fail", code=code[:50], detail=detail.replace("\0", "")):
        round_tell(row, NoticeKind.LOOP_FAILED)


def round_tell(row: LoopRound, kind: NoticeKind) -> None:
    """Leave a notice of a round for everybody who may train."""
    notify(
        users=holders(row.project_id, Right.TRAIN),
        project_id=row.project_id,
        kind=kind,
        data={"number": row.number},
    )


def round_locked(pk: int) -> LoopRound:
    """Read a round so that it stays as it is until the transaction ends."""
    return LoopRound.objects.select_for_update().get(pk=pk)
