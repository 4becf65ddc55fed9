"""What a call to a model costs, in tokens and in money, and what is left of a budget.

Money is counted in whole millionths of the currency that the prices are in, so that sums are exact.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

MICROS = 1_000_000
# What a chat format adds around a message, generously.
FRAME_TOKENS = 16


@dataclass(frozen=True, slots=True)
class Cost:
    """Tokens and millionths of the currency."""

    tokens: int = 0
    micros: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.tokens + other.tokens, self.micros + other.micros)

    def __sub__(self, other: Cost) -> Cost:
        return Cost(self.tokens - other.tokens, self.micros - other.micros)


@dataclass(frozen=True, slots=True)
class Prices:
    """Millionths of the currency for 1,000 tokens."""

    prompt: int
    completion: int

    def cost(self, prompt_tokens: int, completion_tokens: int) -> Cost:
        """What these tokens cost, rounded up to a millionth."""
        thousandths = prompt_tokens * self.prompt + completion_tokens * self.completion
        return Cost(prompt_tokens + completion_tokens, -(-thousandths // 1000))


def most_tokens(texts: Iterable[str]) -> int:
    """The most tokens that messages can be: no tokenizer in use makes more tokens of a text than it has UTF-8 bytes."""
    return sum(len(text.encode("utf-8", "surrogatepass")) + FRAME_TOKENS for text in texts)


@dataclass(frozen=True, slots=True)
class Budget:
    """The most that may be spent; None is no limit of that kind."""

    tokens: int | None
    micros: int | None

    def holds(self, cost: Cost) -> bool:
        """Whether this much may be spent in all."""
        return (self.tokens is None or cost.tokens <= self.tokens) and (
            self.micros is None or cost.micros <= self.micros
        )
