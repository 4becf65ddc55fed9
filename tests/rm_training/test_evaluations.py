"""A model is measured on a benchmark by a worker that may be killed, and what came of it is kept and told."""

import json
import os
import signal
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from annotate.models import Event
from rm_training import evaluating, evaluations, jobs, launcher, model_selectors
from rm_training.models import Evaluation, EvaluationJob, RewardModel
from tests.people import Cast
from tests.rm_training.conftest import external, frozen_set, measured, messages, set_files, trained

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stand_in")]


def post(people: Cast, path: str, **body: Any) -> Any:
    return people.client(people.researcher).post(f"/api/{path}", body, format="json")


def get(people: Cast, path: str) -> Any:
    return people.client(people.researcher).get(f"/api/{path}").json()


def test_an_external_model_is_registered_measured_and_stands_on_the_board_beside_ours(people: Cast) -> None:
    chosen = frozen_set(people.project)
    answer = post(people, f"projects/{people.project.pk}/models", source="lab/rm-70", adapter="pair")
    assert (answer.status_code, answer.json()["kind"], answer.json()["name"]) == (201, "external", "rm-70")
    model = RewardModel.objects.get(pk=answer.json()["id"])
    judge, ours = external(people, "judge-60", "generative"), trained(people, chosen, 90)
    for one in (model, judge):
        assert measured(people, one, chosen).state == "succeeded"

    rows = get(people, f"projects/{people.project.pk}/leaderboard")["rows"]
    assert [(row["model"]["id"], row["kind"]) for row in rows] == [
        (ours.pk, "trained"), (model.pk, "external"), (judge.pk, "judge"),
    ]  # fmt: skip
    assert [row["run"] for row in rows] == [ours.run_id, None, None]
    assert [row["n_train_pairs"] for row in rows] == [60, None, None]
    assert rows[0]["open"]["intervals"]["accuracy"][0] < rows[0]["open"]["accuracy"]
    assert "categories" not in rows[0]["open"]
    asked = json.loads((model_selectors.evaluation_folder(model.evaluation_jobs.get().pk) / "asked.json").read_text())
    assert asked[asked.index("--adapter") + 1] == "pair"
    assert asked[asked.index("--model") + 1] == "lab/rm-70"


def test_the_judge_of_a_joint_run_has_a_row_of_its_own(people: Cast) -> None:
    chosen = frozen_set(people.project)
    model = trained(people, chosen, 90)
    evaluation = model.evaluations.get()
    judge = {"open": evaluation.metrics["open"], "human": evaluation.metrics["human"], "overall": 0.31}
    Evaluation.objects.update(metrics=evaluation.metrics | {"judge": judge | {"agreement": 0.8}})
    rows = get(people, f"projects/{people.project.pk}/leaderboard")["rows"]
    assert [(row["kind"], row["objective"]) for row in rows] == [("trained", "joint"), ("judge", "joint")]
    assert rows[1]["overall"] == 0.31


@pytest.mark.parametrize("source", ["../../etc", "/etc", "a/b/c", "http://host/m", "有 空格", "-x"])
def test_only_folders_of_the_operator_and_names_of_hubs_can_be_registered(people: Cast, source: str) -> None:
    answer = post(people, f"projects/{people.project.pk}/models", source=source)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "source")


def test_a_folder_among_the_bases_can_be_registered_once_for_each_adapter(people: Cast, settings: Any) -> None:
    folder = settings.BASES_DIR / "their-rm-70"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text("{}")
    path = f"projects/{people.project.pk}/models"
    first = post(people, path, source="their-rm-70", name="他们的")
    assert (first.status_code, first.json()["name"]) == (201, "他们的")
    again = post(people, path, source="their-rm-70")
    assert (again.status_code, again.json()["code"]) == (409, "already_registered")
    assert post(people, path, source="their-rm-70", adapter="chat").status_code == 201
    assert post(people, path, source=str(folder)).status_code == 201
    assert post(people, path, source="their-rm-70", adapter="wild").status_code == 400
    model = RewardModel.objects.get(pk=first.json()["id"])
    assert model_selectors.model_location(model) == str(folder)


def test_models_are_listed_with_their_accuracies_also_where_one_subset_alone_was_measured(people: Cast) -> None:
    both = trained(people, frozen_set(people.project), 90)
    files = set_files() | {"cheems_bench/human.jsonl": b""}
    one = trained(people, frozen_set(people.project, version=2, files=files), 80)

    listed = {row["id"]: row["evaluations"] for row in get(people, f"projects/{people.project.pk}/models")["results"]}

    stored = {model: model.evaluations.get().metrics for model in (both, one)}
    assert [each["accuracies"] for each in listed[both.pk]] == [
        {subset: stored[both][subset]["accuracy"] for subset in ("open", "human")}
    ]
    assert [(each["overall"], each["accuracies"]) for each in listed[one.pk]] == [
        (None, {"open": stored[one]["open"]["accuracy"]})
    ]


def test_a_trained_model_is_measured_on_another_set_and_what_it_got_wrong_can_be_read(people: Cast) -> None:
    one, two = frozen_set(people.project), frozen_set(people.project, version=2)
    model = trained(people, one, 90)
    assert measured(people, model, two).state == "succeeded"
    shown = get(people, f"models/{model.pk}")
    assert [(each["set"]["version"], each["comparable"]) for each in shown["evaluations"]] == [(1, True), (2, True)]
    assert shown["evaluations"][1]["metrics"]["open"]["categories"]["数学"]["n_pairs"] == 18

    path = f"models/{model.pk}/disagreements?set={two.pk}"
    page = get(people, f"{path}&limit=3")
    read, cursor = page["results"], page["next"]
    while cursor:
        page = get(people, f"{path}&limit=3&cursor={cursor}")
        read, cursor = read + page["results"], page["next"]
    outcomes = [
        json.loads(line)
        for subset in ("open", "human")
        for line in (model_selectors.outcomes_folder(model.pk, two.pk) / "benchmark" / f"{subset}.jsonl")
        .read_text().splitlines()
    ]  # fmt: skip
    wrong = sorted(margin for line in outcomes for *_, margin in line["pairs"] if margin <= 0)
    assert wrong
    assert [row["margin"] for row in read] == wrong
    frozen = set_files(benchmark=2)["cheems_bench/open.jsonl"].decode()
    winners = [row["winner"]["text"] for row in read if row["subset"] == "open"]
    assert all(json.dumps(text, ensure_ascii=False) in frozen for text in winners)
    assert all(row["probability"] <= 0.5 for row in read)
    only = get(people, f"{path}&subset=human&category=数学")["results"]
    assert only == [row for row in read if row["subset"] == "human"][:10]
    assert get(people, f"{path}&category=没有")["results"] == []


def test_a_model_is_measured_once_on_a_set_and_by_one_job_at_a_time(people: Cast) -> None:
    chosen, model = frozen_set(people.project), external(people, "rm-70")
    path = f"models/{model.pk}/evaluations"
    assert post(people, path, set=chosen.pk).status_code == 201
    assert post(people, path, set=chosen.pk).json()["code"] == "being_measured"
    job = EvaluationJob.objects.get()
    evaluating.evaluation_execute(job_id=job.pk, stopping=lambda: False)
    assert post(people, path, set=chosen.pk).json()["code"] == "already_measured"
    bare = frozen_set(people.project, version=2, files=set_files(n_benchmark=0))
    assert post(people, path, set=bare.pk).json()["code"] == "no_benchmark"
    assert post(people, path, set=10**6).status_code == 404
    assert [row["state"] for row in get(people, path)["results"]] == ["succeeded"]


def test_figures_of_an_engine_that_left_no_outcomes_may_be_measured_again(people: Cast) -> None:
    chosen = frozen_set(people.project)
    model = trained(people, chosen, 90, outcomes=False)
    assert get(people, f"models/{model.pk}")["evaluations"][0]["comparable"] is False
    assert measured(people, model, chosen).state == "succeeded"
    assert [each["comparable"] for each in get(people, f"models/{model.pk}")["evaluations"]] == [True]


def test_an_evaluation_killed_midway_is_queued_again_and_ends(
    people: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    chosen, model = frozen_set(people.project), external(people, "rm-stuck")
    job = evaluations.evaluation_request(user=people.researcher, model_id=model.pk, set_id=chosen.pk)
    folder = model_selectors.evaluation_folder(job.pk)
    killed: list[int] = []

    def kill_once() -> bool:
        if not killed and (folder / "asked.json").exists():
            killed.append(json.loads((folder / launcher.PID_FILE).read_text())["pid"])
            os.kill(killed[0], signal.SIGKILL)
        return False

    messages()
    with django_capture_on_commit_callbacks(execute=True):
        evaluating.evaluation_execute(job_id=job.pk, stopping=kill_once)
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("queued", 1)
    assert messages() == [("rm_training.tasks.evaluation_run", [job.pk])]

    evaluating.evaluation_execute(job_id=job.pk, stopping=lambda: False)
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("succeeded", 2)
    moves = Event.objects.filter(subject="evaluationjob", subject_id=job.pk).order_by("id")
    assert [event.kind for event in moves] == [
        "evaluation_start", "evaluation_requeue", "evaluation_start", "evaluation_succeed",
    ]  # fmt: skip


def test_an_evaluation_whose_worker_is_lost_is_queued_again_by_the_reaper(
    people: Cast, django_capture_on_commit_callbacks: Any, settings: Any
) -> None:
    chosen, model = frozen_set(people.project), external(people, "rm-70")
    job = evaluations.evaluation_request(user=people.researcher, model_id=model.pk, set_id=chosen.pk)
    heard = timezone.now() - timedelta(seconds=settings.JOB_LOST_SECONDS + 1)
    EvaluationJob.objects.update(state="running", worker="dead", attempts=1, heartbeat_at=heard)
    messages()
    with django_capture_on_commit_callbacks(execute=True):
        assert jobs.jobs_requeue(EvaluationJob) == 1
        assert jobs.jobs_requeue(EvaluationJob) == 0
    assert messages() == [("rm_training.tasks.evaluation_run", [job.pk])]
    evaluating.evaluation_execute(job_id=job.pk, stopping=lambda: False)
    assert Evaluation.objects.get(reward_model=model, set=chosen).job == job


def test_a_worker_that_shuts_down_gives_its_evaluation_back_and_the_start_does_not_count(people: Cast) -> None:
    chosen, model = frozen_set(people.project), external(people, "rm-stuck")
    job = evaluations.evaluation_request(user=people.researcher, model_id=model.pk, set_id=chosen.pk)
    evaluating.evaluation_execute(job_id=job.pk, stopping=lambda: True)
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("queued", 0)


def test_a_model_that_cannot_be_loaded_fails_the_evaluation_with_the_reason(people: Cast) -> None:
    job = measured(people, external(people, "rm-broken"), frozen_set(people.project))
    assert (job.state, job.error_code) == ("failed", "base_not_loadable")
    assert "no weights" in job.error
    assert not Evaluation.objects.exists()


def test_an_evaluation_is_cancelled_at_once_while_queued_and_asked_to_stop_while_running(people: Cast) -> None:
    chosen, model = frozen_set(people.project), external(people, "rm-stuck")
    queued = evaluations.evaluation_request(user=people.researcher, model_id=model.pk, set_id=chosen.pk)
    assert post(people, f"evaluations/{queued.pk}/cancel").json()["state"] == "cancelled"
    assert post(people, f"evaluations/{queued.pk}/cancel").json()["code"] == "evaluation_finished"
    running = evaluations.evaluation_request(user=people.researcher, model_id=model.pk, set_id=chosen.pk)

    def cancel() -> bool:
        post(people, f"evaluations/{running.pk}/cancel")
        return False

    evaluating.evaluation_execute(job_id=running.pk, stopping=cancel)
    running.refresh_from_db()
    assert (running.state, running.cancel_requested) == ("cancelled", True)


def test_code_of_strangers_runs_only_where_the_operator_named_its_hash(people: Cast, settings: Any) -> None:
    chosen = frozen_set(people.project)
    settings.REMOTE_CODE = {"lab/theirs-70": "ab" * 32}
    told = {}
    for name in ("theirs-70", "other-70"):
        job = measured(people, external(people, name), chosen)
        told[name] = json.loads((model_selectors.evaluation_folder(job.pk) / "asked.json").read_text())
    assert told["theirs-70"][-2:] == ["--allow-code", "ab" * 32]
    assert "--allow-code" not in told["other-70"]


def test_what_was_measured_on_sets_that_share_a_benchmark_stands_together_and_is_compared(people: Cast) -> None:
    one, alike = frozen_set(people.project), frozen_set(people.project, version=2, files=set_files(n_train=8))
    other = frozen_set(people.project, version=3)
    first, second, elsewhere = (trained(people, each, good) for each, good in ((one, 60), (alike, 95), (other, 80)))

    board = get(people, f"projects/{people.project.pk}/leaderboard")
    assert [each["version"] for each in board["sets"]] == [1, 3]
    shown = [(row["model"]["id"], row["benchmark_set"]["version"], row["set"]["version"]) for row in board["rows"]]
    assert shown == [(second.pk, 1, 2), (elsewhere.pk, 3, 3), (first.pk, 1, 1)]
    for chosen in (one, alike):
        rows = get(people, f"projects/{people.project.pk}/leaderboard?set={chosen.pk}")["rows"]
        assert [row["model"]["id"] for row in rows] == [second.pk, first.pk]
        path = f"projects/{people.project.pk}/models/compare?model={second.pk}&against={first.pk}&set={chosen.pk}"
        assert get(people, path)["open"]["accuracy"]["difference"] > 0

    assert post(people, f"models/{first.pk}/evaluations", set=alike.pk).json()["code"] == "already_measured"
    assert post(people, f"models/{first.pk}/evaluations", set=other.pk).status_code == 201


def test_a_model_stands_once_on_a_benchmark_with_its_newest_figures(people: Cast) -> None:
    one, alike = frozen_set(people.project), frozen_set(people.project, version=2, files=set_files(n_train=8))
    model = trained(people, one, 60)
    metrics = model.evaluations.get().metrics | {"overall": 0.77}
    Evaluation.objects.create(reward_model=model, set=alike, metrics=metrics, overall=0.77)
    rows = get(people, f"projects/{people.project.pk}/leaderboard")["rows"]
    assert [(row["overall"], row["benchmark_set"]["version"]) for row in rows] == [(0.77, 1)]
