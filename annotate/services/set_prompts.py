"""Loads finished prompts, chunk by chunk, as the plain values that the exports are written from."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, cast

from django.db.models import QuerySet

from annotate.domain.graph import rank_prompt, supported_pairs
from annotate.domain.ranking import ordered_pairs
from annotate.domain.states import AssignmentKind
from annotate.domain.types import Comparison as Compared
from annotate.domain.types import Verdict
from annotate.exchange.ranked import MarkedFault, RankedPrompt, Said, TaskSaid
from annotate.models import Annotation, Comparison, Fault, Prompt, Response
from annotate.services.jobs import JobFailure

CHUNK_PROMPTS = 500
FORMER_MEMBER = "former-member"
JUDGE = "judge"


def ranked_prompts(keys: Sequence[int], names: Mapping[int, str]) -> Iterator[tuple[Prompt, RankedPrompt]]:
    """Yield the prompts `keys` in order, with a fixed number of queries for every chunk of them.

    names: {user id: pseudonym}. Raises JobFailure("ranking_differs") where a stored ranking is not that of the final
    comparisons.
    """
    for start in range(0, len(keys), CHUNK_PROMPTS):
        chunk = keys[start : start + CHUNK_PROMPTS]
        prompts = Prompt.objects.select_related("category", "ranking").in_bulk(chunk)
        responses = _grouped(Response.objects.filter(prompt__in=chunk).order_by("ring_index"), "prompt_id")
        # What its author took back before anybody reviewed it was never said.
        comparisons = Comparison.objects.filter(prompt__in=chunk).exclude(annotation__withdrawn=True).order_by("id")
        compared = _grouped(comparisons, "prompt_id")
        annotations = _grouped(_annotations(chunk), "assignment.prompt_id")
        faults = _grouped(Fault.objects.filter(annotation__in=_annotations(chunk)).order_by("id"), "annotation_id")
        for key in chunk:
            rows = _Rows(responses[key], compared[key], annotations[key], faults)
            yield prompts[key], _ranked(prompts[key], rows, names)


def _annotations(chunk: Sequence[int]) -> QuerySet[Annotation]:
    """Return what was said of the prompts' tasks, not what merely measured somebody, nor what was taken back."""
    rows = Annotation.objects.filter(assignment__prompt__in=chunk, assignment__kind=AssignmentKind.WORK)
    return rows.filter(withdrawn=False).select_related("assignment").order_by("id")


def _grouped(rows: Iterable[Any], name: str) -> dict[int, list[Any]]:
    grouped: dict[int, list[Any]] = defaultdict(list)
    key = attrgetter(name)
    for row in rows:
        grouped[key(row)].append(row)
    return grouped


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of one prompt; `faults` by annotation, of others too."""

    responses: list[Response]
    comparisons: list[Comparison]
    annotations: list[Annotation]
    faults: Mapping[int, list[Fault]]


def _ranked(prompt: Prompt, rows: _Rows, names: Mapping[int, str]) -> RankedPrompt:
    responses = rows.responses
    exported = {response.pk: f"{prompt.external_id}:r{response.ring_index}" for response in responses}
    kept = {exported[response.pk]: response.text for response in responses if not response.discarded}
    seconds = {annotation.pk: annotation.seconds for annotation in rows.annotations}
    said = [_said(comparison, exported, names, seconds) for comparison in rows.comparisons]
    graph = [Compared(one.response_a, one.response_b, one.verdict) for one in said if one.final]
    ranking = rank_prompt(list(kept), graph)
    stored = [[exported[response] for response in tier] for tier in prompt.ranking.tiers]
    if [set(tier) for tier in ranking.tiers] != [set(tier) for tier in stored]:
        raise JobFailure("ranking_differs")
    supported = supported_pairs(list(kept), graph, ranking)
    ordered = ordered_pairs(ranking.tiers)
    return RankedPrompt(
        external_id=prompt.external_id,
        text=prompt.text,
        system=prompt.system,
        category=tuple(prompt.category.path),
        responses=kept,
        tiers=ranking.tiers,
        ordered=ordered,
        supported=[pair for pair in ordered if pair in supported],
        said=said,
        tasks_said=[_task_said(rows, annotation, exported, names) for annotation in rows.annotations],
    )


def _said(
    comparison: Comparison, exported: Mapping[int, str], names: Mapping[int, str], seconds: Mapping[int, float]
) -> Said:
    author = comparison.author_id
    return Said(
        response_a=exported[comparison.response_a_id],
        response_b=exported[comparison.response_b_id],
        verdict=cast(Verdict, comparison.verdict),
        by=JUDGE if author is None else names.get(author, FORMER_MEMBER),
        kind=comparison.kind,
        pass_number=comparison.pass_number,
        position_a=comparison.position_a,
        position_b=comparison.position_b,
        seconds=seconds.get(comparison.annotation_id or 0),
        at=comparison.created_at,
        final=comparison.final,
    )


def _task_said(rows: _Rows, annotation: Annotation, exported: Mapping[int, str], names: Mapping[int, str]) -> TaskSaid:
    texts = {response.pk: response.text for response in rows.responses}
    return TaskSaid(
        by=names.get(annotation.annotator_id, FORMER_MEMBER),
        pass_number=annotation.assignment.pass_number,
        scores={exported[int(response)]: score for response, score in annotation.scores.items()},
        order=[[exported[response] for response in tier] for tier in annotation.order],
        discarded=[exported[response] for response in annotation.discarded],
        none_acceptable=annotation.none_acceptable,
        faults=[
            MarkedFault(
                response=exported[fault.response_id],
                start=fault.start,
                end=fault.end,
                text=texts[fault.response_id][fault.start : fault.end],
                kind=fault.kind,
                severity=fault.severity,
                note=fault.note,
            )
            for fault in rows.faults.get(annotation.pk, [])
        ],
        evidence=annotation.evidence,
        notes=annotation.notes,
        seconds=annotation.seconds,
        at=annotation.created_at,
        current=annotation.current,
    )
