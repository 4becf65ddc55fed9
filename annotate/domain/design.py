"""Design of the annotation tasks: a ring of overlapping windows, and seeded random orders (PROTOCOL 3)."""

from __future__ import annotations

import random
from collections.abc import Sequence

from annotate.domain.types import DomainError, Node


def ring_order(n: int, seed: int | str) -> list[int]:
    """Random order of 0..n-1 around the ring, the same for the same seed in every process."""
    return _shuffled(range(n), seed)


def ring_tasks(n: int, width: int = 3) -> list[tuple[int, ...]]:
    """The n windows of width neighbours on a ring of n positions.

    For n = 5 and width 3 that covers all ten pairs, neighbours twice and the others once. PROTOCOL 3 wants n
    tasks for every n >= width, so with n == width each task holds the same responses, started one further
    along. DomainError("too_few_responses") for n < width, DomainError("invalid_width") for a width without a
    pair.
    """
    if width < 2:
        raise DomainError("invalid_width", "A task needs at least two responses.", field="width")
    if n < width:
        raise DomainError("too_few_responses", f"{n} responses are fewer than the {width} of one task.")
    return [tuple((start + step) % n for step in range(width)) for start in range(n)]


def display_order(ids: Sequence[Node], seed: int | str) -> list[Node]:
    """The responses in random order for display, the same for the same ids and seed in every process."""
    return _shuffled(ids, seed)


def _shuffled(items: Sequence[Node], seed: int | str) -> list[Node]:
    # Of the generators at hand only random.Random.random() is documented to give the same numbers for the
    # same seed in every Python version; random.shuffle and NumPy's Generator may change their streams, so we
    # sort by its draws.
    generator = random.Random(seed)
    draws = [generator.random() for _ in items]
    return [items[place] for place in sorted(range(len(items)), key=draws.__getitem__)]
