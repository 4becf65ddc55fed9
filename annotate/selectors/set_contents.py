"""What goes into preference sets, what is in them, and what came with a newer one."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from annotate.domain.states import PromptState, SetState, Split
from annotate.models import Category, PreferenceSet, PreferenceSetItem, Prompt
from annotate.selectors.categories import top_level
from annotate.selectors.sets import TRAINING_FILE, set_file_chunks


def prompts_selected(project_id: int, filters: Mapping[str, Any]) -> QuerySet[Prompt]:
    """Return the accepted, ranked prompts that match a set's filters; a category takes its subtree along."""
    rows = Prompt.objects.filter(project_id=project_id, state=PromptState.ACCEPTED, ranking__isnull=False)
    if filters["categories"]:
        rows = rows.filter(category_id__in=_with_descendants(project_id, filters["categories"]))
    if filters["sources"]:
        rows = rows.filter(source__in=filters["sources"])
    if filters["min_agreement"] is not None:
        rows = rows.filter(agreement__gte=filters["min_agreement"])
    return rows


def _with_descendants(project_id: int, roots: list[int]) -> set[int]:
    children: dict[int | None, list[int]] = {}
    for key, parent_id in Category.objects.filter(project_id=project_id).values_list("pk", "parent_id"):
        children.setdefault(parent_id, []).append(key)
    found, waiting = set(roots), list(roots)
    while waiting:
        below = children.get(waiting.pop(), [])
        found.update(below)
        waiting.extend(below)
    return found


def accepted_between(project_id: int, filters: Mapping[str, Any], after: datetime | None, until: datetime) -> int:
    """Return how many prompts that match a set's filters were accepted after `after`, up to and with `until`."""
    rows = prompts_selected(project_id, filters).filter(state_at__lte=until)
    return (rows if after is None else rows.filter(state_at__gt=after)).count()


def training_texts(preference_set: PreferenceSet) -> Iterator[str]:
    """Yield the prompts that a frozen set trains on, as they stand in the file that is trained on."""
    rest = b""
    for chunk in set_file_chunks(preference_set, TRAINING_FILE):
        *lines, rest = (rest + chunk).split(b"\n")
        yield from (json.loads(line)["input"] for line in lines)
    if rest:
        yield json.loads(rest)["input"]


def benchmark_texts(project_id: int) -> list[str]:
    """Return every prompt that any frozen set of a project measures with."""
    items = PreferenceSetItem.objects.filter(set__project_id=project_id, set__state=SetState.FROZEN)
    held = items.exclude(split=Split.TRAIN).values("prompt_id")
    return list(Prompt.objects.filter(pk__in=held).order_by("pk").values_list("text", flat=True))


def set_changes(new: PreferenceSet, old: PreferenceSet | None) -> dict[str, Any]:
    """Return what a frozen set holds that an older one, or nothing, did not.

    {"prompts_added", "prompts_removed", "pairs_change": of all sides, "categories": [{"name", "added", "removed"}] of
    top-level ones with a change, "guidelines": [{"category": its path, "before", "after": versions annotated by}]}.
    """
    ours, theirs = _categories_of(new), _categories_of(old) if old else {}
    added = Counter(name for prompt, name in ours.items() if prompt not in theirs)
    removed = Counter(name for prompt, name in theirs.items() if prompt not in ours)
    return {
        "prompts_added": added.total(),
        "prompts_removed": removed.total(),
        "pairs_change": _pairs(new) - (_pairs(old) if old else 0),
        "categories": [
            {"name": name, "added": added[name], "removed": removed[name]} for name in sorted(added | removed)
        ],
        "guidelines": _guideline_changes(new, old),
    }


def _categories_of(preference_set: PreferenceSet) -> dict[int, str]:
    rows = PreferenceSetItem.objects.filter(set=preference_set).values_list("prompt_id", "prompt__category__path")
    return {prompt: top_level(path) for prompt, path in rows}


def _pairs(preference_set: PreferenceSet) -> int:
    return sum(side["pairs"] for side in preference_set.statistics["counts"].values())


def _guideline_changes(new: PreferenceSet, old: PreferenceSet | None) -> list[dict[str, Any]]:
    ours, theirs = _guidelines_of(new), _guidelines_of(old) if old else {}
    return [
        {"category": list(category), "before": theirs.get(category, []), "after": ours.get(category, [])}
        for category in sorted(ours.keys() | theirs.keys())
        if ours.get(category) != theirs.get(category)
    ]


def _guidelines_of(preference_set: PreferenceSet) -> dict[tuple[str, ...], list[int]]:
    return {tuple(row["category"]): row["versions"] for row in preference_set.manifest.get("guidelines", [])}
