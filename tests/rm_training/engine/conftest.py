import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from rm_training.engine.config import TrainConfig
from rm_training.engine.loop import run
from rm_training.engine.model import Loading, RewardModel, Runtime, load_for_training
from rm_training.engine.tiny import build_tiny
from tests.rm_training.engine.samples import preference_rows, write_lines


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """Matrices this small gain nothing from a second thread, and lose much where other work shares the machine."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def training_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_lines(tmp_path_factory.mktemp("data") / "train.jsonl", preference_rows(24, seed=1))


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory, training_file: Path) -> Path:
    folder = tmp_path_factory.mktemp("base") / "tiny"
    build_tiny([training_file], folder, vocab=600, hidden=32, layers=2)
    return folder


@pytest.fixture
def fresh_model(base: Path) -> RewardModel:
    torch.manual_seed(5)
    return load_for_training(str(base), Runtime.choose("cpu", "fp32"), Loading(max_length=512))


class Workshop:
    """Writes run configurations and trains them in this process."""

    def __init__(self, folder: Path, base: Path, training_file: Path):
        self.folder, self.base, self.training_file = folder, base, training_file

    def settings(self, name: str, **changes: Any) -> dict[str, Any]:
        return {
            "base": str(self.base), "train": [str(self.training_file)], "out": str(self.folder / name),
            "device": "cpu", "batch_responses": 16, "epochs": 2, "learning_rate": 1e-3, **changes,
        }  # fmt: skip

    def run_file(self, name: str, **changes: Any) -> Path:
        path = self.folder / f"{name}.json"
        path.write_text(json.dumps(self.settings(name, **changes)), encoding="utf-8")
        return path

    def train(self, name: str, **changes: Any) -> Path:
        run(
            TrainConfig.from_dict(self.settings(name, **changes)),
            SimpleNamespace(requested=None, deferred=False),
        )
        return self.folder / name


@pytest.fixture
def workshop(tmp_path: Path, base: Path, training_file: Path) -> Workshop:
    return Workshop(tmp_path, base, training_file)


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory, base: Path, training_file: Path) -> Path:
    """The run folder of a short training with a benchmark; tests read it and change nothing in it."""
    folder = tmp_path_factory.mktemp("trained")
    rows = preference_rows(40, seed=2)
    benchmark = {
        "open": str(write_lines(folder / "open.jsonl", rows[:8])),
        "human": str(write_lines(folder / "human.jsonl", rows[8:12])),
    }
    return Workshop(folder, base, training_file).train("run", benchmark=benchmark, save_steps=5)


@pytest.fixture
def base_copy(tmp_path: Path, base: Path) -> Path:
    return Path(shutil.copytree(base, tmp_path / "base_copy"))


def losses(out: Path) -> list[float]:
    lines = (out / "progress.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["loss"] for line in lines]
