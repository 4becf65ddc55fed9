"""Samples of many prompts through a model, a token budget at a time."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import torch

from rm_training.engine.batching import pack
from rm_training.engine.scorer import Progress, silent

TOKEN_BUDGET = 16384

Sample = TypeVar("Sample")
Value = TypeVar("Value")


@dataclass(frozen=True)
class _Part(Generic[Sample]):
    """Samples of one prompt that go through the model together; `start` counts in the prompt."""

    prompt: int
    start: int
    samples: Sequence[Sample]


def in_passes(
    prompts: Sequence[Sequence[Sample]],
    forward: Callable[[list[Sequence[Sample]]], list[Value]],
    *,
    length: Callable[[Sample], int],
    token_budget: int = TOKEN_BUDGET,
    progress: Progress = silent,
) -> list[list[Value]]:
    """The value that `forward` gives each sample of each prompt.

    `forward` is given the samples of one pass, grouped by prompt, and returns one value per sample in the same order.
    A pass has at most `token_budget` tokens, padding included. The samples of a prompt share a pass, so that it may
    compute the prompt once, unless they alone exceed the budget. Where the device runs out of memory, the budget is
    halved, with a line on stderr, down to a sample a pass.
    """
    values: list[list[Value]] = [[None] * len(samples) for samples in prompts]  # type: ignore[list-item]
    total, done = sum(map(len, prompts)), 0
    left = [_Part(i, 0, samples) for i, samples in enumerate(prompts) if samples]
    while left:
        parts = [smaller for part in left for smaller in _within(part, length, token_budget)]
        passes = pack([(len(part.samples), max(map(length, part.samples))) for part in parts], token_budget)
        left = []
        for number, chosen in enumerate(passes):
            try:
                results = iter(forward([parts[i].samples for i in chosen]))
            except torch.OutOfMemoryError:
                if sum(len(parts[i].samples) for i in chosen) == 1:
                    raise
                token_budget //= 2
                print(f"out of memory: going on with {token_budget} tokens a pass", file=sys.stderr)
                torch.cuda.empty_cache()
                left = [parts[i] for later in passes[number:] for i in later]
                break
            for part in (parts[i] for i in chosen):
                values[part.prompt][part.start : part.start + len(part.samples)] = [next(results) for _ in part.samples]
                done += len(part.samples)
            progress(done, total)
    return values


def _within(part: _Part[Sample], length: Callable[[Sample], int], token_budget: int) -> list[_Part[Sample]]:
    """The part, cut into as few as each fit the budget."""
    size = max(1, token_budget // max(map(length, part.samples)))
    return [
        _Part(part.prompt, part.start + start, part.samples[start : start + size])
        for start in range(0, len(part.samples), size)
    ]
