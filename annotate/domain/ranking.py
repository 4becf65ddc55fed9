"""From rankings to ordered pairs, and how well rewards reproduce them (PROTOCOL 10).

Ties: two responses of one tier make no pair; two equal rewards never order a pair rightly, nor does a NaN.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Generic, TypedDict

from annotate.domain.types import DomainError, Node


@dataclass(frozen=True, slots=True)
class BenchmarkItem(Generic[Node]):
    """One prompt of a benchmark: its ordered pairs (winner, loser) and the reward given to each response."""

    category: str
    pairs: Sequence[tuple[Node, Node]]
    rewards: Mapping[Node, float]


class Scores(TypedDict):
    accuracy: float | None
    exact_match: float | None


class CategoryScores(Scores):
    n_prompts: int
    n_pairs: int


class BenchmarkScores(CategoryScores):
    categories: dict[str, CategoryScores]
    micro: Scores


def ordered_pairs(tiers: Sequence[Sequence[Node]]) -> list[tuple[Node, Node]]:
    """All pairs (better, worse) from two different tiers; tiers are best first."""
    return [(better, worse) for upper, lower in combinations(tiers, 2) for better in upper for worse in lower]


def pairs_right(pairs: Iterable[tuple[Node, Node]], rewards: Mapping[Node, float]) -> list[bool]:
    """For each pair (winner, loser), whether the winner's reward is strictly the higher.

    DomainError("missing_reward") for a response without a reward.
    """
    try:
        return [bool(rewards[winner] > rewards[loser]) for winner, loser in pairs]
    except KeyError as missing:
        raise DomainError("missing_reward", f"Response {missing} has no reward.", field="rewards") from missing


def score_prompts(items: Iterable[BenchmarkItem[Node]]) -> BenchmarkScores:
    """Accuracy and exact match of one benchmark subset, from the reward of each response; as by score_right."""
    return score_right((item.category, pairs_right(item.pairs, item.rewards)) for item in items)


def score_right(prompts: Iterable[tuple[str, Sequence[bool]]]) -> BenchmarkScores:
    """Accuracy and exact match of one benchmark subset.

    prompts: the category of each, and for each of its ordered pairs whether it was ordered rightly.
    accuracy: share of the ordered pairs with the winner's reward strictly the higher; exact_match: share of
    the prompts with all their pairs right. Both are taken per category; the top level is their mean over
    categories, micro takes all pairs and prompts at once. A prompt without ordered pairs does not count.
    Figures are None where nothing counts.
    """
    outcomes: dict[str, list[Sequence[bool]]] = {}
    for category, right in prompts:
        if right:
            outcomes.setdefault(category, []).append(right)
    categories = {name: _category_scores(outcomes[name]) for name in sorted(outcomes)}
    whole = _category_scores([right for name in sorted(outcomes) for right in outcomes[name]])
    return {
        "accuracy": _mean([scores["accuracy"] for scores in categories.values()]),
        "exact_match": _mean([scores["exact_match"] for scores in categories.values()]),
        "n_prompts": whole["n_prompts"],
        "n_pairs": whole["n_pairs"],
        "categories": categories,
        "micro": {"accuracy": whole["accuracy"], "exact_match": whole["exact_match"]},
    }


def _category_scores(prompts: Sequence[Sequence[bool]]) -> CategoryScores:
    pairs = [right for prompt in prompts for right in prompt]
    return {
        "accuracy": _mean(pairs),
        "exact_match": _mean([all(prompt) for prompt in prompts]),
        "n_prompts": len(prompts),
        "n_pairs": len(pairs),
    }


def _mean(figures: Sequence[float | None]) -> float | None:
    known = [figure for figure in figures if figure is not None]
    return sum(known) / len(known) if known else None
