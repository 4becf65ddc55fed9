"""Recipes of distant supervision and their ablations as a person may see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch, QuerySet

from annotate.domain.states import VariantName
from annotate.models import JudgeRun
from annotate.permissions import Right
from annotate.selectors.access import project_get, scoped_get
from collaboration.models import AblationVariant, DistantRun
from rm_training.model_selectors import figures_of
from rm_training.models import Evaluation

if TYPE_CHECKING:
    from annotate.models import User

SHOWN = ("human_set", "human_run", "reward_model", "scoring", "derived_set", "final_run")
# What is large, and on no page.
UNSEEN = (
    "human_set__manifest",
    "human_set__statistics",
    "derived_set__manifest",
    "derived_set__statistics",
    "scoring__prompt_ids",
)


def recipe_rows() -> QuerySet[DistantRun]:
    """Return recipes with all that a page shows of them, in two queries however many they are."""
    judges = JudgeRun.objects.defer("prompt_ids", "templates").order_by("pk")
    rows = DistantRun.objects.select_related(*SHOWN).defer(*UNSEEN)
    return rows.prefetch_related(Prefetch("judge_runs", queryset=judges))


def recipe_list(user: "User", project_id: int) -> QuerySet[DistantRun]:
    """Return the recipes of a project, for people who may train there."""
    return recipe_rows().filter(project=project_get(user, project_id, Right.TRAIN))


def recipe_get(user: "User", recipe_id: int) -> DistantRun:
    """Return a recipe. Raises NotFound to strangers, Forbidden to members who may not train."""
    return scoped_get(user, recipe_rows(), recipe_id, Right.TRAIN)


@dataclass(frozen=True, slots=True)
class VariantRow:
    """One row of an ablation with the figures of its model; `figures` is None until it was measured."""

    variant: AblationVariant
    n_prompts: int | None
    n_pairs: int | None
    figures: Mapping[str, Any] | None


def ablation_rows(recipe: DistantRun) -> list[VariantRow]:
    """Return the rows of a recipe's ablation in the order of the paper's table 4; none before it was asked for."""
    variants = list(recipe.variants.select_related("set", "run").defer("set__manifest"))
    order = list(VariantName)
    variants.sort(key=lambda variant: order.index(VariantName(variant.name)))
    runs = [variant.run_id for variant in variants if variant.run_id is not None]
    measured = {
        (evaluation.reward_model.run_id, evaluation.set_id): evaluation
        for evaluation in Evaluation.objects.select_related("reward_model").filter(reward_model__run__in=runs)
    }
    return [_row(variant, measured.get((variant.run_id, variant.set_id))) for variant in variants]


def _row(variant: AblationVariant, evaluation: Evaluation | None) -> VariantRow:
    trained = (variant.set.statistics.get("counts") or {}).get("train") or {}
    return VariantRow(
        variant=variant,
        n_prompts=trained.get("prompts"),
        n_pairs=trained.get("pairs"),
        figures=figures_of(evaluation) if evaluation else None,
    )
