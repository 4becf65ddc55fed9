"""Agreement of independent passes (PROTOCOL 5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from annotate.domain.states import AgreementMeasure
from annotate.domain.types import Agreement, DomainError, Key, Level, Verdict


def passes_agreement(passes: Sequence[Mapping[Key, Verdict]], measure: str = AgreementMeasure.EXACT) -> Agreement[Key]:
    """Share of a prompt's comparisons on which all passes say the same.

    passes: for each pass, comparison -> verdict; a and b must mean the same two responses in every pass. Only the
    comparisons that every pass holds count: a ring that was rebuilt leaves some that one pass alone has made. With
    fewer than two passes there is nothing to agree on: no comparisons, rate None. differing keeps the order of the
    first pass.

    measure (states.AgreementMeasure): "exact" asks for the same label. "ordered" leaves out what any pass calls
    equal; of the rest, opposite orders differ. "weighted" counts the same label 1, equal against an order 1/2 and
    opposite orders 0, as the mean over the pairs of passes; differing is then all that is not the same everywhere.
    DomainError("unknown_measure") for anything else.
    """
    if measure not in set(AgreementMeasure):
        raise DomainError("unknown_measure", f"{measure!r} is no measure of agreement.", field="measure")
    if len(passes) < 2:
        return Agreement(n_comparisons=0, n_same=0, rate=None, differing=())
    said = {key: [held[key] for held in passes] for key in passes[0] if all(key in held for held in passes)}
    if measure == AgreementMeasure.ORDERED:
        said = {key: verdicts for key, verdicts in said.items() if "equal" not in verdicts}
    differing = tuple(key for key, verdicts in said.items() if len(set(verdicts)) > 1)
    n, n_same = len(said), float(len(said) - len(differing))
    if measure == AgreementMeasure.WEIGHTED:
        n_same += sum(_share_alike(said[key]) for key in differing)
    return Agreement(n_comparisons=n, n_same=n_same, rate=n_same / n if n else None, differing=differing)


def share_same(
    said: Mapping[Key, Verdict], reference: Mapping[Key, Verdict], measure: str = AgreementMeasure.EXACT
) -> tuple[float, int]:
    """How many comparisons of one answer are as in its reference, and how many count: (n_same, n_comparisons).

    The reference is a gold order, or what the same person said before; measures as for passes_agreement.
    """
    agreement = passes_agreement([said, reference], measure)
    return agreement.n_same, agreement.n_comparisons


def _share_alike(verdicts: Sequence[Verdict]) -> float:
    """The weighted measure of one comparison: the mean over pairs of passes."""
    pairs = list(combinations(verdicts, 2))
    halves = sum(2 if one == other else int("equal" in (one, other)) for one, other in pairs)
    return halves / (2 * len(pairs))


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
    alpha = float(alpha_of_counts(weights.T @ counts - np.diag(weights.sum(axis=0)), values, level))
    return None if np.isnan(alpha) else alpha


def alpha_of_counts(
    coincidences: NDArray[np.float64], values: NDArray[np.float64], level: Level
) -> NDArray[np.float64]:
    """Krippendorff's alpha of each coincidence matrix; nan where it is undefined.

    coincidences: [..., m, m], symmetric, how often two ratings of one unit were these two values, each unit of k
    ratings weighted by 1 / (k - 1). values: [m], ascending; one that never occurs does no harm.
    """
    totals = coincidences.sum(axis=-1)
    distances = _squared_distances(values, totals, level)
    expected = (totals[..., :, None] * distances * totals[..., None, :]).sum(axis=(-2, -1))
    observed = (coincidences * distances).sum(axis=(-2, -1))
    disagreement = np.full_like(expected, np.nan)
    np.divide((totals.sum(axis=-1) - 1.0) * observed, expected, out=disagreement, where=expected > 0)
    return np.asarray(1.0 - disagreement)


def _value_counts(ratings: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """units x values: how many raters gave a unit that value; and the values, ascending."""
    raters, units = np.nonzero(~np.isnan(ratings))
    values, codes = np.unique(ratings[raters, units], return_inverse=True)
    shape = ratings.shape[1], len(values)
    cells = np.bincount(units * shape[1] + codes, minlength=shape[0] * shape[1])
    return cells.reshape(shape).astype(np.float64), values


def _squared_distances(values: NDArray[np.float64], totals: NDArray[np.float64], level: Level) -> NDArray[np.float64]:
    """[..., m, m]: the squared difference of two values at a level of measurement; totals: [..., m]."""
    if level == "nominal":
        return 1.0 - np.eye(len(values))
    if level == "interval":
        return np.asarray(np.subtract.outer(values, values) ** 2)
    if level == "ordinal":
        # the ranks between two values, each end counted by half, are the distance of their mean ranks
        mean_ranks = np.cumsum(totals, axis=-1) - totals / 2
        return np.asarray((mean_ranks[..., :, None] - mean_ranks[..., None, :]) ** 2)
    raise DomainError("unknown_level", f"{level!r} is no level of measurement.", field="level")
