"""Where the tokens of some samples stand in one forward pass: packed in a row, or padded to a rectangle.

A *group* is the samples of one prompt that share a pass. What they all begin with, the chat template's head and the
prompt, is their *trunk*; what follows in each is its *tail*. Packed, a trunk is kept once: its tokens attend to
themselves, each tail to its trunk and itself, and positions of a tail go on where the trunk ends. Causal attention
gives a token what it would get in its own sample, so rewards, loss and gradients are those of separate samples.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Tokens = NDArray[np.int32]
Ints = NDArray[np.int64]
Groups = Sequence[Sequence[Tokens]]


@dataclass(frozen=True)
class Layout:
    """One forward pass over n samples. Offsets are places in the flattened token array.

    ids, positions: (rows, columns) int64. trunk_start, trunk_length, tail_start, tail_length: (n,) int64; a sample is
    its trunk (empty where nothing is shared) followed by its tail, which is never empty.
    """

    ids: Ints
    positions: Ints
    trunk_start: Ints
    trunk_length: Ints
    tail_start: Ints
    tail_length: Ints

    @property
    def ends(self) -> Ints:
        """Where the last token of each sample stands, (n,)."""
        return self.tail_start + self.tail_length - 1

    def places(self, sample: int, offsets: Ints) -> Ints:
        """Where the tokens `offsets` of a sample, counted from its first, stand."""
        trunk = self.trunk_length[sample]
        in_trunk = self.trunk_start[sample] + offsets
        places: Ints = np.where(offsets < trunk, in_trunk, self.tail_start[sample] + offsets - trunk)
        return places

    @cached_property
    def segments(self) -> "Segments":
        """The stretches of a packed row whose tokens attend alike, in the order of the row."""
        trunks = sorted(
            {(s, n) for s, n in zip(self.trunk_start.tolist(), self.trunk_length.tolist(), strict=True) if n}
        )
        rows = [(start, length, start, 0) for start, length in trunks]
        rows += zip(
            self.tail_start.tolist(), self.tail_length.tolist(), self.trunk_start.tolist(), self.trunk_length.tolist(),
            strict=True,
        )  # fmt: skip
        return Segments(*np.array(sorted(rows), dtype=np.int64).reshape(-1, 4).T)


@dataclass(frozen=True)
class Segments:
    """(s,) int64 each: a segment's tokens attend to those of `seen` before them and causally to their own."""

    start: Ints
    length: Ints
    seen_start: Ints
    seen_length: Ints


def shared_length(group: Sequence[Tokens]) -> int:
    """How many tokens all samples of a group begin with, less so many that every sample keeps one of its own."""
    first = group[0]
    shared = min(map(len, group)) - 1
    for sample in group[1:]:
        differing = np.flatnonzero(first[:shared] != sample[:shared])
        shared = int(differing[0]) if len(differing) else shared
    return shared


def packed_tokens(group: Sequence[Tokens]) -> int:
    """How many tokens a group takes when packed with its trunk kept once."""
    trunk = shared_length(group) if len(group) > 1 else 0
    return sum(map(len, group)) - trunk * (len(group) - 1)


def packed(groups: Groups) -> Layout:
    """All samples in one row, each group's trunk once; no padding."""
    ids: list[Tokens] = []
    positions: list[Ints] = []
    spans: list[tuple[int, int, int, int]] = []
    at = 0
    for group in groups:
        trunk = shared_length(group) if len(group) > 1 else 0
        trunk_start = at
        if trunk:
            ids.append(group[0][:trunk])
            positions.append(np.arange(trunk))
            at += trunk
        for sample in group:
            ids.append(sample[trunk:])
            positions.append(np.arange(trunk, len(sample)))
            spans.append((trunk_start, trunk, at, len(sample) - trunk))
            at += len(sample) - trunk
    return Layout(
        np.concatenate(ids).astype(np.int64)[None], np.concatenate(positions)[None],
        *np.array(spans, dtype=np.int64).T,
    )  # fmt: skip


def padded(groups: Groups, pad: int) -> Layout:
    """One row a sample, padded with `pad` on the right; no trunks."""
    samples = [sample for group in groups for sample in group]
    lengths = np.array([len(sample) for sample in samples], dtype=np.int64)
    columns = int(lengths.max())
    ids = np.full((len(samples), columns), pad, dtype=np.int64)
    for row, sample in enumerate(samples):
        ids[row, : len(sample)] = sample
    none = np.zeros_like(lengths)
    positions = np.broadcast_to(np.arange(columns), ids.shape)
    return Layout(ids, positions, none, none, np.arange(len(samples)) * columns, lengths)
