"""Sampling runs as a person may see them, and the prompts that wait for responses."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from annotate.domain.states import CallRunState, CallState, PromptState
from annotate.models import Prompt, SampleCall, SamplingRun, User
from annotate.permissions import Right
from annotate.selectors.access import project_get, scoped_get

UNDER_WAY = (CallRunState.QUEUED, CallRunState.RUNNING)


def sampling_runs_of(user: User, project_id: int) -> QuerySet[SamplingRun]:
    """Return the sampling runs of a project. Raises NotFound, Forbidden."""
    return SamplingRun.objects.filter(project=project_get(user, project_id, Right.TRAIN)).defer("prompt_ids")


def sampling_run_get(user: User, run_id: int) -> SamplingRun:
    """Return one sampling run. Raises NotFound, Forbidden."""
    rows = SamplingRun.objects.select_related("project").defer("prompt_ids")
    return scoped_get(user, rows, run_id, Right.TRAIN)


def sample_calls_of(user: User, run_id: int, *, outcome: str = "") -> QuerySet[SampleCall]:
    """Return the ended calls of a run, of one outcome if named. Raises NotFound, Forbidden."""
    rows = SampleCall.objects.filter(run=sampling_run_get(user, run_id), state__in=(CallState.DONE, CallState.FAILED))
    return (rows.filter(outcome=outcome) if outcome else rows).select_related("prompt", "endpoint")


def prompts_waiting(project_id: int, category_keys: Iterable[str] = ()) -> list[int]:
    """Return the prompts without responses that no run is drawing for, the oldest first."""
    runs = SamplingRun.objects.filter(project=project_id, state__in=UNDER_WAY)
    drawing = {pk for prompt_ids in runs.values_list("prompt_ids", flat=True) for pk in prompt_ids or []}
    within = Q()
    for key in category_keys:
        within |= Q(category__key=key) | Q(category__key__startswith=f"{key}/")
    rows = Prompt.objects.filter(within, project_id=project_id, state=PromptState.AWAITING_RESPONSES)
    return [pk for pk in rows.order_by("id").values_list("pk", flat=True) if pk not in drawing]


def n_prompts_waiting(user: User, project_id: int) -> int:
    """Return how many prompts wait for responses. Raises NotFound, Forbidden."""
    return len(prompts_waiting(project_get(user, project_id, Right.TRAIN).pk))
