"""Prompts: lists for researchers, one prompt with everything said about it, and the QA lead's queue."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, cast

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from annotate.domain.agreement import passes_agreement
from annotate.domain.graph import conflicts, cycle_edges, preference_graph, rank_prompt
from annotate.domain.states import ComparisonKind, PromptState
from annotate.domain.types import Comparison as Said
from annotate.domain.types import Ranking as Ranked
from annotate.domain.types import Verdict as Word
from annotate.models import Annotation, Comparison, Event, Prompt, Response, Seat, User
from annotate.permissions import Right
from annotate.problems import Forbidden
from annotate.selectors.access import pseudonyms, scoped_get
from annotate.selectors.categories import category_key

Key = tuple[int, int, int]


def visible(project_id: int) -> QuerySet[Prompt]:
    """Return a project's prompts but those of an import that is not finished."""
    return Prompt.objects.filter(project_id=project_id).exclude(state=PromptState.STAGED)


def prompt_rows(
    project_id: int,
    *,
    state: str = "",
    category_path: list[str] | None = None,
    source: str = "",
    subset: str = "",
    q: str = "",
) -> QuerySet[Prompt]:
    """Return prompts that match every filter given; `q` looks into texts and ids, a category takes its subtree."""
    rows = visible(project_id)
    exact = {name: value for name, value in (("state", state), ("source", source), ("subset", subset)) if value}
    rows = rows.filter(**exact)
    if category_path:
        key = category_key(category_path)
        rows = rows.filter(Q(category__key=key) | Q(category__key__startswith=f"{key}/"))
    if q:
        rows = rows.filter(Q(text__icontains=q) | Q(external_id=q))
    return rows.select_related("category", "ranking").annotate(n_responses=Count("responses"))


def dispute_rows(user: User, project_id: int, *, category_path: list[str] | None = None) -> QuerySet[Prompt]:
    """Return the prompts below the agreement threshold that wait for a decision, without those the person annotated."""
    rows = prompt_rows(project_id, state=PromptState.DISCUSSION, category_path=category_path)
    return rows.filter(~Exists(Seat.objects.filter(prompt=OuterRef("pk"), annotator=user)))


def verdicts_by_pass(prompt: Prompt) -> list[dict[Key, Any]]:
    """Return, pass by pass, {(task, response a, response b): verdict} of what annotators hold of usable responses."""
    verdicts: list[dict[Key, Any]] = [{} for _ in range(prompt.project.passes)]
    rows = Comparison.objects.filter(prompt=prompt, kind=ComparisonKind.HUMAN, current=True).order_by("id")
    rows = rows.exclude(response_a__discarded=True).exclude(response_b__discarded=True)
    columns = ("pass_number", "task_id", "response_a_id", "response_b_id", "verdict")
    for number, task, a, b, verdict in rows.values_list(*columns):
        verdicts[number - 1][task, a, b] = verdict
    return verdicts


def said_of(comparisons: Iterable[Comparison]) -> list[Said[int]]:
    """Return stored comparisons as the plain values that the rules take."""
    return [Said(row.response_a_id, row.response_b_id, cast("Word", row.verdict)) for row in comparisons]


@dataclass(frozen=True, slots=True)
class PromptRecord:
    """One prompt with everything said about it. `names` maps user ids to pseudonyms."""

    prompt: Prompt
    responses: list[Response]
    comparisons: list[Comparison]
    contradicted: dict[int, bool]
    ranking: Ranked[int]
    edges: dict[tuple[int, int], int]
    cycles: set[tuple[int, int]]
    events: list[Event]
    names: dict[int, str]
    differing: set[Key] = field(default_factory=set)
    annotations: list[Annotation] = field(default_factory=list)


def prompt_record(user: User, prompt_id: int) -> PromptRecord:
    """Return a prompt's record to a researcher or owner.

    Whoever annotates the prompt sees the others' verdicts only once the passes are complete.
    """
    rows = Prompt.objects.exclude(state=PromptState.STAGED).select_related("category", "project", "ranking")
    prompt = scoped_get(user, rows, prompt_id, Right.SEE_DATA)
    if prompt.state == PromptState.ANNOTATING and prompt.seats.filter(annotator=user).exists():
        raise Forbidden(
            "own_work", _("You annotate this prompt; its record opens to you when both passes are complete.")
        )
    return _record(prompt)


def dispute_record(user: User, prompt_id: int) -> PromptRecord:
    """Return the record of a prompt in discussion to a QA lead who did not annotate it, with its annotations."""
    rows = Prompt.objects.exclude(state=PromptState.STAGED).select_related("category", "project")
    prompt = scoped_get(user, rows, prompt_id, Right.SETTLE)
    if prompt.seats.filter(annotator=user).exists():
        raise Forbidden("own_work", _("You annotated this prompt; somebody else must settle it."))
    if prompt.state == PromptState.ANNOTATING:
        raise Forbidden("not_complete", _("This prompt is still being annotated."))
    record = _record(prompt)
    record.differing.update(passes_agreement(verdicts_by_pass(prompt)).differing)
    record.annotations.extend(Annotation.objects.filter(assignment__prompt=prompt).select_related("assignment"))
    return record


def _record(prompt: Prompt) -> PromptRecord:
    responses = list(prompt.responses.order_by("ring_index"))
    comparisons = list(Comparison.objects.filter(prompt=prompt).order_by("id"))
    nodes = [row.pk for row in responses if not row.discarded]
    final = [row for row in comparisons if row.final]
    said = said_of(final)
    graph = preference_graph(nodes, said)
    ranking = rank_prompt(nodes, said)
    against = conflicts(said, ranking)
    return PromptRecord(
        prompt=prompt,
        responses=responses,
        comparisons=comparisons,
        contradicted={row.pk: wrong for row, wrong in zip(final, against, strict=True)},
        ranking=ranking,
        edges=dict(graph.edges),
        cycles=cycle_edges(graph, ranking),
        events=list(Event.objects.filter(prompt=prompt).order_by("id")),
        names=pseudonyms(prompt.project_id),
    )
