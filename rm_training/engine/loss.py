"""The Bradley-Terry loss of PROTOCOL 9, vectorised over the ordered pairs of a batch."""

import torch
from torch.nn.functional import logsigmoid


def preference_loss(
    rewards: torch.Tensor,
    pairs: torch.Tensor,
    regularization: float,
    *,
    total_pairs: int,
    total_responses: int,
) -> torch.Tensor:
    """The share that some prompts of a batch have in its loss; a scalar.

    loss = mean over pairs of -log sigmoid(r_winner - r_loser) + regularization * mean over responses of r^2

    rewards: (n,) float. pairs: (m, 2) int64, (winner, loser) as positions in `rewards`; m may be 0. The
    means run over the whole batch, hence `total_pairs` and `total_responses`. No pair crosses prompts, so
    the shares of a batch's parts, each part of whole prompts, add up to its loss, and their gradients to
    its gradient, exactly.
    """
    margins = rewards[pairs[:, 0]] - rewards[pairs[:, 1]]
    return -logsigmoid(margins).sum() / total_pairs + regularization * rewards.square().sum() / total_responses
