"""Projects, members, categories and figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.api.assignments import CategorySerializer, FaultKindSerializer
from annotate.api.base import checked, person
from annotate.api.errors import REFUSALS
from annotate.api.people import MOST_A_DAY, PausedSerializer, paused_body
from annotate.domain.states import AgreementMeasure, RoleName
from annotate.permissions import Right, allowed
from annotate.selectors.access import project_get, roles_of
from annotate.selectors.categories import category_list
from annotate.selectors.people import n_exam_items
from annotate.selectors.projects import members, memberships_of, role_names
from annotate.selectors.quality import figures
from annotate.services.projects import member_set, project_create, project_update

if TYPE_CHECKING:
    from annotate.models import Membership, Project


class ProjectRowSerializer(serializers.Serializer[Any]):
    """A project in a list."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    description = serializers.CharField()
    roles = serializers.ListField(child=serializers.ChoiceField([role.value for role in RoleName]))


class ProjectListSerializer(serializers.Serializer[Any]):
    """The projects one takes part in."""

    results = ProjectRowSerializer(many=True)


class ProjectCreateSerializer(serializers.Serializer[Any]):
    """A new project."""

    name = serializers.CharField(max_length=200)
    description = serializers.CharField(allow_blank=True, max_length=10_000, default="")


class SettingsSerializer(serializers.Serializer[Any]):
    """The protocol's settings of a project."""

    description = serializers.CharField(allow_blank=True, max_length=10_000)
    responses_per_task = serializers.IntegerField(min_value=3, max_value=5)
    passes = serializers.IntegerField(min_value=1, max_value=5)
    agreement_threshold = serializers.FloatField(min_value=0, max_value=1)
    delivery_share = serializers.FloatField(min_value=0, max_value=1)
    operations_share = serializers.FloatField(min_value=0, max_value=1)
    research_share = serializers.FloatField(min_value=0, max_value=1)
    agreement_measure = serializers.ChoiceField([measure.value for measure in AgreementMeasure])
    discussion_hours = serializers.IntegerField(min_value=1, max_value=2400)
    escalation_hours = serializers.IntegerField(min_value=1, max_value=2400)
    rejection_limit = serializers.FloatField(min_value=0, max_value=1)
    rejection_min = serializers.IntegerField(min_value=1, max_value=10_000)
    exam_items = serializers.IntegerField(min_value=1, max_value=200)
    exam_mark = serializers.FloatField(min_value=0, max_value=1)
    exam_attempts = serializers.IntegerField(min_value=1, max_value=100)
    exam_wait_hours = serializers.IntegerField(min_value=0, max_value=10_000)
    gold_share = serializers.FloatField(min_value=0, max_value=0.5)
    gold_mark = serializers.FloatField(min_value=0, max_value=1)
    gold_window = serializers.IntegerField(min_value=1, max_value=1000)
    gold_min = serializers.IntegerField(min_value=1, max_value=1000)
    repeat_share = serializers.FloatField(min_value=0, max_value=0.5)
    repeat_gap = serializers.IntegerField(min_value=0, max_value=10_000)
    judge_threshold = serializers.FloatField(min_value=0, max_value=1)
    lease_minutes = serializers.IntegerField(min_value=1, max_value=1440)
    daily_target = serializers.IntegerField(min_value=0, max_value=10_000)
    daily_limit = serializers.IntegerField(min_value=0, max_value=MOST_A_DAY, allow_null=True)
    languages = serializers.ListField(child=serializers.CharField(max_length=20), max_length=20)
    fault_kinds = FaultKindSerializer(many=True)
    mask_names = serializers.ListField(child=serializers.CharField(max_length=50), max_length=500)


class ProjectSerializer(SettingsSerializer):
    """A project with its settings.

    Only who sees the data is told `mask_names`: to people who shall judge blindly they would name the candidates.
    """

    id = serializers.IntegerField()
    name = serializers.CharField()
    roles = serializers.ListField(child=serializers.ChoiceField([role.value for role in RoleName]))
    paused = PausedSerializer(allow_null=True)


class SettingsUpdateSerializer(SettingsSerializer):
    """Some of the settings."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["partial"] = True
        super().__init__(*args, **kwargs)


class MemberSerializer(serializers.Serializer[Any]):
    """Somebody in a project."""

    id = serializers.IntegerField()
    username = serializers.CharField()
    name = serializers.CharField()
    roles = serializers.ListField(child=serializers.ChoiceField([role.value for role in RoleName]))
    pseudonym = serializers.CharField()


class MemberListSerializer(serializers.Serializer[Any]):
    """Everybody in a project."""

    results = MemberSerializer(many=True)


class MemberSetSerializer(serializers.Serializer[Any]):
    """The roles a person shall have; none takes them out."""

    username = serializers.CharField(max_length=150)
    roles = serializers.ListField(child=serializers.ChoiceField([role.value for role in RoleName]))


class CategoryRowSerializer(CategorySerializer):
    """A category with what it holds. Work is dealt, limited and examined by its top-level category, `root`."""

    root = serializers.IntegerField()  # type: ignore[assignment]  # a field, not DRF's attribute
    n_prompts = serializers.IntegerField()
    has_guideline = serializers.BooleanField()
    paused = PausedSerializer(allow_null=True)
    daily_limit = serializers.IntegerField(allow_null=True)
    exam_items = serializers.IntegerField()


class CategoryListSerializer(serializers.Serializer[Any]):
    """A project's categories by path."""

    results = CategoryRowSerializer(many=True)


class GroupSerializer(serializers.Serializer[Any]):
    """Conflicts of one category or source."""

    name = serializers.CharField()
    n_prompts = serializers.IntegerField()
    n_comparisons = serializers.IntegerField()
    conflict_rate = serializers.FloatField(allow_null=True)


class FiguresSerializer(serializers.Serializer[Any]):
    """A project's figures."""

    states = serializers.DictField(child=serializers.IntegerField())
    responses = serializers.IntegerField()
    tasks = serializers.IntegerField()
    annotations = serializers.IntegerField()
    comparisons = serializers.IntegerField()
    agreement_mean = serializers.FloatField(allow_null=True)
    below_threshold = serializers.IntegerField()
    conflict_rate = serializers.FloatField(allow_null=True)
    conflicts_by_category = GroupSerializer(many=True)
    conflicts_by_source = GroupSerializer(many=True)
    ordered_pairs_per_prompt = serializers.FloatField(allow_null=True)


@extend_schema(methods=["GET"], operation_id="projects_list", responses=ProjectListSerializer)
@extend_schema(
    methods=["POST"],
    operation_id="projects_create",
    request=ProjectCreateSerializer,
    responses={201: ProjectSerializer, **REFUSALS},
)
@api_view(["GET", "POST"])
def projects(request: Request) -> Response:
    """List the projects one takes part in, or create one (staff)."""
    user = person(request)
    if request.method == "POST":
        project = project_create(user=user, **checked(ProjectCreateSerializer, request.data))
        return Response(_project_body(project, [RoleName.OWNER.value]), status=201)
    rows = [
        {
            "id": row.project_id,
            "name": row.project.name,
            "description": row.project.description,
            "roles": role_names(row),
        }
        for row in memberships_of(user)
    ]
    return Response(ProjectListSerializer({"results": rows}).data)


@extend_schema(methods=["GET"], operation_id="projects_get", responses={200: ProjectSerializer, **REFUSALS})
@extend_schema(
    methods=["PATCH"],
    operation_id="projects_update",
    request=SettingsUpdateSerializer,
    responses={200: ProjectSerializer, **REFUSALS},
)
@api_view(["GET", "PATCH"])
def project_detail(request: Request, project: int) -> Response:
    """Show a project's settings, or change them (owner)."""
    user = person(request)
    if request.method == "PATCH":
        changes = checked(SettingsUpdateSerializer, request.data)
        row = project_update(user=user, project_id=project, changes=changes)
    else:
        row = project_get(user, project, Right.SEE)
    return Response(_project_body(row, sorted(roles_of(user, project))))


def _project_body(project: Project, roles: list[str]) -> Any:
    values = {name: getattr(project, name) for name in ("id", "name", *SettingsSerializer().fields)}
    if not allowed(set(roles), Right.SEE_DATA):
        values["mask_names"] = []
    return ProjectSerializer({**values, "roles": roles, "paused": paused_body(project)}).data


@extend_schema(methods=["GET"], operation_id="members_list", responses={200: MemberListSerializer, **REFUSALS})
@extend_schema(
    methods=["PUT"],
    operation_id="members_set",
    request=MemberSetSerializer,
    responses={200: MemberListSerializer, **REFUSALS},
)
@api_view(["GET", "PUT"])
def project_members(request: Request, project: int) -> Response:
    """List a project's members, or give somebody their roles (owner)."""
    user = person(request)
    row = project_get(user, project, Right.MANAGE_PROJECT)
    if request.method == "PUT":
        member_set(project=row, actor=user, **checked(MemberSetSerializer, request.data))
    body = {"results": [_member_body(member) for member in members(row)]}
    return Response(MemberListSerializer(body).data)


def _member_body(member: Membership) -> dict[str, Any]:
    return {
        "id": member.user_id,
        "username": member.user.username,
        "name": member.user.get_full_name() or member.user.username,
        "roles": role_names(member),
        "pseudonym": member.pseudonym,
    }


@extend_schema(operation_id="categories_list", responses={200: CategoryListSerializer, **REFUSALS})
@api_view(["GET"])
def project_categories(request: Request, project: int) -> Response:
    """List a project's categories by path."""
    project_get(person(request), project, Right.SEE)
    exam_items = n_exam_items(project)
    rows = [
        {
            "id": row.pk,
            "path": row.path,
            "root": row.root_pk,
            "paused": paused_body(row),
            "daily_limit": row.daily_limit,
            "exam_items": exam_items.get(row.pk, 0),
            "n_prompts": row.n_prompts,  # type: ignore[attr-defined]
            "has_guideline": row.guideline_version is not None,  # type: ignore[attr-defined]
        }
        for row in category_list(project)
    ]
    return Response(CategoryListSerializer({"results": rows}).data)


@extend_schema(operation_id="figures_get", responses={200: FiguresSerializer, **REFUSALS})
@api_view(["GET"])
def project_figures(request: Request, project: int) -> Response:
    """Show a project's funnel, agreement and conflicts (owner, researcher, reviewers)."""
    project_get(person(request), project, Right.SEE_FIGURES)
    return Response(FiguresSerializer(figures(project)).data)
