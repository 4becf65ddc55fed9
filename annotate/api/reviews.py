"""The reviewers' work (queue, one review, the three verdicts), and what an annotator got back from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http.response import HttpResponseBase
from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.api.assignments import CategorySerializer
from annotate.api.base import CURSOR, LIMIT, category_path, checked, keyset_page, person, query_text
from annotate.api.csv_out import EXPORT, csv_list
from annotate.api.errors import REFUSALS
from annotate.api.records import (
    GraphSerializer,
    LabelledResponseSerializer,
    ShownGuidelineSerializer,
    VerdictField,
    excerpt,
    graph_body,
    guideline_body,
    responses_body,
)
from annotate.domain.states import ComparisonKind, ReturnTo, ReviewStage, ReviewState
from annotate.permissions import Right
from annotate.selectors.access import project_get
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
STAGES = [item.value for item in ReviewStage]
MOST_TEXT = 5_000

COLUMNS = ["review", "stage", "category", "excerpt", "since", "round"]
# By handle, not by id: an id in the cursor would tell in what order reviews were made.
QUEUE_ORDER = ["opened_at", "handle"]


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
    """Where in a response the fault lies: characters of the raw text, end exclusive."""

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


class ReviewSerializer(serializers.Serializer[Any]):
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
    """Where in a response the fault lies: characters (code points) of the raw text, end exclusive."""

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
        "responses": responses_body(found.record.responses),
        "comparisons": _comparisons(found),
        "slots": _slots(found),
        "graph": graph_body(found.record),
        "guideline": guideline_body(found.guideline),
        "earlier": [
            {
                "task": item.assignment.task_id,
                "pass": item.assignment.pass_number,
                "reason": item.reason,
                "spans": item.spans,
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
        "text": prompt.text,
        "system": prompt.system,
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
        "by": STEMS[(number - 1) % len(STEMS)],
        "pass": number,
        "verdict": said.verdict,
        "score_a": annotation.scores[str(said.response_a_id)],
        "score_b": annotation.scores[str(said.response_b_id)],
        "notes": annotation.notes,
        "seconds": annotation.seconds,
    }


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
    page = keyset_page(request, rows, ["-id"], lambda found: [_returned(row, user.pk) for row in found])
    return Response(ReturnedListSerializer(page).data)


def _returned(row: Rejection, user_id: int) -> dict[str, Any]:
    slot, shown = row.assignment, row.annotation.display_order
    state = _returned_state(row, user_id)
    return {
        "assignment": slot.handle if state in {"open", "leased"} else None,
        "number": slot.handle % NUMBERS,
        "category": {"id": slot.category_id, "path": slot.category.path},
        "reason": row.reason,
        "spans": [{**span, "response": shown.index(span["response"]) + 1} for span in row.spans],
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
