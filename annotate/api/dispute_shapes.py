"""The shapes of a disagreement, shared by those who discuss it and those who decide it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework import serializers

from annotate.api.assignments import CategorySerializer
from annotate.api.records import (
    DiscardSerializer,
    EventSerializer,
    GraphSerializer,
    LabelledResponseSerializer,
    MessageSerializer,
    ShownGuidelineSerializer,
    VerdictField,
)
from annotate.api.remarks import RemarkedSerializer
from annotate.domain.harmless import visible
from annotate.domain.states import AgreementMeasure, DiscussionState, PromptState, ReviewStage

if TYPE_CHECKING:
    from annotate.models import Comparison, Prompt

STAGES = [stage.value for stage in ReviewStage]
STATES = [state.value for state in PromptState]


class DisputeRowSerializer(serializers.Serializer[Any]):
    """A prompt that waits for a decision."""

    prompt = serializers.IntegerField()
    number = serializers.IntegerField()
    category = CategorySerializer()
    excerpt = serializers.CharField()
    agreement = serializers.FloatField(allow_null=True)
    differing = serializers.IntegerField()
    since = serializers.DateTimeField()
    stage = serializers.ChoiceField(STAGES)
    escalated_reason = serializers.CharField(allow_blank=True)


class DisputeListSerializer(serializers.Serializer[Any]):
    """The queue, oldest first; `count` is how many wait in all."""

    results = DisputeRowSerializer(many=True)
    next = serializers.CharField(allow_null=True)
    count = serializers.IntegerField()


class DisputePromptSerializer(serializers.Serializer[Any]):
    """The prompt in question."""

    id = serializers.IntegerField()
    number = serializers.IntegerField()
    text = serializers.CharField()
    system = serializers.CharField(allow_blank=True)
    category = CategorySerializer()
    state = serializers.ChoiceField(STATES)
    agreement = serializers.FloatField(allow_null=True)
    threshold = serializers.FloatField()
    measure = serializers.ChoiceField([item.value for item in AgreementMeasure])


class EarlierVerdictSerializer(serializers.Serializer[Any]):
    """A verdict that a pass held before, and who said it."""

    verdict = VerdictField()
    at = serializers.DateTimeField()
    by = serializers.CharField()


class PassVerdictSerializer(serializers.Serializer[Any]):
    """What one pass says of a comparison, under a pseudonym, and what it said before, oldest first."""

    by = serializers.CharField()
    verdict = VerdictField()
    score_a = serializers.IntegerField()
    score_b = serializers.IntegerField()
    notes = serializers.CharField(allow_blank=True)
    seconds = serializers.FloatField()
    history = EarlierVerdictSerializer(many=True)

    def get_fields(self) -> dict[str, Any]:
        """Add `pass`, which Python reserves."""
        return {"pass": serializers.IntegerField(), **super().get_fields()}


class DisputeComparisonSerializer(serializers.Serializer[Any]):
    """A comparison of one task in all passes; `same` is false while it is in dispute."""

    task = serializers.IntegerField()
    response_a = serializers.IntegerField()
    response_b = serializers.IntegerField()
    verdicts = PassVerdictSerializer(many=True)
    same = serializers.BooleanField()


class DiscardMarkSerializer(serializers.Serializer[Any]):
    """Who marked which response as meaningless."""

    response = serializers.IntegerField()
    by = serializers.CharField()


class SettledSerializer(serializers.Serializer[Any]):
    """The verdict given on one comparison."""

    task = serializers.IntegerField()
    response_a = serializers.IntegerField()
    response_b = serializers.IntegerField()
    verdict = VerdictField()


class DiscardedSerializer(serializers.Serializer[Any]):
    """Whether a response is garbage."""

    response = serializers.IntegerField()
    discarded = serializers.BooleanField()


class StoredDecisionSerializer(serializers.Serializer[Any]):
    """A decision of a stage, and the version of the guideline that was made from it."""

    id = serializers.IntegerField()
    by = serializers.ChoiceField(STAGES)
    at = serializers.DateTimeField()
    reason = serializers.CharField()
    clause = serializers.CharField(allow_blank=True)
    verdicts = SettledSerializer(many=True)
    discards = DiscardedSerializer(many=True)
    guideline_version = serializers.IntegerField(allow_null=True)


class DisputeDiscussionSerializer(serializers.Serializer[Any]):
    """The discussion that a dispute comes from."""

    state = serializers.ChoiceField([item.value for item in DiscussionState])
    opened_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    messages = MessageSerializer(many=True)


class DisputeSerializer(RemarkedSerializer):
    """Everything a reviewer needs to settle a prompt, differing comparisons first."""

    prompt = DisputePromptSerializer()
    stage = serializers.ChoiceField(STAGES, allow_null=True)
    escalated_reason = serializers.CharField(allow_blank=True)
    may_decide = serializers.BooleanField()
    may_escalate = serializers.BooleanField()
    responses = LabelledResponseSerializer(many=True)
    comparisons = DisputeComparisonSerializer(many=True)
    discards = DiscardSerializer(many=True)
    discard_marks = DiscardMarkSerializer(many=True)
    decisions = StoredDecisionSerializer(many=True)
    discussion = DisputeDiscussionSerializer(allow_null=True)
    guideline = ShownGuidelineSerializer(allow_null=True)
    graph = GraphSerializer()
    events = EventSerializer(many=True)


class DecisionSerializer(serializers.Serializer[Any]):
    """A decision: on every differing comparison and disputed discard, with the reason and the guideline's clause."""

    verdicts = SettledSerializer(many=True)
    discards = DiscardedSerializer(many=True, default=list)
    reason = serializers.CharField(allow_blank=True, max_length=5_000)
    clause = serializers.CharField(allow_blank=True, max_length=100, default="")


class EscalateSerializer(serializers.Serializer[Any]):
    """Why a disagreement is handed on."""

    reason = serializers.CharField(allow_blank=True, max_length=2_000)


class DropSerializer(serializers.Serializer[Any]):
    """Why a prompt leaves the flow."""

    reason = serializers.CharField(allow_blank=True, max_length=200)


class MovedSerializer(serializers.Serializer[Any]):
    """The state a prompt is in now."""

    state = serializers.ChoiceField(STATES)


class DecidedSerializer(MovedSerializer):
    """The decision recorded, from which its maker may amend the guideline."""

    decision = serializers.IntegerField()


def prompt_body(prompt: Prompt) -> dict[str, Any]:
    """Return the shape of DisputePromptSerializer."""
    return {
        "id": prompt.pk,
        "number": prompt.pk,
        "text": visible(prompt.text),
        "system": visible(prompt.system),
        "category": {"id": prompt.category_id, "path": prompt.category.path},
        "state": prompt.state,
        "agreement": prompt.agreement,
        "threshold": prompt.project.agreement_threshold,
        "measure": prompt.project.agreement_measure,
    }


def verdict_body(said: Comparison, names: dict[int, str]) -> dict[str, Any]:
    """Return what a pass says of a comparison, with the scores and notes that its author gave then."""
    annotation = said.annotation
    scores = annotation.scores if annotation else {}
    return {
        "pass": said.pass_number,
        "by": names.get(said.author_id or 0, ""),
        "verdict": said.verdict,
        "score_a": scores.get(str(said.response_a_id), 0),
        "score_b": scores.get(str(said.response_b_id), 0),
        "notes": annotation.notes if annotation else "",
    }
