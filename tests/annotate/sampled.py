"""Prompts that wait for responses, and runs that draw some."""

from typing import Any

from django.utils import timezone

from annotate.exchange.prompts_in import text_sha256
from annotate.models import Category, Endpoint, Project, Prompt, SamplingRun
from annotate.services.sampling_runs import sampling_run_create
from annotate.services.sampling_work import sampling_run_execute
from tests.annotate.finished import texts
from tests.people import Cast


def waiting_prompts(project: Project, n: int = 2, *, start: int = 0) -> list[Prompt]:
    """Return prompts that were imported without responses."""
    leaf, _ = Category.objects.get_or_create(project=project, key="写作", defaults={"name": "写作", "path": ["写作"]})
    return [
        Prompt.objects.create(
            project=project, category=leaf, external_id=f"w{start + index}", text=text, text_sha256=text_sha256(text),
            system="你是一位老师。", source="open", subset="open", state="awaiting_responses", state_at=timezone.now(),
        )
        for index, text in enumerate(texts(n, start=70_000 + start))
    ]  # fmt: skip


def sampling(people: Cast, endpoints: list[Endpoint], **wishes: Any) -> SamplingRun:
    """Return a queued sampling run that draws 6 for each prompt and keeps 4."""
    mix = [{"endpoint": one.pk, "weight": 1.0, "temperature": None, "system": None} for one in endpoints]
    values = {
        "mix": mix, "draws": 6, "keep": 4, "n_prompts": None, "category_ids": [], "budget_micros": None,
        "budget_tokens": 10**9,
    }  # fmt: skip
    return sampling_run_create(user=people.researcher, project_id=people.project.pk, **values | wishes)


def draw(run: SamplingRun) -> SamplingRun:
    """Carry a run out and return it as it is then."""
    sampling_run_execute(run_id=run.pk, stopping=lambda: False)
    return SamplingRun.objects.get(pk=run.pk)
