"""A state table as a diagram, and an event log read back against it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from annotate.domain.states import Move
from annotate.domain.types import DomainError


def mermaid(moves: Mapping[str, Move], initial: str) -> str:
    """A table of states as the text of a Mermaid stateDiagram-v2, ending in a newline.

    States and edges stand in the order of the table, an edge under the name of its action; a state that no move leaves
    leads to the end.
    """
    states = list(dict.fromkeys([str(initial), *(str(state) for move in moves.values() for state in _ends(move))]))
    left = {state for move in moves.values() for state in move.before}
    lines = [f"    {state}" for state in states]
    lines.append(f"    [*] --> {initial}")
    lines += [f"    {before} --> {move.after}: {action}" for action, move in moves.items() for before in move.before]
    lines += [f"    {state} --> [*]" for state in states if state not in left]
    return "\n".join(["stateDiagram-v2", *lines, ""])


def events_fold(moves: Mapping[str, Move], lines: Iterable[tuple[str, str, str]], initial: str) -> str:
    """The state that an event log leads to: every line must be a move of the table from the state so far.

    lines: (action, before, after), oldest first; without any the state is still the initial one.
    DomainError("illegal_move") names the first line that is no such move: details line (1 for the first), action,
    before, after, and state, where the row then stood.
    """
    state = initial
    for number, (action, before, after) in enumerate(lines, start=1):
        move = moves.get(action)
        if move is None or before != state or state not in move.before or after != move.after:
            raise DomainError(
                "illegal_move",
                f"Line {number}: {action} from {before} to {after} is no move from {state}.",
                line=number,
                action=action,
                before=before,
                after=after,
                state=state,
            )
        state = after
    return state


def _ends(move: Move) -> tuple[str, ...]:
    return (*move.before, move.after)
