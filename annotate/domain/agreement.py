"""Agreement of independent passes (PROTOCOL 5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from annotate.domain.types import Agreement, DomainError, Key, Level, Verdict


def passes_agreement(passes: Sequence[Mapping[Key, Verdict]]) -> Agreement[Key]:
    """Share of a prompt's comparisons on which all passes say the same.

    passes: for each pass, comparison -> verdict; a and b must mean the same two responses in every pass. With
    fewer than two passes there is nothing to agree on: no comparisons, rate None. differing keeps the order
    of the first pass. DomainError("different_comparisons") if the passes do not hold the same comparisons.
    """
    if len(passes) < 2:
        return Agreement(n_comparisons=0, n_same=0, rate=None, differing=())
    first, *others = passes
    if any(other.keys() != first.keys() for other in others):
        raise DomainError("different_comparisons", "The passes do not hold the same comparisons.")
    differing = tuple(key for key in first if any(other[key] != first[key] for other in others))
    n, n_same = len(first), len(first) - len(differing)
    return Agreement(n_comparisons=n, n_same=n_same, rate=n_same / n if n else None, differing=differing)


def krippendorff_alpha(ratings: ArrayLike, level: Level) -> float | None:
    """Krippendorff's alpha: 1 for full agreement, 0 for chance, negative below chance.

    ratings: raters x units, floats, nan where a rater did not rate a unit; values must be few (memory grows
    with the square of the number of distinct values). None where alpha is undefined: no unit with two
    ratings, or one value only. Source: K. Krippendorff, "Computing Krippendorff's Alpha-Reliability", 2011.
    """
    counts, values = _value_counts(np.asarray(ratings, dtype=np.float64))
    per_unit = counts.sum(axis=1, keepdims=True)
    counts, per_unit = counts[per_unit[:, 0] > 1], per_unit[per_unit[:, 0] > 1]
    weights = counts / (per_unit - 1)
    observed = weights.T @ counts - np.diag(weights.sum(axis=0))
    totals = counts.sum(axis=0)
    distances = _squared_distances(values, totals, level)
    expected = float(totals @ distances @ totals)
    if expected == 0:
        return None
    return 1.0 - (float(totals.sum()) - 1.0) * float((observed * distances).sum()) / expected


def _value_counts(ratings: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """units x values: how many raters gave a unit that value; and the values, ascending."""
    raters, units = np.nonzero(~np.isnan(ratings))
    values, codes = np.unique(ratings[raters, units], return_inverse=True)
    shape = ratings.shape[1], len(values)
    cells = np.bincount(units * shape[1] + codes, minlength=shape[0] * shape[1])
    return cells.reshape(shape).astype(np.float64), values


def _squared_distances(values: NDArray[np.float64], totals: NDArray[np.float64], level: Level) -> NDArray[np.float64]:
    """values x values: the squared difference of two values at a level of measurement."""
    if level == "nominal":
        return 1.0 - np.eye(len(values))
    if level == "interval":
        return np.asarray(np.subtract.outer(values, values) ** 2)
    if level == "ordinal":
        # the ranks between two values, each end counted by half, are the distance of their mean ranks
        mean_ranks = np.cumsum(totals) - totals / 2
        return np.asarray(np.subtract.outer(mean_ranks, mean_ranks) ** 2)
    raise DomainError("unknown_level", f"{level!r} is no level of measurement.", field="level")
