"""Ordered pairs and the benchmark's figures."""

import math
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.domain.ranking import BenchmarkItem, ordered_pairs, score_prompts
from annotate.domain.types import DomainError

REWARDS = st.sampled_from([-1.0, 0.0, 0.5, 2.0, math.inf, -math.inf, math.nan])


@st.composite
def items(draw):
    tier_of = draw(st.lists(st.integers(0, 3), min_size=1, max_size=5))
    tiers = [[r for r, tier in enumerate(tier_of) if tier == number] for number in sorted(set(tier_of))]
    rewards = {r: draw(REWARDS) for r in range(len(tier_of))}
    return BenchmarkItem(draw(st.sampled_from(["数学", "写作", "代码"])), ordered_pairs(tiers), rewards)


def test_ordered_pairs_run_across_all_tiers_and_never_within_one():
    assert ordered_pairs([["a"], ["b", "c"], ["d"]]) == [
        ("a", "b"),
        ("a", "c"),
        ("a", "d"),
        ("b", "d"),
        ("c", "d"),
    ]
    assert ordered_pairs([["a", "b", "c"]]) == []


@given(st.lists(items(), max_size=8))
def test_figures_equal_a_literal_count_by_category(benchmark):
    scores = score_prompts(benchmark)
    accuracies, exact_matches = [], []
    for name in sorted({item.category for item in benchmark if item.pairs}):
        prompts = [item for item in benchmark if item.category == name and item.pairs]
        n_pairs = n_right = n_exact = 0
        for item in prompts:
            right = 0
            for winner, loser in item.pairs:
                if item.rewards[winner] > item.rewards[loser]:
                    right += 1
            n_pairs += len(item.pairs)
            n_right += right
            n_exact += right == len(item.pairs)
        accuracies.append(n_right / n_pairs)
        exact_matches.append(n_exact / len(prompts))
        assert scores["categories"][name] == {
            "accuracy": accuracies[-1],
            "exact_match": exact_matches[-1],
            "n_prompts": len(prompts),
            "n_pairs": n_pairs,
        }
    if accuracies:
        assert scores["accuracy"] == pytest.approx(sum(accuracies) / len(accuracies))
        assert scores["exact_match"] == pytest.approx(sum(exact_matches) / len(exact_matches))
    else:
        assert scores["accuracy"] is scores["exact_match"] is scores["micro"]["accuracy"] is None


def test_the_top_level_weighs_categories_and_micro_weighs_pairs_and_prompts():
    right = BenchmarkItem("数学", [("a", "b")], {"a": 1.0, "b": 0.0})
    half = BenchmarkItem("写作", [("a", "b"), ("b", "c")], {"a": 1.0, "b": 0.0, "c": 2.0})
    scores = score_prompts([half, half, half, right])
    assert (scores["accuracy"], scores["exact_match"]) == (0.75, 0.5)
    assert scores["micro"] == {"accuracy": 4 / 7, "exact_match": 1 / 4}
    assert (scores["n_prompts"], scores["n_pairs"]) == (4, 7)


@pytest.mark.parametrize("reward", [0.0, 3.5, math.nan, math.inf])
def test_a_constant_reward_gets_nothing_right(reward):
    constant = BenchmarkItem("数学", ordered_pairs([["a"], ["b", "c"]]), dict.fromkeys("abc", reward))
    scores = score_prompts([constant])
    assert (scores["accuracy"], scores["exact_match"]) == (0.0, 0.0)


@pytest.mark.parametrize("rewards", list(permutations([math.nan, 1.0])))
def test_a_reward_that_is_not_a_number_is_never_right(rewards):
    scores = score_prompts([BenchmarkItem("数学", [("a", "b")], dict(zip("ab", rewards, strict=True)))])
    assert scores["accuracy"] == 0.0


def test_a_prompt_without_ordered_pairs_does_not_count():
    ranked = BenchmarkItem("数学", [("a", "b")], {"a": 1.0, "b": 0.0})
    tied = BenchmarkItem("写作", [], {"a": 1.0, "b": 1.0})
    assert score_prompts([ranked, tied]) == score_prompts([ranked])


def test_a_response_without_a_reward_is_refused():
    with pytest.raises(DomainError) as refused:
        score_prompts([BenchmarkItem("数学", [("a", "b")], {"a": 1.0})])
    assert refused.value.code == "missing_reward"
