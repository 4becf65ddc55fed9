"""Whether every attention path of the engine computes the same thing: python -m bench.rm.equality --device cuda

Compares loss and gradient of one batch, by each path that the engine's configuration offers, with the plain
padded loop in float32, which shares no code with them. In float32 both must agree to 1e-4; in bf16 within the
bounds below, beside the padded loop's own distance in bf16 from itself in float32. A path that this device
cannot take is told and left out.
"""

import argparse
import shutil
import sys
import tempfile
import typing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from bench.rm.comparisons import CHARACTERS, MAX_LENGTH, made, write_cheems
from bench.rm.literal import Loop
from bench.rm.report import circumstances, table, this_command, write_section
from bench.rm.shapes import SHAPES
from bench.rm.weights import save_random
from rm_training.engine.batching import plan_epoch
from rm_training.engine.config import TrainConfig
from rm_training.engine.data import read_training
from rm_training.engine.encode import Encoder, encode_training
from rm_training.engine.errors import EngineError
from rm_training.engine.loss import PreferenceLoss
from rm_training.engine.model import Loading, Runtime, load_for_training
from rm_training.engine.objective import Objective
from rm_training.engine.parallel import Ranks
from rm_training.engine.step import accumulate_gradient

PROMPTS = 3
REGULARIZATION = 0.1
TOKEN_BUDGET = 8192
# Of the loss, and of the gradient: |g - reference| / |reference| over all parameters together. bf16 keeps 8 bits
# (relative rounding 2^-9), and four layers add up some tens of roundings each way.
BOUNDS = {"fp32": (1e-4, 1e-4), "bf16": (2e-2, 5e-2)}

Gradients = dict[str, torch.Tensor]


@dataclass(frozen=True)
class Outcome:
    loss: float
    gradients: Gradients


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.rm.equality", description=str(__doc__).partition("\n\n")[2])
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--write-results", action="store_true", help="put the figures into bench/rm/RESULTS.md")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="equality-"))
    try:
        rows, equal = compare(folder, options.device)
    finally:
        shutil.rmtree(folder)
    bounds = "; ".join(f"{name}: loss {loss:g}, gradient {gradient:g}" for name, (loss, gradient) in BOUNDS.items())
    header = ["Path", "precision", "loss apart", "gradient apart", ""]
    lines = [
        *circumstances(options.device, this_command("bench.rm.equality")),
        f"- Reference: the padded loop in float32. Allowed: {bounds}", "", *table(header, rows),
    ]  # fmt: skip
    print("\n".join(lines))
    if options.write_results:
        write_section(f"equality {options.device}", f"Equality of the attention paths: {options.device}", lines)
    return 0 if equal else 1


def compare(folder: Path, device: str) -> tuple[list[list[str]], bool]:
    """A row for each path and precision; whether all are within the bounds."""
    items = made(PROMPTS, seed=1)
    # Two key-value heads for four: grouped queries are what the paths must get right too.
    save_random(replace(SHAPES["tiny"], kv_heads=2), CHARACTERS, folder / "model")
    write_cheems(folder / "data.jsonl", items)
    reference = of_loop(folder, device, "fp32")
    rows, equal = [], True
    for precision in BOUNDS:
        outcomes: list[tuple[str, Outcome | str]] = [("padded loop", of_loop(folder, device, precision))]
        outcomes += [(path, of_engine(folder, device, precision, path)) for path in paths()]
        for name, outcome in outcomes:
            row, within = judge(reference, outcome, precision)
            rows.append([name, precision, *row])
            equal = equal and within
    return rows, equal


def paths() -> list[str]:
    """The attention paths that the engine's configuration knows."""
    return [path for path in typing.get_args(typing.get_type_hints(TrainConfig)["attention"]) if path != "auto"]


def of_loop(folder: Path, device: str, precision: str) -> Outcome:
    job: dict[str, Any] = {
        "model": str(folder / "model"), "device": device, "dtype": precision, "lora_rank": 0,
        "regularization": REGULARIZATION, "learning_rate": 0.0,
    }  # fmt: skip
    loop = Loop(job)
    loop.model.train()
    loss = loop.gradient(loop.prompts(str(folder / "data.jsonl")), PROMPTS)
    return Outcome(float(loss), _gradients(loop.model))


def of_engine(folder: Path, device: str, precision: str, path: str) -> Outcome | str:
    """Loss and gradient by `path`, or why the engine cannot take it here."""
    try:
        loading = Loading(max_length=MAX_LENGTH, attention=path)
        model = load_for_training(str(folder / "model"), Runtime.choose(device, precision), loading)
        model.train()
        encoder = Encoder(model.tokenizer, MAX_LENGTH)
        prompts = encode_training(read_training([folder / "data.jsonl"]), encoder, "drop").prompts
        (batch,) = plan_epoch([prompt.shape for prompt in prompts], sys.maxsize, seed=0, epoch=0)
        objective = Objective("discriminative", PreferenceLoss(REGULARIZATION), 0.0, "verdict")
        totals = objective.totals(batch, prompts)
        sums = accumulate_gradient(model, prompts, batch.groups, totals, TOKEN_BUDGET, objective)
    except EngineError as error:
        return error.message
    return Outcome(sums.figures(Ranks()).loss, _gradients(model.carrier))


def _gradients(network: torch.nn.Module) -> Gradients:
    return {
        name: parameter.grad.double().cpu()
        for name, parameter in network.named_parameters()
        if parameter.grad is not None
    }


def judge(reference: Outcome, outcome: Outcome | str, precision: str) -> tuple[list[str], bool]:
    """How far `outcome` is from the reference, and whether that is within the bounds."""
    if isinstance(outcome, str):
        return ["", "", f"not available: {outcome}"], True
    if outcome.gradients.keys() != reference.gradients.keys():
        return ["", "", "gradients of other parameters"], False
    loss = abs(outcome.loss - reference.loss)
    apart = _norm({name: outcome.gradients[name] - value for name, value in reference.gradients.items()})
    gradient = apart / _norm(reference.gradients)
    most_loss, most_gradient = BOUNDS[precision]
    within = loss <= most_loss and gradient <= most_gradient
    return [f"{loss:.1e}", f"{gradient:.1e}", "" if within else "too far"], within


def _norm(gradients: Gradients) -> float:
    return float(torch.stack([value.square().sum() for value in gradients.values()]).sum().sqrt())


if __name__ == "__main__":
    sys.exit(main())
