"""From comparisons to a partial ranking: merge cycles, peel tiers, count conflicts (PROTOCOL 7).

One response is one node; a comparison is an edge chosen -> rejected, "equal" is both edges. Merging the nodes
of a cycle until none is left gives the strongly connected components, whatever cycle is found first; peeling
the nodes without incoming edges layers their condensation by the longest path from a source. rank_project
does that for any number of prompts at once, since prompts share no edge; rank_prompt is the same for one
prompt's own ids.

Source: Wen et al., "Cheems", ACL 2025 (arXiv 2502.17173v3).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from annotate.domain.types import (
    VERDICT_SIGNS,
    Comparison,
    DomainError,
    Node,
    PreferenceGraph,
    Ranking,
    verdict_of_tiers,
)

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class ProjectRanking:
    """Rankings of all prompts of a project.

    component: int[R], the index of the first response of the super-node that a response belongs to (its own
    index when it was not merged). tier: int[R], 0 the best tier of its prompt. conflict: bool[C], whether the
    ranking contradicts the comparison.
    """

    component: Ints
    tier: Ints
    conflict: NDArray[np.bool_]


def rank_project(n_responses: int, a: ArrayLike, b: ArrayLike, verdict: ArrayLike) -> ProjectRanking:
    """Rank the responses of all prompts in one call.

    n_responses: R, the responses of all prompts, numbered 0..R-1. a, b: int[C], the two responses of each
    comparison. verdict: int[C], 1 where a is better, -1 where b is better, 0 where they are equal
    (types.VERDICT_SIGNS). Time is linear in R + C, with one array pass per tier of the deepest prompt.
    DomainError: different_lengths, foreign_response, self_comparison, unknown_verdict.
    """
    a, b, verdict = (np.asarray(column, dtype=np.int64) for column in (a, b, verdict))
    _check_columns(n_responses, a, b, verdict)
    chosen = np.concatenate([a[verdict >= 0], b[verdict <= 0]])
    rejected = np.concatenate([b[verdict >= 0], a[verdict <= 0]])
    component = _components(n_responses, chosen, rejected)
    tier = _tiers(n_responses, component[chosen], component[rejected])[component]
    return ProjectRanking(component, tier, conflict=np.sign(tier[b] - tier[a]) != verdict)


def rank_prompt(nodes: Sequence[Node], comparisons: Iterable[Comparison[Node]]) -> Ranking[Node]:
    """Rank the responses of one prompt; the order of the comparisons does not matter.

    nodes: the responses, each once. DomainError("foreign_response") for a comparison of anything else,
    DomainError("duplicate_response") for a response given twice.
    """
    comparisons = list(comparisons)
    index = node_index(nodes, comparisons)
    ranked = rank_project(
        len(nodes),
        [index[comparison.a] for comparison in comparisons],
        [index[comparison.b] for comparison in comparisons],
        [VERDICT_SIGNS[comparison.verdict] for comparison in comparisons],
    )
    return ranking_of(nodes, ranked.component, ranked.tier)


def ranking_of(nodes: Sequence[Node], component: Ints, tier: Ints) -> Ranking[Node]:
    """The ranking of one prompt from the columns of its own responses in a ProjectRanking, in the order of nodes."""
    groups = _grouped(nodes, component)
    return Ranking(tiers=_grouped(nodes, tier), merged=tuple(group for group in groups if len(group) > 1))


def node_index(nodes: Sequence[Node], comparisons: Iterable[Comparison[Node]]) -> dict[Node, int]:
    """The place of each node; errors as for rank_prompt."""
    index = {node: number for number, node in enumerate(nodes)}
    if len(index) != len(nodes):
        raise DomainError("duplicate_response", "A response is given twice.", field="nodes")
    for comparison in comparisons:
        if comparison.a not in index or comparison.b not in index:
            raise DomainError("foreign_response", f"{comparison} names a response of another prompt.")
    return index


def preference_graph(nodes: Sequence[Node], comparisons: Iterable[Comparison[Node]]) -> PreferenceGraph[Node]:
    """The graph of a prompt's comparisons; errors as for rank_prompt."""
    comparisons = list(comparisons)
    node_index(nodes, comparisons)
    edges: Counter[tuple[Node, Node]] = Counter()
    for comparison in comparisons:
        if comparison.verdict != "b":
            edges[comparison.a, comparison.b] += 1
        if comparison.verdict != "a":
            edges[comparison.b, comparison.a] += 1
    return PreferenceGraph(tuple(nodes), MappingProxyType(dict(edges)))


def cycle_edges(graph: PreferenceGraph[Node], ranking: Ranking[Node]) -> set[tuple[Node, Node]]:
    """The edges (chosen, rejected) that lie on a cycle: those inside one super-node."""
    group_of = {node: number for number, group in enumerate(ranking.merged) for node in group}
    return {
        (chosen, rejected)
        for chosen, rejected in graph.edges
        if chosen in group_of and group_of[chosen] == group_of.get(rejected)
    }


def supported_pairs(
    nodes: Sequence[Node], comparisons: Iterable[Comparison[Node]], ranking: Ranking[Node]
) -> set[tuple[Node, Node]]:
    """The ordered pairs (better, worse) of the ranking that a path of comparisons backs.

    The other ordered pairs come from the layering alone. A path may run through a super-node, whose responses
    are alike.
    """
    successors: dict[Node, list[Node]] = {node: [] for node in nodes}
    for chosen, rejected in preference_graph(nodes, comparisons).edges:
        successors[chosen].append(rejected)
    tier_of = ranking.tier_numbers()
    return {
        (better, worse)
        for better in nodes
        for worse in _reachable(better, successors)
        if tier_of[better] < tier_of[worse]
    }


def conflicts(comparisons: Iterable[Comparison[Node]], ranking: Ranking[Node]) -> list[bool]:
    """For each comparison, whether the ranking contradicts it.

    It does where the two are ordered differently, ordered but now tied, or tied but now ordered.
    """
    tier_of = ranking.tier_numbers()
    return [
        comparison.verdict != verdict_of_tiers(tier_of[comparison.a], tier_of[comparison.b])
        for comparison in comparisons
    ]


def conflict_rate(comparisons: Iterable[Comparison[Node]], ranking: Ranking[Node]) -> float | None:
    """Share of the comparisons that the ranking contradicts; None without comparisons."""
    contradicted = conflicts(comparisons, ranking)
    return sum(contradicted) / len(contradicted) if contradicted else None


def _components(n: int, chosen: Ints, rejected: Ints) -> Ints:
    """Strongly connected components, each named by its first node (SciPy's labels follow the edge order)."""
    if n == 0:
        return np.empty(0, dtype=np.int64)
    edges = coo_array((np.ones(len(chosen)), (chosen, rejected)), shape=(n, n)).tocsr()
    _, labels = connected_components(edges, directed=True, connection="strong")
    _, first = np.unique(labels, return_index=True)
    return np.asarray(first[labels], dtype=np.int64)


def _tiers(n: int, chosen: Ints, rejected: Ints) -> Ints:
    """The peel in which each node goes. Edges must be acyclic but for the loops that merging leaves."""
    apart = chosen != rejected
    chosen, rejected = chosen[apart], rejected[apart]
    tier = np.zeros(n, dtype=np.int64)
    peel = 0
    while chosen.size:
        peel += 1
        tier[rejected] = peel  # whatever still has an incoming edge waits for this peel, or a later one
        waiting = tier[chosen] == peel
        chosen, rejected = chosen[waiting], rejected[waiting]
    return tier


def _check_columns(n: int, a: Ints, b: Ints, verdict: Ints) -> None:
    if not (a.ndim == 1 and a.shape == b.shape == verdict.shape):
        raise DomainError("different_lengths", "a, b and verdict must be columns of one length.")
    if a.size and (min(a.min(), b.min()) < 0 or max(a.max(), b.max()) >= n):
        raise DomainError("foreign_response", f"A comparison names a response outside 0..{n - 1}.")
    if (a == b).any():
        raise DomainError("self_comparison", "A response is compared with itself.")
    if (np.abs(verdict) > 1).any():
        raise DomainError("unknown_verdict", "A verdict is neither 1, 0 nor -1.", field="verdict")


def _grouped(nodes: Sequence[Node], labels: Ints) -> tuple[tuple[Node, ...], ...]:
    """The nodes by label, labels ascending, nodes in their own order."""
    groups: dict[int, list[Node]] = {}
    for node, label in zip(nodes, labels.tolist(), strict=True):
        groups.setdefault(label, []).append(node)
    return tuple(tuple(groups[label]) for label in sorted(groups))


def _reachable(start: Node, successors: dict[Node, list[Node]]) -> set[Node]:
    found, waiting = {start}, [start]
    while waiting:
        new = set(successors[waiting.pop()]) - found
        found |= new
        waiting.extend(new)
    return found
