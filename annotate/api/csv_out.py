"""Tables as CSV files: streamed, readable by spreadsheets, and harmless in them."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any
from urllib.parse import quote

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from drf_spectacular.utils import OpenApiParameter

# What makes a spreadsheet take a text for a formula, also in the full-width forms that Excel folds into these.
DANGEROUS = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20\u2212")
BOM = "\ufeff"
EXPORT = OpenApiParameter("export", str, enum=["csv"], description="the same table as a file")
CHUNK = 500


class _Echo:
    """A file for csv.writer that hands every line straight back."""

    def write(self, line: str) -> str:
        """Return what was to be written."""
        return line


def csv_cell(value: Any) -> str:
    """Return a value as the text of a cell.

    Numbers stay numbers, whatever their sign. A text that a spreadsheet would take for a formula gets an apostrophe in
    front, which marks it as text; spaces and invisible characters before the formula do not hide it.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    text = str(value)
    shown = text.lstrip(" \u00a0\u3000\u200b\u200e\u200f\ufeff")
    return f"'{text}" if shown[:1] in DANGEROUS or text[:1] in DANGEROUS else text


def csv_lines(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Yield a table's lines by RFC 4180, with a byte order mark first, without which Excel misreads Chinese."""
    writer = csv.writer(_Echo(), lineterminator="\r\n")
    yield BOM + writer.writerow([csv_cell(name) for name in columns])
    for row in rows:
        yield writer.writerow([csv_cell(value) for value in row])


def csv_answer(name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    """Return a download `name`.csv with a line of column names and one line for each row."""
    answer = StreamingHttpResponse(
        (line.encode() for line in csv_lines(columns, rows)), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}.csv"
    return answer


def csv_list(
    name: str,
    columns: Sequence[str],
    rows: QuerySet[Any],
    order: Sequence[str],
    render: Callable[[list[Any]], list[dict[str, Any]]],
) -> StreamingHttpResponse:
    """Return the whole of a keyset-paged list as a download, fetched in pieces and rendered like its pages."""
    return csv_answer(name, columns, _rendered(columns, rows.order_by(*order), render))


def _rendered(
    columns: Sequence[str], rows: QuerySet[Any], render: Callable[[list[Any]], list[dict[str, Any]]]
) -> Iterator[list[Any]]:
    fetched = rows.iterator(CHUNK)
    while chunk := list(islice(fetched, CHUNK)):
        for row in render(chunk):
            yield [" / ".join(row["category"]["path"]) if name == "category" else row[name] for name in columns]
