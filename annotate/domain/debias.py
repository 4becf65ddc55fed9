"""Distant supervision: judge comparisons filtered by a reward model, and length debias (PROTOCOL 8).

Columns of all comparisons of a project go in, a small code for each comes out, so that a set can say of every pair why
it is in it or not. a, b: int[C], the two responses of a comparison, indices into the columns of the responses; verdict:
int[C], 1 where a is better, -1 where b is better, 0 for a tie (types.VERDICT_SIGNS).

Ties: a tie orders nothing, makes no training pair and would close a cycle by itself, so it is always dropped, with a
code of its own. Source: Wen et al., "Cheems", ACL 2025 (arXiv 2502.17173v3).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from annotate.domain.types import DomainError

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Codes = NDArray[np.int8]


class Lineage(IntEnum):
    """What became of a judge's comparison, and at which step.

    From DROPPED_UNREADABLE on it never stood a chance: nothing could be read of it, its prompt is on a benchmark (or a
    near-duplicate of one that is), people have settled its prompt for the same set, or one of its responses, or its
    prompt, is no longer used.
    """

    KEPT = 0
    DROPPED_TIE = 1
    DROPPED_UNSCORED = 2
    DROPPED_DISAGREES = 3
    DROPPED_MARGIN = 4
    DROPPED_LENGTH = 5
    DROPPED_UNREADABLE = 6
    DROPPED_BENCHMARK = 7
    DROPPED_HUMAN = 8
    DROPPED_RESPONSE = 9
    DROPPED_PROMPT = 10


@dataclass(frozen=True, slots=True)
class LengthGroups:
    """How many kept pairs have the longer response chosen, the shorter one, or two of equal length."""

    longer: int
    shorter: int
    equal: int


def lineage_start(verdict: ArrayLike) -> Codes:
    """int8[C]: every comparison kept but the ties; where the work begins if no model filters."""
    verdict = _verdicts(verdict)
    return np.where(verdict == 0, Lineage.DROPPED_TIE, Lineage.KEPT).astype(np.int8)


def reward_filter(a: ArrayLike, b: ArrayLike, verdict: ArrayLike, rewards: ArrayLike, margin: float = 0.0) -> Codes:
    """int8[C]: which comparisons a reward model upholds.

    rewards: float[R], nan where a response has none; every comparison with such a response is dropped as unscored. One
    is kept where the reward of the chosen response is strictly higher, by at least the margin. All kept pairs point
    down the rewards, so they hold no cycle. DomainError: invalid_margin, and those of the columns.
    """
    if not (np.isfinite(margin) and margin >= 0):
        raise DomainError("invalid_margin", "The margin must be 0 or more.", field="margin")
    scores = np.asarray(rewards, dtype=np.float64)
    a, b, verdict = _columns(a, b, verdict, len(scores))
    lead = verdict * (scores[a] - scores[b])
    lineage = lineage_start(verdict)
    decided = verdict != 0
    lineage[decided & (lead < margin)] = Lineage.DROPPED_MARGIN
    lineage[decided & (lead <= 0)] = Lineage.DROPPED_DISAGREES
    lineage[decided & np.isnan(lead)] = Lineage.DROPPED_UNSCORED
    return lineage


def length_debias(
    a: ArrayLike, b: ArrayLike, verdict: ArrayLike, lengths: ArrayLike, lineage: ArrayLike, seed: int
) -> Codes:
    """int8[C]: the lineage once as many kept pairs have the longer response chosen as have the shorter one.

    lengths: int[R], characters. lineage: int8[C], as the step before left it. Of the larger group a seeded sample of
    the size of the smaller stays. Pairs of equal length belong to neither group and all stay; length_groups tells how
    many. The same columns and seed give the same sample in every version of NumPy.
    """
    a, b, verdict, size, lineage = _kept_columns(a, b, verdict, lengths, lineage)
    longer = _excess(a, b, verdict, size)
    kept = lineage == Lineage.KEPT
    groups = np.flatnonzero(kept & (longer > 0)), np.flatnonzero(kept & (longer < 0))
    smaller, larger = sorted(groups, key=len)
    # Only the raw stream of a bit generator is promised to stay the same from version to version.
    draws = np.random.PCG64(seed).random_raw(len(larger))
    lineage[larger[np.argsort(draws, kind="stable")[len(smaller) :]]] = Lineage.DROPPED_LENGTH
    return lineage


def length_groups(
    a: ArrayLike, b: ArrayLike, verdict: ArrayLike, lengths: ArrayLike, lineage: ArrayLike
) -> LengthGroups:
    """Count the kept pairs by whether the chosen response is the longer one; arguments as for length_debias."""
    a, b, verdict, size, lineage = _kept_columns(a, b, verdict, lengths, lineage)
    longer = _excess(a, b, verdict, size)[lineage == Lineage.KEPT]
    return LengthGroups(int((longer > 0).sum()), int((longer < 0).sum()), int((longer == 0).sum()))


def lineage_counts(lineage: ArrayLike) -> dict[Lineage, int]:
    """How many comparisons met each fate, all fates named."""
    counts = np.bincount(np.asarray(lineage, dtype=np.int64), minlength=len(Lineage))
    return {code: int(counts[code]) for code in Lineage}


def _excess(a: Ints, b: Ints, verdict: Ints, lengths: Ints) -> Ints:
    """Characters that the chosen response has more than the rejected."""
    return verdict * (lengths[a] - lengths[b])


def _kept_columns(
    a: ArrayLike, b: ArrayLike, verdict: ArrayLike, lengths: ArrayLike, lineage: ArrayLike
) -> tuple[Ints, Ints, Ints, Ints, Codes]:
    """The columns checked, and a copy of the lineage. DomainError("kept_tie") for a tie that is called kept."""
    size = np.asarray(lengths, dtype=np.int64)
    a, b, verdict = _columns(a, b, verdict, len(size))
    codes = np.array(lineage, dtype=np.int8)
    if codes.shape != verdict.shape:
        raise DomainError("different_lengths", "The lineage must name every comparison.", field="lineage")
    if (verdict[codes == Lineage.KEPT] == 0).any():
        raise DomainError("kept_tie", "A tie is called kept; it orders nothing.", field="lineage")
    return a, b, verdict, size, codes


def _columns(a: ArrayLike, b: ArrayLike, verdict: ArrayLike, n: int) -> tuple[Ints, Ints, Ints]:
    a, b = np.asarray(a, dtype=np.int64), np.asarray(b, dtype=np.int64)
    verdict = _verdicts(verdict)
    if not (a.ndim == 1 and a.shape == b.shape == verdict.shape):
        raise DomainError("different_lengths", "a, b and verdict must be columns of one length.")
    if a.size and (min(a.min(), b.min()) < 0 or max(a.max(), b.max()) >= n):
        raise DomainError("foreign_response", f"A comparison names a response outside 0..{n - 1}.")
    return a, b, verdict


def _verdicts(verdict: ArrayLike) -> Ints:
    column = np.asarray(verdict, dtype=np.int64)
    if (np.abs(column) > 1).any():
        raise DomainError("unknown_verdict", "A verdict is neither 1, 0 nor -1.", field="verdict")
    return column
