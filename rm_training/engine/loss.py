"""The losses of PROTOCOL 9, vectorised; every function returns one part's share of a batch's mean.

A batch is passed through the model in parts of whole prompts. No pair crosses prompts, so with the batch's own totals
as divisors the shares of its parts add up to its loss, and their gradients to its gradient, exactly, on one process
as on many.
"""

import math
from dataclasses import dataclass

import torch
from torch.nn.functional import cross_entropy, logsigmoid


@dataclass(frozen=True)
class Totals:
    """How many of each a whole batch has, over all processes; what is absent counts 1 so that it may divide."""

    pairs: int
    responses: int
    verdicts: int = 1
    tokens: int = 1  # of the responses that a language-model loss reads


@dataclass(frozen=True)
class Pairs:
    """The pairs of a part, as positions among its rewards.

    ordered: (m, 2) int64, (winner, loser). distance: (m,) float, tiers between the two, at least 1.
    tied: (k, 2) int64.
    """

    ordered: torch.Tensor
    distance: torch.Tensor
    tied: torch.Tensor


@dataclass(frozen=True)
class PreferenceLoss:
    """mean over pairs of -log P(what was said) + regularization * mean over responses of r^2.

    P(i over j) = sigmoid(r_i - r_j - threshold - margin * distance). With `ties`, P(i equal j) is Rao and Kupper's
    (1967), (t^2 - 1) sigmoid(d - threshold) sigmoid(-d - threshold) for d = r_i - r_j and t = exp(threshold); without,
    threshold is 0 and tied pairs do not count, which is Bradley-Terry. `label_smoothing` is the share of the
    opposite verdict in the target of an ordered pair.
    """

    regularization: float = 0.1
    margin: float = 0.0
    label_smoothing: float = 0.0
    ties: bool = False
    tie_threshold: float = math.log(2)

    def __call__(self, rewards: torch.Tensor, pairs: Pairs, totals: Totals) -> torch.Tensor:
        """rewards: (n,) float. A scalar; pairs may be empty. `totals.pairs` counts tied pairs if they are trained."""
        apart = rewards[pairs.ordered[:, 0]] - rewards[pairs.ordered[:, 1]]
        least = (self.tie_threshold if self.ties else 0.0) + self.margin * pairs.distance
        said = logsigmoid(apart - least).sum()
        if self.label_smoothing:
            opposite = logsigmoid(-apart - least).sum()
            said = (1 - self.label_smoothing) * said + self.label_smoothing * opposite
        if self.ties:
            said = said + self._tied(rewards, pairs.tied)
        return -said / totals.pairs + self.regularization * rewards.square().sum() / totals.responses

    def _tied(self, rewards: torch.Tensor, tied: torch.Tensor) -> torch.Tensor:
        apart = rewards[tied[:, 0]] - rewards[tied[:, 1]]
        level = math.log(math.expm1(2 * self.tie_threshold))
        return (level + logsigmoid(apart - self.tie_threshold) + logsigmoid(-apart - self.tie_threshold)).sum()


def verdict_loss(logits: torch.Tensor, right: torch.Tensor, totals: Totals) -> torch.Tensor:
    """Mean cross-entropy of the right verdict's token. logits: (n, vocabulary) float; right: (n,) int64."""
    return cross_entropy(logits, right, reduction="sum") / totals.verdicts


def response_loss(logits: torch.Tensor, tokens: torch.Tensor, totals: Totals) -> torch.Tensor:
    """Language-model loss, mean over tokens. logits: (n, vocabulary) float, predicting tokens: (n,) int64."""
    return cross_entropy(logits, tokens, reduction="sum") / totals.tokens
