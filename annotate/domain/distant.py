"""The recipe of distant supervision: which of the judges' comparisons enter a training set, and why the others do not.

The steps are those of debias.py (PROTOCOL 8): a reward model filters, then length debias levels what is left. What may
not count in the first place (an unreadable answer, a prompt of a benchmark) takes no part in either, so that it neither
weighs in a group nor changes which pairs are drawn.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from annotate.domain.debias import (
    Codes,
    Floats,
    Ints,
    LengthGroups,
    Lineage,
    length_debias,
    length_groups,
    lineage_start,
    reward_filter,
)
from annotate.domain.types import DomainError


@dataclass(frozen=True, slots=True)
class Judgements:
    """Judges' comparisons as columns.

    a, b: int64[C], indices of responses. verdict: int64[C], 1 where a is better, -1 where b is, 0 for a tie and for
    what is unreadable. outside: int8[C], the Lineage code of what may not count, KEPT for what may. lengths: int64[R],
    characters. rewards: float64[R], nan where unknown.
    """

    a: Ints
    b: Ints
    verdict: Ints
    outside: Codes
    lengths: Ints
    rewards: Floats

    def with_rewards(self, rewards: Floats) -> Judgements:
        """The same comparisons under the rewards of a model. DomainError("different_lengths")."""
        if rewards.shape != self.lengths.shape:
            raise DomainError("different_lengths", "Every response needs a reward, or nan.", field="rewards")
        return replace(self, rewards=rewards)

    def leads(self) -> Floats:
        """float64[C]: reward of the chosen response less that of the rejected; nan for ties and where unknown."""
        lead = self.verdict * (self.rewards[self.a] - self.rewards[self.b])
        lead[self.verdict == 0] = np.nan
        return lead


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is done with the comparisons. margin: the least lead to be kept, 0 or more; None without the filter."""

    margin: float | None
    debias: bool
    seed: int


@dataclass(frozen=True, slots=True)
class Sifted:
    """lineage: int8[C]. before, after: the groups of length of what is kept before and after length debias."""

    lineage: Codes
    before: LengthGroups
    after: LengthGroups


def sift(judged: Judgements, recipe: Recipe) -> Sifted:
    """What becomes of every comparison. DomainError: invalid_margin, and those of the columns."""
    counts = np.flatnonzero(judged.outside == Lineage.KEPT)
    columns = judged.a[counts], judged.b[counts], judged.verdict[counts]
    if recipe.margin is None:
        filtered = lineage_start(columns[2])
    else:
        filtered = reward_filter(*columns, judged.rewards, recipe.margin)
    sized = (*columns, judged.lengths)
    debiased = length_debias(*sized, filtered, recipe.seed) if recipe.debias else filtered
    lineage = judged.outside.copy()
    lineage[counts] = debiased
    return Sifted(lineage, length_groups(*sized, filtered), length_groups(*sized, debiased))


def aligned(known: ArrayLike, values: ArrayLike, wanted: ArrayLike) -> Floats:
    """float64[N]: for each id of `wanted` its value, nan where it is unknown. known: int[K], ascending, each once."""
    ids, found = np.asarray(known, dtype=np.int64), np.asarray(values, dtype=np.float64)
    asked = np.asarray(wanted, dtype=np.int64)
    if not len(ids):
        return np.full(len(asked), np.nan)
    places = np.minimum(np.searchsorted(ids, asked), len(ids) - 1)
    return np.where(ids[places] == asked, found[places], np.nan)
