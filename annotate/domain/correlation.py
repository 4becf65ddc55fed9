"""How far rewards follow the tiers of a ranking: Spearman and Kendall, prompt by prompt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import fsum, sqrt

from annotate.domain.statistics import kendall_tau_b, rank_values
from annotate.domain.types import Node


@dataclass(frozen=True, slots=True)
class RankCorrelations:
    """Means over the n prompts that count; None where none does."""

    spearman: float | None
    kendall: float | None
    n: int


def rank_correlations(
    prompts: Iterable[tuple[Sequence[Sequence[Node]], Mapping[Node, float]]],
) -> RankCorrelations:
    """Spearman's rho and Kendall's tau-b of tiers (best first) and rewards, each a mean over prompts.

    A prompt counts if it has at least two tiers. Ties share the mean of their ranks. Rewards that are all equal order
    nothing and count 0, so that a model gains nothing by not deciding.
    """
    rhos, taus = [], []
    for tiers, rewards in prompts:
        if len(tiers) > 1:
            order = order_of_rewards({node: rewards[node] for tier in tiers for node in tier})
            rhos.append(spearman_rho(tiers, order) or 0.0)
            taus.append(kendall_tau_b(tiers, order) or 0.0)
    n = len(rhos)
    return RankCorrelations(fsum(rhos) / n, fsum(taus) / n, n) if n else RankCorrelations(None, None, 0)


def spearman_rho(order_a: Sequence[Sequence[Node]], order_b: Sequence[Sequence[Node]]) -> float | None:
    """Pearson's correlation of the ranks of two orders of the same responses; None where one ties everything."""
    ranks_a, ranks_b = rank_values(order_a), rank_values(order_b)
    middle = (len(ranks_a) + 1) / 2
    deviations = [(ranks_a[node] - middle, ranks_b[node] - middle) for node in ranks_a]
    spread = fsum(a * a for a, _ in deviations) * fsum(b * b for _, b in deviations)
    return fsum(a * b for a, b in deviations) / sqrt(spread) if spread else None


def order_of_rewards(rewards: Mapping[Node, float]) -> list[list[Node]]:
    """The order, best first, that rewards give; equal rewards share a tier. No reward may be a NaN."""
    best_first = sorted(rewards, key=rewards.__getitem__, reverse=True)
    return [list(tier) for _, tier in groupby(best_first, key=rewards.__getitem__)]


def tiers_of_pairs(n: int, pairs: Iterable[tuple[int, int]]) -> list[list[int]] | None:
    """The tiers, best first, of n responses whose ordered pairs (winner, loser) are these and no others.

    None where the pairs are not all those of one ranking: some are missing, or they contradict each other.
    """
    ordered = set(pairs)
    losses = [0] * n
    for _, loser in ordered:
        losses[loser] += 1
    implied = {(i, j) for i in range(n) for j in range(n) if losses[i] < losses[j]}
    if implied != ordered:
        return None
    return [[i for i in range(n) if losses[i] == level] for level in sorted(set(losses))]
