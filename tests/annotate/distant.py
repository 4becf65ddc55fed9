"""People's prompts, judged prompts that nobody has settled, and rewards of their responses."""

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from django.test import override_settings

from annotate.models import Endpoint, JudgeRun, PreferenceSet, Project, Prompt, Response
from annotate.services.judge_judgements import StoredRewards, rewards_store
from annotate.services.sets import set_run
from tests.annotate.finished import add_accepted, texts
from tests.annotate.judged import endpoint
from tests.people import Cast

# What a judge says of (first shown, second shown): "a", "b", "equal", or "" where nothing could be read.
Says = Callable[[Response, Response], str]


def human_set(people: Cast, n: int = 20, **options: Any) -> PreferenceSet:
    """Return a frozen set of `n` prompts that people settled, a fifth of them on the benchmark."""
    add_accepted(people.project, texts(n), tiers=(0, 1, 2), tag="h")
    add_accepted(people.project, texts(n, n), tiers=(0, 1, 1), tag="m", source="human")
    values = {"name": "人工", "filters": {}, "benchmark_share": 0.2, "seed": 0, "note": ""}
    with unhurried():
        return set_run(project=people.project, **values | options)


def unhurried() -> override_settings:
    """Have a CPU worker's thread beat as rarely as in earnest: a test's transaction lets no other thread write."""
    return override_settings(JOB_HEARTBEAT_SECONDS=60)


def unsettled(project: Project, written: Sequence[str], *, n_responses: int = 4, tag: str = "u") -> list[Prompt]:
    """Return prompts that wait for people, their responses of unlike lengths, and of unlike liking to the stand-in."""
    prompts = add_accepted(project, written, tiers=range(n_responses), tag=tag)
    Prompt.objects.filter(pk__in=[prompt.pk for prompt in prompts]).update(state="annotating")
    for prompt in prompts:
        for response in prompt.responses.order_by("ring_index"):
            chance = crc32(f"{prompt.external_id} {response.ring_index}".encode())
            text = f"{prompt.external_id} 答 {response.ring_index} " + "好" * (chance % 23) + "嗯" * (chance // 23 % 47)
            Response.objects.filter(pk=response.pk).update(text=text)
    return prompts


def judged_run(
    people: Cast, prompts: Iterable[Prompt], says: Says, *, order: str = "random", asked: Endpoint | None = None
) -> JudgeRun:
    """Return a finished run of a released judge over every pair of the prompts."""
    asked = asked or endpoint(people, "http://127.0.0.1:9/v1")
    columns: dict[str, Any] = {
        "project": people.project,
        "endpoint": asked,
        "endpoint_settings": {"model": "judge-model"},
        "language": "zh",
        "templates": {},
        "state": "finished",
        "order": order,
        "budget_tokens": 1,
    }
    trial = JudgeRun.objects.create(name="试评", released_at="2026-01-01T00:00:00Z", **columns)
    run = JudgeRun.objects.create(name="评审", scope="unannotated", trial=trial, **columns)
    for prompt in prompts:
        for one, other in combinations(prompt.responses.order_by("pk"), 2):
            turned = (one.pk + other.pk) % 2
            shown = [(one, other), (other, one)] if order == "both" else [(other, one) if turned else (one, other)]
            for first, second in shown:
                said = says(first, second)
                outcome = "answered" if said else "unreadable"
                run.calls.create(prompt=prompt, first=first, second=second, state="done", outcome=outcome, verdict=said)
    n_calls = run.calls.count()
    JudgeRun.objects.filter(pk=run.pk).update(n_calls=n_calls, n_done=n_calls)
    return run


def stored_rewards(folder: Path, rewards: dict[int, float]) -> StoredRewards:
    """Return stored rewards of {response: reward}."""
    ids = sorted(rewards)
    path = folder / "rewards.npz"
    np.savez(path, responses=np.array(ids), rewards=np.array([rewards[key] for key in ids]))
    return rewards_store(path=path)
