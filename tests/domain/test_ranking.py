"""Ordered pairs and the benchmark's figures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.domain.ranking import ordered_pairs, score_right

PROMPTS = st.tuples(st.sampled_from(["数学", "写作", "代码"]), st.lists(st.booleans(), max_size=6))


def test_ordered_pairs_run_across_all_tiers_and_never_within_one():
    assert ordered_pairs([["a"], ["b", "c"], ["d"]]) == [
        ("a", "b"),
        ("a", "c"),
        ("a", "d"),
        ("b", "d"),
        ("c", "d"),
    ]
    assert ordered_pairs([["a", "b", "c"]]) == []


@given(st.lists(PROMPTS, max_size=8))
def test_figures_equal_a_literal_count_by_category(benchmark):
    scores = score_right(benchmark)
    accuracies, exact_matches = [], []
    for name in sorted({category for category, right in benchmark if right}):
        prompts = [right for category, right in benchmark if category == name and right]
        n_pairs = n_right = n_exact = 0
        for right in prompts:
            for pair in right:
                n_pairs += 1
                n_right += pair
            n_exact += False not in right
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
    half = ("写作", [True, False])
    scores = score_right([half, half, half, ("数学", [True])])
    assert (scores["accuracy"], scores["exact_match"]) == (0.75, 0.5)
    assert scores["micro"] == {"accuracy": 4 / 7, "exact_match": 1 / 4}
    assert (scores["n_prompts"], scores["n_pairs"]) == (4, 7)


def test_a_prompt_without_ordered_pairs_does_not_count():
    assert score_right([("数学", [True]), ("写作", [])]) == score_right([("数学", [True])])
