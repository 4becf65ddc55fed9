"""A judge that knows which response is better, and what to do with it."""

import re
from typing import Any

from annotate.models import Endpoint, JudgeRun, Project
from annotate.services.endpoints import endpoint_create
from annotate.services.judge_runs import judge_trial_create
from annotate.services.judge_work import judge_run_execute
from tests.annotate.finished import add_accepted, texts
from tests.model_server import Body, Reply, said
from tests.people import Cast

SHOWN = re.compile(r"【回答 A 开始】\n(.*?)\n【回答 A 结束】.*【回答 B 开始】\n(.*?)\n【回答 B 结束】", re.DOTALL)


def shown_pair(body: Body) -> tuple[str, str]:
    """Return the texts that a judge was shown as A and B."""
    match = SHOWN.search(body["messages"][-1]["content"])
    assert match is not None
    return match.group(1), match.group(2)


def honest(body: Body, n: int) -> Reply:
    """Answer as people said: finished.add_accepted ends a response with as many full stops as its tier is low."""
    a, b = (text.count("。") for text in shown_pair(body))
    return said("结论：平局" if a == b else "结论：A" if a < b else "结论：B")


def endpoint(people: Cast, url: str, **columns: Any) -> Endpoint:
    """Return an endpoint of the cast's project, priced 1 millionth a token."""
    values = {
        "name": f"评审 {Endpoint.objects.count()}",
        "base_url": url,
        "model": "judge-model",
        "prompt_price": 1000,
        "completion_price": 1000,
        "max_tokens": 100,
        "concurrency": 4,
        "timeout_seconds": 20,
    }
    return endpoint_create(user=people.researcher, project_id=people.project.pk, **values | columns)


def settled_prompts(project: Project, n: int = 4, *, n_responses: int = 3, tag: str = "a") -> None:
    """Add prompts that people have settled: the first response is the best, the last the worst."""
    add_accepted(project, texts(n, start=1000 * ord(tag)), tiers=range(n_responses), tag=tag)


def trial(people: Cast, asked: Endpoint, **wishes: Any) -> JudgeRun:
    """Return a queued trial."""
    values = {
        "language": "zh",
        "order": "random",
        "n_prompts": 100,
        "budget_micros": None,
        "budget_tokens": 10**9,
        "category_ids": [],
    }
    return judge_trial_create(
        user=people.researcher, project_id=people.project.pk, endpoint_id=asked.pk, **values | wishes
    )


def execute(run: JudgeRun) -> JudgeRun:
    """Carry a run out and return it as it is then."""
    judge_run_execute(run_id=run.pk, stopping=lambda: False)
    return JudgeRun.objects.select_related("project").get(pk=run.pk)
