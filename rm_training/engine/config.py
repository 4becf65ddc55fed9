"""The configuration of a training run: run.json, checked (FORMATS 6), with the defaults of PROTOCOL 9."""

import difflib
import json
import math
import types
import typing
from dataclasses import MISSING, asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, Self

from rm_training.engine.errors import EngineError

SUBSETS = ("open", "human")
TRACKERS = ("wandb", "swanlab", "mlflow")

# Where the run is, how often it saves and how it uses the machine do not change what is learnt, up to
# rounding.
_FREE_ON_RESUME = {
    "train", "benchmark", "out", "save_steps", "eval_steps", "token_budget", "attention",
    "gradient_checkpointing", "device", "parallel", "max_seconds", "report_to",
}  # fmt: skip

# Inclusive.
_RANGES: dict[str, tuple[float, float]] = {
    "max_length": (2, math.inf), "batch_responses": (2, math.inf), "token_budget": (2, math.inf),
    "epochs": (1, math.inf), "max_steps": (1, math.inf),
    "save_steps": (1, math.inf), "eval_steps": (1, math.inf),
    "learning_rate": (1e-12, 1), "warmup_ratio": (0, 1), "regularization": (0, math.inf),
    "weight_decay": (0, 1), "max_grad_norm": (1e-6, 1e6), "seed": (0, 2**32 - 1),
    "margin": (0, 100), "label_smoothing": (0, 0.5), "tie_threshold": (1e-3, 10), "gamma": (0, 1000),
    "lora": (1, 1024), "lora_alpha": (1e-3, 4096), "lora_dropout": (0, 0.9),
    "validation_share": (0, 0.5), "max_seconds": (1, math.inf),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """One run. Paths are as given; a relative one counts from the folder the engine is started in."""

    base: str  # folder, Hugging Face name, or modelscope:<name>
    train: tuple[str, ...]  # files of FORMATS 2
    out: str
    benchmark: dict[str, str] = field(default_factory=dict)  # subset -> file

    objective: Literal["discriminative", "generative", "joint"] = "discriminative"
    gamma: float = 0.0  # weight of the generative loss in the joint objective
    generation: Literal["verdict", "response"] = "verdict"  # which loss that is

    max_length: int = 2048  # tokens of one sample
    truncate: Literal["drop", "left"] = "drop"  # what becomes of longer samples
    learning_rate: float = 5e-6
    warmup_ratio: float = 0.1
    scheduler: Literal["cosine", "linear", "constant"] = "cosine"
    batch_responses: int = 256
    epochs: int = 2
    regularization: float = 0.1  # of mean(r^2)
    margin: float = 0.0  # by which rewards of neighbouring tiers are to differ
    label_smoothing: float = 0.0
    ties: Literal["ignore", "rao_kupper"] = "ignore"
    tie_threshold: float = math.log(2)
    weight_decay: float = 0.0
    max_grad_norm: float = 1.0
    lora: int | None = None  # rank; all weights are trained without it
    lora_alpha: float = 32.0
    lora_dropout: float = 0.0
    precision: Literal["auto", "bf16", "fp32"] = "auto"  # auto: bf16 on CUDA, fp32 on the CPU
    max_steps: int | None = None
    max_seconds: int | None = None  # of training; the model is then benchmarked and saved as it is
    seed: int = 42

    validation_share: float = 0.0  # of the training prompts, held out
    keep: Literal["last", "best"] = "last"  # which weights become the model; best: by accuracy on the held-out prompts
    token_budget: int = 16384  # tokens of one forward pass, padding included
    attention: Literal["auto", "varlen", "flex", "rows", "sdpa", "padded"] = "auto"
    gradient_checkpointing: bool = False
    parallel: Literal["ddp", "fsdp"] = "ddp"  # what several processes (torchrun) do
    device: Literal["auto", "cpu", "cuda"] = "auto"
    save_steps: int = 50
    eval_steps: int | None = None  # held-out prompts and benchmark also every so many steps
    report_to: tuple[str, ...] = ()  # wandb, swanlab, mlflow; TensorBoard always

    @classmethod
    def from_file(cls, path: Path) -> Self:
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise EngineError("config_not_readable", f"{path} cannot be read: {error.strerror}.") from error
        except ValueError as error:
            raise EngineError("invalid_config", f"{path} is not JSON: {error}.") from error
        return cls.from_dict(values)

    @classmethod
    def from_dict(cls, values: Any) -> Self:
        """Check names, types and ranges.

        Raises EngineError `unknown_key`, `missing_key` or `invalid_config`.
        """
        if not isinstance(values, dict):
            raise EngineError("invalid_config", "The run configuration must be a JSON object.")
        _check_names(cls, values)
        hints = typing.get_type_hints(cls)
        config = cls(**{name: _coerced(name, value, hints[name]) for name, value in values.items()})
        config._check_ranges()
        return config

    def _check_ranges(self) -> None:
        for name, (least, most) in _RANGES.items():
            value = getattr(self, name)
            if value is not None and not least <= value <= most:
                limit = f"at least {least:g}" if value < least else f"at most {most:g}"
                raise _invalid(name, f"must be {limit}, not {value}")
        if not self.train:
            raise _invalid("train", "names no file")
        for subset in self.benchmark:
            if subset not in SUBSETS:
                raise _invalid("benchmark", f"has the subsets {' and '.join(SUBSETS)}, not {subset!r}")
        for tracker in self.report_to:
            if tracker not in TRACKERS:
                raise _invalid("report_to", f"knows {', '.join(TRACKERS)}, not {tracker!r}")
        self._check_combinations()

    def _check_combinations(self) -> None:
        if self.eval_steps and not (self.benchmark or self.validation_share):
            raise _invalid("eval_steps", "needs a benchmark or a validation_share")
        if self.keep == "best" and not (self.eval_steps and self.validation_share):
            raise _invalid(
                "keep", 'can be "best" only with eval_steps and a validation_share: a benchmark chooses nothing'
            )
        if self.gamma and self.objective != "joint":
            raise _invalid("gamma", f'belongs to the objective "joint", not {self.objective!r}')

    def as_dict(self) -> dict[str, Any]:
        return asdict(self) | {"train": list(self.train), "report_to": list(self.report_to)}

    def decisive(self) -> dict[str, Any]:
        """The settings that a resumed run must share with the run it continues."""
        return {name: value for name, value in self.as_dict().items() if name not in _FREE_ON_RESUME}


def _check_names(cls: type[TrainConfig], values: dict[str, Any]) -> None:
    known = [f.name for f in fields(cls)]
    for name in values:
        if name not in known:
            nearest = difflib.get_close_matches(name, known, n=1, cutoff=0)
            raise EngineError("unknown_key", f"Unknown key {name!r}; did you mean {nearest[0]!r}?")
    for f in fields(cls):
        if f.default is MISSING and f.default_factory is MISSING and f.name not in values:
            raise EngineError("missing_key", f"The key {f.name!r} is missing.")


def _coerced(name: str, value: Any, hint: Any) -> Any:
    """`value` in the type `hint`; an int serves as a float, a list as a tuple, a bool never as a number."""
    options = typing.get_args(hint)
    origin = typing.get_origin(hint)
    if origin is Literal:
        if value not in options:
            raise _invalid(name, f"must be one of {', '.join(options)}, not {value!r}")
        return value
    if origin is types.UnionType:
        return None if value is None else _coerced(name, value, options[0])
    if origin is tuple:
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise _invalid(name, "must be a list of names")
        return tuple(value)
    if origin is dict:
        if not isinstance(value, dict) or not all(isinstance(item, str) and item for item in value.values()):
            raise _invalid(name, "must map subsets to file names")
        return value
    if hint is float and type(value) is int:
        return float(value)
    if type(value) is not hint or value == "" or (hint is float and not math.isfinite(value)):
        raise _invalid(name, f"must be {_PLAIN_NAMES[hint]}, not {value!r}")
    return value


_PLAIN_NAMES = {
    str: "a non-empty text", int: "a whole number", float: "a finite number", bool: "true or false",
}  # fmt: skip


def _invalid(name: str, reason: str) -> EngineError:
    return EngineError("invalid_config", f"{name} {reason}.")
