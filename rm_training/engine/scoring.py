"""Scores prompts with our own models: rewards of a scalar head, margins of a judge, packed under a token budget."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import torch

from rm_training.engine.batching import Pair
from rm_training.engine.data import Prompt
from rm_training.engine.encode import Encoder
from rm_training.engine.errors import EngineError
from rm_training.engine.layout import Tokens
from rm_training.engine.model import RewardModel
from rm_training.engine.passes import split, stretches
from rm_training.engine.scorer import Progress, Scored, from_rewards, silent


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


@dataclass(frozen=True)
class RewardScorer:
    """The scalar head. Every response is scored: one above `max_length` is cut on the left, and counted on stderr."""

    model: RewardModel
    max_length: int
    token_budget: int = 16384

    def scored(self, prompts: Sequence[Prompt], progress: Progress = silent) -> Scored:
        return from_rewards(prompts, self.rewards(prompts, progress))

    def rewards(self, prompts: Sequence[Prompt], progress: Progress = silent) -> list[list[float]]:
        """Raises EngineError `reward_not_finite`."""
        encoder = Encoder(self.model.tokenizer, self.max_length)
        groups = _cut(
            [encoder.encode([(prompt.text, response) for response in prompt.responses]) for prompt in prompts], encoder
        )
        values = _in_passes(groups, self.model, self.token_budget, progress, _rewards)
        return [[float(value) for value in found[:, 0]] for found in values]


def _rewards(model: RewardModel, groups: Sequence[Sequence[Tokens]]) -> torch.Tensor:
    return model(groups)[:, None]


@dataclass(frozen=True)
class JudgeScorer:
    """The verdicts of a causal model: it reads each pair in both orders, so that a margin favours no position.

    The margin of a pair is the mean over both orders of the log-odds of the winner's verdict. Reported besides:
    "consistency", the share of pairs for which both orders name the same winner, and "unreadable", the share of
    readings after which the likeliest token is neither verdict.
    """

    model: RewardModel
    max_length: int
    token_budget: int = 16384

    def scored(self, prompts: Sequence[Prompt], progress: Progress = silent) -> Scored:
        return self._scored(prompts, [prompt.pairs for prompt in prompts], progress)

    def rewards(self, prompts: Sequence[Prompt], progress: Progress = silent) -> list[list[float]]:
        """The mean margin of each response against all others of its prompt (Borda)."""
        every = [tuple(combinations(range(len(prompt.responses)), 2)) for prompt in prompts]
        return self._scored(prompts, every, progress).rewards

    def _scored(self, prompts: Sequence[Prompt], pairs: Sequence[Sequence[Pair]], progress: Progress) -> Scored:
        encoder = Encoder(self.model.tokenizer, self.max_length)
        groups = _cut(
            [
                encoder.encode_readings(prompt.text, list(_both_orders(prompt, asked)))
                for prompt, asked in zip(prompts, pairs, strict=True)
            ],
            encoder,
        )
        read = _in_passes(groups, self.model, self.token_budget, progress, _odds)
        # Even rows have the pair's first response in front, odd ones its second.
        odds = [found[:, 0] for found in read]
        margins = [((values[::2] - values[1::2]) / 2).tolist() for values in odds]
        agree = np.concatenate([(values[::2] > 0) == (values[1::2] < 0) for values in odds])
        readable = np.concatenate([found[:, 1] for found in read])
        figures = {
            "consistency": float(agree.mean()) if len(agree) else 1.0,
            "unreadable": float(1 - readable.mean()) if len(readable) else 0.0,
        }
        rewards = [_borda(len(p.responses), *both) for p, *both in zip(prompts, pairs, margins, strict=True)]
        return Scored(margins, rewards, figures)


def _both_orders(prompt: Prompt, pairs: Sequence[Pair]) -> Iterator[tuple[str, str]]:
    for one, other in pairs:
        yield prompt.responses[one], prompt.responses[other]
        yield prompt.responses[other], prompt.responses[one]


def _borda(count: int, pairs: Sequence[Pair], margins: Sequence[float]) -> list[float]:
    said: list[list[float]] = [[] for _ in range(count)]
    for (one, other), margin in zip(pairs, margins, strict=True):
        said[one].append(margin)
        said[other].append(-margin)
    return [sum(values) / len(values) if values else 0.0 for values in said]


def _odds(model: RewardModel, groups: Sequence[Sequence[Tokens]]) -> torch.Tensor:
    """(n, 2): log-odds of the first verdict, and whether the likeliest token is a verdict."""
    hidden = model.backbone(groups)
    logits = model.token_logits(hidden, hidden.layout.ends)
    verdicts = torch.tensor(model.verdicts, device=logits.device)
    said = logits[:, verdicts]
    readable = torch.isin(logits.argmax(dim=1), verdicts)
    return torch.stack([said[:, 0] - said[:, 1], readable.float()], dim=1)


def _cut(groups: list[list[Tokens]], encoder: Encoder) -> list[list[Tokens]]:
    every = [sample for group in groups for sample in group]
    cut = sum(not encoder.fits(sample) for sample in every)
    if cut:
        print(
            f"{cut} of {len(every)} samples exceed {encoder.max_length} tokens and are cut on the left",
            file=sys.stderr,
        )
    return [[encoder.cut_left(sample) for sample in group] for group in groups]


def _in_passes(
    groups: list[list[Tokens]],
    model: RewardModel,
    token_budget: int,
    progress: Progress,
    read: Callable[[RewardModel, Sequence[Sequence[Tokens]]], torch.Tensor],
) -> list[np.ndarray]:
    """What `read` finds for the samples of each group, (samples, k) each; a group above the budget is cut up."""
    pieces = [
        (number, group[start:end])
        for number, group in enumerate(groups)
        for start, end in stretches(model, group, token_budget)
    ]
    found: list[list[np.ndarray]] = [[] for _ in groups]
    parts: dict[int, np.ndarray] = {}
    total, done = sum(map(len, groups)), 0
    with scoring(model):
        for chosen in split(model, [samples for _, samples in pieces], token_budget):
            values = read(model, [pieces[i][1] for i in chosen]).float().cpu().numpy()
            at = 0
            for i in chosen:
                parts[i] = values[at : at + len(pieces[i][1])]
                at += len(pieces[i][1])
            done += len(values)
            progress(done, total)
    for i, (number, _) in enumerate(pieces):
        found[number].append(parts[i])
    every = [np.concatenate(rows) if rows else np.empty((0, 2)) for rows in found]
    if not all(np.isfinite(values).all() for values in every):
        raise EngineError("reward_not_finite", "The model gives rewards that are no finite numbers.")
    return every
