"""The researcher's view of prompts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.api.assignments import CategorySerializer, FaultKindSerializer
from annotate.api.base import CURSOR, LIMIT, category_path, keyset_page, person, query_text
from annotate.api.errors import ErrorSerializer
from annotate.api.records import (
    EventSerializer,
    GraphSerializer,
    VerdictField,
    event_body,
    excerpt,
    graph_body,
    letter,
)
from annotate.api.remarks import RemarkSerializer, remark_body
from annotate.domain.states import ComparisonKind, PromptState, Subset
from annotate.permissions import Right
from annotate.selectors.access import project_get
from annotate.selectors.prompts import PromptRecord, prompt_record, prompt_rows
from annotate.selectors.remarks import remarks_ever

if TYPE_CHECKING:
    from annotate.models import Comparison, Prompt
    from annotate.selectors.remarks import Remark

REFUSALS = {400: ErrorSerializer, 403: ErrorSerializer, 404: ErrorSerializer}


class PromptRowSerializer(serializers.Serializer[Any]):
    """A prompt in a list."""

    id = serializers.IntegerField()
    number = serializers.IntegerField()
    excerpt = serializers.CharField()
    category = CategorySerializer()
    source = serializers.CharField()  # type: ignore[assignment]  # a field, not DRF's attribute
    subset = serializers.ChoiceField([item.value for item in Subset])
    state = serializers.ChoiceField([item.value for item in PromptState])
    n_responses = serializers.IntegerField()
    agreement = serializers.FloatField(allow_null=True)
    conflict_rate = serializers.FloatField(allow_null=True)
    created_at = serializers.DateTimeField()


class PromptListSerializer(serializers.Serializer[Any]):
    """One page of prompts, newest first."""

    results = PromptRowSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class PromptDetailSerializer(PromptRowSerializer):
    """A prompt in full."""

    text = serializers.CharField()
    system = serializers.CharField(allow_blank=True)
    external_id = serializers.CharField()
    project = serializers.IntegerField()
    drop_reason = serializers.CharField(allow_blank=True)


class ResponseDetailSerializer(serializers.Serializer[Any]):
    """A response with the model it came from and its tier, 1 the best."""

    id = serializers.IntegerField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field, not DRF's attribute
    text = serializers.CharField()
    model = serializers.CharField()
    discarded = serializers.BooleanField()
    tier = serializers.IntegerField(allow_null=True)


class ComparisonSerializer(serializers.Serializer[Any]):
    """What somebody said of a pair; `contradicted` is null for what did not enter the graph."""

    id = serializers.IntegerField()
    task = serializers.IntegerField(allow_null=True)
    response_a = serializers.IntegerField()
    response_b = serializers.IntegerField()
    verdict = VerdictField()
    kind = serializers.ChoiceField([item.value for item in ComparisonKind])
    by = serializers.CharField(allow_blank=True)
    final = serializers.BooleanField()
    contradicted = serializers.BooleanField(allow_null=True)
    position_a = serializers.IntegerField(allow_null=True)
    position_b = serializers.IntegerField(allow_null=True)
    at = serializers.DateTimeField()

    def get_fields(self) -> dict[str, Any]:
        """Add `pass`, which Python reserves."""
        return {"pass": serializers.IntegerField(allow_null=True), **super().get_fields()}


class PromptRemarkSerializer(RemarkSerializer):
    """What an annotator said of a task beyond scores and order; not `current` once it was rejected.

    Passages are of the raw texts.
    """

    id = serializers.IntegerField()
    current = serializers.BooleanField()
    notes = serializers.CharField(allow_blank=True)


class PromptRecordSerializer(serializers.Serializer[Any]):
    """A prompt with everything said about it."""

    prompt = PromptDetailSerializer()
    responses = ResponseDetailSerializer(many=True)
    comparisons = ComparisonSerializer(many=True)
    remarks = PromptRemarkSerializer(many=True)
    fault_kinds = FaultKindSerializer(many=True)
    graph = GraphSerializer()
    events = EventSerializer(many=True)


FILTERS = [
    OpenApiParameter("state", str, enum=[item.value for item in PromptState]),
    OpenApiParameter("category", int),
    OpenApiParameter("source", str),
    OpenApiParameter("subset", str, enum=[item.value for item in Subset]),
    OpenApiParameter("q", str, description="looks into texts and ids"),
]


@extend_schema(
    operation_id="prompts_list",
    parameters=[CURSOR, LIMIT, *FILTERS],
    responses={200: PromptListSerializer, **REFUSALS},
)
@api_view(["GET"])
def prompts(request: Request, project: int) -> Response:
    """List prompts, newest first."""
    user = person(request)
    project_get(user, project, Right.SEE_DATA)
    given = {name: query_text(request, name) for name in ("state", "source", "subset", "q")}
    rows = prompt_rows(project, category_path=category_path(request, user, project), **given)
    page = keyset_page(request, rows, ["-id"], lambda found: [_row(prompt) for prompt in found])
    return Response(PromptListSerializer(page).data)


def _row(prompt: Prompt, n_responses: int | None = None) -> dict[str, Any]:
    ranking = getattr(prompt, "ranking", None)
    compared = ranking is not None and ranking.n_comparisons > 0
    return {
        "id": prompt.pk,
        "number": prompt.pk,
        "excerpt": excerpt(prompt.text),
        "category": {"id": prompt.category_id, "path": prompt.category.path},
        "source": prompt.source,
        "subset": prompt.subset,
        "state": prompt.state,
        "n_responses": prompt.n_responses if n_responses is None else n_responses,  # type: ignore[attr-defined]
        "agreement": prompt.agreement,
        "conflict_rate": ranking.n_conflicts / ranking.n_comparisons if ranking and compared else None,
        "created_at": prompt.created_at,
    }


@extend_schema(operation_id="prompts_get", responses={200: PromptRecordSerializer, **REFUSALS})
@api_view(["GET"])
def prompt_detail(request: Request, prompt: int) -> Response:
    """Show a prompt with its responses, all that was said of them, the preference graph, the tiers and its history."""
    record = prompt_record(person(request), prompt)
    row = record.prompt
    detail = {
        **_row(row, len(record.responses)),
        "text": row.text,
        "system": row.system,
        "external_id": row.external_id,
        "project": row.project_id,
        "drop_reason": row.drop_reason,
    }
    body = {
        "prompt": detail,
        "responses": _responses(record),
        "comparisons": [_comparison(record, said) for said in record.comparisons],
        "remarks": [_remark(record, said) for said in remarks_ever(row, record.responses)],
        "fault_kinds": row.project.fault_kinds,
        "graph": graph_body(record),
        "events": [event_body(event, record.names) for event in record.events],
    }
    return Response(PromptRecordSerializer(body).data)


def _responses(record: PromptRecord) -> list[dict[str, Any]]:
    compared = bool(record.contradicted)
    tiers = record.ranking.tier_numbers() if compared else {}
    return [
        {
            "id": response.pk,
            "label": letter(response.ring_index),
            "text": response.text,
            "model": response.model,
            "discarded": response.discarded,
            "tier": tiers[response.pk] + 1 if response.pk in tiers else None,
        }
        for response in record.responses
    ]


def _comparison(record: PromptRecord, said: Comparison) -> dict[str, Any]:
    return {
        "id": said.pk,
        "task": said.task_id,
        "response_a": said.response_a_id,
        "response_b": said.response_b_id,
        "verdict": said.verdict,
        "kind": said.kind,
        "pass": said.pass_number,
        "by": record.names.get(said.author_id or 0, ""),
        "final": said.final,
        "contradicted": record.contradicted.get(said.pk),
        "position_a": said.position_a,
        "position_b": said.position_b,
        "at": said.created_at,
    }


def _remark(record: PromptRecord, said: Remark) -> dict[str, Any]:
    return {
        **remark_body(said, record.names.get(said.annotation.annotator_id, "")),
        "id": said.annotation.pk,
        "current": said.annotation.current,
        "notes": said.annotation.notes,
    }
