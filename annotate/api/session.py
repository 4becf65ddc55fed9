"""Logging in and out, and who one is."""

from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect, ensure_csrf_cookie
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, throttling
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotate.api.base import checked, person
from annotate.api.errors import ErrorSerializer
from annotate.domain.states import RoleName
from annotate.problems import Invalid
from annotate.selectors.projects import memberships_of, role_names
from annotate.services.people import language_set


class PersonSerializer(serializers.Serializer[Any]):
    """Who is logged in."""

    id = serializers.IntegerField()
    username = serializers.CharField()
    name = serializers.CharField()
    language = serializers.ChoiceField(settings.LANGUAGES)
    is_staff = serializers.BooleanField()


class MembershipSerializer(serializers.Serializer[Any]):
    """A project one takes part in."""

    project = serializers.IntegerField()
    project_name = serializers.CharField()
    roles = serializers.ListField(child=serializers.ChoiceField([role.value for role in RoleName]))


class SessionSerializer(serializers.Serializer[Any]):
    """Who is logged in, if anybody, and where they take part."""

    user = PersonSerializer(allow_null=True)
    memberships = MembershipSerializer(many=True)


class CredentialsSerializer(serializers.Serializer[Any]):
    """Name and password."""

    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=200, trim_whitespace=False)


class LanguageSerializer(serializers.Serializer[Any]):
    """The language a person wants."""

    language = serializers.ChoiceField(settings.LANGUAGES)


class LoginThrottle(throttling.AnonRateThrottle):
    """Slows down guessing of passwords."""

    scope = "login"

    def allow_request(self, request: Request, view: Any) -> bool:
        """Count attempts to log in only."""
        return request.method != "POST" or bool(super().allow_request(request, view))


def session_body(user: Any) -> dict[str, Any]:
    """Return the shape of SessionSerializer for a person or for nobody."""
    if not user.is_authenticated:
        return {"user": None, "memberships": []}
    return {
        "user": {
            "id": user.pk,
            "username": user.username,
            "name": user.get_full_name() or user.username,
            "language": user.language,
            "is_staff": user.is_staff,
        },
        "memberships": [
            {"project": row.project_id, "project_name": row.project.name, "roles": role_names(row)}
            for row in memberships_of(user)
        ],
    }


@method_decorator(ensure_csrf_cookie, name="dispatch")
@method_decorator(csrf_protect, name="dispatch")
class SessionView(APIView):
    """The session of the browser that asks."""

    permission_classes = [AllowAny]
    throttle_classes = [LoginThrottle]

    @extend_schema(operation_id="session_get", responses=SessionSerializer)
    def get(self, request: Request) -> Response:
        """Say who is logged in; sets the CSRF cookie."""
        return Response(session_body(request.user))

    @extend_schema(
        operation_id="session_create",
        request=CredentialsSerializer,
        responses={200: SessionSerializer, 400: ErrorSerializer, 429: ErrorSerializer},
    )
    def post(self, request: Request) -> Response:
        """Log in."""
        given = checked(CredentialsSerializer, request.data)
        user = authenticate(request, **given)
        if user is None:
            raise Invalid("wrong_credentials", _("Name or password is wrong."))
        login(request, user)
        return Response(session_body(user))

    @extend_schema(
        operation_id="session_update",
        request=LanguageSerializer,
        responses={200: SessionSerializer, 400: ErrorSerializer, 401: ErrorSerializer},
    )
    def patch(self, request: Request) -> Response:
        """Choose the language."""
        if not request.user.is_authenticated:
            self.permission_denied(request)
        language_set(user=person(request), language=checked(LanguageSerializer, request.data)["language"])
        return Response(session_body(request.user))

    @extend_schema(operation_id="session_delete", responses={204: None})
    def delete(self, request: Request) -> Response:
        """Log out."""
        logout(request)
        return Response(status=204)
