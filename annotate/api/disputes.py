"""The QA lead's work: prompts below the agreement threshold, what was said of them, and the decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.api.assignments import CategorySerializer
from annotate.api.base import CURSOR, LIMIT, category_path, checked, keyset_page, person
from annotate.api.errors import REFUSALS
from annotate.api.records import (
    EventSerializer,
    GraphSerializer,
    VerdictField,
    event_body,
    excerpt,
    graph_body,
    letter,
)
from annotate.permissions import Right
from annotate.selectors.access import project_get
from annotate.selectors.prompts import PromptRecord, dispute_record, dispute_rows
from annotate.services.decisions import Settled, decision_record
from annotate.services.prompts import prompt_drop

if TYPE_CHECKING:
    from annotate.models import Annotation, Comparison, Prompt


class DisputeRowSerializer(serializers.Serializer[Any]):
    """A prompt that waits for a decision."""

    prompt = serializers.IntegerField()
    number = serializers.IntegerField()
    category = CategorySerializer()
    excerpt = serializers.CharField()
    agreement = serializers.FloatField()
    differing = serializers.IntegerField()
    since = serializers.DateTimeField()


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
    state = serializers.CharField()
    agreement = serializers.FloatField(allow_null=True)
    threshold = serializers.FloatField()


class LabelledResponseSerializer(serializers.Serializer[Any]):
    """A response under its letter; the model is not told."""

    id = serializers.IntegerField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field, not DRF's attribute
    text = serializers.CharField()


class PassVerdictSerializer(serializers.Serializer[Any]):
    """What one pass says of a comparison, under a pseudonym."""

    by = serializers.CharField()
    verdict = VerdictField()
    score_a = serializers.IntegerField()
    score_b = serializers.IntegerField()
    notes = serializers.CharField(allow_blank=True)
    seconds = serializers.FloatField()

    def get_fields(self) -> dict[str, Any]:
        """Add `pass`, which Python reserves."""
        return {"pass": serializers.IntegerField(), **super().get_fields()}


class DisputeComparisonSerializer(serializers.Serializer[Any]):
    """A comparison of one task in all passes."""

    task = serializers.IntegerField()
    response_a = serializers.IntegerField()
    response_b = serializers.IntegerField()
    verdicts = PassVerdictSerializer(many=True)
    same = serializers.BooleanField()


class DiscardMarkSerializer(serializers.Serializer[Any]):
    """Who marked which response as meaningless."""

    response = serializers.IntegerField()
    by = serializers.CharField()


class DisputeSerializer(serializers.Serializer[Any]):
    """Everything a QA lead needs to settle a prompt, differing comparisons first."""

    prompt = DisputePromptSerializer()
    responses = LabelledResponseSerializer(many=True)
    comparisons = DisputeComparisonSerializer(many=True)
    discard_marks = DiscardMarkSerializer(many=True)
    graph = GraphSerializer()
    events = EventSerializer(many=True)


class SettledSerializer(serializers.Serializer[Any]):
    """The verdict given on one comparison."""

    task = serializers.IntegerField()
    response_a = serializers.IntegerField()
    response_b = serializers.IntegerField()
    verdict = VerdictField()


class DecisionSerializer(serializers.Serializer[Any]):
    """A decision: a verdict on every differing comparison, the reason, and the clause of the guideline."""

    verdicts = SettledSerializer(many=True)
    reason = serializers.CharField(allow_blank=True, max_length=5_000)
    clause = serializers.CharField(allow_blank=True, max_length=100, default="")


class DropSerializer(serializers.Serializer[Any]):
    """Why a prompt leaves the flow."""

    reason = serializers.CharField(allow_blank=True, max_length=200)


class MovedSerializer(serializers.Serializer[Any]):
    """The state a prompt is in now."""

    state = serializers.CharField()


@extend_schema(
    operation_id="disputes_list",
    parameters=[CURSOR, LIMIT, OpenApiParameter("category", int)],
    responses={200: DisputeListSerializer, **REFUSALS},
)
@api_view(["GET"])
def disputes(request: Request, project: int) -> Response:
    """List what waits for a decision, oldest first."""
    user = person(request)
    project_get(user, project, Right.SETTLE)
    rows = dispute_rows(user, project, category_path=category_path(request, user, project))
    page = keyset_page(request, rows, ["state_at", "id"], lambda prompts: [_row(prompt) for prompt in prompts])
    return Response(DisputeListSerializer({**page, "count": rows.count()}).data)


def _row(prompt: Prompt) -> dict[str, Any]:
    return {
        "prompt": prompt.pk,
        "number": prompt.pk,
        "category": {"id": prompt.category_id, "path": prompt.category.path},
        "excerpt": excerpt(prompt.text),
        "agreement": prompt.agreement,
        "differing": prompt.n_differing,
        "since": prompt.state_at,
    }


@extend_schema(operation_id="disputes_get", responses={200: DisputeSerializer, **REFUSALS})
@api_view(["GET"])
def dispute(request: Request, prompt: int) -> Response:
    """Show both verdicts on every comparison of a prompt, under pseudonyms."""
    record = dispute_record(person(request), prompt)
    row = record.prompt
    body = {
        "prompt": {
            "id": row.pk,
            "number": row.pk,
            "text": row.text,
            "system": row.system,
            "category": {"id": row.category_id, "path": row.category.path},
            "state": row.state,
            "agreement": row.agreement,
            "threshold": row.project.agreement_threshold,
        },
        "responses": [
            {"id": response.pk, "label": letter(response.ring_index), "text": response.text}
            for response in record.responses
        ],
        "comparisons": _comparisons(record),
        "discard_marks": [
            {"response": response, "by": record.names.get(annotation.annotator_id, "")}
            for annotation in record.annotations
            for response in annotation.discarded
        ],
        "graph": graph_body(record),
        "events": [event_body(event, record.names) for event in record.events],
    }
    return Response(DisputeSerializer(body).data)


def _comparisons(record: PromptRecord) -> list[dict[str, Any]]:
    """Return every comparison with what each pass says of it, differing ones first, then by task."""
    annotations = {annotation.pk: annotation for annotation in record.annotations}
    rows: dict[tuple[int, int, int], list[dict[str, Any]]] = {}
    for said in record.comparisons:
        if said.annotation_id in annotations and said.task_id is not None:
            key = (said.task_id, said.response_a_id, said.response_b_id)
            rows.setdefault(key, []).append(_verdict(said, annotations[said.annotation_id], record.names))
    return [
        {
            "task": key[0],
            "response_a": key[1],
            "response_b": key[2],
            "verdicts": sorted(rows[key], key=lambda verdict: verdict["pass"]),
            "same": key not in record.differing,
        }
        for key in sorted(rows, key=lambda key: (key not in record.differing, key))
    ]


def _verdict(said: Comparison, annotation: Annotation, names: dict[int, str]) -> dict[str, Any]:
    return {
        "pass": said.pass_number,
        "by": names.get(annotation.annotator_id, ""),
        "verdict": said.verdict,
        "score_a": annotation.scores[str(said.response_a_id)],
        "score_b": annotation.scores[str(said.response_b_id)],
        "notes": annotation.notes,
        "seconds": annotation.seconds,
    }


@extend_schema(operation_id="disputes_decide", request=DecisionSerializer, responses={200: MovedSerializer, **REFUSALS})
@api_view(["POST"])
def decide(request: Request, prompt: int) -> Response:
    """Settle a prompt: a verdict on every differing comparison, with the reason."""
    given = checked(DecisionSerializer, request.data)
    moved = decision_record(
        user=person(request),
        prompt_id=prompt,
        settled=[Settled(**row) for row in given["verdicts"]],
        reason=given["reason"],
        clause=given["clause"],
    )
    return Response(MovedSerializer({"state": moved.state}).data)


@extend_schema(operation_id="prompts_drop", request=DropSerializer, responses={200: MovedSerializer, **REFUSALS})
@api_view(["POST"])
def drop(request: Request, prompt: int) -> Response:
    """Take a prompt out of the flow, with a reason."""
    given = checked(DropSerializer, request.data)
    moved = prompt_drop(user=person(request), prompt_id=prompt, reason=given["reason"])
    return Response(MovedSerializer({"state": moved.state}).data)
