"""Prompts with their responses (FORMATS 1): one row of a file becomes a checked plain value, or says what is wrong."""

import hashlib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from annotate.domain.filters import text_fault
from annotate.exchange.problems import LineProblem, ProblemCode
from annotate.exchange.rows_in import read_rows

MAX_TEXT = 100_000
MAX_NAME = 200
MAX_SOURCE = 100
MAX_CATEGORY = 100
# The column of the joined path holds 600 characters, and joining may double each of them.
MAX_CATEGORY_PATH = 300
MAX_RESPONSES = 64
DEFAULT_SOURCE = "open"
UNCATEGORISED = ("未分类",)


@dataclass(frozen=True, slots=True)
class ResponseIn:
    """One response; `text_sha256` is that of its normalised text."""

    model: str
    text: str
    text_sha256: str


@dataclass(frozen=True, slots=True)
class PromptIn:
    """One good line. `responses` is empty when they are to be sampled later."""

    line: int
    external_id: str
    text: str
    text_sha256: str
    system: str
    category: tuple[str, ...]
    source: str
    responses: tuple[ResponseIn, ...]

    @property
    def n_chars(self) -> int:
        """Return about how much memory the value holds."""
        return len(self.text) + len(self.system) + sum(len(response.text) for response in self.responses)


@dataclass(frozen=True, slots=True)
class BadLine:
    """One line that cannot be imported, with everything that is wrong with it."""

    line: int
    problems: tuple[LineProblem, ...]


def text_sha256(text: str) -> str:
    """Return the hash by which two texts count as the same: composed alike (NFC), without white space around them."""
    return hashlib.sha256(unicodedata.normalize("NFC", text).strip().encode()).hexdigest()


def read_prompts(
    file: IO[bytes], filename: str, *, responses_per_task: int, max_bytes: int
) -> Iterator[PromptIn | BadLine]:
    """Yield every line of a file, in order; whether a prompt is already there is the caller's question.

    `responses_per_task` is the fewest responses of a prompt that has any; `max_bytes` bounds the unpacked content.
    """
    for line, row in read_rows(file, filename, max_bytes=max_bytes):
        if isinstance(row, LineProblem):
            yield BadLine(line, (row,))
        else:
            yield _Row(line, responses_per_task).parse(row)


class _Row:
    """The check of one row; it goes on after a problem, so that a line is reported whole."""

    def __init__(self, line: int, responses_per_task: int) -> None:
        self.line = line
        self.responses_per_task = responses_per_task
        self.problems: list[LineProblem] = []

    def refuse(self, code: ProblemCode, field: str = "", **details: str | int) -> None:
        self.problems.append(LineProblem(self.line, code, field, details))

    def parse(self, row: object) -> PromptIn | BadLine:
        if not isinstance(row, dict):
            self.refuse(ProblemCode.NOT_AN_OBJECT)
            return BadLine(self.line, tuple(self.problems))
        text = self.prompt(row)
        digest = "" if self.problems else text_sha256(text)
        parsed = PromptIn(
            line=self.line,
            external_id=self.external_id(row) or f"p{digest[:24]}",
            text=text,
            text_sha256=digest,
            system=self.optional_text(row, "system", MAX_TEXT),
            category=self.category(row.get("category")),
            source=self.source(row.get("source")),
            responses=self.responses(row.get("responses")),
        )
        return BadLine(self.line, tuple(self.problems)) if self.problems else parsed

    def text(self, value: object, field: str, limit: int) -> str:
        """Return a text that can be stored and shown, else note why not."""
        if not isinstance(value, str):
            self.refuse(ProblemCode.NOT_TEXT, field)
            return ""
        fault = text_fault(value, limit)
        if fault == "too_long":
            self.refuse(ProblemCode.TEXT_TOO_LONG, field, length=len(value), limit=limit)
        elif fault is not None:
            self.refuse(ProblemCode(fault), field)
        return value

    def prompt(self, row: dict[str, Any]) -> str:
        if row.get("prompt") is None:
            self.refuse(ProblemCode.MISSING_PROMPT, "prompt")
            return ""
        return self.text(row["prompt"], "prompt", MAX_TEXT)

    def optional_text(self, row: dict[str, Any], field: str, limit: int) -> str:
        value = row.get(field)
        return "" if value is None or value == "" else self.text(value, field, limit)

    def external_id(self, row: dict[str, Any]) -> str:
        value = row.get("id")
        if isinstance(value, int) and not isinstance(value, bool):
            row = {"id": str(value)}
        return self.optional_text(row, "id", MAX_NAME).strip()

    def category(self, value: object) -> tuple[str, ...]:
        """Return the path; one name is a path of one, and no category is the category of the uncategorised."""
        if value is None or value == "" or value == []:
            return UNCATEGORISED
        names = value if isinstance(value, list) else [value]
        path = tuple(name.strip() for name in names if isinstance(name, str))
        good = len(path) == len(names) and all(text_fault(name, MAX_CATEGORY) is None for name in path)
        if not good or sum(len(name) + 1 for name in path) > MAX_CATEGORY_PATH:
            self.refuse(ProblemCode.BAD_CATEGORY, "category", limit=MAX_CATEGORY)
        return path

    def source(self, value: object) -> str:
        if value is None or value == "":
            return DEFAULT_SOURCE
        if not isinstance(value, str) or text_fault(value, MAX_SOURCE) is not None:
            self.refuse(ProblemCode.BAD_SOURCE, "source", limit=MAX_SOURCE)
            return ""
        return value.strip()

    def responses(self, value: object) -> tuple[ResponseIn, ...]:
        if value is None or value == []:
            return ()
        if not isinstance(value, list):
            self.refuse(ProblemCode.BAD_RESPONSES, "responses")
            return ()
        if len(value) > MAX_RESPONSES:
            self.refuse(ProblemCode.TOO_MANY_RESPONSES, "responses", given=len(value), limit=MAX_RESPONSES)
            return ()
        if len(value) < self.responses_per_task:
            self.refuse(ProblemCode.TOO_FEW_RESPONSES, "responses", given=len(value), needed=self.responses_per_task)
        n_before = len(self.problems)
        responses = tuple(self.response(item, f"responses[{place}]") for place, item in enumerate(value, start=1))
        if len(self.problems) == n_before:
            self.refuse_equal(responses)
        return responses

    def response(self, item: object, field: str) -> ResponseIn:
        if not isinstance(item, dict):
            self.refuse(ProblemCode.BAD_RESPONSES, field)
            return ResponseIn("", "", "")
        model = item.get("model")
        if model is None or model == "":
            self.refuse(ProblemCode.MISSING_MODEL, f"{field}.model")
            model = ""
        else:
            model = self.text(model, f"{field}.model", MAX_NAME)
        n_before = len(self.problems)
        text = self.text(item.get("text"), f"{field}.text", MAX_TEXT)
        return ResponseIn(model, text, text_sha256(text) if len(self.problems) == n_before else "")

    def refuse_equal(self, responses: tuple[ResponseIn, ...]) -> None:
        first: dict[str, int] = {}
        for place, response in enumerate(responses, start=1):
            earlier = first.setdefault(response.text_sha256, place)
            if earlier != place:
                self.refuse(ProblemCode.EQUAL_RESPONSES, f"responses[{place}]", first=earlier, second=place)
