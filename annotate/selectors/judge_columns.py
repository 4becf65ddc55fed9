"""What judges said in some runs, as columns: the form in which the rules of distant supervision take it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from django.db.models.functions import Length
from numpy.typing import NDArray

from annotate.domain.debias import Lineage
from annotate.domain.distant import Judgements
from annotate.domain.judging import Judged, pair_verdicts
from annotate.domain.states import CallState, PromptState
from annotate.domain.types import VERDICT_SIGNS
from annotate.models import JudgeCall, JudgeRun, Prompt, Response
from annotate.selectors.judging import judged_calls

Ints = NDArray[np.int64]

ID_BATCH = 5000
# Where the two responses of a pair stood: a first, b first, or once each way.
A_FIRST, B_FIRST, BOTH = 0, 1, 2


@dataclass(frozen=True, slots=True)
class JudgeColumns:
    """Comparisons with what else is known of them.

    run, prompt: int64[C], ids. shown: int64[C], A_FIRST, B_FIRST or BOTH. readable: bool[C], whether anything was said.
    responses: int64[R], ids, ascending; the judgements name them by their places.

    A comparison is a pair of one run, with one verdict also where it was asked in both orders. They stand by run,
    prompt and pair, so that the same rows always give the same columns.
    """

    run: Ints
    prompt: Ints
    shown: Ints
    readable: NDArray[np.bool_]
    responses: Ints
    judgements: Judgements


def judged_prompt_ids(runs: Sequence[JudgeRun]) -> list[int]:
    """Return the prompts of which a judge said anything in one of the runs."""
    rows = JudgeCall.objects.filter(run__in=runs, state=CallState.DONE).order_by()
    return sorted(rows.values_list("prompt_id", flat=True).distinct())


def judge_columns(runs: Sequence[JudgeRun], *, measured: Collection[int], settled: Collection[int]) -> JudgeColumns:
    """Return every comparison of the runs, without rewards.

    measured: prompts that are on a benchmark, or near-duplicates of such. settled: prompts whose people's comparisons
    stand in the same set, so that the judges' stay out.
    """
    rows = [row for run in sorted(runs, key=lambda run: run.pk) for row in _rows(run)]
    table = np.array(rows, dtype=np.int64).reshape(-1, 7)
    run, prompt, a, b, verdict, shown, unreadable = table.T
    responses = np.unique(np.concatenate([a, b]))
    lengths, usable = _responses(responses)
    at_a, at_b = np.searchsorted(responses, a), np.searchsorted(responses, b)
    # The reason that weighs most is written last.
    outside = np.full(len(table), Lineage.KEPT, dtype=np.int8)
    outside[unreadable == 1] = Lineage.DROPPED_UNREADABLE
    outside[~(usable[at_a] & usable[at_b])] = Lineage.DROPPED_RESPONSE
    outside[np.isin(prompt, _dropped(prompt))] = Lineage.DROPPED_PROMPT
    outside[np.isin(prompt, np.array(sorted(settled), dtype=np.int64))] = Lineage.DROPPED_HUMAN
    outside[np.isin(prompt, np.array(sorted(measured), dtype=np.int64))] = Lineage.DROPPED_BENCHMARK
    rewards = np.full(len(responses), np.nan)
    judgements = Judgements(at_a, at_b, verdict, outside, lengths, rewards)
    return JudgeColumns(run, prompt, shown, unreadable == 0, responses, judgements)


def _rows(run: JudgeRun) -> Iterator[tuple[int, ...]]:
    """Yield (run, prompt, a, b, sign, shown, unreadable) of every pair of a run, by prompt and pair."""
    calls = judged_calls(run)
    orders = _orders(calls)
    said = pair_verdicts(calls)
    for prompt in sorted(said):
        for a, b in sorted(said[prompt]):
            verdict = said[prompt][a, b]
            sign = VERDICT_SIGNS[verdict] if verdict else 0
            yield run.pk, prompt, a, b, sign, orders[a, b], int(verdict is None)


def _orders(calls: Sequence[Judged]) -> dict[tuple[int, int], int]:
    shown = {(call.first, call.second) for call in calls}
    return {
        (min(pair), max(pair)): BOTH if pair[::-1] in shown else (A_FIRST if pair[0] < pair[1] else B_FIRST)
        for pair in shown
    }


def _responses(ids: Ints) -> tuple[Ints, NDArray[np.bool_]]:
    """Return int64[R], characters, and bool[R], whether it is still used."""
    known: dict[int, tuple[int, bool]] = {}
    for batch in _batches(ids):
        rows = Response.objects.filter(pk__in=batch).order_by()
        columns = rows.annotate(n_characters=Length("text")).values_list("pk", "n_characters", "discarded")
        known.update((pk, (size, not discarded)) for pk, size, discarded in columns)
    sizes = [known[pk][0] for pk in ids.tolist()]
    return np.array(sizes, dtype=np.int64), np.array([known[pk][1] for pk in ids.tolist()], dtype=np.bool_)


def _dropped(prompts: Ints) -> Ints:
    found: list[int] = []
    for batch in _batches(np.unique(prompts)):
        rows = Prompt.objects.filter(pk__in=batch, state=PromptState.DROPPED)
        found.extend(rows.values_list("pk", flat=True))
    return np.array(found, dtype=np.int64)


def _batches(ids: Ints) -> Iterator[list[int]]:
    return (ids[start : start + ID_BATCH].tolist() for start in range(0, len(ids), ID_BATCH))
