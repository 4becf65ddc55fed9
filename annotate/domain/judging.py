"""AI judges: which pairs they see in which order, and how good they are (PROTOCOL 8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from annotate.domain.graph import rank_project
from annotate.domain.seeded import seeded_bits
from annotate.domain.states import JudgeOrder
from annotate.domain.statistics import Interval, bootstrap_kappa, cohen_kappa, ratio_interval, wilson_interval
from annotate.domain.types import VERDICT_SIGNS, Verdict, verdict_of_tiers

Pair = tuple[int, int]

_MIRRORED: Mapping[Verdict, Verdict] = {"a": "b", "b": "a", "equal": "equal"}
_LABELS: Sequence[Verdict | None] = ("a", "b", "equal", None)


def judge_pairs(responses: Sequence[int], order: str, seed: int) -> list[Pair]:
    """(first, second) of every call about a prompt's responses: each of the N(N-1)/2 pairs once, or in both orders.

    In random order each pair is shown one way, either equally likely; the same for the same ids and seed.
    """
    pairs = [(one, other) if one < other else (other, one) for one, other in combinations(responses, 2)]
    if order == JudgeOrder.BOTH:
        return [shown for a, b in pairs for shown in ((a, b), (b, a))]
    return [(b, a) if seeded_bits(seed, "order", a, b) % 2 else (a, b) for a, b in pairs]


@dataclass(frozen=True, slots=True)
class Judged:
    """One call about a prompt: verdict "a" where the response shown first is better, None where it was unreadable."""

    prompt: int
    first: int
    second: int
    verdict: Verdict | None


def pair_verdicts(calls: Iterable[Judged]) -> dict[int, dict[Pair, Verdict | None]]:
    """{prompt: {(smaller id, larger id): verdict}} with one verdict a pair.

    We choose: of a pair asked in both orders, an order counts only where both say it, and what they contradict each
    other on is equal; where one of the two cannot be read, the other stands alone.
    """
    said: dict[int, dict[Pair, list[Verdict | None]]] = {}
    for call in calls:
        turned = call.first > call.second
        pair = (call.second, call.first) if turned else (call.first, call.second)
        verdict = _MIRRORED[call.verdict] if turned and call.verdict else call.verdict
        said.setdefault(call.prompt, {}).setdefault(pair, []).append(verdict)
    return {prompt: {pair: _joined(verdicts) for pair, verdicts in of_pair.items()} for prompt, of_pair in said.items()}


def _joined(verdicts: Sequence[Verdict | None]) -> Verdict | None:
    readable = {verdict for verdict in verdicts if verdict is not None}
    if not readable:
        return None
    return readable.pop() if len(readable) == 1 else "equal"


@dataclass(frozen=True, slots=True)
class Share:
    """A share with the counts behind it; value and interval are None where n is 0."""

    k: float
    n: int
    value: float | None
    interval: Interval | None


def _share(k: float, n: int, interval: Interval | None) -> Share:
    return Share(k, n, k / n if n else None, interval)


@dataclass(frozen=True, slots=True)
class Agreement:
    """A judge against the people's rankings.

    same: share of all pairs on which judge and ranking say the same of (better, worse, equal); an unreadable verdict is
    never the same. ordered: the same share among the pairs that the ranking orders. kappa: Cohen's, chance-corrected,
    None where it is undefined. Intervals are over prompts, whose pairs hang together.
    """

    n_prompts: int
    same: Share
    ordered: Share
    kappa: float | None
    kappa_interval: Interval | None


@dataclass(frozen=True, slots=True)
class JudgeReport:
    """How a judge did. first: share of its ordering verdicts that favour the response shown first.

    consistent: share of the pairs readable in both orders with the same verdict. conflicts: share of its pair verdicts
    that the ranking drawn from them contradicts. unreadable: of all calls.
    """

    n_calls: int
    unreadable: Share
    equal: Share
    first: Share
    consistent: Share
    conflicts: Share
    agreement: Agreement | None


def judge_report(calls: Sequence[Judged], tiers: Mapping[int, Sequence[Sequence[int]]]) -> JudgeReport:
    """The figures of a judge's calls; tiers holds the people's rankings of those prompts that have one, best first."""
    read = [call for call in calls if call.verdict is not None]
    ordering = [call for call in read if call.verdict != "equal"]
    n_first = sum(call.verdict == "a" for call in ordering)
    n_equal = len(read) - len(ordering)
    n_unread = len(calls) - len(read)
    verdicts = pair_verdicts(calls)
    return JudgeReport(
        n_calls=len(calls),
        unreadable=_share(n_unread, len(calls), wilson_interval(n_unread, len(calls))),
        equal=_share(n_equal, len(read), wilson_interval(n_equal, len(read))),
        first=_share(n_first, len(ordering), wilson_interval(n_first, len(ordering))),
        consistent=_consistency(read),
        conflicts=_conflicts(verdicts),
        agreement=human_agreement(verdicts, tiers),
    )


def _consistency(read: Sequence[Judged]) -> Share:
    said = {(call.first, call.second): call.verdict for call in read}
    both = [(a, b) for a, b in said if a < b and (b, a) in said]
    units: dict[int, list[int]] = {}
    prompt_of = {(call.first, call.second): call.prompt for call in read}
    for a, b in both:
        unit = units.setdefault(prompt_of[a, b], [0, 0])
        turned = said[b, a]
        unit[0] += turned is not None and said[a, b] == _MIRRORED[turned]
        unit[1] += 1
    k = sum(same for same, _total in units.values())
    return _share(k, len(both), ratio_interval((same, total, 1) for same, total in units.values()))


def _conflicts(verdicts: Mapping[int, Mapping[Pair, Verdict | None]]) -> Share:
    rows = [(a, b, said) for of_prompt in verdicts.values() for (a, b), said in of_prompt.items() if said is not None]
    number = {pk: place for place, pk in enumerate(sorted({pk for a, b, _said in rows for pk in (a, b)}))}
    signs = [VERDICT_SIGNS[said] for _a, _b, said in rows]
    ranked = rank_project(len(number), [number[a] for a, _b, _s in rows], [number[b] for _a, b, _s in rows], signs)
    conflict = ranked.conflict.tolist()
    units: dict[int, list[int]] = {}
    owner = [prompt for prompt, of_prompt in verdicts.items() for said in of_prompt.values() if said is not None]
    for prompt, against in zip(owner, conflict, strict=True):
        unit = units.setdefault(prompt, [0, 0])
        unit[0] += against
        unit[1] += 1
    return _share(sum(conflict), len(rows), ratio_interval((k, n, 1) for k, n in units.values()))


def human_agreement(
    verdicts: Mapping[int, Mapping[Pair, Verdict | None]], tiers: Mapping[int, Sequence[Sequence[int]]]
) -> Agreement | None:
    """How well a judge's pair verdicts agree with the people's rankings; None where no prompt has both.

    Which response of a pair is called a is arbitrary, so kappa counts every pair under both names, half each: the
    figure does not depend on the ids.
    """
    tables, same, ordered = [], [], []
    for prompt, said in verdicts.items():
        tier_of = {pk: number for number, tier in enumerate(tiers.get(prompt, ())) for pk in tier}
        known = [(verdict_of_tiers(tier_of[a], tier_of[b]), v) for (a, b), v in said.items() if {a, b} <= set(tier_of)]
        if known:
            tables.append(_table(known))
            same.append((sum(human == v for human, v in known), len(known), 1))
            in_order = [(human, v) for human, v in known if human != "equal"]
            ordered.append((sum(human == v for human, v in in_order), len(in_order), 1))
    if not tables:
        return None
    counts = np.stack(tables)
    return Agreement(
        n_prompts=len(tables),
        same=_share(sum(k for k, _n, _c in same), sum(n for _k, n, _c in same), ratio_interval(same)),
        ordered=_share(sum(k for k, _n, _c in ordered), sum(n for _k, n, _c in ordered), ratio_interval(ordered)),
        kappa=cohen_kappa(counts.sum(axis=0)),
        kappa_interval=bootstrap_kappa(counts),
    )


def _table(known: Sequence[tuple[Verdict, Verdict | None]]) -> NDArray[np.float64]:
    """float[4, 4]: people's label x judge's label, each pair half under either name; the last label is unreadable."""
    table = np.zeros((len(_LABELS), len(_LABELS)))
    for human, judge in known:
        mirrored = None if judge is None else _MIRRORED[judge]
        table[_LABELS.index(human), _LABELS.index(judge)] += 0.5
        table[_LABELS.index(_MIRRORED[human]), _LABELS.index(mirrored)] += 0.5
    return table
