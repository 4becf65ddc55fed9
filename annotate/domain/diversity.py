"""Which of the sampled responses a prompt gets: near-duplicates out, different models first (PROTOCOL 2)."""

from __future__ import annotations

from collections.abc import Sequence

from annotate.domain.filters import near_duplicate_clusters
from annotate.domain.seeded import seeded_bits


def chosen_responses(models: Sequence[str], texts: Sequence[str], n: int, seed: str) -> list[int]:
    """The places of at most n of the responses, in their own order; fewer where fewer are different.

    models, texts: of each response. Of a cluster of near-duplicates (filters.near_duplicate_clusters) one stays, that
    of the model with the fewest different texts, so that a common answer costs a model with others the least. Then
    every model gives one before any gives a second. Ties are broken by the seed.
    """
    clusters = near_duplicate_clusters(texts).tolist()
    different: dict[str, set[int]] = {}
    for model, cluster in zip(models, clusters, strict=True):
        different.setdefault(model, set()).add(cluster)
    draw = {place: seeded_bits(seed, "choice", place) for place in range(len(texts))}
    by_need = sorted(draw, key=lambda place: (len(different[models[place]]), draw[place]))
    kept: dict[int, int] = {}
    for place in by_need:
        kept.setdefault(clusters[place], place)
    return sorted(_rounds(sorted(kept.values(), key=by_need.index), models)[:n])


def _rounds(places: Sequence[int], models: Sequence[str]) -> list[int]:
    """The places so that the first of every model come before the second of any."""
    seen: dict[str, int] = {}
    rounds: list[tuple[int, int, int]] = []
    for place in places:
        rounds.append((seen.get(models[place], 0), len(rounds), place))
        seen[models[place]] = seen.get(models[place], 0) + 1
    return [place for _round, _number, place in sorted(rounds)]
