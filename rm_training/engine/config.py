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

# Where the run is, how often it saves and how it uses the machine do not change what is learnt, up to
# rounding.
_FREE_ON_RESUME = {
    "train", "benchmark", "out", "save_steps", "eval_steps", "token_budget", "attention",
    "gradient_checkpointing", "device",
}  # fmt: skip

# Inclusive.
_RANGES: dict[str, tuple[float, float]] = {
    "max_length": (2, math.inf), "batch_responses": (2, math.inf), "token_budget": (2, math.inf),
    "epochs": (1, math.inf), "max_steps": (1, math.inf),
    "save_steps": (1, math.inf), "eval_steps": (1, math.inf),
    "learning_rate": (1e-12, 1), "warmup_ratio": (0, 1), "regularization": (0, math.inf),
    "seed": (0, 2**32 - 1),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """One run. Paths are as given; a relative one counts from the folder the engine is started in."""

    base: str  # folder, Hugging Face name, or modelscope:<name>
    train: tuple[str, ...]  # files of FORMATS 2
    out: str
    benchmark: dict[str, str] = field(default_factory=dict)  # subset -> file

    max_length: int = 2048  # tokens of one sample
    truncate: Literal["drop", "left"] = "drop"  # what becomes of longer samples
    learning_rate: float = 5e-6
    warmup_ratio: float = 0.1
    scheduler: Literal["cosine", "linear", "constant"] = "cosine"
    batch_responses: int = 256
    epochs: int = 2
    regularization: float = 0.1  # of mean(r^2)
    precision: Literal["auto", "bf16", "fp32"] = "auto"  # auto: bf16 on CUDA, fp32 on the CPU
    max_steps: int | None = None
    seed: int = 42

    token_budget: int = 16384  # tokens of one forward pass, padding included
    attention: Literal["auto", "sdpa", "eager"] = "auto"
    gradient_checkpointing: bool = False
    device: Literal["auto", "cpu", "cuda"] = "auto"
    save_steps: int = 50
    eval_steps: int | None = None  # benchmark also every so many steps

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

        Raises EngineError `unknown_key`, `missing_key`, `not_supported` or `invalid_config`.
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
        if self.eval_steps and not self.benchmark:
            raise _invalid("eval_steps", "needs a benchmark")

    def as_dict(self) -> dict[str, Any]:
        return asdict(self) | {"train": list(self.train)}

    def decisive(self) -> dict[str, Any]:
        """The settings that a resumed run must share with the run it continues."""
        return {name: value for name, value in self.as_dict().items() if name not in _FREE_ON_RESUME}


def _check_names(cls: type[TrainConfig], values: dict[str, Any]) -> None:
    if "lora" in values:
        raise EngineError("not_supported", "lora is not supported by this version: it trains all the weights.")
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
            raise _invalid(name, "must be a list of file names")
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
