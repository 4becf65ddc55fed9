"""Work in progress, kept on the server under its author's eyes only."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.api.assignments import DraftSerializer
from annotate.api.base import checked, person
from annotate.api.errors import REFUSALS
from annotate.selectors.assignments import slot_get
from annotate.selectors.drafts import draft_get
from annotate.services.drafts import draft_save

MOST_VERSIONS = 2**31 - 1


class DraftSaveSerializer(serializers.Serializer[Any]):
    """A draft, and the version that it takes the place of; 0 where none was kept yet."""

    version = serializers.IntegerField(min_value=0, max_value=MOST_VERSIONS)
    content = serializers.DictField(child=serializers.JSONField(allow_null=True))


class DraftSavedSerializer(serializers.Serializer[Any]):
    """The version that the draft has now."""

    version = serializers.IntegerField()
    saved_at = serializers.DateTimeField()


@extend_schema(methods=["GET"], operation_id="assignments_draft", responses={200: DraftSerializer, **REFUSALS})
@extend_schema(
    methods=["PUT"],
    operation_id="assignments_draft_save",
    request=DraftSaveSerializer,
    responses={200: DraftSavedSerializer, **REFUSALS},
)
@api_view(["GET", "PUT"])
def draft(request: Request, assignment: int) -> Response:
    """Return one's draft of a task, or keep it; that works after the lease ran out and during a pause too."""
    user = person(request)
    if request.method == "GET":
        return Response(DraftSerializer(draft_get(user, slot_get(user, assignment))).data)
    given = checked(DraftSaveSerializer, request.data)
    saved = draft_save(user=user, assignment_id=slot_get(user, assignment).pk, **given)
    return Response(DraftSavedSerializer(saved).data)


urlpatterns = [path("assignments/<int:assignment>/draft", draft)]
