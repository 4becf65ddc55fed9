"""The plain values from which every export format is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from annotate.domain.types import Verdict


@dataclass(frozen=True, slots=True)
class Said:
    """One comparison as somebody said it. `final` tells whether it entered the preference graph."""

    response_a: str
    response_b: str
    verdict: Verdict
    by: str
    kind: str
    pass_number: int | None
    position_a: int | None
    position_b: int | None
    seconds: float | None
    at: datetime
    final: bool


@dataclass(frozen=True, slots=True)
class MarkedFault:
    """A passage of a response that somebody marked; characters are code points of the raw text, the end exclusive."""

    response: str
    start: int
    end: int
    text: str
    kind: str
    severity: str
    note: str


@dataclass(frozen=True, slots=True)
class TaskSaid:
    """What somebody said of one task. `current` is false for what was rejected and done again."""

    by: str
    pass_number: int | None
    scores: Mapping[str, int]
    order: Sequence[Sequence[str]]
    discarded: Sequence[str]
    none_acceptable: bool
    faults: Sequence[MarkedFault]
    evidence: Sequence[Mapping[str, str]]
    notes: str
    seconds: float
    at: datetime
    current: bool


@dataclass(frozen=True, slots=True)
class RankedPrompt:
    """One finished prompt. Responses are known by the ids under which they are exported.

    responses: {id: text} of those that were not discarded, in ring order. tiers: best first. ordered: every pair
    (better, worse) of the tiers. supported: those of them that a path of comparisons backs.
    """

    external_id: str
    text: str
    system: str
    category: tuple[str, ...]
    responses: dict[str, str]
    tiers: tuple[tuple[str, ...], ...]
    ordered: Sequence[tuple[str, str]]
    supported: Sequence[tuple[str, str]]
    said: Sequence[Said]
    tasks_said: Sequence[TaskSaid]

    def __post_init__(self) -> None:
        if set(chain.from_iterable(self.tiers)) != set(self.responses):
            raise ValueError(f"The tiers of prompt {self.external_id} do not hold its responses.")
