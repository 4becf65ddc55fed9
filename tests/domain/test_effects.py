"""The ranking without a vote, against networkx on the votes that are left."""

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.domain.effects import vote_effects, without
from annotate.domain.types import Comparison, DomainError
from tests.domain.test_graph import prompts


def networkx_ranking(nodes, comparisons):
    """(tiers, super-nodes, number of contradicted votes), as sets."""
    graph = nx.DiGraph()
    graph.add_nodes_from(nodes)
    for said in comparisons:
        if said.verdict != "b":
            graph.add_edge(said.a, said.b)
        if said.verdict != "a":
            graph.add_edge(said.b, said.a)
    condensed = nx.condensation(graph)
    tiers = [
        {member for group in layer for member in condensed.nodes[group]["members"]}
        for layer in nx.topological_generations(condensed)
    ]
    merged = {frozenset(data["members"]) for _, data in condensed.nodes(data=True) if len(data["members"]) > 1}
    tier = {node: number for number, layer in enumerate(tiers) for node in layer}
    holds = {"a": lambda x, y: x < y, "b": lambda x, y: x > y, "equal": lambda x, y: x == y}
    wrong = sum(not holds[said.verdict](tier[said.a], tier[said.b]) for said in comparisons)
    return tiers, merged, wrong


def as_sets(ranking, n_conflicts):
    return [set(tier) for tier in ranking.tiers], {frozenset(group) for group in ranking.merged}, n_conflicts


@given(prompts())
def test_each_vote_is_left_out_alone(prompt):
    nodes, said = prompt
    whole = networkx_ranking(nodes, said)
    effects = vote_effects(nodes, said)
    assert [effect.index for effect in effects] == list(range(len(said)))
    for effect in effects:
        left = said[: effect.index] + said[effect.index + 1 :]
        expected = networkx_ranking(nodes, left)
        assert as_sets(effect.ranking_without, effect.n_conflicts_without) == expected
        assert effect.changes is (expected[0] != whole[0])
        assert without(nodes, said, [effect.index]) == (effect.ranking_without, effect.n_conflicts_without)


@given(prompts(), st.data())
def test_any_votes_can_be_left_out_together(prompt, data):
    nodes, said = prompt
    drop = data.draw(st.sets(st.sampled_from(range(len(said))))) if said else set()
    left = [vote for place, vote in enumerate(said) if place not in drop]
    assert as_sets(*without(nodes, said, drop)) == networkx_ranking(nodes, left)


def test_the_vote_that_closes_a_cycle_is_the_one_that_ties_everything():
    said = [Comparison("x", "y", "a"), Comparison("y", "z", "a"), Comparison("z", "x", "a"), Comparison("x", "y", "a")]
    effects = vote_effects(["x", "y", "z"], said)
    assert [effect.changes for effect in effects] == [False, True, True, False]
    assert effects[2].ranking_without.tiers == (("x",), ("y",), ("z",))
    assert effects[2].n_conflicts_without == 0
    assert effects[0].n_conflicts_without == 3


def test_a_vote_may_dissolve_a_super_node_without_moving_a_tier():
    effects = vote_effects(["x", "y"], [Comparison("x", "y", "equal")])
    assert effects[0].changes is False
    assert effects[0].ranking_without.merged == ()


def test_a_prompt_without_votes_has_no_effects():
    assert vote_effects(["x", "y"], []) == []
    assert vote_effects([], []) == []


def test_votes_that_do_not_belong_are_refused():
    for refuse in (vote_effects, lambda nodes, said: without(nodes, said, [])):
        with pytest.raises(DomainError) as refused:
            refuse(["x", "y"], [Comparison("x", "z", "a")])
        assert refused.value.code == "foreign_response"
    for place in (1, -1):
        with pytest.raises(DomainError) as refused:
            without(["x", "y"], [Comparison("x", "y", "a")], [place])
        assert refused.value.code == "unknown_comparison"
