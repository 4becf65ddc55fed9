"""Tables as CSV files: what a spreadsheet makes of them."""

import csv
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.api.csv_out import csv_answer, csv_cell, csv_lines

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    "−1",
    " =1",
    "\u3000＝1",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_that_looks_like_a_formula_is_marked_as_text(text: str) -> None:
    assert csv_cell(text) == f"'{text}"


def test_numbers_stay_numbers_and_nothing_is_an_empty_cell() -> None:
    assert [csv_cell(value) for value in (-1, -0.5, 3, None, True, date(2026, 1, 2), "数学", "", "a=b")] == [
        *("-1", "-0.5", "3", "", "true", "2026-01-02", "数学", "", "a=b")
    ]


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2), max_size=5))
def test_a_reader_by_the_standard_gets_the_same_table_back_and_no_formula(rows: list[list[str]]) -> None:
    text = "".join(csv_lines(["one", "two"], rows))
    assert text.startswith("\ufeff")
    read = list(csv.reader(io.StringIO(text[1:], newline="")))
    assert read == [["one", "two"], *([csv_cell(cell) for cell in row] for row in rows)]
    assert not any(cell[:1] in set("=+-@\t\r\n＝＋－＠−") for row in read for cell in row if cell)
    assert all(
        cell in {given, f"'{given}"}
        for row, said in zip(read[1:], rows, strict=True)
        for cell, given in zip(row, said, strict=True)
    )


def test_the_answer_is_streamed_as_a_download_under_its_name() -> None:
    answer = csv_answer("统计", ["a"], ([number] for number in range(3)))
    assert answer.streaming
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == "attachment; filename*=UTF-8''%E7%BB%9F%E8%AE%A1.csv"
    assert b"".join(answer) == "\ufeffa\r\n0\r\n1\r\n2\r\n".encode()  # type: ignore[arg-type]
