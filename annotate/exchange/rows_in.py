"""Reads JSONL, CSV and Parquet, compressed or not, as numbered rows of plain values."""

import csv
import json
from collections.abc import Iterator
from typing import IO, Any

from annotate.exchange.lines_in import MAX_LINE_BYTES, base_name, read_lines, starts_with, unpacked
from annotate.exchange.problems import LineProblem, ProblemCode, UnreadableFile

COLUMNS = ("id", "prompt", "system", "category", "source", "responses")
NumberedRow = tuple[int, "object | LineProblem"]
_PARQUET = b"PAR1"
_PARQUET_BATCH = 32


class _LineFault(Exception):
    """One line cannot be read; the next one can."""

    def __init__(self, code: ProblemCode, field: str = "", **details: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.details = details

    def at(self, line: int) -> LineProblem:
        return LineProblem(line, self.code, self.field, self.details)


def read_rows(file: IO[bytes], filename: str, *, max_bytes: int) -> Iterator[NumberedRow]:
    """Yield (line number, row) of a seekable binary file; a row is any JSON value, or the problem of its line.

    The format is told from the content, then from the name. A file that cannot be read further ends with one problem.
    `max_bytes` bounds the unpacked content.
    """
    line = 0
    try:
        for line, row in _rows(file, filename, max_bytes):
            yield line, row
    except UnreadableFile as fault:
        yield line + 1, LineProblem(line + 1, fault.code, details=fault.details)


def _rows(file: IO[bytes], filename: str, max_bytes: int) -> Iterator[NumberedRow]:
    if starts_with(file, 4) == _PARQUET:
        return _parquet_rows(file, max_bytes)
    name = base_name(filename)
    if name.endswith(".parquet"):
        raise UnreadableFile(ProblemCode.DAMAGED_FILE, reason="it does not begin like a Parquet file")
    lines = read_lines(unpacked(file, filename), max_bytes)
    if name.endswith(".csv"):
        return _csv_rows(lines)
    if name.endswith((".jsonl", ".ndjson", ".json")):
        return _json_rows(lines)
    return _guessed_rows(lines)


def _guessed_rows(lines: Iterator[tuple[int, bytes | None]]) -> Iterator[NumberedRow]:
    """Read a file whose name says nothing: JSONL begins with a brace, CSV with a header that names the prompt."""
    first = next(lines, None)
    if first is None:
        return
    head = (first[1] or b"").removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"{"):
        yield from _json_rows(_again(first, lines))
    elif b"prompt" in head:
        yield from _csv_rows(_again(first, lines))
    else:
        raise UnreadableFile(ProblemCode.UNKNOWN_FORMAT)


def _again(
    first: tuple[int, bytes | None], rest: Iterator[tuple[int, bytes | None]]
) -> Iterator[tuple[int, bytes | None]]:
    yield first
    yield from rest


def _decoded(raw: bytes | None) -> str:
    if raw is None:
        raise _LineFault(ProblemCode.LINE_TOO_LONG, limit=MAX_LINE_BYTES // 2**20)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _LineFault(ProblemCode.UNKNOWN_ENCODING, byte=error.start + 1) from error


def _json_rows(lines: Iterator[tuple[int, bytes | None]]) -> Iterator[NumberedRow]:
    for number, raw in lines:
        try:
            text = _decoded(raw)
            if number == 1:
                text = text.removeprefix("\ufeff")
            if text.strip():
                yield number, _json(text)
        except _LineFault as fault:
            yield number, fault.at(number)


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise _LineFault(ProblemCode.NOT_JSON, column=error.colno) from error
    except (ValueError, RecursionError) as error:
        # A number of thousands of digits, or brackets nested thousands deep.
        raise _LineFault(ProblemCode.NOT_JSON, column=1) from error


class _RecordLines:
    """Feeds csv.reader physical lines, and bounds one record, which may span several of them.

    An exception raised here ends the record, not the reading: csv.reader starts afresh with the next line.
    """

    def __init__(self, lines: Iterator[tuple[int, bytes | None]]) -> None:
        self.lines = lines
        self.number = 0
        self.n_bytes = 0

    def __iter__(self) -> "_RecordLines":
        return self

    def __next__(self) -> str:
        self.number, raw = next(self.lines)
        text = _decoded(raw)
        self.n_bytes += len(raw or b"")
        if self.n_bytes > MAX_LINE_BYTES:
            raise _LineFault(ProblemCode.LINE_TOO_LONG, limit=MAX_LINE_BYTES // 2**20)
        return text.removeprefix("\ufeff") if self.number == 1 else text


def _csv_rows(lines: Iterator[tuple[int, bytes | None]]) -> Iterator[NumberedRow]:
    # The module's own limit is for all readers of the process and far below a list of responses.
    csv.field_size_limit(MAX_LINE_BYTES)
    source = _RecordLines(lines)
    reader = csv.reader(source)
    header: list[str] | None = None
    while True:
        start = source.number + 1
        source.n_bytes = 0
        try:
            fields = next(reader, None)
            if fields is None:
                return
            if header is None:
                header = _csv_header(fields)
            elif fields:
                yield start, _csv_row(header, fields)
        except _LineFault as fault:
            yield start, fault.at(start)
        except csv.Error:
            yield start, LineProblem(start, ProblemCode.BAD_CSV)


def _csv_header(fields: list[str]) -> list[str]:
    header = [name.strip() for name in fields]
    if "prompt" not in header:
        raise UnreadableFile(ProblemCode.MISSING_COLUMN, column="prompt")
    return header


def _csv_row(header: list[str], fields: list[str]) -> dict[str, Any]:
    if len(fields) != len(header):
        raise _LineFault(ProblemCode.BAD_CSV, given=len(fields), expected=len(header))
    return _from_cells(dict(zip(header, fields, strict=True)))


def _from_cells(cells: dict[str, Any]) -> dict[str, Any]:
    """Return a row of cells as the object that a JSON line would hold: empty cells are absent, nested ones are JSON."""
    row = {name: value for name, value in cells.items() if name in COLUMNS and value is not None and value != ""}
    responses, category = row.get("responses"), row.get("category")
    if isinstance(responses, str):
        row["responses"] = _cell_json(responses, "responses", ProblemCode.BAD_RESPONSES)
    if isinstance(category, str) and category.startswith("["):
        row["category"] = _cell_json(category, "category", ProblemCode.BAD_CATEGORY)
    return row


def _cell_json(text: str, field: str, code: ProblemCode) -> object:
    try:
        return _json(text)
    except _LineFault as fault:
        raise _LineFault(code, field, where="cell") from fault


def _parquet_rows(file: IO[bytes], max_bytes: int) -> Iterator[NumberedRow]:
    # Imported here because it costs 60 MB that the web process need not spend.
    import pyarrow
    from pyarrow import parquet

    try:
        content = parquet.ParquetFile(file)
        columns = [name for name in COLUMNS if name in content.schema_arrow.names]
        if "prompt" not in columns:
            raise UnreadableFile(ProblemCode.MISSING_COLUMN, column="prompt")
        groups = [content.metadata.row_group(index) for index in range(content.num_row_groups)]
        if sum(group.total_byte_size for group in groups) > max_bytes:
            raise UnreadableFile(ProblemCode.FILE_TOO_LARGE, limit=max_bytes // 2**20)
        number = 0
        for batch in content.iter_batches(batch_size=_PARQUET_BATCH, columns=columns):
            for cells in batch.to_pylist():
                number += 1
                yield number, _parquet_row(number, cells)
    except (pyarrow.ArrowException, UnicodeDecodeError) as error:
        raise UnreadableFile(ProblemCode.DAMAGED_FILE, reason=type(error).__name__) from error


def _parquet_row(number: int, cells: dict[str, Any]) -> object:
    try:
        return _from_cells(cells)
    except _LineFault as fault:
        return fault.at(number)
