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


class SubsetFiguresSerializer(CategoryFiguresSerializer):
    """The figures of one benchmark subset (PROTOCOL 10), averaged over categories; null where it orders no pair."""

    micro = SubsetRatesSerializer()
    categories = serializers.DictField(child=CategoryFiguresSerializer())


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


class MetricsSerializer(serializers.Serializer[Any]):
    """How a reward model did on a benchmark (FORMATS 6); a subset that the set does not have is absent."""

    open = SubsetFiguresSerializer(required=False)
    human = SubsetFiguresSerializer(required=False)
    overall = serializers.FloatField(allow_null=True, required=False)
    training = TrainingFiguresSerializer()


class RunSerializer(serializers.Serializer[Any]):
    """A training run."""

    id = serializers.IntegerField()
    project = serializers.IntegerField(source="project_id")
    name = serializers.CharField()
    set = RunSetSerializer()
    base = serializers.CharField()
    params = serializers.DictField()
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


class LeaderboardQuerySerializer(serializers.Serializer[Any]):
    """On which set's benchmark; without it, on all."""

    set = serializers.IntegerField(min_value=1, required=False)


class LeaderboardRowSerializer(serializers.Serializer[Any]):
    """One reward model on one benchmark."""

    model = ModelReferenceSerializer(source="reward_model")
    run = serializers.IntegerField(source="reward_model.run_id")
    base = serializers.CharField(source="reward_model.run.base")
    set = SetReferenceSerializer(source="reward_model.run.set", help_text="The set it was trained on.")
    benchmark_set = SetReferenceSerializer(source="set")
    open = serializers.SerializerMethodField()
    human = serializers.SerializerMethodField()
    overall = serializers.FloatField(allow_null=True)
    n_pairs = serializers.SerializerMethodField(help_text="Ordered pairs of the benchmark.")
    n_train_pairs = serializers.SerializerMethodField(help_text="Ordered pairs it was trained on.")
    created_at = serializers.DateTimeField()

    @extend_schema_field(SubsetFiguresSerializer(allow_null=True))
    def get_open(self, row: Any) -> dict[str, Any] | None:
        """Return the figures on open prompts, if the set has any."""
        return row.metrics.get("open")  # type: ignore[no-any-return]

    @extend_schema_field(SubsetFiguresSerializer(allow_null=True))
    def get_human(self, row: Any) -> dict[str, Any] | None:
        """Return the figures on human instructions, if the set has any."""
        return row.metrics.get("human")  # type: ignore[no-any-return]

    def get_n_pairs(self, row: Any) -> int:
        """Return the ordered pairs over both subsets."""
        return sum(row.metrics.get(subset, {}).get("n_pairs", 0) for subset in ("open", "human"))

    def get_n_train_pairs(self, row: Any) -> int:
        """Return the ordered pairs of the training split."""
        trained_on: int = row.reward_model.run.set.statistics["counts"]["train"]["pairs"]
        return trained_on


class LeaderboardSerializer(serializers.Serializer[Any]):
    """The leaderboard of a project, best first, and the sets whose benchmarks occur in it."""

    sets = SetReferenceSerializer(many=True)
    rows = LeaderboardRowSerializer(many=True, source="evaluations")
