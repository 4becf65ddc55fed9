"""Plain values of the annotation rules, and the one error that they raise."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

Node = TypeVar("Node", bound=Hashable)  # a response: its id, or its index
Key = TypeVar("Key", bound=Hashable)  # names one comparison of a prompt, the same in every pass

Verdict = Literal["a", "b", "equal"]
Level = Literal["nominal", "ordinal", "interval"]

# A verdict as the sign of (quality of a - quality of b); the array functions take this form.
VERDICT_SIGNS: Mapping[Verdict, int] = {"a": 1, "equal": 0, "b": -1}


def verdict_of_tiers(tier_a: int, tier_b: int) -> Verdict:
    """What an order says of a response in tier_a and one in tier_b; 0 is the best tier."""
    if tier_a == tier_b:
        return "equal"
    return "a" if tier_a < tier_b else "b"


class DomainError(ValueError):
    """A value that breaks a rule of the protocol.

    code: stable, machine-readable name of the rule; field: the input it was found in, where there are
    several; details: what a reader needs to see the fault, for example the two responses that contradict each
    other.
    """

    def __init__(self, code: str, message: str, *, field: str | None = None, **details: object) -> None:
        super().__init__(message)
        self.code = code
        self.field = field
        self.details = details


@dataclass(frozen=True, slots=True)
class Comparison(Generic[Node]):
    """What was said of two different responses: "a" is better, "b" is better, or they are "equal"."""

    a: Node
    b: Node
    verdict: Verdict

    def __post_init__(self) -> None:
        if self.a == self.b:
            raise DomainError("self_comparison", f"{self.a!r} is compared with itself.")
        if self.verdict not in VERDICT_SIGNS:
            raise DomainError("unknown_verdict", f"{self.verdict!r} is no verdict.", field="verdict")


@dataclass(frozen=True, slots=True)
class Ranking(Generic[Node]):
    """Partial ranking of a prompt's responses.

    tiers: best first; the responses of one tier are equal. merged: the super-nodes of two or more conflicting
    responses. Inside a tier or a super-node, and among the super-nodes, the order of the input nodes holds.
    """

    tiers: tuple[tuple[Node, ...], ...]
    merged: tuple[tuple[Node, ...], ...]

    def tier_numbers(self) -> dict[Node, int]:
        """The tier that each response stands in, 0 the best."""
        return {node: number for number, tier in enumerate(self.tiers) for node in tier}


@dataclass(frozen=True, slots=True)
class PreferenceGraph(Generic[Node]):
    """Directed multigraph of comparisons: edges maps (chosen, rejected) to how often it was said."""

    nodes: tuple[Node, ...]
    edges: Mapping[tuple[Node, Node], int]


@dataclass(frozen=True, slots=True)
class Agreement(Generic[Key]):
    """Agreement of the passes of one prompt; rate is None where nothing was compared twice.

    n_same is whole but for the weighted measure, which counts a comparison in part.
    """

    n_comparisons: int
    n_same: float
    rate: float | None
    differing: tuple[Key, ...]
