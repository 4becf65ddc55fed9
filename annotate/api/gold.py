"""Gold items: tasks whose right order the teams agreed on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http.response import HttpResponseBase
from django.urls import path
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.api.assignments import CategorySerializer
from annotate.api.base import CURSOR, LIMIT, category_path, checked, keyset_page, person, query_text
from annotate.api.csv_out import EXPORT, csv_list
from annotate.api.errors import REFUSALS
from annotate.api.records import excerpt
from annotate.permissions import Right
from annotate.problems import Invalid
from annotate.selectors.access import project_get
from annotate.selectors.gold import gold_figures, gold_rows
from annotate.services.gold import gold_create, gold_update

if TYPE_CHECKING:
    from annotate.models import GoldItem


COLUMNS = ["id", "prompt", "category", "excerpt", "in_exam", "hidden", "active", "n_answers", "accuracy", "reason"]


class GoldRowSerializer(serializers.Serializer[Any]):
    """One gold item, and how people did on it."""

    id = serializers.IntegerField()
    prompt = serializers.IntegerField()
    number = serializers.IntegerField()
    category = CategorySerializer()
    excerpt = serializers.CharField()
    in_exam = serializers.BooleanField()
    hidden = serializers.BooleanField()
    active = serializers.BooleanField()
    n_answers = serializers.IntegerField()
    accuracy = serializers.FloatField(allow_null=True)
    reason = serializers.CharField()
    reference = serializers.ListField(child=serializers.ListField(child=serializers.IntegerField()))


class GoldListSerializer(serializers.Serializer[Any]):
    """Gold items, newest first."""

    results = GoldRowSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class GoldRequestSerializer(serializers.Serializer[Any]):
    """A prompt's usable responses in tiers, best first, and why that is right."""

    prompt = serializers.IntegerField()
    order = serializers.ListField(
        child=serializers.ListField(child=serializers.IntegerField(), max_length=64), max_length=64
    )
    reason = serializers.CharField(allow_blank=True, max_length=5_000)
    in_exam = serializers.BooleanField(default=True)
    hidden = serializers.BooleanField(default=True)


class GoldCreatedSerializer(serializers.Serializer[Any]):
    """How many items a prompt gave: one for each of its tasks."""

    created = serializers.IntegerField()


class GoldChangeSerializer(serializers.Serializer[Any]):
    """What to change of an item."""

    active = serializers.BooleanField(required=False)
    in_exam = serializers.BooleanField(required=False)
    hidden = serializers.BooleanField(required=False)
    reason = serializers.CharField(allow_blank=True, max_length=5_000, required=False)


def _rows(items: list[GoldItem]) -> list[dict[str, Any]]:
    """Return the shape of GoldRowSerializer, in one query for all items."""
    figures = gold_figures([item.pk for item in items])
    return [
        {
            "id": item.pk,
            "prompt": item.task.prompt_id,
            "number": item.task.prompt_id,
            "category": {"id": item.task.prompt.category_id, "path": item.task.prompt.category.path},
            "excerpt": excerpt(item.task.prompt.text),
            "in_exam": item.in_exam,
            "hidden": item.hidden,
            "active": item.active,
            "n_answers": figures[item.pk].n_answers,
            "accuracy": figures[item.pk].accuracy,
            "reason": item.reason,
            "reference": item.reference,
        }
        for item in items
    ]


@extend_schema(
    operation_id="gold_list",
    methods=["GET"],
    parameters=[CURSOR, LIMIT, OpenApiParameter("category", int), OpenApiParameter("active", bool), EXPORT],
    responses={200: GoldListSerializer, **REFUSALS},
)
@extend_schema(
    operation_id="gold_create",
    methods=["POST"],
    request=GoldRequestSerializer,
    responses={201: GoldCreatedSerializer, **REFUSALS},
)
@api_view(["GET", "POST"])
def gold(request: Request, project: int) -> HttpResponseBase:
    """List a project's gold items, or make some of a prompt."""
    user = person(request)
    if request.method == "POST":
        given = checked(GoldRequestSerializer, request.data)
        items = gold_create(user=user, project_id=project, prompt_id=given.pop("prompt"), **given)
        return Response(GoldCreatedSerializer({"created": len(items)}).data, status=201)
    project_get(user, project, Right.MANAGE_GOLD)
    rows = gold_rows(project, category_path=category_path(request, user, project), active=_active(request))
    if request.query_params.get("export") == "csv":
        return csv_list("gold", COLUMNS, rows, ["-id"], _rows)
    return Response(GoldListSerializer(keyset_page(request, rows, ["-id"], _rows)).data)


def _active(request: Request) -> bool | None:
    """Return what ?active= asks for, None where it is absent."""
    given = query_text(request, "active")
    if given not in {"", "true", "false"}:
        raise Invalid("invalid", _("active must be true or false."))
    return {"": None, "true": True, "false": False}[given]


@extend_schema(operation_id="gold_update", request=GoldChangeSerializer, responses={200: GoldRowSerializer, **REFUSALS})
@api_view(["PATCH"])
def gold_item(request: Request, gold: int) -> Response:
    """Change what a gold item is used for, or the reason that people are shown."""
    user = person(request)
    item = gold_update(user=user, gold_id=gold, changes=checked(GoldChangeSerializer, request.data))
    return Response(GoldRowSerializer(_rows([item])[0]).data)


urlpatterns = [
    path("projects/<int:project>/gold", gold),
    path("gold/<int:gold>", gold_item),
]
