"""Pauses, limits and expertise: what those who manage people set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.api.base import checked
from annotate.api.base import person as asking
from annotate.api.errors import REFUSALS
from annotate.domain.states import ExpertiseState
from annotate.services.pausing import (
    LONGEST_REASON,
    category_pause,
    category_resume,
    person_pause_by_hand,
    person_resume_by_hand,
    project_pause,
    project_resume,
)
from annotate.services.people import category_limit_set, expertise_set, person_limit_set

if TYPE_CHECKING:
    from annotate.models import Category, Membership, Project

MOST_A_DAY = 10_000


class PauseRequestSerializer(serializers.Serializer[Any]):
    """Why; those concerned will read it."""

    reason = serializers.CharField(max_length=LONGEST_REASON)


class PausedSerializer(serializers.Serializer[Any]):
    """Since when and why something is paused."""

    at = serializers.DateTimeField()
    reason = serializers.CharField(allow_blank=True)


class PauseStateSerializer(serializers.Serializer[Any]):
    """Whether something is paused now."""

    paused = PausedSerializer(allow_null=True)


class LimitSerializer(serializers.Serializer[Any]):
    """Tasks that one person may do in a day; null for no limit of this kind."""

    daily_limit = serializers.IntegerField(min_value=0, max_value=MOST_A_DAY, allow_null=True)


class ExpertiseRequestSerializer(serializers.Serializer[Any]):
    """Where a person shall stand in a top-level category."""

    category = serializers.IntegerField()
    state = serializers.ChoiceField(
        [ExpertiseState.OPEN.value, ExpertiseState.QUALIFIED.value, ExpertiseState.BARRED.value]
    )


class ExpertiseSerializer(serializers.Serializer[Any]):
    """Where a person stands in a top-level category."""

    category = serializers.IntegerField()
    state = serializers.ChoiceField([state.value for state in ExpertiseState])


def paused_body(row: Membership | Category | Project) -> dict[str, Any] | None:
    """Return the shape of PausedSerializer, None for what is not paused."""
    return {"at": row.paused_at, "reason": row.pause_reason} if row.paused_at is not None else None


def _answer(row: Membership | Category | Project) -> Response:
    return Response(PauseStateSerializer({"paused": paused_body(row)}).data)


@extend_schema(
    operation_id="people_pause", request=PauseRequestSerializer, responses={200: PauseStateSerializer, **REFUSALS}
)
@api_view(["POST"])
def pause_person(request: Request, person: int) -> Response:
    """Pause a person: they get and may do nothing, and what they hold goes to others."""
    given = checked(PauseRequestSerializer, request.data)
    return _answer(person_pause_by_hand(user=asking(request), membership_id=person, reason=given["reason"]))


@extend_schema(operation_id="people_resume", request=None, responses={200: PauseStateSerializer, **REFUSALS})
@api_view(["POST"])
def resume_person(request: Request, person: int) -> Response:
    """Let a paused person work again."""
    return _answer(person_resume_by_hand(user=asking(request), membership_id=person))


def limit_person(request: Request, membership_id: int) -> Response:
    """Set a person's daily limit and answer with it."""
    given = checked(LimitSerializer, request.data)
    row = person_limit_set(user=asking(request), membership_id=membership_id, daily_limit=given["daily_limit"])
    return Response(LimitSerializer({"daily_limit": row.daily_limit}).data)


@extend_schema(
    operation_id="people_expertise",
    request=ExpertiseRequestSerializer,
    responses={200: ExpertiseSerializer, **REFUSALS},
)
@api_view(["PUT"])
def person_expertise(request: Request, person: int) -> Response:
    """Say by hand where a person stands in a category."""
    given = checked(ExpertiseRequestSerializer, request.data)
    row = expertise_set(user=asking(request), membership_id=person, category_id=given["category"], state=given["state"])
    return Response(ExpertiseSerializer({"category": row.category_id, "state": row.state}).data)


@extend_schema(
    operation_id="categories_pause", request=PauseRequestSerializer, responses={200: PauseStateSerializer, **REFUSALS}
)
@api_view(["POST"])
def pause_category(request: Request, category: int) -> Response:
    """Deal nothing more from a top-level category."""
    given = checked(PauseRequestSerializer, request.data)
    return _answer(category_pause(user=asking(request), category_id=category, reason=given["reason"]))


@extend_schema(operation_id="categories_resume", request=None, responses={200: PauseStateSerializer, **REFUSALS})
@api_view(["POST"])
def resume_category(request: Request, category: int) -> Response:
    """Deal from a category again."""
    return _answer(category_resume(user=asking(request), category_id=category))


@extend_schema(operation_id="categories_update", request=LimitSerializer, responses={200: LimitSerializer, **REFUSALS})
@api_view(["PATCH"])
def category_detail(request: Request, category: int) -> Response:
    """Set how many tasks of a top-level category one person may do in a day."""
    given = checked(LimitSerializer, request.data)
    row = category_limit_set(user=asking(request), category_id=category, daily_limit=given["daily_limit"])
    return Response(LimitSerializer({"daily_limit": row.daily_limit}).data)


@extend_schema(
    operation_id="projects_pause", request=PauseRequestSerializer, responses={200: PauseStateSerializer, **REFUSALS}
)
@api_view(["POST"])
def pause_project(request: Request, project: int) -> Response:
    """Deal nothing more in a project."""
    given = checked(PauseRequestSerializer, request.data)
    return _answer(project_pause(user=asking(request), project_id=project, reason=given["reason"]))


@extend_schema(operation_id="projects_resume", request=None, responses={200: PauseStateSerializer, **REFUSALS})
@api_view(["POST"])
def resume_project(request: Request, project: int) -> Response:
    """Deal in a project again."""
    return _answer(project_resume(user=asking(request), project_id=project))


urlpatterns = [
    path("people/<int:person>/pause", pause_person),
    path("people/<int:person>/resume", resume_person),
    path("people/<int:person>/expertise", person_expertise),
    path("categories/<int:category>", category_detail),
    path("categories/<int:category>/pause", pause_category),
    path("categories/<int:category>/resume", resume_category),
    path("projects/<int:project>/pause", pause_project),
    path("projects/<int:project>/resume", resume_project),
]
