"""Design of the annotation tasks: a ring of overlapping windows, and seeded random orders (PROTOCOL 3)."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Generic

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


@dataclass(frozen=True, slots=True)
class RingChange(Generic[Node]):
    """What a discard changes in a prompt's tasks: live ones to retire, and new ones in ring order."""

    retired: tuple[tuple[Node, ...], ...]
    added: tuple[tuple[Node, ...], ...]


def ring_rebuild(
    ring: Sequence[Node],
    discarded: Collection[Node],
    live: Sequence[tuple[Node, ...]],
    covered: Sequence[Collection[frozenset[Node]]],
    width: int = 3,
) -> RingChange[Node]:
    """The tasks to retire and to add when responses leave the ring; work already done is kept where it still applies.

    ring: the responses in ring order, those that left before may still stand in it. discarded: all that are out. live:
    the responses of each task that is not retired. covered: for each pass, the pairs that submitted work has compared.
    The new ring is the old order without the discarded ones. One of its windows is added unless a live task, or one
    added before it, holds the same responses, or every pass has compared all its pairs (no pass at all has compared
    none). DomainError("too_few_responses") when fewer than width are left.
    """
    out = set(discarded)
    left = [node for node in ring if node not in out]
    held = {frozenset(task) for task in live if out.isdisjoint(task)}
    added = []
    for places in ring_tasks(len(left), width):
        task = tuple(left[place] for place in places)
        pairs = {frozenset(pair) for pair in combinations(task, 2)}
        done = bool(covered) and all(pairs.issubset(compared) for compared in covered)
        if frozenset(task) not in held and not done:
            held.add(frozenset(task))
            added.append(task)
    return RingChange(retired=tuple(task for task in live if not out.isdisjoint(task)), added=tuple(added))


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
