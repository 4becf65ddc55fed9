"""Rank statistics against SciPy, the krippendorff package and brute force; intervals against what they promise."""

from math import isnan, sqrt

import krippendorff
import numpy as np
import pytest
import scipy.stats
from hypothesis import assume, given
from hypothesis import strategies as st

from annotate.domain.agreement import krippendorff_alpha
from annotate.domain.statistics import (
    alpha_of_coincidences,
    bootstrap_alpha,
    bootstrap_interval,
    coincidences,
    kendall_tau_b,
    rank_values,
    ratio_interval,
    share_interval,
    wilson_interval,
)
from annotate.domain.types import DomainError


@st.composite
def tierings(draw, items):
    """An order of the items with ties: they are put into numbered boxes, empty boxes are left out."""
    box_of = {item: draw(st.integers(0, len(items) - 1)) for item in draw(st.permutations(items))}
    return [[item for item in box_of if box_of[item] == box] for box in sorted(set(box_of.values()))]


@st.composite
def double_orders(draw, max_items=7):
    items = [f"r{number}" for number in range(draw(st.integers(1, max_items)))]
    return draw(tierings(items)), draw(tierings(items))


@st.composite
def double_passes(draw, width=3):
    """Tasks of width responses, each ordered by two raters."""
    n = draw(st.integers(1, 12))
    return [(draw(tierings(list(range(width)))), draw(tierings(list(range(width))))) for _ in range(n)]


def tier_of(order):
    return {item: number for number, tier in enumerate(order) for item in tier}


@given(double_orders())
def test_tau_b_equals_scipys_with_ties_and_is_none_where_that_is_nan(orders):
    first, second = (tier_of(order) for order in orders)
    items = sorted(first)
    expected = (
        scipy.stats.kendalltau([first[item] for item in items], [second[item] for item in items]).statistic
        if len(items) > 1
        else float("nan")
    )
    tau = kendall_tau_b(*orders)
    assert tau == (None if isnan(expected) else pytest.approx(expected))
    assert kendall_tau_b(orders[1], orders[0]) == tau


def test_tau_b_of_orders_over_different_responses_is_refused():
    with pytest.raises(DomainError) as refused:
        kendall_tau_b([["x"], ["y"]], [["x"], ["z"]])
    assert refused.value.code == "different_responses"


@given(double_orders())
def test_ranks_are_scipys_mean_ranks(orders):
    tier = tier_of(orders[0])
    items = list(tier)
    expected = scipy.stats.rankdata([tier[item] for item in items], method="average")
    assert rank_values(orders[0]) == dict(zip(items, expected.tolist(), strict=True))


def test_a_tie_shares_the_places_that_it_takes():
    assert rank_values([["A"], ["C", "B"]]) == {"A": 1.0, "C": 2.5, "B": 2.5}


def summed(tasks, width=3):
    return sum(coincidences(rank_values(first), rank_values(second), width) for first, second in tasks)


def ratings_of(tasks):
    """Raters x units, where a unit is one response of one task."""
    ranks = [(rank_values(first), rank_values(second)) for first, second in tasks]
    return np.array([[pair[rater][item] for pair in ranks for item in sorted(pair[0])] for rater in (0, 1)])


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval"])
@pytest.mark.parametrize("width", [3, 5])
@given(data=st.data())
def test_alpha_of_summed_coincidences_is_alpha_of_the_ratings(level, width, data):
    tasks = data.draw(double_passes(width))
    ratings = ratings_of(tasks)
    alpha = alpha_of_coincidences(summed(tasks, width), level)
    assert alpha == pytest.approx(krippendorff_alpha(ratings, level))
    if len(np.unique(ratings)) > 1:
        assert alpha == pytest.approx(krippendorff.alpha(ratings, level_of_measurement=level), abs=1e-9)
    else:
        assert alpha is None


@given(double_passes())
def test_coincidences_are_symmetric_and_hold_each_rating_once(tasks):
    matrix = summed(tasks)
    values, counts = np.unique(ratings_of(tasks), return_counts=True)
    assert (matrix == matrix.T).all()
    assert {1 + place / 2: n for place, n in enumerate(matrix.sum(axis=0)) if n} == dict(
        zip(values, counts, strict=True)
    )


def test_coincidences_of_ranks_that_do_not_fit_are_refused():
    with pytest.raises(DomainError) as refused:
        coincidences({1: 1.0, 2: 4.0}, {1: 1.0, 2: 2.0}, 3)
    assert refused.value.code == "invalid_rank"
    with pytest.raises(DomainError) as refused:
        coincidences({1: 1.0, 2: 2.0}, {1: 1.0, 3: 2.0}, 3)
    assert refused.value.code == "different_responses"


def test_alpha_of_nothing_is_none():
    assert alpha_of_coincidences(np.zeros((5, 5))) is None
    assert bootstrap_alpha(np.zeros((0, 5, 5))) is None
    assert bootstrap_alpha(np.zeros((3, 5, 5))) is None


def random_tasks(generator, n, share_random):
    """n tasks of three responses; the second rater repeats the first but for a share of random orders."""
    tasks = []
    for _ in range(n):
        first = [[int(item)] for item in generator.permutation(3)]
        second = [[int(item)] for item in generator.permutation(3)] if generator.random() < share_random else first
        tasks.append((first, second))
    return tasks


def test_the_bootstrap_of_alpha_resamples_whole_tasks():
    tasks = random_tasks(np.random.default_rng(5), 60, 0.5)
    matrices = np.array([summed([task]) for task in tasks])
    generator = np.random.default_rng(1)
    alphas = [alpha_of_coincidences(matrices[generator.integers(0, 60, 60)].sum(axis=0)) for _ in range(1500)]
    low, high = np.percentile(alphas, [2.5, 97.5])
    interval = bootstrap_alpha(matrices, seed=3)
    assert interval.low == pytest.approx(low, abs=0.04)
    assert interval.high == pytest.approx(high, abs=0.04)
    assert interval.low < alpha_of_coincidences(matrices.sum(axis=0)) < interval.high
    assert interval == bootstrap_alpha(matrices, seed=3)


def test_the_interval_of_alpha_holds_the_true_alpha_about_as_often_as_it_says():
    generator = np.random.default_rng(11)
    truth = alpha_of_coincidences(summed(random_tasks(generator, 20_000, 0.4)))
    intervals = [
        bootstrap_alpha(np.array([summed([task]) for task in random_tasks(generator, 60, 0.4)])) for _ in range(120)
    ]
    held = sum(interval.low <= truth <= interval.high for interval in intervals)
    assert 0.88 * 120 <= held < 120


@given(st.integers(0, 500), st.integers(1, 500))
def test_wilsons_interval_solves_its_equation(k, n):
    assume(k <= n)
    interval = wilson_interval(k, n)
    expected = scipy.stats.binomtest(k, n).proportion_ci(method="wilson")
    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_without_units_there_is_no_interval():
    assert wilson_interval(0, 0) is None
    assert bootstrap_interval([0, 0, 0, 0]) is None
    assert share_interval([0, 0, 0, 0]) is None
    assert share_interval([]) is None
    assert ratio_interval([(0, 0, 5)]) is None


HISTOGRAMS = st.lists(st.integers(0, 400), min_size=2, max_size=11).filter(any)


@given(HISTOGRAMS)
def test_an_interval_holds_the_share_and_lies_between_none_and_all(histogram):
    k = np.arange(len(histogram))
    share = float(np.dot(histogram, k) / (sum(histogram) * (len(histogram) - 1)))
    interval = share_interval(histogram)
    assert 0 <= interval.low <= share + 1e-9
    assert share - 1e-9 <= interval.high <= 1
    assert interval == share_interval(histogram)


@pytest.mark.parametrize("histogram", [[3, 5, 9, 30], [1, 2, 3, 4], [20, 10, 30, 100]])
def test_the_bootstrap_is_that_of_drawing_units_one_by_one(histogram):
    units = np.repeat([0, 1 / 3, 2 / 3, 1], histogram)
    generator = np.random.default_rng(1)
    shares = units[generator.integers(0, len(units), (20_000, len(units)))].mean(axis=1)
    low, high = np.percentile(shares, [2.5, 97.5])
    interval = bootstrap_interval(histogram, seed=9)
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=0.25 * (high - low) / 2)
    assert interval == share_interval(histogram, seed=9)


def test_the_unit_is_the_task_not_the_comparison():
    """Three comparisons of a task that are always all the same or all not bear no more than one."""
    together = share_interval([50, 0, 0, 50])
    alone = wilson_interval(50, 100)
    assert together.high - together.low == pytest.approx(alone.high - alone.low, rel=0.15)


def test_from_two_hundred_units_on_the_interval_is_the_normal_one():
    histogram = [10, 20, 60, 310]
    units = np.repeat([0, 1 / 3, 2 / 3, 1], histogram)
    half = scipy.stats.norm.ppf(0.975) * units.std(ddof=1) / sqrt(len(units))
    interval = share_interval(histogram)
    assert (interval.low, interval.high) == pytest.approx((units.mean() - half, units.mean() + half))
    resampled = bootstrap_interval(histogram)
    assert (interval.low, interval.high) == pytest.approx((resampled.low, resampled.high), abs=0.01)


@pytest.mark.parametrize("n", [1, 8, 300])
def test_units_that_are_all_alike_still_leave_doubt(n):
    assert share_interval([0, 0, 0, n]) == wilson_interval(n, n)
    assert share_interval([n, 0, 0, 0]) == wilson_interval(0, n)
    assert share_interval([0, 0, 0, n]).low < 1
    assert share_interval([0, n, 0, 0]) == wilson_interval(n / 3, n)


def test_a_ratio_of_sums_weighs_units_by_their_comparisons():
    """Units with unlike numbers of comparisons, on both sides of the limit, against the plain bootstrap."""
    for times in (10, 40):
        outcomes = [(0, 1, 2 * times), (3, 3, 4 * times), (1, 3, times), (2, 2, times), (0, 0, 5 * times)]
        same = np.repeat([same for same, total, _ in outcomes if total], [n for _, total, n in outcomes if total])
        total = np.repeat([total for _, total, _ in outcomes if total], [n for _, total, n in outcomes if total])
        chosen = np.random.default_rng(2).integers(0, len(same), (20_000, len(same)))
        low, high = np.percentile(same[chosen].sum(axis=1) / total[chosen].sum(axis=1), [2.5, 97.5])
        interval = ratio_interval(outcomes)
        assert (interval.low, interval.high) == pytest.approx((low, high), abs=0.15 * (high - low))


def test_the_bootstrap_holds_the_true_share_about_as_often_as_it_says():
    generator = np.random.default_rng(4)
    chances = [0.1, 0.2, 0.3, 0.4]
    held = 0
    for _ in range(300):
        interval = share_interval(generator.multinomial(60, chances).tolist())
        held += interval.low <= 2 / 3 <= interval.high
    assert 0.9 * 300 <= held <= 0.99 * 300
