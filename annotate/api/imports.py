"""Imports: upload, progress, preview, what is wrong with which line, commit."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotate.api.base import CURSOR, LIMIT, checked, keyset_page, person
from annotate.api.errors import ErrorSerializer
from annotate.domain.states import ImportState
from annotate.selectors.import_texts import failure_text, problem_text
from annotate.selectors.imports import import_get, import_problems, imports_of
from annotate.services.imports import import_commit, import_create, import_delete, size_check

REFUSALS = {400: ErrorSerializer, 403: ErrorSerializer, 404: ErrorSerializer}


class ImportUploadSerializer(serializers.Serializer[Any]):
    """A file to import."""

    file = serializers.FileField()
    keep_good = serializers.BooleanField(default=False, help_text="import the good lines although others are bad")
    human_sources = serializers.CharField(
        default="", allow_blank=True, help_text="sources whose prompts are human instructions, separated by commas"
    )


class ImportPreviewSerializer(serializers.Serializer[Any]):
    """One of the first good lines."""

    line = serializers.IntegerField()
    prompt = serializers.CharField()
    category = serializers.ListField(child=serializers.CharField())
    source = serializers.CharField()  # type: ignore[assignment]
    n_responses = serializers.IntegerField()


class ImportSerializer(serializers.Serializer[Any]):
    """An import and how far it is. `n_good` and `n_bad` count lines."""

    id = serializers.IntegerField()
    project = serializers.IntegerField(source="project_id")
    filename = serializers.CharField()
    state = serializers.ChoiceField(choices=[item.value for item in ImportState])
    keep_good = serializers.BooleanField()
    human_sources = serializers.ListField(child=serializers.CharField())
    lines_total = serializers.IntegerField()
    lines_done = serializers.IntegerField()
    n_good = serializers.IntegerField()
    n_bad = serializers.IntegerField()
    n_prompts = serializers.IntegerField()
    n_responses = serializers.IntegerField()
    preview = ImportPreviewSerializer(many=True)
    error = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()

    def get_error(self, job: Any) -> str:
        """Return why the import failed, in the language of the request."""
        return failure_text(job.error)


class ImportPageSerializer(serializers.Serializer[Any]):
    """A page of imports."""

    results = ImportSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class ImportProblemSerializer(serializers.Serializer[Any]):
    """What is wrong with one line, and what to do about it."""

    line = serializers.IntegerField()
    field = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()
    remedy = serializers.CharField()


class ImportProblemPageSerializer(serializers.Serializer[Any]):
    """A page of problems."""

    results = ImportProblemSerializer(many=True)
    next = serializers.CharField(allow_null=True)


def _render(jobs: list[Any]) -> list[Any]:
    return list(ImportSerializer(jobs, many=True).data)


def _render_problems(problems: list[Any]) -> list[Any]:
    rows = []
    for problem in problems:
        message, remedy = problem_text(problem.code, problem.details)
        rows.append(
            {
                "line": problem.line,
                "field": problem.field,
                "code": problem.code,
                "message": message,
                "remedy": remedy,
            }
        )
    return rows


class ImportsView(APIView):
    """The imports of a project."""

    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="imports_list",
        parameters=[CURSOR, LIMIT],
        responses={200: ImportPageSerializer, **REFUSALS},
    )
    def get(self, request: Request, project_id: int) -> Response:
        """List the imports of a project, newest first."""
        return Response(keyset_page(request, imports_of(person(request), project_id), ["-id"], _render))

    @extend_schema(
        operation_id="imports_create",
        request={"multipart/form-data": ImportUploadSerializer},
        responses={201: ImportSerializer, 413: ErrorSerializer, **REFUSALS},
    )
    def post(self, request: Request, project_id: int) -> Response:
        """Take a file in; it is checked in the background and nothing is written before it is committed."""
        imports_of(person(request), project_id)
        # Before the body is read, so that what is far too large is not even received.
        size_check(int(request.META.get("CONTENT_LENGTH") or 0))
        data = checked(ImportUploadSerializer, request.data)
        names = [name.strip() for name in data["human_sources"].split(",")]
        job = import_create(
            user=person(request),
            project_id=project_id,
            file=data["file"],
            filename=data["file"].name,
            keep_good=data["keep_good"],
            human_sources=[name for name in names if name],
        )
        return Response(ImportSerializer(job).data, status=status.HTTP_201_CREATED)


class ImportView(APIView):
    """One import."""

    @extend_schema(operation_id="imports_read", responses={200: ImportSerializer, **REFUSALS})
    def get(self, request: Request, job_id: int) -> Response:
        """Tell how far an import is."""
        return Response(ImportSerializer(import_get(person(request), job_id)).data)

    @extend_schema(operation_id="imports_delete", responses={204: None, 409: ErrorSerializer, **REFUSALS})
    def delete(self, request: Request, job_id: int) -> Response:
        """Remove an import that has not been committed, or that failed."""
        import_delete(user=person(request), job_id=job_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ImportCommitView(APIView):
    """The decision to write."""

    @extend_schema(
        operation_id="imports_commit",
        request=None,
        responses={200: ImportSerializer, 409: ErrorSerializer, **REFUSALS},
    )
    def post(self, request: Request, job_id: int) -> Response:
        """Write the prompts of a checked import, all of them or, with keep_good, the good lines."""
        return Response(ImportSerializer(import_commit(user=person(request), job_id=job_id)).data)


class ImportErrorsView(APIView):
    """What is wrong with which line."""

    @extend_schema(
        operation_id="imports_errors",
        parameters=[CURSOR, LIMIT],
        responses={200: ImportProblemPageSerializer, **REFUSALS},
    )
    def get(self, request: Request, job_id: int) -> Response:
        """List the problems of an import by line; the first thousand are kept, `n_bad` counts all bad lines."""
        rows = import_problems(person(request), job_id)
        return Response(keyset_page(request, rows, ["line", "id"], _render_problems))


urlpatterns = [
    path("projects/<int:project_id>/imports", ImportsView.as_view()),
    path("imports/<int:job_id>", ImportView.as_view()),
    path("imports/<int:job_id>/commit", ImportCommitView.as_view()),
    path("imports/<int:job_id>/errors", ImportErrorsView.as_view()),
]
