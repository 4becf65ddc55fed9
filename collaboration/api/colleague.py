"""A model as colleague over HTTP: doubtful votes, what QA makes of them, and rankings of prompts."""

from typing import Any

from django.urls import path
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.api.base import CURSOR, LIMIT, checked, keyset_page, person, query_text
from annotate.api.errors import REFUSALS
from annotate.domain.states import Verdict
from annotate.domain.suspicion import DECILES
from annotate.problems import Invalid
from collaboration.api import shapes
from collaboration.selectors.colleague import (
    precisions,
    priority_runs_of,
    setting_get,
    suspicion_runs_of,
    suspicions_decided,
    suspicions_waiting,
    together,
)
from collaboration.services.priority_runs import priority_run_create
from collaboration.services.settings import colleague_setting_update
from collaboration.services.suspicion_runs import suspicion_run_create
from collaboration.services.suspicions import suspicion_decide, suspicion_next


@extend_schema(
    operation_id="colleague_read", methods=["GET"], responses={200: shapes.ColleagueSettingSerializer, **REFUSALS}
)
@extend_schema(
    operation_id="colleague_update",
    methods=["PATCH"],
    request=shapes.ColleagueChangeSerializer,
    responses={200: shapes.ColleagueSettingSerializer, **REFUSALS},
)
@api_view(["GET", "PATCH"])
def setting(request: Request, project: int) -> Response:
    """Tell how a project works with its model, or change it from the next run on."""
    user = person(request)
    if request.method == "PATCH":
        changes = checked(shapes.ColleagueChangeSerializer, request.data)
        row = colleague_setting_update(user=user, project_id=project, changes=changes)
    else:
        row = setting_get(user, project)
    return Response(shapes.ColleagueSettingSerializer(row).data)


@extend_schema(
    operation_id="suspicion_runs_list",
    methods=["GET"],
    parameters=[CURSOR, LIMIT],
    responses={200: shapes.SuspicionRunPageSerializer, **REFUSALS},
)
@extend_schema(
    operation_id="suspicion_runs_create",
    methods=["POST"],
    request=None,
    responses={201: shapes.SuspicionRunSerializer, **REFUSALS},
)
@api_view(["GET", "POST"])
def suspicion_runs(request: Request, project: int) -> Response:
    """List the searches for doubtful votes, or have the current model search now."""
    user = person(request)
    if request.method == "POST":
        run = suspicion_run_create(user=user, project_id=project)
        return Response(shapes.suspicion_run_body(run), status=201)
    rows = suspicion_runs_of(user, project)
    return Response(keyset_page(request, rows, ["-id"], _bodies(shapes.suspicion_run_body)))


def _bodies(body: Any) -> Any:
    return lambda rows: [body(row) for row in rows]


@extend_schema(
    operation_id="suspicions_list",
    parameters=[
        CURSOR,
        LIMIT,
        OpenApiParameter("decile", int, description="1 (the most suspicious tenth) to 10"),
        OpenApiParameter("control", bool, description="those of the control sample only"),
        OpenApiParameter("state", str, enum=["upheld", "overruled"]),
    ],
    responses={200: shapes.SuspicionPageSerializer, **REFUSALS},
)
@api_view(["GET"])
def suspicions(request: Request, project: int) -> Response:
    """List what QA decided, newest first; what waits is not told of."""
    rows = suspicions_decided(
        person(request),
        project,
        decile=_decile(request),
        control=request.query_params.get("control") == "true",
        state=query_text(request, "state"),
    )
    return Response(keyset_page(request, rows, ["-decided_at", "-id"], _bodies(shapes.row_body)))


def _decile(request: Request) -> int | None:
    given = query_text(request, "decile")
    if given and given not in {str(number) for number in range(1, DECILES + 1)}:
        raise Invalid("invalid", _("decile must be a number from 1 to 10."))
    return int(given) if given else None


@extend_schema(
    operation_id="suspicions_next", request=None, responses={200: shapes.SuspicionNextSerializer, **REFUSALS}
)
@api_view(["POST"])
def next_suspicion(request: Request, project: int) -> Response:
    """Give the next pair to look at again; for a while it is this person's alone."""
    user = person(request)
    row = suspicion_next(user=user, project_id=project)
    n_waiting = suspicions_waiting(user, project).count()
    return Response({"item": row and shapes.item_body(row), "n_waiting": n_waiting})


@extend_schema(
    operation_id="suspicions_decide",
    request=shapes.SuspicionDecideSerializer,
    responses={200: shapes.SuspicionDecidedSerializer, **REFUSALS},
)
@api_view(["POST"])
def decide(request: Request, suspicion: int) -> Response:
    """Say which response is better; then what stood is told."""
    given = checked(shapes.SuspicionDecideSerializer, request.data)
    row = suspicion_decide(
        user=person(request), handle=suspicion, verdict=Verdict(given["verdict"]), reason=given["reason"]
    )
    return Response(shapes.decided_body(row))


@extend_schema(operation_id="suspicions_figures", responses={200: shapes.SuspicionFiguresSerializer, **REFUSALS})
@api_view(["GET"])
def figures(request: Request, project: int) -> Response:
    """Tell how often doubtful votes turn out wrong, by tenths of the queue, beside a random sample."""
    found = precisions(person(request), project)
    runs = [{"run": run, **shapes.precision_body(one)} for run, one in sorted(found.items(), reverse=True)]
    return Response({"together": shapes.precision_body(together(found)), "runs": runs})


@extend_schema(
    operation_id="priorities_list",
    methods=["GET"],
    parameters=[CURSOR, LIMIT],
    responses={200: shapes.PriorityRunPageSerializer, **REFUSALS},
)
@extend_schema(
    operation_id="priorities_create",
    methods=["POST"],
    request=None,
    responses={201: shapes.PriorityRunSerializer, **REFUSALS},
)
@api_view(["GET", "POST"])
def priorities(request: Request, project: int) -> Response:
    """List the rankings of prompts, or have the current model rank what nobody has begun."""
    user = person(request)
    if request.method == "POST":
        run = priority_run_create(user=user, project_id=project)
        return Response(shapes.priority_run_body(run), status=201)
    rows = priority_runs_of(user, project)
    return Response(keyset_page(request, rows, ["-id"], _bodies(shapes.priority_run_body)))


urlpatterns = [
    path("projects/<int:project>/colleague", setting),
    path("projects/<int:project>/suspicion-runs", suspicion_runs),
    path("projects/<int:project>/suspicions", suspicions),
    path("projects/<int:project>/suspicions/next", next_suspicion),
    path("projects/<int:project>/suspicions/figures", figures),
    path("projects/<int:project>/priorities", priorities),
    path("suspicions/<int:suspicion>/decide", decide),
]
