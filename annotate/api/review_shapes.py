"""What goes in and out of the reviewers' addresses."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from annotate.api.assignments import CategorySerializer
from annotate.api.records import GraphSerializer, LabelledResponseSerializer, ShownGuidelineSerializer, VerdictField
from annotate.api.remarks import RemarkedSerializer
from annotate.domain.states import ReturnTo, ReviewStage, ReviewState

STAGES = [item.value for item in ReviewStage]
MOST_TEXT = 5_000


class ReviewRowSerializer(serializers.Serializer[Any]):
    """A prompt that waits for a review; `review` names the review, not the prompt."""

    review = serializers.IntegerField()
    stage = serializers.ChoiceField(STAGES)
    category = CategorySerializer()
    excerpt = serializers.CharField()
    since = serializers.DateTimeField()
    round = serializers.IntegerField()


class ReviewListSerializer(serializers.Serializer[Any]):
    """The queue, oldest first; `count` is how many wait in all."""

    results = ReviewRowSerializer(many=True)
    next = serializers.CharField(allow_null=True)
    count = serializers.IntegerField()


class ReviewPromptSerializer(serializers.Serializer[Any]):
    """The prompt in question. Its number is one of this review alone."""

    number = serializers.IntegerField()
    text = serializers.CharField()
    system = serializers.CharField(allow_blank=True)
    category = CategorySerializer()
    agreement = serializers.FloatField(allow_null=True)
    threshold = serializers.FloatField()
    measure = serializers.CharField()


class ReviewVerdictSerializer(serializers.Serializer[Any]):
    """What one pass says of a comparison; `by` is the letter of the pass."""

    by = serializers.CharField()
    verdict = VerdictField()
    score_a = serializers.IntegerField()
    score_b = serializers.IntegerField()
    notes = serializers.CharField(allow_blank=True)
    seconds = serializers.FloatField()

    def get_fields(self) -> dict[str, Any]:
        """Add `pass`, which Python reserves."""
        return {"pass": serializers.IntegerField(), **super().get_fields()}


class ReviewDecidedSerializer(serializers.Serializer[Any]):
    """The decision that stands in place of the passes' verdicts."""

    verdict = VerdictField()
    stage = serializers.ChoiceField(STAGES)
    reason = serializers.CharField()
    clause = serializers.CharField(allow_blank=True)


class ReviewComparisonSerializer(serializers.Serializer[Any]):
    """A comparison of one task in all passes."""

    task = serializers.IntegerField()
    response_a = serializers.IntegerField()
    response_b = serializers.IntegerField()
    same = serializers.BooleanField()
    verdicts = ReviewVerdictSerializer(many=True)
    decided = ReviewDecidedSerializer(allow_null=True)


class ReviewSlotSerializer(serializers.Serializer[Any]):
    """One task in one pass: what a rejection names."""

    task = serializers.IntegerField()
    response_ids = serializers.ListField(child=serializers.IntegerField())
    scores = serializers.DictField(child=serializers.IntegerField())
    order = serializers.ListField(child=serializers.ListField(child=serializers.IntegerField()))
    notes = serializers.CharField(allow_blank=True)
    seconds = serializers.FloatField()

    def get_fields(self) -> dict[str, Any]:
        """Add `pass`, which Python reserves."""
        return {"pass": serializers.IntegerField(), **super().get_fields()}


class MarkedSpanSerializer(serializers.Serializer[Any]):
    """Where in a response the fault lies: characters of the text as it is delivered, end exclusive."""

    response = serializers.IntegerField()
    start = serializers.IntegerField()
    end = serializers.IntegerField()
    text = serializers.CharField()


class EarlierRejectionSerializer(serializers.Serializer[Any]):
    """What this stage rejected in an earlier round."""

    reason = serializers.CharField()
    spans = MarkedSpanSerializer(many=True)
    task = serializers.IntegerField()

    def get_fields(self) -> dict[str, Any]:
        """Add `pass`, which Python reserves."""
        return {"pass": serializers.IntegerField(), **super().get_fields()}


class ReviewSerializer(RemarkedSerializer):
    """Everything that a reviewer judges by, differing comparisons first."""

    review = serializers.IntegerField()
    stage = serializers.ChoiceField(STAGES)
    state = serializers.ChoiceField([item.value for item in ReviewState])
    round = serializers.IntegerField()
    prompt = ReviewPromptSerializer()
    responses = LabelledResponseSerializer(many=True)
    comparisons = ReviewComparisonSerializer(many=True)
    slots = ReviewSlotSerializer(many=True)
    graph = GraphSerializer()
    guideline = ShownGuidelineSerializer(allow_null=True)
    earlier = EarlierRejectionSerializer(many=True)
    may_act = serializers.BooleanField()


class ApproveSerializer(serializers.Serializer[Any]):
    """A note for the record, if there is one."""

    note = serializers.CharField(allow_blank=True, max_length=MOST_TEXT, default="")


class SpanSerializer(serializers.Serializer[Any]):
    """Where in a response the fault lies: characters (code points) of the text as it is delivered, end exclusive."""

    response = serializers.IntegerField()
    start = serializers.IntegerField(min_value=0)
    end = serializers.IntegerField(min_value=1)


class RefusedSlotSerializer(serializers.Serializer[Any]):
    """One task in one pass that must be done again; without a reason of its own the common one holds."""

    task = serializers.IntegerField()
    reason = serializers.CharField(allow_blank=True, max_length=MOST_TEXT, default="")
    spans = SpanSerializer(many=True, default=list)

    def get_fields(self) -> dict[str, Any]:
        """Add `pass`, which Python reserves."""
        return {"pass": serializers.IntegerField(), **super().get_fields()}


class RejectSerializer(serializers.Serializer[Any]):
    """Which slots must be done again, by whom, and why."""

    reason = serializers.CharField(allow_blank=True, max_length=MOST_TEXT)
    return_to = serializers.ChoiceField([item.value for item in ReturnTo])
    slots = RefusedSlotSerializer(many=True)


class OverruledVerdictSerializer(serializers.Serializer[Any]):
    """The verdict given on one comparison in place of what stands."""

    task = serializers.IntegerField()
    response_a = serializers.IntegerField()
    response_b = serializers.IntegerField()
    verdict = VerdictField()


class OverruleSerializer(serializers.Serializer[Any]):
    """Verdicts in place of those that stand, the reason, and the clause of the guideline."""

    verdicts = OverruledVerdictSerializer(many=True)
    reason = serializers.CharField(allow_blank=True, max_length=MOST_TEXT)
    clause = serializers.CharField(allow_blank=True, max_length=100, default="")


class ReviewedSerializer(serializers.Serializer[Any]):
    """How the review ended."""

    state = serializers.ChoiceField([item.value for item in ReviewState])


class ReviewGoldRequestSerializer(serializers.Serializer[Any]):
    """What the right outcome of a closed review is, and why."""

    approve = serializers.BooleanField()
    reason = serializers.CharField(allow_blank=True, max_length=MOST_TEXT)


class ReviewGoldMadeSerializer(serializers.Serializer[Any]):
    """The new gold review."""

    id = serializers.IntegerField()


class ReviewGoldRowSerializer(serializers.Serializer[Any]):
    """One gold review, and how reviewers did on it."""

    id = serializers.IntegerField()
    stage = serializers.ChoiceField(STAGES)
    category = CategorySerializer()
    excerpt = serializers.CharField()
    approve = serializers.BooleanField()
    reason = serializers.CharField()
    active = serializers.BooleanField()
    n_answers = serializers.IntegerField()
    accuracy = serializers.FloatField(allow_null=True)
    created_at = serializers.DateTimeField()


class ReviewGoldListSerializer(serializers.Serializer[Any]):
    """Gold reviews, newest first."""

    results = ReviewGoldRowSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class ReviewGoldChangeSerializer(serializers.Serializer[Any]):
    """Whether it is still mixed into reviewers' work."""

    active = serializers.BooleanField()


class ReturnedRowSerializer(serializers.Serializer[Any]):
    """One piece of one's own work that came back; spans name responses by the place at which they were displayed."""

    assignment = serializers.IntegerField(allow_null=True)
    number = serializers.IntegerField()
    category = CategorySerializer()
    reason = serializers.CharField()
    spans = MarkedSpanSerializer(many=True)
    at = serializers.DateTimeField()
    state = serializers.ChoiceField(["open", "leased", "done", "with_other"])


class ReturnedListSerializer(serializers.Serializer[Any]):
    """Own work that came back, newest first."""

    results = ReturnedRowSerializer(many=True)
    next = serializers.CharField(allow_null=True)
