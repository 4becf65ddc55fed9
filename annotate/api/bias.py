"""Reports of bias: how often what is shown first, or what is longer, is preferred."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import path
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.api.base import checked, person
from annotate.api.errors import REFUSALS
from annotate.domain.states import ComparisonKind
from annotate.permissions import Right, allowed
from annotate.problems import Invalid
from annotate.selectors.access import project_get, roles_of
from annotate.selectors.bias import bias_report

TIES = ("half", "apart")


class BiasCellSerializer(serializers.Serializer[Any]):
    """Share preferred among n comparisons, n_ties of them ties, with its 95% interval by prompts."""

    n = serializers.IntegerField()
    n_ties = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class PlaceCellSerializer(BiasCellSerializer):
    """Share of the response at place `a` preferred to the one at place `b`, which stands later; 0 is the first."""

    a = serializers.IntegerField()
    b = serializers.IntegerField()


class CoefficientSerializer(serializers.Serializer[Any]):
    """A coefficient with its 95% interval."""

    value = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class BiasFitSerializer(serializers.Serializer[Any]):
    """logit P(A preferred) = first + length * (characters of A less those of B) / 100, differences cut at 1000."""

    first = CoefficientSerializer()
    length = CoefficientSerializer()


class BiasFiguresSerializer(serializers.Serializer[Any]):
    """first: the response shown earlier preferred; longer: the longer one preferred; fit: both together."""

    first = BiasCellSerializer()
    longer = BiasCellSerializer()
    fit = BiasFitSerializer(allow_null=True)


class BiasAuthorSerializer(BiasFiguresSerializer):
    """All people together, or one judge. `lengths` holds a cell for each bin that `edges` bound."""

    author = serializers.ChoiceField([ComparisonKind.HUMAN.value, ComparisonKind.JUDGE.value])
    name = serializers.CharField(allow_blank=True)
    lengths = BiasCellSerializer(many=True)
    places = PlaceCellSerializer(many=True)


class BiasPersonSerializer(BiasFiguresSerializer):
    """One person; `person` is a membership, null for a former member."""

    person = serializers.IntegerField(allow_null=True)
    pseudonym = serializers.CharField(allow_blank=True)


class BiasSerializer(serializers.Serializer[Any]):
    """The report. Bin n of a curve holds differences from edges[n - 1] (included) to edges[n] (not)."""

    edges = serializers.ListField(child=serializers.IntegerField())
    authors = BiasAuthorSerializer(many=True)
    people = BiasPersonSerializer(many=True)
    refreshed_at = serializers.DateTimeField(allow_null=True)


class BiasQuerySerializer(serializers.Serializer[Any]):
    """How to count ties, and between which days."""

    ties = serializers.ChoiceField(TIES, default="half")
    to = serializers.DateField(required=False, allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        """Add `from`, which Python reserves."""
        return {"from": serializers.DateField(required=False, allow_null=True), **super().get_fields()}


@extend_schema(
    operation_id="bias_get",
    parameters=[
        OpenApiParameter("ties", str, enum=TIES, default="half", description="half for either, or left out"),
        OpenApiParameter("from", date, description="first day, local time"),
        OpenApiParameter("to", date, description="last day, local time"),
    ],
    responses={200: BiasSerializer, **REFUSALS},
)
@api_view(["GET"])
def bias(request: Request, project: int) -> Response:
    """Show position and length bias of people and of every person; of judges, too, to those who may train."""
    row = project_get(person(request), project, Right.SEE_FIGURES)
    given = checked(BiasQuerySerializer, request.query_params)
    first, last = given.get("from"), given.get("to")
    if first is not None and last is not None and last < first:
        message = _("The last day lies before the first.")
        raise Invalid("invalid", message, errors=[{"field": "to", "code": "invalid", "message": message}])
    # The body goes out as it is: the serializer only says its shape (tested).
    judges = allowed(roles_of(person(request), row.pk), Right.TRAIN)
    return Response(bias_report(row, given["ties"], first, last, judges=judges))


urlpatterns = [path("projects/<int:project>/bias", bias)]
