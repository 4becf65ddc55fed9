"""Guidelines: what holds for a category, what changed since one read it, and amendments."""

from __future__ import annotations

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.api.assignments import CategorySerializer
from annotate.api.base import checked, person
from annotate.api.errors import REFUSALS
from annotate.selectors.guidelines import guideline_record
from annotate.services.guidelines import guideline_amend, guideline_read, guideline_save

LONGEST = 200_000


class VersionSerializer(serializers.Serializer[Any]):
    """One version, and the note of what it changed."""

    version = serializers.IntegerField()
    at = serializers.DateTimeField()
    note = serializers.CharField(allow_blank=True)


class PreviousGuidelineSerializer(serializers.Serializer[Any]):
    """The older version that the person last read."""

    version = serializers.IntegerField()
    text = serializers.CharField()


class GuidelineSerializer(serializers.Serializer[Any]):
    """The guideline that holds for a category; `inherited_from` is the ancestor's path it stands at.

    `versions` are newest first; `read` where the person has confirmed the newest one.
    """

    category = CategorySerializer()
    version = serializers.IntegerField(allow_null=True)
    text = serializers.CharField(allow_blank=True)
    inherited_from = serializers.ListField(child=serializers.CharField(), allow_null=True)
    versions = VersionSerializer(many=True)
    previous = PreviousGuidelineSerializer(allow_null=True)
    read = serializers.BooleanField()


class GuidelineTextSerializer(serializers.Serializer[Any]):
    """The text of a guideline's next version (Markdown)."""

    text = serializers.CharField(max_length=LONGEST)


class AmendSerializer(serializers.Serializer[Any]):
    """The next version of a category's guideline, what it changes and why, and the decision it comes from."""

    category = serializers.IntegerField()
    text = serializers.CharField(allow_blank=True, max_length=LONGEST)
    note = serializers.CharField(allow_blank=True, max_length=2_000)
    decision = serializers.IntegerField(allow_null=True, default=None)


class AmendedSerializer(serializers.Serializer[Any]):
    """The version that was made."""

    version = serializers.IntegerField()


class ReadSerializer(serializers.Serializer[Any]):
    """The version that one has read."""

    version = serializers.IntegerField()


@extend_schema(methods=["GET"], operation_id="guidelines_get", responses={200: GuidelineSerializer, **REFUSALS})
@extend_schema(
    methods=["PUT"],
    operation_id="guidelines_save",
    request=GuidelineTextSerializer,
    responses={200: GuidelineSerializer, **REFUSALS},
)
@api_view(["GET", "PUT"])
def category_guideline(request: Request, category: int) -> Response:
    """Show the guideline that holds for a category, or add a version (owner, researcher)."""
    user = person(request)
    if request.method == "PUT":
        guideline_save(user=user, category_id=category, **checked(GuidelineTextSerializer, request.data))
    found = guideline_record(user, category)
    guideline, previous = found.guideline, found.previous
    inherited = guideline.category.path if guideline and guideline.category_id != found.category.pk else None
    body = {
        "category": {"id": found.category.pk, "path": found.category.path},
        "version": guideline.version if guideline else None,
        "text": guideline.text if guideline else "",
        "inherited_from": inherited,
        "versions": [{"version": row.version, "at": row.created_at, "note": row.note} for row in found.versions],
        "previous": {"version": previous.version, "text": previous.text} if previous else None,
        "read": found.read,
    }
    return Response(GuidelineSerializer(body).data)


@extend_schema(operation_id="guidelines_read", request=ReadSerializer, responses={204: None, **REFUSALS})
@api_view(["POST"])
def read(request: Request, category: int) -> Response:
    """Confirm that one has read a version of the guideline in force."""
    guideline_read(user=person(request), category_id=category, **checked(ReadSerializer, request.data))
    return Response(status=204)


@extend_schema(operation_id="guidelines_amend", request=AmendSerializer, responses={201: AmendedSerializer, **REFUSALS})
@api_view(["POST"])
def amend(request: Request, project: int) -> Response:
    """Add a version of a guideline with its reason (owner, researcher; reviewers from a decision of their own)."""
    given = checked(AmendSerializer, request.data)
    guideline = guideline_amend(
        user=person(request),
        project_id=project,
        category_id=given["category"],
        text=given["text"],
        note=given["note"],
        decision_id=given["decision"],
    )
    return Response(AmendedSerializer({"version": guideline.version}).data, status=201)


urlpatterns = [
    path("categories/<int:category>/guideline", category_guideline),
    path("categories/<int:category>/guideline/read", read),
    path("projects/<int:project>/guidelines/amend", amend),
]
