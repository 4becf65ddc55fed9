"""A worker carries out a run with the real engine, and survives what may happen to it."""

import hashlib
import json
import os
import signal
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.utils import timezone

from annotate import shutdown
from annotate.models import Event
from rm_training import execution, jobs, launcher, selectors, services, tasks
from rm_training.models import Evaluation, RewardModel, TrainingRun
from tests.people import Cast
from tests.rm_training.conftest import N_STEPS, QUICK, frozen_set, messages, queued_run, set_files

pytestmark = pytest.mark.django_db


def execute(run: TrainingRun, meanwhile: Callable[[], bool] = lambda: False) -> TrainingRun:
    """Carry out a run; `meanwhile` is asked all along whether the worker is to stop, and may do things to the run."""
    execution.run_execute(run_id=run.pk, stopping=meanwhile)
    run.refresh_from_db()
    return run


def rows(run: TrainingRun) -> list[dict[str, Any]]:
    return selectors.run_progress(run.pk, 0).rows


def at_step(run: TrainingRun, step: int, act: Callable[[], None]) -> Callable[[], bool]:
    """Return a `meanwhile` that acts once, as soon as the engine has logged `step`."""
    todo = [act]

    def meanwhile() -> bool:
        if todo and len(rows(run)) >= step:
            todo.pop()()
        return False

    return meanwhile


def kill_engine(run: TrainingRun) -> None:
    record = json.loads((selectors.run_folder(run.pk) / launcher.PID_FILE).read_text())
    os.kill(record["pid"], signal.SIGKILL)


def kinds(run: TrainingRun) -> list[str]:
    moves = Event.objects.filter(subject="trainingrun", subject_id=run.pk)
    return list(moves.order_by("id").values_list("kind", flat=True))


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """Look at the engine often: a quick run is over before a worker would look twice."""
    settings.JOB_HEARTBEAT_SECONDS = 0
    monkeypatch.setattr(launcher.follow, "__kwdefaults__", {**launcher.follow.__kwdefaults__, "poll_seconds": 0.02})


def test_a_run_ends_with_a_model_its_figures_and_a_place_on_the_leaderboard(people: Cast, tiny_base: Path) -> None:
    run = execute(queued_run(people))

    assert (run.state, run.error) == ("succeeded", "")
    assert run.step == run.total_steps == N_STEPS == len(rows(run))
    assert kinds(run) == ["run_start", "run_benchmark", "run_succeed"]

    weights = selectors.run_folder(run.pk) / "model" / "model.safetensors"
    model = RewardModel.objects.get(run=run)
    assert model.sha256 == hashlib.sha256(weights.read_bytes()).hexdigest()
    assert {"name": "model.safetensors", "bytes": weights.stat().st_size} in model.files
    assert model.training["loss_last"] < model.training["loss_first"]

    evaluation = Evaluation.objects.get(reward_model=model, set=run.set)
    assert evaluation.metrics["open"]["n_pairs"] == evaluation.metrics["human"]["n_pairs"] == 18
    assert evaluation.overall is not None
    assert evaluation.overall > 0.5  # three-way rankings: chance is a half for pairs and a sixth for whole prompts

    board = people.client(people.researcher).get(f"/api/projects/{people.project.pk}/leaderboard").json()
    (row,) = board["rows"]
    assert row["overall"] == evaluation.overall
    assert (row["n_pairs"], row["n_train_pairs"]) == (36, 60)
    assert [chosen["id"] for chosen in board["sets"]] == [run.set_id]
    shown = people.client(people.researcher).get(f"/api/runs/{run.pk}").json()
    assert shown["metrics"]["human"] == evaluation.metrics["human"]
    assert shown["metrics"]["training"] == model.training


def test_a_message_delivered_twice_trains_once(people: Cast, tiny_base: Path) -> None:
    run = queued_run(people, epochs=1)
    second: list[str] = []

    def deliver_again() -> None:
        execution.run_execute(run_id=run.pk, stopping=lambda: False)
        second.append(TrainingRun.objects.get(pk=run.pk).state)

    execute(run, at_step(run, 1, deliver_again))
    assert second == ["running"]
    execute(run)

    assert (run.state, run.attempts) == ("succeeded", 1)
    assert [row["step"] for row in rows(run)] == list(range(1, 11))
    assert RewardModel.objects.filter(run=run).count() == 1


def test_an_engine_killed_midway_is_queued_again_and_goes_on_from_its_checkpoint(
    people: Cast, tiny_base: Path, django_capture_on_commit_callbacks: Any
) -> None:
    run = queued_run(people)
    messages()
    with django_capture_on_commit_callbacks(execute=True):
        execute(run, at_step(run, 7, lambda: kill_engine(run)))
    assert (run.state, run.attempts) == ("queued", 1)
    assert messages() == [("rm_training.tasks.run_train", [run.pk])]
    done = rows(run)

    execute(run)

    assert (run.state, run.attempts) == ("succeeded", 2)
    log = selectors.run_log(run.pk, None).text
    resumed_after = int(log.partition("resumed after step ")[2].split()[0])
    assert 2 <= resumed_after <= len(done)
    assert rows(run)[:resumed_after] == done[:resumed_after]
    assert [row["step"] for row in rows(run)] == list(range(1, N_STEPS + 1))


def test_a_worker_that_shuts_down_saves_and_the_interrupted_start_does_not_count(people: Cast, tiny_base: Path) -> None:
    run = queued_run(people, save_steps=1000)
    execute(run, lambda: len(rows(run)) >= 3)

    assert (run.state, run.attempts) == ("queued", 0)
    saved = len(rows(run))
    assert (selectors.run_folder(run.pk) / "checkpoints").is_dir()

    execute(run)
    assert run.state == "succeeded"
    assert f"resumed after step {saved}" in selectors.run_log(run.pk, None).text


def test_a_worker_that_shuts_down_begins_no_run_and_puts_its_message_back(
    people: Cast, tiny_base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = queued_run(people)
    monkeypatch.setattr(shutdown, "_flag", bytearray(b"\1"))

    done = tasks.run_train.apply(args=[run.pk])

    run.refresh_from_db()
    assert (run.state, kinds(run)) == ("queued", [])
    assert (done.state, done.result.requeue) == ("REJECTED", True)


def test_a_cancelled_run_stops_and_can_be_queued_again(people: Cast, tiny_base: Path) -> None:
    run = queued_run(people)
    cancel = at_step(run, 3, lambda: services.run_cancel(user=people.researcher, run_id=run.pk))
    execute(run, cancel)

    assert run.state == "cancelled"
    assert 3 <= run.step < N_STEPS
    assert not RewardModel.objects.filter(run=run).exists()

    services.run_resume(user=people.researcher, run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.cancel_requested, run.finished_at) == ("queued", False, None)


def test_a_worker_that_lost_its_run_to_another_stops_and_writes_nothing(people: Cast, tiny_base: Path) -> None:
    run = queued_run(people)

    def somebody_else_takes_it() -> None:
        TrainingRun.objects.filter(pk=run.pk).update(worker="another")

    execute(run, at_step(run, 2, somebody_else_takes_it))
    assert (run.state, run.worker) == ("running", "another")
    assert not RewardModel.objects.filter(run=run).exists()


def test_a_base_that_cannot_be_loaded_fails_the_run_with_the_reason(people: Cast) -> None:
    run = execute(queued_run(people, base="/nowhere/at-all"))

    assert (run.state, run.error_code) == ("failed", "base_not_loadable")
    shown = people.client(people.researcher).get(f"/api/runs/{run.pk}").json()
    assert "/nowhere/at-all does not exist" in shown["error"]
    assert shown["model"] is None


def test_a_gpu_that_is_missing_fails_the_run_with_the_reason(
    people: Cast, tiny_base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    run = execute(queued_run(people, device="cuda"))

    assert (run.state, run.error_code) == ("failed", "gpu_missing")
    assert "GPU" in run.error


@pytest.mark.parametrize("written_by", ["the worker: run.json", "the engine: config.json.tmp"])
def test_a_full_disk_fails_the_run_with_the_reason(people: Cast, tiny_base: Path, written_by: str) -> None:
    run = queued_run(people)
    folder = selectors.run_folder(run.pk)
    folder.mkdir(parents=True)
    # A disk with no space left that Linux always has: writing to it fails with the real ENOSPC.
    full = Path("/dev/full")
    assert full.is_char_device()
    (folder / written_by.partition(": ")[2]).symlink_to(full)
    execute(run)

    assert (run.state, run.error_code) == ("failed", "disk_full")
    assert "No space" in run.error


def test_an_engine_that_crashes_shows_the_end_of_its_log(people: Cast, tiny_base: Path) -> None:
    run = queued_run(people)
    folder = selectors.run_folder(run.pk)
    folder.mkdir(parents=True)
    (folder / "checkpoints").write_text("not a folder")
    execute(run)

    assert run.state == "failed"
    assert "FileExistsError" in run.error


def test_a_set_that_was_tampered_with_is_not_trained_on(people: Cast, tiny_base: Path) -> None:
    files = set_files()
    chosen = frozen_set(people.project, files=files)
    stored = Path(storages["artifacts"].path(f"{chosen.folder}/cheems_train.jsonl"))
    stored.write_bytes(files["cheems_train.jsonl"] + b"\n")
    run = execute(queued_run(people, chosen=chosen))

    assert (run.state, run.error_code) == ("failed", "set_damaged")


def test_a_set_without_a_benchmark_trains_a_model_that_is_not_ranked(people: Cast, tiny_base: Path) -> None:
    chosen = frozen_set(people.project, files=set_files(n_benchmark=0))
    run = execute(queued_run(people, chosen=chosen, epochs=1))

    assert run.state == "succeeded"
    assert not Evaluation.objects.exists()
    assert selectors.run_metrics(run) == {"training": run.reward_model.training}


def silent_for(run: TrainingRun, seconds: float, **columns: Any) -> None:
    heard = timezone.now() - timedelta(seconds=seconds)
    TrainingRun.objects.filter(pk=run.pk).update(heartbeat_at=heard, **columns)
    run.refresh_from_db()


def test_a_run_without_a_living_heartbeat_is_queued_again(
    people: Cast, django_capture_on_commit_callbacks: Any, settings: Any
) -> None:
    lost, alive = queued_run(people), queued_run(people, chosen=frozen_set(people.project, version=2))
    silent_for(lost, settings.JOB_LOST_SECONDS + 1, state="running", attempts=1, worker="dead")
    silent_for(alive, settings.JOB_LOST_SECONDS - 30, state="benchmarking", attempts=1, worker="living")
    messages()
    with django_capture_on_commit_callbacks(execute=True):
        assert jobs.jobs_requeue(TrainingRun) == 1

    lost.refresh_from_db()
    alive.refresh_from_db()
    assert (lost.state, alive.state) == ("queued", "benchmarking")
    assert messages() == [("rm_training.tasks.run_train", [lost.pk])]
    assert Event.objects.get(subject_id=lost.pk, kind="run_requeue").reason == "Its worker was lost."


def test_a_run_that_loses_its_worker_again_and_again_fails_with_the_reason(people: Cast, settings: Any) -> None:
    run = queued_run(people)
    for attempt in range(1, jobs.MAX_ATTEMPTS + 1):
        assert run.state == "queued"
        silent_for(run, settings.JOB_LOST_SECONDS + 1, state="running", attempts=attempt, worker="dead")
        jobs.jobs_requeue(TrainingRun)
        run.refresh_from_db()
    assert (run.state, run.error_code) == ("failed", "too_many_attempts")
    assert "5 times" in run.error


def test_a_lost_run_that_was_to_be_cancelled_is_cancelled(people: Cast, settings: Any) -> None:
    run = queued_run(people)
    silent_for(run, settings.JOB_LOST_SECONDS + 1, state="running", worker="dead", cancel_requested=True)
    jobs.jobs_requeue(TrainingRun)
    run.refresh_from_db()
    assert run.state == "cancelled"


def test_a_queued_run_whose_message_was_lost_is_sent_again_once_in_a_while(
    people: Cast, django_capture_on_commit_callbacks: Any, settings: Any
) -> None:
    run = queued_run(people)
    silent_for(run, settings.JOB_LOST_SECONDS * jobs.REMIND_FACTOR + 1)
    messages()
    with django_capture_on_commit_callbacks(execute=True):
        jobs.jobs_requeue(TrainingRun)
        jobs.jobs_requeue(TrainingRun)
    assert messages() == [("rm_training.tasks.run_train", [run.pk])]
    assert QUICK.items() <= run.params.items()
