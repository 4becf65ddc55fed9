"""The training API: who may do what, what is refused and why, what is shown."""

from pathlib import Path
from typing import Any

import pytest
from celery import Celery, current_app
from django.conf import settings as site

from annotate.domain.states import RoleName
from annotate.models import PreferenceSet
from annotate.services.projects import member_set
from rm_training import selectors
from rm_training.hyperparameters import HYPERPARAMETERS
from rm_training.models import Evaluation, RewardModel, TrainingRun
from tests.people import Cast, cast
from tests.rm_training.conftest import frozen_set, messages, queued_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(people: Cast) -> TrainingRun:
    return queued_run(people)


def ask_all(people: Cast, user: Any, run: TrainingRun) -> set[int]:
    """Call every endpoint of the training API as `user` and return the status codes."""
    client, project = people.client(user), f"/api/projects/{people.project.pk}"
    body = {"set": run.set_id, "base": "tiny", "params": {}}
    answers = [
        client.get(f"{project}/runs"),
        client.post(f"{project}/runs", body, format="json"),
        client.get(f"{project}/bases"),
        client.get(f"{project}/leaderboard"),
        client.get(f"/api/runs/{run.pk}"),
        client.get(f"/api/runs/{run.pk}/progress"),
        client.get(f"/api/runs/{run.pk}/log"),
        client.post(f"/api/runs/{run.pk}/cancel"),
        client.post(f"/api/runs/{run.pk}/resume"),
    ]
    return {answer.status_code for answer in answers}


def test_only_owner_and_researcher_see_and_start_runs(people: Cast, run: TrainingRun) -> None:
    assert ask_all(people, people.owner, run) == {200, 201}
    assert ask_all(people, people.researcher, run) == {200, 201}
    assert ask_all(people, people.annotators[0], run) == {403}
    assert ask_all(people, people.lead, run) == {403}
    assert ask_all(people, people.outsider, run) == {404}


def test_a_researcher_of_another_project_is_an_outsider_here(people: Cast, run: TrainingRun) -> None:
    other = cast()
    assert ask_all(people, other.researcher, run) == {404}


def create(people: Cast, **body: Any) -> Any:
    asked = {"base": "tiny", "params": {}} | body
    return people.client(people.researcher).post(f"/api/projects/{people.project.pk}/runs", asked, format="json")


def test_a_created_run_is_queued_with_a_message_for_the_gpu_worker(
    people: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    chosen = frozen_set(people.project)
    messages()
    with django_capture_on_commit_callbacks(execute=True):
        answer = create(people, set=chosen.pk, params={"epochs": 3})

    body = answer.json()
    assert answer.status_code == 201
    assert (body["state"], body["params"], body["base"]) == ("queued", {"epochs": 3}, "tiny")
    assert body["set"] == {"id": chosen.pk, "name": "加法", "version": 1, "sha256": chosen.sha256}
    assert (body["model"], body["metrics"], body["started_at"]) == (None, None, None)
    assert messages() == [("rm_training.tasks.run_train", [body["id"]])]


def test_every_message_and_every_beat_names_a_task_that_celery_knows() -> None:
    current_app.loader.import_default_modules()
    scheduled = {entry["task"] for entry in site.CELERY_BEAT_SCHEDULE.values() if "rm_training" in entry["task"]}
    assert {"rm_training.tasks.run_train", *scheduled} <= set(current_app.tasks)
    assert scheduled == {"rm_training.tasks.runs_requeue"}


def test_a_lost_broker_loses_no_run(
    people: Cast,
    django_capture_on_commit_callbacks: Any,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chosen = frozen_set(people.project)
    # Nothing listens on port 9 of this machine. Celery prefers the variable, where it is set, to what an app is told.
    monkeypatch.setenv("CELERY_BROKER_URL", "redis://127.0.0.1:9/0")
    ours, unreachable = current_app._get_current_object(), Celery("unreachable")
    unreachable.set_current()
    try:
        with django_capture_on_commit_callbacks(execute=True):
            answer = create(people, set=chosen.pk)
    finally:
        ours.set_current()
    assert "The broker took no message" in caplog.text
    assert answer.status_code == 201
    assert TrainingRun.objects.get(pk=answer.json()["id"]).state == "queued"


@pytest.mark.parametrize(
    ("params", "field", "code", "told"),
    [
        ({"learning_rat": 1}, "params.learning_rat", "unknown_key", "learning_rate"),
        ({"epochs": "two"}, "params.epochs", "wrong_type", "int"),
        ({"epochs": 0}, "params.epochs", "out_of_range", "1 – 1000"),
        ({"device": "tpu"}, "params.device", "not_a_choice", "auto, cpu, cuda"),
        ({"out": "/etc"}, "params.out", "unknown_key", ""),
    ],
)
def test_a_wrong_hyperparameter_is_refused_by_name(
    people: Cast, params: dict[str, Any], field: str, code: str, told: str
) -> None:
    answer = create(people, set=frozen_set(people.project).pk, params=params)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_params")
    (error,) = answer.json()["errors"]
    assert (error["field"], error["code"]) == (field, code)
    assert told in error["message"]
    assert not TrainingRun.objects.exists()


@pytest.mark.parametrize(
    "base", ["../../etc", "a/b/c", "-x", "relative/../x", "有 空格", "/tmp/new\nline", "http://host/model", ""]
)
def test_what_is_no_folder_and_no_name_is_refused_as_a_base(people: Cast, base: str) -> None:
    answer = create(people, set=frozen_set(people.project).pk, base=base)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "base")


@pytest.mark.parametrize("base", ["tiny", "Qwen/Qwen2.5-0.5B", "modelscope:Qwen/Qwen2.5-0.5B", "/models/qwen"])
def test_folders_and_names_of_hubs_are_bases(people: Cast, base: str) -> None:
    assert create(people, set=frozen_set(people.project).pk, base=base).status_code == 201


def test_a_model_trained_in_a_run_folder_is_no_base_for_others(people: Cast) -> None:
    answer = create(people, set=frozen_set(people.project).pk, base=str(selectors.run_folder(1) / "model"))
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_base")


def test_only_a_frozen_set_of_the_project_can_be_trained_on(people: Cast) -> None:
    freezing = PreferenceSet.objects.create(project=people.project, name="未完", version=1, state="freezing")
    other = cast()
    member_set(project=other.project, username=people.researcher.username, roles=[RoleName.RESEARCHER], actor=None)

    assert create(people, set=freezing.pk).json()["code"] == "set_not_frozen"
    assert create(people, set=frozen_set(other.project).pk).json()["code"] == "foreign_set"
    assert create(people, set=10**6).status_code == 404
    assert create(people).status_code == 400


def test_a_queued_run_is_cancelled_at_once_and_only_a_stopped_one_resumes(people: Cast, run: TrainingRun) -> None:
    client = people.client(people.researcher)
    assert client.post(f"/api/runs/{run.pk}/resume").json()["code"] == "run_not_stopped"
    assert client.post(f"/api/runs/{run.pk}/cancel").json()["state"] == "cancelled"
    assert client.post(f"/api/runs/{run.pk}/cancel").json()["code"] == "run_finished"
    resumed = client.post(f"/api/runs/{run.pk}/resume").json()
    assert (resumed["state"], resumed["attempts"], resumed["finished_at"]) == ("queued", 0, None)


def test_a_running_run_is_asked_to_stop(people: Cast, run: TrainingRun) -> None:
    TrainingRun.objects.filter(pk=run.pk).update(state="running", worker="w")
    answer = people.client(people.researcher).post(f"/api/runs/{run.pk}/cancel").json()
    assert (answer["state"], answer["cancel_requested"]) == ("running", True)


def test_runs_come_newest_first_page_by_page_in_as_many_queries_however_many_they_are(
    people: Cast, django_assert_max_num_queries: Any
) -> None:
    chosen = frozen_set(people.project)
    made = [queued_run(people, chosen=chosen).pk for _ in range(5)]
    client = people.client(people.researcher)
    with django_assert_max_num_queries(10):
        first = client.get(f"/api/projects/{people.project.pk}/runs?limit=3").json()
    second = client.get(f"/api/projects/{people.project.pk}/runs?limit=3&cursor={first['next']}").json()
    assert [row["id"] for row in first["results"] + second["results"]] == sorted(made, reverse=True)
    assert second["next"] is None


def test_progress_is_read_from_where_the_page_left_off(people: Cast, run: TrainingRun) -> None:
    client, path = people.client(people.researcher), f"/api/runs/{run.pk}/progress"
    assert client.get(path).json() == {"rows": [], "next": 0, "state": "queued"}

    folder = selectors.run_folder(run.pk)
    folder.mkdir(parents=True)
    (folder / "progress.jsonl").write_text('{"step": 1}\n{"step": 2}\n{"st')
    assert client.get(f"{path}?after=1").json() == {"rows": [{"step": 2}], "next": 2, "state": "queued"}
    assert client.get(f"{path}?after=2").json()["next"] == 2
    assert client.get(f"{path}?after=-1").status_code == 400
    assert client.get(f"{path}?after=x").status_code == 400


def test_a_page_that_saw_more_rows_than_are_left_after_a_resume_starts_over(people: Cast, run: TrainingRun) -> None:
    folder = selectors.run_folder(run.pk)
    folder.mkdir(parents=True)
    (folder / "progress.jsonl").write_text('{"step": 1}\n{"step": 2}\n')
    answer = people.client(people.researcher).get(f"/api/runs/{run.pk}/progress?after=7").json()
    assert (answer["rows"], answer["next"]) == ([], 2)


def test_the_log_is_read_in_whole_characters_and_by_default_from_its_end(people: Cast, run: TrainingRun) -> None:
    client, path = people.client(people.researcher), f"/api/runs/{run.pk}/log"
    assert client.get(path).json() == {"text": "", "next": 0}

    folder = selectors.run_folder(run.pk)
    folder.mkdir(parents=True)
    (folder / "log.txt").write_bytes("步骤一\n".encode() + "步".encode()[:2])
    first = client.get(f"{path}?offset=0").json()
    assert first == {"text": "步骤一\n", "next": 10}
    with (folder / "log.txt").open("ab") as log:
        log.write("步".encode()[2:] + b"x" * selectors.LOG_BYTES)
    assert client.get(f"{path}?offset=10").json()["text"].startswith("步x")
    assert client.get(path).json()["text"] == "x" * selectors.LOG_BYTES


def test_the_bases_are_those_built_and_those_the_installation_names(
    people: Cast, settings: Any, tmp_path: Path
) -> None:
    settings.BASES_DIR = tmp_path / "bases"
    (settings.BASES_DIR / "tiny").mkdir(parents=True)
    (settings.BASES_DIR / "tiny" / "config.json").write_text("{}")
    (settings.BASES_DIR / "half-copied").mkdir()
    settings.EXTRA_BASES = ["/models/qwen2.5-7b", "Qwen/Qwen2.5-0.5B"]

    body = people.client(people.researcher).get(f"/api/projects/{people.project.pk}/bases").json()
    assert body["default"] == "tiny"
    assert body["results"] == [
        {"name": "tiny", "label": "tiny", "params": {}},
        {"name": "/models/qwen2.5-7b", "label": "qwen2.5-7b", "params": {}},
        {"name": "Qwen/Qwen2.5-0.5B", "label": "Qwen/Qwen2.5-0.5B", "params": {}},
    ]


def offer(settings: Any, folder: Path, recommended: str) -> None:
    """Offer a base "tiny", and one outside the site's own folder, which both recommend this."""
    settings.BASES_DIR = folder / "bases"
    settings.EXTRA_BASES = [str(folder / "elsewhere")]
    for base in (folder / "bases" / "tiny", folder / "elsewhere"):
        base.mkdir(parents=True)
        (base / "config.json").write_text("{}")
        (base / "recommended.json").write_text(recommended, encoding="utf-8")


def test_bases_come_with_what_their_folders_recommend(people: Cast, settings: Any, tmp_path: Path) -> None:
    offer(settings, tmp_path, '{"learning_rate": 0.001, "max_steps": null}')
    body = people.client(people.researcher).get(f"/api/projects/{people.project.pk}/bases").json()
    assert [base["params"] for base in body["results"]] == [{"learning_rate": 0.001, "max_steps": None}] * 2


@pytest.mark.parametrize(
    ("recommended", "told"),
    [("{", "Expecting"), ("[1]", "JSON object"), ('{"epochs": 0}', "out_of_range"), ('{"out": "/etc"}', "unknown_key")],
)
def test_a_base_whose_recommendation_is_wrong_is_offered_without_it(
    people: Cast, settings: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture, recommended: str, told: str
) -> None:
    offer(settings, tmp_path, recommended)
    body = people.client(people.researcher).get(f"/api/projects/{people.project.pk}/bases").json()
    assert [base["params"] for base in body["results"]] == [{}, {}]
    assert "recommended.json" in caplog.text
    assert told in caplog.text


def test_a_run_by_api_has_just_the_parameters_it_was_given(people: Cast, settings: Any, tmp_path: Path) -> None:
    offer(settings, tmp_path, '{"epochs": 6}')
    assert create(people, set=frozen_set(people.project).pk).json()["params"] == {}


def test_a_run_says_which_project_it_belongs_to(people: Cast, run: TrainingRun) -> None:
    body = people.client(people.researcher).get(f"/api/runs/{run.pk}").json()
    assert body["project"] == people.project.pk


def test_the_form_learns_every_setting(people: Cast) -> None:
    body = people.client(people.researcher).get("/api/hyperparameters").json()
    assert [row["name"] for row in body] == [parameter.name for parameter in HYPERPARAMETERS]
    by_name = {row["name"]: row for row in body}
    assert by_name["warmup_ratio"] == {
        "name": "warmup_ratio", "type": "float", "default": 0.1, "min": 0.0, "max": 1.0, "choices": [],
    }  # fmt: skip
    assert by_name["scheduler"]["choices"] == ["cosine", "linear", "constant"]


def evaluated(people: Cast, chosen: PreferenceSet, overall: float | None) -> Evaluation:
    run = queued_run(people, chosen=chosen)
    model = RewardModel.objects.create(project_id=run.project_id, run=run, name=run.name, sha256="0" * 64, bytes=1)
    figures = {"accuracy": 0.8, "exact_match": 0.5, "n_prompts": 3, "n_pairs": 9}
    metrics = {"open": figures, "human": figures, "overall": overall}
    return Evaluation.objects.create(reward_model=model, set=chosen, metrics=metrics, overall=overall)


def test_the_leaderboard_is_best_first_by_set_and_blind_to_other_projects(
    people: Cast, django_assert_max_num_queries: Any
) -> None:
    one, two = frozen_set(people.project), frozen_set(people.project, version=2)
    worse, best, unmeasured = evaluated(people, one, 0.6), evaluated(people, two, 0.9), evaluated(people, one, None)
    other = cast()
    evaluated(other, frozen_set(other.project), 0.99)
    client, path = people.client(people.researcher), f"/api/projects/{people.project.pk}/leaderboard"

    with django_assert_max_num_queries(8):
        board = client.get(path).json()
    models = [row["model"]["id"] for row in board["rows"]]
    assert models == [best.reward_model_id, worse.reward_model_id, unmeasured.reward_model_id]
    assert board["sets"] == [
        {"id": one.pk, "name": "加法", "version": 1},
        {"id": two.pk, "name": "加法", "version": 2},
    ]
    assert board["rows"][0]["open"]["accuracy"] == 0.8
    assert board["rows"][0]["benchmark_set"]["id"] == two.pk

    only_one = client.get(f"{path}?set={one.pk}").json()
    assert [row["overall"] for row in only_one["rows"]] == [0.6, None]
    assert len(only_one["sets"]) == 2
