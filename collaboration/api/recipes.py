"""Recipes of distant supervision over HTTP: parse, call, render."""

from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.api.base import CURSOR, LIMIT, checked, keyset_page, person
from annotate.api.errors import REFUSALS
from collaboration.api import recipe_shapes as shapes
from collaboration.selectors.recipes import ablation_rows, recipe_get, recipe_list
from collaboration.services.ablations import ablation_start
from collaboration.services.recipes import preview_of, recipe_cancel, recipe_confirm, recipe_create, recipe_resume


def _recipe(request: Request, recipe_id: int, code: int = status.HTTP_200_OK) -> Response:
    return Response(shapes.RecipeSerializer(recipe_get(person(request), recipe_id)).data, status=code)


@extend_schema(
    methods=["GET"],
    operation_id="recipes_list",
    parameters=[CURSOR, LIMIT],
    responses={200: shapes.RecipePageSerializer, **REFUSALS},
)
@extend_schema(
    methods=["POST"],
    operation_id="recipes_create",
    request=shapes.RecipeRequestSerializer,
    responses={201: shapes.RecipeSerializer, **REFUSALS},
)
@api_view(["GET", "POST"])
def recipes(request: Request, project: int) -> Response:
    """List the recipes of a project, newest first, or begin one."""
    if request.method == "GET":
        rows = recipe_list(person(request), project)
        page = keyset_page(request, rows, ["-id"], lambda found: list(shapes.RecipeSerializer(found, many=True).data))
        return Response(page)
    asked = checked(shapes.RecipeRequestSerializer, request.data)
    recipe = recipe_create(
        user=person(request),
        project_id=project,
        name=asked["name"],
        human_set_id=asked["human_set"],
        judge_run_ids=asked["judge_runs"],
        model_id=asked["model"],
        base=asked["base"],
        params=asked["params"],
        margin=asked["margin"],
        seed=asked["seed"],
        confirm_filter=asked["confirm_filter"],
    )
    return _recipe(request, recipe.pk, status.HTTP_201_CREATED)


@extend_schema(operation_id="recipes_read", responses={200: shapes.RecipeSerializer, **REFUSALS})
@api_view(["GET"])
def recipe_view(request: Request, recipe: int) -> Response:
    """Tell at which step a recipe is, and what each has made."""
    return _recipe(request, recipe)


@extend_schema(
    operation_id="recipes_preview",
    parameters=[OpenApiParameter("margin", float, required=True, description="0 or more")],
    responses={200: shapes.RecipePreviewSerializer, **REFUSALS},
)
@api_view(["GET"])
def preview(request: Request, recipe: int) -> Response:
    """Tell what a margin would leave of the judges' comparisons."""
    found = recipe_get(person(request), recipe)
    margin = checked(shapes.MarginSerializer, request.query_params)["margin"]
    return Response(shapes.RecipePreviewSerializer(preview_of(found, margin)).data)


@extend_schema(
    operation_id="recipes_confirm",
    request=shapes.MarginSerializer,
    responses={200: shapes.RecipeSerializer, **REFUSALS},
)
@api_view(["POST"])
def confirm(request: Request, recipe: int) -> Response:
    """Take a margin for good: freeze what it keeps, and train on that."""
    margin = checked(shapes.MarginSerializer, request.data)["margin"]
    recipe_confirm(user=person(request), recipe_id=recipe, margin=margin)
    return _recipe(request, recipe)


@extend_schema(operation_id="recipes_cancel", request=None, responses={200: shapes.RecipeSerializer, **REFUSALS})
@api_view(["POST"])
def cancel(request: Request, recipe: int) -> Response:
    """Stop a recipe and what it waits for."""
    recipe_cancel(user=person(request), recipe_id=recipe)
    return _recipe(request, recipe)


@extend_schema(operation_id="recipes_resume", request=None, responses={200: shapes.RecipeSerializer, **REFUSALS})
@api_view(["POST"])
def resume(request: Request, recipe: int) -> Response:
    """Take a failed or cancelled recipe up again at the step where it stopped."""
    recipe_resume(user=person(request), recipe_id=recipe)
    return _recipe(request, recipe)


@extend_schema(methods=["GET"], operation_id="recipes_ablation", responses={200: shapes.AblationSerializer, **REFUSALS})
@extend_schema(
    methods=["POST"],
    operation_id="recipes_ablate",
    request=None,
    responses={200: shapes.AblationSerializer, **REFUSALS},
)
@api_view(["GET", "POST"])
def ablation(request: Request, recipe: int) -> Response:
    """Show the ablation of a recipe; POST begins it, and takes up what failed of it."""
    if request.method == "POST":
        ablation_start(user=person(request), recipe_id=recipe)
    rows = ablation_rows(recipe_get(person(request), recipe))
    return Response(shapes.AblationSerializer({"variants": rows}).data)


urlpatterns = [
    path("projects/<int:project>/recipes", recipes),
    path("recipes/<int:recipe>", recipe_view),
    path("recipes/<int:recipe>/preview", preview),
    path("recipes/<int:recipe>/confirm", confirm),
    path("recipes/<int:recipe>/cancel", cancel),
    path("recipes/<int:recipe>/resume", resume),
    path("recipes/<int:recipe>/ablation", ablation),
]
