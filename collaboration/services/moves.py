"""How a row of this room changes its state: one conditional UPDATE that must hit one row, and one line of the log."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from django.db import transaction

from annotate.domain.states import (
    LOOP_MOVES,
    RECIPE_MOVES,
    SECOND_OPINION_MOVES,
    SUSPICION_MOVES,
    VARIANT_MOVES,
    Move,
)
from annotate.models import User
from annotate.services.events import event
from collaboration.models import (
    AblationVariant,
    DistantRun,
    LoopRound,
    PriorityRun,
    SecondOpinion,
    Suspicion,
    SuspicionRun,
)

Row = DistantRun | AblationVariant | LoopRound | SecondOpinion | Suspicion


def _of_project(row: Any) -> dict[str, Any]:
    return {"project_id": row.project_id}


class Kind(NamedTuple):
    """What one kind of row is called in the log, how it moves, and in which column it says why.

    `fields` returns what else a line of the log says of a row, its project included, as arguments of `event`.
    """

    name: str
    moves: Mapping[str, Move]
    reason: str
    fields: Callable[[Any], dict[str, Any]] = _of_project


KINDS: dict[type[Row], Kind] = {
    DistantRun: Kind("recipe", RECIPE_MOVES, "error_code"),
    AblationVariant: Kind("variant", VARIANT_MOVES, "error_code", lambda row: {"project_id": row.recipe.project_id}),
    LoopRound: Kind("loop", LOOP_MOVES, "code", lambda row: {**_of_project(row), "data": {"number": row.number}}),
    SuspicionRun: Kind("suspicionrun", SECOND_OPINION_MOVES, "error_code"),
    PriorityRun: Kind("priorityrun", SECOND_OPINION_MOVES, "error_code"),
    Suspicion: Kind(
        "suspicion", SUSPICION_MOVES, "reason", lambda row: {**_of_project(row), "prompt_id": row.prompt_id}
    ),
}


@transaction.atomic
def row_move(row: Row, action: str, *, actor: User | None = None, **values: Any) -> bool:
    """Do `action` of its table to a row that is still as it was read, writing `values` too; False if it is not.

    On success `row` is read again.
    """
    kind = KINDS[type(row)]
    move, before = kind.moves[action], row.state
    rows = type(row)._default_manager.filter(pk=row.pk, state=before)
    if before not in move.before or rows.update(state=move.after, **values) != 1:
        return False
    row.refresh_from_db()
    event(
        kind=f"{kind.name}_{action}",
        subject=row,
        actor=actor,
        before=before,
        after=move.after,
        reason=getattr(row, kind.reason),
        **kind.fields(row),
    ).save()
    return True
