"""AI judges as a person may see them: templates in force, runs, calls, and the prompts that a run is about."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.db.models import Exists, OuterRef, Q, QuerySet

from annotate.domain.judging import Judged
from annotate.domain.states import AssignmentState, CallState, JudgeScope, PromptState
from annotate.domain.types import Verdict
from annotate.judges.shipped import shipped_criteria, shipped_text
from annotate.models import Assignment, Category, JudgeCall, JudgeRun, JudgeTemplate, Project, Prompt, Ranking, User
from annotate.permissions import Right
from annotate.selectors.access import project_get, scoped_get
from annotate.selectors.categories import category_key, category_keys_of

GENERAL = ""


@dataclass(frozen=True, slots=True)
class TemplateInForce:
    """What judges of a category are asked; category None stands for every one without a template of its own."""

    category: Category | None
    language: str
    version: int
    text: str
    criteria: str

    @property
    def key(self) -> str:
        """Return the category's key, "" for the general template."""
        return self.category.key if self.category else GENERAL


def templates_of(user: User, project_id: int, language: str) -> list[TemplateInForce]:
    """Return the templates in force in a project, the general one first. Raises NotFound, Forbidden."""
    return templates_in_force(project_get(user, project_id, Right.TRAIN), language)


def templates_in_force(project: Project, language: str) -> list[TemplateInForce]:
    """Return the newest template of each category that has one; where nobody wrote one, the shipped one, version 0."""
    rows = JudgeTemplate.objects.filter(project=project, language=language).select_related("category")
    newest = {row.category.key if row.category else GENERAL: row for row in rows.order_by("version")}
    criteria = shipped_criteria(language)
    general = TemplateInForce(None, language, 0, shipped_text(language), criteria[GENERAL])
    if own := newest.pop(GENERAL, None):
        general = TemplateInForce(None, language, own.version, own.text, own.criteria)
    found = [TemplateInForce(row.category, language, row.version, row.text, row.criteria) for row in newest.values()]
    roots = Category.objects.filter(project=project, parent=None, name__in=criteria)
    found += [
        TemplateInForce(root, language, general.version, general.text, criteria[root.name])
        for root in roots
        if root.key not in newest
    ]
    return [general, *sorted(found, key=lambda one: one.key)]


def template_for(templates: dict[str, Any], path: Sequence[str]) -> dict[str, Any]:
    """Return which of a run's templates ({category key: template}) a prompt of a category is judged with."""
    for key in reversed(category_keys_of(list(path))):
        if key in templates:
            return dict(templates[key])
    return dict(templates[GENERAL])


def judge_runs_of(user: User, project_id: int) -> QuerySet[JudgeRun]:
    """Return the judge runs of a project. Raises NotFound, Forbidden."""
    rows = JudgeRun.objects.filter(project=project_get(user, project_id, Right.TRAIN))
    return rows.select_related("endpoint", "trial", "project").defer("prompt_ids", "templates")


def judge_run_get(user: User, run_id: int) -> JudgeRun:
    """Return one judge run. Raises NotFound, Forbidden."""
    rows = JudgeRun.objects.select_related("endpoint", "trial", "project").defer("prompt_ids")
    return scoped_get(user, rows, run_id, Right.TRAIN)


def judge_calls_of(user: User, run_id: int, *, outcome: str = "", verdict: str = "") -> QuerySet[JudgeCall]:
    """Return the answered calls of a run, of one outcome or verdict if named. Raises NotFound, Forbidden."""
    rows = JudgeCall.objects.filter(run=judge_run_get(user, run_id), state__in=(CallState.DONE, CallState.FAILED))
    exact = {name: value for name, value in (("outcome", outcome), ("verdict", verdict)) if value}
    return rows.filter(**exact).select_related("prompt", "first", "second")


def scope_prompts(project_id: int, scope: str, category_keys: Iterable[str]) -> QuerySet[Prompt]:
    """Return the prompts of a scope: settled and ranked by people, or begun by nobody."""
    rows = Prompt.objects.filter(project_id=project_id)
    if scope == JudgeScope.ANNOTATED:
        rows = rows.filter(state=PromptState.ACCEPTED, ranking__isnull=False)
    else:
        begun = Assignment.objects.filter(prompt=OuterRef("pk"), state__in=(AssignmentState.LEASED, "submitted"))
        rows = rows.filter(state=PromptState.ANNOTATING).exclude(Exists(begun))
    within = Q()
    for key in category_keys:
        within |= Q(category__key=key) | Q(category__key__startswith=f"{key}/")
    return rows.filter(within)


def category_keys_named(project: Project, category_ids: Sequence[int]) -> list[str]:
    """Return the keys of the categories named, of this project only."""
    rows = Category.objects.filter(project=project, pk__in=category_ids)
    return [category_key(path) for path in rows.order_by("key").values_list("path", flat=True)]


def judged_calls(run: JudgeRun) -> list[Judged]:
    """Return what a judge said in a run, as the plain values that the rules take; failed calls said nothing."""
    rows = JudgeCall.objects.filter(run=run, state=CallState.DONE).order_by("id")
    columns = rows.values_list("prompt_id", "first_id", "second_id", "verdict")
    return [
        Judged(prompt, first, second, cast("Verdict | None", verdict or None))
        for prompt, first, second, verdict in columns
    ]


def human_tiers(prompt_ids: Iterable[int]) -> dict[Any, Any]:
    """Return {prompt: its tiers, best first} of those prompts that people have settled."""
    rows = Ranking.objects.filter(prompt__in=prompt_ids, prompt__state=PromptState.ACCEPTED)
    return dict(rows.values_list("prompt_id", "tiers"))
