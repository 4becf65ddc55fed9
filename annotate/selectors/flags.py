"""Runs of the filters and their flags as a person may see them, and what the filters look at."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from django.db.models import Q, QuerySet
from django.db.models.functions import Length

from annotate.domain.flags import FlagSettings, length_limit
from annotate.domain.states import AssignmentState, FlagState, PromptState
from annotate.models import Annotation, Assignment, Category, FilterRun, Prompt, Response, ResponseFlag, Task, User
from annotate.permissions import Right
from annotate.selectors.access import project_get, scoped_get

BATCH = 500
# Before any of a prompt's work is compared, a response can still be taken out of its tasks.
EARLY = (PromptState.IMPORTED, PromptState.ANNOTATING)


def filter_runs(user: User, project_id: int) -> QuerySet[FilterRun]:
    """Return the runs of a project. Raises NotFound, Forbidden."""
    return FilterRun.objects.filter(project=project_get(user, project_id, Right.SEE_FIGURES))


def filter_run_get(user: User, run_id: int) -> FilterRun:
    """Return one run. Raises NotFound, Forbidden."""
    return scoped_get(user, FilterRun.objects.all(), run_id, Right.SEE_FIGURES)


def flag_rows(user: User, project_id: int, *, state: str = "", code: str = "") -> QuerySet[ResponseFlag]:
    """Return a project's flags that match every filter given, with what their page shows. Raises as filter_runs."""
    project = project_get(user, project_id, Right.SEE_FIGURES)
    exact = {name: value for name, value in (("state", state), ("code", code)) if value}
    rows = ResponseFlag.objects.filter(project=project, **exact)
    return rows.select_related("response", "prompt__project", "prompt__category")


def responses_by_id(project_id: int, wanted: Iterable[int]) -> dict[int, Response]:
    """Return some responses of a project with what their texts are delivered by."""
    rows = Response.objects.filter(prompt__project_id=project_id, pk__in=list(wanted))
    return {row.pk: row for row in rows.select_related("prompt__project")}


def category_paths(project_id: int, wanted: Iterable[int]) -> dict[int, list[str]]:
    """Return the paths of some categories of a project."""
    rows = Category.objects.filter(project_id=project_id, pk__in=list(wanted))
    return dict(rows.values_list("pk", "path"))


def filtered(project_id: int) -> QuerySet[Response]:
    """Return the responses that filters look at: usable ones of prompts in the flow."""
    left = (PromptState.STAGED, PromptState.DROPPED)
    return Response.objects.filter(prompt__project_id=project_id, discarded=False).exclude(prompt__state__in=left)


@dataclass(frozen=True, slots=True)
class Limit:
    """The most characters of a category, and from how many responses it follows."""

    limit: int
    n: int


def length_limits(project_id: int, settings: FlagSettings) -> dict[int, Limit]:
    """Return {category: limit of length} of the categories that hold responses."""
    rows = filtered(project_id).values_list("prompt__category_id", Length("text"))
    columns = np.array(list(rows.iterator(20_000)), dtype=np.int64).reshape(-1, 2)
    columns = columns[columns[:, 0].argsort(kind="stable")]
    categories, starts = np.unique(columns[:, 0], return_index=True)
    lengths = np.split(columns[:, 1], starts[1:])
    return {
        int(category): Limit(length_limit(of_category, settings), len(of_category))
        for category, of_category in zip(categories, lengths, strict=False)
    }


def exempt_categories(project_id: int, chosen: Iterable[int]) -> frozenset[int]:
    """Return the categories chosen and all below them."""
    keys = list(Category.objects.filter(project_id=project_id, pk__in=list(chosen)).values_list("key", flat=True))
    where = Q(pk__in=[])
    for key in keys:
        where |= Q(key=key) | Q(key__startswith=f"{key}/")
    return frozenset(Category.objects.filter(where, project_id=project_id).values_list("pk", flat=True))


@dataclass(frozen=True, slots=True)
class FilteredPrompt:
    """A prompt's usable responses, in ring order."""

    pk: int
    category: int
    responses: list[tuple[int, str]]


def prompts_filtered(project_id: int) -> Iterator[list[FilteredPrompt]]:
    """Yield a project's prompts in batches, each read by two queries."""
    prompts = Prompt.objects.filter(project_id=project_id).exclude(
        state__in=(PromptState.STAGED, PromptState.DROPPED, PromptState.AWAITING_RESPONSES)
    )
    after = 0
    while batch := list(prompts.filter(pk__gt=after).order_by("pk").values_list("pk", "category_id")[:BATCH]):
        after = batch[-1][0]
        texts: dict[int, list[tuple[int, str]]] = {pk: [] for pk, _category in batch}
        rows = Response.objects.filter(prompt_id__in=texts, discarded=False).order_by("prompt_id", "ring_index")
        for prompt, pk, text in rows.values_list("prompt_id", "pk", "text"):
            texts[prompt].append((pk, text))
        yield [FilteredPrompt(pk, category, texts[pk]) for pk, category in batch]


def known_flags(prompts: Iterable[int]) -> set[tuple[int, str]]:
    """Return (response, code) of what is flagged already: nobody is asked twice, and the overruled stays so."""
    rows = ResponseFlag.objects.filter(prompt_id__in=list(prompts))
    return set(rows.values_list("response_id", "code"))


def prompts_to_apply(run: FilterRun) -> list[int]:
    """Return the prompts that hold flags which a run still has to apply."""
    rows = ResponseFlag.objects.filter(run=run, state=FlagState.FOUND, code__in=run.codes)
    return list(rows.order_by("prompt_id").values_list("prompt_id", flat=True).distinct())


def tasks_begun(prompt: Prompt) -> QuerySet[Task]:
    """Return the tasks that somebody has done or holds, whatever became of it."""
    taken = Assignment.objects.filter(prompt=prompt, state__in=(AssignmentState.LEASED, AssignmentState.SUBMITTED))
    said = Annotation.objects.filter(assignment__prompt=prompt)
    begun = Q(pk__in=taken.values("task_id")) | Q(pk__in=said.values("assignment__task_id"))
    return Task.objects.filter(begun, prompt=prompt)


def responses_held(prompt: Prompt) -> set[int]:
    """Return the responses that stand in tasks which somebody has before them now."""
    held = Assignment.objects.filter(prompt=prompt, state=AssignmentState.LEASED)
    return {response for shown in held.values_list("task__responses", flat=True) for response in shown}


def responses_begun(prompt: Prompt) -> set[int]:
    """Return the responses that stand in tasks which somebody has begun."""
    shown = tasks_begun(prompt).values_list("responses", flat=True)
    return {response for responses in shown for response in responses}
