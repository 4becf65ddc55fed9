"""Whether a model that says 80% is right on 80%: calibration of the sigmoid of margins.

A margin is a reward difference or a judge's log-odds, winner minus loser, so that p = sigmoid(margin) is the
probability that the model gives to the ranking's order. Every ordered pair is used once, as (winner, loser). Written
that way round the outcome would always be "the winner wins", so the figures are taken over what the model prefers:
confidence = max(p, 1 - p), correct = p > 0.5, that is margin > 0. An equal reward has confidence 0.5 and is no hit.
Source: Guo et al. 2017, On Calibration of Modern Neural Networks (arXiv 1706.04599).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import expit

N_BINS = 10
_RANGE = 1000.0  # how far, as a factor, a temperature may lie from the mean size of the margins

_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """The n pairs with a confidence in (low, high], or [low, high] in the first bin: their means."""

    low: float
    high: float
    n: int
    confidence: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """ece of the margins as they are, ece_scaled after temperature scaling; None where there is nothing to measure."""

    ece: float | None
    temperature: float | None
    ece_scaled: float | None
    reliability: tuple[ReliabilityBin, ...]


def calibration(margins: Sequence[Sequence[float]], *, bins: int = N_BINS, seed: int = 0) -> Calibration:
    """Calibration of one subset; margins: those of each prompt's pairs.

    temperature is fitted to all pairs. For ece_scaled none is measured with a temperature that it helped to fit: the
    prompts are dealt into two halves, seeded, and each half is scaled by the temperature of the other.
    """
    pairs = _flat(margins)
    scaled = _cross_fitted(margins, seed)
    return Calibration(
        ece=expected_calibration_error(pairs, bins),
        temperature=fit_temperature(pairs),
        ece_scaled=None if scaled is None else expected_calibration_error(scaled, bins),
        reliability=tuple(reliability_bins(pairs, bins)),
    )


def reliability_bins(margins: ArrayLike, bins: int = N_BINS) -> list[ReliabilityBin]:
    """The bins of equal width over the confidences 0.5 to 1 that hold any pair. margins: [n].

    Both ends count: confidence 0.5 (p = 0.5) is in the first bin, confidence 1 (p = 0 or 1) in the last.
    """
    values = np.asarray(margins, dtype=np.float64)
    confidence, correct = expit(np.abs(values)), values > 0
    edges = np.linspace(0.5, 1.0, bins + 1)
    place = np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, bins - 1)
    counts = np.bincount(place, minlength=bins)
    sums = (np.bincount(place, weights=weights, minlength=bins) for weights in (confidence, correct))
    confidences, accuracies = (total / np.maximum(counts, 1) for total in sums)
    return [
        ReliabilityBin(
            float(edges[i]), float(edges[i + 1]), int(counts[i]), float(confidences[i]), float(accuracies[i])
        )
        for i in np.flatnonzero(counts)
    ]


def expected_calibration_error(margins: ArrayLike, bins: int = N_BINS) -> float | None:
    """Mean over the pairs of |confidence - accuracy| of their bin, in 0 to 1; None without pairs. margins: [n]."""
    filled = reliability_bins(margins, bins)
    if not filled:
        return None
    return sum(bin.n * abs(bin.confidence - bin.accuracy) for bin in filled) / sum(bin.n for bin in filled)


def fit_temperature(margins: ArrayLike) -> float | None:
    """The T that maximises the likelihood of the ranking, the sum of log sigmoid(margin / T); in units of the margins.

    The maximum is unique, but not finite where every pair is right (T towards 0) or where the margins are of no use
    (towards infinity): T is kept within a factor 1000 of the mean |margin|. None where no margin differs from 0.
    """
    values = np.asarray(margins, dtype=np.float64)
    scale = float(np.mean(np.abs(values))) if values.size else 0.0
    if scale == 0:
        return None
    values = values / scale

    def slope(log_inverse: float) -> float:
        """Of the log-likelihood in the inverse temperature, whose sign changes once, from + to -."""
        return float(np.sum(values * expit(-values * np.exp(log_inverse))))

    low, high = -np.log(_RANGE), np.log(_RANGE)
    if slope(low) <= 0:
        return scale * _RANGE
    if slope(high) >= 0:
        return scale / _RANGE
    return scale * float(np.exp(-brentq(slope, low, high, xtol=1e-12)))


def _cross_fitted(margins: Sequence[Sequence[float]], seed: int) -> _Floats | None:
    """The margins, each over the temperature of the half it is not in; None where a half can fit none."""
    prompts = [prompt for prompt in margins if len(prompt)]
    order = np.random.default_rng(seed).permutation(len(prompts))
    halves = [_flat([prompts[i] for i in order[start::2]]) for start in (0, 1)]
    temperatures = [fit_temperature(half) for half in halves]
    scaled = [
        half / temperature for half, temperature in zip(halves, reversed(temperatures), strict=True) if temperature
    ]
    return np.concatenate(scaled) if len(scaled) == 2 else None


def _flat(margins: Sequence[Sequence[float]]) -> _Floats:
    return np.array([margin for prompt in margins for margin in prompt], dtype=np.float64)
