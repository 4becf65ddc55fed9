"""Calibration of margins: bins, expected calibration error, temperature."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from annotate.domain.calibration import calibration, expected_calibration_error, fit_temperature, reliability_bins

MARGIN = st.floats(-6, 6).filter(lambda m: abs(m) > 1e-3) | st.sampled_from([0.0, 800.0, -800.0])
MARGINS = st.lists(MARGIN, min_size=1, max_size=30)


def literal_bins(margins: list[float], bins: int) -> dict[int, list[tuple[float, bool]]]:
    """Pairs of (confidence, correct) by bin, each looked up by comparing with every edge."""
    edges = np.linspace(0.5, 1, bins + 1)
    found: dict[int, list[tuple[float, bool]]] = {}
    for margin in margins:
        p = 1 / (1 + math.exp(-margin)) if margin > -700 else 0.0
        confidence, correct = max(p, 1 - p), p > 0.5
        for i in range(bins):
            if edges[i] < confidence <= edges[i + 1] or (i == 0 and confidence == edges[0]):
                found.setdefault(i, []).append((confidence, correct))
    return found


# Rounded, for whether a confidence within rounding of an edge falls on this side or that is of no interest.
@given(st.lists(st.integers(-60, 60).map(lambda k: k / 10) | st.sampled_from([800.0, -800.0]), min_size=1))
def test_bins_and_error_equal_a_literal_count(margins):
    expected = literal_bins(margins, 10)
    bins = reliability_bins(margins)

    assert sum(bin.n for bin in bins) == len(margins)
    assert [bin.n for bin in bins] == [len(expected[i]) for i in sorted(expected)]
    error = 0.0
    for bin, i in zip(bins, sorted(expected), strict=True):
        confidence = sum(c for c, _ in expected[i]) / len(expected[i])
        accuracy = sum(c for _, c in expected[i]) / len(expected[i])
        error += len(expected[i]) / len(margins) * abs(confidence - accuracy)
        assert (bin.confidence, bin.accuracy) == (pytest.approx(confidence), pytest.approx(accuracy))
    assert expected_calibration_error(margins) == pytest.approx(error)


def test_both_ends_count_and_an_equal_reward_is_not_correct():
    first, last = reliability_bins([0.0, 900.0, -900.0])

    assert (first.low, first.n, first.confidence, first.accuracy) == (0.5, 1, 0.5, 0.0)
    assert (last.high, last.n, last.confidence, last.accuracy) == (1.0, 2, 1.0, 0.5)


@given(MARGINS.filter(any))
def test_the_temperature_is_the_one_that_a_plain_search_finds(margins):
    temperature = fit_temperature(margins)
    scale = np.mean(np.abs(margins))

    def loss(log_temperature: float) -> float:
        return float(np.sum(np.logaddexp(0, -np.array(margins) / np.exp(log_temperature))))

    bounds = (np.log(scale / 1000), np.log(scale * 1000))
    best = minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-10})
    assert loss(np.log(temperature)) <= best.fun + 1e-9
    assert scale / 1000 * 0.999 <= temperature <= scale * 1000 * 1.001


@given(MARGINS, st.floats(0.1, 10))
def test_the_temperature_scales_with_the_margins(margins, factor):
    one, other = fit_temperature(margins), fit_temperature([margin * factor for margin in margins])

    assert (one is None) == (other is None)
    if one is not None:
        assert other == pytest.approx(one * factor, rel=1e-6)


def test_a_known_temperature_is_recovered_and_the_scaled_error_is_small():
    random = np.random.default_rng(0)
    true = random.normal(size=20_000) * 2
    wins = random.random(20_000) < 1 / (1 + np.exp(-true))
    margins = 3 * np.where(wins, true, -true)  # says three times what it knows

    found = calibration(margins.reshape(-1, 5).tolist())

    assert found.temperature == pytest.approx(3, rel=0.05)
    assert found.ece > 0.1
    assert found.ece_scaled < 0.02


def test_each_half_is_scaled_by_the_temperature_of_the_other():
    prompts = [[2.0, -1.0], [0.5, 0.4, -0.1]]
    temperatures = [fit_temperature(prompt) for prompt in prompts]

    scaled = [m / temperatures[1] for m in prompts[0]] + [m / temperatures[0] for m in prompts[1]]

    assert calibration(prompts).ece_scaled == pytest.approx(expected_calibration_error(scaled))


@pytest.mark.parametrize(("margins", "ece"), [([], None), ([[]], None), ([[0.0, 0.0]], 0.5)])
def test_margins_that_say_nothing_have_no_temperature(margins, ece):
    found = calibration(margins)

    assert (found.ece, found.temperature, found.ece_scaled) == (ece, None, None)
