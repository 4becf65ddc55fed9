"""The judged prompts of a derived set, chunk by chunk, as the plain values that its files are written from."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from annotate.domain.debias import Lineage
from annotate.domain.graph import rank_prompt, supported_pairs
from annotate.domain.ranking import ordered_pairs
from annotate.domain.states import ComparisonKind
from annotate.domain.types import Comparison, Verdict
from annotate.exchange.lineage_out import WORDS, Traced
from annotate.exchange.ranked import RankedPrompt, Said
from annotate.models import JudgeRun, Prompt, Response
from annotate.selectors.judge_columns import A_FIRST, BOTH
from annotate.services.derived_content import Derived
from annotate.services.set_prompts import CHUNK_PROMPTS

_WORDS: dict[int, Verdict] = {1: "a", 0: "equal", -1: "b"}


@dataclass(frozen=True, slots=True)
class Seen:
    """One comparison beside its lineage: by which run, and in which order the responses stood."""

    traced: Traced
    shown: int
    at: datetime


@dataclass(frozen=True, slots=True)
class JudgedPrompt:
    """A prompt with every comparison of it. texts: {exported id: text} of all its responses, in ring order."""

    prompt: Prompt
    texts: dict[str, str]
    seen: list[Seen]

    @property
    def traced(self) -> list[Traced]:
        """Return what became of every comparison."""
        return [one.traced for one in self.seen]

    def ranked(self) -> RankedPrompt:
        """Return the prompt ranked by the comparisons kept, with those responses alone that they name."""
        kept = [
            Comparison(one.response_a, one.response_b, one.verdict) for one in self.traced if one.kept and one.verdict
        ]
        named = {response for one in kept for response in (one.a, one.b)}
        responses = {response: text for response, text in self.texts.items() if response in named}
        ranking = rank_prompt(list(responses), kept)
        backed = supported_pairs(list(responses), kept, ranking)
        ordered = ordered_pairs(ranking.tiers)
        return RankedPrompt(
            external_id=self.prompt.external_id,
            text=self.prompt.text,
            system=self.prompt.system,
            category=tuple(self.prompt.category.path),
            responses=responses,
            tiers=ranking.tiers,
            ordered=ordered,
            supported=[pair for pair in ordered if pair in backed],
            said=[_said(one, one.traced.verdict) for one in self.seen if one.traced.verdict],
            tasks_said=(),
        )


def _said(one: Seen, verdict: Verdict) -> Said:
    return Said(
        response_a=one.traced.response_a,
        response_b=one.traced.response_b,
        verdict=verdict,
        by=one.traced.by,
        kind=ComparisonKind.JUDGE.value,
        pass_number=None,
        position_a=None if one.shown == BOTH else int(one.shown != A_FIRST),
        position_b=None if one.shown == BOTH else int(one.shown == A_FIRST),
        seconds=None,
        at=one.at,
        final=one.traced.kept,
    )


def judged_prompts(derived: Derived) -> Iterator[tuple[int, JudgedPrompt]]:
    """Yield every prompt that a judge saw, by id, in the set or not; two queries for every chunk of prompts."""
    prompts = derived.columns.prompt
    order = np.argsort(prompts, kind="stable")
    keys, starts = np.unique(prompts[order], return_index=True)
    rows = dict(zip(keys.tolist(), np.split(order, starts[1:]), strict=True))
    leads = derived.columns.judgements.leads()
    for start in range(0, len(keys), CHUNK_PROMPTS):
        chunk = keys[start : start + CHUNK_PROMPTS].tolist()
        found = Prompt.objects.select_related("category").in_bulk(chunk)
        responses: dict[int, list[Response]] = defaultdict(list)
        for response in Response.objects.filter(prompt__in=chunk).order_by("ring_index"):
            responses[response.prompt_id].append(response)
        for key in chunk:
            names = {one.pk: f"{found[key].external_id}:r{one.ring_index}" for one in responses[key]}
            texts = {names[one.pk]: one.text for one in responses[key]}
            yield key, JudgedPrompt(found[key], texts, _seen(derived, leads, rows[key].tolist(), names))


def _seen(derived: Derived, leads: np.ndarray, rows: list[int], names: dict[int, str]) -> list[Seen]:
    columns, judged = derived.columns, derived.columns.judgements
    runs: dict[int, JudgeRun] = {run.pk: run for run in derived.runs}
    seen = []
    for row in rows:
        run = runs[int(columns.run[row])]
        code = Lineage(int(derived.sifted.lineage[row]))
        lead = float(leads[row])
        traced = Traced(
            response_a=names[int(columns.responses[judged.a[row]])],
            response_b=names[int(columns.responses[judged.b[row]])],
            verdict=_WORDS[int(judged.verdict[row])] if columns.readable[row] else None,
            by=run.endpoint_settings["model"],
            kept=code == Lineage.KEPT,
            why=WORDS[code],
            lead=None if np.isnan(lead) else lead,
        )
        seen.append(Seen(traced, int(columns.shown[row]), run.finished_at or run.created_at))
    return seen
