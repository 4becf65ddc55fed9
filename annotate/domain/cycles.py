"""The cycles of a preference graph, laid out one by one for people to look at."""

from __future__ import annotations

from collections.abc import Hashable

from annotate.domain.types import Node, PreferenceGraph


def short_cycles(graph: PreferenceGraph[Node]) -> list[tuple[Node, ...]]:
    """Return a shortest cycle through every response that lies on one, no set of responses twice, shortest first.

    A cycle (a, b, c) says a over b, b over c, c over a. Every super-node is covered by the cycles of its responses.
    Nodes are searched in their own order, so that the same graph gives the same cycles.
    """
    place = {node: number for number, node in enumerate(graph.nodes)}
    worse: dict[Node, list[Node]] = {node: [] for node in graph.nodes}
    for chosen, rejected in sorted(graph.edges, key=lambda edge: (place[edge[0]], place[edge[1]])):
        worse[chosen].append(rejected)
    found: dict[frozenset[Hashable], tuple[Node, ...]] = {}
    for node in graph.nodes:
        cycle = _shortest(node, worse)
        if cycle:
            found.setdefault(frozenset(cycle), cycle)
    return sorted(found.values(), key=len)


def _shortest(start: Node, worse: dict[Node, list[Node]]) -> tuple[Node, ...]:
    """Return a shortest way from `start` back to it, breadth first; empty where there is none."""
    ways: list[tuple[Node, ...]] = [(start,)]
    seen: set[Node] = set()
    for way in ways:
        for node in worse[way[-1]]:
            if node == start:
                return way
            if node not in seen:
                seen.add(node)
                ways.append((*way, node))
    return ()
