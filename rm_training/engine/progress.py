"""progress.jsonl: one line per step, cut back to the checkpoint on resume, and the figures drawn from it."""

import json
import sys
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

from rm_training.engine.batching import Batch
from rm_training.engine.encode import EncodedSet
from rm_training.engine.files import read_json_lines, write_text


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
        print(
            f"step {step}/{line['total_steps']}  loss {line['loss']:.4f}  accuracy {line['accuracy']:.3f}",
            file=sys.stderr,
            flush=True,
        )


def _as_line(line: dict[str, Any]) -> str:
    return json.dumps(line, allow_nan=False) + "\n"


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
    }
