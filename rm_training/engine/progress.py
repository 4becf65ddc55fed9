"""progress.jsonl: one line per step, cut back to the checkpoint on resume, and the figures drawn from it."""

import json
import resource
import sys
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

import torch

from rm_training.engine.batching import Batch
from rm_training.engine.encode import EncodedSet
from rm_training.engine.files import read_json_lines, write_text
from rm_training.engine.parallel import Ranks
from rm_training.engine.trackers import open_trackers, scalars_of


class ProgressFile:
    """Appends the lines of the steps; `pairs_used` and `pairs_skipped` count from the start of the run."""

    def __init__(self, path: Path, batches: Sequence[Batch], steps_done: int):
        self._path = path
        self._pairs_used = list(accumulate(batch.pairs_used for batch in batches))
        self._pairs_skipped = list(accumulate(batch.pairs_skipped for batch in batches))
        # What a killed run wrote after its last checkpoint will be done, and written, again.
        kept = [line for line in read_json_lines(path) if line["step"] <= steps_done]
        if path.exists():
            write_text(path, "".join(map(_as_line, kept)))

    def write(self, line: dict[str, Any]) -> None:
        step = line["step"]
        line |= {"pairs_used": self._pairs_used[step - 1], "pairs_skipped": self._pairs_skipped[step - 1]}
        with self._path.open("a", encoding="utf-8") as file:
            file.write(_as_line(line))
        end = "\r" if sys.stderr.isatty() and step < line["total_steps"] else "\n"
        print(_shown(line), end=end, file=sys.stderr, flush=True)


class Log:
    """Where a step's line goes: progress.jsonl, stderr and the trackers, from the first process alone."""

    def __init__(self, out: Path, described: dict[str, Any], batches: Sequence[Batch], steps_done: int, ranks: Ranks):
        self._file = ProgressFile(out / "progress.jsonl", batches, steps_done) if ranks.first else None
        names = tuple(described["report_to"])
        self._trackers = open_trackers(names, out, described, steps_done) if ranks.first else []

    def write(self, line: dict[str, Any]) -> None:
        if self._file is not None:
            self._file.write(line)
        for tracker in self._trackers:
            tracker.log(scalars_of(line), line["step"])

    def close(self) -> None:
        for tracker in self._trackers:
            tracker.close()


def _shown(line: dict[str, Any]) -> str:
    """A line for people: how far, how well, how fast, and how long it will still take."""
    step, total = line["step"], line["total_steps"]
    left = line["seconds"] / step * (total - step)
    return (
        f"step {step}/{total}  loss {line['loss']:.4f}  accuracy {line['accuracy']:.3f}  "
        f"{line['tokens_per_s']:,.0f} tokens/s  {left // 60:.0f}:{left % 60:02.0f} left"
    )


def _as_line(line: dict[str, Any]) -> str:
    return json.dumps(line, allow_nan=False) + "\n"


def peak_memory_mb(device: torch.device) -> float:
    """MiB: on a GPU the most that tensors took since this was last asked, on a CPU the most the process ever took."""
    if device.type == "cuda":
        peak = torch.cuda.max_memory_allocated(device) / 2**20
        torch.cuda.reset_peak_memory_stats(device)
        return peak
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def training_figures(path: Path, encoded: EncodedSet) -> dict[str, Any]:
    """The "training" part of metrics.json.

    loss_first and loss_last are means over the first and the last tenth of the steps (at least one): a
    batch is small, and its loss alone says little.
    """
    lines = read_json_lines(path)
    tenth = max(1, len(lines) // 10)
    losses = [line["loss"] for line in lines]
    return {
        "steps": len(lines),
        "loss_first": sum(losses[:tenth]) / tenth,
        "loss_last": sum(losses[-tenth:]) / tenth,
        "seconds": lines[-1]["seconds"],
        "pairs_used": lines[-1]["pairs_used"],
        "pairs_skipped": lines[-1]["pairs_skipped"],
        "dropped_too_long": encoded.dropped_too_long,
        "truncated": encoded.truncated,
        "pairs_dropped": encoded.pairs_dropped,
        "readings_dropped": encoded.readings_dropped,
    }
