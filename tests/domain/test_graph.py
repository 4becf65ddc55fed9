"""Ranking, against the paper's rule written out literally."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.domain.graph import (
    conflict_rate,
    conflicts,
    cycle_edges,
    preference_graph,
    rank_project,
    rank_prompt,
    supported_pairs,
)
from annotate.domain.types import VERDICT_SIGNS, Comparison, DomainError, Ranking


@st.composite
def prompts(draw, max_nodes=8, max_comparisons=24):
    """Responses of a prompt in any order, with comparisons: sparse, repeated, tied, contradictory."""
    numbers = draw(st.permutations(range(draw(st.integers(2, max_nodes)))))
    nodes = [f"r{number}" for number in numbers]
    pairs = st.tuples(st.sampled_from(nodes), st.sampled_from(nodes)).filter(lambda pair: pair[0] != pair[1])
    verdicts = st.sampled_from(draw(st.sampled_from([["a"], ["a", "b"], ["a", "b", "equal"], ["equal"]])))
    said = draw(st.lists(st.tuples(pairs, verdicts), max_size=max_comparisons))
    return nodes, [Comparison(a, b, verdict) for (a, b), verdict in said]


def literal_edges(comparisons):
    edges = set()
    for comparison in comparisons:
        if comparison.verdict in ("a", "equal"):
            edges.add((comparison.a, comparison.b))
        if comparison.verdict in ("b", "equal"):
            edges.add((comparison.b, comparison.a))
    return edges


def find_cycle(nodes, edges):
    """A cycle by depth-first search, as the list of its nodes, or None."""
    done = set()

    def search(node, path):
        if node in path:
            return path[path.index(node) :]
        if node in done:
            return None
        for chosen, rejected in sorted(edges, key=repr):
            if chosen == node and (cycle := search(rejected, [*path, node])):
                return cycle
        done.add(node)
        return None

    for node in nodes:
        if cycle := search(node, []):
            return cycle
    return None


def merge_until_acyclic(nodes, comparisons):
    """The paper's algorithm word for word: (tiers, super-nodes), both as sets of responses."""
    groups = [frozenset([node]) for node in nodes]
    said = literal_edges(comparisons)
    while True:
        group_of = {node: group for group in groups for node in group}
        edges = {(group_of[chosen], group_of[rejected]) for chosen, rejected in said}
        edges = {(chosen, rejected) for chosen, rejected in edges if chosen != rejected}
        cycle = find_cycle(groups, edges)
        if cycle is None:
            break
        groups = [group for group in groups if group not in cycle] + [frozenset().union(*cycle)]
    merged = {group for group in groups if len(group) > 1}
    tiers = []
    while groups:
        with_incoming = {rejected for _, rejected in edges}
        peeled = [group for group in groups if group not in with_incoming]
        tiers.append(frozenset().union(*peeled))
        groups = [group for group in groups if group in with_incoming]
        edges = {(chosen, rejected) for chosen, rejected in edges if chosen not in peeled}
    return tiers, merged


@given(prompts())
def test_a_prompt_is_ranked_as_by_merging_cycles_until_none_is_left(prompt):
    nodes, comparisons = prompt
    ranking = rank_prompt(nodes, comparisons)
    tiers, merged = merge_until_acyclic(nodes, comparisons)
    assert [frozenset(tier) for tier in ranking.tiers] == tiers
    assert {frozenset(group) for group in ranking.merged} == merged


@given(st.lists(prompts(max_nodes=6, max_comparisons=15), max_size=6), st.randoms(use_true_random=False))
def test_a_project_is_ranked_in_one_call_as_prompt_by_prompt(project, random):
    numbered = [(block, node) for block, (nodes, _) in enumerate(project) for node in nodes]
    random.shuffle(numbered)
    index = {response: number for number, response in enumerate(numbered)}
    said = [(block, comparison) for block, (_, comparisons) in enumerate(project) for comparison in comparisons]
    random.shuffle(said)
    ranked = rank_project(
        len(numbered),
        [index[block, comparison.a] for block, comparison in said],
        [index[block, comparison.b] for block, comparison in said],
        [VERDICT_SIGNS[comparison.verdict] for _, comparison in said],
    )
    for block, (nodes, comparisons) in enumerate(project):
        tiers, merged = merge_until_acyclic(nodes, comparisons)
        tier_of = {node: number for number, tier in enumerate(tiers) for node in tier}
        assert {node: ranked.tier[index[block, node]] for node in nodes} == tier_of
        for node in nodes:
            group = next((group for group in merged if node in group), {node})
            assert ranked.component[index[block, node]] == min(index[block, member] for member in group)
    rankings = [rank_prompt(nodes, comparisons) for nodes, comparisons in project]
    assert ranked.conflict.tolist() == [conflicts([comparison], rankings[block])[0] for block, comparison in said]


@given(prompts(), st.randoms(use_true_random=False))
def test_the_order_of_the_comparisons_does_not_matter(prompt, random):
    nodes, comparisons = prompt
    shuffled = random.sample(comparisons, len(comparisons))
    mirrored = [
        Comparison(comparison.b, comparison.a, {"a": "b", "b": "a", "equal": "equal"}[comparison.verdict])
        for comparison in shuffled
    ]
    assert rank_prompt(nodes, comparisons) == rank_prompt(nodes, shuffled) == rank_prompt(nodes, mirrored)


@given(prompts())
def test_tiers_and_super_nodes_keep_the_order_of_the_responses(prompt):
    nodes, comparisons = prompt
    ranking = rank_prompt(nodes, comparisons)
    for group in (*ranking.tiers, *ranking.merged):
        assert list(group) == sorted(group, key=nodes.index)
    firsts = [nodes.index(group[0]) for group in ranking.merged]
    assert firsts == sorted(firsts)


@given(prompts())
def test_an_ordered_pair_is_supported_when_a_path_of_comparisons_leads_down_only(prompt):
    nodes, comparisons = prompt
    graph = nx.DiGraph(literal_edges(comparisons))
    graph.add_nodes_from(nodes)
    below = {node: nx.descendants(graph, node) for node in nodes}
    expected = {(upper, lower) for upper in nodes for lower in below[upper] if upper not in below[lower] | {lower}}
    assert supported_pairs(nodes, comparisons, rank_prompt(nodes, comparisons)) == expected


@given(prompts())
def test_cycle_edges_are_those_that_a_path_leads_back_from(prompt):
    nodes, comparisons = prompt
    graph = nx.DiGraph(literal_edges(comparisons))
    expected = {(chosen, rejected) for chosen, rejected in graph.edges if nx.has_path(graph, rejected, chosen)}
    ranking = rank_prompt(nodes, comparisons)
    assert cycle_edges(preference_graph(nodes, comparisons), ranking) == expected


def test_a_cycle_of_three_is_merged_and_stands_between_what_beats_it_and_what_it_beats():
    comparisons = [
        Comparison("best", "x", "a"),
        Comparison("x", "y", "a"),
        Comparison("y", "z", "a"),
        Comparison("z", "x", "a"),
        Comparison("worst", "z", "b"),
    ]
    ranking = rank_prompt(["worst", "z", "y", "x", "best"], comparisons)
    assert ranking == Ranking(tiers=(("best",), ("z", "y", "x"), ("worst",)), merged=(("z", "y", "x"),))
    assert conflicts(comparisons, ranking) == [False, True, True, True, False]
    assert conflict_rate(comparisons, ranking) == 3 / 5


def test_layering_orders_pairs_that_no_comparison_supports():
    comparisons = [Comparison("p", "q", "a"), Comparison("s", "t", "a")]
    ranking = rank_prompt(["p", "q", "s", "t"], comparisons)
    assert ranking.tiers == (("p", "s"), ("q", "t"))
    assert supported_pairs(["p", "q", "s", "t"], comparisons, ranking) == {("p", "q"), ("s", "t")}


def test_a_comparison_conflicts_when_reversed_when_newly_tied_and_when_newly_ordered():
    ranking = Ranking(tiers=(("w", "x"), ("y",)), merged=())
    said = [
        Comparison("w", "y", "a"),
        Comparison("w", "y", "b"),
        Comparison("w", "y", "equal"),
        Comparison("w", "x", "equal"),
        Comparison("w", "x", "a"),
        Comparison("x", "w", "b"),
    ]
    assert conflicts(said, ranking) == [False, True, True, False, True, True]


def test_without_comparisons_all_responses_stand_in_one_tier_and_there_is_no_conflict_rate():
    ranking = rank_prompt([3, 1, 2], [])
    assert ranking == Ranking(tiers=((3, 1, 2),), merged=())
    assert conflict_rate([], ranking) is None
    assert rank_prompt([], []) == Ranking(tiers=(), merged=())


def test_a_long_chain_has_one_tier_for_each_response():
    n = 3000
    ranked = rank_project(n, np.arange(n - 1), np.arange(1, n), np.ones(n - 1))
    assert ranked.tier.tolist() == list(range(n))
    assert not ranked.conflict.any()


def test_a_pair_compared_a_thousand_times_is_one_edge_with_its_count():
    comparisons = [Comparison(1, 2, "a")] * 1000 + [Comparison(1, 2, "equal")]
    graph = preference_graph([1, 2], comparisons)
    assert graph.edges == {(1, 2): 1001, (2, 1): 1}
    assert rank_prompt([1, 2], comparisons).merged == ((1, 2),)
    assert rank_prompt([1, 2], comparisons[:1000]).tiers == ((1,), (2,))


def test_a_comparison_with_a_response_of_another_prompt_is_refused():
    for use in (rank_prompt, preference_graph):
        with pytest.raises(DomainError) as refused:
            use([1, 2], [Comparison(1, 3, "a")])
        assert refused.value.code == "foreign_response"


def test_a_response_given_twice_is_refused():
    with pytest.raises(DomainError) as refused:
        rank_prompt([1, 1], [])
    assert refused.value.code == "duplicate_response"


@pytest.mark.parametrize(
    ("a", "b", "verdict", "code"),
    [
        ([0, 1], [1], [1], "different_lengths"),
        ([0], [2], [1], "foreign_response"),
        ([-1], [1], [1], "foreign_response"),
        ([1], [1], [0], "self_comparison"),
        ([0], [1], [2], "unknown_verdict"),
    ],
)
def test_columns_that_say_nothing_sensible_are_refused(a, b, verdict, code):
    with pytest.raises(DomainError) as refused:
        rank_project(2, a, b, verdict)
    assert refused.value.code == code


def test_a_comparison_is_between_two_responses_and_has_a_known_verdict():
    for values, code in (((1, 1, "a"), "self_comparison"), ((1, 2, "A"), "unknown_verdict")):
        with pytest.raises(DomainError) as refused:
            Comparison(*values)
        assert refused.value.code == code
