"""Near-duplicates of what earlier sets of a project hold."""

from collections.abc import Collection, Sequence

from django.db.models import Exists, OuterRef

from annotate.domain.filters import near_duplicate_clusters
from annotate.domain.states import SetState, Split
from annotate.models import PreferenceSet, PreferenceSetItem, Prompt

ID_BATCH = 5000


def frozen_ids(project_id: int) -> set[int]:
    """Return the frozen sets of a project."""
    return set(PreferenceSet.objects.filter(project_id=project_id, state=SetState.FROZEN).values_list("pk", flat=True))


def clusters_of(texts: Sequence[str], earlier_ids: Collection[int]) -> tuple[list[int], dict[int, bool]]:
    """Return the cluster of each text, and {cluster: whether an earlier set has a prompt of it on a benchmark}.

    Prompts of earlier sets take part in the clustering even where the new set leaves them out: a near-duplicate of an
    old benchmark prompt must not be trained on. Clusters that no earlier set knows are left out of the second.
    """
    items = PreferenceSetItem.objects.filter(set__in=earlier_ids, prompt=OuterRef("pk"))
    rows = Prompt.objects.filter(Exists(items)).annotate(measured=Exists(items.exclude(split=Split.TRAIN)))
    seen = list(rows.order_by("pk").values_list("measured", "text"))
    labels = near_duplicate_clusters([*texts, *(text for _measured, text in seen)]).tolist()
    earlier: dict[int, bool] = {}
    for (measured, _text), label in zip(seen, labels[len(texts) :], strict=True):
        earlier[label] = earlier.get(label, False) or measured
    return labels[: len(texts)], earlier


def measured_among(prompt_ids: Sequence[int], earlier_ids: Collection[int]) -> set[int]:
    """Return which prompts are on the benchmark of an earlier set, or near-duplicates of such."""
    known: list[tuple[int, str]] = []
    for start in range(0, len(prompt_ids), ID_BATCH):
        batch = prompt_ids[start : start + ID_BATCH]
        known.extend(Prompt.objects.filter(pk__in=batch).order_by("pk").values_list("pk", "text"))
    labels, earlier = clusters_of([text for _key, text in known], earlier_ids)
    return {key for (key, _text), label in zip(known, labels, strict=True) if earlier.get(label)}
