"""Endpoints: which models a project may ask."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.api.base import checked, person
from annotate.api.errors import REFUSALS
from annotate.selectors.endpoints import endpoints_of
from annotate.services.endpoints import endpoint_create, endpoint_update

# JavaScript's largest exact whole number bounds every amount.
MOST = 2**53 - 1


class EndpointFieldsSerializer(serializers.Serializer[Any]):
    """Where to ask and how. Prices are in millionths of the currency for 1,000 tokens.

    `key_variable` names an environment variable of the workers (CHEEMS_KEY_…); the key itself is never sent here.
    """

    name = serializers.CharField(max_length=100)
    base_url = serializers.CharField(max_length=500)
    model = serializers.CharField(max_length=200)
    key_variable = serializers.CharField(max_length=100, allow_blank=True, default="")
    system = serializers.CharField(max_length=20_000, allow_blank=True, default="")
    temperature = serializers.FloatField(min_value=0, max_value=2, default=0.0)
    max_tokens = serializers.IntegerField(min_value=1, max_value=32768, default=1024)
    prompt_price = serializers.IntegerField(min_value=0, max_value=10**12, default=0)
    completion_price = serializers.IntegerField(min_value=0, max_value=10**12, default=0)
    per_second = serializers.FloatField(min_value=0.01, max_value=1000, allow_null=True, default=None)
    concurrency = serializers.IntegerField(min_value=1, max_value=256, default=8)
    timeout_seconds = serializers.IntegerField(min_value=1, max_value=600, default=60)


class EndpointChangeSerializer(EndpointFieldsSerializer):
    """What to change; a retired endpoint is not offered for new runs."""

    retired = serializers.BooleanField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["partial"] = True
        super().__init__(*args, **kwargs)


class EndpointSerializer(EndpointFieldsSerializer):
    """An endpoint."""

    id = serializers.IntegerField()
    retired = serializers.BooleanField()


class EndpointListSerializer(serializers.Serializer[Any]):
    """A project's endpoints, retired ones last."""

    results = EndpointSerializer(many=True)


@extend_schema(operation_id="endpoints_list", methods=["GET"], responses={200: EndpointListSerializer, **REFUSALS})
@extend_schema(
    operation_id="endpoints_create",
    methods=["POST"],
    request=EndpointFieldsSerializer,
    responses={201: EndpointSerializer, **REFUSALS},
)
@api_view(["GET", "POST"])
def endpoints(request: Request, project: int) -> Response:
    """List a project's endpoints, or add one."""
    user = person(request)
    if request.method == "POST":
        given = checked(EndpointFieldsSerializer, request.data)
        row = endpoint_create(user=user, project_id=project, **given)
        return Response(EndpointSerializer(row).data, status=status.HTTP_201_CREATED)
    return Response(EndpointListSerializer({"results": endpoints_of(user, project)}).data)


@extend_schema(
    operation_id="endpoints_update", request=EndpointChangeSerializer, responses={200: EndpointSerializer, **REFUSALS}
)
@api_view(["PATCH"])
def endpoint_detail(request: Request, endpoint: int) -> Response:
    """Change an endpoint. Runs keep what they copied, but for prices, pace and key."""
    changes = checked(EndpointChangeSerializer, request.data)
    row = endpoint_update(user=person(request), endpoint_id=endpoint, changes=changes)
    return Response(EndpointSerializer(row).data)


urlpatterns = [
    path("projects/<int:project>/endpoints", endpoints),
    path("endpoints/<int:endpoint>", endpoint_detail),
]
