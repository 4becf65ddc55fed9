"""One shape for every refusal: {"code", "message", "errors": [{"field", "code", "message"}]}."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions, serializers
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_handler

from annotate.problems import Problem


class FieldErrorSerializer(serializers.Serializer[Any]):
    """What is wrong with one field."""

    field = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()


class ErrorSerializer(serializers.Serializer[Any]):
    """A refusal."""

    code = serializers.CharField()
    message = serializers.CharField()
    errors = FieldErrorSerializer(many=True)  # type: ignore[assignment]  # hides the property of the same name


# What most operations may answer instead, as the schema wants it.
REFUSALS = {400: ErrorSerializer, 403: ErrorSerializer, 404: ErrorSerializer, 409: ErrorSerializer}


def _field_errors(detail: Any, field: str = "") -> list[dict[str, str]]:
    """Flatten DRF's nested validation errors into dotted field names."""
    if isinstance(detail, dict):
        rows = [_field_errors(value, f"{field}.{key}" if field else str(key)) for key, value in detail.items()]
        return [row for group in rows for row in group]
    if isinstance(detail, list):
        # A list of objects says of each what is wrong with it, nothing of most.
        rows = [
            _field_errors(value, f"{field}.{index}" if isinstance(value, dict) else field)
            for index, value in enumerate(detail)
        ]
        return [row for group in rows for row in group]
    return [{"field": field, "code": str(getattr(detail, "code", "invalid")), "message": str(detail)}]


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn an exception into an answer; None lets an unexpected one become a 500."""
    if isinstance(error, Problem):
        body = {"code": error.code, "message": str(error.message), "errors": error.errors}
        return Response(body, status=error.status)
    response = drf_handler(error, context)
    if response is None:
        return None
    if isinstance(error, exceptions.ValidationError):
        errors = _field_errors(error.detail)
        message = "; ".join(f"{row['field']}: {row['message']}" if row["field"] else row["message"] for row in errors)
        response.data = {"code": "invalid", "message": message, "errors": errors}
    else:
        response.data = {"code": _code(error), "message": str(response.data.get("detail", "")), "errors": []}
    return response


def _code(error: Exception) -> str:
    if isinstance(error, Http404):
        return "not_found"
    if isinstance(error, PermissionDenied):
        return "forbidden"
    if isinstance(error, exceptions.PermissionDenied):
        return "csrf_failed" if "CSRF" in str(error.detail) else "forbidden"
    return str(getattr(error, "default_code", "error"))
