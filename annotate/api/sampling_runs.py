"""Sampling: responses of models for prompts that have none. For researchers only."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.api.base import CURSOR, LIMIT, checked, keyset_page, person
from annotate.api.call_shapes import OUTCOME, BudgetRequestSerializer, CallRunSerializer, CallSerializer, outcome_asked
from annotate.api.errors import REFUSALS
from annotate.selectors.response_sampling import (
    n_prompts_waiting,
    sample_calls_of,
    sampling_run_get,
    sampling_runs_of,
)
from annotate.services.sampling_runs import sampling_run_cancel, sampling_run_create, sampling_run_resume


class SourceSerializer(serializers.Serializer[Any]):
    """A model of the mix as the run asks it."""

    endpoint = serializers.IntegerField()
    name = serializers.CharField()
    weight = serializers.FloatField()
    model = serializers.CharField(source="settings.model")
    temperature = serializers.FloatField(source="settings.temperature")
    system = serializers.CharField(source="settings.system")


class SourceRequestSerializer(serializers.Serializer[Any]):
    """An endpoint of the mix; temperature and system prompt stand in for its own where they are given."""

    endpoint = serializers.IntegerField(min_value=1)
    weight = serializers.FloatField(min_value=0.001, max_value=1000, default=1.0)
    temperature = serializers.FloatField(min_value=0, max_value=2, allow_null=True, default=None)
    system = serializers.CharField(max_length=20_000, allow_blank=True, allow_null=True, default=None)


class SamplingRunSerializer(CallRunSerializer):
    """A sampling run: `n_filled` prompts have got their responses, `n_short` had too few different ones at its end."""

    mix = SourceSerializer(many=True)
    draws = serializers.IntegerField()
    keep = serializers.IntegerField()
    n_filled = serializers.IntegerField()
    n_short = serializers.IntegerField()


class SamplingRunPageSerializer(serializers.Serializer[Any]):
    """A page of sampling runs, newest first."""

    results = SamplingRunSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class SamplingRunRequestSerializer(BudgetRequestSerializer):
    """Draw `draws` responses for each prompt from the mix and keep `keep` different ones."""

    mix = SourceRequestSerializer(many=True, allow_empty=False)
    draws = serializers.IntegerField(min_value=2, max_value=64, default=8)
    keep = serializers.IntegerField(min_value=2, max_value=64, default=5)
    n_prompts = serializers.IntegerField(min_value=1, max_value=10_000_000, allow_null=True, default=None)
    categories = serializers.ListField(child=serializers.IntegerField(), default=list, max_length=1000)


class SamplingWaitingSerializer(serializers.Serializer[Any]):
    """How many prompts wait for responses and are drawn for by no run."""

    n_prompts = serializers.IntegerField()


class SampleCallSerializer(CallSerializer):
    """One draw; `kept` ones have become responses of their prompt."""

    endpoint = serializers.CharField(source="endpoint.name")
    number = serializers.IntegerField()
    kept = serializers.BooleanField()


class SampleCallPageSerializer(serializers.Serializer[Any]):
    """A page of draws, newest first."""

    results = SampleCallSerializer(many=True)
    next = serializers.CharField(allow_null=True)


def _run(request: Request, run_id: int, code: int = status.HTTP_200_OK) -> Response:
    return Response(SamplingRunSerializer(sampling_run_get(person(request), run_id)).data, status=code)


@extend_schema(
    operation_id="sampling_runs_list",
    methods=["GET"],
    parameters=[CURSOR, LIMIT],
    responses={200: SamplingRunPageSerializer, **REFUSALS},
)
@extend_schema(
    operation_id="sampling_runs_create",
    methods=["POST"],
    request=SamplingRunRequestSerializer,
    responses={201: SamplingRunSerializer, **REFUSALS},
)
@api_view(["GET", "POST"])
def sampling_runs(request: Request, project: int) -> Response:
    """List a project's sampling runs, or draw responses for prompts that have none."""
    user = person(request)
    if request.method == "POST":
        given = checked(SamplingRunRequestSerializer, request.data)
        run = sampling_run_create(user=user, project_id=project, category_ids=given.pop("categories"), **given)
        return _run(request, run.pk, status.HTTP_201_CREATED)
    rows = sampling_runs_of(user, project)
    return Response(keyset_page(request, rows, ["-id"], lambda runs: list(SamplingRunSerializer(runs, many=True).data)))


@extend_schema(operation_id="sampling_waiting_get", responses={200: SamplingWaitingSerializer, **REFUSALS})
@api_view(["GET"])
def waiting(request: Request, project: int) -> Response:
    """Return how many prompts wait for responses."""
    return Response({"n_prompts": n_prompts_waiting(person(request), project)})


@extend_schema(operation_id="sampling_runs_get", responses={200: SamplingRunSerializer, **REFUSALS})
@api_view(["GET"])
def sampling_run(request: Request, sampling_run: int) -> Response:
    """Return a sampling run with its counters."""
    return _run(request, sampling_run)


@extend_schema(operation_id="sampling_runs_cancel", request=None, responses={200: SamplingRunSerializer, **REFUSALS})
@api_view(["POST"])
def cancel(request: Request, sampling_run: int) -> Response:
    """Stop a run: at once if it is queued, else as soon as what has been asked is answered."""
    sampling_run_cancel(user=person(request), run_id=sampling_run)
    return _run(request, sampling_run)


@extend_schema(
    operation_id="sampling_runs_resume",
    request=BudgetRequestSerializer,
    responses={200: SamplingRunSerializer, **REFUSALS},
)
@api_view(["POST"])
def resume(request: Request, sampling_run: int) -> Response:
    """Take a run up again under this budget; what has been drawn is not drawn again."""
    given = checked(BudgetRequestSerializer, request.data)
    sampling_run_resume(user=person(request), run_id=sampling_run, **given)
    return _run(request, sampling_run)


@extend_schema(
    operation_id="sample_calls_list",
    parameters=[CURSOR, LIMIT, OUTCOME],
    responses={200: SampleCallPageSerializer, **REFUSALS},
)
@api_view(["GET"])
def calls(request: Request, sampling_run: int) -> Response:
    """List the ended draws of a run with their raw answers."""
    rows = sample_calls_of(person(request), sampling_run, outcome=outcome_asked(request))
    return Response(keyset_page(request, rows, ["-id"], lambda page: list(SampleCallSerializer(page, many=True).data)))


urlpatterns = [
    path("projects/<int:project>/sampling-runs", sampling_runs),
    path("projects/<int:project>/sampling-waiting", waiting),
    path("sampling-runs/<int:sampling_run>", sampling_run),
    path("sampling-runs/<int:sampling_run>/cancel", cancel),
    path("sampling-runs/<int:sampling_run>/resume", resume),
    path("sampling-runs/<int:sampling_run>/calls", calls),
]
