"""A training run from configuration to benchmarked model, top to bottom."""

import math
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

import torch
import transformers
from torch.nn.utils import clip_grad_norm_

from rm_training.engine import ENGINE_VERSION
from rm_training.engine.batching import Batch, plan_epoch
from rm_training.engine.card import model_card
from rm_training.engine.checkpoint import Position, resume, save_checkpoint
from rm_training.engine.config import TrainConfig
from rm_training.engine.data import Prompt, read_benchmark, read_training
from rm_training.engine.encode import EncodedPrompt, EncodedSet, Encoder, encode_training
from rm_training.engine.errors import EngineError, Stopped
from rm_training.engine.files import locked, new_folder, require_space, sha256_of, write_json, write_text
from rm_training.engine.inference import evaluate
from rm_training.engine.model import RewardModel, Runtime, load_for_training
from rm_training.engine.progress import ProgressFile, training_figures
from rm_training.engine.schedule import learning_rate
from rm_training.engine.step import accumulate_gradient

MAX_GRADIENT_NORM = 1.0


class Stop(Protocol):
    """Whether somebody asked the run to leave: `requested` is the signal's number."""

    requested: int | None
    deferred: bool


def run(config: TrainConfig, stop: Stop) -> None:
    """Train, benchmark and save into config.out; go on from its last checkpoint if it holds one.

    Raises EngineError with the codes of the modules used, `loss_not_finite` and `run_locked`; Stopped after
    a signal.
    """
    out = Path(config.out)
    (out / "checkpoints").mkdir(parents=True, exist_ok=True)
    with locked(out):
        (out / "error.json").unlink(missing_ok=True)
        runtime = Runtime.choose(config.device, config.precision)
        prompts = read_training(map(Path, config.train))
        benchmark = {subset: read_benchmark(Path(file)) for subset, file in config.benchmark.items()}
        described = describe(config, runtime)
        write_json(out / "config.json", described)

        torch.manual_seed(config.seed)
        model = load_for_training(
            config.base, runtime, max_length=config.max_length,
            attention=config.attention, gradient_checkpointing=config.gradient_checkpointing,
        )  # fmt: skip
        encoded = encode_training(prompts, Encoder(model.tokenizer, config.max_length), config.truncate)
        report_lengths(encoded)

        optimise(config, described, model, encoded, benchmark, stop)

        scores = evaluate(model, benchmark, max_length=config.max_length, token_budget=config.token_budget)
        metrics = (scores if benchmark else {}) | {"training": training_figures(out / "progress.jsonl", encoded)}
        finish(out, model, described, metrics)


def describe(config: TrainConfig, runtime: Runtime) -> dict[str, Any]:
    """What config.json and the model card say: settings as resolved, versions, hashes of the data."""
    return config.as_dict() | {
        "device": runtime.device.type,
        "precision": runtime.precision,
        "engine_version": ENGINE_VERSION,
        "torch_version": torch.__version__,
        "transformers_version": transformers.__version__,
        "sha256": {file: sha256_of(Path(file)) for file in (*config.train, *config.benchmark.values())},
    }


def identity(described: dict[str, Any], config: TrainConfig) -> dict[str, Any]:
    """What a run shares with the checkpoints it goes on from: the settings that decide, and the data."""
    settings = {name: described[name] for name in config.decisive()}
    return settings | {"train_sha256": [described["sha256"][file] for file in config.train]}


def report_lengths(encoded: EncodedSet) -> None:
    if encoded.dropped_too_long:
        print(
            f"{encoded.dropped_too_long} responses exceed max_length and are left out, "
            f"with {encoded.pairs_dropped} pairs",
            file=sys.stderr,
        )
    if encoded.truncated:
        print(f"{encoded.truncated} responses exceed max_length and are cut on the left", file=sys.stderr)


def plan(config: TrainConfig, prompts: list[EncodedPrompt]) -> list[tuple[int, Batch]]:
    """Every step of the run, as (epoch, batch)."""
    shapes = [prompt.shape for prompt in prompts]
    steps = [
        (epoch, batch)
        for epoch in range(config.epochs)
        for batch in plan_epoch(shapes, config.batch_responses, config.seed, epoch)
    ]
    return steps[: config.max_steps]


def optimise(
    config: TrainConfig,
    described: dict[str, Any],
    model: RewardModel,
    encoded: EncodedSet,
    benchmark: dict[str, list[Prompt]],
    stop: Stop,
) -> None:
    """All steps that are left, each logged, with a checkpoint every `save_steps` and after the last."""
    checkpoints = Path(config.out) / "checkpoints"
    optimizer = torch.optim.AdamW(model.parameters(), lr=config.learning_rate, weight_decay=0.0)
    key = identity(described, config)
    steps = plan(config, encoded.prompts)
    reached = resume(checkpoints, key, model, optimizer)
    progress = ProgressFile(Path(config.out) / "progress.jsonl", [batch for _, batch in steps], reached.step)
    started = time.monotonic() - reached.seconds

    model.train()
    stop.deferred = True
    for number in range(reached.step, len(steps)):
        epoch, batch = steps[number]
        step_started = time.monotonic()
        rate = learning_rate(
            number, len(steps), peak=config.learning_rate,
            warmup_ratio=config.warmup_ratio, scheduler=config.scheduler,
        )  # fmt: skip
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.zero_grad()
        figures = accumulate_gradient(model, encoded.prompts, batch, config.token_budget, config.regularization)
        norm = float(clip_grad_norm_(model.parameters(), MAX_GRADIENT_NORM))
        require_finite(number + 1, figures.loss, norm)
        optimizer.step()

        now = time.monotonic()
        line = {
            "step": number + 1, "total_steps": len(steps), "epoch": epoch + 1,
            **asdict(figures), "grad_norm": norm, "lr": rate,
            "tokens_per_s": figures.tokens / (now - step_started), "seconds": now - started,
        }  # fmt: skip
        if config.eval_steps and (number + 1) % config.eval_steps == 0:
            line["benchmark"] = evaluate(
                model, benchmark, max_length=config.max_length, token_budget=config.token_budget
            )
        progress.write(line)
        if (number + 1) % config.save_steps == 0 or number + 1 == len(steps) or stop.requested:
            save_checkpoint(checkpoints, Position(number + 1, time.monotonic() - started), key, model, optimizer)
        if stop.requested:
            raise Stopped(stop.requested)
    stop.deferred = False


def require_finite(step: int, loss: float, norm: float) -> None:
    """Raise EngineError `loss_not_finite`, before the step spoils the weights."""
    if not (math.isfinite(loss) and math.isfinite(norm)):
        raise EngineError(
            "loss_not_finite",
            f"At step {step} the loss is {loss} and the gradient norm {norm}. "
            "Lower learning_rate, or set precision to fp32.",
        )


def finish(out: Path, model: RewardModel, described: dict[str, Any], metrics: dict[str, Any]) -> None:
    """Write model/, README.md and, last, metrics.json: where it stands, the run is complete."""
    require_space(out, sum(p.numel() * p.element_size() for p in model.parameters()))
    card = model_card(described, metrics)
    with new_folder(out / "model") as folder:
        model.save(folder)
        write_text(folder / "README.md", card)
    write_text(out / "README.md", card)
    write_json(out / "metrics.json", metrics)
