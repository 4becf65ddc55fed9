"""What one submitted today, and taking it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.api.assignments import NUMBERS, AssignmentSerializer, assignment_body
from annotate.api.base import person
from annotate.api.errors import REFUSALS
from annotate.permissions import Right
from annotate.selectors.access import project_get
from annotate.selectors.assignments import slot_get, work_of
from annotate.selectors.withdrawals import WHY_KEPT, recent_submissions, why_kept
from annotate.services.withdrawals import assignment_withdraw

if TYPE_CHECKING:
    from annotate.models import Annotation


class RecentSubmissionSerializer(serializers.Serializer[Any]):
    """A submission of today: the order that was given, by places on the page, and whether it can be taken back."""

    id = serializers.IntegerField()
    number = serializers.IntegerField()
    category = serializers.ListField(child=serializers.CharField())
    order = serializers.ListField(child=serializers.ListField(child=serializers.IntegerField()))
    none_acceptable = serializers.BooleanField()
    submitted_at = serializers.DateTimeField()
    withdrawable = serializers.BooleanField()
    why = serializers.ChoiceField(WHY_KEPT, allow_null=True)


class RecentSerializer(serializers.Serializer[Any]):
    """One's last submissions of today, newest first."""

    results = RecentSubmissionSerializer(many=True)


class WithdrawnSerializer(serializers.Serializer[Any]):
    """The task that one holds again."""

    assignment = AssignmentSerializer()


@extend_schema(operation_id="assignments_recent", responses={200: RecentSerializer, **REFUSALS})
@api_view(["GET"])
def recent(request: Request, project: int) -> Response:
    """List what one submitted last today, newest first."""
    user = person(request)
    rows = recent_submissions(user, project_get(user, project, Right.ANNOTATE))
    return Response(RecentSerializer({"results": [_row(said) for said in rows]}).data)


def _row(said: Annotation) -> dict[str, Any]:
    """Return the shape of RecentSubmissionSerializer; it is the same for whatever a slot is for."""
    slot, why = said.assignment, why_kept(said)
    places = {pk: place for place, pk in enumerate(said.display_order, start=1)}
    return {
        "id": slot.handle,
        "number": slot.handle % NUMBERS,
        "category": slot.prompt.category.path,
        "order": [[places[pk] for pk in tier] for tier in said.order],
        "none_acceptable": said.none_acceptable,
        "submitted_at": said.created_at,
        "withdrawable": why is None,
        "why": why,
    }


@extend_schema(operation_id="assignments_withdraw", request=None, responses={200: WithdrawnSerializer, **REFUSALS})
@api_view(["POST"])
def withdraw(request: Request, assignment: int) -> Response:
    """Take back what one submitted, as long as it was not reviewed, discussed or put into a set."""
    user = person(request)
    slot = assignment_withdraw(user=user, assignment_id=slot_get(user, assignment).pk)
    (work,) = work_of([slot])
    return Response(WithdrawnSerializer({"assignment": assignment_body(work)}).data)


urlpatterns = [
    path("projects/<int:project>/assignments/recent", recent),
    path("assignments/<int:assignment>/withdraw", withdraw),
]
