"""From rankings to ordered pairs, and how well a model reproduces them (PROTOCOL 10).

Ties: two responses of one tier make no pair; two equal rewards never order a pair rightly.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import TypedDict

from annotate.domain.types import Node


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


def score_right(prompts: Iterable[tuple[str, Sequence[bool]]]) -> BenchmarkScores:
    """Accuracy and exact match of one benchmark subset.

    prompts: the category of each, and for each of its ordered pairs whether the winner's reward is strictly the
    higher. accuracy: share of the ordered pairs that are right; exact_match: share of the prompts with all their
    pairs right. Both are taken per category; the top level is their mean over
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
