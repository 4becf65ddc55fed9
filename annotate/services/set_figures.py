"""Counts what a preference set holds while it is being written."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from annotate.domain.graph import conflicts
from annotate.domain.states import Split
from annotate.domain.types import Comparison, Ranking
from annotate.exchange.ranked import RankedPrompt


@dataclass(slots=True)
class Mean:
    """A running mean; None where nothing was added."""

    total: float = 0.0
    n: int = 0

    def add(self, value: float) -> None:
        """Add one value."""
        self.total += value
        self.n += 1

    @property
    def value(self) -> float | None:
        """Return the mean."""
        return self.total / self.n if self.n else None


@dataclass(slots=True)
class SetFigures:
    """The figures of a set, prompt by prompt. Pairs are those exported: backed ones in training, all on a benchmark."""

    counts: dict[str, Counter[str]] = field(
        default_factory=lambda: {side: Counter(prompts=0, responses=0, pairs=0) for side in Split}
    )
    categories: dict[str, Counter[str]] = field(default_factory=dict)
    votes: Counter[str] = field(default_factory=Counter)
    remarks: Counter[str] = field(
        default_factory=lambda: Counter(annotations=0, none_acceptable=0, faults=0, evidence=0)
    )
    lengths: dict[str, Mean] = field(default_factory=lambda: {"prompt": Mean(), "chosen": Mean(), "rejected": Mean()})
    agreement: Mean = field(default_factory=Mean)
    conflict: Mean = field(default_factory=Mean)
    longer_chosen: Mean = field(default_factory=Mean)
    # Of a set derived with judges: {source: {what became of its comparisons: how many}}
    lineage: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, prompt: RankedPrompt, side: Split, agreement: float | None) -> None:
        """Count one prompt."""
        pairs = prompt.supported if side == Split.TRAIN else prompt.ordered
        self.counts[side].update(prompts=1, responses=len(prompt.responses), pairs=len(pairs))
        self.categories.setdefault(prompt.category[0], Counter())[side] += 1
        self.lengths["prompt"].add(len(prompt.text))
        if agreement is not None:
            self.agreement.add(agreement)
        self._add_pairs(prompt, pairs)
        self._add_votes(prompt)
        for said in prompt.tasks_said:
            counts = {"annotations": 1, "faults": len(said.faults), "evidence": len(said.evidence)}
            self.remarks.update({**counts, "none_acceptable": int(said.none_acceptable)})

    def add_remarks(self, lines: Iterable[Mapping[str, Any]]) -> None:
        """Count lines of remarks that are taken over from another set."""
        for line in lines:
            counts = {"annotations": 1, "faults": len(line["faults"]), "evidence": len(line["evidence"])}
            self.remarks.update({**counts, "none_acceptable": int(line["none_acceptable"])})

    def _add_pairs(self, prompt: RankedPrompt, pairs: Iterable[tuple[str, str]]) -> None:
        for winner, loser in pairs:
            chosen, rejected = len(prompt.responses[winner]), len(prompt.responses[loser])
            self.lengths["chosen"].add(chosen)
            self.lengths["rejected"].add(rejected)
            self.longer_chosen.add(chosen > rejected)

    def _add_votes(self, prompt: RankedPrompt) -> None:
        final = [Comparison(said.response_a, said.response_b, said.verdict) for said in prompt.said if said.final]
        for contradicted in conflicts(final, Ranking(prompt.tiers, ())):
            self.conflict.add(contradicted)
        self.votes.update(said.kind for said in prompt.said)
        self.votes["final"] += len(final)

    def statistics(self) -> dict[str, Any]:
        """Return the figures that the pages of a set show."""
        return {
            "counts": {side: dict(counts) for side, counts in self.counts.items()},
            "by_category": [
                {"name": name, **{side: sides[side] for side in Split}}
                for name, sides in sorted(self.categories.items())
            ],
            "lengths": {name: mean.value for name, mean in self.lengths.items()},
            "agreement_mean": self.agreement.value,
            "conflict_rate": self.conflict.value,
            "longer_chosen_share": self.longer_chosen.value,
        }
