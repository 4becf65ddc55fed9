"""One line of a state table."""

from typing import NamedTuple


class Move(NamedTuple):
    """One line of a state table."""

    before: tuple[str, ...]
    after: str
