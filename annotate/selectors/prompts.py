"""Prompts: lists for researchers, what the passes hold, and one prompt with everything said about it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, cast

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from annotate.domain.agreement import passes_agreement
from annotate.domain.graph import conflicts, cycle_edges, preference_graph, rank_prompt
from annotate.domain.states import AssignmentKind, ComparisonKind, PromptState
from annotate.domain.types import Comparison as Said
from annotate.domain.types import Ranking as Ranked
from annotate.domain.types import Verdict as Word
from annotate.models import Assignment, Comparison, DiscardMark, Event, Prompt, Response, User
from annotate.permissions import Right, allowed
from annotate.problems import Forbidden
from annotate.selectors.access import pseudonyms, roles_of, scoped_get
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
        rows = in_category(rows, category_path)
    if q:
        rows = rows.filter(Q(text__icontains=q) | Q(external_id=q))
    return rows.select_related("category", "ranking").annotate(n_responses=Count("responses"))


def in_category(rows: QuerySet[Prompt], path: list[str]) -> QuerySet[Prompt]:
    """Return those prompts of a category and of all below it."""
    key = category_key(path)
    return rows.filter(Q(category__key=key) | Q(category__key__startswith=f"{key}/"))


def verdicts_by_pass(prompt: Prompt) -> list[dict[Key, Any]]:
    """Return, pass by pass, {(task, response a, response b): verdict} of what annotators hold of usable responses."""
    verdicts: list[dict[Key, Any]] = [{} for _ in range(prompt.project.passes)]
    rows = Comparison.objects.filter(prompt=prompt, kind=ComparisonKind.HUMAN, current=True).order_by("id")
    rows = rows.exclude(response_a__discarded=True).exclude(response_b__discarded=True)
    columns = ("pass_number", "task_id", "response_a_id", "response_b_id", "verdict")
    for number, task, a, b, verdict in rows.values_list(*columns):
        verdicts[number - 1][task, a, b] = verdict
    return verdicts


def decided_verdicts(prompt: Prompt) -> dict[Key, Any]:
    """Return {(task, response a, response b): verdict} of the decisions in force."""
    rows = Comparison.objects.filter(prompt=prompt, kind=ComparisonKind.ADJUDICATION, current=True)
    columns = ("task_id", "response_a_id", "response_b_id", "verdict")
    return {(task, a, b): verdict for task, a, b, verdict in rows.values_list(*columns)}


def discard_marks(prompt: Prompt) -> dict[int, set[int]]:
    """Return {response: the passes that hold it for garbage}."""
    passes: dict[int, set[int]] = {}
    rows = DiscardMark.objects.filter(prompt=prompt, current=True).order_by("response_id", "pass_number")
    for response, number in rows.values_list("response_id", "pass_number"):
        passes.setdefault(response, set()).add(number)
    return passes


def decided_discards(prompt: Prompt) -> dict[int, bool]:
    """Return {response: whether it is garbage} of what decisions said of discards, the last word of each."""
    said: dict[int, bool] = {}
    for discards in prompt.decisions.order_by("id").values_list("discards", flat=True):
        said.update((int(response), discarded) for response, discarded in discards.items())
    return said


@dataclass(frozen=True, slots=True)
class Standing:
    """What the passes of a prompt hold, by its project's measure of agreement.

    `rate` is their agreement; `settled_rate` counts as the same also what a decision has settled. `differing` and
    `discards` ({response: the passes that mark it}) are what is still in dispute.
    """

    rate: float | None
    settled_rate: float | None
    differing: tuple[Key, ...]
    discards: dict[int, set[int]]


def standing(prompt: Prompt) -> Standing:
    """Return what the passes of a prompt agree and differ on."""
    project = prompt.project
    passes = verdicts_by_pass(prompt)
    decided = decided_verdicts(prompt)
    settled = [{key: decided.get(key, verdict) for key, verdict in held.items()} for held in passes]
    agreement = passes_agreement(settled, project.agreement_measure)
    kept = set(prompt.responses.filter(discarded=False).values_list("pk", flat=True)) - decided_discards(prompt).keys()
    marks = discard_marks(prompt)
    return Standing(
        rate=passes_agreement(passes, project.agreement_measure).rate,
        settled_rate=agreement.rate,
        differing=agreement.differing,
        discards={pk: marked for pk, marked in marks.items() if pk in kept and len(marked) < project.passes},
    )


def said_of(comparisons: Iterable[Comparison]) -> list[Said[int]]:
    """Return stored comparisons as the plain values that the rules take."""
    return [Said(row.response_a_id, row.response_b_id, cast("Word", row.verdict)) for row in comparisons]


@dataclass(frozen=True, slots=True)
class HeldVerdict:
    """What one pass holds of a comparison, with what it held before, oldest first."""

    comparison: Comparison
    history: list[Comparison]


def verdicts_held(comparisons: Iterable[Comparison]) -> dict[Key, list[HeldVerdict]]:
    """Return {(task, response a, response b): what each pass holds, by pass} of a prompt's human comparisons.

    What its author took back before anybody read it is no part of what they held.
    """
    said: dict[tuple[Key, int], list[Comparison]] = {}
    for row in comparisons:
        taken_back = row.annotation is not None and row.annotation.withdrawn
        if row.kind == ComparisonKind.HUMAN and row.task_id is not None and row.pass_number and not taken_back:
            key = (row.task_id, row.response_a_id, row.response_b_id)
            said.setdefault((key, row.pass_number), []).append(row)
    held: dict[Key, list[HeldVerdict]] = {}
    for (key, _pass), rows in sorted(said.items()):
        current = [row for row in rows if row.current]
        if current:
            held.setdefault(key, []).append(HeldVerdict(current[-1], [row for row in rows if not row.current]))
    return held


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
    names: dict[int, str] = field(default_factory=dict)


def prompt_record(user: User, prompt_id: int) -> PromptRecord:
    """Return a prompt's record to a researcher or owner.

    Whoever annotates the prompt sees the others' verdicts only once the passes are complete.
    """
    rows = Prompt.objects.exclude(state=PromptState.STAGED).select_related("category", "project", "ranking")
    prompt = scoped_get(user, rows, prompt_id, Right.SEE_DATA)
    own_work_hidden(user, prompt)
    return record_of(prompt)


def own_work_hidden(user: User, prompt: Prompt) -> None:
    """Raise Forbidden for whoever annotates the prompt while it is being annotated."""
    if prompt.state == PromptState.ANNOTATING and prompt.seats.filter(annotator=user).exists():
        raise Forbidden(
            "own_work", _("You annotate this prompt; its record opens to you when both passes are complete.")
        )


def record_of(prompt: Prompt, *, measures: bool = True) -> PromptRecord:
    """Return the record of a prompt; without `measures` its history does not tell whom it measures."""
    responses = list(prompt.responses.order_by("ring_index"))
    # What its author took back before anybody reviewed it was never said.
    said_rows = Comparison.objects.filter(prompt=prompt).exclude(annotation__withdrawn=True)
    comparisons = list(said_rows.select_related("annotation").order_by("id"))
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
        events=list(_events(prompt, measures)),
        names=pseudonyms(prompt.project_id),
    )


# What may stand in a history that annotators and reviewers read; all else could tell whom the prompt measures.
OPEN_SUBJECTS = ("prompt", "assignment", "comparison", "discussion", "decision", "discardmark", "response")


def _events(prompt: Prompt, measures: bool) -> QuerySet[Event]:
    """Return a prompt's history; without `measures`, what concerns only the flow of the prompt itself."""
    rows = Event.objects.filter(prompt=prompt).order_by("id")
    if measures:
        return rows
    probes = Assignment.objects.filter(prompt=prompt).exclude(kind=AssignmentKind.WORK).values("pk")
    return rows.filter(subject__in=OPEN_SUBJECTS).exclude(subject="assignment", subject_id__in=probes)


def sees_data(user: User, project_id: int) -> bool:
    """Tell whether a person holds the right to see a project's data."""
    return allowed(roles_of(user, project_id), Right.SEE_DATA)
