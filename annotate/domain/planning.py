"""What a project will cost and bring, simulated with the rules it will be run by (PROTOCOL 3, 5 and 7).

Responses have qualities of unit variance. Whoever does a task reads each of its responses with an error, quality +
noise * N(0, 1) (Thurstone), and puts what lies within the tie band of the best of a tier into that tier. A prompt whose
passes agree too little is discussed: the people put their readings together, so each comparison on which they differed
gets one verdict, by the mean of what the passes read.

Noise 0.36 to 0.40 with a tie band of 0.10 to 0.15 fits the paper's annotators.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from math import ceil

import numpy as np
from numpy.typing import NDArray

from annotate.domain.design import ring_tasks
from annotate.domain.graph import rank_project
from annotate.domain.states import AgreementMeasure
from annotate.domain.statistics import Interval, Z, ratio_interval
from annotate.domain.types import DomainError

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

# The prompts that are simulated where a plan has more: enough for a share to within some 3 points. Fewer where each
# holds many comparisons, so that a forecast costs some 20 ms whatever the plan.
MOST_PROMPTS, FEWEST_PROMPTS, MOST_COMPARISONS = 1000, 50, 40_000


@dataclass(frozen=True, slots=True)
class Plan:
    """What is planned; shares and thresholds as in a project's settings.

    measured_share: of the tasks dealt, those that measure a person (gold, repeats) and bring no work forward.
    """

    prompts: int
    people: int
    triples_a_day: int
    passes: int = 2
    responses: int = 5
    width: int = 3
    noise: float = 0.38
    tie_band: float = 0.12
    threshold: float = 0.90
    measure: str = AgreementMeasure.EXACT
    measured_share: float = 0.0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean with its 95% interval."""

    value: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class Forecast:
    """What comes of a plan. agreement and discussed are None for a single pass, which has nothing to agree with.

    conflict, pairs: conflict rate and ordered pairs a prompt once discussions are over; conflict_before: of what the
    passes said at first.
    """

    triples: int
    days: int
    agreement: Estimate | None
    discussed: Estimate | None
    conflict: Estimate
    conflict_before: Estimate
    pairs: Estimate
    n_simulated: int


def days_needed(plan: Plan) -> tuple[int, int]:
    """(triples, whole days) of a plan; triples are those of work, days also hold what measures people."""
    triples = plan.prompts * plan.passes * len(ring_tasks(plan.responses, plan.width))
    dealt = triples / (1 - plan.measured_share)
    return triples, ceil(dealt / (plan.people * plan.triples_a_day))


def forecast(plan: Plan) -> Forecast:
    """Simulate a plan; the same plan gives the same forecast.

    DomainError: too_few_people where nobody is left for a further pass (nobody serves in two passes of a prompt), and
    those of design.ring_tasks.
    """
    if plan.people < plan.passes:
        raise DomainError("too_few_people", f"{plan.passes} passes need as many people.", field="people")
    triples, days = days_needed(plan)
    readings = _readings(plan)
    said = verdicts(readings, plan.tie_band)
    same, total = agreement_counts(said, plan.measure)
    rate = np.divide(same, total, out=np.ones_like(same), where=total > 0)
    discussed = (rate < plan.threshold) & (plan.passes > 1)
    settled = _settled(said, verdicts(readings.mean(axis=1, keepdims=True), plan.tie_band), discussed)
    before, after = _ranked(plan, said), _ranked(plan, settled)
    several = plan.passes > 1
    return Forecast(
        triples=triples,
        days=days,
        agreement=_ratio(same, total) if several and total.any() else None,
        discussed=_ratio(discussed.astype(np.float64), np.ones(len(discussed))) if several else None,
        conflict=_ratio(after[0], after[1]),
        conflict_before=_ratio(before[0], before[1]),
        pairs=_mean(after[2]),
        n_simulated=len(same),
    )


def sweep(plan: Plan, name: str, values: list[float]) -> list[Forecast]:
    """Forecasts of a plan with one of its numbers changed."""
    kind = type(getattr(plan, name))
    return [forecast(replace(plan, **{name: kind(value)})) for value in values]


def verdicts(readings: Floats, tie_band: float) -> Ints:
    """int[..., pairs]: the verdict of every pair of a task's responses, 1, 0 or -1, from readings [..., width].

    Pairs are in the order of combinations. Best first, a response belongs to the tier above as long as it lies within
    the band of that tier's best, so responses further apart than the band are never called equal.
    """
    best_first = np.argsort(-readings, axis=-1, kind="stable")
    ordered = np.take_along_axis(readings, best_first, axis=-1)
    tier, top = np.zeros(ordered.shape, dtype=np.int64), ordered[..., 0]
    for place in range(1, ordered.shape[-1]):
        below = top - ordered[..., place] > tie_band
        tier[..., place] = tier[..., place - 1] + below
        top = np.where(below, ordered[..., place], top)
    of_response = np.take_along_axis(tier, np.argsort(best_first, axis=-1), axis=-1)
    a, b = np.array(list(combinations(range(readings.shape[-1]), 2))).T
    return np.asarray(np.sign(of_response[..., b] - of_response[..., a]))


def agreement_counts(said: Ints, measure: str) -> tuple[Floats, Floats]:
    """(same, total) of each prompt, float[prompts] both, as agreement.passes_agreement counts them.

    said: int[prompts, passes, tasks, pairs].
    """
    said = said.reshape(*said.shape[:2], -1)
    counts = np.ones((said.shape[0], said.shape[2]), dtype=bool)
    alike = (said == said[:, :1]).all(axis=1).astype(np.float64)
    if measure == AgreementMeasure.ORDERED:
        counts = (said != 0).all(axis=1)
    elif measure == AgreementMeasure.WEIGHTED:
        pairs = list(combinations(range(said.shape[1]), 2))
        apart = sum(np.abs(said[:, one] - said[:, other]) for one, other in pairs)
        alike = 1 - apart / (2 * max(len(pairs), 1))
    return (alike * counts).sum(axis=1), counts.sum(axis=1).astype(np.float64)


def _most_prompts(plan: Plan) -> int:
    each = plan.passes * len(ring_tasks(plan.responses, plan.width)) * plan.width * (plan.width - 1) // 2
    return max(FEWEST_PROMPTS, min(MOST_PROMPTS, MOST_COMPARISONS // each))


def _readings(plan: Plan) -> Floats:
    """float[prompts, passes, tasks, width]: what everybody reads."""
    n = min(plan.prompts, _most_prompts(plan))
    generator = np.random.default_rng(plan.seed)
    quality = generator.standard_normal((n, plan.responses))
    shown = quality[:, ring_tasks(plan.responses, plan.width)]
    errors = generator.standard_normal((n, plan.passes, *shown.shape[1:]))
    return np.asarray(shown[:, None] + plan.noise * errors)


def _settled(said: Ints, pooled: Ints, discussed: NDArray[np.bool_]) -> Ints:
    """What the passes hold after discussion: what they differed on has the pooled verdict."""
    differ = (said != said[:, :1]).any(axis=1, keepdims=True) & discussed[:, None, None, None]
    return np.where(differ, pooled, said)


def _ranked(plan: Plan, said: Ints) -> tuple[Floats, Floats, Floats]:
    """(conflicts, comparisons, ordered pairs) of each prompt, float[prompts] all."""
    n, n_responses = len(said), plan.responses
    tasks = np.array(ring_tasks(n_responses, plan.width))
    a, b = np.array([list(combinations(task, 2)) for task in tasks.tolist()]).transpose(2, 0, 1)
    first = n_responses * np.arange(n)[:, None, None, None]
    rows_a, rows_b = (np.broadcast_to(first + column, said.shape).ravel() for column in (a, b))
    ranked = rank_project(n * n_responses, rows_a, rows_b, said.ravel())
    tier = ranked.tier.reshape(n, n_responses)
    unequal = sum((tier[:, one] != tier[:, other]) for one, other in combinations(range(n_responses), 2))
    conflicts = ranked.conflict.reshape(n, -1)
    size = np.full(n, conflicts.shape[1], dtype=np.float64)
    return conflicts.sum(axis=1).astype(np.float64), size, np.asarray(unequal, dtype=np.float64)


def _ratio(same: Floats, total: Floats) -> Estimate:
    """A share over prompts, whose comparisons hang together."""
    kinds, counts = np.unique(np.stack([same, total]), axis=1, return_counts=True)
    outcomes = [(float(s), float(t), int(n)) for (s, t), n in zip(kinds.T, counts, strict=True)]
    interval = ratio_interval(outcomes)
    assert interval is not None  # there is a prompt with comparisons
    return Estimate(float(same.sum() / total.sum()), interval)


def _mean(values: Floats) -> Estimate:
    mean = float(values.mean())
    half = Z * float(values.std(ddof=1)) / len(values) ** 0.5 if len(values) > 1 else 0.0
    return Estimate(mean, Interval(mean - half, mean + half))
