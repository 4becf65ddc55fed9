"""What a person was told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.api.base import CURSOR, LIMIT, checked, keyset_page, person
from annotate.api.errors import REFUSALS
from annotate.domain.states import NoticeKind
from annotate.selectors.notices import notice_link, notice_rows, unread_count
from annotate.services.notices import notices_read

if TYPE_CHECKING:
    from annotate.models import Notice


class NoticeSerializer(serializers.Serializer[Any]):
    """One notice; `data` fills the sentence, `link` is a page of the site."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField([kind.value for kind in NoticeKind])
    project = serializers.IntegerField()
    prompt = serializers.IntegerField(allow_null=True)
    data = serializers.DictField()  # type: ignore[assignment]  # a field, not DRF's attribute
    at = serializers.DateTimeField()
    read = serializers.BooleanField()
    link = serializers.CharField()


class NoticeListSerializer(serializers.Serializer[Any]):
    """The newest first; `unread` counts all that are new."""

    results = NoticeSerializer(many=True)
    next = serializers.CharField(allow_null=True)
    unread = serializers.IntegerField()


class NoticesReadSerializer(serializers.Serializer[Any]):
    """Which notices were read; without `ids` all of them."""

    ids = serializers.ListField(child=serializers.IntegerField(), max_length=200, allow_null=True, default=None)


@extend_schema(
    operation_id="notices_list",
    parameters=[CURSOR, LIMIT, OpenApiParameter("unread", bool)],
    responses={200: NoticeListSerializer, **REFUSALS},
)
@api_view(["GET"])
def notices(request: Request) -> Response:
    """List what one was told, the newest first."""
    user = person(request)
    rows = notice_rows(user, unread=request.query_params.get("unread") in {"true", "1"})
    page = keyset_page(request, rows, ["-id"], lambda found: [_row(notice) for notice in found])
    return Response(NoticeListSerializer({**page, "unread": unread_count(user)}).data)


def _row(notice: Notice) -> dict[str, Any]:
    return {
        "id": notice.pk,
        "kind": notice.kind,
        "project": notice.project_id,
        "prompt": notice.prompt_id,
        "data": notice.data,
        "at": notice.created_at,
        "read": notice.read_at is not None,
        "link": notice_link(notice),
    }


@extend_schema(operation_id="notices_read", request=NoticesReadSerializer, responses={204: None, **REFUSALS})
@api_view(["POST"])
def read(request: Request) -> Response:
    """Mark notices as read."""
    given = checked(NoticesReadSerializer, request.data)
    notices_read(user=person(request), ids=given["ids"])
    return Response(status=204)


urlpatterns = [
    path("notices", notices),
    path("notices/read", read),
]
