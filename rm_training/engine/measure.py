"""Figures of a model under training: the heads it is measured by, alone or shared out over processes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log1p
from typing import Any

from annotate.domain.benchmark import benchmark_scores
from rm_training.engine.adapters.judge import judge_of
from rm_training.engine.benchmark import overall, prompt_outcomes
from rm_training.engine.data import Prompt
from rm_training.engine.inference import RewardScorer
from rm_training.engine.model import RewardModel
from rm_training.engine.parallel import Ranks
from rm_training.engine.scorer import Progress, Scored, Scorer, silent


@dataclass(frozen=True)
class Heads:
    """The scorers of a model. `main` is the scalar head where there is one; `judge` the second head of a joint one."""

    main: Scorer
    judge: Scorer | None

    @classmethod
    def of(cls, model: RewardModel, max_length: int, token_budget: int, ranks: Ranks) -> "Heads":
        judge = None
        if model.causal is not None:
            judge = Shared(judge_of(model, max_length=max_length, token_budget=token_budget), ranks)
        if model.network is None:
            assert judge is not None
            return cls(judge, None)
        return cls(Shared(RewardScorer(model, max_length=max_length, token_budget=token_budget), ranks), judge)


@dataclass(frozen=True)
class Shared:
    """A scorer whose prompts are shared out over processes; each gets all the figures."""

    scorer: Scorer
    ranks: Ranks

    def scored(self, prompts: Sequence[Prompt], progress: Progress = silent) -> Scored:
        own = self.scorer.scored(self.ranks.share(prompts), progress)
        parts: list[Scored] = self.ranks.gather(own)
        return Scored(
            self.ranks.undealt([part.margins for part in parts]),
            self.ranks.undealt([part.rewards for part in parts]),
            _weighted(parts),
        )

    def rewards(self, prompts: Sequence[Prompt], progress: Progress = silent) -> list[list[float]]:
        return self.ranks.undealt(self.ranks.gather(self.scorer.rewards(self.ranks.share(prompts), progress)))


def _weighted(parts: Sequence[Scored]) -> dict[str, float | None]:
    """Shares of pairs, over all parts; a part without pairs has none."""
    weights = [sum(map(len, part.margins)) for part in parts]
    total = sum(weights)
    return {
        name: sum(w * (part.figures[name] or 0.0) for w, part in zip(weights, parts, strict=True)) / total
        if total
        else None
        for name in parts[0].figures
    }


def subset_figures(scorer: Scorer, subsets: Mapping[str, Sequence[Prompt]]) -> dict[str, Any]:
    """Accuracy and exact match of each subset, and "overall", without intervals: what a step's line holds."""
    scores: dict[str, Any] = {
        subset: benchmark_scores(prompt_outcomes(prompts, scorer.scored(prompts)))
        for subset, prompts in subsets.items()
    }
    both = overall(scores["open"], scores["human"]) if {"open", "human"} <= scores.keys() else None
    return {**scores, "overall": both}


def held_out_figures(scorer: Scorer, prompts: Sequence[Prompt]) -> dict[str, float]:
    """Of prompts held out of training: share of pairs ordered rightly, and mean -log sigmoid(margin)."""
    margins = [margin for values in scorer.scored(prompts).margins for margin in values]
    return {
        "accuracy": sum(margin > 0 for margin in margins) / len(margins),
        "loss": sum(map(_surprise, margins)) / len(margins),
    }


def _surprise(margin: float) -> float:
    """-log sigmoid(margin), without overflow."""
    return log1p(exp(-abs(margin))) + max(0.0, -margin)


def heads_agree(one: Sequence[Scored], other: Sequence[Scored]) -> float | None:
    """The share of comparisons on which two heads name the same winner; None where nothing is compared."""
    pairs = [
        (first > 0) == (second > 0)
        for a, b in zip(one, other, strict=True)
        for left, right in zip(a.margins, b.margins, strict=True)
        for first, second in zip(left, right, strict=True)
    ]
    return sum(pairs) / len(pairs) if pairs else None
