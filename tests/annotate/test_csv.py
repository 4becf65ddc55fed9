"""Tables as CSV files: what a spreadsheet makes of them."""

import csv
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.api.csv_out import csv_answer, csv_cell, csv_lines
from annotate.models import Project
from tests.annotate.measured import add_gold
from tests.people import Cast, add_prompts, annotate_all

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


@pytest.mark.django_db
def test_a_list_exports_whole_what_its_pages_show(people: Cast) -> None:
    Project.objects.filter(pk=people.project.pk).update(delivery_share=1.0)
    add_prompts(people.project, 3)
    for user in people.annotators:
        annotate_all(user, people.project, dict.fromkeys(range(10_000), 3))
    add_gold(people, 1)
    client = people.client(people.lead)
    for name, n_rows in (("reviews", 3), ("gold", 5)):
        address = f"/api/projects/{people.project.pk}/{name}"
        shown = client.get(address).json()["results"]
        text = b"".join(client.get(f"{address}?export=csv")).decode()[1:]  # type: ignore[arg-type]
        header, *lines = csv.reader(io.StringIO(text, newline=""))
        assert len(lines) == len(shown) == n_rows
        for line, row in zip(lines, shown, strict=True):
            told = dict(zip(header, line, strict=True))
            assert told["category"] == " / ".join(row["category"]["path"])
            assert told["excerpt"] == csv_cell(row["excerpt"])
    outsider = people.client(people.outsider)
    assert outsider.get(f"/api/projects/{people.project.pk}/gold?export=csv").status_code == 404
