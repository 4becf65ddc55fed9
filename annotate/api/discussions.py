"""Alignment discussions: what the people of a prompt's passes say, revise and hand on, under pseudonyms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.api.assignments import CategorySerializer
from annotate.api.base import CURSOR, LIMIT, checked, keyset_page, person, query_text
from annotate.api.dispute_shapes import (
    STATES,
    DisputePromptSerializer,
    EscalateSerializer,
    MovedSerializer,
    prompt_body,
    verdict_body,
)
from annotate.api.errors import REFUSALS
from annotate.api.records import (
    DiscardSerializer,
    LabelledResponseSerializer,
    MessageSerializer,
    ShownGuidelineSerializer,
    VerdictField,
    discards_body,
    excerpt,
    guideline_body,
    message_body,
    responses_body,
)
from annotate.api.remarks import RemarkedSerializer, remark_body
from annotate.domain.states import DiscussionState
from annotate.selectors.access import pseudonyms
from annotate.selectors.discussions import DiscussionRecord, discussion_record, discussion_rows, turns
from annotate.services.discussions import (
    Place,
    Standpoint,
    discard_revise,
    message_post,
    prompt_escalate,
    verdict_revise,
)

if TYPE_CHECKING:
    from annotate.models import Discussion, User
    from annotate.selectors.prompts import HeldVerdict


class DiscussionRowSerializer(serializers.Serializer[Any]):
    """A prompt that one discusses; `my_turn` where the others spoke last."""

    prompt = serializers.IntegerField()
    number = serializers.IntegerField()
    category = CategorySerializer()
    excerpt = serializers.CharField()
    differing = serializers.IntegerField()
    agreement = serializers.FloatField(allow_null=True)
    since = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    my_turn = serializers.BooleanField()


class DiscussionListSerializer(serializers.Serializer[Any]):
    """One's discussions, oldest first; `count` is how many there are in all."""

    results = DiscussionRowSerializer(many=True)
    next = serializers.CharField(allow_null=True)
    count = serializers.IntegerField()


class DiscussantSerializer(serializers.Serializer[Any]):
    """Somebody who takes part, under a pseudonym."""

    pseudonym = serializers.CharField()

    def get_fields(self) -> dict[str, Any]:
        """Add `pass`, which Python reserves."""
        return {"pass": serializers.IntegerField(), **super().get_fields()}


class OlderVerdictSerializer(serializers.Serializer[Any]):
    """A verdict held before."""

    verdict = VerdictField()
    at = serializers.DateTimeField()


class DiscussedVerdictSerializer(serializers.Serializer[Any]):
    """What one pass holds of a comparison, and held before, oldest first."""

    by = serializers.CharField()
    mine = serializers.BooleanField()
    verdict = VerdictField()
    score_a = serializers.IntegerField()
    score_b = serializers.IntegerField()
    notes = serializers.CharField(allow_blank=True)
    history = OlderVerdictSerializer(many=True)

    def get_fields(self) -> dict[str, Any]:
        """Add `pass`, which Python reserves."""
        return {"pass": serializers.IntegerField(), **super().get_fields()}


class DiscussedComparisonSerializer(serializers.Serializer[Any]):
    """A comparison of one task in all passes; `same` is false while it is in dispute."""

    task = serializers.IntegerField()
    response_a = serializers.IntegerField()
    response_b = serializers.IntegerField()
    same = serializers.BooleanField()
    verdicts = DiscussedVerdictSerializer(many=True)


class DiscussedDiscardSerializer(DiscardSerializer):
    """A disputed discard; `mine` where the person may change the mark of their pass."""

    mine = serializers.BooleanField()


class OutcomeSerializer(serializers.Serializer[Any]):
    """How a discussion ended, and when."""

    state = serializers.ChoiceField([item.value for item in DiscussionState])
    at = serializers.DateTimeField()


class DiscussionSerializer(RemarkedSerializer):
    """One discussion with all that its people need, differing comparisons first."""

    project = serializers.IntegerField()
    prompt = DisputePromptSerializer()
    due_at = serializers.DateTimeField()
    open = serializers.BooleanField()
    me = serializers.CharField()
    people = DiscussantSerializer(many=True)
    responses = LabelledResponseSerializer(many=True)
    comparisons = DiscussedComparisonSerializer(many=True)
    discards = DiscussedDiscardSerializer(many=True)
    messages = MessageSerializer(many=True)
    guideline = ShownGuidelineSerializer(allow_null=True)
    outcome = OutcomeSerializer(allow_null=True)


class MessagePostSerializer(serializers.Serializer[Any]):
    """What one says: in reply to a message, of a comparison, of a response, or of the whole."""

    text = serializers.CharField(allow_blank=True, max_length=10_000)
    parent = serializers.IntegerField(allow_null=True, default=None)  # type: ignore[assignment]  # not DRF's attribute
    task = serializers.IntegerField(allow_null=True, default=None)
    response_a = serializers.IntegerField(allow_null=True, default=None)
    response_b = serializers.IntegerField(allow_null=True, default=None)


class ReviseSerializer(serializers.Serializer[Any]):
    """A new verdict of one's own."""

    task = serializers.IntegerField()
    response_a = serializers.IntegerField()
    response_b = serializers.IntegerField()
    verdict = VerdictField()


class DiscardReviseSerializer(serializers.Serializer[Any]):
    """Whether one holds a response for garbage."""

    response = serializers.IntegerField()
    marked = serializers.BooleanField()


class StandpointSerializer(serializers.Serializer[Any]):
    """How the passes stand after a revision; the discussion closes by itself when they agree."""

    agreement = serializers.FloatField(allow_null=True)
    state = serializers.ChoiceField(STATES)
    differing = serializers.IntegerField()


@extend_schema(
    operation_id="discussions_list",
    parameters=[CURSOR, LIMIT, OpenApiParameter("state", str, enum=["open", "closed"], default="open")],
    responses={200: DiscussionListSerializer, **REFUSALS},
)
@api_view(["GET"])
def discussions(request: Request, project: int) -> Response:
    """List the discussions that one takes part in: open ones oldest first, closed ones newest first."""
    user = person(request)
    closed = query_text(request, "state") == "closed"
    rows = discussion_rows(user, project, closed=closed)
    keys = ["-id"] if closed else ["due_at", "id"]
    page = keyset_page(request, rows, keys, lambda found: _rows(user, found))
    return Response(DiscussionListSerializer({**page, "count": rows.count()}).data)


def _rows(user: User, found: list[Discussion]) -> list[dict[str, Any]]:
    my_turn = turns(user, found)
    return [
        {
            "prompt": row.prompt_id,
            "number": row.prompt_id,
            "category": {"id": row.prompt.category_id, "path": row.prompt.category.path},
            "excerpt": excerpt(row.prompt.text),
            "differing": row.prompt.n_differing or 0,
            "agreement": row.prompt.agreement,
            "since": row.opened_at,
            "due_at": row.due_at,
            "my_turn": row.closed_at is None and row.pk in my_turn,
        }
        for row in found
    ]


@extend_schema(operation_id="discussions_get", responses={200: DiscussionSerializer, **REFUSALS})
@api_view(["GET"])
def discussion(request: Request, prompt: int) -> Response:
    """Show a discussion: what each pass holds, what was said, and the guideline."""
    found = discussion_record(person(request), prompt)
    names, ended = found.names, found.discussion.closed_at
    body = {
        "project": found.prompt.project_id,
        "prompt": prompt_body(found.prompt),
        "due_at": found.discussion.due_at,
        "open": found.is_open,
        "me": names.get(found.me.pk, ""),
        "people": [{"pseudonym": names.get(user, ""), "pass": number} for user, number in found.people.items()],
        "responses": responses_body(found.prompt, found.responses),
        "comparisons": _comparisons(found),
        "remarks": [remark_body(row, names.get(row.annotation.annotator_id, "")) for row in found.remarks],
        "fault_kinds": found.prompt.project.fault_kinds,
        "discards": _discards(found),
        "messages": [message_body(message, names, found.me.pk) for message in found.messages],
        "guideline": guideline_body(found.guideline),
        "outcome": {"state": found.discussion.state, "at": ended} if ended else None,
    }
    return Response(DiscussionSerializer(body).data)


def _comparisons(found: DiscussionRecord) -> list[dict[str, Any]]:
    differing = set(found.standing.differing)
    return [
        {
            "task": key[0],
            "response_a": key[1],
            "response_b": key[2],
            "same": key not in differing,
            "verdicts": [_verdict(found, said) for said in found.verdicts[key]],
        }
        for key in sorted(found.verdicts, key=lambda key: (key not in differing, key))
    ]


def _verdict(found: DiscussionRecord, said: HeldVerdict) -> dict[str, Any]:
    return {
        **verdict_body(said.comparison, found.names),
        "mine": said.comparison.author_id == found.me.pk,
        "history": [{"verdict": row.verdict, "at": row.created_at} for row in said.history],
    }


def _discards(found: DiscussionRecord) -> list[dict[str, Any]]:
    return [
        {**row, "mine": found.may_mark(row["response"])}
        for row in discards_body(found.standing.discards, found.prompt.project.passes)
    ]


@extend_schema(
    operation_id="discussions_post", request=MessagePostSerializer, responses={201: MessageSerializer, **REFUSALS}
)
@api_view(["POST"])
def messages(request: Request, prompt: int) -> Response:
    """Say something in a discussion."""
    user = person(request)
    given = checked(MessagePostSerializer, request.data)
    place = Place(given["task"], given["response_a"], given["response_b"])
    message = message_post(user=user, prompt_id=prompt, text=given["text"], parent_id=given["parent"], place=place)
    body = message_body(message, pseudonyms(message.discussion.prompt.project_id), user.pk)
    return Response(MessageSerializer(body).data, status=201)


@extend_schema(
    operation_id="discussions_revise", request=ReviseSerializer, responses={200: StandpointSerializer, **REFUSALS}
)
@api_view(["POST"])
def revise(request: Request, prompt: int) -> Response:
    """Revise a verdict of one's own; the old one is kept."""
    given = checked(ReviseSerializer, request.data)
    return _standpoint(verdict_revise(user=person(request), prompt_id=prompt, **given))


@extend_schema(
    operation_id="discussions_discard",
    request=DiscardReviseSerializer,
    responses={200: StandpointSerializer, **REFUSALS},
)
@api_view(["POST"])
def discard(request: Request, prompt: int) -> Response:
    """Mark a response as garbage for one's pass, or take one's mark back."""
    given = checked(DiscardReviseSerializer, request.data)
    return _standpoint(
        discard_revise(user=person(request), prompt_id=prompt, response_id=given["response"], marked=given["marked"])
    )


def _standpoint(standpoint: Standpoint) -> Response:
    return Response(StandpointSerializer(standpoint).data)


@extend_schema(
    operation_id="discussions_escalate", request=EscalateSerializer, responses={200: MovedSerializer, **REFUSALS}
)
@api_view(["POST"])
def escalate(request: Request, prompt: int) -> Response:
    """Hand a discussion on to the delivery team, with the reason."""
    given = checked(EscalateSerializer, request.data)
    moved = prompt_escalate(user=person(request), prompt_id=prompt, reason=given["reason"])
    return Response(MovedSerializer({"state": moved.state}).data)


urlpatterns = [
    path("projects/<int:project>/discussions", discussions),
    path("discussions/<int:prompt>", discussion),
    path("discussions/<int:prompt>/messages", messages),
    path("discussions/<int:prompt>/revise", revise),
    path("discussions/<int:prompt>/discard", discard),
    path("discussions/<int:prompt>/escalate", escalate),
]
