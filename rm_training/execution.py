"""How a worker carries out a run: prepares its folder, has the engine train, and writes down what came of it."""

import hashlib
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from annotate.domain.states import ModelKind, RunState, Subset
from annotate.selectors.sets import BENCHMARK_FILES, TRAINING_FILE, set_files_fetch
from rm_training import launcher, selectors
from rm_training.claims import Claim, carry_out, conclude
from rm_training.launcher import Order, Position
from rm_training.models import Evaluation, RewardModel, TrainingRun
from rm_training.moves import job_move
from rm_training.promotions import promotion_propose

logger = logging.getLogger(__name__)

HASH_BYTES = 8 * 1024 * 1024
METRICS_BYTES = 16 * 1024 * 1024


def run_execute(*, run_id: int, stopping: Callable[[], bool]) -> None:
    """Carry out a queued run to its end; do nothing if it is not queued, so that a second message trains nothing twice.

    `stopping` tells whether this worker is to shut down; the engine then saves and the run is queued again.
    """
    claim = RunClaim.take(TrainingRun, run_id, stopping)
    if claim is None:
        logger.info("Run %s is not queued; nothing to do.", run_id)
        return
    carry_out(claim, _train)


class RunClaim(Claim[TrainingRun]):
    """This worker's hold on a run."""

    def __init__(self, job: TrainingRun, stopping: Callable[[], bool]) -> None:
        super().__init__(job, stopping)
        self.position = Position()

    def ask(self, position: Position) -> Order:
        """Note how far the engine is; tell whether it is to go on."""
        if position.total_steps:
            self.position = position
        if self._benchmark_begins():
            order = self.beat(at_once=True)
            return Order.INTERRUPT if order is Order.GO and self._stopping() else order
        return super().ask(position)

    def _benchmark_begins(self) -> bool:
        return self.position.benchmarking and self.job.state == RunState.RUNNING

    def _before_beat(self) -> None:
        if self._benchmark_begins():
            job_move(self.job, "benchmark", held_by=self.worker)

    def _reached(self) -> dict[str, Any]:
        """Return the step reached; nothing before the engine has said how far its checkpoint had got."""
        at = self.position
        return {"step": at.step, "total_steps": at.total_steps} if at.total_steps else {}

    def succeed(self, model: "ModelFolder", metrics: dict[str, Any]) -> None:
        """Write model and evaluation down and end the run, all or nothing."""
        run = self.job
        measured = {name: value for name, value in metrics.items() if name != "training"}
        with transaction.atomic():
            if not job_move(run, "succeed", held_by=self.worker, finished_at=timezone.now(), **self._reached()):
                return
            reward_model = RewardModel.objects.create(
                project_id=run.project_id,
                kind=ModelKind.TRAINED,
                run=run,
                name=run.name,
                sha256=model.sha256,
                bytes=sum(size for _, size in model.files),
                files=[{"name": name, "bytes": size} for name, size in model.files],
                training=metrics["training"],
                created_by_id=run.created_by_id,
            )
            if any(subset.value in measured for subset in Subset):
                Evaluation.objects.create(
                    reward_model=reward_model, set_id=run.set_id, metrics=measured, overall=measured["overall"]
                )
                promotion_propose(reward_model, run.set_id)


def _train(claim: RunClaim) -> None:
    folder = selectors.run_folder(claim.job.pk)
    configuration = _prepared(claim.job, folder)
    outcome = launcher.follow(launcher.training_command(configuration, settings.TRAIN_PROCESSES), folder, ask=claim.ask)
    conclude(claim, outcome, lambda held: _accept(held, folder))


def _prepared(run: TrainingRun, folder: Path) -> Path:
    """Fetch the files of the set into the run folder and write run.json; return its path."""
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    set_files_fetch(run.set_id, data)
    # A set may have been frozen without a benchmark; its file is then empty, and no subset to measure anything on.
    subsets = {subset: data / name for subset, name in BENCHMARK_FILES.items() if (data / name).stat().st_size}
    configuration = {
        **run.params,
        "base": selectors.base_location(run.base),
        "train": [str(data / TRAINING_FILE)],
        "benchmark": {subset: str(path) for subset, path in subsets.items()},
        "out": str(folder),
        "parallel": settings.TRAIN_PARALLEL,
        "report_to": list(settings.TRAIN_REPORT_TO),
    }
    path = folder / "run.json"
    path.write_text(json.dumps(configuration, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return path


def _accept(claim: RunClaim, folder: Path) -> None:
    claim.succeed(ModelFolder(folder / "model", claim.beat), _metrics(folder / "metrics.json"))


def _metrics(path: Path) -> dict[str, Any]:
    metrics = metrics_read(path)
    if not isinstance(metrics.get("training"), dict):
        raise ValueError(f"{path.name} lacks the figures of the training")
    return metrics


def metrics_read(path: Path) -> dict[str, Any]:
    """Return metrics.json with "overall" at least None. Raises FileNotFoundError, ValueError."""
    with path.open("rb") as file:
        metrics = json.loads(file.read(METRICS_BYTES))
    if not isinstance(metrics, dict):
        raise ValueError(f"{path.name} is no object of figures")
    return {"overall": None} | metrics


class ModelFolder:
    """What lies in a model folder: names and sizes of its plain files, and the hash of its weights.

    The weights are one safetensors file, whose SHA-256 this is, or several shards, in which case it is the SHA-256 of
    the lines "<sha256>  <name>" sorted by name, as sha256sum prints them. Raises ValueError where there are none.
    """

    def __init__(self, folder: Path, beat: Callable[[], object]) -> None:
        self.files = [(path.name, path.stat().st_size) for path in sorted(folder.iterdir()) if _is_plain(path)]
        weights = [name for name, _ in self.files if name.endswith(".safetensors")]
        if not weights:
            raise ValueError(f"{folder.name} holds no weights")
        digests = {name: _sha256(folder / name, beat) for name in weights}
        listed = "".join(f"{digest}  {name}\n" for name, digest in digests.items())
        self.sha256 = digests[weights[0]] if len(weights) == 1 else hashlib.sha256(listed.encode()).hexdigest()


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _sha256(path: Path, beat: Callable[[], object]) -> str:
    digest = hashlib.sha256()
    for block in _blocks(path):
        digest.update(block)
        beat()  # hashing 100 GB takes longer than a worker may be silent
    return digest.hexdigest()


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(HASH_BYTES):
            yield block
