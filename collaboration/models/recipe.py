"""Distant supervision as a recipe, and the ablation that tells what each of its steps is worth."""

from django.conf import settings
from django.db import models

from annotate.domain.states import RecipeState, VariantName, VariantState
from annotate.models.columns import only, word


class DistantRun(models.Model):
    """One run of the recipe (PROTOCOL 8): a model of people's comparisons filters what judges said.

    `human_run` trains that model on `human_set`, unless a model that was there already filters; `scoring` has it score
    what the judges compared; `derived_set` is what is kept of it beside people's comparisons; `final_run` trains on
    that. Both trainings have the same `base` and `params`. Where `confirm_filter`, a person decides on the margin.
    `stopped_at` is the step at which it failed or was cancelled. `figures` says what `margin` leaves. `worker` and
    `heartbeat_at` are of the step `preparing`, which is the only one that is no job of another room.
    """

    project = models.ForeignKey("annotate.Project", on_delete=models.PROTECT, related_name="recipes")
    name = models.CharField(max_length=80)
    human_set = models.ForeignKey("annotate.PreferenceSet", on_delete=models.PROTECT, related_name="recipes")
    judge_runs = models.ManyToManyField("annotate.JudgeRun", related_name="recipes")
    base = models.CharField(max_length=500)
    params = models.JSONField(default=dict)
    margin = models.FloatField(default=0.0)
    seed = models.PositiveIntegerField(default=0)
    confirm_filter = models.BooleanField(default=True)
    state = word(RecipeState, default=RecipeState.HUMAN_TRAINING)
    stopped_at = models.CharField(max_length=20, blank=True)
    error_code = models.CharField(max_length=50, blank=True)
    error = models.TextField(blank=True)
    worker = models.CharField(max_length=64, blank=True)
    heartbeat_at = models.DateTimeField(null=True)
    human_run = models.ForeignKey(
        "rm_training.TrainingRun", on_delete=models.PROTECT, null=True, related_name="recipes_begun"
    )
    reward_model = models.ForeignKey(
        "rm_training.RewardModel", on_delete=models.PROTECT, null=True, related_name="recipes"
    )
    scoring = models.ForeignKey("rm_training.ScoringJob", on_delete=models.PROTECT, null=True, related_name="recipes")
    rewards_name = models.CharField(max_length=100, blank=True)
    rewards_sha256 = models.CharField(max_length=64, blank=True)
    figures = models.JSONField(null=True)
    derived_set = models.ForeignKey(
        "annotate.PreferenceSet", on_delete=models.PROTECT, null=True, related_name="recipes_ended"
    )
    final_run = models.ForeignKey(
        "rm_training.TrainingRun", on_delete=models.PROTECT, null=True, related_name="recipes_ended"
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            only("recipe", "state", RecipeState),
            models.CheckConstraint(condition=models.Q(margin__gte=0), name="recipe_margin_range"),
            models.CheckConstraint(
                condition=~models.Q(state__in=[RecipeState.FAILED.value, RecipeState.CANCELLED.value])
                | ~models.Q(stopped_at=""),
                name="recipe_stopped_where",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=RecipeState.FAILED.value) | ~models.Q(error_code=""),
                name="recipe_failed_why",
            ),
        ]
        indexes = [
            models.Index(fields=["project", "-id"], name="recipe_newest"),
            models.Index(fields=["state"], name="recipe_by_state"),
        ]


class AblationVariant(models.Model):
    """One row of a recipe's ablation: a set that leaves steps out, and what is trained on it in the same way."""

    recipe = models.ForeignKey(DistantRun, on_delete=models.PROTECT, related_name="variants")
    name = word(VariantName)
    state = word(VariantState, default=VariantState.FREEZING)
    set = models.ForeignKey("annotate.PreferenceSet", on_delete=models.PROTECT, related_name="variants")
    run = models.ForeignKey("rm_training.TrainingRun", on_delete=models.PROTECT, null=True, related_name="variants")
    error_code = models.CharField(max_length=50, blank=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            only("variant", "name", VariantName),
            only("variant", "state", VariantState),
            models.UniqueConstraint(fields=["recipe", "name"], name="variant_once"),
            models.CheckConstraint(
                condition=~models.Q(state=VariantState.FAILED.value) | ~models.Q(error_code=""),
                name="variant_failed_why",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=[VariantState.TRAINING.value, VariantState.DONE.value])
                | models.Q(run__isnull=False),
                name="variant_trained_by",
            ),
        ]
        indexes = [models.Index(fields=["state"], name="variant_by_state")]
