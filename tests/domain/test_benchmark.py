"""Intervals of the benchmark's figures, and the comparison of two models."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.domain.benchmark import (
    METRICS,
    PromptOutcome,
    benchmark_scores,
    overall_interval,
    paired_bootstrap,
    score_intervals,
)
from annotate.domain.types import DomainError

STEP = 0.018  # exact match moves by 1/60 a prompt; two samplers may differ by one

CATEGORIES = st.sampled_from(["数学", "写作", "代码"])
OUTCOMES = st.lists(
    st.builds(PromptOutcome, CATEGORIES, st.lists(st.booleans(), max_size=4).map(tuple)), min_size=1, max_size=12
)


def many(count: int, share: float, seed: int) -> list[PromptOutcome]:
    """Outcomes of `count` prompts with five pairs, each right with the probability `share`."""
    draw = np.random.default_rng(seed)
    return [PromptOutcome("数学写作"[i % 2], tuple(bool(r) for r in draw.random(5) < share)) for i in range(count)]


def redrawn(outcomes: list[PromptOutcome], random: np.random.Generator) -> list[int]:
    """Literally: positions of prompts drawn with replacement, within each category as many as it has."""
    chosen = []
    for name in sorted({outcome.category for outcome in outcomes}):
        inside = [i for i, outcome in enumerate(outcomes) if outcome.category == name and outcome.right]
        chosen += [inside[random.integers(len(inside))] for _ in inside]
    return chosen


def literal_draws(outcomes: list[PromptOutcome], metric: str, draws: int) -> list[float]:
    random = np.random.default_rng(99)
    return [benchmark_scores([outcomes[i] for i in redrawn(outcomes, random)])[metric] for _ in range(draws)]


@pytest.mark.parametrize("metric", METRICS)
def test_intervals_agree_with_drawing_prompts_one_by_one(metric):
    outcomes = [*many(60, 0.7, seed=1), PromptOutcome("空", ())]

    interval = score_intervals(outcomes)[metric]

    low, high = np.percentile(literal_draws(outcomes, metric, 2000), [2.5, 97.5])
    assert interval.low == pytest.approx(low, abs=STEP)
    assert interval.high == pytest.approx(high, abs=STEP)


def of_one_prompt(count: int, share: float, seed: int) -> list[PromptOutcome]:
    """As many categories as prompts."""
    return [PromptOutcome(f"类{i}", outcome.right) for i, outcome in enumerate(many(count, share, seed))]


def literal_collapsed(singles: list[PromptOutcome], others: list[PromptOutcome], metric: str) -> list[float]:
    """Literally: the figures of categories of one prompt are drawn from those of all such categories."""
    random = np.random.default_rng(98)
    own = [benchmark_scores([outcome])[metric] for outcome in singles]
    n_others = len({outcome.category for outcome in others})
    drawn = []
    for _ in range(2000):
        figures = [own[random.integers(len(own))] for _ in own]
        rest = benchmark_scores([others[i] for i in redrawn(others, random)])[metric] * n_others if others else 0.0
        drawn.append((sum(figures) + rest) / (len(own) + n_others))
    return drawn


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("n_others", [0, 60])
def test_categories_of_one_prompt_show_the_spread_between_them(metric, n_others):
    singles, others = of_one_prompt(30, 0.7, seed=2), many(n_others, 0.7, seed=1)

    interval = score_intervals([*singles, *others])[metric]

    low, high = np.percentile(literal_collapsed(singles, others, metric), [2.5, 97.5])
    assert low < high
    assert interval.low == pytest.approx(low, abs=2 * STEP)
    assert interval.high == pytest.approx(high, abs=2 * STEP)


def test_one_prompt_more_or_less_in_categories_of_one_makes_no_model_surely_better():
    a = of_one_prompt(9, 1.0, seed=1)
    b = [
        PromptOutcome(outcome.category, (False, *outcome.right[1:])) if i == 4 else outcome
        for i, outcome in enumerate(a)
    ]

    found = paired_bootstrap(a, b, metric="accuracy")

    assert found.difference == pytest.approx(0.2 / 9)
    assert found.low == 0
    assert 0 < found.probability_better < 1


@given(OUTCOMES)
@settings(max_examples=50)
def test_intervals_lie_within_what_drawing_can_give_and_do_not_depend_on_the_order(outcomes):
    intervals = score_intervals(outcomes, draws=50)

    assert intervals == score_intervals(outcomes[::-1], draws=50)
    counting = [outcome for outcome in outcomes if outcome.right]
    assert (intervals is None) == (not counting)
    for name in METRICS if counting else ():
        assert 0 <= intervals[name].low <= intervals[name].high <= 1 + 1e-12
        if len(counting) > 1 and all(all(outcome.right) for outcome in counting):
            assert intervals[name].low == pytest.approx(1)


def test_the_overall_interval_is_narrower_than_a_subsets_and_holds_the_overall():
    subsets = [many(80, 0.8, seed=3), many(80, 0.7, seed=4)]
    scores = [benchmark_scores(outcomes) for outcomes in subsets]
    overall = sum(s["accuracy"] + s["exact_match"] for s in scores) / 4

    interval = overall_interval(subsets)

    random = np.random.default_rng(5)
    drawn = []
    for _ in range(1000):
        again = [benchmark_scores([o[i] for i in redrawn(o, random)]) for o in subsets]
        drawn.append(sum(s["accuracy"] + s["exact_match"] for s in again) / 4)
    low, high = np.percentile(drawn, [2.5, 97.5])
    assert interval.low < overall < interval.high
    assert (interval.low, interval.high) == (pytest.approx(low, abs=STEP), pytest.approx(high, abs=STEP))


def test_there_is_no_overall_interval_where_a_subset_has_nothing_that_counts():
    assert overall_interval([many(4, 0.5, seed=1), [PromptOutcome("数学", ())]]) is None
    assert overall_interval([]) is None


@pytest.mark.parametrize("metric", METRICS)
def test_the_paired_bootstrap_agrees_with_drawing_prompts_one_by_one(metric):
    a = many(60, 0.75, seed=1)
    b = [PromptOutcome(o.category, tuple(bool(r and i % 7) for r in o.right)) if i % 3 else o for i, o in enumerate(a)]

    found = paired_bootstrap(b, a, metric=metric)

    random = np.random.default_rng(7)
    drawn = []
    for _ in range(2000):
        chosen = redrawn(a, random)
        drawn.append(
            benchmark_scores([b[i] for i in chosen])[metric] - benchmark_scores([a[i] for i in chosen])[metric]
        )
    low, high = np.percentile(drawn, [2.5, 97.5])
    assert found.difference == pytest.approx(benchmark_scores(b)[metric] - benchmark_scores(a)[metric])
    assert found.low == pytest.approx(low, abs=STEP)
    assert found.high == pytest.approx(high, abs=STEP)
    assert found.probability_better == pytest.approx(np.mean(np.array(drawn) > 1e-12), abs=0.03)


@given(OUTCOMES.filter(lambda outcomes: any(outcome.right for outcome in outcomes)), st.sampled_from(METRICS))
@settings(max_examples=50)
def test_a_model_is_never_better_than_itself_and_its_opposite_mirrors_it(outcomes, metric):
    same = paired_bootstrap(outcomes, outcomes, metric=metric, draws=50)
    assert (same.difference, same.low, same.high, same.probability_better) == (0, 0, 0, 0)

    other = [PromptOutcome(o.category, tuple(not right for right in o.right)) for o in outcomes]
    one = paired_bootstrap(outcomes, other, metric=metric, draws=50)
    assert paired_bootstrap(other, outcomes, metric=metric, draws=50).difference == pytest.approx(-one.difference)


def test_a_model_right_everywhere_beats_one_wrong_everywhere_for_sure():
    a, b = many(20, 1.0, seed=1), many(20, 0.0, seed=1)

    found = paired_bootstrap(a, b, metric="accuracy")

    assert (found.difference, found.low, found.high, found.probability_better) == (1, 1, 1, 1)


def test_a_single_prompt_says_nothing_of_others():
    right, wrong = [PromptOutcome("数学", (True,) * 10)], [PromptOutcome("数学", (False,) * 10)]

    interval, overall = score_intervals(right)["accuracy"], overall_interval([right, many(60, 0.7, seed=1)])
    found = paired_bootstrap(right, wrong, metric="accuracy")

    assert (interval.low, interval.high) == (0, 1)
    assert overall.high - overall.low > 0.4
    assert (found.difference, found.low, found.high) == (1, -1, 1)


def test_the_same_seed_gives_the_same_comparison():
    a, b = many(30, 0.8, seed=1), many(30, 0.7, seed=2)

    assert paired_bootstrap(a, b, metric="accuracy", seed=3) == paired_bootstrap(a, b, metric="accuracy", seed=3)
    assert paired_bootstrap(a, b, metric="accuracy", seed=3) != paired_bootstrap(a, b, metric="accuracy", seed=4)


@pytest.mark.parametrize("other", [[], [PromptOutcome("写作", (True,))], [PromptOutcome("数学", (True, False))]])
def test_outcomes_of_other_prompts_are_refused(other):
    with pytest.raises(DomainError) as caught:
        paired_bootstrap([PromptOutcome("数学", (True,))], other, metric="accuracy")
    assert caught.value.code == "different_prompts"


def test_a_comparison_without_any_pair_is_refused():
    with pytest.raises(DomainError) as caught:
        paired_bootstrap([PromptOutcome("数学", ())], [PromptOutcome("数学", ())], metric="accuracy")
    assert caught.value.code == "no_pairs"
