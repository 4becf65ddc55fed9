"""What a run knows and leaves behind: configuration, benchmark, model and card."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
import transformers

from rm_training.engine import ENGINE_VERSION
from rm_training.engine.benchmark import Benchmarked, benchmark, write_disagreements, write_outcomes
from rm_training.engine.card import model_card
from rm_training.engine.checkpoint import load_best
from rm_training.engine.config import TrainConfig
from rm_training.engine.data import Prompt
from rm_training.engine.encode import EncodedSet
from rm_training.engine.files import new_folder, require_space, sha256_of, write_json, write_text
from rm_training.engine.measure import Heads, heads_agree
from rm_training.engine.model import RewardModel, Runtime
from rm_training.engine.parallel import Ranks
from rm_training.engine.progress import training_figures
from rm_training.engine.sharding import is_sharded, save_whole


@dataclass
class Training:
    """A run with everything loaded. `notes` is what its page is to say besides figures."""

    config: TrainConfig
    described: dict[str, Any]
    model: RewardModel
    encoded: EncodedSet
    held_out: list[Prompt]
    benchmark: dict[str, list[Prompt]]
    ranks: Ranks
    notes: list[str] = field(default_factory=list)

    @property
    def out(self) -> Path:
        return Path(self.config.out)

    @property
    def checkpoints(self) -> Path:
        return self.out / "checkpoints"

    @cached_property
    def sharded(self) -> bool:
        return is_sharded(self.model)

    @cached_property
    def heads(self) -> Heads:
        # Sharded processes make every pass together, so each scores every prompt.
        ranks = Ranks() if self.sharded else self.ranks
        return Heads.of(self.model, self.config.max_length, self.config.token_budget, ranks)


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


def finish(training: Training) -> None:
    """Benchmark, then write model/, README.md and, last, metrics.json: where it stands, the run is complete."""
    out, config, model = training.out, training.config, training.model
    if config.keep == "best":
        step = load_best(training.checkpoints, model)
        training.notes.append(f"the weights of step {step} are kept, the best on the held-out prompts")
    metrics = measured(training)
    if not training.ranks.first:
        save_whole(model, None)
        return
    metrics["training"] = training_figures(out / "progress.jsonl", training.encoded) | {
        "objective": config.objective, "attention": model.backbone.way, "notes": training.notes,
    }  # fmt: skip
    require_space(out, 4 * sum(p.numel() for p in model.parameters()))
    card = model_card(training.described, metrics)
    with new_folder(out / "model") as folder:
        save_whole(model, folder)
        write_text(folder / "README.md", card)
    write_text(out / "README.md", card)
    write_json(out / "metrics.json", metrics)


def measured(training: Training) -> dict[str, Any]:
    """The benchmark's figures, with the files behind them; {} where the run has none."""
    if not training.benchmark:
        return {}
    done = benchmark(training.heads.main, training.benchmark)
    metrics = done.metrics
    if training.heads.judge is not None:
        judged = benchmark(training.heads.judge, training.benchmark)
        metrics["judge"] = judged.metrics | {"agreement": heads_agree(_said(done), _said(judged))}
    if training.ranks.first:
        write_outcomes(training.out / "benchmark", done)
        write_disagreements(training.out / "disagreements.jsonl", done)
    return metrics


def _said(done: Benchmarked) -> list[Any]:
    return [scored for _, scored in done.scored.values()]
