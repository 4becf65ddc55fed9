"""Rewards of samples and benchmark figures of a model; a reward does not depend on what shares its pass."""

import math
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch

from rm_training.engine.data import Prompt
from rm_training.engine.encode import Encoder
from rm_training.engine.errors import EngineError
from rm_training.engine.layout import Tokens
from rm_training.engine.model import RewardModel
from rm_training.engine.passes import TOKEN_BUDGET, in_passes
from rm_training.engine.scorer import Progress, Scored, from_rewards, silent


class RewardScorer:
    """A model with a scalar head, as the benchmark sees it.

    `end_token`: one that each sample must end with, appended where it does not.
    """

    def __init__(
        self, model: RewardModel, *, max_length: int, token_budget: int = TOKEN_BUDGET, end_token: int | None = None
    ):
        self.model = model
        self.options = {"max_length": max_length, "token_budget": token_budget, "end_token": end_token}

    def scored(self, prompts: Sequence[Prompt], progress: Progress = silent) -> Scored:
        return from_rewards(prompts, self.rewards(prompts, progress))

    def rewards(self, prompts: Sequence[Prompt], progress: Progress = silent) -> list[list[float]]:
        return rewards_of(self.model, prompts, progress=progress, **self.options)  # type: ignore[arg-type]


def rewards_of(
    model: RewardModel,
    prompts: Sequence[Prompt],
    *,
    max_length: int,
    token_budget: int = TOKEN_BUDGET,
    end_token: int | None = None,
    progress: Progress = silent,
) -> list[list[float]]:
    """The reward of each response of each prompt.

    Every response is scored: one above `max_length` tokens is cut on the left, behind the template's head,
    and counted on stderr. A pass has at most `token_budget` tokens. Raises EngineError `reward_not_finite`.
    """
    samples = chat_samples(Encoder(model.tokenizer, max_length), prompts, end_token)
    rewards = in_passes(
        samples, lambda groups: _forward(model, groups), packer=model.packer, same=tokens_alike,
        token_budget=token_budget, progress=progress,
    )  # fmt: skip
    require_finite(rewards)
    return rewards


def chat_samples(encoder: Encoder, prompts: Sequence[Prompt], end_token: int | None = None) -> list[list[Tokens]]:
    """The tokens of each response of each prompt, none longer than the encoder's max_length."""
    room = encoder if end_token is None else Encoder(encoder.tokenizer, encoder.max_length - 1)
    rows = encoder.encode([(prompt.text, response) for prompt in prompts for response in prompt.responses])
    report_cut(sum(not room.fits(row) for row in rows), len(rows), encoder.max_length)
    samples = iter(_ended(room.cut_left(row), end_token) for row in rows)
    return [[next(samples) for _ in prompt.responses] for prompt in prompts]


def _ended(tokens: Tokens, end_token: int | None) -> Tokens:
    if end_token is None or tokens[-1] == end_token:
        return tokens
    return np.append(tokens, np.int32(end_token))


def tokens_alike(tokens: Tokens) -> bytes:
    """Equal for equal samples."""
    return tokens.tobytes()


def report_cut(cut: int, total: int, max_length: int, how: str = "are cut on the left") -> None:
    if cut:
        print(f"{cut} of {total} samples exceed {max_length} tokens and {how}", file=sys.stderr)


def require_finite(values: Sequence[Sequence[float]]) -> None:
    """Raise EngineError `reward_not_finite`: what is no number can be compared with nothing."""
    if not all(math.isfinite(value) for row in values for value in row):
        raise EngineError("reward_not_finite", "The model gives rewards that are no finite numbers.")


def _forward(model: RewardModel, groups: list[Sequence[Tokens]]) -> list[float]:
    """Rewards of the samples of one pass, grouped by prompt; the one place that calls a reward model."""
    with scoring(model):
        values: list[float] = model(groups).tolist()
    return values


@contextmanager
def scoring(model: RewardModel) -> Iterator[None]:
    """Within, the model neither trains nor keeps what a gradient would need."""
    was_training = model.training
    model.eval()
    try:
        with torch.inference_mode():
            yield
    finally:
        model.train(was_training)
