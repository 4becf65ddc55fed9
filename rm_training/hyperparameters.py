"""What a person may set on a training run: names, types, ranges and defaults (FORMATS 6, PROTOCOL 9).

Stdlib only, because the web process must not import the engine, and the engine must not import Django. The engine
checks its whole configuration again; a test holds that the two agree.
"""

import difflib
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["int", "float", "bool", "choice"]
Value = int | float | bool | str | None


@dataclass(frozen=True, slots=True)
class Hyperparameter:
    """One setting. `range` includes both its ends; a default of None means "not set", and None may be given."""

    name: str
    kind: Kind
    default: Value
    range: tuple[float, float] | None = None
    choices: tuple[str, ...] = ()


HYPERPARAMETERS: tuple[Hyperparameter, ...] = (
    Hyperparameter("objective", "choice", "discriminative", choices=("discriminative", "generative", "joint")),
    Hyperparameter("gamma", "float", 0.0, (0, 1000)),
    Hyperparameter("generation", "choice", "verdict", choices=("verdict", "response")),
    Hyperparameter("max_length", "int", 2048, (2, 1_048_576)),
    Hyperparameter("truncate", "choice", "drop", choices=("drop", "left")),
    Hyperparameter("learning_rate", "float", 5e-6, (1e-12, 1)),
    Hyperparameter("warmup_ratio", "float", 0.1, (0, 1)),
    Hyperparameter("scheduler", "choice", "cosine", choices=("cosine", "linear", "constant")),
    Hyperparameter("batch_responses", "int", 256, (2, 65_536)),
    Hyperparameter("epochs", "int", 2, (1, 1000)),
    Hyperparameter("regularization", "float", 0.1, (0, 1000)),
    Hyperparameter("margin", "float", 0.0, (0, 100)),
    Hyperparameter("label_smoothing", "float", 0.0, (0, 0.5)),
    Hyperparameter("ties", "choice", "ignore", choices=("ignore", "rao_kupper")),
    Hyperparameter("tie_threshold", "float", math.log(2), (1e-3, 10)),
    Hyperparameter("weight_decay", "float", 0.0, (0, 1)),
    Hyperparameter("max_grad_norm", "float", 1.0, (1e-6, 1e6)),
    Hyperparameter("lora", "int", None, (1, 1024)),
    Hyperparameter("lora_alpha", "float", 32.0, (1e-3, 4096)),
    Hyperparameter("lora_dropout", "float", 0.0, (0, 0.9)),
    Hyperparameter("precision", "choice", "auto", choices=("auto", "bf16", "fp32")),
    Hyperparameter("max_steps", "int", None, (1, 10_000_000)),
    Hyperparameter("max_seconds", "int", None, (1, 100_000_000)),
    Hyperparameter("seed", "int", 42, (0, 2**32 - 1)),
    Hyperparameter("validation_share", "float", 0.0, (0, 0.5)),
    Hyperparameter("keep", "choice", "last", choices=("last", "best")),
    Hyperparameter("token_budget", "int", 16384, (2, 16_777_216)),
    Hyperparameter("attention", "choice", "auto", choices=("auto", "varlen", "flex", "rows", "sdpa", "padded")),
    Hyperparameter("gradient_checkpointing", "bool", False),
    Hyperparameter("device", "choice", "auto", choices=("auto", "cpu", "cuda")),
    Hyperparameter("save_steps", "int", 50, (1, 10_000_000)),
    Hyperparameter("eval_steps", "int", None, (1, 10_000_000)),
)
BY_NAME = {parameter.name: parameter for parameter in HYPERPARAMETERS}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one given value. `hint` is the nearest known name, or what would have been right."""

    name: str
    code: Literal["unknown_key", "wrong_type", "out_of_range", "not_a_choice", "needs"]
    hint: str


def faults(given: Mapping[str, Any]) -> list[Fault]:
    """Return everything wrong with `given`; an empty list means that the engine will take it."""
    found = [fault for name, value in given.items() if (fault := _fault(name, value)) is not None]
    return found or list(_contradictions(given))


def _contradictions(given: Mapping[str, Any]) -> Iterator[Fault]:
    """Settings that are good by themselves but mean nothing without another; the hint names it."""
    if given.get("gamma") and given.get("objective") != "joint":
        yield Fault("gamma", "needs", "objective=joint")
    if given.get("keep") == "best" and not (given.get("eval_steps") and given.get("validation_share")):
        yield Fault("keep", "needs", "eval_steps, validation_share")


def _fault(name: str, value: Any) -> Fault | None:
    parameter = BY_NAME.get(name)
    if parameter is None:
        return Fault(name, "unknown_key", difflib.get_close_matches(name, BY_NAME, n=1, cutoff=0)[0])
    if value is None and parameter.default is None:
        return None
    if parameter.kind == "choice":
        return None if value in parameter.choices else Fault(name, "not_a_choice", ", ".join(parameter.choices))
    if not _has_kind(parameter.kind, value):
        return Fault(name, "wrong_type", parameter.kind)
    if parameter.range and not parameter.range[0] <= value <= parameter.range[1]:
        return Fault(name, "out_of_range", "{:g} – {:g}".format(*parameter.range))
    return None


def _has_kind(kind: Kind, value: Any) -> bool:
    """A bool is never a number; a whole number serves where a fraction is meant."""
    if kind == "bool":
        return isinstance(value, bool)
    if isinstance(value, bool) or not isinstance(value, int if kind == "int" else (int, float)):
        return False
    return isinstance(value, int) or math.isfinite(value)


def parsed(name: str, text: str) -> Value:
    """Return the value that `text` spells for `name` on a command line; what spells none stays text, for `faults`."""
    parameter = BY_NAME.get(name)
    if parameter is None or parameter.kind == "choice":
        return text
    if text.lower() in {"none", "null"}:
        return None
    if parameter.kind == "bool":
        return {"true": True, "false": False}.get(text.lower(), text)
    try:
        return int(text) if parameter.kind == "int" else float(text)
    except ValueError:
        return text
