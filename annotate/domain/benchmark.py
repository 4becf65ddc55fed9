"""How sure the benchmark's figures are, and whether one model beats another (PROTOCOL 10).

All intervals are percentile bootstraps at 95%. Prompts are drawn with replacement within their category, so every draw
has the categories of the set, each with as many prompts; the pairs of a prompt hang together and are drawn with it.
Categories of one prompt are drawn as one stratum (collapsed strata: W. Cochran, Sampling Techniques, 1977, 5A.12), in
which each keeps its weight: on its own such a prompt would show no spread at all and make every difference a sure one.
What they differ by as categories then counts as spread, which errs to the safe side. One prompt as the whole subset
says nothing of others: its figures may then be anything, and are drawn as all or nothing. A category of few prompts
still shows too small a spread, and a figure of 0 or 1 shows none. Resampling is seeded.
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
    strata = _paired_strata(a, b)
    if not strata:
        raise DomainError("no_pairs", "The prompts hold no ordered pair, so there is nothing to compare.")
    random = np.random.default_rng(seed)
    observed, drawn = 0.0, np.zeros(draws)
    for stratum in strata:
        right_a, right_b, total = stratum.columns
        resampled = stratum.resampled(draws, random)
        for sign, right in ((1, right_a), (-1, right_b)):
            observed += sign * float(stratum.share(stratum.counts, right, total, metric))
            drawn += sign * stratum.share(resampled, right, total, metric)
    n_categories = sum(stratum.n_categories for stratum in strata)
    observed, drawn = observed / n_categories, drawn / n_categories
    if _is_one_prompt(strata) and observed:
        drawn = random.choice([-1.0, 1.0], draws)
    low, high = np.percentile(drawn, PERCENTILES)
    return PairedBootstrap(observed, float(low), float(high), float(np.mean(drawn > _ROUNDING)))


@dataclass(frozen=True, slots=True)
class _Stratum:
    """Prompts that are drawn together: those of one category, or of all categories that have but one.

    Equal prompts are drawn together, so time and memory grow with the kinds of prompt, not with their number. columns:
    [c, kinds], what a kind has right and how many pairs; counts: [kinds].
    """

    columns: _Numbers
    counts: _Numbers
    n_categories: int

    def resampled(self, draws: int, random: np.random.Generator) -> _Numbers:
        """[draws, kinds]: how many prompts of each kind a sample with replacement holds."""
        return random.multinomial(self.counts.sum(), self.counts / self.counts.sum(), size=draws)

    def share(self, counts: _Numbers, right: _Numbers, total: _Numbers, metric: Metric) -> _Numbers:
        """The summed figures of the categories: of each kind, counts [..., kinds] prompts have right of total pairs."""
        if metric == "exact_match":
            right, total = right == total, np.ones_like(total)
        if self.n_categories > 1:  # each prompt is a category, whose figure is that prompt's
            right, total = right / total, np.ones_like(total) / self.n_categories
        return (counts @ right) / (counts @ total)  # type: ignore[no-any-return]


def _drawn_scores(
    outcomes: Sequence[PromptOutcome], draws: int, random: np.random.Generator
) -> dict[Metric, _Numbers] | None:
    """Both figures of each draw, [draws] each; None where nothing counts."""
    strata = _strata((o.category, (sum(o.right), len(o.right))) for o in outcomes if o.right)
    if not strata:
        return None
    if _is_one_prompt(strata):
        return dict.fromkeys(METRICS, random.choice([0.0, 1.0], draws))
    n_categories = sum(stratum.n_categories for stratum in strata)
    drawn = {name: np.zeros(draws) for name in METRICS}
    for stratum in strata:
        right, total = stratum.columns
        resampled = stratum.resampled(draws, random)
        for name in METRICS:
            drawn[name] += stratum.share(resampled, right, total, name) / n_categories
    return drawn


def _is_one_prompt(strata: Sequence[_Stratum]) -> bool:
    return sum(int(stratum.counts.sum()) for stratum in strata) == 1


def _paired_strata(a: Sequence[PromptOutcome], b: Sequence[PromptOutcome]) -> list[_Stratum]:
    shapes_a, shapes_b = ([(o.category, len(o.right)) for o in outcomes] for outcomes in (a, b))
    if shapes_a != shapes_b:
        raise DomainError("different_prompts", "The two models were not benchmarked on the same prompts.")
    return _strata(
        (one.category, (sum(one.right), sum(other.right), len(one.right)))
        for one, other in zip(a, b, strict=True)
        if one.right
    )


def _strata(prompts: Iterable[tuple[str, tuple[int, ...]]]) -> list[_Stratum]:
    """The categories in the order of their names, and last those of one prompt together."""
    categories: dict[str, Counter[tuple[int, ...]]] = {}
    for category, kind in prompts:
        categories.setdefault(category, Counter())[kind] += 1
    single = [kinds for kinds in categories.values() if kinds.total() == 1]
    strata = [_stratum(kinds, 1) for _, kinds in sorted(categories.items()) if kinds.total() > 1]
    pooled: Counter[tuple[int, ...]] = Counter(kind for kinds in single for kind in kinds)
    return [*strata, _stratum(pooled, len(single))] if single else strata


def _stratum(kinds: Counter[tuple[int, ...]], n_categories: int) -> _Stratum:
    columns = np.array(sorted(kinds), dtype=np.float64).T
    return _Stratum(columns, np.array([kinds[kind] for kind in sorted(kinds)], dtype=np.int64), n_categories)


def _interval(drawn: _Numbers) -> Interval:
    low, high = np.percentile(drawn, PERCENTILES)
    return Interval(float(low), float(high))
