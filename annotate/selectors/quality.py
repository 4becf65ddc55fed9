"""A project's figures: the funnel, agreement, conflicts."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, Count, F, Q, Sum
from django.db.models.functions import Coalesce

from annotate.domain.states import PromptState
from annotate.models import Annotation, Comparison, Prompt, Ranking, Response, Task
from annotate.selectors.categories import top_level


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


def figures(project_id: int) -> dict[str, Any]:
    """Return a project's figures in a fixed number of queries, whatever its size."""
    prompts = Prompt.objects.filter(project_id=project_id).exclude(state=PromptState.STAGED)
    states = dict(prompts.values_list("state").annotate(n=Count("id")).order_by("state"))
    threshold = F("project__agreement_threshold")
    passed = prompts.aggregate(mean=Avg("agreement"), below=Count("id", filter=Q(agreement__lt=threshold)))
    ranked = Ranking.objects.filter(prompt__project_id=project_id, prompt__state=PromptState.ACCEPTED)
    totals = ranked.aggregate(
        prompts=Count("id"),
        comparisons=Coalesce(Sum("n_comparisons"), 0),
        conflicts=Coalesce(Sum("n_conflicts"), 0),
        pairs=Coalesce(Sum("n_ordered_pairs"), 0),
    )
    whole = Group("", totals["prompts"], totals["comparisons"], totals["conflicts"])
    return {
        "states": states,
        "responses": Response.objects.filter(prompt__in=prompts).count(),
        "tasks": Task.objects.filter(prompt__in=prompts).count(),
        "annotations": Annotation.objects.filter(assignment__project_id=project_id).count(),
        "comparisons": Comparison.objects.filter(prompt__project_id=project_id).count(),
        "agreement_mean": passed["mean"],
        "below_threshold": passed["below"],
        "conflict_rate": whole.conflict_rate,
        "conflicts_by_category": _conflicts(ranked, "prompt__category__path", top_level),
        "conflicts_by_source": _conflicts(ranked, "prompt__source", str),
        "ordered_pairs_per_prompt": totals["pairs"] / totals["prompts"] if totals["prompts"] else None,
    }


def _conflicts(ranked: Any, column: str, name_of: Any) -> list[Group]:
    """Return the conflicts of ranked prompts grouped by `name_of(column)`, by name."""
    rows = ranked.values_list(column).annotate(n=Count("id"), c=Sum("n_comparisons"), x=Sum("n_conflicts"))
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for value, *counts in rows.order_by():
        for place, count in enumerate(counts):
            sums[name_of(value)][place] += count
    return [Group(name, *sums[name]) for name in sorted(sums)]
