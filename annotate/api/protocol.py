"""How the protocol went in a project."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.api.base import person
from annotate.api.errors import REFUSALS
from annotate.permissions import Right
from annotate.selectors.access import project_get
from annotate.selectors.protocol import protocol_figures


class SampleSerializer(serializers.Serializer[Any]):
    """How many settled prompts a stage's sample has seen and drawn."""

    stage = serializers.CharField()
    n_seen = serializers.IntegerField()
    n_drawn = serializers.IntegerField()


class ReviewCountsSerializer(serializers.Serializer[Any]):
    """How a stage's reviews ended."""

    stage = serializers.CharField()
    waiting = serializers.IntegerField()
    approved = serializers.IntegerField()
    overruled = serializers.IntegerField()
    rejected = serializers.IntegerField()
    withdrawn = serializers.IntegerField()


class ProbeCountsSerializer(serializers.Serializer[Any]):
    """Answered tasks that measure people, and the share of comparisons said as expected."""

    kind = serializers.CharField()
    n = serializers.IntegerField()
    rate = serializers.FloatField(allow_null=True)


class ProtocolSerializer(serializers.Serializer[Any]):
    """Counts of everything that quality control did; people by pseudonym."""

    discussions = serializers.DictField(child=serializers.IntegerField())
    revised_verdicts = serializers.IntegerField()
    decisions = serializers.DictField(child=serializers.IntegerField())
    samples = SampleSerializer(many=True)
    reviews = ReviewCountsSerializer(many=True)
    rejected_annotations = serializers.IntegerField()
    batches_returned = serializers.IntegerField()
    exams = serializers.DictField(child=serializers.IntegerField())
    probes = ProbeCountsSerializer(many=True)
    paused = serializers.ListField(child=serializers.CharField())


@extend_schema(operation_id="projects_protocol", responses={200: ProtocolSerializer, **REFUSALS})
@api_view(["GET"])
def protocol(request: Request, project: int) -> Response:
    """Count what quality control did in a project."""
    project_get(person(request), project, Right.SEE_FIGURES)
    return Response(ProtocolSerializer(protocol_figures(project)).data)


urlpatterns = [path("projects/<int:project>/protocol", protocol)]
