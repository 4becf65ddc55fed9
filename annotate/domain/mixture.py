"""Which model each response of a prompt is drawn from."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from annotate.domain.seeded import seeded_fraction
from annotate.domain.types import DomainError


def mixed_sources(weights: Sequence[float], n: int, seed: str) -> list[int]:
    """The source of each of a prompt's n draws: systematic sampling, so that a prompt gets as many as it can.

    weights: of each source, positive. Of n draws source i gets between floor and ceiling of its share of n, and its
    share on average over prompts. seed: names the prompt. DomainError("invalid_weights").
    """
    if not weights or min(weights) <= 0:
        raise DomainError("invalid_weights", "Every source needs a weight above 0.", field="weight")
    bounds = list(accumulate(weights))
    start = seeded_fraction(seed, "source")
    return [min(bisect_right(bounds, (draw + start) / n * bounds[-1]), len(weights) - 1) for draw in range(n)]
