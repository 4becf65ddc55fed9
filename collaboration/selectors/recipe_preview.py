"""What a margin leaves of the judges' comparisons, fast enough to follow a slider.

The columns of a recipe are kept in a file, so that a look at another margin needs no row of the database.
"""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from django.conf import settings

from annotate.domain.debias import Lineage, lineage_counts
from annotate.domain.distant import Judgements, Recipe, sift
from annotate.selectors.judge_columns import JudgeColumns

if TYPE_CHECKING:
    from collaboration.models import DistantRun

JUDGEMENTS_FILE = "judgements.npz"
# The slider ends where all but this share of what the model upholds is gone.
SLIDER_SHARE = 0.98


def recipe_folder(recipe_id: int) -> Path:
    """Return where the columns of a recipe lie."""
    return Path(settings.RUNS_DIR) / "recipes" / str(recipe_id)


def judgements_save(recipe: "DistantRun", columns: JudgeColumns) -> None:
    """Keep the columns for `recipe_preview`, whole or not at all."""
    folder = recipe_folder(recipe.pk)
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f"partial-{JUDGEMENTS_FILE}"
    judged = columns.judgements
    np.savez(
        partial,
        prompt=columns.prompt,
        a=judged.a,
        b=judged.b,
        verdict=judged.verdict,
        outside=judged.outside,
        lengths=judged.lengths,
        rewards=judged.rewards,
    )
    partial.replace(folder / JUDGEMENTS_FILE)


def recipe_preview(recipe: "DistantRun", margin: float) -> dict[str, Any]:
    """Return what `margin` leaves. Raises FileNotFoundError where the columns are not there (any more).

    counts: {fate: comparisons}; before, after: the groups of length of what the filter keeps, before and after length
    debias; n_prompts: of how many prompts anything is kept; margin_high: where a slider may end.
    """
    with np.load(recipe_folder(recipe.pk) / JUDGEMENTS_FILE, allow_pickle=False) as found:
        prompt = found["prompt"]
        names = ("a", "b", "verdict", "outside", "lengths", "rewards")
        judged = Judgements(**{name: found[name] for name in names})
    sifted = sift(judged, Recipe(margin, True, recipe.seed))
    kept = sifted.lineage == Lineage.KEPT
    return {
        "margin": margin,
        "n_comparisons": len(prompt),
        "n_prompts": len(np.unique(prompt[kept])),
        "counts": fates(sifted.lineage),
        "before": asdict(sifted.before),
        "after": asdict(sifted.after),
        "margin_high": _slider_end(judged),
    }


def fates(lineage: Any) -> dict[str, int]:
    """Return {fate: how many comparisons met it}, all fates named."""
    return {code.name.removeprefix("DROPPED_").lower(): n for code, n in lineage_counts(lineage).items()}


def _slider_end(judged: Judgements) -> float:
    leads = judged.leads()[judged.outside == Lineage.KEPT]
    upheld = leads[leads > 0]
    return float(np.quantile(upheld, SLIDER_SHARE)) if len(upheld) else 0.0
