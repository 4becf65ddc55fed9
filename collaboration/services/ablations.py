"""The ablation of a recipe: the same training on six sets, each of which leaves steps out (the paper's table 4)."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from annotate.domain.states import RecipeState, RunState, SetState, VariantName, VariantState
from annotate.models import PreferenceSet, User
from annotate.problems import Conflict, Problem
from annotate.services.derived_sets import DerivedWish, derived_create
from annotate.services.judge_judgements import StoredRewards
from collaboration.models import AblationVariant, DistantRun
from collaboration.selectors.recipes import recipe_get
from collaboration.services.moves import row_move
from collaboration.services.recipe_steps import recipe_locked
from collaboration.services.waits import Ended, run_ended, set_ended
from rm_training.models import TrainingRun
from rm_training.services import run_queue, run_resume

# What of the judges' part is done, (filter, debias). The other two rows need no set of their own: `human` is the set
# that the recipe began with, `all` the one that it ended with.
JUDGE_ONLY = {
    VariantName.JUDGE: (False, False),
    VariantName.JUDGE_DEBIAS: (False, True),
    VariantName.JUDGE_FILTER: (True, False),
    VariantName.JUDGE_BOTH: (True, True),
}
# What the sets of these rows are called, behind the name of their recipe; both must fit into the name of a set.
SET_NAMES = {
    VariantName.JUDGE: gettext_lazy("judge only"),
    VariantName.JUDGE_DEBIAS: gettext_lazy("debias"),
    VariantName.JUDGE_FILTER: gettext_lazy("filter"),
    VariantName.JUDGE_BOTH: gettext_lazy("filter + debias"),
}


@transaction.atomic
def ablation_start(*, user: User, recipe_id: int) -> None:
    """Begin the rows of an ablation that are missing, and take up those that failed.

    Raises Conflict `recipe_not_done`.
    """
    recipe_get(user, recipe_id)
    recipe = recipe_locked(recipe_id)
    if recipe.state != RecipeState.DONE:
        raise Conflict("recipe_not_done", _("The ablation compares with what the recipe ends in; let it end first."))
    # Held until this is through, or the wake that finds one of them frozen, too, would train it a second time.
    held = recipe.variants.select_for_update(of=("self",)).select_related("set", "run")
    known = {variant.name: variant for variant in held}
    for name in VariantName:
        if name not in known:
            known[name] = _created(recipe, name, user)
        elif known[name].state == VariantState.FAILED:
            _resume(known[name], user)
        _advance(known[name])


def _created(recipe: DistantRun, name: VariantName, user: User) -> AblationVariant:
    columns: dict[str, Any] = {"recipe": recipe, "name": name, "state": VariantState.TRAINING}
    if name == VariantName.ALL:
        assert recipe.derived_set is not None, "a recipe that is done ended in a set"
        return AblationVariant.objects.create(set=recipe.derived_set, run=recipe.final_run, **columns)
    if name == VariantName.HUMAN:
        return AblationVariant.objects.create(set=recipe.human_set, run=_human_run(recipe, user), **columns)
    columns["state"] = VariantState.FREEZING
    return AblationVariant.objects.create(set=_judge_set(recipe, name, user), **columns)


def _human_run(recipe: DistantRun, user: User) -> TrainingRun:
    """Return the run on people's comparisons alone: the recipe's own, or that of the model it was given if alike."""
    given = recipe.human_run or (recipe.reward_model.run if recipe.reward_model else None)
    wanted = (recipe.human_set_id, recipe.base, recipe.params)
    if given is not None and (given.set_id, given.base, given.params) == wanted:
        return given
    return run_queue(chosen=recipe.human_set, base=recipe.base, params=recipe.params, created_by=user)


def _judge_set(recipe: DistantRun, name: VariantName, user: User) -> PreferenceSet:
    use_filter, use_debias = JUDGE_ONLY[name]
    margin = recipe.margin if use_filter else None
    return derived_create(
        human_set=recipe.human_set,
        runs=list(recipe.judge_runs.all()),
        rewards=StoredRewards(recipe.rewards_name, recipe.rewards_sha256),
        wish=DerivedWish(include_human=False, margin=margin, use_debias=use_debias, seed=recipe.seed),
        name=f"{recipe.name} · {SET_NAMES[name]}",
        note="",
        user=user,
    )


def _resume(variant: AblationVariant, user: User) -> None:
    fresh = {"error_code": "", "error": ""}
    if variant.set.state == SetState.FAILED:
        chosen = _judge_set(variant.recipe, VariantName(variant.name), user)
        row_move(variant, "refreeze", actor=user, set=chosen, **fresh)
    elif variant.run is None:
        row_move(variant, "refreeze", actor=user, **fresh)
    else:
        if variant.run.state in (RunState.FAILED, RunState.CANCELLED):
            run_resume(user=user, run_id=variant.run.pk)
        row_move(variant, "retrain", actor=user, **fresh)


def ablations_resume(project_id: int | None) -> None:
    """Let every row of an ablation go on whose set is frozen or whose training has ended."""
    rows = AblationVariant.objects.filter(state__in=(VariantState.FREEZING, VariantState.TRAINING))
    if project_id is not None:
        rows = rows.filter(recipe__project_id=project_id)
    for variant_id in list(rows.values_list("pk", flat=True)):
        variant_advance(variant_id=variant_id)


@transaction.atomic
def variant_advance(*, variant_id: int) -> None:
    """Let one row go on if what it waits for has ended; may be called at any time."""
    _advance(AblationVariant.objects.select_for_update().get(pk=variant_id))


def _advance(variant: AblationVariant) -> None:
    if variant.state == VariantState.FREEZING:
        _after_freezing(variant)
    elif variant.state == VariantState.TRAINING:
        ended = run_ended(variant.run)
        if ended is not None and ended.code:
            _fail(variant, ended)
        elif ended is not None:
            row_move(variant, "finish")


def _after_freezing(variant: AblationVariant) -> None:
    ended = set_ended(variant.set)
    if ended is None:
        return
    if ended.code:
        _fail(variant, ended)
        return
    recipe = variant.recipe
    try:
        with transaction.atomic():
            run = run_queue(chosen=variant.set, base=recipe.base, params=recipe.params, created_by=recipe.created_by)
            row_move(variant, "train", run=run)
    except Problem as problem:
        _fail(variant, Ended(problem.code, str(problem.message)))


def _fail(variant: AblationVariant, ended: Ended) -> None:
    row_move(variant, "fail", error_code=ended.code[:50], error=ended.message)
