"""What one vote does to a prompt's ranking: the ranking that would be without it (PROTOCOL 7)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Generic

import numpy as np

from annotate.domain.graph import conflicts, node_index, rank_project, rank_prompt, ranking_of
from annotate.domain.types import VERDICT_SIGNS, Comparison, DomainError, Node, Ranking


@dataclass(frozen=True, slots=True)
class Effect(Generic[Node]):
    """A prompt without the comparison at index.

    n_conflicts_without: how many of the others that ranking contradicts. changes: whether its tiers are not those of
    the ranking with all comparisons; a super-node may come apart without that.
    """

    index: int
    ranking_without: Ranking[Node]
    n_conflicts_without: int
    changes: bool


def vote_effects(nodes: Sequence[Node], comparisons: Sequence[Comparison[Node]]) -> list[Effect[Node]]:
    """The effect of each comparison of one prompt, left out alone; errors as for graph.rank_prompt.

    One copy of the prompt for each comparison is ranked, and one with all of them, in one call: time and memory grow
    with the square of the number of comparisons.
    """
    index, n, m = node_index(nodes, comparisons), len(nodes), len(comparisons)
    a = np.array([index[comparison.a] for comparison in comparisons], dtype=np.int64)
    b = np.array([index[comparison.b] for comparison in comparisons], dtype=np.int64)
    verdict = np.array([VERDICT_SIGNS[comparison.verdict] for comparison in comparisons], dtype=np.int64)
    kept = ~np.eye(m + 1, m, dtype=bool)  # copy x comparison; the last copy keeps them all
    copy, place = np.nonzero(kept)
    ranked = rank_project((m + 1) * n, a[place] + copy * n, b[place] + copy * n, verdict[place])
    n_conflicts = np.bincount(copy[ranked.conflict], minlength=m + 1).tolist()
    component, tier = ranked.component.reshape(m + 1, n), ranked.tier.reshape(m + 1, n)
    changes = (tier[:m] != tier[m]).any(axis=1).tolist()
    return [
        Effect(number, ranking_of(nodes, component[number], tier[number]), n_conflicts[number], changes[number])
        for number in range(m)
    ]


def without(
    nodes: Sequence[Node], comparisons: Sequence[Comparison[Node]], drop: Collection[int]
) -> tuple[Ranking[Node], int]:
    """The ranking without the comparisons at some indices, and how many of those left it contradicts.

    Errors as for graph.rank_prompt, and DomainError("unknown_comparison") for an index that names none.
    """
    dropped = set(drop)
    if not dropped.issubset(range(len(comparisons))):
        raise DomainError("unknown_comparison", "An index names no comparison of the prompt.", field="drop")
    left = [comparison for place, comparison in enumerate(comparisons) if place not in dropped]
    ranking = rank_prompt(nodes, left)
    return ranking, sum(conflicts(left, ranking))
