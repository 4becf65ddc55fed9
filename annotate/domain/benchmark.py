"""Whether one model beats another on the same benchmark: a paired bootstrap over prompts within categories."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np


@dataclass(frozen=True, slots=True)
class PromptOutcome:
    category: str
    right: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class PairedBootstrap:
    difference: float
    low: float
    high: float
    probability_better: float


def paired_bootstrap(
    a: Sequence[PromptOutcome], b: Sequence[PromptOutcome], *,
    metric: Literal["accuracy", "exact_match"], draws: int = 2000, seed: int = 0,
) -> PairedBootstrap:  # fmt: skip
    """Macro figure of a less that of b, both in the same prompt order, with its 95% interval."""
    random, spread, point = np.random.default_rng(seed), np.zeros(draws), 0.0
    groups = [[i for i, one in enumerate(a) if one.category == name] for name in sorted({one.category for one in a})]
    for group in groups:
        n = np.array([1 if metric == "exact_match" else len(a[i].right) for i in group])
        both = [[all(m[i].right) if metric == "exact_match" else sum(m[i].right) for i in group] for m in (a, b)]
        gain = np.array(both[0]) * 1.0 - np.array(both[1])
        drawn = random.integers(len(group), size=(draws, len(group)))
        spread += gain[drawn].sum(axis=1) / n[drawn].sum(axis=1) / len(groups)
        point += float(gain.sum() / n.sum()) / len(groups)
    low, high = np.quantile(spread, [0.025, 0.975])
    return PairedBootstrap(point, float(low), float(high), float((spread > 0).mean()))
