"""How sure the benchmark's figures are, and whether one model beats another (PROTOCOL 10).

All intervals are percentile bootstraps at 95%. Prompts are drawn with replacement within their category, so every draw
has the categories of the set, each with as many prompts; the pairs of a prompt hang together and are drawn with it. A
category of few prompts shows too small a spread: with one prompt it shows none, nor does a figure of 0 or 1. Resampling
is seeded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from annotate.domain.ranking import BenchmarkScores, score_right
from annotate.domain.statistics import PERCENTILES, Interval
from annotate.domain.types import DomainError

Metric = Literal["accuracy", "exact_match"]
METRICS: tuple[Metric, ...] = ("accuracy", "exact_match")

N_DRAWS = 2000

_ROUNDING = 1e-12  # sums of shares that are equal may differ by as much

_Numbers = NDArray[Any]


@dataclass(frozen=True, slots=True)
class PromptOutcome:
    """What a model made of one prompt: whether each ordered pair came out right. An equal reward is never right."""

    category: str
    right: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class PairedBootstrap:
    """By how much a exceeds b: observed difference, ends of its interval, share of draws in which a is ahead."""

    difference: float
    low: float
    high: float
    probability_better: float


def benchmark_scores(outcomes: Iterable[PromptOutcome]) -> BenchmarkScores:
    """Accuracy and exact match of one subset; as by ranking.score_right."""
    return score_right((outcome.category, outcome.right) for outcome in outcomes)


def score_intervals(
    outcomes: Sequence[PromptOutcome], *, draws: int = N_DRAWS, seed: int = 0
) -> dict[Metric, Interval] | None:
    """Intervals of the two figures of a subset, each a mean over categories; None where nothing counts."""
    drawn = _drawn_scores(outcomes, draws, np.random.default_rng(seed))
    return None if drawn is None else {name: _interval(drawn[name]) for name in METRICS}


def overall_interval(
    subsets: Sequence[Sequence[PromptOutcome]], *, draws: int = N_DRAWS, seed: int = 0
) -> Interval | None:
    """Interval of Overall, the mean of the figures of all subsets; None where a subset has nothing that counts.

    The figures of one subset come from the same draws, for they hang together; subsets are drawn independently.
    """
    random = np.random.default_rng(seed)
    drawn = [_drawn_scores(outcomes, draws, random) for outcomes in subsets]
    figures = [scores[name] for scores in drawn if scores is not None for name in METRICS]
    if not figures or None in drawn:
        return None
    return _interval(np.mean(figures, axis=0))


def paired_bootstrap(
    a: Sequence[PromptOutcome], b: Sequence[PromptOutcome], *, metric: Metric, draws: int = N_DRAWS, seed: int = 0
) -> PairedBootstrap:
    """Compare two models on the same prompts, given in the same order; both see the same prompts in each draw.

    probability_better is the share of draws in which a is strictly ahead: an equal figure speaks for neither.
    DomainError: different_prompts unless categories and numbers of pairs agree; no_pairs where nothing counts.
    """
    categories = _paired_kinds(a, b)
    if not categories:
        raise DomainError("no_pairs", "The prompts hold no ordered pair, so there is nothing to compare.")
    random = np.random.default_rng(seed)
    observed, drawn = 0.0, np.zeros(draws)
    for (right_a, right_b, total), counts in categories:
        resampled = _resampled(counts, draws, random)
        for sign, right in ((1, right_a), (-1, right_b)):
            observed += sign * float(_share(counts, right, total, metric))
            drawn += sign * _share(resampled, right, total, metric)
    observed, drawn = observed / len(categories), drawn / len(categories)
    low, high = np.percentile(drawn, PERCENTILES)
    return PairedBootstrap(observed, float(low), float(high), float(np.mean(drawn > _ROUNDING)))


def _drawn_scores(
    outcomes: Sequence[PromptOutcome], draws: int, random: np.random.Generator
) -> dict[Metric, _Numbers] | None:
    """Both figures of each draw, [draws] each; None where nothing counts."""
    categories = _kinds((o.category, (sum(o.right), len(o.right))) for o in outcomes if o.right)
    if not categories:
        return None
    drawn = {name: np.zeros(draws) for name in METRICS}
    for (right, total), counts in categories:
        resampled = _resampled(counts, draws, random)
        for name in METRICS:
            drawn[name] += _share(resampled, right, total, name) / len(categories)
    return drawn


def _paired_kinds(a: Sequence[PromptOutcome], b: Sequence[PromptOutcome]) -> list[tuple[_Numbers, _Numbers]]:
    shapes_a, shapes_b = ([(o.category, len(o.right)) for o in outcomes] for outcomes in (a, b))
    if shapes_a != shapes_b:
        raise DomainError("different_prompts", "The two models were not benchmarked on the same prompts.")
    return _kinds(
        (one.category, (sum(one.right), sum(other.right), len(one.right)))
        for one, other in zip(a, b, strict=True)
        if one.right
    )


def _kinds(prompts: Iterable[tuple[str, tuple[int, ...]]]) -> list[tuple[_Numbers, _Numbers]]:
    """For each category, in the order of their names, the kinds of prompt in it: columns [c, kinds], counts [kinds].

    Equal prompts are drawn together, so time and memory grow with the kinds of prompt, not with their number.
    """
    categories: dict[str, Counter[tuple[int, ...]]] = {}
    for category, kind in prompts:
        categories.setdefault(category, Counter())[kind] += 1
    return [
        (np.array(sorted(kinds), dtype=np.float64).T, np.array([kinds[kind] for kind in sorted(kinds)], dtype=np.int64))
        for _, kinds in sorted(categories.items())
    ]


def _resampled(counts: _Numbers, draws: int, random: np.random.Generator) -> _Numbers:
    """[draws, kinds]: how many prompts of each kind a sample with replacement of the category's prompts holds."""
    return random.multinomial(counts.sum(), counts / counts.sum(), size=draws)


def _share(counts: _Numbers, right: _Numbers, total: _Numbers, metric: Metric) -> _Numbers:
    """The figure of a category: of each kind, counts [..., kinds] prompts have right [kinds] of total [kinds] pairs."""
    if metric == "exact_match":
        right, total = right == total, np.ones_like(total)
    return (counts @ right) / (counts @ total)  # type: ignore[no-any-return]


def _interval(drawn: _Numbers) -> Interval:
    low, high = np.percentile(drawn, PERCENTILES)
    return Interval(float(low), float(high))
