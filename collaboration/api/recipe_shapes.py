"""The shapes of what the API takes and gives of recipes of distant supervision."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotate.domain.debias import Lineage
from annotate.domain.states import RecipeState, RunState, ScoringState, SetState, VariantName, VariantState
from annotate.selectors.set_texts import failure_text
from rm_training.api.model_serializers import NumberedModelSerializer, SummarySerializer, one_of
from rm_training.api.serializers import SetReferenceSerializer


class RecipeRequestSerializer(serializers.Serializer[Any]):
    """What to begin with. Without `model` one is trained on the human set first."""

    name = serializers.CharField(max_length=80)
    human_set = serializers.IntegerField(min_value=1)
    judge_runs = serializers.ListField(child=serializers.IntegerField(min_value=1), max_length=50)
    model = serializers.IntegerField(min_value=1, allow_null=True, default=None)
    base = serializers.CharField(max_length=500)
    params = serializers.DictField(default=dict)
    margin = serializers.FloatField(default=0.0)
    seed = serializers.IntegerField(min_value=0, max_value=2**31 - 1, default=0)
    confirm_filter = serializers.BooleanField(default=True, help_text="wait for a person to decide on the margin")


class MarginSerializer(serializers.Serializer[Any]):
    """A margin: the least lead of the chosen response, in rewards, for a comparison to be kept."""

    margin = serializers.FloatField()


class RecipeJudgeSerializer(serializers.Serializer[Any]):
    """A judge run whose comparisons are used."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    model = serializers.CharField(source="endpoint_settings.model")
    n_calls = serializers.IntegerField(source="n_done")


class RecipeRunSerializer(serializers.Serializer[Any]):
    """A training of the recipe, and how far it is."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=one_of(RunState))
    step = serializers.IntegerField()
    total_steps = serializers.IntegerField()


class RecipeScoringSerializer(serializers.Serializer[Any]):
    """The scoring of the judged responses, and how far it is."""

    id = serializers.IntegerField()
    state = serializers.ChoiceField(choices=one_of(ScoringState))
    n_done = serializers.IntegerField()
    n_prompts = serializers.IntegerField()


class RecipeSetSerializer(SetReferenceSerializer):
    """A set that is being frozen, or is."""

    state = serializers.ChoiceField(choices=one_of(SetState))
    done = serializers.IntegerField(source="progress_done")
    total = serializers.IntegerField(source="progress_total")


class LengthGroupsSerializer(serializers.Serializer[Any]):
    """Kept pairs whose chosen response is the longer one, the shorter one, or as long as the other."""

    longer = serializers.IntegerField()
    shorter = serializers.IntegerField()
    equal = serializers.IntegerField()


class FatesSerializer(serializers.Serializer[Any]):
    """How many comparisons met which fate."""

    def get_fields(self) -> dict[str, Any]:
        """Return a count for every fate."""
        return {code.name.removeprefix("DROPPED_").lower(): serializers.IntegerField() for code in Lineage}


class RecipePreviewSerializer(serializers.Serializer[Any]):
    """What a margin leaves: fates, prompts with anything kept, and the groups of length around length debias."""

    margin = serializers.FloatField()
    n_comparisons = serializers.IntegerField()
    n_prompts = serializers.IntegerField()
    counts = FatesSerializer()
    before = LengthGroupsSerializer()
    after = LengthGroupsSerializer()
    margin_high = serializers.FloatField(help_text="where a slider may end")


class RecipeSerializer(serializers.Serializer[Any]):
    """A recipe: at which step it is, what each step has made, and what `margin` leaves once that is known."""

    id = serializers.IntegerField()
    project = serializers.IntegerField(source="project_id")
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=one_of(RecipeState))
    stopped_at = serializers.CharField(help_text="the state in which it failed or was cancelled; empty otherwise")
    error_code = serializers.CharField()
    error = serializers.SerializerMethodField()
    human_set = SetReferenceSerializer()
    judge_runs = RecipeJudgeSerializer(many=True)
    base = serializers.CharField()
    params = serializers.DictField()
    margin = serializers.FloatField()
    seed = serializers.IntegerField()
    confirm_filter = serializers.BooleanField()
    human_run = RecipeRunSerializer(allow_null=True)
    model = NumberedModelSerializer(source="reward_model", allow_null=True)
    scoring = RecipeScoringSerializer(allow_null=True)
    figures = RecipePreviewSerializer(allow_null=True)
    derived_set = RecipeSetSerializer(allow_null=True)
    final_run = RecipeRunSerializer(allow_null=True)
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)

    def get_error(self, recipe: Any) -> str:
        """Return what the job that failed said; of a set in the language of the request."""
        return error_of(recipe)


def error_of(row: Any) -> str:
    """Return why a recipe, or a row of an ablation, failed."""
    return failure_text(row.error) if row.error_code == "set_failed" else str(row.error)


class RecipePageSerializer(serializers.Serializer[Any]):
    """A page of recipes, newest first."""

    results = RecipeSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class VariantSerializer(serializers.Serializer[Any]):
    """One row of an ablation; figures are null until its model was measured."""

    name = serializers.ChoiceField(choices=one_of(VariantName), source="variant.name")
    state = serializers.ChoiceField(choices=one_of(VariantState), source="variant.state")
    error_code = serializers.CharField(source="variant.error_code")
    error = serializers.SerializerMethodField()
    set = RecipeSetSerializer(source="variant.set")
    run = RecipeRunSerializer(source="variant.run", allow_null=True)
    n_prompts = serializers.IntegerField(allow_null=True)
    n_pairs = serializers.IntegerField(allow_null=True)
    figures = serializers.SerializerMethodField()

    def get_error(self, row: Any) -> str:
        """Return why it failed."""
        return error_of(row.variant)

    @extend_schema_field(SummarySerializer(allow_null=True))
    def get_figures(self, row: Any) -> Any:
        """Return the four figures, their intervals, and the overall one."""
        return row.figures


class AblationSerializer(serializers.Serializer[Any]):
    """The rows of an ablation in the order of the paper's table 4; empty before it was asked for."""

    variants = VariantSerializer(many=True)
