"""The shapes of what the training API takes and gives."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotate.domain.states import RunState
from rm_training import selectors
from rm_training.hyperparameters import Hyperparameter

STATES = [state.value for state in RunState]


class SetReferenceSerializer(serializers.Serializer[Any]):
    """A preference set, named."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    version = serializers.IntegerField()


class RunSetSerializer(SetReferenceSerializer):
    """The preference set that a run trains on, pinned by its hash."""

    sha256 = serializers.CharField()


class ModelReferenceSerializer(serializers.Serializer[Any]):
    """A reward model, named."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class SubsetRatesSerializer(serializers.Serializer[Any]):
    """Accuracy and exact match over all pairs and prompts at once."""

    accuracy = serializers.FloatField(allow_null=True)
    exact_match = serializers.FloatField(allow_null=True)


class CategoryFiguresSerializer(SubsetRatesSerializer):
    """The figures of one category."""

    n_prompts = serializers.IntegerField()
    n_pairs = serializers.IntegerField()


class IntervalsSerializer(serializers.Serializer[Any]):
    """95% intervals of both figures: [low, high]."""

    accuracy = serializers.ListField(child=serializers.FloatField(), allow_null=True)
    exact_match = serializers.ListField(child=serializers.FloatField(), allow_null=True)


class ReliabilityBinSerializer(serializers.Serializer[Any]):
    """The pairs whose probability lies in [low, high): how sure the model was on average, how often it was right."""

    low = serializers.FloatField()
    high = serializers.FloatField()
    n = serializers.IntegerField()
    confidence = serializers.FloatField(allow_null=True)
    accuracy = serializers.FloatField(allow_null=True)


class SubsetFiguresSerializer(CategoryFiguresSerializer):
    """The figures of one benchmark subset (PROTOCOL 10), averaged over categories; null where it orders no pair.

    What stands below `categories` an older engine did not write. `ece_scaled` is the error after scaling by
    `temperature`; `consistency` and `unreadable` are of judges.
    """

    micro = SubsetRatesSerializer()
    categories = serializers.DictField(child=CategoryFiguresSerializer())
    intervals = IntervalsSerializer(required=False, allow_null=True)
    ece = serializers.FloatField(allow_null=True, required=False)
    temperature = serializers.FloatField(allow_null=True, required=False)
    ece_scaled = serializers.FloatField(allow_null=True, required=False)
    reliability = ReliabilityBinSerializer(many=True, required=False)
    spearman = serializers.FloatField(allow_null=True, required=False)
    kendall = serializers.FloatField(allow_null=True, required=False)
    consistency = serializers.FloatField(allow_null=True, required=False)
    unreadable = serializers.FloatField(allow_null=True, required=False)


class TrainingFiguresSerializer(serializers.Serializer[Any]):
    """The figures of the training itself; the losses are means over the first and the last tenth of the steps."""

    steps = serializers.IntegerField()
    loss_first = serializers.FloatField()
    loss_last = serializers.FloatField()
    seconds = serializers.FloatField()
    pairs_used = serializers.IntegerField()
    pairs_skipped = serializers.IntegerField()
    dropped_too_long = serializers.IntegerField()
    truncated = serializers.IntegerField()
    pairs_dropped = serializers.IntegerField()
    objective = serializers.CharField(required=False, help_text="discriminative, generative or joint")
    attention = serializers.CharField(required=False, help_text="the path of attention that was used")
    notes = serializers.ListField(child=serializers.CharField(), required=False)


class BenchmarkFiguresSerializer(serializers.Serializer[Any]):
    """Both subsets and the mean of their four figures; a subset that the set does not have is absent."""

    open = SubsetFiguresSerializer(required=False)
    human = SubsetFiguresSerializer(required=False)
    overall = serializers.FloatField(allow_null=True, required=False)
    overall_interval = serializers.ListField(child=serializers.FloatField(), allow_null=True, required=False)


class JudgeFiguresSerializer(BenchmarkFiguresSerializer):
    """The judge of a joint run; `agreement` is the share of comparisons on which both heads agree."""

    agreement = serializers.FloatField(allow_null=True, required=False)


class MeasuredSerializer(BenchmarkFiguresSerializer):
    """How a reward model did on a benchmark (FORMATS 6), and in a joint run its judge."""

    judge = JudgeFiguresSerializer(allow_null=True, required=False)


class MetricsSerializer(MeasuredSerializer):
    """How a run's model did on the benchmark of its set, and the figures of the training."""

    training = TrainingFiguresSerializer()


class RunSerializer(serializers.Serializer[Any]):
    """A training run."""

    id = serializers.IntegerField()
    project = serializers.IntegerField(source="project_id")
    name = serializers.CharField()
    set = RunSetSerializer()
    base = serializers.CharField()
    params = serializers.DictField()
    cloned_from = serializers.IntegerField(source="cloned_from_id", allow_null=True)
    state = serializers.ChoiceField(choices=STATES)
    cancel_requested = serializers.BooleanField()
    error_code = serializers.CharField()
    error = serializers.CharField()
    attempts = serializers.IntegerField()
    step = serializers.IntegerField()
    total_steps = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    model = serializers.SerializerMethodField()
    metrics = serializers.SerializerMethodField()

    @extend_schema_field(ModelReferenceSerializer(allow_null=True))
    def get_model(self, run: Any) -> dict[str, Any] | None:
        """Return the reward model, once there is one."""
        model = getattr(run, "reward_model", None)
        return {"id": model.pk, "name": model.name} if model else None

    @extend_schema_field(MetricsSerializer(allow_null=True))
    def get_metrics(self, run: Any) -> dict[str, Any] | None:
        """Return the figures as the engine wrote them."""
        return selectors.run_metrics(run)


class RunPageSerializer(serializers.Serializer[Any]):
    """One page of runs."""

    results = RunSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class RunCreateSerializer(serializers.Serializer[Any]):
    """What a person asks for. `params` are hyperparameters by name; what is left out has its default."""

    set = serializers.IntegerField(min_value=1)
    base = serializers.CharField(max_length=500)
    params = serializers.DictField(default=dict)
    cloned_from = serializers.IntegerField(
        min_value=1, allow_null=True, default=None, help_text="the run whose settings these were changed from"
    )


class ProgressQuerySerializer(serializers.Serializer[Any]):
    """From which line on."""

    after = serializers.IntegerField(min_value=0, max_value=2**53, default=0)


class ProgressSerializer(serializers.Serializer[Any]):
    """New rows of the progress file, as the engine wrote them."""

    rows = serializers.ListField(child=serializers.DictField())
    next = serializers.IntegerField()
    state = serializers.ChoiceField(choices=STATES)


class LogQuerySerializer(serializers.Serializer[Any]):
    """From which byte on; without it, the end of the log."""

    offset = serializers.IntegerField(min_value=0, max_value=2**53, required=False)


class LogSerializer(serializers.Serializer[Any]):
    """A stretch of the log."""

    text = serializers.CharField()
    next = serializers.IntegerField()


class BaseSerializer(serializers.Serializer[Any]):
    """A base model on offer, with the hyperparameters that it recommends."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    params = serializers.DictField()


class BasesSerializer(serializers.Serializer[Any]):
    """The base models on offer; any other folder or hub name is accepted too."""

    results = BaseSerializer(many=True)
    default = serializers.CharField()


class HyperparameterSerializer(serializers.Serializer[Any]):
    """One setting of a run, for a form. A null default means "not set"."""

    name = serializers.CharField()
    type = serializers.ChoiceField(choices=["int", "float", "bool", "choice"], source="kind")
    default = serializers.JSONField(allow_null=True)
    min = serializers.SerializerMethodField()
    max = serializers.SerializerMethodField()
    choices = serializers.ListField(child=serializers.CharField())

    def get_min(self, parameter: Hyperparameter) -> float | None:
        """Return the lowest allowed value of a number."""
        return parameter.range[0] if parameter.range else None

    def get_max(self, parameter: Hyperparameter) -> float | None:
        """Return the highest allowed value of a number."""
        return parameter.range[1] if parameter.range else None
