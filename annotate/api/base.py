"""What the views share: the person asking, checked input, keyset pages."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.core.exceptions import ValidationError
from django.db.models import Field, Model, Q, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from annotate.problems import Invalid
from annotate.selectors.guidelines import category_path_get

if TYPE_CHECKING:
    from annotate.models import User

M = TypeVar("M", bound=Model)

CURSOR = OpenApiParameter("cursor", str, description="`next` of the page before")
LIMIT = OpenApiParameter("limit", int, description="rows on a page, at most 200 [50]")


def person(request: Request) -> User:
    """Return who asks; views are only reached by people who are logged in."""
    return cast("User", request.user)


def checked(serializer: type[serializers.Serializer[Any]], data: Any) -> dict[str, Any]:
    """Return validated input or raise a 400 that names the fields."""
    bound = serializer(data=data)
    bound.is_valid(raise_exception=True)
    return cast(dict[str, Any], bound.validated_data)


def query_text(request: Request, name: str) -> str:
    """Return a text of the address ("" where it is absent). Raises Invalid for what no database stores."""
    given = request.query_params.get(name, "")
    if "\0" in given or any("\ud800" <= character <= "\udfff" for character in given):
        raise Invalid("invalid", _("%(name)s holds a character that is no text.") % {"name": name})
    return given


def _decode(cursor: str, columns: list[Field[Any, Any]]) -> list[Any]:
    """Return the key that a cursor stands for; whatever we did not make ourselves is refused."""
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        if not isinstance(values, list) or None in values:
            raise TypeError
        return [column.to_python(value) for column, value in zip(columns, values, strict=True)]
    except (ValueError, TypeError, OverflowError, ValidationError) as error:
        raise Invalid("bad_cursor", _("This page address is not one of ours; start from the first page.")) from error


def keyset_page(
    request: Request, rows: QuerySet[M], keys: list[str], render: Callable[[list[M]], list[Any]]
) -> dict[str, Any]:
    """Return {"results", "next"}: one page of `rows` ordered by `keys` (the last unique; '-' descends, all or none).

    A page costs the same wherever it lies: it starts after the last row of the one before, and nothing is counted.
    """
    descending = keys[0].startswith("-")
    names = [key.lstrip("-") for key in keys]
    try:
        limit = max(1, min(int(request.query_params.get("limit", 50)), 200))
    except ValueError:
        raise Invalid("invalid", _("limit must be a whole number.")) from None
    cursor = request.query_params.get("cursor")
    if cursor:
        columns = [cast("Field[Any, Any]", rows.model._meta.get_field(name)) for name in names]
        rows = rows.filter(_after(names, _decode(cursor, columns), "lt" if descending else "gt"))
    page = list(rows.order_by(*keys)[: limit + 1])
    following = None
    if len(page) > limit:
        page = page[:limit]
        values = [getattr(page[-1], name) for name in names]
        following = base64.urlsafe_b64encode(json.dumps(values, default=lambda v: v.isoformat()).encode()).decode()
    return {"results": render(page), "next": following}


def _after(names: list[str], values: list[Any], comparison: str) -> Q:
    """Return the condition (k1, k2, …) beyond (v1, v2, …) in dictionary order."""
    condition = Q()
    for index, name in enumerate(names):
        equal = dict(zip(names[:index], values[:index], strict=True))
        condition |= Q(**equal, **{f"{name}__{comparison}": values[index]})
    return condition


def category_path(request: Request, user: User, project_id: int) -> list[str] | None:
    """Return the path of the category that ?category= names, or None when it names none."""
    given = request.query_params.get("category")
    if not given:
        return None
    if not (given.isascii() and given.isdigit()):
        raise Invalid("invalid", _("category must be the number of a category."))
    return category_path_get(user, project_id, int(given))
