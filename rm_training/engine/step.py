"""The exact gradient of a batch, from forward passes that each keep within the token budget."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch

from rm_training.engine.backbone import Hidden
from rm_training.engine.batching import Group
from rm_training.engine.encode import EncodedPrompt
from rm_training.engine.layout import Tokens
from rm_training.engine.loss import Totals, response_loss, verdict_loss
from rm_training.engine.model import RewardModel
from rm_training.engine.objective import Judged, Objective, Rewarded, pairs_of, read_tokens
from rm_training.engine.parallel import Ranks


@dataclass(frozen=True)
class StepFigures:
    """Of one batch: loss and its parts, share of pairs ordered rightly, rewards, tokens (padding not counted).

    A part that the objective does not have is 0.
    """

    loss: float
    accuracy: float
    reward_mean: float
    reward_std: float
    tokens: int
    preference: float
    penalty: float
    generation: float

    def line(self) -> dict[str, Any]:
        """What a line of progress.jsonl holds of it."""
        plain = {"loss", "accuracy", "reward_mean", "reward_std", "tokens"}
        values = {name: value for name, value in asdict(self).items() if name in plain}
        parts = {"bt": self.preference, "regularization": self.penalty, "generative": self.generation}
        return values | {"loss_parts": {name: part for name, part in parts.items() if part}}


# What the processes add up: losses, pairs right, sums of rewards and their squares, rewards, judgements, tokens.
_SUMS = ("preference", "penalty", "generation", "right", "asked", "reward", "square", "rewards", "tokens")


class Sums:
    """Sums over the parts of a batch, kept on the device until the step's end: reading them makes it wait."""

    def __init__(self, device: torch.device):
        self.vector = torch.zeros(len(_SUMS), dtype=torch.float64, device=device)

    def add(self, **values: torch.Tensor | float) -> None:
        for name, value in values.items():
            self.vector[_SUMS.index(name)] += value

    def figures(self, ranks: Ranks) -> StepFigures:
        """Of the whole batch, over all processes."""
        preference, penalty, generation, right, asked, reward, square, rewards, tokens = ranks.add(self.vector).tolist()
        mean = reward / max(1, rewards)
        return StepFigures(
            loss=preference + penalty + generation, accuracy=right / max(1, asked), reward_mean=mean,
            reward_std=max(0.0, square / max(1, rewards) - mean**2) ** 0.5, tokens=round(tokens),
            preference=preference, penalty=penalty, generation=generation,
        )  # fmt: skip


def accumulate_gradient(
    model: RewardModel,
    prompts: Sequence[EncodedPrompt],
    groups: Sequence[Group],
    totals: Totals,
    token_budget: int,
    objective: Objective,
    in_step: int | None = None,
) -> Sums:
    """Add to the parameters' .grad what `groups` have of the gradient of the batch that `totals` counts.

    Pairs never cross prompts, so parts made of whole groups are passed through one after the other, each freed before
    the next. Only a group that exceeds the budget alone is passed twice (see `_in_passes`). Sharded processes gather
    weights from each other in every pass: with `in_step` each makes that many, none of them twice, the missing ones
    with nothing to learn.
    """
    sums = Sums(model.runtime.device)
    step = _Step(model, objective, totals, sums)
    rewarded = [objective.rewarded(g, prompts[g.prompt]) for g in groups] if objective.rewards else []
    parts = model.packer.split([r.samples for r in rewarded], token_budget)
    for part in parts:
        step.rewarded([rewarded[i] for i in part], token_budget if in_step is None else sys.maxsize)
    for _ in range((in_step or 0) - len(parts)):
        step.idle(prompts[0].tokens[0][:1])
    readings = list(_readings(model, objective, prompts, groups, token_budget))
    for part in model.packer.split([judged.samples for judged in readings], token_budget):
        step.judged([readings[i] for i in part])
    return sums


def _readings(
    model: RewardModel,
    objective: Objective,
    prompts: Sequence[EncodedPrompt],
    groups: Sequence[Group],
    token_budget: int,
) -> Iterator[Judged]:
    """The readings of each prompt in one group, so that they share its trunk, or in as few as keep the budget."""
    for group in groups:
        judged = objective.judged(group, prompts[group.prompt])
        for start, end in model.packer.stretches(judged.samples, token_budget):
            yield Judged(judged.samples[start:end], judged.right[start:end])


@dataclass(frozen=True)
class _Step:
    """One step's passes: each adds its gradient to the parameters and its figures to the sums."""

    model: RewardModel
    objective: Objective
    totals: Totals
    sums: Sums

    def rewarded(self, groups: list[Rewarded], token_budget: int) -> None:
        """Backpropagate the losses that some groups have of their rewards and of the responses read in them."""
        parts = self.model.packer.stretches(groups[0].samples, token_budget)
        if len(groups) == 1 and len(parts) > 1:
            self._in_passes(groups[0], [list(range(start, end)) for start, end in parts])
            return
        hidden = self.model.backbone([group.samples for group in groups])
        rewards = self.model.rewards(hidden)
        preference = self._preference(rewards, groups)
        reading = self._reading(hidden, groups)
        (preference if reading is None else preference + reading).backward()

    def _preference(self, rewards: torch.Tensor, groups: list[Rewarded]) -> torch.Tensor:
        pairs = pairs_of(groups, rewards.device)
        loss = self.objective.preference(rewards, pairs, self.totals)
        values = rewards.detach()
        right = values[pairs.ordered[:, 0]] > values[pairs.ordered[:, 1]]
        square = values.square().sum()
        penalty = self.objective.preference.regularization * square / self.totals.responses
        self.sums.add(
            preference=loss.detach() - penalty, penalty=penalty, right=right.sum(), asked=len(right),
            reward=values.sum(), square=square, rewards=len(values),
            tokens=sum(len(sample) for group in groups for sample in group.samples),
        )  # fmt: skip
        return loss

    def _reading(self, hidden: Hidden, groups: list[Rewarded]) -> torch.Tensor | None:
        """The language-model loss on the best responses, times its weight; None where none is read."""
        places, tokens = read_tokens(groups, hidden.layout)
        if not len(places):
            return None
        asked = torch.from_numpy(tokens).to(hidden.states.device)
        loss = self.objective.gamma * response_loss(self.model.token_logits(hidden, places), asked, self.totals)
        self.sums.add(generation=loss.detach())
        return loss

    def _in_passes(self, group: Rewarded, passes: list[list[int]]) -> None:
        """Rewards first, then each pass again with the gradient of its rewards: no two graphs coexist.

        Gradient caching (Gao et al. 2021, arXiv 2101.06983). The first round leaves the random state as it
        was, so that the second draws the same dropout.
        """
        device = self.model.runtime.device
        with torch.random.fork_rng([device] if device.type == "cuda" else []), torch.no_grad():
            parts = [self.model([_chosen(group, chosen).samples]) for chosen in passes]
        rewards = torch.empty(len(group.samples), device=device)
        for chosen, values in zip(passes, parts, strict=True):
            rewards[chosen] = values
        rewards.requires_grad_()
        (gradient,) = torch.autograd.grad(self._preference(rewards, [group]), rewards)
        for chosen in passes:
            part = _chosen(group, chosen)
            hidden = self.model.backbone([part.samples])
            carried = self.model.rewards(hidden) @ gradient[chosen]
            reading = self._reading(hidden, [part])
            (carried if reading is None else carried + reading).backward()

    def idle(self, tokens: Tokens) -> None:
        """A pass that other processes wait for, which adds nothing."""
        (self.model([[tokens]]).sum() * 0).backward()

    def judged(self, groups: list[Judged]) -> None:
        """Backpropagate the verdict loss of some readings."""
        hidden = self.model.backbone([group.samples for group in groups])
        logits = self.model.verdict_logits(hidden)
        verdicts = torch.tensor(self.model.verdicts, device=logits.device)
        right = torch.tensor([number for group in groups for number in group.right], device=logits.device)
        loss = self.objective.verdict_weight * verdict_loss(logits, verdicts[right], self.totals)
        loss.backward()
        said = logits.detach()[:, verdicts].argmax(dim=1) == right
        counted: dict[str, torch.Tensor | float] = (
            {} if self.objective.rewards else {"right": said.sum(), "asked": len(said)}
        )
        tokens = sum(len(sample) for group in groups for sample in group.samples)
        self.sums.add(generation=loss.detach(), tokens=tokens, **counted)


def _chosen(group: Rewarded, positions: list[int]) -> Rewarded:
    """Some samples of a group, without the pairs among them."""
    starts = {at: group.starts[old] for at, old in enumerate(positions) if old in group.starts}
    return Rewarded(tuple(group.samples[i] for i in positions), (), (), (), starts)
