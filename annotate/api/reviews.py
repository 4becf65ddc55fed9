"""The reviewers' work (queue, one review, the three verdicts), and what an annotator got back from them."""

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
from annotate.api.errors import REFUSALS
from annotate.api.records import (
    excerpt,
    graph_body,
    guideline_body,
    responses_body,
)
from annotate.api.remarks import remark_body
from annotate.api.review_shapes import (
    STAGES,
    ApproveSerializer,
    OverruleSerializer,
    RejectSerializer,
    ReturnedListSerializer,
    ReviewedSerializer,
    ReviewGoldChangeSerializer,
    ReviewGoldListSerializer,
    ReviewGoldMadeSerializer,
    ReviewGoldRequestSerializer,
    ReviewListSerializer,
    ReviewSerializer,
)
from annotate.domain.harmless import visible
from annotate.domain.states import ComparisonKind
from annotate.permissions import Right
from annotate.selectors.access import project_get
from annotate.selectors.delivered import Delivered, rejected_span, rejected_texts
from annotate.selectors.review_gold import review_gold_rows
from annotate.selectors.reviews import ReviewRecord, key_of, returned_rows, review_record, review_rows
from annotate.services.review_gold import review_gold_create, review_gold_update
from annotate.services.review_verdicts import (
    Overruled,
    Refused,
    Span,
    review_approve,
    review_overrule,
    review_reject,
)

if TYPE_CHECKING:
    from annotate.models import Comparison, Rejection, Review, ReviewGold

NUMBERS = 1_000_000
# Passes have no names but these; nobody's pseudonym is told to a reviewer.
STEMS = "甲乙丙丁戊己庚辛壬癸"

COLUMNS = ["review", "stage", "category", "excerpt", "since", "round"]
# By handle, not by id: an id in the cursor would tell in what order reviews were made.
QUEUE_ORDER = ["opened_at", "handle"]


@extend_schema(
    operation_id="reviews_list",
    parameters=[CURSOR, LIMIT, OpenApiParameter("stage", str, enum=STAGES), OpenApiParameter("category", int), EXPORT],
    responses={200: ReviewListSerializer, **REFUSALS},
)
@api_view(["GET"])
def reviews(request: Request, project: int) -> HttpResponseBase:
    """List what waits for one's review, oldest first."""
    user = person(request)
    project_get(user, project, Right.SETTLE)
    of_category = category_path(request, user, project)
    rows = review_rows(user, project, stage=query_text(request, "stage"), category_path=of_category)
    if request.query_params.get("export") == "csv":
        return csv_list("reviews", COLUMNS, rows, QUEUE_ORDER, _queue_rows)
    page = keyset_page(request, rows, QUEUE_ORDER, _queue_rows)
    return Response(ReviewListSerializer({**page, "count": rows.count()}).data)


def _queue_rows(found: list[Review]) -> list[dict[str, Any]]:
    return [_row(review) for review in found]


def _row(review: Review) -> dict[str, Any]:
    category = review.prompt.category
    return {
        "review": review.handle,
        "stage": review.stage,
        "category": {"id": category.pk, "path": category.path},
        "excerpt": excerpt(review.prompt.text),
        "since": review.opened_at,
        "round": review.round,
    }


@extend_schema(operation_id="reviews_get", responses={200: ReviewSerializer, **REFUSALS})
@api_view(["GET"])
def review_detail(request: Request, review: int) -> Response:
    """Show what a review is about: the verdicts as they stood when it was opened, by pass, and nobody's name."""
    found = review_record(person(request), review)
    row = found.review
    body = {
        "review": row.handle,
        "stage": row.stage,
        "state": row.state,
        "round": row.round,
        "prompt": _prompt(found),
        "responses": responses_body(row.prompt, found.record.responses),
        "comparisons": _comparisons(found),
        "slots": _slots(found),
        "remarks": [remark_body(said, _stem(said.pass_number)) for said in found.remarks],
        "fault_kinds": row.prompt.project.fault_kinds,
        "graph": graph_body(found.record),
        "guideline": guideline_body(found.guideline),
        "earlier": [
            {
                "task": item.assignment.task_id,
                "pass": item.assignment.pass_number,
                "reason": item.reason,
                "spans": [rejected_span(span, found.rejected[span["response"]]) for span in item.spans],
            }
            for item in found.earlier
        ],
        "may_act": found.may_act,
    }
    return Response(ReviewSerializer(body).data)


def _prompt(found: ReviewRecord) -> dict[str, Any]:
    prompt = found.review.prompt
    return {
        "number": found.review.handle % NUMBERS,
        "text": visible(prompt.text),
        "system": visible(prompt.system),
        "category": {"id": prompt.category_id, "path": prompt.category.path},
        "agreement": found.agreement.rate,
        "threshold": prompt.project.agreement_threshold,
        "measure": prompt.project.agreement_measure,
    }


def _comparisons(found: ReviewRecord) -> list[dict[str, Any]]:
    """Return every comparison with what each pass says of it, differing ones first, then by task."""
    rows: dict[tuple[int, int, int], list[dict[str, Any]]] = {}
    for said in found.record.comparisons:
        if said.kind == ComparisonKind.HUMAN:
            rows.setdefault(key_of(said), []).append(_verdict(found, said))
    differing = set(found.agreement.differing)
    return [
        {
            "task": key[0],
            "response_a": key[1],
            "response_b": key[2],
            "same": key not in differing,
            "verdicts": sorted(rows[key], key=lambda verdict: verdict["pass"]),
            "decided": _decided(found.shown.decided.get(key)),
        }
        for key in sorted(rows, key=lambda key: (key not in differing, key))
    ]


def _verdict(found: ReviewRecord, said: Comparison) -> dict[str, Any]:
    number = said.pass_number or 1
    annotation = found.shown.annotations[said.task_id or 0, number]
    return {
        "by": _stem(number),
        "pass": number,
        "verdict": said.verdict,
        "score_a": annotation.scores[str(said.response_a_id)],
        "score_b": annotation.scores[str(said.response_b_id)],
        "notes": annotation.notes,
        "seconds": annotation.seconds,
    }


def _stem(number: int) -> str:
    return STEMS[(number - 1) % len(STEMS)]


def _decided(said: Comparison | None) -> dict[str, Any] | None:
    if said is None or said.decision is None:
        return None
    decision = said.decision
    return {
        "verdict": said.verdict,
        "stage": decision.stage,
        "reason": decision.reason,
        "clause": decision.clause,
    }


def _slots(found: ReviewRecord) -> list[dict[str, Any]]:
    return [
        {
            "task": task,
            "pass": number,
            "response_ids": annotation.display_order,
            "scores": annotation.scores,
            "order": annotation.order,
            "notes": annotation.notes,
            "seconds": annotation.seconds,
        }
        for (task, number), annotation in sorted(found.shown.slots.items())
    ]


@extend_schema(
    operation_id="reviews_approve", request=ApproveSerializer, responses={200: ReviewedSerializer, **REFUSALS}
)
@api_view(["POST"])
def approve(request: Request, review: int) -> Response:
    """Approve what a review shows."""
    given = checked(ApproveSerializer, request.data)
    closed = review_approve(user=person(request), handle=review, note=given["note"])
    return Response(ReviewedSerializer({"state": closed.state}).data)


@extend_schema(operation_id="reviews_reject", request=RejectSerializer, responses={200: ReviewedSerializer, **REFUSALS})
@api_view(["POST"])
def reject(request: Request, review: int) -> Response:
    """Send slots of a prompt back, with the reason."""
    given = checked(RejectSerializer, request.data)
    slots = [
        Refused(row["task"], row["pass"], row["reason"], [Span(**span) for span in row["spans"]])
        for row in given["slots"]
    ]
    closed = review_reject(
        user=person(request), handle=review, reason=given["reason"], return_to=given["return_to"], slots=slots
    )
    return Response(ReviewedSerializer({"state": closed.state}).data)


@extend_schema(
    operation_id="reviews_overrule", request=OverruleSerializer, responses={200: ReviewedSerializer, **REFUSALS}
)
@api_view(["POST"])
def overrule(request: Request, review: int) -> Response:
    """Put verdicts in place of those that stand, with the reason."""
    given = checked(OverruleSerializer, request.data)
    closed = review_overrule(
        user=person(request),
        handle=review,
        verdicts=[Overruled(**row) for row in given["verdicts"]],
        reason=given["reason"],
        clause=given["clause"],
    )
    return Response(ReviewedSerializer({"state": closed.state}).data)


@extend_schema(
    operation_id="reviews_make_gold",
    request=ReviewGoldRequestSerializer,
    responses={200: ReviewGoldMadeSerializer, **REFUSALS},
)
@api_view(["POST"])
def make_gold(request: Request, review: int) -> Response:
    """Make a closed review a gold one."""
    given = checked(ReviewGoldRequestSerializer, request.data)
    gold = review_gold_create(user=person(request), handle=review, **given)
    return Response(ReviewGoldMadeSerializer({"id": gold.pk}).data)


@extend_schema(
    operation_id="review_gold_list", parameters=[CURSOR, LIMIT], responses={200: ReviewGoldListSerializer, **REFUSALS}
)
@api_view(["GET"])
def review_gold(request: Request, project: int) -> Response:
    """List gold reviews, newest first; to a reviewer only those that can no longer measure them."""
    user = person(request)
    project_get(user, project, Right.MANAGE_GOLD)
    page = keyset_page(request, review_gold_rows(user, project), ["-id"], lambda rows: [_gold(row) for row in rows])
    return Response(ReviewGoldListSerializer(page).data)


def _gold(gold: ReviewGold) -> dict[str, Any]:
    prompt = gold.source.prompt
    n_answers, n_right = gold.n_answers, gold.n_right  # type: ignore[attr-defined]
    return {
        "id": gold.pk,
        "stage": gold.source.stage,
        "category": {"id": prompt.category_id, "path": prompt.category.path},
        "excerpt": excerpt(prompt.text),
        "approve": gold.approve,
        "reason": gold.reason,
        "active": gold.active,
        "n_answers": n_answers,
        "accuracy": n_right / n_answers if n_answers else None,
        "created_at": gold.created_at,
    }


@extend_schema(
    operation_id="review_gold_change",
    request=ReviewGoldChangeSerializer,
    responses={200: ReviewGoldChangeSerializer, **REFUSALS},
)
@api_view(["PATCH"])
def review_gold_detail(request: Request, gold: int) -> Response:
    """Take a gold review out of use, or back in."""
    given = checked(ReviewGoldChangeSerializer, request.data)
    changed = review_gold_update(user=person(request), gold_id=gold, active=given["active"])
    return Response(ReviewGoldChangeSerializer({"active": changed.active}).data)


@extend_schema(
    operation_id="my_returned", parameters=[CURSOR, LIMIT], responses={200: ReturnedListSerializer, **REFUSALS}
)
@api_view(["GET"])
def my_returned(request: Request, project: int) -> Response:
    """List one's own work that came back, newest first."""
    user = person(request)
    project_get(user, project, Right.ANNOTATE)
    rows = returned_rows(user, project)
    page = keyset_page(request, rows, ["-id"], lambda found: _returned_rows(found, user.pk))
    return Response(ReturnedListSerializer(page).data)


def _returned_rows(found: list[Rejection], user_id: int) -> list[dict[str, Any]]:
    texts = rejected_texts(found)
    return [_returned(row, user_id, texts) for row in found]


def _returned(row: Rejection, user_id: int, texts: dict[int, Delivered]) -> dict[str, Any]:
    slot, shown = row.assignment, row.annotation.display_order
    state = _returned_state(row, user_id)
    return {
        "assignment": slot.handle if state in {"open", "leased"} else None,
        "number": slot.handle % NUMBERS,
        "category": {"id": slot.category_id, "path": slot.category.path},
        "reason": row.reason,
        "spans": [
            {**rejected_span(span, texts[span["response"]]), "response": shown.index(span["response"]) + 1}
            for span in row.spans
        ],
        "at": row.created_at,
        "state": state,
    }


def _returned_state(row: Rejection, user_id: int) -> str:
    """Return where rejected work is now: it waits for its annotator, is done, or went to somebody else."""
    slot, redone_by = row.assignment, row.redone_by  # type: ignore[attr-defined]
    if redone_by is not None:
        return "done" if redone_by == user_id else "with_other"
    if slot.state == "cancelled":
        return "done"
    if slot.state == "leased":
        return "leased" if slot.annotator_id == user_id else "with_other"
    return "open" if slot.reserved_for_id == user_id else "with_other"


urlpatterns = [
    path("projects/<int:project>/reviews", reviews),
    path("reviews/<int:review>", review_detail),
    path("reviews/<int:review>/approve", approve),
    path("reviews/<int:review>/reject", reject),
    path("reviews/<int:review>/overrule", overrule),
    path("reviews/<int:review>/gold", make_gold),
    path("projects/<int:project>/review-gold", review_gold),
    path("review-gold/<int:gold>", review_gold_detail),
    path("projects/<int:project>/my-returned", my_returned),
]
