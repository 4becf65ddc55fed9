"""The cycles that are laid out for people, against NetworkX."""

from itertools import pairwise

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from annotate.domain.cycles import short_cycles
from annotate.domain.graph import preference_graph, rank_prompt
from annotate.domain.types import Comparison

NODES = list("ABCDEF")
COMPARISONS = st.lists(
    st.builds(
        lambda pair, verdict: Comparison(pair[0], pair[1], verdict),
        st.lists(st.sampled_from(NODES), min_size=2, max_size=2, unique=True),
        st.sampled_from(["a", "b", "equal"]),
    ),
    max_size=14,
)


def test_a_better_than_b_than_c_than_a_is_one_cycle() -> None:
    said = [Comparison("A", "B", "a"), Comparison("B", "C", "a"), Comparison("A", "C", "b"), Comparison("C", "D", "a")]
    assert short_cycles(preference_graph(list("ABCD"), said)) == [("A", "B", "C")]


def test_equal_responses_are_a_cycle_of_two_and_come_before_longer_ones() -> None:
    said = [
        Comparison("A", "B", "a"),
        Comparison("B", "C", "a"),
        Comparison("A", "C", "b"),
        Comparison("D", "E", "equal"),
    ]
    assert short_cycles(preference_graph(list("ABCDE"), said)) == [("D", "E"), ("A", "B", "C")]


@given(COMPARISONS)
def test_every_merged_response_lies_on_a_shortest_cycle_of_real_edges_and_no_other_does(said: list) -> None:
    graph = preference_graph(NODES, said)
    cycles = short_cycles(graph)
    reference = nx.DiGraph(list(graph.edges))
    for cycle in cycles:
        assert all(edge in graph.edges for edge in pairwise([*cycle, cycle[0]]))
        assert len(set(cycle)) == len(cycle)
    assert len({frozenset(cycle) for cycle in cycles}) == len(cycles)
    merged = {node for group in rank_prompt(NODES, said).merged for node in group}
    assert {node for cycle in cycles for node in cycle} == merged
    for node in merged:
        back = min(
            nx.shortest_path_length(reference, after, node) + 1
            for after in reference.successors(node)
            if nx.has_path(reference, after, node)
        )
        assert min(len(cycle) for cycle in cycles if node in cycle) <= back
        assert any(len(cycle) == back and node in cycle for cycle in cycles)
