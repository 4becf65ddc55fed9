"""How a recipe goes from step to step once the job that it waits for has ended.

Whoever advances a recipe holds its row, so that two who look at once queue nothing twice: the second finds the next
step, whose job is still at work.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from annotate.domain.states import RecipeState
from annotate.models import User
from annotate.problems import Problem
from annotate.selectors.judge_columns import judged_prompt_ids
from annotate.services.derived_sets import DerivedWish, derived_create
from annotate.services.judge_judgements import StoredRewards
from annotate.services.queue import enqueue
from collaboration.models import DistantRun
from collaboration.services.moves import row_move
from collaboration.services.waits import Ended, run_ended, scoring_ended, set_ended
from rm_training.models import ScoringJob
from rm_training.scoring import scoring_queue
from rm_training.services import run_queue

RECIPE_PREPARE = "collaboration.tasks.recipe_prepare"
REASON_CHARACTERS = 4000


def recipes_resume(project_id: int | None) -> None:
    """Let every recipe go on whose job has ended."""
    rows = DistantRun.objects.filter(state__in=list(STEPS))
    if project_id is not None:
        rows = rows.filter(project_id=project_id)
    for recipe_id in list(rows.values_list("pk", flat=True)):
        recipe_advance(recipe_id=recipe_id)


@transaction.atomic
def recipe_advance(*, recipe_id: int) -> None:
    """Let one recipe go on if what it waits for has ended; may be called at any time."""
    recipe = recipe_locked(recipe_id)
    step = STEPS.get(recipe.state)
    if step is not None:
        step(recipe)


def recipe_locked(recipe_id: int) -> DistantRun:
    """Read a recipe so that it stays as it is until the transaction ends."""
    return DistantRun.objects.select_for_update().get(pk=recipe_id)


def recipe_fail(recipe: DistantRun, ended: Ended) -> None:
    """End a recipe at the step where it is, with the reason that its page shows."""
    row_move(
        recipe,
        "fail",
        stopped_at=recipe.state,
        error_code=ended.code[:50],
        error=ended.message[:REASON_CHARACTERS],
    )


def _refusals_end_it(step: Callable[[DistantRun], None]) -> Callable[[DistantRun], None]:
    """Have a refusal of the next job, as of a base that is no longer offered, end the recipe with that reason."""

    @wraps(step)
    def careful(recipe: DistantRun) -> None:
        try:
            with transaction.atomic():
                step(recipe)
        except Problem as problem:
            recipe_fail(recipe, Ended(problem.code, str(problem.message)))

    return careful


@_refusals_end_it
def _after_human_training(recipe: DistantRun) -> None:
    ended = run_ended(recipe.human_run)
    if ended is None:
        return
    if ended.code:
        recipe_fail(recipe, ended)
        return
    assert recipe.human_run is not None
    recipe.reward_model = recipe.human_run.reward_model
    job = scoring_start(recipe)
    row_move(recipe, "score", reward_model=recipe.reward_model, scoring=job)


def scoring_start(recipe: DistantRun) -> ScoringJob:
    """Queue the scoring of all that the judges compared."""
    assert recipe.reward_model is not None, "the model that filters is trained or chosen by now"
    runs = list(recipe.judge_runs.all())
    return scoring_queue(model=recipe.reward_model, prompt_ids=judged_prompt_ids(runs), created_by=recipe.created_by)


def _after_scoring(recipe: DistantRun) -> None:
    ended = scoring_ended(recipe.scoring)
    if ended is None:
        return
    if ended.code:
        recipe_fail(recipe, ended)
    elif row_move(recipe, "prepare", worker="", heartbeat_at=timezone.now()):
        enqueue(RECIPE_PREPARE, recipe.pk)


def _while_preparing(recipe: DistantRun) -> None:
    """Send the message again where it, or the worker that took it, was lost."""
    silent = timezone.now() - timedelta(seconds=settings.JOB_LOST_SECONDS)
    if recipe.heartbeat_at is None or recipe.heartbeat_at < silent:
        DistantRun.objects.filter(pk=recipe.pk).update(worker="", heartbeat_at=timezone.now())
        enqueue(RECIPE_PREPARE, recipe.pk)


def freeze_start(recipe: DistantRun, *, margin: float, actor: User | None = None) -> bool:
    """Have what `margin` keeps frozen; False if the recipe is no longer at the step before."""
    chosen = derived_create(
        human_set=recipe.human_set,
        runs=list(recipe.judge_runs.all()),
        rewards=StoredRewards(recipe.rewards_name, recipe.rewards_sha256),
        wish=DerivedWish(include_human=True, margin=margin, use_debias=True, seed=recipe.seed),
        name=recipe.name,
        note="",
        user=recipe.created_by,
    )
    action = f"resume_{RecipeState.FREEZING}" if recipe.stopped_at else "freeze"
    fresh = {"stopped_at": "", "error_code": "", "error": ""}
    return row_move(recipe, action, actor=actor, derived_set=chosen, margin=margin, **fresh)


@_refusals_end_it
def _after_freezing(recipe: DistantRun) -> None:
    ended = set_ended(recipe.derived_set)
    if ended is None:
        return
    if ended.code:
        recipe_fail(recipe, ended)
        return
    assert recipe.derived_set is not None
    run = run_queue(chosen=recipe.derived_set, base=recipe.base, params=recipe.params, created_by=recipe.created_by)
    row_move(recipe, "train", final_run=run)


def _after_training(recipe: DistantRun) -> None:
    ended = run_ended(recipe.final_run)
    if ended is None:
        return
    if ended.code:
        recipe_fail(recipe, ended)
    else:
        row_move(recipe, "finish", finished_at=timezone.now())


STEPS: dict[str, Callable[[DistantRun], None]] = {
    RecipeState.HUMAN_TRAINING: _after_human_training,
    RecipeState.SCORING: _after_scoring,
    RecipeState.PREPARING: _while_preparing,
    RecipeState.FREEZING: _after_freezing,
    RecipeState.TRAINING: _after_training,
}
