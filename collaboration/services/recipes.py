"""What people do with recipes of distant supervision: begin one, decide on its margin, stop it, take it up again."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from annotate.domain.states import RecipeState, RunState, SetState
from annotate.models import PreferenceSet, User
from annotate.permissions import Right
from annotate.problems import Conflict
from annotate.selectors.access import project_get
from annotate.selectors.sets import set_get
from annotate.services.derived_sets import judge_runs_usable, margin_check
from annotate.services.events import event
from annotate.services.queue import enqueue
from collaboration.models import DistantRun
from collaboration.selectors.recipe_preview import recipe_preview
from collaboration.selectors.recipes import recipe_get
from collaboration.services.moves import row_move
from collaboration.services.recipe_steps import (
    RECIPE_PREPARE,
    freeze_start,
    recipe_locked,
    scoring_start,
)
from collaboration.wake import WAKE
from rm_training.jobs import job_cancel
from rm_training.model_selectors import model_get
from rm_training.models import RewardModel, ScoringJob, TrainingRun
from rm_training.moves import send_after_commit
from rm_training.services import invalid_field, run_cancel, run_check, run_queue, run_resume

STOPPED_RUN = (RunState.FAILED, RunState.CANCELLED)


@transaction.atomic
def recipe_create(
    *,
    user: User,
    project_id: int,
    name: str,
    human_set_id: int,
    judge_run_ids: Sequence[int],
    model_id: int | None,
    base: str,
    params: Mapping[str, Any],
    margin: float,
    seed: int,
    confirm_filter: bool,
) -> DistantRun:
    """Begin a recipe: train the model that filters, or have `model_id` score at once.

    Raises Invalid and Conflict: foreign_set, foreign_model, invalid_margin, invalid_base, invalid_params, and what
    `judge_runs_usable` raises.
    """
    project = project_get(user, project_id, Right.TRAIN)
    human_set = _own_set(user, project_id, human_set_id)
    runs = judge_runs_usable(human_set=human_set, run_ids=judge_run_ids)
    margin_check(margin)
    run_check(base=base, params=params)
    recipe = DistantRun.objects.create(
        project=project,
        name=name,
        human_set=human_set,
        base=base,
        params=dict(params),
        margin=margin,
        seed=seed,
        confirm_filter=confirm_filter,
        created_by=user,
        **_beginning(user, project_id, human_set, model_id, base, params),
    )
    recipe.judge_runs.set(runs)
    if recipe.reward_model is not None:
        recipe.scoring = scoring_start(recipe)
        recipe.save(update_fields=["scoring"])
    event(project_id=project_id, kind="recipe_create", subject=recipe, actor=user, after=recipe.state).save()
    return recipe


def _own_set(user: User, project_id: int, set_id: int) -> PreferenceSet:
    found = set_get(user, set_id)
    if found.project_id != project_id:
        raise invalid_field("foreign_set", "human_set", _("This preference set belongs to another project."))
    return found


def _beginning(
    user: User, project_id: int, human_set: PreferenceSet, model_id: int | None, base: str, params: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the columns of the first step: a training, or the scoring by a model that is there."""
    if model_id is None:
        run = run_queue(chosen=human_set, base=base, params=params, created_by=user)
        return {"state": RecipeState.HUMAN_TRAINING, "human_run": run}
    model: RewardModel = model_get(user, model_id)
    if model.project_id != project_id:
        raise invalid_field("foreign_model", "model", _("This model belongs to another project."))
    return {"state": RecipeState.SCORING, "reward_model": model}


@transaction.atomic
def recipe_confirm(*, user: User, recipe_id: int, margin: float) -> None:
    """Take a margin for good and go on. Raises Invalid invalid_margin, nothing_kept; Conflict not_deciding."""
    recipe_get(user, recipe_id)
    margin_check(margin)
    recipe = recipe_locked(recipe_id)
    if recipe.state != RecipeState.DECIDING:
        raise Conflict("not_deciding", _("This recipe does not wait for a margin."))
    figures = preview_of(recipe, margin)
    if not figures["counts"]["kept"]:
        message = _(
            "With this margin nothing that the judges said is kept: choose a smaller one, or begin a recipe with other "
            "judge runs."
        )
        raise invalid_field("nothing_kept", "margin", message)
    DistantRun.objects.filter(pk=recipe_id).update(figures=figures)
    freeze_start(recipe, margin=margin, actor=user)


def preview_of(recipe: DistantRun, margin: float) -> dict[str, Any]:
    """Return what a margin leaves. Raises Invalid invalid_margin; Conflict not_scored."""
    margin_check(margin)
    try:
        return recipe_preview(recipe, margin)
    except FileNotFoundError as error:
        message = _("The responses have not been scored yet, or the files of the recipe were removed.")
        raise Conflict("not_scored", message) from error


@transaction.atomic
def recipe_cancel(*, user: User, recipe_id: int) -> None:
    """Stop a recipe and the job that it waits for. Raises Conflict `recipe_ended`."""
    recipe_get(user, recipe_id)
    recipe = recipe_locked(recipe_id)
    step = recipe.state
    if not row_move(recipe, "cancel", actor=user, stopped_at=step):
        raise Conflict("recipe_ended", _("This recipe has already ended."))
    if step == RecipeState.SCORING and recipe.scoring_id is not None:
        job_cancel(ScoringJob, recipe.scoring_id)
    run = {RecipeState.HUMAN_TRAINING: recipe.human_run, RecipeState.TRAINING: recipe.final_run}.get(RecipeState(step))
    if run is not None and run.state not in (*STOPPED_RUN, RunState.SUCCEEDED):
        run_cancel(user=user, run_id=run.pk)


@transaction.atomic
def recipe_resume(*, user: User, recipe_id: int) -> None:
    """Take a failed or cancelled recipe up again at its step. Raises Conflict `recipe_not_stopped`.

    A training goes on from its checkpoint; a scoring, the preparing and a freezing begin anew.
    """
    recipe_get(user, recipe_id)
    recipe = recipe_locked(recipe_id)
    if recipe.state not in (RecipeState.FAILED, RecipeState.CANCELLED):
        raise Conflict("recipe_not_stopped", _("Only a failed or cancelled recipe can be resumed."))
    RESUMING[RecipeState(recipe.stopped_at)](recipe, user)
    # What it waits for may have ended meanwhile.
    send_after_commit(WAKE, recipe.project_id)


def _go_on(recipe: DistantRun, user: User, step: str = "", **values: Any) -> None:
    action = f"resume_{step or recipe.stopped_at}"
    row_move(recipe, action, actor=user, stopped_at="", error_code="", error="", **values)


def _resume_human_training(recipe: DistantRun, user: User) -> None:
    _resume_run(recipe.human_run, user)
    _go_on(recipe, user)


def _resume_run(run: TrainingRun | None, user: User) -> None:
    """Resume a run that stopped; somebody may have done so on the run's own page already."""
    if run is not None and run.state in STOPPED_RUN:
        run_resume(user=user, run_id=run.pk)


def _resume_scoring(recipe: DistantRun, user: User) -> None:
    _go_on(recipe, user, scoring=scoring_start(recipe))


def _resume_preparing(recipe: DistantRun, user: User) -> None:
    _go_on(recipe, user, worker="", heartbeat_at=timezone.now())
    enqueue(RECIPE_PREPARE, recipe.pk)


def _resume_freezing(recipe: DistantRun, user: User) -> None:
    """Freeze anew what failed; what was being frozen when the recipe was cancelled has gone on meanwhile.

    Where the margin left nothing to freeze, another one is needed first.
    """
    chosen = recipe.derived_set
    if chosen is None or chosen.state != SetState.FAILED:
        _go_on(recipe, user)
    elif chosen.error == "no_judge_pairs":
        _go_on(recipe, user, RecipeState.DECIDING)
    else:
        freeze_start(recipe, margin=recipe.margin, actor=user)


def _resume_training(recipe: DistantRun, user: User) -> None:
    _resume_run(recipe.final_run, user)
    _go_on(recipe, user)


RESUMING: dict[RecipeState, Callable[[DistantRun, User], None]] = {
    RecipeState.HUMAN_TRAINING: _resume_human_training,
    RecipeState.SCORING: _resume_scoring,
    RecipeState.PREPARING: _resume_preparing,
    RecipeState.DECIDING: _go_on,
    RecipeState.FREEZING: _resume_freezing,
    RecipeState.TRAINING: _resume_training,
}
