"""What stops a recipe at each of its steps, and how it goes on from there."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from annotate.models import PreferenceSet, Prompt
from annotate.services.jobs import job_take
from collaboration.models import DistantRun
from rm_training import execution, scoring, selectors
from rm_training.launcher import follow
from rm_training.models import ScoringJob, TrainingRun
from tests.collaboration.kitchen import Kitchen
from tests.people import Cast
from tests.rm_training.conftest import messages
from tests.rm_training.test_execution import at_step, kill_engine

pytestmark = pytest.mark.django_db


def test_a_lost_worker_or_message_of_the_preparing_is_made_good(
    people: Cast, stand_in: None, django_capture_on_commit_callbacks: Any
) -> None:
    kitchen = Kitchen(people)
    kitchen.until("preparing")
    assert job_take(rows=DistantRun.objects.all(), job_id=kitchen.recipe.pk) is not None
    messages("cpu")
    assert kitchen.prepare() == "preparing", "another worker holds it"
    DistantRun.objects.update(heartbeat_at=timezone.now() - timedelta(days=1))
    with django_capture_on_commit_callbacks(execute=True):
        kitchen.wake()
    assert messages("cpu") == [("collaboration.tasks.recipe_prepare", [kitchen.recipe.pk])]
    assert kitchen.prepare() == "deciding"


@pytest.mark.parametrize("step", ["human_training", "training"])
@pytest.mark.parametrize("end", ["failed", "cancelled"])
def test_a_training_that_stopped_stops_the_recipe_and_goes_on_with_it(
    people: Cast, stand_in: None, step: str, end: str
) -> None:
    kitchen = Kitchen(people)
    kitchen.until(step)
    run = kitchen.recipe.human_run if step == "human_training" else kitchen.recipe.final_run
    assert run is not None
    TrainingRun.objects.filter(pk=run.pk).update(state=end, error="kein Platz" if end == "failed" else "")
    assert kitchen.wake() == "failed"
    body = kitchen.read()
    assert (body["stopped_at"], body["error_code"]) == (step, f"run_{end}")
    assert body["error"] == ("kein Platz" if end == "failed" else "")
    assert kitchen.ask("resume").json()["state"] == step
    assert kitchen.ask("resume").json()["code"] == "recipe_not_stopped"
    run.refresh_from_db()
    assert run.state == "queued"
    assert kitchen.wake() == step
    kitchen.until("done")


def test_a_scoring_that_failed_is_done_anew(people: Cast, stand_in: None) -> None:
    kitchen = Kitchen(people)
    kitchen.until("scoring")
    first = kitchen.recipe.scoring_id
    ScoringJob.objects.filter(pk=first).update(state="failed", error="out of memory")
    assert kitchen.wake() == "failed"
    assert kitchen.read()["error"] == "out of memory"
    assert kitchen.ask("resume").json()["state"] == "scoring"
    kitchen.recipe.refresh_from_db()
    assert kitchen.recipe.scoring_id != first
    kitchen.until("done")


def test_a_preparing_or_a_freezing_that_failed_is_done_anew(people: Cast, stand_in: None) -> None:
    kitchen = Kitchen(people)
    kitchen.until("preparing")
    assert kitchen.recipe.scoring_id is not None
    rewards = scoring.scoring_folder(kitchen.recipe.scoring_id) / scoring.REWARDS_FILE
    hidden = rewards.rename(rewards.with_suffix(".hidden"))
    assert kitchen.prepare() == "failed"
    assert kitchen.read()["error_code"] == "prepare_failed"
    hidden.rename(rewards)
    assert kitchen.ask("resume").json()["state"] == "preparing"
    kitchen.recipe.refresh_from_db()
    kitchen.until("freezing")
    first = kitchen.recipe.derived_set_id
    PreferenceSet.objects.filter(pk=first).update(state="failed", error="rewards_damaged")
    assert kitchen.wake() == "failed"
    assert len(kitchen.read()["error"]) > 20
    assert kitchen.ask("resume").json()["state"] == "freezing"
    kitchen.recipe.refresh_from_db()
    assert kitchen.recipe.derived_set_id != first
    PreferenceSet.objects.filter(pk=kitchen.recipe.derived_set_id).update(state="failed", error="no_judge_pairs")
    assert kitchen.wake() == "failed"
    assert kitchen.ask("resume").json()["state"] == "deciding"
    kitchen.recipe.refresh_from_db()
    kitchen.until("done")


@pytest.mark.parametrize("step", ["human_training", "scoring", "preparing", "deciding", "freezing", "training"])
def test_a_recipe_is_cancelled_at_any_step_with_its_job_and_goes_on_from_there(
    people: Cast, stand_in: None, step: str
) -> None:
    kitchen = Kitchen(people)
    kitchen.until(step)
    assert kitchen.ask("cancel").json()["state"] == "cancelled"
    assert kitchen.ask("cancel").json()["code"] == "recipe_ended"
    kitchen.recipe.refresh_from_db()
    job = {
        "human_training": kitchen.recipe.human_run,
        "scoring": kitchen.recipe.scoring,
        "training": kitchen.recipe.final_run,
    }.get(step)
    assert job is None or job.state == "cancelled"
    assert kitchen.wake() == "cancelled"
    if step == "preparing":
        assert kitchen.prepare() == "cancelled"
    assert kitchen.ask("resume").json()["state"] == step
    kitchen.recipe.refresh_from_db()
    kitchen.until("done")


def test_a_base_that_is_gone_when_the_last_training_is_due_ends_the_recipe_with_the_reason(
    people: Cast, stand_in: None
) -> None:
    kitchen = Kitchen(people)
    kitchen.until("freezing")
    DistantRun.objects.update(base="/nowhere/../etc/\x07")
    assert kitchen.freeze() == "failed"
    assert (kitchen.recipe.stopped_at, kitchen.recipe.error_code) == ("freezing", "invalid_base")
    DistantRun.objects.update(base="tiny")
    assert kitchen.ask("resume").json()["state"] == "freezing"
    assert kitchen.wake() == "training"


def test_the_engine_itself_carries_a_recipe_through_though_it_is_killed_midway(
    people: Cast, tiny_base: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.JOB_HEARTBEAT_SECONDS = 0
    monkeypatch.setattr(follow, "__kwdefaults__", {**follow.__kwdefaults__, "poll_seconds": 0.02})
    kitchen = Kitchen(people, confirm_filter=False, margin=0.0)

    def carry_out(run: TrainingRun | None, *, killed: bool = False) -> None:
        assert run is not None
        meanwhile = at_step(run, 3, lambda: kill_engine(run)) if killed else lambda: False
        execution.run_execute(run_id=run.pk, stopping=meanwhile)

    carry_out(kitchen.recipe.human_run, killed=True)
    assert kitchen.wake() == "human_training"
    carry_out(kitchen.recipe.human_run)
    assert kitchen.wake() == "scoring"
    assert kitchen.score() == "preparing"
    assert kitchen.prepare() in ("freezing", "deciding")
    kitchen.until("training")
    run = kitchen.recipe.final_run
    assert run is not None
    carry_out(run)
    assert kitchen.wake() == "done"
    trained = selectors.run_metrics(TrainingRun.objects.get(pk=run.pk))
    assert trained is not None
    assert 0 <= trained["overall"] <= 1
    learnt = {prompt.text for prompt in Prompt.objects.filter(set_items__set=run.set_id, set_items__split="train")}
    assert len(learnt) > kitchen.base.items.filter(split="train").count()
