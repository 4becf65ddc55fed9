"""Checkpoints: complete or absent, verified before use, read without running anything in them."""

import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from rm_training.engine.errors import EngineError
from rm_training.engine.files import new_folder, require_space, sha256_of, write_json
from rm_training.engine.model import RewardModel

KEEP = 2  # the last one, and the one before in case the last is damaged

_STATE, _MANIFEST = "state.pt", "checkpoint.json"
_MARGIN = 2**20


@dataclass(frozen=True)
class Position:
    """How far a run has come: steps done and seconds spent. The step also fixes schedule and batch."""

    step: int = 0
    seconds: float = 0.0


def save_checkpoint(
    folder: Path,
    position: Position,
    identity: dict[str, Any],
    model: RewardModel,
    optimizer: torch.optim.Optimizer,
) -> None:
    """Write folder/step-N. A run continues from it only if it has the same `identity`.

    Raises EngineError `disk_full`.
    """
    state = {
        "model": model.network.state_dict(),
        "optimizer": optimizer.state_dict(),
        "rng": torch.get_rng_state(),
        "cuda_rng": torch.cuda.get_rng_state_all() if model.runtime.device.type == "cuda" else [],
    }
    require_space(folder, _bytes(state) + _MARGIN)
    with new_folder(folder / f"step-{position.step:08d}") as target:
        with (target / _STATE).open("wb") as file:
            torch.save(state, file)
        manifest = {"step": position.step, "seconds": position.seconds, "identity": identity}
        write_json(target / _MANIFEST, manifest | {"sha256": sha256_of(target / _STATE)})
    for old in _folders(folder)[KEEP:]:
        shutil.rmtree(old)


def resume(folder: Path, identity: dict[str, Any], model: RewardModel, optimizer: torch.optim.Optimizer) -> Position:
    """Load the last sound checkpoint into model and optimiser; Position() where there is none.

    A damaged one is passed over in favour of the one before, with a line on stderr. Raises EngineError
    `checkpoint_mismatch` where the folder holds another run's.
    """
    for unfinished in folder.glob(".*.tmp"):
        shutil.rmtree(unfinished)
    for manifest, path in _sound(folder):
        differing = [key for key in identity if manifest["identity"].get(key) != identity[key]]
        if differing:
            raise EngineError(
                "checkpoint_mismatch",
                f"{folder} holds checkpoints of a run with other settings ({', '.join(differing)}). "
                "Choose another out folder, or remove them.",
            )
        _restore(torch.load(path / _STATE, map_location="cpu", weights_only=True), model, optimizer)
        print(f"resumed after step {manifest['step']}", file=sys.stderr)
        return Position(manifest["step"], manifest["seconds"])
    return Position()


def _restore(state: dict[str, Any], model: RewardModel, optimizer: torch.optim.Optimizer) -> None:
    model.network.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    torch.set_rng_state(state["rng"])
    if state["cuda_rng"] and model.runtime.device.type == "cuda":
        torch.cuda.set_rng_state_all(state["cuda_rng"])


def _sound(folder: Path) -> Iterator[tuple[dict[str, Any], Path]]:
    """Manifest and folder of each checkpoint whose content is what was written, newest first."""
    for path in _folders(folder):
        try:
            manifest = json.loads((path / _MANIFEST).read_text(encoding="utf-8"))
            intact = manifest["sha256"] == sha256_of(path / _STATE)
        except (OSError, ValueError, KeyError):
            intact = False
        if intact:
            yield manifest, path
        else:
            print(f"the checkpoint {path.name} is damaged and passed over", file=sys.stderr)


def _folders(folder: Path) -> list[Path]:
    return sorted(folder.glob("step-*"), reverse=True)


def _bytes(state: Any) -> int:
    """Bytes of all the tensors in a nested state."""
    if isinstance(state, torch.Tensor):
        return state.numel() * state.element_size()
    if isinstance(state, dict):
        return sum(map(_bytes, state.values()))
    return sum(map(_bytes, state)) if isinstance(state, list | tuple) else 0
