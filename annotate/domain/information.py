"""Which prompts are worth annotating next, and which are kept out of a model's hands.

What a prompt tells is judged by its pairs: how unsure the models are of what people will say (the entropy of their
mean prediction, which is large where margins are small or models differ: Settles, "Active Learning Literature Survey",
2009, uncertainty sampling and query by committee), and, where a judge has compared a pair, how little the models
believe its verdict.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import entr

from annotate.domain.sampling import drawn
from annotate.domain.seeded import seeded_fraction
from annotate.domain.states import Arm

NO_JUDGE = 2
OUTCOMES = 3


def information(chances: ArrayLike, prompts: ArrayLike, judged: ArrayLike) -> dict[int, float]:
    """{prompt: expected information in [0, 1]}, the mean over the prompt's pairs.

    chances: float[C, 3], of a, equal and b. prompts: int[C], whose pair each is. judged: int[C], 1 where the judge says
    a, 0 equal, -1 b, NO_JUDGE where it said nothing. Without a judge a pair counts its entropy over that of three equal
    chances; with one, the mean of that and of 1 - P(the judge's verdict), so that a judge who agrees makes a pair less
    worth asking, and one who does not makes it more.
    """
    rows, said = np.asarray(chances, dtype=np.float64), np.asarray(judged, dtype=np.int64)
    unsure = entr(rows).sum(axis=1) / log(OUTCOMES)
    known = said != NO_JUDGE
    doubted = 1.0 - rows[np.arange(len(rows)), np.where(known, 1 - said, 0)]
    worth = np.clip(np.where(known, (unsure + doubted) / 2, unsure), 0.0, 1.0)
    keys, places = np.unique(np.asarray(prompts, dtype=np.int64), return_inverse=True)
    means: NDArray[np.float64] = np.bincount(places, weights=worth) / np.bincount(places)
    return dict(zip(keys.tolist(), means.tolist(), strict=True))


def arm_of(prompt: int, share: float, seed: str) -> Arm:
    """Whether a prompt stays random or may be chosen by a model; it depends on nothing that a model says."""
    return Arm.RANDOM if seeded_fraction(seed, "arm", prompt) < share else Arm.CHOSEN


def dealing_order(worth: Mapping[int, float], arms: Mapping[int, Arm], share: float, seed: str) -> list[int]:
    """The prompts in the order in which they are dealt: at every moment about `share` of them random ones.

    worth: {prompt: expected information}; a chosen prompt of whom nothing is known comes last. arms: {prompt: arm}.
    Chosen prompts come by information, the most first, then by id; random ones in a seeded order that no model has a
    part in. Where one arm runs out, the rest is the other's.
    """
    chosen = sorted((key for key, arm in arms.items() if arm == Arm.CHOSEN), key=lambda key: (-worth.get(key, -1), key))
    random = sorted(
        (key for key, arm in arms.items() if arm == Arm.RANDOM), key=lambda key: (seeded_fraction(seed, key), key)
    )
    return _interleaved(random, chosen, share, seed)


def _interleaved(random: Sequence[int], chosen: Sequence[int], share: float, seed: str) -> list[int]:
    order: list[int] = []
    n_random = 0
    while n_random < len(random) and len(order) - n_random < len(chosen):
        is_random = drawn(len(order), share, seed)
        order.append(random[n_random] if is_random else chosen[len(order) - n_random])
        n_random += is_random
    n_chosen = len(order) - n_random
    return [*order, *random[n_random:], *chosen[n_chosen:]]
