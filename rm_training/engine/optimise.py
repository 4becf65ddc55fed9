"""The steps of a run: gradient, update, figures, evaluation, checkpoint."""

import math
import signal
import time
from dataclasses import dataclass, replace
from typing import Any, Protocol, Self

import torch
from torch import nn
from torch.distributed.tensor import DTensor
from torch.nn.utils import clip_grad_norm_

from rm_training.engine.batching import Batch, plan_epoch
from rm_training.engine.checkpoint import Position, resume, save_best, save_checkpoint
from rm_training.engine.config import TrainConfig
from rm_training.engine.encode import EncodedPrompt
from rm_training.engine.errors import EngineError, Stopped
from rm_training.engine.measure import held_out_figures, subset_figures
from rm_training.engine.memory import Memory
from rm_training.engine.objective import Objective
from rm_training.engine.progress import Log, peak_memory_mb
from rm_training.engine.record import Training, identity
from rm_training.engine.schedule import learning_rate


class Stop(Protocol):
    """Whether somebody asked the run to leave: `requested` is the signal's number."""

    requested: int | None
    deferred: bool


def plan(config: TrainConfig, prompts: list[EncodedPrompt]) -> list[tuple[int, Batch]]:
    """Every step of the run, as (epoch, batch)."""
    shapes = [prompt.shape for prompt in prompts]
    steps = [
        (epoch, batch)
        for epoch in range(config.epochs)
        for batch in plan_epoch(shapes, config.batch_responses, config.seed, epoch)
    ]
    return steps[: config.max_steps]


@dataclass
class Optimisation:
    """A run under way. Every process does every step; the first one writes."""

    training: Training
    objective: Objective
    parameters: list[nn.Parameter]
    optimizer: torch.optim.Optimizer
    steps: list[tuple[int, Batch]]
    position: Position
    memory: Memory
    log: Log
    started: float

    @classmethod
    def begin(cls, training: Training) -> Self:
        """At the last checkpoint in the run folder, or at the first step."""
        config, model = training.config, training.model
        parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
        optimizer = torch.optim.AdamW(parameters, lr=config.learning_rate, weight_decay=config.weight_decay, fused=True)
        steps = plan(config, training.encoded.prompts)
        position = resume(training.checkpoints, identity(training.described, config), model, optimizer)
        return cls(
            training=training,
            objective=Objective.of(config),
            parameters=parameters,
            optimizer=optimizer,
            steps=steps,
            position=position,
            memory=Memory(config.token_budget, training.sharded),
            log=Log(training.out, training.described, [batch for _, batch in steps], position.step, training.ranks),
            started=time.monotonic() - position.seconds,
        )

    def run(self, stop: Stop) -> None:
        """All steps that are left, each logged, with a checkpoint every `save_steps` and after the last."""
        ranks, device = self.training.ranks, self.training.model.runtime.device
        self.training.model.train()
        stop.deferred = True
        while self.position.step < len(self.steps):
            line = self.step(self.position.step)
            self.position = replace(self.position, step=line["step"], seconds=time.monotonic() - self.started)
            self.evaluate(line)
            self.log.write(line)
            # One process may have been told, or be late, alone; they leave together.
            leaving = ranks.any(stop.requested is not None, device)
            late = ranks.any(self.position.seconds >= (self.training.config.max_seconds or math.inf), device)
            self.checkpoint(now=leaving or late)
            if leaving:
                raise Stopped(stop.requested or signal.SIGTERM)
            if late:
                self._note_late()
                break
        stop.deferred = False
        self.log.close()

    def step(self, number: int) -> dict[str, Any]:
        """Do the optimiser step `number` (0-based); its line for progress.jsonl."""
        config, model, began = self.training.config, self.training.model, time.monotonic()
        epoch, batch = self.steps[number]
        rate = learning_rate(
            number, len(self.steps), peak=config.learning_rate,
            warmup_ratio=config.warmup_ratio, scheduler=config.scheduler,
        )  # fmt: skip
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        sums = self.memory.gradient(self.training, self.objective, batch, self.optimizer)
        if not self.training.sharded:
            self.training.ranks.add_gradients(self.parameters)
        figures = sums.figures(self.training.ranks)
        norm = _whole(clip_grad_norm_(self.parameters, config.max_grad_norm))
        require_finite(number + 1, figures.loss, norm)
        self.optimizer.step()
        notes = self.memory.take_notes()
        self.training.notes += notes
        now = time.monotonic()
        return {
            "step": number + 1, "total_steps": len(self.steps), "epoch": epoch + 1,
            **figures.line(), "grad_norm": norm, "lr": rate, "tokens_per_s": figures.tokens / (now - began),
            "seconds": now - self.started, "memory_mb": peak_memory_mb(model.runtime.device),
            **({"notes": notes} if notes else {}),
        }  # fmt: skip

    def evaluate(self, line: dict[str, Any]) -> None:
        """Every `eval_steps`, put the figures of held-out prompts and benchmark into `line`; keep the best weights."""
        every = self.training.config.eval_steps
        if not every or line["step"] % every:
            return
        scorer = self.training.heads.main
        if self.training.benchmark:
            line["benchmark"] = subset_figures(scorer, self.training.benchmark)
        if self.training.held_out:
            line["validation"] = held_out_figures(scorer, self.training.held_out)
            self._keep_best(line["step"], line["validation"]["accuracy"])

    def _keep_best(self, step: int, accuracy: float) -> None:
        best = self.position.best_accuracy
        if self.training.config.keep == "best" and (best is None or accuracy > best):
            writes = self.training.ranks.first
            save_best(self.training.checkpoints, step, accuracy, self.training.model, writes=writes)
            self.position = replace(self.position, best_accuracy=accuracy)

    def checkpoint(self, *, now: bool) -> None:
        """Save where `save_steps` says so, after the last step, and `now`."""
        step = self.position.step
        if now or step % self.training.config.save_steps == 0 or step == len(self.steps):
            save_checkpoint(
                self.training.checkpoints, self.position, identity(self.training.described, self.training.config),
                self.training.model, self.optimizer, writes=self.training.ranks.first,
            )  # fmt: skip

    def _note_late(self) -> None:
        if self.position.step < len(self.steps):
            self.training.notes.append(f"max_seconds ended it after step {self.position.step} of {len(self.steps)}")


def _whole(norm: torch.Tensor) -> float:
    return float(norm.full_tensor() if isinstance(norm, DTensor) else norm)


def require_finite(step: int, loss: float, norm: float) -> None:
    """Raise EngineError `loss_not_finite`, before the step spoils the weights."""
    if not (math.isfinite(loss) and math.isfinite(norm)):
        raise EngineError(
            "loss_not_finite",
            f"At step {step} the loss is {loss} and the gradient norm {norm}. "
            "Lower learning_rate, or set precision to fp32.",
        )
