"""Rank correlations of rewards with tiers."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kendalltau, spearmanr

from annotate.domain.correlation import order_of_rewards, rank_correlations, tiers_of_pairs
from annotate.domain.ranking import ordered_pairs

PROMPT = st.integers(1, 6).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(0, 3), min_size=n, max_size=n),
        st.lists(st.sampled_from([-1.5, 0.0, 0.25, 2.0, 3.0]), min_size=n, max_size=n),
    )
)


def tiers_of(places: list[int]) -> list[list[int]]:
    return [[i for i, place in enumerate(places) if place == tier] for tier in sorted(set(places))]


@given(st.lists(PROMPT, max_size=5))
def test_correlations_are_scipys_averaged_over_prompts_with_two_tiers(prompts):
    found = rank_correlations((tiers_of(places), dict(enumerate(rewards))) for places, rewards in prompts)

    counting = [(places, rewards) for places, rewards in prompts if len(set(places)) > 1]
    assert found.n == len(counting)
    if not counting:
        assert (found.spearman, found.kendall) == (None, None)
        return
    for mine, scipys in ((found.spearman, spearmanr), (found.kendall, kendalltau)):
        values = [
            0.0 if len(set(rewards)) == 1 else scipys([-place for place in places], rewards).statistic
            for places, rewards in counting
        ]
        assert mine == pytest.approx(sum(values) / len(values), abs=1e-9)


def test_rewards_in_the_order_of_the_tiers_give_one_and_reversed_minus_one():
    tiers = [["a"], ["b"], ["c"]]

    right = rank_correlations([(tiers, {"a": 3.0, "b": 1.0, "c": -math.inf})])
    wrong = rank_correlations([(tiers, {"a": 0.0, "b": 1.0, "c": 2.0})])

    assert (right.spearman, right.kendall) == (1, 1)
    assert (wrong.spearman, wrong.kendall) == (-1, -1)


def test_equal_rewards_share_a_tier():
    assert order_of_rewards({"a": 1.0, "b": 2.0, "c": 1.0}) == [["b"], ["a", "c"]]


@given(st.lists(st.integers(0, 3), max_size=6))
def test_tiers_come_back_from_their_pairs(places):
    tiers = tiers_of(places)

    assert tiers_of_pairs(len(places), ordered_pairs(tiers)) == tiers


@pytest.mark.parametrize(
    ("n", "pairs"),
    [(3, [(0, 1)]), (3, [(0, 1), (1, 2)]), (2, [(0, 1), (1, 0)]), (3, [(0, 1), (1, 2), (2, 0)])],
)
def test_pairs_that_are_no_whole_ranking_have_no_tiers(n, pairs):
    assert tiers_of_pairs(n, pairs) is None
