"""The reviewers' work on disagreements: what waits, what was said of a prompt, and the decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http.response import HttpResponseBase
from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.api.base import CURSOR, LIMIT, category_path, checked, keyset_page, person, query_text
from annotate.api.csv_out import EXPORT, csv_list
from annotate.api.dispute_shapes import (
    STAGES,
    DecidedSerializer,
    DecisionSerializer,
    DisputeListSerializer,
    DisputeSerializer,
    DropSerializer,
    EscalateSerializer,
    MovedSerializer,
    prompt_body,
    verdict_body,
)
from annotate.api.errors import REFUSALS
from annotate.api.records import (
    discards_body,
    event_body,
    excerpt,
    graph_body,
    guideline_body,
    marks_body,
    message_body,
    responses_body,
)
from annotate.api.remarks import remark_body
from annotate.permissions import Right
from annotate.selectors.access import project_get
from annotate.selectors.disputes import (
    DisputeRecord,
    dispute_record,
    dispute_rows,
    escalated_stage,
    escalation_reasons,
    newest_decision,
)
from annotate.selectors.prompts import HeldVerdict, verdicts_held
from annotate.services.decisions import Settled, decision_record
from annotate.services.discussions import prompt_escalate
from annotate.services.prompts import prompt_drop

if TYPE_CHECKING:
    from annotate.models import Decision, Prompt

COLUMNS = ["prompt", "category", "excerpt", "stage", "escalated_reason", "agreement", "differing", "since"]


@extend_schema(
    operation_id="disputes_list",
    parameters=[CURSOR, LIMIT, OpenApiParameter("category", int), OpenApiParameter("stage", str, enum=STAGES), EXPORT],
    responses={200: DisputeListSerializer, **REFUSALS},
)
@api_view(["GET"])
def disputes(request: Request, project: int) -> HttpResponseBase:
    """List what waits for a decision of one's stages, oldest first."""
    user = person(request)
    project_get(user, project, Right.SETTLE)
    path_given = category_path(request, user, project)
    rows = dispute_rows(user, project, stage=query_text(request, "stage"), category_path=path_given)
    if request.query_params.get("export") == "csv":
        return csv_list("disputes", COLUMNS, rows, ["state_at", "id"], _rows)
    page = keyset_page(request, rows, ["state_at", "id"], _rows)
    return Response(DisputeListSerializer({**page, "count": rows.count()}).data)


def _rows(prompts: list[Prompt]) -> list[dict[str, Any]]:
    reasons = escalation_reasons(prompts)
    return [
        {
            "prompt": prompt.pk,
            "number": prompt.pk,
            "category": {"id": prompt.category_id, "path": prompt.category.path},
            "excerpt": excerpt(prompt.text),
            "agreement": prompt.agreement,
            "differing": prompt.n_differing or 0,
            "since": prompt.state_at,
            "stage": escalated_stage(prompt.state),
            "escalated_reason": reasons.get(prompt.pk, ""),
        }
        for prompt in prompts
    ]


@extend_schema(operation_id="disputes_get", responses={200: DisputeSerializer, **REFUSALS})
@api_view(["GET"])
def dispute(request: Request, prompt: int) -> Response:
    """Show both verdicts on every comparison of a prompt, under pseudonyms, with its discussion and decisions."""
    found = dispute_record(person(request), prompt)
    record = found.record
    names = record.names
    body = {
        "prompt": prompt_body(record.prompt),
        "stage": escalated_stage(record.prompt.state),
        "escalated_reason": found.reason,
        "may_decide": found.may_decide,
        "may_escalate": found.may_escalate,
        "responses": responses_body(record.prompt, record.responses),
        "comparisons": _comparisons(found),
        "remarks": [remark_body(row, names.get(row.annotation.annotator_id, "")) for row in found.remarks],
        "fault_kinds": record.prompt.project.fault_kinds,
        "discards": discards_body(found.standing.discards, record.prompt.project.passes),
        "discard_marks": marks_body(found.marks, names),
        "decisions": [_decision(decision) for decision in found.decisions],
        "discussion": _discussion(found),
        "guideline": guideline_body(found.guideline),
        "graph": graph_body(record),
        "events": [event_body(event, names) for event in record.events],
    }
    return Response(DisputeSerializer(body).data)


def _comparisons(found: DisputeRecord) -> list[dict[str, Any]]:
    """Return every comparison with what each pass says of it, differing ones first, then by task."""
    held = verdicts_held(found.record.comparisons)
    differing = set(found.standing.differing)
    return [
        {
            "task": key[0],
            "response_a": key[1],
            "response_b": key[2],
            "verdicts": [_verdict(said, found.record.names) for said in held[key]],
            "same": key not in differing,
        }
        for key in sorted(held, key=lambda key: (key not in differing, key))
    ]


def _verdict(said: HeldVerdict, names: dict[int, str]) -> dict[str, Any]:
    return {
        **verdict_body(said.comparison, names),
        "seconds": said.comparison.annotation.seconds if said.comparison.annotation else 0,
        "history": [
            {"verdict": row.verdict, "at": row.created_at, "by": names.get(row.author_id or 0, "")}
            for row in said.history
        ],
    }


def _decision(decision: Decision) -> dict[str, Any]:
    amendment = max((row.version for row in decision.amendments.all()), default=None)
    return {
        "id": decision.pk,
        "by": decision.stage,
        "at": decision.created_at,
        "reason": decision.reason,
        "clause": decision.clause,
        "verdicts": [
            {
                "task": row.task_id,
                "response_a": row.response_a_id,
                "response_b": row.response_b_id,
                "verdict": row.verdict,
            }
            for row in decision.comparisons.all()
        ],
        "discards": [{"response": int(pk), "discarded": out} for pk, out in decision.discards.items()],
        "guideline_version": amendment,
    }


def _discussion(found: DisputeRecord) -> dict[str, Any] | None:
    discussion = found.discussion
    if discussion is None:
        return None
    return {
        "state": discussion.state,
        "opened_at": discussion.opened_at,
        "closed_at": discussion.closed_at,
        "messages": [message_body(message, found.record.names) for message in found.messages],
    }


@extend_schema(
    operation_id="disputes_decide", request=DecisionSerializer, responses={200: DecidedSerializer, **REFUSALS}
)
@api_view(["POST"])
def decide(request: Request, prompt: int) -> Response:
    """Settle a prompt: a verdict on every differing comparison and disputed discard, with the reason."""
    given = checked(DecisionSerializer, request.data)
    moved = decision_record(
        user=person(request),
        prompt_id=prompt,
        settled=[Settled(**row) for row in given["verdicts"]],
        reason=given["reason"],
        clause=given["clause"],
        discards={row["response"]: row["discarded"] for row in given["discards"]},
    )
    return Response(DecidedSerializer({"state": moved.state, "decision": newest_decision(moved)}).data)


@extend_schema(
    operation_id="disputes_escalate", request=EscalateSerializer, responses={200: MovedSerializer, **REFUSALS}
)
@api_view(["POST"])
def escalate(request: Request, prompt: int) -> Response:
    """Hand a disagreement on to the next stage, with the reason."""
    given = checked(EscalateSerializer, request.data)
    moved = prompt_escalate(user=person(request), prompt_id=prompt, reason=given["reason"])
    return Response(MovedSerializer({"state": moved.state}).data)


@extend_schema(operation_id="prompts_drop", request=DropSerializer, responses={200: MovedSerializer, **REFUSALS})
@api_view(["POST"])
def drop(request: Request, prompt: int) -> Response:
    """Take a prompt out of the flow, with a reason."""
    given = checked(DropSerializer, request.data)
    moved = prompt_drop(user=person(request), prompt_id=prompt, reason=given["reason"])
    return Response(MovedSerializer({"state": moved.state}).data)


urlpatterns = [
    path("projects/<int:project>/disputes", disputes),
    path("disputes/<int:prompt>", dispute),
    path("disputes/<int:prompt>/decision", decide),
    path("disputes/<int:prompt>/escalate", escalate),
    path("prompts/<int:prompt>/drop", drop),
]
