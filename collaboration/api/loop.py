"""The loop that freezes, trains, compares and promotes by itself, over HTTP: parse, call, render."""

from django.conf import settings
from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotate.api.base import CURSOR, LIMIT, checked, keyset_page, person
from annotate.api.errors import REFUSALS
from annotate.domain.states import LoopTrigger
from collaboration.api import loop_shapes as shapes
from collaboration.selectors.loop import loop_standing, round_get, rounds_of
from collaboration.services.loop_rounds import round_cancel, round_retry, round_run_now
from collaboration.services.loop_rules import RuleWishes, loop_pause, loop_rule_set, loop_unpause


def _loop(request: Request, project_id: int) -> Response:
    standing = loop_standing(person(request), project_id, timezone.now())
    told = shapes.LoopSerializer(
        {
            "rule": standing.rule,
            "n_new": standing.n_new,
            "next_at": standing.next_at,
            "time_zone": settings.TIME_ZONE,
            "open": standing.open,
        }
    )
    return Response(told.data)


def _round(request: Request, round_id: int, code: int = status.HTTP_200_OK) -> Response:
    return Response(shapes.LoopRoundSerializer(round_get(person(request), round_id)).data, status=code)


class LoopView(APIView):
    """The loop of a project."""

    @extend_schema(operation_id="loop_get", responses={200: shapes.LoopSerializer, **REFUSALS})
    def get(self, request: Request, project_id: int) -> Response:
        """Return the rule, what is new since the last round, and the round under way."""
        return _loop(request, project_id)

    @extend_schema(
        operation_id="loop_rule_set",
        request=shapes.LoopRuleWishesSerializer,
        responses={200: shapes.LoopSerializer, **REFUSALS},
    )
    def put(self, request: Request, project_id: int) -> Response:
        """Make or change the rule."""
        asked = checked(shapes.LoopRuleWishesSerializer, request.data)
        wishes = RuleWishes(**{"filters": {}, **asked, "trigger": LoopTrigger(asked["trigger"])})
        loop_rule_set(user=person(request), project_id=project_id, wishes=wishes)
        return _loop(request, project_id)


@extend_schema(operation_id="loop_pause", request=None, responses={200: shapes.LoopSerializer, **REFUSALS})
@api_view(["POST"])
def pause(request: Request, project_id: int) -> Response:
    """Let no round begin any more; one under way goes on to its end."""
    loop_pause(user=person(request), project_id=project_id)
    return _loop(request, project_id)


@extend_schema(operation_id="loop_resume", request=None, responses={200: shapes.LoopSerializer, **REFUSALS})
@api_view(["POST"])
def resume(request: Request, project_id: int) -> Response:
    """Let rounds begin again."""
    loop_unpause(user=person(request), project_id=project_id)
    return _loop(request, project_id)


@extend_schema(operation_id="loop_run_now", request=None, responses={201: shapes.LoopRoundSerializer, **REFUSALS})
@api_view(["POST"])
def run_now(request: Request, project_id: int) -> Response:
    """Begin a round without waiting for the rule."""
    row = round_run_now(user=person(request), project_id=project_id)
    return _round(request, row.pk, status.HTTP_201_CREATED)


@extend_schema(
    operation_id="loop_rounds_list",
    parameters=[CURSOR, LIMIT],
    responses={200: shapes.LoopRoundPageSerializer, **REFUSALS},
)
@api_view(["GET"])
def rounds(request: Request, project_id: int) -> Response:
    """Return a page of rounds, newest first."""
    rows, render = rounds_of(person(request), project_id), shapes.LoopRoundSerializer
    return Response(keyset_page(request, rows, ["-id"], lambda found: list(render(found, many=True).data)))


@extend_schema(operation_id="loop_rounds_retry", request=None, responses={200: shapes.LoopRoundSerializer, **REFUSALS})
@api_view(["POST"])
def retry(request: Request, round_id: int) -> Response:
    """Let a failed round go on from the step that failed."""
    round_retry(user=person(request), round_id=round_id)
    return _round(request, round_id)


@extend_schema(operation_id="loop_rounds_cancel", request=None, responses={200: shapes.LoopRoundSerializer, **REFUSALS})
@api_view(["POST"])
def cancel(request: Request, round_id: int) -> Response:
    """End a round that is under way, and stop its training."""
    round_cancel(user=person(request), round_id=round_id)
    return _round(request, round_id)


urlpatterns = [
    path("projects/<int:project_id>/loop", LoopView.as_view()),
    path("projects/<int:project_id>/loop/pause", pause),
    path("projects/<int:project_id>/loop/resume", resume),
    path("projects/<int:project_id>/loop/run-now", run_now),
    path("projects/<int:project_id>/loop/rounds", rounds),
    path("loop-rounds/<int:round_id>/retry", retry),
    path("loop-rounds/<int:round_id>/cancel", cancel),
]
