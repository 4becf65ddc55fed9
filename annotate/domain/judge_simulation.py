"""A judge of known faults over responses of known quality, and how far filter and debias undo it (PROTOCOL 8).

Qualities have unit variance and are unrelated to lengths, so every slope of the kept pairs by length, and every lean to
a place, is the judge's fault and not the truth.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from annotate.domain.bias import PLACES, Fit, Stream, logistic_fit
from annotate.domain.debias import (
    Codes,
    LengthGroups,
    Lineage,
    length_debias,
    length_groups,
    lineage_start,
    reward_filter,
)

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Faults:
    """What a judge feels of A, seen first, against B: quality of A - of B - place + length * z + noise * N(0, 1).

    z: the difference of the logarithms of both lengths in standard deviations of one. place: how much it favours the
    response seen later. Differences up to tie_band are called a tie.
    """

    place: float = 0.4
    length: float = 0.4
    noise: float = 0.6
    tie_band: float = 0.1


@dataclass(frozen=True, slots=True)
class Judged:
    """Every pair of every prompt judged once, in random order: a is the response seen first.

    quality, lengths: of the responses; prompt, a, b, verdict: of the comparisons.
    """

    quality: Floats
    lengths: Ints
    prompt: Ints
    a: Ints
    b: Ints
    verdict: Ints


@dataclass(frozen=True, slots=True)
class Undone:
    """What is left after a step. right: share of the kept pairs whose chosen response truly is the better one."""

    n: int
    right: float
    groups: LengthGroups
    fit: Fit | None


def judge_all(n_prompts: int, n_responses: int, faults: Faults, seed: int) -> Judged:
    """Simulate one judge; lengths are log-normal around 250 characters."""
    generator = np.random.default_rng(seed)
    n = n_prompts * n_responses
    quality, size = generator.standard_normal(n), generator.standard_normal(n)
    lengths = np.maximum(1, np.rint(250 * np.exp(0.8 * size))).astype(np.int64)
    pairs = np.array(list(combinations(range(n_responses), 2)), dtype=np.int64)
    first = np.arange(n_prompts).repeat(len(pairs)) * n_responses
    a, b = np.tile(pairs.T, n_prompts) + first
    turned = generator.random(len(a)) < 0.5
    a, b = np.where(turned, b, a), np.where(turned, a, b)
    felt = quality[a] - quality[b] - faults.place + faults.length * (size[a] - size[b])
    felt += faults.noise * generator.standard_normal(len(a))
    verdict = np.where(np.abs(felt) <= faults.tie_band, 0, np.sign(felt)).astype(np.int64)
    return Judged(quality, lengths, first // n_responses, a, b, verdict)


def undone(judged: Judged, rewards: Floats, margin: float = 0.0, seed: int = 0) -> dict[str, Undone]:
    """What the judge alone leaves, debias, filter, and both, in the order of the paper's table 4.

    rewards: float[R], of a reward model.
    """
    columns = judged.a, judged.b, judged.verdict
    alone, filtered = lineage_start(judged.verdict), reward_filter(*columns, rewards, margin)
    steps = {
        "judge": alone,
        "debias": length_debias(*columns, judged.lengths, alone, seed),
        "filter": filtered,
        "both": length_debias(*columns, judged.lengths, filtered, seed),
    }
    return {name: _left(judged, lineage) for name, lineage in steps.items()}


def _left(judged: Judged, lineage: Codes) -> Undone:
    kept = np.flatnonzero(lineage == Lineage.KEPT)
    a, b, verdict = judged.a[kept], judged.b[kept], judged.verdict[kept]
    right = verdict * (judged.quality[a] - judged.quality[b]) > 0
    return Undone(
        n=len(kept),
        right=float(right.mean()) if len(kept) else 0.0,
        groups=length_groups(judged.a, judged.b, judged.verdict, judged.lengths, lineage),
        fit=logistic_fit(stream_of(judged).where(kept), "apart"),
    )


def stream_of(judged: Judged) -> Stream:
    """The comparisons as bias.py takes them."""
    n = len(judged.a)
    return Stream(
        prompt=judged.prompt,
        by=np.zeros(n, dtype=np.int64),
        place=np.full(n, 0 * PLACES + 1),
        difference=judged.lengths[judged.a] - judged.lengths[judged.b],
        verdict=judged.verdict,
    )
