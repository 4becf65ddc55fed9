"""What can be wrong with one line of a file. Messages and remedies are found by code when they are shown."""

import dataclasses
from enum import StrEnum


class ProblemCode(StrEnum):
    """Every named error of an import."""

    NOT_JSON = "not_json"
    NOT_AN_OBJECT = "not_an_object"
    NOT_TEXT = "not_text"
    MISSING_PROMPT = "missing_prompt"
    MISSING_COLUMN = "missing_column"
    MISSING_MODEL = "missing_model"
    BLANK = "blank"
    NUL = "nul"
    LONE_SURROGATE = "lone_surrogate"
    TEXT_TOO_LONG = "text_too_long"
    BAD_CATEGORY = "bad_category"
    BAD_SOURCE = "bad_source"
    BAD_RESPONSES = "bad_responses"
    TOO_FEW_RESPONSES = "too_few_responses"
    TOO_MANY_RESPONSES = "too_many_responses"
    EQUAL_RESPONSES = "equal_responses"
    DUPLICATE_ID = "duplicate_id"
    DUPLICATE_PROMPT = "duplicate_prompt"
    UNKNOWN_ENCODING = "unknown_encoding"
    UNKNOWN_FORMAT = "unknown_format"
    BAD_CSV = "bad_csv"
    LINE_TOO_LONG = "line_too_long"
    DAMAGED_FILE = "damaged_file"
    FILE_TOO_LARGE = "file_too_large"


@dataclasses.dataclass(frozen=True, slots=True)
class LineProblem:
    """One problem of one line (1 first). `details` holds the figures that the message needs, no text of the file."""

    line: int
    code: ProblemCode
    field: str = ""
    details: dict[str, str | int] = dataclasses.field(default_factory=dict)


class UnreadableFile(Exception):
    """Nothing more can be read from the file from here on."""

    def __init__(self, code: ProblemCode, **details: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.details = details
