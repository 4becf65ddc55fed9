"""Planning: what a number of prompts costs and brings, simulated with the platform's own rules."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.urls import path
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.api.base import checked, person
from annotate.api.errors import REFUSALS
from annotate.domain.planning import Forecast, forecast, sweep
from annotate.domain.types import DomainError
from annotate.permissions import Right
from annotate.problems import Invalid
from annotate.selectors.access import project_get
from annotate.selectors.planning import plan_of

SWEEPS = {"noise": (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0), "passes": (1, 2, 3, 4)}


class PlanQuerySerializer(serializers.Serializer[Any]):
    """The plan; what is left out is as in the project's settings."""

    prompts = serializers.IntegerField(min_value=1, max_value=10_000_000, default=1000)
    people = serializers.IntegerField(min_value=1, max_value=100_000, default=29)
    triples_a_day = serializers.IntegerField(min_value=1, max_value=10_000, required=False)
    passes = serializers.IntegerField(min_value=1, max_value=5, required=False)
    responses = serializers.IntegerField(min_value=3, max_value=12, default=5)
    noise = serializers.FloatField(min_value=0, max_value=5, default=0.38)
    tie_band = serializers.FloatField(min_value=0, max_value=2, default=0.12)
    threshold = serializers.FloatField(min_value=0, max_value=1, required=False)
    along = serializers.ChoiceField(list(SWEEPS), default="noise", help_text="what the plot runs along")


class EstimateSerializer(serializers.Serializer[Any]):
    """A mean with its 95% interval."""

    value = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class ForecastSerializer(serializers.Serializer[Any]):
    """What comes of a plan; agreement and discussed are null with a single pass.

    conflict and pairs are told as after discussion, conflict_before as the passes said at first.
    """

    triples = serializers.IntegerField()
    days = serializers.IntegerField()
    agreement = EstimateSerializer(allow_null=True)
    discussed = EstimateSerializer(allow_null=True)
    conflict = EstimateSerializer()
    conflict_before = EstimateSerializer()
    pairs = EstimateSerializer()
    n_simulated = serializers.IntegerField()


class ForecastPointSerializer(serializers.Serializer[Any]):
    """The forecast with one number of the plan changed to `at`."""

    at = serializers.FloatField()
    forecast = ForecastSerializer()


class PlanSerializer(serializers.Serializer[Any]):
    """The plan in full, its forecast, and how that changes along one of its numbers."""

    plan = PlanQuerySerializer()
    measured_share = serializers.FloatField()
    forecast = ForecastSerializer()
    along = ForecastPointSerializer(many=True)


def _body(told: Forecast) -> dict[str, Any]:
    def flat(value: Any) -> Any:
        return {"value": value["value"], **value["interval"]} if isinstance(value, dict) else value

    return {name: flat(value) for name, value in asdict(told).items()}


@extend_schema(
    operation_id="planning_get", parameters=[PlanQuerySerializer], responses={200: PlanSerializer, **REFUSALS}
)
@api_view(["GET"])
def planning(request: Request, project: int) -> Response:
    """Forecast days, agreement, discussions, conflicts and ordered pairs of a plan."""
    row = project_get(person(request), project, Right.SEE_FIGURES)
    given = checked(PlanQuerySerializer, request.query_params)
    along = given.pop("along")
    plan = plan_of(row, **given)
    points = [at for at in SWEEPS[along] if along != "passes" or at <= plan.people]
    try:
        told, line = forecast(plan), sweep(plan, along, list(points))
    except DomainError as error:
        raise _refusal(error) from error
    body = {
        "plan": {**asdict(plan), "along": along},
        "measured_share": plan.measured_share,
        "forecast": _body(told),
        "along": [{"at": at, "forecast": _body(one)} for at, one in zip(points, line, strict=True)],
    }
    return Response(PlanSerializer(body).data)


def _refusal(error: DomainError) -> Invalid:
    """Return what is wrong with a plan, by its field."""
    field, message = {
        "too_few_people": (
            "people",
            _("Nobody serves in two passes of a prompt: give at least as many people."),
        ),
        "too_few_responses": ("responses", _("There are fewer responses than a task shows.")),
    }[error.code]
    return Invalid(error.code, message, errors=[{"field": field, "code": error.code, "message": message}])


urlpatterns = [path("projects/<int:project>/planning", planning)]
