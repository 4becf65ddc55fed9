"""Checkpoints: complete or absent, verified before use, read without running anything in them."""

import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from rm_training.engine.errors import EngineError
from rm_training.engine.files import new_folder, require_space, sha256_of, write_json
from rm_training.engine.model import RewardModel
from rm_training.engine.sharding import optimizer_state, restore_sharded, trained_weights

KEEP = 2  # the last one, and the one before in case the last is damaged
BEST = "best"

_STATE, _MANIFEST = "state.pt", "checkpoint.json"
_MARGIN = 2**20


@dataclass(frozen=True)
class Position:
    """How far a run has come: steps done, seconds spent. The step also fixes schedule and batch.

    best_accuracy: the highest on the held-out prompts so far, whose weights lie in the folder BEST.
    """

    step: int = 0
    seconds: float = 0.0
    best_accuracy: float | None = None


def save_checkpoint(
    folder: Path,
    position: Position,
    identity: dict[str, Any],
    model: RewardModel,
    optimizer: torch.optim.Optimizer,
    *,
    writes: bool = True,
) -> None:
    """Write folder/step-N. A run continues from it only if it has the same `identity`.

    Every process calls it, since sharded weights are gathered from all; the one that `writes` writes. Raises
    EngineError `disk_full`.
    """
    state = {
        "model": trained_weights(model),
        "optimizer": optimizer_state(model, optimizer),
        "rng": torch.get_rng_state(),
        "cuda_rng": torch.cuda.get_rng_state_all() if model.runtime.device.type == "cuda" else [],
    }
    if not writes:
        return
    _write(folder / f"step-{position.step:08d}", state, asdict(position) | {"identity": identity})
    for old in _folders(folder)[KEEP:]:
        shutil.rmtree(old)


def save_best(folder: Path, step: int, accuracy: float, model: RewardModel, *, writes: bool = True) -> None:
    """Write the weights alone to folder/best; every process calls it, as for `save_checkpoint`."""
    state = {"model": trained_weights(model)}
    if writes:
        _write(folder / BEST, state, {"step": step, "accuracy": accuracy})


def load_best(folder: Path, model: RewardModel) -> int:
    """Give the model the weights of folder/best; the step they are of. EngineError `checkpoint_damaged`."""
    manifest = _manifest(folder / BEST)
    if manifest is None:
        raise EngineError(
            "checkpoint_damaged", f'The best checkpoint in {folder} is damaged; set keep to "last" and start again.'
        )
    restore_sharded(model, _read(folder / BEST)["model"])
    return int(manifest["step"])


def _write(target: Path, state: dict[str, Any], about: dict[str, Any]) -> None:
    require_space(target.parent, _bytes(state) + _MARGIN)
    with new_folder(target) as temporary:
        with (temporary / _STATE).open("wb") as file:
            torch.save(state, file)
        write_json(temporary / _MANIFEST, about | {"sha256": sha256_of(temporary / _STATE)})


def _read(path: Path) -> dict[str, Any]:
    state: dict[str, Any] = torch.load(path / _STATE, map_location="cpu", weights_only=True)
    return state


def resume(folder: Path, identity: dict[str, Any], model: RewardModel, optimizer: torch.optim.Optimizer) -> Position:
    """Load the last sound checkpoint into model and optimiser; Position() where there is none.

    A damaged one is passed over in favour of the one before, with a line on stderr. Raises EngineError
    `checkpoint_mismatch` where the folder holds another run's.
    """
    for manifest, path in _sound(folder):
        differing = [key for key in identity if manifest["identity"].get(key) != identity[key]]
        if differing:
            raise EngineError(
                "checkpoint_mismatch",
                f"{folder} holds checkpoints of a run with other settings ({', '.join(differing)}). "
                "Choose another out folder, or remove them.",
            )
        _restore(_read(path), model, optimizer)
        print(f"resumed after step {manifest['step']}", file=sys.stderr)
        return Position(manifest["step"], manifest["seconds"], manifest["best_accuracy"])
    return Position()


def remove_unfinished(folder: Path) -> None:
    """Remove what a killed run was still writing."""
    for unfinished in folder.glob(".*.tmp"):
        shutil.rmtree(unfinished)


def _restore(state: dict[str, Any], model: RewardModel, optimizer: torch.optim.Optimizer) -> None:
    restore_sharded(model, state["model"], optimizer, state["optimizer"])
    torch.set_rng_state(state["rng"])
    if state["cuda_rng"] and model.runtime.device.type == "cuda":
        torch.cuda.set_rng_state_all(state["cuda_rng"])


def _sound(folder: Path) -> Iterator[tuple[dict[str, Any], Path]]:
    """Manifest and folder of each checkpoint whose content is what was written, newest first."""
    for path in _folders(folder):
        manifest = _manifest(path)
        if manifest is None:
            print(f"the checkpoint {path.name} is damaged and passed over", file=sys.stderr)
        else:
            yield manifest, path


def _manifest(path: Path) -> dict[str, Any] | None:
    """What a checkpoint says of itself, or None where it is not what was written."""
    try:
        manifest: dict[str, Any] = json.loads((path / _MANIFEST).read_text(encoding="utf-8"))
        return manifest if manifest["sha256"] == sha256_of(path / _STATE) else None
    except (OSError, ValueError, KeyError):
        return None


def _folders(folder: Path) -> list[Path]:
    return sorted(folder.glob("step-*"), reverse=True)


def _bytes(state: Any) -> int:
    """Bytes of all the tensors in a nested state."""
    if isinstance(state, torch.Tensor):
        return state.numel() * state.element_size()
    if isinstance(state, dict):
        return sum(map(_bytes, state.values()))
    return sum(map(_bytes, state)) if isinstance(state, list | tuple) else 0
