"""What the benchmark asks of a model, whatever it is: a margin for each pair and a reward for each response."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from rm_training.engine.data import Prompt

Progress = Callable[[int, int], None]  # what is done, of how much


def silent(done: int, total: int) -> None:
    """Progress that nobody looks at."""


@dataclass(frozen=True)
class Scored:
    """One subset as a model sees it; all lists run along the prompts.

    margins: winner minus loser for each pair, in the order of Prompt.pairs: a reward difference, or a judge's
    log-odds, so that its sigmoid is the probability of the pair's order. rewards: one for each response. figures:
    what only some kinds of model have, by the name it gets in metrics.json.
    """

    margins: list[list[float]]
    rewards: list[list[float]]
    figures: dict[str, float | None] = field(default_factory=dict)


class Scorer(Protocol):
    """A model that can be benchmarked. No figure depends on what shares a pass; one that is not finite is an error."""

    def scored(self, prompts: Sequence[Prompt], progress: Progress = silent) -> Scored:
        """Margins and rewards, read off the pairs of the prompts where the model reads pairs."""
        ...

    def rewards(self, prompts: Sequence[Prompt], progress: Progress = silent) -> list[list[float]]:
        """The reward of each response of each prompt, whatever pairs the prompts have."""
        ...


def from_rewards(prompts: Sequence[Prompt], rewards: list[list[float]]) -> Scored:
    """What a model of rewards says: each margin is the difference of two rewards."""
    margins = [
        [values[winner] - values[loser] for winner, loser in prompt.pairs]
        for prompt, values in zip(prompts, rewards, strict=True)
    ]
    return Scored(margins, rewards)
