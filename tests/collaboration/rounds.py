"""A loop at work: prompts that people have settled, and workers that freeze, train and measure."""

from typing import Any

from django.test import override_settings

from annotate.models import Notice, PreferenceSet, Prompt
from annotate.services.sets import set_freeze
from collaboration.models import LoopRound
from collaboration.services.waking import wake_project
from rm_training import evaluating
from rm_training.models import EvaluationJob, RewardModel, TrainingRun
from tests.annotate.finished import add_accepted, texts
from tests.people import Cast
from tests.rm_training.conftest import finished

RULE = {
    "trigger": "every_n",
    "n": 160,
    "base": "tiny",
    "params": {"epochs": 1},
    "set_name": "自动循环",
    "benchmark_share": 0.5,
}


def ask(people: Cast, method: str, path: str, user: Any = None, **body: Any) -> Any:
    """Return the answer to a request of the researcher, or of `user`."""
    client = people.client(user or people.researcher)
    return getattr(client, method)(f"/api/{path}", body or None, format="json")


def save_rule(people: Cast, **changes: Any) -> dict[str, Any]:
    """Save the rule of the cast's project and return the loop as its page shows it."""
    answer = ask(people, "put", f"projects/{people.project.pk}/loop", **RULE | changes)
    assert answer.status_code == 200, answer.content
    body: dict[str, Any] = answer.json()
    return body


def loop(people: Cast) -> dict[str, Any]:
    """Return the loop as its page shows it."""
    body: dict[str, Any] = ask(people, "get", f"projects/{people.project.pk}/loop").json()
    return body


def shown(people: Cast) -> list[dict[str, Any]]:
    """Return the rounds as the page shows them."""
    rows: list[dict[str, Any]] = ask(people, "get", f"projects/{people.project.pk}/loop/rounds").json()["results"]
    return rows


def settle(people: Cast, n: int = 80, *, tag: str = "a") -> list[Prompt]:
    """Let people settle `n` more prompts of either source."""
    start = 2000 * ord(tag)
    half = add_accepted(people.project, texts(n, start), tag=tag)
    return half + add_accepted(people.project, texts(n, start + 1000), source="human", category="写作", tag=f"{tag}h")


def wake(people: Cast) -> LoopRound | None:
    """Wake the loop and return its newest round."""
    wake_project(project_id=people.project.pk)
    return LoopRound.objects.select_related("set", "run", "promotion").order_by("-number").first()


def freeze() -> None:
    """Freeze what waits for that."""
    # With the stand-in jobs beat all the time, and a test's transaction lets no other thread through.
    with override_settings(JOB_HEARTBEAT_SECONDS=60):
        for pk in list(PreferenceSet.objects.filter(state="freezing").values_list("pk", flat=True)):
            set_freeze(set_id=pk)


def training(people: Cast) -> LoopRound:
    """Return the newest round once it trains."""
    wake(people)
    freeze()
    row = wake(people)
    assert row is not None
    assert row.state == "training", (row.state, row.code, row.detail)
    return row


def train(row: LoopRound, skill: int) -> RewardModel:
    """Have the round's run make a model as good as `skill`."""
    assert row.run is not None
    return finished(TrainingRun.objects.get(pk=row.run.pk), skill)


def measure() -> None:
    """Measure what waits for that; a trained model that is measured again is as good as 80."""
    for pk in EvaluationJob.objects.filter(state="queued").values_list("pk", flat=True):
        evaluating.evaluation_execute(job_id=pk, stopping=lambda: False)


def whole_round(people: Cast, skill: int) -> LoopRound:
    """Return a round that came to its end with a model as good as `skill`."""
    train(training(people), skill)
    wake(people)
    measure()
    row = wake(people)
    assert row is not None
    return row


def told(kind: str) -> set[str]:
    """Return the names of those who got a notice of a kind."""
    return {notice.user.username for notice in Notice.objects.filter(kind=kind)}
