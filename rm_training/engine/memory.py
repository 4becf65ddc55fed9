"""Gradients within the device's memory: where it runs out, the token budget is halved and the step done again."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch

from rm_training.engine.batching import Batch, Group, deal
from rm_training.engine.encode import EncodedPrompt
from rm_training.engine.layout import Tokens
from rm_training.engine.objective import Objective
from rm_training.engine.record import Training
from rm_training.engine.step import Sums, accumulate_gradient


@dataclass
class Memory:
    """The token budget in force. Sharded processes gather weights from each other in every pass, so that one of them
    cannot do a step again alone: there running out of memory ends the run."""

    token_budget: int
    sharded: bool
    _notes: list[str] = field(default_factory=list)

    def gradient(
        self, training: Training, objective: Objective, batch: Batch, optimizer: torch.optim.Optimizer
    ) -> Sums:
        """Put into .grad what this process has of the gradient of `batch`.

        Raises torch.OutOfMemoryError where not even one sample at a time fits.
        """
        longest = max(
            len(training.encoded.prompts[group.prompt].tokens[i]) for group in batch.groups for i in group.responses
        )
        while True:
            state = torch.get_rng_state()
            optimizer.zero_grad()
            try:
                return self._accumulate(training, objective, batch)
            except torch.OutOfMemoryError:
                if self.sharded or self.token_budget <= longest:
                    raise
            # Outside of the handler, whose traceback holds the tensors of the pass that failed.
            self._halve(training.model.runtime.device)
            torch.set_rng_state(state)

    def _halve(self, device: torch.device) -> None:
        self.token_budget //= 2
        self._notes.append(f"out of memory: token_budget is halved to {self.token_budget}")
        if device.type == "cuda":
            torch.cuda.empty_cache()

    def _accumulate(self, training: Training, objective: Objective, batch: Batch) -> Sums:
        prompts, ranks = training.encoded.prompts, training.ranks
        totals = objective.totals(batch, prompts)
        costs = [sum(len(prompts[group.prompt].tokens[i]) for i in group.responses) for group in batch.groups]
        shares = deal(costs, ranks.size)
        dealt = [[batch.groups[i] for i in share] for share in shares]
        in_step = None
        if self.sharded:
            in_step = max(
                len(training.model.packer.split(_samples(groups, prompts), self.token_budget)) for groups in dealt
            )
        return accumulate_gradient(
            training.model, prompts, dealt[ranks.rank], totals, self.token_budget, objective, in_step
        )

    def take_notes(self) -> list[str]:
        """What happened since this was last asked."""
        notes, self._notes = self._notes, []
        return notes


def _samples(groups: Sequence[Group], prompts: Sequence[EncodedPrompt]) -> list[list[Tokens]]:
    return [[prompts[group.prompt].tokens[i] for i in group.responses] for group in groups]
