"""The shapes of what the API takes and gives of reward models: how they were measured, and which is current."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotate.domain.states import (
    Adapter,
    BoardKind,
    EvaluationState,
    ModelKind,
    PromotionRule,
    PromotionState,
    Subset,
)
from rm_training import model_selectors
from rm_training.api.serializers import (
    CategoryFiguresSerializer,
    IntervalsSerializer,
    MeasuredSerializer,
    ModelReferenceSerializer,
    SetReferenceSerializer,
)


def one_of(vocabulary: Any) -> list[str]:
    """Return the words of a vocabulary."""
    return [word.value for word in vocabulary]


class NumberedModelSerializer(ModelReferenceSerializer):
    """A reward model, named, with the run that trained it: runs on one set have models of one name."""

    run = serializers.IntegerField(source="run_id", allow_null=True)


class AccuraciesSerializer(serializers.Serializer[Any]):
    """The accuracy on each subset of a benchmark, where it was measured."""

    open = serializers.FloatField(required=False)
    human = serializers.FloatField(required=False)


class EvaluationSerializer(serializers.Serializer[Any]):
    """How a model did on the benchmark of a set; `comparable` where what it made of every prompt is there, too."""

    id = serializers.IntegerField()
    set = SetReferenceSerializer()
    overall = serializers.FloatField(allow_null=True)
    accuracies = serializers.SerializerMethodField()
    comparable = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()

    @extend_schema_field(AccuraciesSerializer())
    def get_accuracies(self, evaluation: Any) -> dict[str, float]:
        """Return the accuracy on each subset that was measured; there is no overall score without both."""
        figures = {subset: evaluation.metrics.get(subset, {}).get("accuracy") for subset in Subset}
        return {subset.value: accuracy for subset, accuracy in figures.items() if accuracy is not None}

    def get_comparable(self, evaluation: Any) -> bool:
        """Return whether it can be compared with others, prompt by prompt."""
        return model_selectors.comparable(evaluation)


class FullEvaluationSerializer(EvaluationSerializer):
    """An evaluation with all its figures."""

    metrics = serializers.SerializerMethodField()

    @extend_schema_field(MeasuredSerializer())
    def get_metrics(self, evaluation: Any) -> dict[str, Any]:
        """Return the figures as the engine wrote them."""
        return evaluation.metrics  # type: ignore[no-any-return]


class ModelSerializer(serializers.Serializer[Any]):
    """A reward model: one trained here has a run, an external one a source and an adapter."""

    id = serializers.IntegerField()
    project = serializers.IntegerField(source="project_id")
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=one_of(ModelKind))
    run = serializers.IntegerField(source="run_id", allow_null=True)
    base = serializers.SerializerMethodField()
    source = serializers.CharField()  # type: ignore[assignment]
    adapter = serializers.ChoiceField(choices=one_of(Adapter))
    created_at = serializers.DateTimeField()
    evaluations = EvaluationSerializer(many=True)

    def get_base(self, model: Any) -> str:
        """Return what a model trained here was trained from; of an external one nobody knows."""
        return model.run.base if model.run else ""


class FullModelSerializer(ModelSerializer):
    """A reward model with all that was measured of it."""

    evaluations = FullEvaluationSerializer(many=True)


class ModelPageSerializer(serializers.Serializer[Any]):
    """One page of models."""

    results = ModelSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class ModelRegisterSerializer(serializers.Serializer[Any]):
    """An external model: a folder among the bases or the name of a model on a hub."""

    name = serializers.CharField(max_length=200, allow_blank=True, default="")
    source = serializers.CharField(max_length=500)  # type: ignore[assignment]
    adapter = serializers.ChoiceField(choices=one_of(Adapter), default=Adapter.AUTO.value)


class EvaluationJobSerializer(serializers.Serializer[Any]):
    """The measuring of a model on the benchmark of a set."""

    id = serializers.IntegerField()
    model = serializers.IntegerField(source="reward_model_id")
    set = SetReferenceSerializer()
    state = serializers.ChoiceField(choices=one_of(EvaluationState))
    cancel_requested = serializers.BooleanField()
    error_code = serializers.CharField()
    error = serializers.CharField()
    attempts = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)


class EvaluationJobPageSerializer(serializers.Serializer[Any]):
    """One page of evaluation jobs."""

    results = EvaluationJobSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class EvaluationRequestSerializer(serializers.Serializer[Any]):
    """On which set's benchmark a model is to be measured."""

    set = serializers.IntegerField(min_value=1)


class DisagreementQuerySerializer(serializers.Serializer[Any]):
    """Which disagreements: of a model on the benchmark of a set; `cursor` is `next` of the page before."""

    set = serializers.IntegerField(min_value=1)
    subset = serializers.ChoiceField(choices=one_of(Subset), required=False)
    category = serializers.CharField(required=False)
    cursor = serializers.IntegerField(min_value=0, max_value=2**31, default=0)
    limit = serializers.IntegerField(min_value=1, max_value=50, default=10)


class ReadResponseSerializer(serializers.Serializer[Any]):
    """A response, to read."""

    id = serializers.CharField()
    text = serializers.CharField()


class DisagreementSerializer(serializers.Serializer[Any]):
    """A pair that the model orders against the human ranking; `probability` is what it gives to the human order."""

    number = serializers.IntegerField()
    subset = serializers.ChoiceField(choices=one_of(Subset))
    category = serializers.CharField()
    input = serializers.CharField()
    winner = ReadResponseSerializer()
    loser = ReadResponseSerializer()
    margin = serializers.FloatField()
    probability = serializers.FloatField(allow_null=True)


class DisagreementPageSerializer(serializers.Serializer[Any]):
    """One page of disagreements, worst first."""

    results = DisagreementSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class VerdictQuerySerializer(serializers.Serializer[Any]):
    """Which two models, and on the benchmark of which set."""

    set = serializers.IntegerField(min_value=1)
    model = serializers.IntegerField(min_value=1)
    against = serializers.IntegerField(min_value=1)


class PairedBootstrapSerializer(serializers.Serializer[Any]):
    """The difference of a figure between two models, its 95% interval, and how often the first was the better one."""

    difference = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()
    probability_better = serializers.FloatField()


class SubsetComparisonSerializer(serializers.Serializer[Any]):
    """Both figures of a subset, compared."""

    accuracy = PairedBootstrapSerializer()
    exact_match = PairedBootstrapSerializer()


class ModelComparisonSerializer(serializers.Serializer[Any]):
    """Two models compared prompt by prompt; a subset that either was not measured on is absent."""

    open = SubsetComparisonSerializer(required=False)
    human = SubsetComparisonSerializer(required=False)


class SubsetSummarySerializer(CategoryFiguresSerializer):
    """The figures of a subset that a table shows."""

    intervals = IntervalsSerializer(allow_null=True)


class SummarySerializer(serializers.Serializer[Any]):
    """How a model did, as a table shows it."""

    open = SubsetSummarySerializer(allow_null=True)
    human = SubsetSummarySerializer(allow_null=True)
    overall = serializers.FloatField(allow_null=True)
    overall_interval = serializers.ListField(child=serializers.FloatField(), allow_null=True)


class PromotionFiguresSerializer(serializers.Serializer[Any]):
    """What was known of both models when it was decided; absent where nothing was."""

    model = SummarySerializer(allow_null=True, required=False)
    against = SummarySerializer(allow_null=True, required=False)
    comparison = ModelComparisonSerializer(allow_null=True, required=False)


class PromotionSerializer(serializers.Serializer[Any]):
    """A proposal to make a model the current one, and what came of it."""

    id = serializers.IntegerField()
    model = NumberedModelSerializer(source="reward_model")
    against = NumberedModelSerializer(allow_null=True)
    set = SetReferenceSerializer()
    by_rule = serializers.BooleanField()
    state = serializers.ChoiceField(choices=one_of(PromotionState))
    reason = serializers.CharField()
    code = serializers.CharField()
    figures = serializers.SerializerMethodField()
    by = serializers.CharField(source="actor.username", allow_null=True, default=None)
    created_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(PromotionFiguresSerializer())
    def get_figures(self, promotion: Any) -> dict[str, Any]:
        """Return the figures as they stood then."""
        return promotion.figures  # type: ignore[no-any-return]


class PromotionPageSerializer(serializers.Serializer[Any]):
    """One page of promotions, newest first."""

    results = PromotionSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class CurrentSerializer(serializers.Serializer[Any]):
    """The current model of a project, by the promotion that made it so, and the rule by which it is replaced."""

    rule = serializers.ChoiceField(choices=one_of(PromotionRule))
    current = PromotionSerializer(allow_null=True)


class PromotionRuleSerializer(serializers.Serializer[Any]):
    """The rule by which the current model is replaced."""

    rule = serializers.ChoiceField(choices=one_of(PromotionRule))


class PromoteSerializer(serializers.Serializer[Any]):
    """Which model is to be the current one, and why."""

    model = serializers.IntegerField(min_value=1)
    reason = serializers.CharField(max_length=2000)


class LeaderboardQuerySerializer(serializers.Serializer[Any]):
    """On the benchmark of which set; without it, on all."""

    set = serializers.IntegerField(min_value=1, required=False)


class LeaderboardRowSerializer(serializers.Serializer[Any]):
    """One model, or the judge of a joint run, on one benchmark; run, base and training set are of our own models."""

    model = ModelReferenceSerializer(source="evaluation.reward_model")
    kind = serializers.ChoiceField(choices=one_of(BoardKind))
    objective = serializers.SerializerMethodField()
    current = serializers.BooleanField()
    run = serializers.IntegerField(source="evaluation.reward_model.run_id", allow_null=True)
    base = serializers.SerializerMethodField()
    set = serializers.SerializerMethodField(help_text="The set it was trained on.")
    benchmark_set = SetReferenceSerializer(
        source="benchmark", help_text="The first set with this benchmark; others may share it."
    )
    open = serializers.SerializerMethodField()
    human = serializers.SerializerMethodField()
    overall = serializers.FloatField(allow_null=True)
    overall_interval = serializers.SerializerMethodField()
    n_pairs = serializers.SerializerMethodField(help_text="Ordered pairs of the benchmark.")
    n_train_pairs = serializers.SerializerMethodField(help_text="Ordered pairs it was trained on.")
    created_at = serializers.DateTimeField(source="evaluation.created_at")

    def get_objective(self, row: Any) -> str:
        """Return what a model of ours was trained for; "" where nobody said."""
        return str(row.evaluation.reward_model.training.get("objective", ""))

    def get_base(self, row: Any) -> str:
        """Return what the model was made from, or where it lies."""
        model = row.evaluation.reward_model
        return model.run.base if model.run else model.source  # type: ignore[no-any-return]

    @extend_schema_field(SetReferenceSerializer(allow_null=True))
    def get_set(self, row: Any) -> dict[str, Any] | None:
        """Return the set that a model of ours was trained on."""
        run = row.evaluation.reward_model.run
        return {"id": run.set.pk, "name": run.set.name, "version": run.set.version} if run else None

    @extend_schema_field(SubsetSummarySerializer(allow_null=True))
    def get_open(self, row: Any) -> dict[str, Any] | None:
        """Return the figures on open prompts, if the set has any."""
        return model_selectors.subset_figures(row.figures.get("open"))

    @extend_schema_field(SubsetSummarySerializer(allow_null=True))
    def get_human(self, row: Any) -> dict[str, Any] | None:
        """Return the figures on human instructions, if the set has any."""
        return model_selectors.subset_figures(row.figures.get("human"))

    @extend_schema_field(serializers.ListField(child=serializers.FloatField(), allow_null=True))
    def get_overall_interval(self, row: Any) -> list[float] | None:
        """Return the 95% interval of the overall figure."""
        return row.figures.get("overall_interval")  # type: ignore[no-any-return]

    def get_n_pairs(self, row: Any) -> int:
        """Return the ordered pairs over both subsets."""
        return sum((row.figures.get(subset) or {}).get("n_pairs", 0) for subset in model_selectors.SUBSETS)

    def get_n_train_pairs(self, row: Any) -> int | None:
        """Return the ordered pairs of the training split."""
        run = row.evaluation.reward_model.run
        return run.set.statistics["counts"]["train"]["pairs"] if run else None


class LeaderboardSerializer(serializers.Serializer[Any]):
    """The leaderboard of a project, best first, and the first set with each benchmark in it, oldest first."""

    sets = SetReferenceSerializer(many=True)
    rows = LeaderboardRowSerializer(many=True)
