"""The exact gradient of a batch, from forward passes that each keep within the token budget."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from rm_training.engine.batching import Batch, Group, pack
from rm_training.engine.encode import EncodedPrompt, Tokens
from rm_training.engine.loss import preference_loss
from rm_training.engine.model import RewardModel


@dataclass(frozen=True)
class StepFigures:
    """Of one batch: loss, share of pairs ordered rightly, mean and deviation of rewards, tokens."""

    loss: float
    accuracy: float
    reward_mean: float
    reward_std: float
    tokens: int  # padding not counted


def accumulate_gradient(
    model: RewardModel,
    prompts: Sequence[EncodedPrompt],
    batch: Batch,
    token_budget: int,
    regularization: float,
) -> StepFigures:
    """Add the gradient of the loss of `batch` to the parameters' .grad.

    Pairs never cross prompts, so parts made of whole groups are passed through one after the other, each
    freed before the next. Only a group that exceeds the budget alone is passed twice (see `_PartLoss`).
    """
    groups = batch.groups
    lengths = [[len(prompts[g.prompt].tokens[i]) for i in g.responses] for g in groups]
    losses, rewards, right = [], [], []
    for part in pack([(len(rows), max(rows)) for rows in lengths], token_budget):
        samples, pairs = _collate([groups[i] for i in part], prompts, model.runtime.device)
        part_loss = _PartLoss(pairs, regularization, batch.pairs_used, batch.responses)
        passes = pack([(1, len(sample)) for sample in samples], token_budget)
        loss, values = part_loss.backward(model, samples, passes)
        losses.append(loss)
        rewards.append(values)
        right.append((values[pairs[:, 0]] > values[pairs[:, 1]]).sum())
    every = torch.cat(rewards)
    figures = torch.stack([
        torch.stack(losses).sum(), torch.stack(right).sum() / batch.pairs_used,
        every.mean(), every.std(correction=0),
    ])  # fmt: skip
    loss_sum, accuracy, mean, deviation = figures.tolist()
    return StepFigures(loss_sum, accuracy, mean, deviation, tokens=sum(map(sum, lengths)))


@dataclass(frozen=True)
class _PartLoss:
    """The loss share of one part of a batch, as a function of its rewards."""

    pairs: torch.Tensor
    regularization: float
    total_pairs: int
    total_responses: int

    def __call__(self, rewards: torch.Tensor) -> torch.Tensor:
        return preference_loss(
            rewards, self.pairs, self.regularization,
            total_pairs=self.total_pairs, total_responses=self.total_responses,
        )  # fmt: skip

    def backward(
        self, model: RewardModel, samples: list[Tokens], passes: list[list[int]]
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Backpropagate; loss and rewards, both detached. One pass is direct, several go the cached way."""
        if len(passes) > 1:
            return self._backward_in_passes(model, samples, passes)
        rewards = model(samples)
        loss = self(rewards)
        loss.backward()
        return loss.detach(), rewards.detach()

    def _backward_in_passes(
        self, model: RewardModel, samples: list[Tokens], passes: list[list[int]]
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Rewards first, then each pass again with the gradient of its rewards: no two graphs coexist.

        Gradient caching (Gao et al. 2021, arXiv 2101.06983). The first round leaves the random state as it
        was, so that the second draws the same dropout.
        """
        devices = [model.runtime.device] if model.runtime.device.type == "cuda" else []
        with torch.random.fork_rng(devices), torch.no_grad():
            parts = [model([samples[i] for i in chosen]) for chosen in passes]
        rewards = torch.empty(len(samples), device=model.runtime.device)
        for chosen, values in zip(passes, parts, strict=True):
            rewards[chosen] = values
        rewards.requires_grad_()
        loss = self(rewards)
        (gradient,) = torch.autograd.grad(loss, rewards)
        for chosen in passes:
            model([samples[i] for i in chosen]).backward(gradient[chosen])
        return loss.detach(), rewards.detach()


def _collate(
    groups: Sequence[Group], prompts: Sequence[EncodedPrompt], device: torch.device
) -> tuple[list[Tokens], torch.Tensor]:
    """The samples of some groups in a row, and their pairs, (m, 2) int64, as positions in it."""
    samples: list[Tokens] = []
    pairs: list[tuple[int, int]] = []
    for group in groups:
        pairs += [(len(samples) + winner, len(samples) + loser) for winner, loser in group.pairs]
        samples += [prompts[group.prompt].tokens[i] for i in group.responses]
    return samples, torch.tensor(pairs, device=device)
