"""The step of a recipe between scoring and freezing: what the judges said becomes columns that a page can sift."""

import logging

from django.db import transaction
from django.db.models import QuerySet

from annotate.domain.states import RecipeState
from annotate.services.jobs import JobTaken, failure_reason, job_beat, job_kept_alive, job_take
from annotate.services.judge_judgements import StoredRewards, judgements_of, rewarded, rewards_store
from collaboration.models import DistantRun
from collaboration.selectors.recipe_preview import judgements_save, recipe_preview
from collaboration.services.moves import row_move
from collaboration.services.recipe_steps import freeze_start, recipe_fail, recipe_locked
from collaboration.services.waits import Ended
from rm_training.scoring import REWARDS_FILE, scoring_folder

logger = logging.getLogger(__name__)


def _preparing() -> QuerySet[DistantRun]:
    return DistantRun.objects.filter(state=RecipeState.PREPARING)


def recipe_prepare(*, recipe_id: int) -> None:
    """Prepare the sifting of a recipe. Does nothing where another worker holds it or it is past that step."""
    worker = job_take(rows=_preparing(), job_id=recipe_id)
    if worker is None:
        return
    recipe = DistantRun.objects.select_related("human_set").get(pk=recipe_id)
    try:
        with job_kept_alive(rows=_preparing(), job_id=recipe_id, worker=worker):
            stored = _prepared(recipe)
            job_beat(rows=_preparing(), job_id=recipe_id, worker=worker)
        _go_on(recipe_id, worker, stored)
    except JobTaken:
        logger.warning("Recipe %s is no longer ours to prepare.", recipe_id)
    # Broad on purpose: a lost file or a bug of ours must end on the recipe's page, not in a log alone.
    except Exception as error:
        logger.exception("Recipe %s could not be prepared.", recipe_id)
        _give_up(recipe_id, worker, failure_reason(error))


def _prepared(recipe: DistantRun) -> StoredRewards:
    assert recipe.scoring_id is not None, "what is prepared has been scored"
    stored = rewards_store(path=scoring_folder(recipe.scoring_id) / REWARDS_FILE)
    columns = judgements_of(human_set=recipe.human_set, runs=list(recipe.judge_runs.all()), include_human=True)
    judgements_save(recipe, rewarded(columns, stored))
    return stored


@transaction.atomic
def _go_on(recipe_id: int, worker: str, stored: StoredRewards) -> None:
    recipe = recipe_locked(recipe_id)
    if recipe.worker != worker or recipe.state != RecipeState.PREPARING:
        raise JobTaken
    figures = recipe_preview(recipe, recipe.margin)
    columns = {"rewards_name": stored.name, "rewards_sha256": stored.sha256, "figures": figures}
    DistantRun.objects.filter(pk=recipe_id).update(**columns)
    recipe.refresh_from_db()
    # Where nothing would be kept there is no set to freeze: then a person must choose another margin, asked for or not.
    if recipe.confirm_filter or not figures["counts"]["kept"]:
        row_move(recipe, "ask")
    else:
        freeze_start(recipe, margin=recipe.margin)


@transaction.atomic
def _give_up(recipe_id: int, worker: str, reason: str) -> None:
    recipe = recipe_locked(recipe_id)
    if recipe.worker == worker and recipe.state == RecipeState.PREPARING:
        recipe_fail(recipe, Ended("prepare_failed", reason))
