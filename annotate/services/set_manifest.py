"""The manifest of a preference set: what it holds and how it came about (FORMATS 5)."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings

from annotate.models import Annotation, Category, Decision, Guideline, PreferenceSet, Project
from annotate.services.set_figures import SetFigures
from annotate.services.set_prompts import CHUNK_PROMPTS, FORMER_MEMBER

PROTOCOL_SETTINGS = (
    "responses_per_task",
    "passes",
    "agreement_threshold",
    "agreement_measure",
    "delivery_share",
    "operations_share",
    "research_share",
    "languages",
    "seed",
)


def set_manifest(
    *,
    preference_set: PreferenceSet,
    keys: Sequence[int],
    files: list[dict[str, Any]],
    sha256: str,
    figures: SetFigures,
    names: Mapping[int, str],
) -> dict[str, Any]:
    """Return the manifest. It holds no time but that of the set, so that freezing again gives the same one."""
    project = preference_set.project
    statistics = figures.statistics()
    return {
        "set": {
            "id": preference_set.pk,
            "name": preference_set.name,
            "version": preference_set.version,
            "note": preference_set.note,
            "sha256": sha256,
        },
        "project": project.name,
        "created_at": preference_set.created_at.isoformat(),
        "program": {"name": "Cheems Annotate", "version": settings.SPECTACULAR_SETTINGS["VERSION"]},
        "files": files,
        "counts": statistics.pop("counts"),
        "figures": statistics,
        "filters": _filters(preference_set),
        "split": {"benchmark_share": preference_set.benchmark_share, "seed": preference_set.seed},
        "settings": _settings(project),
        "votes": dict(figures.votes),
        "remarks": dict(figures.remarks),
        "guidelines": _guidelines(keys),
        "decisions": _decisions(keys, names),
    }


def _filters(preference_set: PreferenceSet) -> dict[str, Any]:
    """Return the filters with categories as paths, which mean something outside this database."""
    filters = preference_set.filters
    paths = Category.objects.filter(pk__in=filters.get("categories", [])).order_by("key").values_list("path", flat=True)
    return {**filters, "categories": list(paths)}


def _settings(project: Project) -> dict[str, Any]:
    return {name: getattr(project, name) for name in PROTOCOL_SETTINGS}


def _chunks(keys: Sequence[int]) -> list[Sequence[int]]:
    return [keys[start : start + CHUNK_PROMPTS] for start in range(0, len(keys), CHUNK_PROMPTS)]


def _guidelines(keys: Sequence[int]) -> list[dict[str, Any]]:
    """Return which versions of which guidelines the annotators went by."""
    used: set[int] = set()
    for chunk in _chunks(keys):
        annotations = Annotation.objects.filter(assignment__prompt__in=chunk, guideline__isnull=False, withdrawn=False)
        used.update(annotations.values_list("guideline_id", flat=True).distinct())
    versions: dict[str, dict[str, Any]] = {}
    rows = Guideline.objects.filter(pk__in=used).select_related("category")
    for guideline in rows.order_by("category__key", "version"):
        entry = versions.setdefault(guideline.category.key, {"category": guideline.category.path, "versions": []})
        entry["versions"].append(guideline.version)
    return list(versions.values())


def _decisions(keys: Sequence[int], names: Mapping[int, str]) -> list[dict[str, Any]]:
    """Return how disagreements were settled, by pseudonym."""
    return [
        {
            "prompt_id": decision.prompt.external_id,
            "by": names.get(decision.decider_id, FORMER_MEMBER),
            "at": decision.created_at.isoformat(),
            "reason": decision.reason,
            "clause": decision.clause,
            "stage": decision.stage,
        }
        for chunk in _chunks(keys)
        for decision in Decision.objects.filter(prompt__in=chunk).select_related("prompt").order_by("prompt_id", "id")
    ]
