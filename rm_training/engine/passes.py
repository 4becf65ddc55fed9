"""Samples of many prompts through a model, a token budget at a time, whether it packs them or pads."""

import sys
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import torch

from rm_training.engine.batching import pack, pack_tight
from rm_training.engine.layout import Groups, Tokens, packed_tokens, shared_length
from rm_training.engine.scorer import Progress, silent

TOKEN_BUDGET = 16384

Sample = TypeVar("Sample")
Taken = TypeVar("Taken", contravariant=True)
Value = TypeVar("Value")


class Packer(Protocol[Taken]):
    """How groups of samples, each of one prompt, are dealt into forward passes."""

    def split(self, groups: Sequence[Sequence[Taken]], token_budget: int) -> list[list[int]]:
        """Whole groups dealt into passes within the budget, as positions in `groups`; a larger one goes alone."""
        ...

    def stretches(self, samples: Sequence[Taken], token_budget: int) -> list[tuple[int, int]]:
        """A group's samples cut into stretches [start, end) within the budget; a sample may exceed it alone."""
        ...


@dataclass(frozen=True)
class Rectangles(Generic[Sample]):
    """Passes padded to their longest sample; `length` counts a sample's tokens."""

    length: Callable[[Sample], int]

    def split(self, groups: Sequence[Sequence[Sample]], token_budget: int) -> list[list[int]]:
        return pack([(len(group), max(map(self.length, group))) for group in groups], token_budget)

    def stretches(self, samples: Sequence[Sample], token_budget: int) -> list[tuple[int, int]]:
        size = max(1, token_budget // max(map(self.length, samples), default=1))
        return [(start, min(start + size, len(samples))) for start in range(0, len(samples), size)]


class Tight:
    """Passes without padding, in which a group's trunk stands once (layout.py)."""

    def split(self, groups: Groups, token_budget: int) -> list[list[int]]:
        return pack_tight([(packed_tokens(group), max(map(len, group))) for group in groups], token_budget)

    def stretches(self, samples: Sequence[Tokens], token_budget: int) -> list[tuple[int, int]]:
        # Counted with the trunk of all, which is never longer than a stretch's own: never less than what it takes.
        trunk = shared_length(samples) if len(samples) > 1 else 0
        found: list[tuple[int, int]] = []
        start, taken = 0, trunk
        for end, sample in enumerate(samples):
            if end > start and taken + len(sample) - trunk > token_budget:
                found.append((start, end))
                start, taken = end, trunk
            taken += len(sample) - trunk
        return [*found, (start, len(samples))] if samples else []


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
    packer: Packer[Sample],
    same: Callable[[Sample], Hashable],
    token_budget: int = TOKEN_BUDGET,
    progress: Progress = silent,
) -> list[list[Value]]:
    """The value that `forward` gives each sample of each prompt.

    Samples of a prompt for which `same` is equal go through the model once and get one value: computed twice, the last
    bit may differ with the place in the pass, and what is equal would be ordered.
    """
    firsts = [{same(sample): sample for sample in reversed(samples)} for samples in prompts]
    distinct = [list(dict.fromkeys(same(sample) for sample in samples)) for samples in prompts]
    values = _in_passes(
        [[first[key] for key in keys] for first, keys in zip(firsts, distinct, strict=True)],
        forward, packer=packer, token_budget=token_budget, progress=progress,
    )  # fmt: skip
    found = [dict(zip(*both, strict=True)) for both in zip(distinct, values, strict=True)]
    return [[of[same(sample)] for sample in samples] for of, samples in zip(found, prompts, strict=True)]


def _in_passes(
    prompts: Sequence[Sequence[Sample]],
    forward: Callable[[list[Sequence[Sample]]], list[Value]],
    *,
    packer: Packer[Sample],
    token_budget: int,
    progress: Progress,
) -> list[list[Value]]:
    """The value of each sample, all of them different.

    `forward` is given the samples of one pass, grouped by prompt, and returns one value per sample in the same order.
    The samples of a prompt share a pass, so that it computes the prompt once, unless they alone exceed the budget.
    Where the device runs out of memory, the budget is halved, with a line on stderr, down to a sample a pass.
    """
    values: list[list[Value]] = [[None] * len(samples) for samples in prompts]  # type: ignore[list-item]
    total, done = sum(map(len, prompts)), 0
    left = [_Part(i, 0, samples) for i, samples in enumerate(prompts) if samples]
    while left:
        parts = [smaller for part in left for smaller in _within(part, packer, token_budget)]
        passes = packer.split([part.samples for part in parts], token_budget)
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


def _within(part: _Part[Sample], packer: Packer[Sample], token_budget: int) -> list[_Part[Sample]]:
    """The part, cut into stretches that each fit the budget."""
    return [
        _Part(part.prompt, part.start + start, part.samples[start:end])
        for start, end in packer.stretches(part.samples, token_budget)
    ]
