"""Which of people's comparisons a reward model finds hard to believe, and what came of looking at them again.

The model of a vote is Rao and Kupper's, "Ties in paired-comparison experiments", 1967, in its logistic form: with m the
reward of response a less that of b, s >= 0 a scale and t >= 0 the width of ties,

    P(a) = sigmoid(s m - t)    P(b) = sigmoid(-s m - t)    P(equal) = 1 - P(a) - P(b)

s and t are fitted by maximum likelihood, for each model on its own, to votes on prompts that the model never saw: a
benchmark's. What a model says of prompts that it was trained on is too sure, and leans towards the votes themselves.
Nothing here can undo that lean; several models say of each vote how much they differ, and a control sample measures
what the ranking is worth (docs/decisions/0017).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.special import expit, log_expit

from annotate.domain.seeded import seeded_fraction
from annotate.domain.statistics import Interval, Z
from annotate.domain.types import DomainError

DECILES = 10
MOST_WIDTH = 20.0
LEAST_WIDTH = 1e-6
_MOST_SCALE = 1e3
_LEAST_UNIT = 1e-9  # of rewards in float32

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TieModel:
    """How a margin becomes the chances of the three verdicts; scale is per unit of reward, width in log-odds."""

    scale: float
    width: float


def chances(margins: ArrayLike, model: TieModel) -> Floats:
    """float[C, 3]: the chances that people say a, equal, b of each pair. margins: float[C], reward of a less of b."""
    logits = model.scale * np.asarray(margins, dtype=np.float64)
    better, worse = expit(logits - model.width), expit(-logits - model.width)
    return np.stack([better, np.maximum(0.0, 1.0 - better - worse), worse], axis=1)


def fit_tie_model(margins: ArrayLike, verdicts: ArrayLike) -> TieModel:
    """The scale and width under which votes are likeliest.

    margins: float[C], finite. verdicts: int[C], 1 where a was chosen, -1 where b was, 0 for equal. The log-likelihood
    is concave, so there is one maximum; a model that orders against people gets scale 0 and knows nothing of who is
    better. DomainError("no_votes") without any.
    """
    values, said = np.asarray(margins, dtype=np.float64), np.asarray(verdicts, dtype=np.int64)
    if not len(values):
        raise DomainError("no_votes", "A tie model cannot be fitted to no votes.")
    # In units of the usual margin, so that the search is the same whatever a model's rewards are measured in.
    # Margins that are rounding alone are in no unit of their own: the scale would overflow.
    unit = float(np.abs(values).mean())
    if unit < _LEAST_UNIT:
        unit = 1.0
    scaled = values / unit

    def loss(point: Floats) -> tuple[float, Floats]:
        return _loss(scaled, said, point[0], point[1])

    bounds = [(0.0, _MOST_SCALE), (LEAST_WIDTH, MOST_WIDTH)]
    found = minimize(loss, np.array([1.0, 0.5]), jac=True, method="L-BFGS-B", bounds=bounds)
    return TieModel(float(found.x[0]) / unit, float(found.x[1]))


def _loss(margins: Floats, said: NDArray[np.int64], scale: float, width: float) -> tuple[float, Floats]:
    """Minus the mean log-likelihood, and its gradient by scale and width.

    P(equal) is sigmoid(t + s m) sigmoid(t - s m) (1 - exp(-2 t)), which needs no difference of near-equal numbers.
    """
    n = len(margins)
    tied = said == 0
    # What was chosen had the margin `gains`; a tie is written as if a had been chosen.
    gains = np.where(tied, margins, said * margins)
    ordered = log_expit(scale * gains - width)
    equal = log_expit(width + scale * gains) + log_expit(width - scale * gains) + log(-np.expm1(-2 * width))
    below = expit(width - scale * gains)  # 1 - sigmoid(s g - t)
    above = expit(width + scale * gains)
    by_scale = np.where(tied, gains * ((1 - above) - (1 - below)), gains * below)
    by_width = np.where(tied, (1 - above) + (1 - below) + 2 / np.expm1(2 * width), -below)
    total = float(np.where(tied, equal, ordered).sum())
    return -total / n, np.array([-by_scale.sum() / n, -by_width.sum() / n])


def expected_errors(margins: ArrayLike, verdicts: ArrayLike, models: Sequence[TieModel]) -> Floats:
    """float[C]: the chance that a vote is not what people would say again: 1 - mean over models of P(vote).

    margins: float[M, C]. verdicts: int[C] in {1, 0, -1}. models: M tie models.
    """
    said = np.asarray(verdicts, dtype=np.int64)
    return 1.0 - mean_chances(margins, models)[np.arange(len(said)), 1 - said]


def mean_chances(margins: ArrayLike, models: Sequence[TieModel]) -> Floats:
    """float[C, 3]: the mean over M models of their chances of a, equal, b. margins: float[M, C]."""
    rows = np.asarray(margins, dtype=np.float64)
    mean: Floats = np.mean([chances(row, model) for row, model in zip(rows, models, strict=True)], axis=0)
    return mean


def ranked(errors: ArrayLike, keys: ArrayLike, *, most: int, least: float) -> NDArray[np.int64]:
    """The places of the at most `most` pairs whose expected error is at least `least`, largest first.

    errors: float[C]. keys: int[C], distinct; of equal errors the smaller key comes first, whatever the input's order.
    """
    values = np.asarray(errors, dtype=np.float64)
    order = np.lexsort((np.asarray(keys, dtype=np.int64), -values))
    return order[values[order] >= least][:most]


def decile(rank: int, n: int) -> int:
    """Which tenth of n ranked pairs holds rank (1 the most suspicious): 1 to DECILES."""
    return (rank - 1) * DECILES // n + 1


def control_sample(keys: Sequence[int], n: int, seed: str) -> list[int]:
    """n of the keys, drawn evenly without replacement; the order of the input does not matter."""
    return sorted(keys, key=lambda key: (seeded_fraction(seed, "control", key), key))[:n]


def mixed(suspects: Sequence[int], controls: Sequence[int], seed: str) -> list[int]:
    """Suspects in their order with the controls spread evenly between them, each once, from a random start.

    A key that is both stands at its place among the suspects.
    """
    suspected = set(suspects)
    own = [key for key in controls if key not in suspected]
    start = seeded_fraction(seed, "mixed")
    step = (len(suspects) + 1) / (len(own) or 1)
    placed = [((number + start) * step, 1, number, key) for number, key in enumerate(own)]
    placed += [(number + 0.5, 0, number, key) for number, key in enumerate(suspects)]
    return [key for *_place, key in sorted(placed)]


def lift(k: int, n: int, k_control: int, n_control: int) -> tuple[float, Interval] | None:
    """How many times as often suspects are overruled as the control sample, and its 95% interval.

    k of n suspects, k_control of n_control controls. The logarithm of the ratio with half a case added to each count
    (Walter, "The distribution of Levin's measure of attributable risk", 1975), so that it exists where a count is 0;
    it takes every decision for one of its own. None without a decision on either side.
    """
    if n == 0 or n_control == 0:
        return None
    middle = log((k + 0.5) / (n + 0.5)) - log((k_control + 0.5) / (n_control + 0.5))
    spread = sqrt(1 / (k + 0.5) - 1 / (n + 0.5) + 1 / (k_control + 0.5) - 1 / (n_control + 0.5))
    return exp(middle), Interval(exp(middle - Z * spread), exp(middle + Z * spread))
