"""A frozen preference set, and the tiny base that the real engine trains from in seconds."""

import hashlib
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import call_command

from annotate.domain.states import Adapter
from annotate.exchange.files_out import joint_sha256
from annotate.models import PreferenceSet, Project
from annotate.selectors.sets import BENCHMARK_FILES, set_files_fetch
from rm_training import evaluating, evaluations, execution, launcher, selectors, services
from rm_training.models import EvaluationJob, RewardModel, TrainingRun
from tests.people import Cast
from tests.rm_training.stand_in import measure

# Three epochs of ten steps: enough to be killed in the middle, done within seconds on a CPU.
QUICK = {
    "epochs": 3,
    "batch_responses": 6,
    "learning_rate": 1e-3,
    "max_length": 128,
    "save_steps": 2,
    "device": "cpu",
    "regularization": 0.01,
}
N_STEPS = 30


def prompt_line(number: int, category: str, *, benchmark: bool) -> dict[str, Any]:
    """Return a prompt of FORMATS 2 whose better responses answer, and whose worse ones do not."""
    responses = {
        "a": f"{number} 加 {number} 等于 {2 * number}，这是两个相同的数相加。",
        "b": f"等于 {2 * number}。",
        "c": "不知道，不想回答，你自己看着办吧。",
    }
    line: dict[str, Any] = {
        "input": f"请问 {number} 加 {number} 等于多少？",
        "responses": [{"id": key, "content": text} for key, text in responses.items()],
        "annotations": [["a", "b", "1"], ["a", "c", "1"], ["b", "c", "1"]],
    }
    return line | {"rank": {"a": "1", "b": "2", "c": "3"}, "category": [category]} if benchmark else line


def set_files(n_train: int = 20, n_benchmark: int = 6, benchmark: int = 1) -> dict[str, bytes]:
    """Return the training and benchmark files of a set, with no prompt in two of them; benchmarks may differ."""
    numbers = {
        "cheems_train.jsonl": range(n_train),
        "cheems_bench/open.jsonl": range(1000 * benchmark, 1000 * benchmark + n_benchmark),
        "cheems_bench/human.jsonl": range(1000 * benchmark + 500, 1000 * benchmark + 500 + n_benchmark),
    }
    return {
        name: "".join(
            json.dumps(prompt_line(n, "数学", benchmark="bench" in name), ensure_ascii=False) + "\n" for n in chosen
        ).encode()
        for name, chosen in numbers.items()
    }


def frozen_set(project: Project, *, version: int = 1, files: dict[str, bytes] | None = None) -> PreferenceSet:
    """Return a frozen set of the project, with its files in the artifact store; each version has its benchmark."""
    files = files or set_files(benchmark=version)
    listed = [{"name": n, "bytes": len(b), "sha256": hashlib.sha256(b).hexdigest()} for n, b in files.items()]
    chosen = PreferenceSet.objects.create(
        project=project,
        name="加法",
        version=version,
        state="frozen",
        sha256=hashlib.sha256(json.dumps(listed).encode()).hexdigest(),
        benchmark_sha256=joint_sha256(file for file in listed if file["name"] in BENCHMARK_FILES.values()),
        statistics={"counts": {"train": {"prompts": 20, "responses": 60, "pairs": 60}}, "files": listed},
    )
    for name, content in files.items():
        # A rolled-back test leaves its files behind, and the next one may get the same id.
        storages["artifacts"].delete(f"{chosen.folder}/{name}")
        storages["artifacts"].save(f"{chosen.folder}/{name}", ContentFile(content))
    return chosen


def queued_run(people: Cast, *, base: str = "tiny", chosen: PreferenceSet | None = None, **params: Any) -> TrainingRun:
    """Return a queued run of the cast's researcher, quick unless told otherwise."""
    chosen = chosen or frozen_set(people.project)
    return services.run_create(
        user=people.researcher,
        project_id=people.project.pk,
        set_id=chosen.pk,
        base=base,
        params=QUICK | params,
    )


def messages(name: str = "gpu") -> list[tuple[str, list[int]]]:
    """Take every message from a queue of the broker and return (task, arguments) of each."""
    taken = []
    with current_app.connection_for_read() as connection:
        queue = current_app.amqp.queues[name].bind(connection.default_channel)
        queue.declare()
        while message := queue.get(no_ack=True):
            taken.append((message.headers["task"], json.loads(message.body)[0]))
    return taken


@pytest.fixture(scope="session")
def tiny_base() -> Path:
    """Return the folder of the tiny base, built by the command from the demo's own text."""
    call_command("build_tiny_base", verbosity=0)
    return settings.BASES_DIR / "tiny"


@pytest.fixture(autouse=True)
def own_runs(settings: Any, tmp_path: Path) -> Path:
    """Give every test run folders of its own: ids start again where a database is rolled back."""
    settings.RUNS_DIR = tmp_path / "runs"
    return settings.RUNS_DIR


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """Have evaluations done by a stand-in for the engine, and look at it often: it is over at once."""
    settings.JOB_HEARTBEAT_SECONDS = 0
    script = str(Path(__file__).with_name("stand_in.py"))
    monkeypatch.setattr(launcher, "engine_command", lambda *arguments: [sys.executable, "-P", script, *arguments])
    monkeypatch.setattr(launcher.follow, "__kwdefaults__", {**launcher.follow.__kwdefaults__, "poll_seconds": 0.02})


def external(people: Cast, name: str, adapter: str = "auto") -> RewardModel:
    """Return a registered external model; its name says how good it is."""
    return evaluations.model_register(
        user=people.researcher,
        project_id=people.project.pk,
        name="",
        source=f"lab/{name}",
        adapter=Adapter(adapter),
    )


def measured(people: Cast, model: RewardModel, chosen: PreferenceSet) -> EvaluationJob:
    """Have a model measured on a set, and return the job as it ended."""
    job = evaluations.evaluation_request(user=people.researcher, model_id=model.pk, set_id=chosen.pk)
    evaluating.evaluation_execute(job_id=job.pk, stopping=lambda: False)
    job.refresh_from_db()
    return job


def trained(people: Cast, chosen: PreferenceSet, skill: int, *, outcomes: bool = True) -> RewardModel:
    """Return a model trained on a set as the worker leaves it, as good as `skill`, with its outcomes unless told."""
    return finished(queued_run(people, chosen=chosen), skill, outcomes=outcomes)


def finished(run: TrainingRun, skill: int, *, outcomes: bool = True) -> RewardModel:
    """Return the model of a queued run as the worker leaves it, as good as `skill`, with its outcomes unless told."""
    TrainingRun.objects.filter(pk=run.pk).update(state="running", worker="w")
    run.refresh_from_db()
    folder = selectors.run_folder(run.pk)
    (folder / "model").mkdir(parents=True, exist_ok=True)
    (folder / "model" / "model.safetensors").write_bytes(b"weights %d" % run.pk)
    set_files_fetch(run.set_id, folder / "data")
    files = {subset: folder / "data" / name for subset, name in BENCHMARK_FILES.items()}
    filled = {subset: path for subset, path in files.items() if path.stat().st_size}
    metrics = measure(filled, folder / "benchmark", skill)
    if not outcomes:
        shutil.rmtree(folder / "benchmark")
    training = {"steps": 3, "objective": "joint", "notes": ["fell back to SDPA"]}
    claim = execution.RunClaim(run, lambda: False)
    claim.succeed(execution.ModelFolder(folder / "model", lambda: None), metrics | {"training": training})
    return RewardModel.objects.get(run=run)
