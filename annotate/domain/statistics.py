"""Agreement statistics of orders with ties, and their confidence intervals (PROTOCOL 5).

All intervals are at 95%. Resampling is seeded: the same data give the same interval.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from annotate.domain.agreement import alpha_of_counts
from annotate.domain.types import DomainError, Level, Node

N_DRAWS = 1000
PERCENTILES = (2.5, 97.5)
Z = 1.959963984540054  # the standard normal's 97.5th percentile
FEW_UNITS = 200  # below that many units we resample; from there on the normal approximation is as good and cheaper


@dataclass(frozen=True, slots=True)
class Interval:
    """The ends of a confidence interval."""

    low: float
    high: float


def rank_values(order: Sequence[Sequence[Node]]) -> dict[Node, float]:
    """The rank of each response, 1 the best; the responses of one tier share the mean of their places."""
    ranks: dict[Node, float] = {}
    for tier in order:
        mean = len(ranks) + (len(tier) + 1) / 2
        ranks.update(dict.fromkeys(tier, mean))
    return ranks


def kendall_tau_b(order_a: Sequence[Sequence[Node]], order_b: Sequence[Sequence[Node]]) -> float | None:
    """Kendall's tau-b of two orders with ties: 1 the same, -1 reversed; a pair tied in both counts in neither.

    None where it is undefined: an order that ties everything, or holds fewer than two responses.
    DomainError("different_responses") if the orders do not hold the same responses.
    """
    ranks_a, ranks_b = rank_values(order_a), rank_values(order_b)
    _check_same(ranks_a, ranks_b)
    concordant = ordered_a = ordered_b = 0
    for one, other in combinations(ranks_a, 2):
        sign_a = (ranks_a[one] > ranks_a[other]) - (ranks_a[one] < ranks_a[other])
        sign_b = (ranks_b[one] > ranks_b[other]) - (ranks_b[one] < ranks_b[other])
        concordant += sign_a * sign_b
        ordered_a += abs(sign_a)
        ordered_b += abs(sign_b)
    return concordant / sqrt(ordered_a * ordered_b) if ordered_a and ordered_b else None


def coincidences(ranks_a: Mapping[Node, float], ranks_b: Mapping[Node, float], width: int) -> NDArray[np.int64]:
    """How often two raters of one task gave a response these two ranks: int[m, m], m = 2 * width - 1, symmetric.

    ranks_a, ranks_b: as by rank_values, of at most width responses. Rank r stands at index 2 * r - 2. The matrices of
    many tasks may be summed: alpha_of_coincidences takes the sum. DomainError: different_responses, invalid_rank.
    """
    _check_same(ranks_a, ranks_b)
    if any(not 1 <= rank <= width for rank in (*ranks_a.values(), *ranks_b.values())):
        raise DomainError("invalid_rank", f"A rank lies outside 1..{width}.", field="ranks")
    matrix = np.zeros((2 * width - 1, 2 * width - 1), dtype=np.int64)
    for node, rank in ranks_a.items():
        one, other = round(2 * rank) - 2, round(2 * ranks_b[node]) - 2
        matrix[one, other] += 1
        matrix[other, one] += 1
    return matrix


def alpha_of_coincidences(matrix: ArrayLike, level: Level = "ordinal") -> float | None:
    """Krippendorff's alpha of a (summed) matrix of coincidences; None where it is undefined.

    Equal to agreement.krippendorff_alpha of the ranks where every unit (a response in a task) has just two ratings.
    """
    counts = np.asarray(matrix, dtype=np.float64)
    alpha = float(alpha_of_counts(counts, _ranks(len(counts)), level))
    return None if np.isnan(alpha) else alpha


def bootstrap_alpha(matrices: ArrayLike, seed: int = 0, level: Level = "ordinal") -> Interval | None:
    """Percentile bootstrap of alpha over tasks.

    matrices: [n, m, m], the coincidences of each task: what one person says of a task's responses hangs together, so
    whole tasks are drawn. Draws on which alpha is undefined are left out; None if it is so on all.
    """
    units = np.asarray(matrices, dtype=np.float64)
    if not len(units):
        return None
    # Equal tasks are drawn together, so time and memory grow with the kinds of task, not with their number.
    kinds, counts = np.unique(units.reshape(len(units), -1), axis=0, return_counts=True)
    drawn = _resampled(counts, seed) @ kinds
    size = units.shape[-1]
    alphas = alpha_of_counts(drawn.reshape(-1, size, size), _ranks(size), level)
    return _percentiles(alphas[~np.isnan(alphas)])


def wilson_interval(k: float, n: float) -> Interval | None:
    """Wilson's score interval of a share, k of n independent trials; None without a trial."""
    if n == 0:
        return None
    share = k / n
    middle = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z / (1 + Z**2 / n) * sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
    return Interval(max(0.0, middle - half), min(1.0, middle + half))


def bootstrap_interval(histogram: Sequence[int], seed: int = 0) -> Interval | None:
    """Percentile bootstrap over units of the share of same comparisons.

    histogram: at index k, how many units had k of their K = len(histogram) - 1 comparisons the same. None without
    units.
    """
    return _bootstrap(*_columns(_outcomes(histogram)), seed=seed)


def share_interval(histogram: Sequence[int], seed: int = 0) -> Interval | None:
    """Interval of the share of same comparisons, in units that all have as many; histogram as for bootstrap_interval.

    The method is that of ratio_interval.
    """
    return ratio_interval(_outcomes(histogram), seed)


def ratio_interval(outcomes: Iterable[tuple[float, float, int]], seed: int = 0) -> Interval | None:
    """Interval of (sum of same) / (sum of total) over units, whose comparisons hang together.

    outcomes: (same, total, count), count units of which had same of total comparisons the same. Units without
    comparisons do not count. Bootstrap below FEW_UNITS units, above it the normal approximation (of the ratio of two
    sums, by linearising it). Where all units have the same share, both would give an interval of no length; then it is
    Wilson's, with the units as trials. None without units.
    """
    same, total, counts = _columns(outcomes)
    n = int(counts.sum())
    if n == 0:
        return None
    ratio = float(counts @ same) / float(counts @ total)
    variance = float(counts @ (same - ratio * total) ** 2)
    if n == 1 or variance <= 1e-12 * float(counts @ total**2):
        return wilson_interval(ratio * n, n)
    if n < FEW_UNITS:
        return _bootstrap(same, total, counts, seed=seed)
    half = Z * sqrt(variance * n / (n - 1)) / float(counts @ total)
    return Interval(max(0.0, ratio - half), min(1.0, ratio + half))


def cohen_kappa(table: ArrayLike) -> float | None:
    """Cohen's kappa of two raters; None where it is undefined (no unit, or both always say one and the same label).

    table: [m, m], how many units the first rater gave the label of the row and the second that of the column. Source:
    Cohen, "A Coefficient of Agreement for Nominal Scales", 1960.
    """
    kappa = float(_kappas(np.asarray(table, dtype=np.float64)[None])[0])
    return None if np.isnan(kappa) else kappa


def bootstrap_kappa(tables: ArrayLike, seed: int = 0) -> Interval | None:
    """Percentile bootstrap of kappa over units; tables: [n, m, m], the table of each. None where always undefined."""
    units = np.asarray(tables, dtype=np.float64)
    if not len(units):
        return None
    kinds, counts = np.unique(units.reshape(len(units), -1), axis=0, return_counts=True)
    size = units.shape[-1]
    kappas = _kappas((_resampled(counts, seed) @ kinds).reshape(-1, size, size))
    return _percentiles(kappas[~np.isnan(kappas)])


def _kappas(tables: NDArray[np.float64]) -> NDArray[np.float64]:
    """Kappa of each table, NaN where it is undefined."""
    totals = tables.sum(axis=(1, 2))
    observed = np.trace(tables, axis1=1, axis2=2)
    by_chance = (tables.sum(axis=2) * tables.sum(axis=1)).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        kappas: NDArray[np.float64] = (totals * observed - by_chance) / (totals**2 - by_chance)
    kappas[totals**2 == by_chance] = np.nan
    return kappas


def _check_same(ranks_a: Mapping[Node, float], ranks_b: Mapping[Node, float]) -> None:
    if ranks_a.keys() != ranks_b.keys():
        raise DomainError("different_responses", "The two orders do not hold the same responses.")


def _ranks(size: int) -> NDArray[np.float64]:
    """The rank that each index of a coincidence matrix stands for."""
    return 1.0 + np.arange(size) / 2


def _outcomes(histogram: Sequence[int]) -> list[tuple[float, float, int]]:
    return [(k, len(histogram) - 1, count) for k, count in enumerate(histogram)]


def _columns(
    outcomes: Iterable[tuple[float, float, int]],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """same, total and count as columns, without what no unit had and units without comparisons."""
    rows = [row for row in outcomes if row[1] > 0 and row[2] > 0]
    same, total, counts = ([row[place] for row in rows] for place in range(3))
    return np.array(same, dtype=np.float64), np.array(total, dtype=np.float64), np.array(counts, dtype=np.int64)


def _bootstrap(
    same: NDArray[np.float64], total: NDArray[np.float64], counts: NDArray[np.int64], *, seed: int
) -> Interval | None:
    if not counts.size:
        return None
    drawn = _resampled(counts, seed)
    return _percentiles((drawn @ same) / (drawn @ total))


def _resampled(counts: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """N_DRAWS x kinds: how many units of each kind a sample with replacement of all of them holds."""
    n = int(counts.sum())
    return np.random.default_rng(seed).multinomial(n, counts / n, size=N_DRAWS)


def _percentiles(values: NDArray[np.float64]) -> Interval | None:
    if not values.size:
        return None
    low, high = np.percentile(values, PERCENTILES)
    return Interval(float(low), float(high))
