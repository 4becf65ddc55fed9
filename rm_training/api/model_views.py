"""Reward models, evaluations, promotions and the leaderboard over HTTP: parse, call, render."""

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotate.api.base import CURSOR, LIMIT, checked, keyset_page, person
from annotate.api.errors import ErrorSerializer
from annotate.domain.states import Adapter, PromotionRule
from annotate.permissions import Right
from annotate.selectors.access import project_get
from rm_training import evaluations, model_selectors, promotions
from rm_training.api import model_serializers as shapes
from rm_training.api.views import CHECKED, MOVED, SCOPED
from rm_training.outcomes import disagreements_read

ASKED = CHECKED | {409: ErrorSerializer}


class ModelsView(APIView):
    """The reward models of a project."""

    @extend_schema(
        operation_id="models_list", parameters=[CURSOR, LIMIT], responses={200: shapes.ModelPageSerializer} | CHECKED
    )
    def get(self, request: Request, project_id: int) -> Response:
        """Return a page of models, newest first."""
        rows = model_selectors.model_list(person(request), project_id)
        render = shapes.ModelSerializer
        return Response(keyset_page(request, rows, ["-id"], lambda models: list(render(models, many=True).data)))

    @extend_schema(
        operation_id="models_register",
        request=shapes.ModelRegisterSerializer,
        responses={201: shapes.FullModelSerializer} | ASKED,
    )
    def post(self, request: Request, project_id: int) -> Response:
        """Register an external model."""
        asked = checked(shapes.ModelRegisterSerializer, request.data)
        model = evaluations.model_register(
            user=person(request),
            project_id=project_id,
            name=asked["name"],
            source=asked["source"],
            adapter=Adapter(asked["adapter"]),
        )
        shown = model_selectors.model_get(person(request), model.pk)
        return Response(shapes.FullModelSerializer(shown).data, status=status.HTTP_201_CREATED)


@extend_schema(operation_id="models_get", responses={200: shapes.FullModelSerializer} | SCOPED)
@api_view(["GET"])
def model_view(request: Request, model_id: int) -> Response:
    """Return a model with all that was measured of it."""
    return Response(shapes.FullModelSerializer(model_selectors.model_get(person(request), model_id)).data)


class EvaluationJobsView(APIView):
    """The measuring of one model."""

    @extend_schema(
        operation_id="evaluations_list",
        parameters=[CURSOR, LIMIT],
        responses={200: shapes.EvaluationJobPageSerializer} | CHECKED,
    )
    def get(self, request: Request, model_id: int) -> Response:
        """Return a page of evaluation jobs, newest first."""
        rows = model_selectors.evaluation_job_list(person(request), model_id)
        render = shapes.EvaluationJobSerializer
        return Response(keyset_page(request, rows, ["-id"], lambda jobs: list(render(jobs, many=True).data)))

    @extend_schema(
        operation_id="evaluations_create",
        request=shapes.EvaluationRequestSerializer,
        responses={201: shapes.EvaluationJobSerializer} | ASKED,
    )
    def post(self, request: Request, model_id: int) -> Response:
        """Queue the measuring of a model on the benchmark of a frozen set."""
        asked = checked(shapes.EvaluationRequestSerializer, request.data)
        job = evaluations.evaluation_request(user=person(request), model_id=model_id, set_id=asked["set"])
        return Response(shapes.EvaluationJobSerializer(job).data, status=status.HTTP_201_CREATED)


@extend_schema(operation_id="evaluations_cancel", request=None, responses={200: shapes.EvaluationJobSerializer} | MOVED)
@api_view(["POST"])
def evaluation_cancel_view(request: Request, evaluation_id: int) -> Response:
    """Stop an evaluation."""
    evaluations.evaluation_cancel(user=person(request), job_id=evaluation_id)
    job = model_selectors.evaluation_job_get(person(request), evaluation_id)
    return Response(shapes.EvaluationJobSerializer(job).data)


@extend_schema(
    operation_id="models_disagreements",
    parameters=[shapes.DisagreementQuerySerializer],
    responses={200: shapes.DisagreementPageSerializer} | CHECKED,
)
@api_view(["GET"])
def disagreements_view(request: Request, model_id: int) -> Response:
    """Return pairs that a model orders against the human ranking, worst first."""
    model = model_selectors.model_get(person(request), model_id)
    query = checked(shapes.DisagreementQuerySerializer, request.query_params)
    evaluation = model_selectors.evaluation_of(model.pk, query["set"])
    if evaluation is None:
        return Response({"results": [], "next": None})
    page = disagreements_read(
        model_selectors.measured_folder(evaluation),
        subset=query.get("subset"),
        category=query.get("category"),
        after=query["cursor"],
        limit=query["limit"],
    )
    following = None if page.next is None else str(page.next)
    return Response({"results": shapes.DisagreementSerializer(page.rows, many=True).data, "next": following})


@extend_schema(
    operation_id="models_compare",
    parameters=[shapes.VerdictQuerySerializer],
    responses={200: shapes.ModelComparisonSerializer} | ASKED,
)
@api_view(["GET"])
def verdict_view(request: Request, project_id: int) -> Response:
    """Return whether one model beats another, by a paired bootstrap over the prompts of a benchmark."""
    project_get(person(request), project_id, Right.TRAIN)
    query = checked(shapes.VerdictQuerySerializer, request.query_params)
    compared = model_selectors.verdict_get(
        person(request), project_id, ours=query["model"], theirs=query["against"], set_id=query["set"]
    )
    return Response(compared)


class PromotionsView(APIView):
    """The promotions of a project."""

    @extend_schema(
        operation_id="promotions_list",
        parameters=[CURSOR, LIMIT],
        responses={200: shapes.PromotionPageSerializer} | CHECKED,
    )
    def get(self, request: Request, project_id: int) -> Response:
        """Return a page of promotions and of what the rule decided, newest first."""
        rows = model_selectors.promotion_list(person(request), project_id)
        render = shapes.PromotionSerializer
        return Response(keyset_page(request, rows, ["-id"], lambda found: list(render(found, many=True).data)))

    @extend_schema(
        operation_id="promotions_create",
        request=shapes.PromoteSerializer,
        responses={201: shapes.PromotionSerializer} | ASKED,
    )
    def post(self, request: Request, project_id: int) -> Response:
        """Make a model the current one."""
        asked = checked(shapes.PromoteSerializer, request.data)
        promotion = promotions.model_promote(
            user=person(request), project_id=project_id, model_id=asked["model"], reason=asked["reason"]
        )
        return Response(shapes.PromotionSerializer(promotion).data, status=status.HTTP_201_CREATED)


class CurrentView(APIView):
    """The current model of a project, and the rule."""

    @extend_schema(operation_id="promotion_get", responses={200: shapes.CurrentSerializer} | SCOPED)
    def get(self, request: Request, project_id: int) -> Response:
        """Return the current model and the rule."""
        return _current(request, project_id)

    @extend_schema(
        operation_id="promotion_rule_set",
        request=shapes.PromotionRuleSerializer,
        responses={200: shapes.CurrentSerializer} | CHECKED,
    )
    def put(self, request: Request, project_id: int) -> Response:
        """Choose the rule."""
        asked = checked(shapes.PromotionRuleSerializer, request.data)
        promotions.promotion_rule_set(user=person(request), project_id=project_id, rule=PromotionRule(asked["rule"]))
        return _current(request, project_id)


def _current(request: Request, project_id: int) -> Response:
    project_get(person(request), project_id, Right.TRAIN)
    shown = {
        "rule": model_selectors.promotion_rule(project_id),
        "current": model_selectors.current_promotion(project_id),
    }
    return Response(shapes.CurrentSerializer(shown).data)


@extend_schema(
    operation_id="leaderboard_get",
    parameters=[shapes.LeaderboardQuerySerializer],
    responses={200: shapes.LeaderboardSerializer} | CHECKED,
)
@api_view(["GET"])
def leaderboard_view(request: Request, project_id: int) -> Response:
    """Return the evaluations of a project's reward models, best first."""
    query = checked(shapes.LeaderboardQuerySerializer, request.query_params)
    board = model_selectors.leaderboard(person(request), project_id, query.get("set"))
    return Response(shapes.LeaderboardSerializer(board).data)
