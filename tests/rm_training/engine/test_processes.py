"""Several processes on one run: the gradient of one, whether weights are copied or sharded, and resuming."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file

from rm_training.engine.batching import deal
from tests.rm_training.engine.conftest import Workshop, losses
from tests.rm_training.engine.samples import preference_rows, write_lines

TOGETHER = [
    sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2",
    "-m", "rm_training.engine.train",
]  # fmt: skip


def train_together(run: Path, code: int = 0) -> str:
    done = subprocess.run(
        [*TOGETHER, str(run)], capture_output=True, text=True, timeout=300, env=os.environ | {"OMP_NUM_THREADS": "1"}
    )
    assert done.returncode == code, done.stderr[-3000:]
    return done.stderr


def assert_same_model(one: Path, other: Path) -> None:
    first, second = (load_file(out / "model" / "model.safetensors") for out in (one, other))
    assert first.keys() == second.keys()
    for name, tensor in first.items():
        torch.testing.assert_close(second[name], tensor, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("changes", [{}, {"parallel": "fsdp"}, {"objective": "joint", "gamma": 0.5}])
def test_two_processes_train_what_one_trains(workshop: Workshop, tmp_path: Path, changes: dict[str, object]) -> None:
    rows = preference_rows(9, seed=7)
    settings = changes | {
        "max_steps": 3, "batch_responses": 12, "token_budget": 300, "eval_steps": 3, "learning_rate": 1e-4,
        "benchmark": {"open": str(write_lines(tmp_path / "open.jsonl", rows))},
    }  # fmt: skip
    alone = workshop.train("alone", **settings)

    train_together(workshop.run_file("together", **settings))

    together = workshop.folder / "together"
    assert losses(together) == pytest.approx(losses(alone), abs=1e-5)
    assert_same_model(alone, together)
    figures, expected = (json.loads((out / "metrics.json").read_text()) for out in (together, alone))
    assert figures["open"]["accuracy"] == expected["open"]["accuracy"]
    assert figures["training"]["pairs_used"] == expected["training"]["pairs_used"]


@pytest.mark.parametrize("parallel", ["ddp", "fsdp"])
def test_a_run_of_two_processes_goes_on_from_its_checkpoint(workshop: Workshop, parallel: str) -> None:
    settings = {"parallel": parallel, "batch_responses": 12, "save_steps": 1, "epochs": 1}
    train_together(workshop.run_file("whole", **settings))
    train_together(workshop.run_file("cut", **settings))
    out = workshop.folder / "cut"
    newest = max((out / "checkpoints").glob("step-*"))
    for path in newest.iterdir():
        path.unlink()
    newest.rmdir()

    said = train_together(workshop.run_file("cut", **settings))

    assert f"resumed after step {len(losses(out)) - 1}" in said
    assert losses(out) == pytest.approx(losses(workshop.folder / "whole"), abs=1e-6)
    assert_same_model(workshop.folder / "whole", out)


LEAVING = """
import atexit, os
from rm_training.engine.train import leave

class Connection:
    def __del__(self, abort=os.abort):
        abort()

connection = Connection()
atexit.register(print, "trackers closed")
print("benchmarked")
leave(143)
"""


def test_what_goes_wrong_as_the_interpreter_is_taken_down_does_not_undo_a_run() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LEAVING], capture_output=True, text=True, env=os.environ | {"WORLD_SIZE": "2"}
    )

    assert (done.returncode, done.stdout) == (143, "benchmarked\ntrackers closed\n")


def test_what_failed_in_one_process_is_told_and_not_that_the_other_lost_it(workshop: Workshop) -> None:
    run = workshop.run_file("run")
    out = workshop.folder / "run"
    out.mkdir()
    # Only the first process writes there, while the second one waits for its weights.
    (out / "config.json.tmp").symlink_to("/dev/full")

    said = train_together(run, code=1)

    assert "exitcode  : 2" in said.partition("Root Cause")[2]
    assert json.loads((out / "error.json").read_text())["error"] == "disk_full"


def test_sharding_is_refused_where_a_language_model_head_is_trained(workshop: Workshop) -> None:
    said = train_together(workshop.run_file("run", parallel="fsdp", objective="generative"), code=1)

    assert "not_supported: parallel: fsdp trains" in said


@given(st.lists(st.integers(0, 1000), max_size=40), st.integers(1, 8))
def test_work_is_dealt_once_and_evenly(costs: list[int], shares: int) -> None:
    dealt = deal(costs, shares)

    assert sorted(i for share in dealt for i in share) == list(range(len(costs)))
    loads = [sum(costs[i] for i in share) for share in dealt]
    # Whoever got the dearest of its items last had least then: no share is above another by more than one item.
    assert max(loads) - min(loads) <= max(costs, default=0)
