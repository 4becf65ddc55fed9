"""Forecasts: the rules against those of the platform, and the figures that are known."""

import random
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.domain.agreement import passes_agreement
from annotate.domain.planning import Plan, agreement_counts, days_needed, forecast, sweep, verdicts
from annotate.domain.states import AgreementMeasure
from annotate.domain.types import VERDICT_SIGNS, DomainError, verdict_of_tiers
from simulator.quality import tiers

WORDS = {sign: word for word, sign in VERDICT_SIGNS.items()}


@pytest.mark.parametrize("noise", [0.36, 0.38, 0.40])
@pytest.mark.parametrize("tie_band", [0.10, 0.12, 0.15])
def test_one_pass_of_people_like_the_papers_conflicts_and_orders_as_theirs_did(noise, tie_band):
    told = forecast(Plan(1000, 29, 40, passes=1, noise=noise, tie_band=tie_band))
    assert 0.185 <= told.conflict.value <= 0.235
    assert 6.95 <= told.pairs.value <= 7.75
    assert told.conflict == told.conflict_before
    assert told.agreement is told.discussed is None


@given(st.lists(st.floats(-3, 3), min_size=3, max_size=5), st.sampled_from([0.0, 0.12, 0.5]))
def test_a_reading_is_put_into_tiers_as_the_simulated_annotators_do(readings, band):
    order = tiers(dict(enumerate(readings)), band)
    tier = {response: number for number, held in enumerate(order) for response in held}
    said = [VERDICT_SIGNS[verdict_of_tiers(tier[a], tier[b])] for a, b in combinations(range(len(readings)), 2)]
    assert verdicts(np.array(readings), band).tolist() == said


@given(st.integers(1, 4), st.integers(1, 12), st.integers(0, 10**6), st.sampled_from(list(AgreementMeasure)))
def test_agreement_is_counted_as_the_platform_counts_it(n_passes, n_comparisons, seed, measure):
    generator = random.Random(seed)
    said = [[generator.choice([1, 0, -1]) for _ in range(n_comparisons)] for _ in range(n_passes)]
    same, total = agreement_counts(np.array(said).reshape(1, n_passes, 1, n_comparisons), measure)
    expected = passes_agreement([{n: WORDS[sign] for n, sign in enumerate(held)} for held in said], measure)
    if n_passes > 1:
        assert (same[0], total[0]) == (pytest.approx(expected.n_same), expected.n_comparisons)


def test_days_hold_all_tasks_of_all_passes_and_what_measures_people():
    assert days_needed(Plan(1146, 29, 40)) == (11460, 10)
    assert days_needed(Plan(1160, 29, 40)) == (11600, 10)
    assert days_needed(Plan(1161, 29, 40)) == (11610, 11)
    assert days_needed(Plan(1160, 29, 40, measured_share=0.07)) == (11600, 11)
    assert days_needed(Plan(10, 2, 40, responses=3)) == (60, 1)


def test_careful_people_agree_and_careless_ones_discuss():
    careful, usual, careless = sweep(Plan(400, 10, 40), "noise", [0.0, 0.38, 1.5])
    assert (careful.agreement.value, careful.discussed.value, careful.conflict.value) == (
        1.0,
        0.0,
        pytest.approx(0, abs=0.03),
    )
    assert careless.agreement.value < usual.agreement.value < 1
    assert 0 < usual.discussed.value < careless.discussed.value
    assert usual.conflict.value < usual.conflict_before.value
    assert usual.pairs.value < careful.pairs.value


def test_a_lower_threshold_sends_fewer_prompts_to_discussion_and_settles_less():
    strict, lax = forecast(Plan(400, 10, 40, threshold=0.9)), forecast(Plan(400, 10, 40, threshold=0.6))
    assert lax.discussed.value < strict.discussed.value
    assert lax.conflict.value > strict.conflict.value
    assert lax.agreement == strict.agreement
    never = forecast(Plan(400, 10, 40, threshold=0.0))
    assert never.discussed.value == 0
    assert never.conflict == never.conflict_before


def test_more_passes_agree_less_often_and_cost_more():
    two, three = sweep(Plan(300, 10, 40), "passes", [2, 3])
    assert three.agreement.value < two.agreement.value
    assert three.triples == 3 * 300 * 5


def test_intervals_hold_the_figures_of_a_far_larger_simulation():
    wide = [forecast(Plan(1000, 29, 40, seed=seed)) for seed in range(1000, 1010)]
    for name in ("agreement", "discussed", "conflict", "pairs"):
        truth = float(np.mean([getattr(one, name).value for one in wide]))
        held = 0
        for seed in range(20):
            estimate = getattr(forecast(Plan(200, 29, 40, seed=seed)), name)
            held += estimate.interval.low <= truth <= estimate.interval.high
        assert held >= 16, name


def test_the_same_plan_has_the_same_forecast_and_another_seed_another():
    assert forecast(Plan(100, 5, 40)) == forecast(Plan(100, 5, 40))
    assert forecast(Plan(100, 5, 40)) != forecast(Plan(100, 5, 40, seed=1))


def test_nobody_can_serve_in_two_passes():
    with pytest.raises(DomainError) as refused:
        forecast(Plan(10, 1, 40, passes=2))
    assert refused.value.code == "too_few_people"


@pytest.mark.parametrize("responses", [3, 6])
@pytest.mark.parametrize("width", [3, 5])
def test_rings_of_other_sizes_are_planned_or_refused(responses, width):
    plan = Plan(50, 5, 40, responses=responses, width=width)
    if responses < width:
        with pytest.raises(DomainError) as refused:
            forecast(plan)
        assert refused.value.code == "too_few_responses"
    else:
        told = forecast(plan)
        assert 0 < told.pairs.value <= responses * (responses - 1) / 2
