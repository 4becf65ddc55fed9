"""What a batch teaches: its groups of samples as token rows, and the loss that some of them share in."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import torch

from rm_training.engine.batching import Batch, Group, Pair
from rm_training.engine.config import TrainConfig
from rm_training.engine.encode import EncodedPrompt, Wanted
from rm_training.engine.layout import Ints, Layout, Tokens
from rm_training.engine.loss import Pairs, PreferenceLoss, Totals


@dataclass(frozen=True)
class Rewarded:
    """A group whose samples get rewards: pairs and ties of positions in it, tiers between the pairs.

    `starts`: where the response of each sample that a language-model loss reads begins, by position.
    """

    samples: tuple[Tokens, ...]
    pairs: tuple[Pair, ...]
    distances: tuple[float, ...]
    ties: tuple[Pair, ...]
    starts: dict[int, int]


@dataclass(frozen=True)
class Judged:
    """A group whose samples end where a verdict stands; `right` numbers the right one of each sample."""

    samples: tuple[Tokens, ...]
    right: tuple[int, ...]


@dataclass(frozen=True)
class Objective:
    """How a run's losses are put together.

    discriminative: `preference` alone. generative: the verdict loss alone. joint: the first plus `gamma` times the
    verdict loss, or times the language-model loss on the best responses (Yang et al. 2024, arXiv 2406.10216).
    """

    kind: str
    preference: PreferenceLoss
    gamma: float
    generation: str  # verdict | response

    @classmethod
    def of(cls, config: TrainConfig) -> "Objective":
        preference = PreferenceLoss(
            regularization=config.regularization, margin=config.margin, label_smoothing=config.label_smoothing,
            ties=config.ties == "rao_kupper", tie_threshold=config.tie_threshold,
        )  # fmt: skip
        return cls(config.objective, preference, config.gamma, config.generation)

    @property
    def rewards(self) -> bool:
        return self.kind != "generative"

    @property
    def judges(self) -> bool:
        return self.kind == "generative" or (self.kind == "joint" and self.generation == "verdict" and self.gamma > 0)

    @property
    def reads_responses(self) -> bool:
        return self.kind == "joint" and self.generation == "response" and self.gamma > 0

    @property
    def verdict_weight(self) -> float:
        return 1.0 if self.kind == "generative" else self.gamma

    def wanted(self) -> Wanted:
        return Wanted(
            ties=self.preference.ties, distances=self.preference.margin > 0,
            starts=self.reads_responses, readings=self.judges,
        )  # fmt: skip

    def rewarded(self, group: Group, prompt: EncodedPrompt) -> Rewarded:
        numbers = group.pair_numbers
        best = {winner for winner, _ in group.pairs} - {loser for _, loser in group.pairs}
        return Rewarded(
            samples=tuple(prompt.tokens[i] for i in group.responses),
            pairs=group.pairs,
            distances=tuple(prompt.distances[n] for n in numbers) if prompt.distances else (1.0,) * len(numbers),
            ties=group.ties if self.preference.ties else (),
            starts={at: prompt.starts[group.responses[at]] for at in sorted(best)} if self.reads_responses else {},
        )

    def judged(self, group: Group, prompt: EncodedPrompt) -> Judged:
        """The readings of each pair that is not too long, in both orders: the right verdict is the winner's."""
        numbers = group.pair_numbers if self.judges else ()
        readings = [reading for n in numbers if (reading := prompt.readings[n]) is not None]
        return Judged(tuple(chain.from_iterable(readings)), (0, 1) * len(readings))

    def totals(self, batch: Batch, prompts: Sequence[EncodedPrompt]) -> Totals:
        """What the whole batch divides by, on whichever process its groups are."""
        pairs = verdicts = tokens = 0
        for group in batch.groups:
            prompt = prompts[group.prompt]
            rewarded = self.rewarded(group, prompt)
            pairs += len(rewarded.pairs) + len(rewarded.ties)
            verdicts += len(self.judged(group, prompt).right)
            tokens += sum(len(rewarded.samples[at]) - start for at, start in rewarded.starts.items())
        return Totals(max(1, pairs), batch.responses, max(1, verdicts), max(1, tokens))


def pairs_of(groups: Sequence[Rewarded], device: torch.device) -> Pairs:
    """The pairs of some groups as positions among all their samples."""
    ordered: list[Pair] = []
    tied: list[Pair] = []
    at = 0
    for group in groups:
        ordered += [(at + winner, at + loser) for winner, loser in group.pairs]
        tied += [(at + one, at + other) for one, other in group.ties]
        at += len(group.samples)
    distances = [distance for group in groups for distance in group.distances]
    return Pairs(_positions(ordered, device), torch.tensor(distances, device=device), _positions(tied, device))


def _positions(pairs: list[Pair], device: torch.device) -> torch.Tensor:
    return torch.tensor(pairs, dtype=torch.int64).reshape(-1, 2).to(device, non_blocking=True)


def read_tokens(groups: Sequence[Rewarded], layout: Layout) -> tuple[Ints, Ints]:
    """Of all response tokens that a language-model loss reads: where they are predicted, and which they are."""
    places: list[Ints] = [np.empty(0, dtype=np.int64)]
    tokens: list[Ints] = [np.empty(0, dtype=np.int64)]
    at = 0
    for group in groups:
        for position, start in group.starts.items():
            sample = group.samples[position]
            places.append(layout.places(at + position, np.arange(start - 1, len(sample) - 1)))
            tokens.append(sample[start:].astype(np.int64))
        at += len(group.samples)
    return np.concatenate(places), np.concatenate(tokens)
