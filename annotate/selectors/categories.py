"""The category tree and the guidelines in force."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from annotate.domain.states import PromptState
from annotate.models import Category, Guideline


def category_list(project_id: int) -> QuerySet[Category]:
    """Return a project's categories by path, with `n_prompts` and the newest `guideline_version` of their own."""
    seen = Count("prompts", filter=~Q(prompts__state=PromptState.STAGED), distinct=True)
    rows = Category.objects.filter(project_id=project_id)
    return rows.annotate(n_prompts=seen, guideline_version=Max("guidelines__version")).order_by("key")


def category_keys_of(path: list[str]) -> list[str]:
    """Return the keys of a path's nodes, from the root down to the node itself."""
    return [category_key(path[: depth + 1]) for depth in range(len(path))]


def category_key(path: list[str]) -> str:
    """Return the path as one string; names are escaped so that no two paths give the same one."""
    return "/".join(name.replace("\\", "\\\\").replace("/", "\\/") for name in path)


def guidelines_nearest(categories: Iterable[Category]) -> dict[int, Guideline]:
    """Return {category id: the newest guideline of it or else of its nearest ancestor}, in one query.

    Categories with no guideline on the way to the root are left out.
    """
    wanted = list(categories)
    where = Q(pk__in=[])
    for category in wanted:
        where |= Q(category__project_id=category.project_id, category__key__in=category_keys_of(category.path))
    newest: dict[tuple[int, str], Guideline] = {}
    for guideline in Guideline.objects.filter(where).select_related("category").order_by("version"):
        newest[guideline.category.project_id, guideline.category.key] = guideline
    found: dict[int, Guideline] = {}
    for category in wanted:
        for key in reversed(category_keys_of(category.path)):
            if (category.project_id, key) in newest:
                found[category.pk] = newest[category.project_id, key]
                break
    return found


def top_level(path: Any) -> str:
    """Return the first name of a category path."""
    return str(path[0])
