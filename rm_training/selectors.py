"""Every query about runs, reward models and bases, scoped to a person."""

import codecs
import json
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Prefetch, QuerySet

from annotate.permissions import Right
from annotate.selectors.access import project_get, scoped_get
from rm_training import hyperparameters
from rm_training.models import Evaluation, TrainingRun

if TYPE_CHECKING:
    from annotate.models import User

logger = logging.getLogger(__name__)

DEFAULT_BASE = "tiny"
RECOMMENDED_FILE = "recommended.json"
PROGRESS_ROWS = 2000
LOG_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Base:
    """A base model that the site offers: `name` goes into a run, `label` is for people, `params` it recommends."""

    name: str
    label: str
    params: Mapping[str, hyperparameters.Value] = field(default_factory=dict)


def bases() -> list[Base]:
    """Return the base models built or copied into BASES_DIR, then those that the installation names."""
    folder: Path = settings.BASES_DIR
    built = sorted(path.parent.name for path in folder.glob("*/config.json"))
    extra = {name: Path(name).name if Path(name).is_absolute() else name for name in settings.EXTRA_BASES}
    labels = {name: name for name in built} | {name: extra[name] for name in extra if name not in built}
    return [Base(name, label, recommended(name)) for name, label in labels.items()]


def recommended(base: str) -> dict[str, hyperparameters.Value]:
    """Return the hyperparameters that the folder of a base recommends in RECOMMENDED_FILE; none for a hub's name.

    A file that holds anything but good hyperparameters recommends nothing, and the log says why: a base is worth
    offering all the same.
    """
    folder = Path(base_location(base))
    if not folder.is_absolute():
        return {}
    path = folder / RECOMMENDED_FILE
    try:
        given = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        logger.warning("%s is passed over: %s", path, error)
        return {}
    faults = hyperparameters.faults(given) if isinstance(given, dict) else "not a JSON object"
    if faults:
        logger.warning("%s is passed over: %s", path, faults)
        return {}
    return dict(given)


def base_location(name: str) -> str:
    """Return what the engine is to load for the base `name`: a folder under BASES_DIR, or the name itself."""
    folder: Path = settings.BASES_DIR / name
    # A name with a separator is a folder or a hub's name already; it must not climb out of BASES_DIR.
    return str(folder) if Path(name).name == name and (folder / "config.json").is_file() else name


def run_rows() -> QuerySet[TrainingRun]:
    """Return runs with all that a page shows of them, in three queries however many they are."""
    evaluations = Prefetch("reward_model__evaluations", queryset=Evaluation.objects.order_by("id"))
    return TrainingRun.objects.select_related("set", "reward_model").prefetch_related(evaluations)


def run_list(user: "User", project_id: int) -> QuerySet[TrainingRun]:
    """Return the runs of a project, for people who may train there."""
    return run_rows().filter(project=project_get(user, project_id, Right.TRAIN))


def run_get(user: "User", run_id: int) -> TrainingRun:
    """Return a run. Raises NotFound to strangers, Forbidden to members who may not train."""
    return scoped_get(user, run_rows(), run_id, Right.TRAIN)


def run_metrics(run: TrainingRun) -> dict[str, Any] | None:
    """Return the engine's metrics.json: figures on the benchmark of its own set, if there is one, and "training"."""
    model = getattr(run, "reward_model", None)
    if model is None:
        return None
    own = next((evaluation for evaluation in model.evaluations.all() if evaluation.set_id == run.set_id), None)
    return (own.metrics if own else {}) | {"training": model.training}


def run_folder(run_id: int) -> Path:
    """Return where everything that a run reads and writes lies."""
    return Path(settings.RUNS_DIR) / str(run_id)


@dataclass(frozen=True, slots=True)
class Progress:
    """Rows of the progress file after some line, and the number of the last line read."""

    rows: list[dict[str, Any]]
    next: int


def run_progress(run_id: int, after: int) -> Progress:
    """Return at most PROGRESS_ROWS rows after line `after`; a line that is still being written is left for later.

    Where a resumed run has cut the file back, `next` comes out smaller than `after`.
    """
    try:
        with (run_folder(run_id) / "progress.jsonl").open("rb") as file:
            passed = sum(line.endswith(b"\n") for line in islice(file, after))
            lines = [line for line in islice(file, PROGRESS_ROWS) if line.endswith(b"\n")]
    except FileNotFoundError:
        return Progress([], 0)
    return Progress([json.loads(line) for line in lines], passed + len(lines))


@dataclass(frozen=True, slots=True)
class LogPart:
    """A stretch of the log, and the byte offset after it."""

    text: str
    next: int


def run_log(run_id: int, offset: int | None) -> LogPart:
    """Return at most LOG_BYTES of the log from byte `offset`, or its end if that is None; never half a character."""
    try:
        with (run_folder(run_id) / "log.txt").open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            start = max(0, size - LOG_BYTES) if offset is None else min(offset, size)
            file.seek(start)
            data = file.read(LOG_BYTES)
    except FileNotFoundError:
        return LogPart("", 0)
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    text = decoder.decode(data)
    unfinished = len(decoder.getstate()[0])
    return LogPart(text, start + len(data) - unfinished)
