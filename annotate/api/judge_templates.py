"""What AI judges are asked."""

from typing import Any

from django.urls import path
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.api.assignments import CategorySerializer
from annotate.api.base import checked, person, query_text
from annotate.api.errors import REFUSALS
from annotate.api.judge_runs import LANGUAGES
from annotate.problems import Invalid
from annotate.selectors.judging import templates_of
from annotate.services.judge_templates import judge_template_save


class JudgeTemplateSerializer(serializers.Serializer[Any]):
    """The template in force for a category; without one, for every category that has none. Version 0 is shipped."""

    category = CategorySerializer(allow_null=True)
    language = serializers.ChoiceField(LANGUAGES)
    version = serializers.IntegerField()
    text = serializers.CharField()
    criteria = serializers.CharField()


class JudgeTemplateListSerializer(serializers.Serializer[Any]):
    """The templates in force, the general one first."""

    results = JudgeTemplateSerializer(many=True)


class JudgeTemplateRequestSerializer(serializers.Serializer[Any]):
    """A new version. The text holds {prompt}, {a}, {b} and {criteria} once each."""

    category = serializers.IntegerField(min_value=1, allow_null=True, default=None)
    language = serializers.ChoiceField(LANGUAGES)
    text = serializers.CharField(max_length=50_000, trim_whitespace=False)
    criteria = serializers.CharField(max_length=20_000, trim_whitespace=False)


@extend_schema(
    operation_id="judge_templates_list",
    methods=["GET"],
    parameters=[OpenApiParameter("language", str, enum=LANGUAGES, description="[zh]")],
    responses={200: JudgeTemplateListSerializer, **REFUSALS},
)
@extend_schema(
    operation_id="judge_templates_save",
    methods=["POST"],
    request=JudgeTemplateRequestSerializer,
    responses={201: JudgeTemplateSerializer, **REFUSALS},
)
@api_view(["GET", "POST"])
def judge_templates(request: Request, project: int) -> Response:
    """List the templates in force in one language, or store a new version of one."""
    user = person(request)
    if request.method == "POST":
        given = checked(JudgeTemplateRequestSerializer, request.data)
        row = judge_template_save(user=user, project_id=project, category_id=given.pop("category"), **given)
        return Response(JudgeTemplateSerializer(row).data, status=status.HTTP_201_CREATED)
    language = query_text(request, "language") or LANGUAGES[0]
    if language not in LANGUAGES:
        raise Invalid("invalid", _("language must be one of: %(known)s.") % {"known": ", ".join(LANGUAGES)})
    return Response(JudgeTemplateListSerializer({"results": templates_of(user, project, language)}).data)


urlpatterns = [path("projects/<int:project>/judge-templates", judge_templates)]
