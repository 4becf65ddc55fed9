"""The annotator's work: claim, renew, submit, skip."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.api.base import checked, person
from annotate.api.errors import REFUSALS
from annotate.selectors.assignments import Work, done_today, work_of
from annotate.services.annotations import Answer, annotation_submit
from annotate.services.assignments import (
    MAX_LEASES,
    SKIP_REASONS,
    assignment_claim,
    assignment_renew,
    assignment_skip,
)

MOST_ID_DIGITS = 19


class CategorySerializer(serializers.Serializer[Any]):
    """A category by its path."""

    id = serializers.IntegerField()
    path = serializers.ListField(child=serializers.CharField())


class WorkPromptSerializer(serializers.Serializer[Any]):
    """The prompt as its annotator sees it."""

    number = serializers.IntegerField()
    text = serializers.CharField()
    system = serializers.CharField(allow_blank=True)


class WorkResponseSerializer(serializers.Serializer[Any]):
    """A response as its annotator sees it: nothing tells the model."""

    id = serializers.IntegerField()
    text = serializers.CharField()


class AssignmentSerializer(serializers.Serializer[Any]):
    """One task to do, its responses in display order."""

    id = serializers.IntegerField()
    token = serializers.IntegerField()
    lease_expires_at = serializers.DateTimeField()
    project = serializers.IntegerField()
    category = CategorySerializer()
    prompt = WorkPromptSerializer()
    responses = WorkResponseSerializer(many=True)
    guideline_version = serializers.IntegerField(allow_null=True)


class ClaimRequestSerializer(serializers.Serializer[Any]):
    """How many tasks to hold."""

    count = serializers.IntegerField(min_value=1, max_value=MAX_LEASES, default=1)


class ClaimSerializer(serializers.Serializer[Any]):
    """What one holds, oldest lease first, and why there is nothing."""

    assignments = AssignmentSerializer(many=True)
    why_none = serializers.ChoiceField(["none_left", "all_leased", "already_in_other_pass"], allow_null=True)
    today = serializers.IntegerField()
    daily_target = serializers.IntegerField()


class TokenSerializer(serializers.Serializer[Any]):
    """The lease token."""

    token = serializers.IntegerField(min_value=0)


class LeaseSerializer(serializers.Serializer[Any]):
    """When the lease ends."""

    lease_expires_at = serializers.DateTimeField()


class SubmitSerializer(TokenSerializer):
    """An answer: scores 0-5 by response id, tiers of ids best first, discarded ids, notes, active seconds."""

    idempotency_key = serializers.UUIDField()
    scores = serializers.DictField(child=serializers.JSONField())
    order = serializers.ListField(
        child=serializers.ListField(child=serializers.IntegerField(), max_length=64), max_length=64
    )
    discarded = serializers.ListField(child=serializers.IntegerField(), max_length=64, default=list)
    notes = serializers.CharField(allow_blank=True, max_length=10_000, default="")
    seconds = serializers.FloatField(min_value=0, max_value=86_400)


class SubmittedSerializer(serializers.Serializer[Any]):
    """The stored annotation, and how many were done today."""

    annotation = serializers.IntegerField()
    today = serializers.IntegerField()


class SkipSerializer(TokenSerializer):
    """Why a task is skipped."""

    reason = serializers.ChoiceField(SKIP_REASONS)
    note = serializers.CharField(allow_blank=True, max_length=2_000, default="")


def _body(work: Work) -> dict[str, Any]:
    slot, prompt = work.assignment, work.prompt
    return {
        "id": slot.pk,
        "token": slot.token,
        "lease_expires_at": slot.lease_expires_at,
        "project": slot.project_id,
        "category": {"id": prompt.category_id, "path": prompt.category.path},
        "prompt": {"number": prompt.pk, "text": prompt.text, "system": prompt.system},
        "responses": [{"id": pk, "text": work.texts[pk]} for pk in slot.display_order],
        "guideline_version": work.guideline.version if work.guideline else None,
    }


@extend_schema(
    operation_id="assignments_claim", request=ClaimRequestSerializer, responses={200: ClaimSerializer, **REFUSALS}
)
@api_view(["POST"])
def claim(request: Request, project: int) -> Response:
    """Take work: what one holds already comes first, then new leases up to `count`."""
    user = person(request)
    given = checked(ClaimRequestSerializer, request.data)
    claimed = assignment_claim(user=user, project_id=project, count=given["count"])
    work = work_of(claimed.assignments)
    body = {
        "assignments": [_body(item) for item in work],
        "why_none": claimed.why_none,
        "today": done_today(user, project),
        "daily_target": claimed.daily_target,
    }
    return Response(ClaimSerializer(body).data)


@extend_schema(operation_id="assignments_renew", request=TokenSerializer, responses={200: LeaseSerializer, **REFUSALS})
@api_view(["POST"])
def renew(request: Request, assignment: int) -> Response:
    """Extend a lease, or revive one that ran out while nobody took the task."""
    given = checked(TokenSerializer, request.data)
    until = assignment_renew(user=person(request), assignment_id=assignment, token=given["token"])
    return Response(LeaseSerializer({"lease_expires_at": until}).data)


@extend_schema(
    operation_id="assignments_submit",
    request=SubmitSerializer,
    responses={200: SubmittedSerializer, 201: SubmittedSerializer, **REFUSALS},
)
@api_view(["POST"])
def submit(request: Request, assignment: int) -> Response:
    """Send in an answer. The same idempotency key again changes nothing and gets 200 with the first answer's body."""
    user = person(request)
    given = checked(SubmitSerializer, request.data)
    stored, new = annotation_submit(
        user=user,
        assignment_id=assignment,
        token=given["token"],
        idempotency_key=given["idempotency_key"],
        answer=_answer(given),
    )
    body = {"annotation": stored.pk, "today": done_today(user, stored.assignment.project_id)}
    return Response(SubmittedSerializer(body).data, status=201 if new else 200)


def _answer(given: dict[str, Any]) -> Answer:
    # JSON has no integer keys; a key that is no id stays as it is and is refused as foreign.
    ids = {key: int(key) for key in given["scores"] if key.isascii() and key.isdigit() and len(key) < MOST_ID_DIGITS}
    scores = {ids.get(key, key): score for key, score in given["scores"].items()}
    return Answer(
        scores=scores,
        order=given["order"],
        discarded=given["discarded"],
        notes=given["notes"],
        seconds=given["seconds"],
    )


@extend_schema(operation_id="assignments_skip", request=SkipSerializer, responses={204: None, **REFUSALS})
@api_view(["POST"])
def skip(request: Request, assignment: int) -> Response:
    """Give a task back with a reason."""
    given = checked(SkipSerializer, request.data)
    assignment_skip(user=person(request), assignment_id=assignment, **given)
    return Response(status=204)
