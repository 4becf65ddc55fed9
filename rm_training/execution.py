"""How a worker carries out a run: takes it, prepares its folder, has the engine train, and writes down what came of it.

The row is the truth. The worker holds it by a claim of its own and gives signs of life; once another claim holds the
row, whether or not this worker noticed, nothing it writes reaches the row any more.
"""

import errno
import hashlib
import json
import logging
import os
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from annotate.domain.states import RunState, Subset
from annotate.problems import Problem
from annotate.selectors.sets import BENCHMARK_FILES, TRAINING_FILE, DamagedSet, set_files_fetch
from rm_training import launcher, selectors
from rm_training.launcher import Ending, Order, Outcome, Position
from rm_training.models import Evaluation, RewardModel, TrainingRun
from rm_training.moves import run_move
from rm_training.services import run_fail, run_release

logger = logging.getLogger(__name__)

NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
HASH_BYTES = 8 * 1024 * 1024
METRICS_BYTES = 16 * 1024 * 1024


def run_execute(*, run_id: int, stopping: Callable[[], bool]) -> None:
    """Carry out a queued run to its end; do nothing if it is not queued, so that a second message trains nothing twice.

    `stopping` tells whether this worker is to shut down; the engine then saves and the run is queued again.
    """
    claim = Claim.take(run_id, stopping)
    if claim is None:
        logger.info("Run %s is not queued; nothing to do.", run_id)
        return
    try:
        _carry_out(claim)
    except OSError as error:
        if error.errno not in NO_SPACE:
            _fail_unexpected(claim, error)
            raise
        claim.fail("disk_full", f"No space is left on the disk of the run folder ({error}).")
    except Problem as problem:
        claim.fail(problem.code, str(problem.message))
    except DamagedSet as damage:
        claim.fail("set_damaged", str(damage))
    except (OperationalError, InterfaceError):
        # The database is what failed, not the run: the reaper queues it again, and it goes on from its checkpoint.
        raise
    except Exception as error:
        _fail_unexpected(claim, error)
        raise


def _fail_unexpected(claim: "Claim", error: Exception) -> None:
    claim.fail("worker_error", f"The worker met an unexpected error: {type(error).__name__}: {error}")


class Claim:
    """This worker's hold on a run, from taking it to letting it go; also what the launcher asks how to go on."""

    def __init__(self, run: TrainingRun, stopping: Callable[[], bool]) -> None:
        self.run = run
        self.worker = run.worker
        self.position = Position()
        self._stopping = stopping
        self._heard = time.monotonic()

    @classmethod
    def take(cls, run_id: int, stopping: Callable[[], bool]) -> "Claim | None":
        """Take a queued run; None if it is not queued, or somebody else was faster."""
        run = TrainingRun.objects.filter(pk=run_id).first()
        taken = run is not None and run_move(
            run,
            "start",
            worker=f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex}"[-200:],
            heartbeat_at=timezone.now(),
            started_at=Coalesce("started_at", Now()),
            attempts=F("attempts") + 1,
        )
        return cls(run, stopping) if run is not None and taken else None

    def ask(self, position: Position) -> Order:
        """Note how far the engine is; tell whether it is to go on."""
        if position.total_steps:
            self.position = position
        order = self.beat(at_once=position.benchmarking and self.run.state == RunState.RUNNING)
        return Order.INTERRUPT if order is Order.GO and self._stopping() else order

    def beat(self, *, at_once: bool = False) -> Order:
        """Give a sign of life if one is due, or `at_once`; ABANDON once the run is, or may well be, somebody else's."""
        silence = time.monotonic() - self._heard
        if silence < settings.JOB_HEARTBEAT_SECONDS and not at_once:
            return Order.GO
        try:
            if self.position.benchmarking and self.run.state == RunState.RUNNING:
                run_move(self.run, "benchmark", held_by=self.worker)
            held = self._rows().update(heartbeat_at=timezone.now(), **self._steps())
            wanted = self._rows().values_list("cancel_requested", flat=True).first()
        except (OperationalError, InterfaceError):
            logger.warning("Run %s: the database does not answer.", self.run.pk, exc_info=True)
            connection.close_if_unusable_or_obsolete()
            return Order.GO if silence < settings.JOB_LOST_SECONDS else Order.ABANDON
        self._heard = time.monotonic()
        if not held:
            return Order.ABANDON
        return Order.CANCEL if wanted else Order.GO

    def _rows(self) -> QuerySet[TrainingRun]:
        held = (RunState.RUNNING, RunState.BENCHMARKING)
        return TrainingRun.objects.filter(pk=self.run.pk, worker=self.worker, state__in=held)

    def _steps(self) -> dict[str, Any]:
        """Return the step reached; nothing before the engine has said how far its checkpoint had got."""
        at = self.position
        return {"step": at.step, "total_steps": at.total_steps} if at.total_steps else {}

    @transaction.atomic
    def fail(self, code: str, message: str) -> None:
        """End the run with a reason."""
        self._rows().update(heartbeat_at=timezone.now(), **self._steps())
        run_fail(self.run, held_by=self.worker, code=code, message=message)

    @transaction.atomic
    def release(self, reason: str, *, counted: bool) -> None:
        """Give the run back to the queue."""
        self._rows().update(heartbeat_at=timezone.now(), **self._steps())
        run_release(run_id=self.run.pk, held_by=self.worker, reason=reason, counted=counted)

    def cancel(self) -> None:
        """End the run as somebody wished."""
        run_move(self.run, "cancel", held_by=self.worker, finished_at=timezone.now(), **self._steps())

    def succeed(self, model: "ModelFolder", metrics: dict[str, Any]) -> None:
        """Write model and evaluation down and end the run, all or nothing."""
        measured = {name: value for name, value in metrics.items() if name != "training"}
        with transaction.atomic():
            if not run_move(self.run, "succeed", held_by=self.worker, finished_at=timezone.now(), **self._steps()):
                return
            reward_model = RewardModel.objects.create(
                run=self.run,
                name=self.run.name,
                sha256=model.sha256,
                bytes=sum(size for _, size in model.files),
                files=[{"name": name, "bytes": size} for name, size in model.files],
                training=metrics["training"],
            )
            if any(subset.value in measured for subset in Subset):
                Evaluation.objects.create(
                    reward_model=reward_model, set_id=self.run.set_id, metrics=measured, overall=measured["overall"]
                )


def _carry_out(claim: Claim) -> None:
    folder = selectors.run_folder(claim.run.pk)
    configuration = _prepared(claim.run, folder)
    outcome = launcher.follow(launcher.training_command(configuration, settings.TRAIN_PROCESSES), folder, ask=claim.ask)
    _conclude(claim, outcome, folder)


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


def _conclude(claim: Claim, outcome: Outcome, folder: Path) -> None:
    match outcome.ending:
        case Ending.SUCCEEDED:
            _accept(claim, folder)
        case Ending.FAILED:
            claim.fail(outcome.code, outcome.message)
        case Ending.CANCELLED:
            claim.cancel()
        case Ending.INTERRUPTED:
            claim.release("Its worker was shut down.", counted=False)
        case Ending.KILLED:
            claim.release(outcome.message, counted=True)
        case Ending.ABANDONED:
            logger.warning("Run %s is no longer held by %s; its engine was stopped.", claim.run.pk, claim.worker)


def _accept(claim: Claim, folder: Path) -> None:
    """Check what the engine left behind before anything of it counts."""
    try:
        metrics = _metrics(folder / "metrics.json")
        model = ModelFolder(folder / "model", claim.beat)
    except (FileNotFoundError, ValueError) as error:
        claim.fail("engine_output_missing", f"The engine ended well but its results are not there: {error}")
        return
    claim.succeed(model, metrics)


def _metrics(path: Path) -> dict[str, Any]:
    """Return metrics.json. Raises ValueError if it is not what the engine writes."""
    with path.open("rb") as file:
        metrics = json.loads(file.read(METRICS_BYTES))
    if not isinstance(metrics, dict) or not isinstance(metrics.get("training"), dict):
        raise ValueError(f"{path.name} lacks the figures of the training")
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
