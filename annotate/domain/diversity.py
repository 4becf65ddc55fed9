"""Which of the sampled responses a prompt gets: near-duplicates out, different models first (PROTOCOL 2)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from annotate.domain.filters import near_duplicate_clusters
from annotate.domain.seeded import seeded_bits


def chosen_responses(models: Sequence[str], texts: Sequence[str], n: int, seed: str) -> list[int]:
    """The places of at most n of the responses, in their own order; fewer where fewer are different.

    models, texts: of each response. Of a cluster of near-duplicates (filters.near_duplicate_clusters) one stays. The
    choice goes in rounds: in each, as many models as can be give one response, each of another cluster (a maximum
    matching of models and clusters), so that no model gives a second while another could give a first. What remains
    open the seed decides.
    """
    clusters = near_duplicate_clusters(texts).tolist()
    drawn = sorted(range(len(texts)), key=lambda place: seeded_bits(seed, "choice", place))
    chosen: list[int] = []
    while left := [place for place in drawn if clusters[place] not in {clusters[taken] for taken in chosen}]:
        if len(chosen) >= n:
            break
        chosen += _one_of_each([models[place] for place in left], [clusters[place] for place in left], left)
    return sorted(chosen[:n])


def _one_of_each(models: Sequence[str], clusters: Sequence[int], places: Sequence[int]) -> list[int]:
    """At most one place of every model and of every cluster, as many as can be."""
    rows = {model: row for row, model in enumerate(dict.fromkeys(models))}
    columns = {cluster: column for column, cluster in enumerate(dict.fromkeys(clusters))}
    possible = np.zeros((len(rows), len(columns)), dtype=np.int8)
    place_of: dict[tuple[int, int], int] = {}
    for model, cluster, place in zip(models, clusters, places, strict=True):
        possible[rows[model], columns[cluster]] = 1
        place_of.setdefault((rows[model], columns[cluster]), place)
    matched = maximum_bipartite_matching(csr_array(possible), perm_type="column").tolist()
    return [place_of[row, column] for row, column in enumerate(matched) if column >= 0]
