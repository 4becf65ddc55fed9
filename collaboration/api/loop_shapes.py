"""The shapes of what the API of the loop takes and gives."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotate.api.sets import SetCountsSerializer, SetFiltersSerializer
from annotate.domain.states import LoopStart, LoopState, LoopTrigger, RunState, SetState
from annotate.selectors.set_texts import failure_text
from rm_training.api.model_serializers import NumberedModelSerializer, PromotionFiguresSerializer, one_of
from rm_training.api.serializers import SetReferenceSerializer


class LoopRuleWishesSerializer(serializers.Serializer[Any]):
    """When a round begins, what it freezes, and how it trains.

    `every_n`: once `n` prompts have been accepted since the last round began; `nightly`: at `hour` of the site's time
    zone, where at least one has. `params` are hyperparameters of a run. The versions of the set bear `set_name`.
    """

    trigger = serializers.ChoiceField(choices=one_of(LoopTrigger))
    n = serializers.IntegerField(min_value=1, max_value=1_000_000, default=100)
    hour = serializers.IntegerField(min_value=0, max_value=23, default=2)
    base = serializers.CharField(max_length=500)
    params = serializers.DictField(default=dict)
    set_name = serializers.CharField(max_length=100)
    filters = SetFiltersSerializer(required=False)
    benchmark_share = serializers.FloatField(min_value=0, max_value=0.9, default=0.2)


class LoopRuleSerializer(serializers.Serializer[Any]):
    """The rule of a loop; where `paused_at` is set, no round begins."""

    trigger = serializers.ChoiceField(choices=one_of(LoopTrigger))
    n = serializers.IntegerField()
    hour = serializers.IntegerField()
    base = serializers.CharField()
    params = serializers.DictField()
    set_name = serializers.CharField()
    filters = SetFiltersSerializer()
    benchmark_share = serializers.FloatField()
    paused_at = serializers.DateTimeField(allow_null=True)
    paused_by = serializers.CharField(source="paused_by.username", allow_null=True, default=None)


class LoopSetSerializer(SetReferenceSerializer):
    """The set of a round and what it holds; null until it is frozen."""

    state = serializers.ChoiceField(choices=one_of(SetState))
    counts = serializers.SerializerMethodField()
    done = serializers.IntegerField(source="progress_done")
    total = serializers.IntegerField(source="progress_total")

    @extend_schema_field(SetCountsSerializer(allow_null=True))
    def get_counts(self, row: Any) -> Any:
        """Return prompts, responses and pairs by side."""
        return row.statistics.get("counts")


class LoopRunSerializer(serializers.Serializer[Any]):
    """The run of a round, and how far it is."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=one_of(RunState))
    step = serializers.IntegerField()
    total_steps = serializers.IntegerField()
    model = serializers.SerializerMethodField()

    @extend_schema_field(NumberedModelSerializer(allow_null=True))
    def get_model(self, run: Any) -> Any:
        """Return the model that the run made."""
        model = getattr(run, "reward_model", None)
        return NumberedModelSerializer(model).data if model else None


class CategoryChangeSerializer(serializers.Serializer[Any]):
    """Prompts of a top-level category that came and went."""

    name = serializers.CharField()
    added = serializers.IntegerField()
    removed = serializers.IntegerField()


class GuidelineChangeSerializer(serializers.Serializer[Any]):
    """The versions of a category's guideline that its annotations went by, in the sets before and now."""

    category = serializers.ListField(child=serializers.CharField())
    before = serializers.ListField(child=serializers.IntegerField())
    after = serializers.ListField(child=serializers.IntegerField())


class LoopChangesSerializer(serializers.Serializer[Any]):
    """What came with a round's set since the last round's; the first round's is all new."""

    prompts_added = serializers.IntegerField()
    prompts_removed = serializers.IntegerField()
    pairs_change = serializers.IntegerField()
    categories = CategoryChangeSerializer(many=True)
    guidelines = GuidelineChangeSerializer(many=True)


class LoopRoundSerializer(serializers.Serializer[Any]):
    """One round. `code` says why it ended so, `detail` what the failed step itself said."""

    id = serializers.IntegerField()
    project = serializers.IntegerField(source="project_id")
    number = serializers.IntegerField()
    cause = serializers.ChoiceField(choices=one_of(LoopStart), source="reason")
    state = serializers.ChoiceField(choices=one_of(LoopState))
    set = LoopSetSerializer(allow_null=True)
    run = LoopRunSerializer(allow_null=True)
    against = NumberedModelSerializer(allow_null=True)
    code = serializers.CharField()
    detail = serializers.SerializerMethodField()
    figures = serializers.SerializerMethodField()
    changes = serializers.SerializerMethodField()
    started_by = serializers.CharField(source="started_by.username", allow_null=True, default=None)
    started_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)

    def get_detail(self, row: Any) -> str:
        """Return what the failed step said; of a set in the language of the request."""
        return failure_text(row.detail) if row.code == "set_failed" else row.detail

    @extend_schema_field(PromotionFiguresSerializer())
    def get_figures(self, row: Any) -> Any:
        """Return the figures of both models on the set's benchmark."""
        return row.figures

    @extend_schema_field(LoopChangesSerializer(allow_null=True))
    def get_changes(self, row: Any) -> Any:
        """Return what came with the set; None until it is trained on."""
        return row.changes or None


class LoopRoundPageSerializer(serializers.Serializer[Any]):
    """One page of rounds, newest first."""

    results = LoopRoundSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class LoopSerializer(serializers.Serializer[Any]):
    """The loop of a project.

    n_new: prompts accepted since the last round began. next_at: the next night that counts. time_zone: of `hour`.
    """

    rule = LoopRuleSerializer(allow_null=True)
    n_new = serializers.IntegerField()
    next_at = serializers.DateTimeField(allow_null=True)
    time_zone = serializers.CharField()
    open = LoopRoundSerializer(allow_null=True)
