"""The shapes of what the API takes and gives of a model as colleague."""

from typing import TYPE_CHECKING, Any

from rest_framework import serializers

from annotate.api.assignments import CategorySerializer
from annotate.api.statistics import RateSerializer
from annotate.domain.states import SecondOpinionState, SuspicionState, Verdict
from annotate.domain.statistics import wilson_interval
from annotate.selectors.delivered import delivered
from collaboration.selectors.colleague import Precision, Tally, votes_of

if TYPE_CHECKING:
    from collaboration.models import SecondOpinion, Suspicion

VERDICTS = [item.value for item in Verdict]
EXCERPT_CHARS = 80


class ColleagueSettingSerializer(serializers.Serializer[Any]):
    """How a project works with its model. A share of prompts stays random, or nothing unbiased could be measured."""

    queue_size = serializers.IntegerField(min_value=1, max_value=5000)
    least_error = serializers.FloatField(min_value=0, max_value=1)
    control_share = serializers.FloatField(min_value=0, max_value=0.5)
    random_share = serializers.FloatField(min_value=0.05, max_value=1)


class ColleagueChangeSerializer(ColleagueSettingSerializer):
    """What to change."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["partial"] = True
        super().__init__(*args, **kwargs)


class AskedModelSerializer(serializers.Serializer[Any]):
    """A model that was asked, and how far its scoring is; scale and width are those of its tie model, once fitted."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    state = serializers.CharField()
    n_done = serializers.IntegerField()
    n_prompts = serializers.IntegerField()
    scale = serializers.FloatField(allow_null=True)
    width = serializers.FloatField(allow_null=True)


class OpinionSerializer(serializers.Serializer[Any]):
    """A second opinion: the models that were asked, how far it is, and why there is none."""

    id = serializers.IntegerField()
    state = serializers.ChoiceField([item.value for item in SecondOpinionState])
    by_itself = serializers.BooleanField()
    models = AskedModelSerializer(many=True)
    error_code = serializers.CharField()
    error = serializers.CharField()
    n_calibration_votes = serializers.IntegerField(allow_null=True)
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class SuspicionRunSerializer(OpinionSerializer):
    """A search for doubtful votes; `mean_error` is the models' expected share of votes that people would not repeat."""

    n_pairs = serializers.IntegerField(allow_null=True)
    n_suspects = serializers.IntegerField(allow_null=True)
    n_controls = serializers.IntegerField(allow_null=True)
    mean_error = serializers.FloatField(allow_null=True)


class SuspicionRunPageSerializer(serializers.Serializer[Any]):
    """Searches, newest first."""

    results = SuspicionRunSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class PriorityRunSerializer(OpinionSerializer):
    """A ranking of prompts; counts[i] of them are worth edges[i] to edges[i + 1]."""

    n_prompts = serializers.IntegerField(allow_null=True)
    n_random = serializers.IntegerField(allow_null=True)
    n_unknown = serializers.IntegerField(allow_null=True)
    share = serializers.FloatField(allow_null=True)
    mean = serializers.FloatField(allow_null=True)
    edges = serializers.ListField(child=serializers.FloatField())
    counts = serializers.ListField(child=serializers.IntegerField())


class PriorityRunPageSerializer(serializers.Serializer[Any]):
    """Rankings, newest first."""

    results = PriorityRunSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class SuspicionItemSerializer(serializers.Serializer[Any]):
    """A pair to be judged: the texts, and nothing of who said what, nor of why it is asked."""

    handle = serializers.IntegerField()
    category = CategorySerializer()
    system = serializers.CharField(allow_blank=True)
    text = serializers.CharField()
    first = serializers.CharField()
    second = serializers.CharField()
    held_until = serializers.DateTimeField()


class SuspicionNextSerializer(serializers.Serializer[Any]):
    """The next pair, null where there is none, and how many wait for this person with it."""

    item = SuspicionItemSerializer(allow_null=True)
    n_waiting = serializers.IntegerField()


class SuspicionDecideSerializer(serializers.Serializer[Any]):
    """The answer, of the responses as shown: a is the first."""

    verdict = serializers.ChoiceField(VERDICTS)
    reason = serializers.CharField(max_length=2000, allow_blank=True, default="")


class SuspicionVoteSerializer(serializers.Serializer[Any]):
    """What one pass said in one task; nobody is named."""

    pass_number = serializers.IntegerField(allow_null=True)
    verdict = serializers.ChoiceField(VERDICTS)


class ChancesSerializer(serializers.Serializer[Any]):
    """What the models expected people to say."""

    a = serializers.FloatField()
    equal = serializers.FloatField()
    b = serializers.FloatField()


class SuspicionDecidedSerializer(serializers.Serializer[Any]):
    """What stood, once an answer is given; a is the response that was shown first.

    `rank` is null where the pair was in the control sample alone.
    """

    handle = serializers.IntegerField()
    prompt = serializers.IntegerField()
    state = serializers.ChoiceField([item.value for item in SuspicionState])
    verdict = serializers.ChoiceField(VERDICTS)
    standing = serializers.ChoiceField(VERDICTS)
    votes = SuspicionVoteSerializer(many=True)
    chances = ChancesSerializer()
    expected_error = serializers.FloatField()
    rank = serializers.IntegerField(allow_null=True)
    control = serializers.BooleanField()


class SuspicionRowSerializer(serializers.Serializer[Any]):
    """A decided pair in a list; a is the response that was shown first."""

    handle = serializers.IntegerField()
    prompt = serializers.IntegerField()
    category = CategorySerializer()
    excerpt = serializers.CharField()
    state = serializers.ChoiceField([item.value for item in SuspicionState])
    verdict = serializers.ChoiceField(VERDICTS)
    standing = serializers.ChoiceField(VERDICTS)
    expected_error = serializers.FloatField()
    rank = serializers.IntegerField(allow_null=True)
    control = serializers.BooleanField()
    reason = serializers.CharField(allow_blank=True)
    decided_at = serializers.DateTimeField()


class SuspicionPageSerializer(serializers.Serializer[Any]):
    """Decided pairs, newest first."""

    results = SuspicionRowSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class TallySerializer(serializers.Serializer[Any]):
    """Pairs asked about, decided and overruled, and the share of the decided that was overruled."""

    asked = serializers.IntegerField()
    decided = serializers.IntegerField()
    overruled = serializers.IntegerField()
    rate = RateSerializer(allow_null=True)


class LiftSerializer(serializers.Serializer[Any]):
    """How many times as often suspects are overruled as controls, with the ends of its 95% interval."""

    value = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class PrecisionSerializer(serializers.Serializer[Any]):
    """What QA made of a queue; the first decile holds the most suspicious pairs."""

    suspects = TallySerializer()
    deciles = TallySerializer(many=True)
    control = TallySerializer()
    lift = LiftSerializer(allow_null=True)


class RunPrecisionSerializer(PrecisionSerializer):
    """The same of one run."""

    run = serializers.IntegerField()


class SuspicionFiguresSerializer(serializers.Serializer[Any]):
    """The precision of the queue: over the newest runs together, and run by run, newest first."""

    together = PrecisionSerializer()
    runs = RunPrecisionSerializer(many=True)


def opinion_body(row: "SecondOpinion") -> dict[str, Any]:
    """Return the shape of any run from a row with its jobs; what its kind adds is in its figures."""
    fitted = {model["id"]: model for model in row.figures.get("models", [])}
    models = [
        {
            "id": job.reward_model_id,
            "name": job.reward_model.name,
            "state": job.state,
            "n_done": job.n_done,
            "n_prompts": job.n_prompts,
            "scale": fitted.get(job.reward_model_id, {}).get("scale"),
            "width": fitted.get(job.reward_model_id, {}).get("width"),
        }
        for job in sorted(row.jobs.all(), key=lambda job: job.pk)
    ]
    return {
        "id": row.pk,
        "state": row.state,
        "by_itself": row.created_by_id is None,
        "models": models,
        "error_code": row.error_code,
        "error": row.error,
        "n_calibration_votes": row.figures.get("n_calibration_votes"),
        "created_at": row.created_at,
        "finished_at": row.finished_at,
    }


def suspicion_run_body(row: "SecondOpinion") -> dict[str, Any]:
    """Return the shape of SuspicionRunSerializer."""
    names = ("n_pairs", "n_suspects", "n_controls", "mean_error")
    return opinion_body(row) | {name: row.figures.get(name) for name in names}


def priority_run_body(row: "SecondOpinion") -> dict[str, Any]:
    """Return the shape of PriorityRunSerializer."""
    names = ("n_prompts", "n_random", "n_unknown", "share", "mean")
    bars = {name: row.figures.get(name, []) for name in ("edges", "counts")}
    return opinion_body(row) | {name: row.figures.get(name) for name in names} | bars


def item_body(row: "Suspicion") -> dict[str, Any]:
    """Return the shape of SuspicionItemSerializer: of an undecided pair nothing else may be told."""
    prompt = row.prompt
    texts = [delivered(prompt, response.text).text for response in (row.response_a, row.response_b)]
    first, second = reversed(texts) if row.b_first else texts
    return {
        "handle": row.handle,
        "category": {"id": prompt.category_id, "path": prompt.category.path},
        "system": prompt.system,
        "text": prompt.text,
        "first": first,
        "second": second,
        "held_until": row.held_until,
    }


def _shown(row: "Suspicion", verdict: str) -> str:
    """Return a verdict of the pair as stored, of the responses in the order shown."""
    return Verdict(verdict).mirrored if row.b_first else verdict


def row_body(row: "Suspicion") -> dict[str, Any]:
    """Return the shape of SuspicionRowSerializer."""
    return {
        "handle": row.handle,
        "prompt": row.prompt_id,
        "category": {"id": row.prompt.category_id, "path": row.prompt.category.path},
        "excerpt": row.prompt.text[:EXCERPT_CHARS],
        "state": row.state,
        "verdict": _shown(row, row.verdict),
        "standing": _shown(row, row.standing),
        "expected_error": row.expected_error,
        "rank": row.rank,
        "control": row.control,
        "reason": row.reason,
        "decided_at": row.decided_at,
    }


def decided_body(row: "Suspicion") -> dict[str, Any]:
    """Return the shape of SuspicionDecidedSerializer."""
    chances = {_shown(row, name): value for name, value in zip(("a", "equal", "b"), row.chances, strict=True)}
    return {
        "handle": row.handle,
        "prompt": row.prompt_id,
        "state": row.state,
        "verdict": _shown(row, row.verdict),
        "standing": _shown(row, row.standing),
        "votes": [{"pass_number": vote.pass_number, "verdict": _shown(row, vote.verdict)} for vote in votes_of(row)],
        "chances": chances,
        "expected_error": row.expected_error,
        "rank": row.rank,
        "control": row.control,
    }


def _tally_body(tally: Tally) -> dict[str, Any]:
    interval = wilson_interval(tally.overruled, tally.decided)
    rate = None
    if interval is not None:
        share = tally.overruled / tally.decided
        rate = {"rate": share, "low": interval.low, "high": interval.high, "n": tally.decided}
    return {"asked": tally.asked, "decided": tally.decided, "overruled": tally.overruled, "rate": rate}


def precision_body(precision: Precision) -> dict[str, Any]:
    """Return the shape of PrecisionSerializer."""
    lift = precision.lift
    return {
        "suspects": _tally_body(precision.suspects),
        "deciles": [_tally_body(tenth) for tenth in precision.deciles],
        "control": _tally_body(precision.control),
        "lift": lift and {"value": lift[0], "low": lift[1].low, "high": lift[1].high},
    }
