"""Where the curves of a run go besides progress.jsonl: TensorBoard always, and services that the run names."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from torch.utils.tensorboard import SummaryWriter

from rm_training.engine.errors import EngineError

Scalars = Mapping[str, float]


class Tracker(Protocol):
    def log(self, scalars: Scalars, step: int) -> None: ...

    def close(self) -> None: ...


class TensorBoard:
    """Event files in a folder; a resumed run hides what was written after the step it resumes from."""

    def __init__(self, folder: Path, reached: int):
        self._writer = SummaryWriter(str(folder), purge_step=reached + 1)

    def log(self, scalars: Scalars, step: int) -> None:
        for name, value in scalars.items():
            self._writer.add_scalar(name, value, step)

    def close(self) -> None:
        self._writer.close()


class Runs:
    """Weights & Biases and SwanLab, whose modules are called alike."""

    def __init__(self, module: Any, name: str, settings: dict[str, Any]):
        self._module = module
        module.init(project="cheems-annotate", name=name, config=settings)

    def log(self, scalars: Scalars, step: int) -> None:
        self._module.log(dict(scalars), step=step)

    def close(self) -> None:
        self._module.finish()


class MLflow:
    def __init__(self, module: Any, name: str, settings: dict[str, Any]):
        self._module = module
        module.set_experiment("cheems-annotate")
        module.start_run(run_name=name)
        module.log_params({key: str(value)[:500] for key, value in settings.items()})

    def log(self, scalars: Scalars, step: int) -> None:
        self._module.log_metrics(dict(scalars), step=step)

    def close(self) -> None:
        self._module.end_run()


def open_trackers(names: tuple[str, ...], out: Path, settings: dict[str, Any], reached: int) -> list[Tracker]:
    """TensorBoard in out/tensorboard, and each of `names` (config.TRACKERS), set up by its own environment variables.

    Raises EngineError `tracker_missing` where the package of one is not installed.
    """
    trackers: list[Tracker] = [TensorBoard(out / "tensorboard", reached)]
    for name in names:
        kind = MLflow if name == "mlflow" else Runs
        trackers.append(kind(_module(name), out.name, settings))
    return trackers


def _module(name: str) -> Any:
    try:
        return import_module(name)  # an optional package: only runs that report to it need it
    except ImportError as error:
        raise EngineError(
            "tracker_missing", f"report_to names {name}, but the Python package {name} is not installed."
        ) from error


def scalars_of(line: Mapping[str, Any]) -> dict[str, float]:
    """The figures of a progress line as curves, the benchmark's by subset."""
    names = (
        "loss", "accuracy", "reward_mean", "reward_std", "grad_norm", "lr", "tokens_per_s", "memory_mb",
    )  # fmt: skip
    curves = {f"train/{name}": float(line[name]) for name in names if line.get(name) is not None}
    for part in ("validation", "benchmark"):
        for name, value in (line.get(part) or {}).items():
            if isinstance(value, dict):
                curves |= {f"{part}/{name}/{key}": value[key] for key in ("accuracy", "exact_match") if value.get(key)}
            elif isinstance(value, float):
                curves[f"{part}/{name}"] = value
    return curves
