"""A project's figures: the funnel, agreement, conflicts."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from annotate.domain.states import PromptState
from annotate.models import Category, Prompt, Ranking, Response, Task
from annotate.selectors.categories import top_level
from annotate.selectors.figure_days import RANKED, totals_now


@dataclass(frozen=True, slots=True)
class Group:
    """Conflicts of the ranked prompts of one category or source; the rate is a share of comparisons."""

    name: str
    n_prompts: int
    n_comparisons: int
    n_conflicts: int

    @property
    def conflict_rate(self) -> float | None:
        """Return the share of comparisons that the ranking contradicts."""
        return self.n_conflicts / self.n_comparisons if self.n_comparisons else None


@dataclass(frozen=True, slots=True)
class _Ranked:
    """Sums over the ranked prompts of one category and source."""

    category: str
    source: str
    counts: tuple[int, int, int]
    n_ordered_pairs: int


@dataclass(frozen=True, slots=True)
class _Stage:
    """Sums over the prompts in one state; `agreement` is that of the evaluated ones together."""

    state: str
    n_prompts: int
    n_evaluated: int
    agreement: float
    n_below: int


def figures(project_id: int) -> dict[str, Any]:
    """Return a project's figures in a fixed number of queries, exact at once.

    Conflicts are those of the prompts whose ranking stands: settled, in review or accepted. Annotations are those that
    hold, in slots of work.
    """
    prompts = Prompt.objects.filter(project_id=project_id).exclude(state=PromptState.STAGED)
    funnel = _funnel(prompts)
    n_evaluated = sum(row.n_evaluated for row in funnel)
    ranked = _ranked(project_id)
    whole = _sums("", ranked)
    n_annotations, n_comparisons = totals_now(project_id)
    return {
        "states": {row.state: row.n_prompts for row in funnel},
        "responses": Response.objects.filter(prompt__in=prompts).count(),
        "tasks": Task.objects.filter(prompt__in=prompts).count(),
        "annotations": n_annotations,
        "comparisons": n_comparisons,
        "agreement_mean": sum(row.agreement for row in funnel) / n_evaluated if n_evaluated else None,
        "below_threshold": sum(row.n_below for row in funnel),
        "conflict_rate": whole.conflict_rate,
        "conflicts_by_category": _groups(ranked, lambda row: row.category),
        "conflicts_by_source": _groups(ranked, lambda row: row.source),
        "ordered_pairs_per_prompt": (
            sum(row.n_ordered_pairs for row in ranked) / whole.n_prompts if whole.n_prompts else None
        ),
    }


def _funnel(prompts: QuerySet[Prompt]) -> list[_Stage]:
    """Return the sums over prompts by state; the index prompt_by_state holds all that they take."""
    below = Q(agreement__lt=F("project__agreement_threshold"))
    sums = prompts.values_list("state").annotate(
        n=Count("id"), known=Count("agreement"), sum=Coalesce(Sum("agreement"), 0.0), below=Count("id", filter=below)
    )
    return [_Stage(*row) for row in sums.order_by("state")]


def _ranked(project_id: int) -> list[_Ranked]:
    """Return the sums of what a ranking stands for, by category (top level) and source, in two queries."""
    tops = {
        pk: top_level(path) for pk, path in Category.objects.filter(project_id=project_id).values_list("id", "path")
    }
    rows = Ranking.objects.filter(prompt__project_id=project_id, prompt__state__in=RANKED).order_by()
    grouped = rows.values_list("prompt__category_id", "prompt__source").annotate(
        n=Count("id"), c=Sum("n_comparisons"), x=Sum("n_conflicts"), pairs=Sum("n_ordered_pairs")
    )
    return [_Ranked(tops[category], source, (n, c, x), pairs) for category, source, n, c, x, pairs in grouped]


def _sums(name: str, rows: Iterable[_Ranked]) -> Group:
    counts = [row.counts for row in rows]
    return Group(name, *(sum(count[place] for count in counts) for place in range(3)))


def _groups(ranked: list[_Ranked], name_of: Callable[[_Ranked], str]) -> list[Group]:
    """Return the conflicts grouped by `name_of(row)`, by name."""
    named: dict[str, list[_Ranked]] = defaultdict(list)
    for row in ranked:
        named[name_of(row)].append(row)
    return [_sums(name, named[name]) for name in sorted(named)]
