"""Runs and bases over HTTP: parse, call, render."""

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotate.api.base import CURSOR, LIMIT, checked, keyset_page, person
from annotate.api.errors import ErrorSerializer
from annotate.permissions import Right
from annotate.selectors.access import project_get
from rm_training import selectors, services
from rm_training.api import serializers as shapes
from rm_training.hyperparameters import HYPERPARAMETERS

SCOPED = {403: ErrorSerializer, 404: ErrorSerializer}
CHECKED = SCOPED | {400: ErrorSerializer}
MOVED = SCOPED | {409: ErrorSerializer}


class RunsView(APIView):
    """The runs of a project."""

    @extend_schema(
        operation_id="runs_list", parameters=[CURSOR, LIMIT], responses={200: shapes.RunPageSerializer} | CHECKED
    )
    def get(self, request: Request, project_id: int) -> Response:
        """Return a page of runs, newest first."""
        rows = selectors.run_list(person(request), project_id)
        page = keyset_page(request, rows, ["-id"], lambda runs: list(shapes.RunSerializer(runs, many=True).data))
        return Response(page)

    @extend_schema(
        operation_id="runs_create",
        request=shapes.RunCreateSerializer,
        responses={201: shapes.RunSerializer, 409: ErrorSerializer} | CHECKED,
    )
    def post(self, request: Request, project_id: int) -> Response:
        """Queue a training run on a frozen set."""
        asked = checked(shapes.RunCreateSerializer, request.data)
        run = services.run_create(
            user=person(request),
            project_id=project_id,
            set_id=asked["set"],
            base=asked["base"],
            params=asked["params"],
            cloned_from=asked["cloned_from"],
        )
        return _run(request, run.pk, status.HTTP_201_CREATED)


def _run(request: Request, run_id: int, code: int = status.HTTP_200_OK) -> Response:
    return Response(shapes.RunSerializer(selectors.run_get(person(request), run_id)).data, status=code)


@extend_schema(operation_id="runs_get", responses={200: shapes.RunSerializer} | SCOPED)
@api_view(["GET"])
def run_view(request: Request, run_id: int) -> Response:
    """Return a run."""
    return _run(request, run_id)


@extend_schema(operation_id="runs_cancel", request=None, responses={200: shapes.RunSerializer} | MOVED)
@api_view(["POST"])
def run_cancel_view(request: Request, run_id: int) -> Response:
    """Stop a run: at once if it is queued, else as soon as its worker has saved."""
    services.run_cancel(user=person(request), run_id=run_id)
    return _run(request, run_id)


@extend_schema(operation_id="runs_resume", request=None, responses={200: shapes.RunSerializer} | MOVED)
@api_view(["POST"])
def run_resume_view(request: Request, run_id: int) -> Response:
    """Queue a failed or cancelled run again; it goes on from its last checkpoint."""
    services.run_resume(user=person(request), run_id=run_id)
    return _run(request, run_id)


@extend_schema(
    operation_id="runs_progress",
    parameters=[shapes.ProgressQuerySerializer],
    responses={200: shapes.ProgressSerializer} | CHECKED,
)
@api_view(["GET"])
def run_progress_view(request: Request, run_id: int) -> Response:
    """Return the rows of the progress file after line `after`, and the state the run is in."""
    run = selectors.run_get(person(request), run_id)
    query = checked(shapes.ProgressQuerySerializer, request.query_params)
    progress = selectors.run_progress(run.pk, query["after"])
    return Response({"rows": progress.rows, "next": progress.next, "state": run.state})


@extend_schema(
    operation_id="runs_log", parameters=[shapes.LogQuerySerializer], responses={200: shapes.LogSerializer} | CHECKED
)
@api_view(["GET"])
def run_log_view(request: Request, run_id: int) -> Response:
    """Return what the engine printed from byte `offset` on."""
    run = selectors.run_get(person(request), run_id)
    query = checked(shapes.LogQuerySerializer, request.query_params)
    return Response(shapes.LogSerializer(selectors.run_log(run.pk, query.get("offset"))).data)


@extend_schema(operation_id="bases_list", responses={200: shapes.BasesSerializer} | SCOPED)
@api_view(["GET"])
def bases_view(request: Request, project_id: int) -> Response:
    """Return the base models on offer."""
    project_get(person(request), project_id, Right.TRAIN)
    offered = {"results": selectors.bases(), "default": selectors.DEFAULT_BASE}
    return Response(shapes.BasesSerializer(offered).data)


@extend_schema(operation_id="hyperparameters_list", responses=shapes.HyperparameterSerializer(many=True))
@api_view(["GET"])
def hyperparameters_view(request: Request) -> Response:
    """Return every setting of a run with its type, default and range."""
    return Response(shapes.HyperparameterSerializer(HYPERPARAMETERS, many=True).data)
