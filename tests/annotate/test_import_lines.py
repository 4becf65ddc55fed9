"""Reading files of prompts: every format gives the same values, every fault gets its name and its line."""

import csv
import gzip
import io
import json
import tracemalloc
from typing import Any

import pyarrow
import pytest
import zstandard
from pyarrow import parquet

from annotate.domain.states import Subset
from annotate.exchange.lines_in import MAX_LINE_BYTES
from annotate.exchange.problems import ProblemCode
from annotate.exchange.prompts_in import BadLine, PromptIn, read_prompts
from annotate.selectors.import_texts import PROBLEM_TEXTS, problem_text

BIG = 1 << 30


def row(**changes: Any) -> dict[str, Any]:
    responses = [{"model": f"m{n}", "text": f"答 {n}"} for n in range(3)]
    return {"prompt": "一加一等于几？", "category": ["数学", "算术"], "responses": responses, **changes}


def jsonl(*rows: Any) -> bytes:
    return b"".join(json.dumps(value, ensure_ascii=True).encode() + b"\n" for value in rows)


def read(content: bytes, name: str = "a.jsonl", max_bytes: int = BIG) -> list[PromptIn | BadLine]:
    return list(read_prompts(io.BytesIO(content), name, responses_per_task=3, max_bytes=max_bytes))


def problems(content: bytes, name: str = "a.jsonl", max_bytes: int = BIG) -> list[tuple[int, str, str]]:
    """Return (line, field, code) of every problem, after checking that each can be shown to a person."""
    found = [
        problem for line in read(content, name, max_bytes) if isinstance(line, BadLine) for problem in line.problems
    ]
    for problem in found:
        message, remedy = problem_text(problem.code, problem.details)
        assert message
        assert remedy
    return [(problem.line, problem.field, problem.code.value) for problem in found]


def one(content: bytes, name: str = "a.jsonl") -> PromptIn:
    (prompt,) = read(content, name)
    assert isinstance(prompt, PromptIn)
    return prompt


def as_csv(*rows: dict[str, Any]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, ["id", "prompt", "system", "category", "source", "responses"])
    writer.writeheader()
    for value in rows:
        cells = {k: v if isinstance(v, str) else json.dumps(v, ensure_ascii=False) for k, v in value.items()}
        writer.writerow(cells)
    return text.getvalue().encode("utf-8-sig")


def as_parquet(*rows: dict[str, Any]) -> bytes:
    sink = io.BytesIO()
    parquet.write_table(pyarrow.Table.from_pylist(list(rows)), sink)
    return sink.getvalue()


def test_a_line_becomes_a_prompt_with_its_responses() -> None:
    prompt = one(jsonl(row(id="q-1", source="human", system="你是老师。")))
    assert (prompt.external_id, prompt.text, prompt.system) == ("q-1", "一加一等于几？", "你是老师。")
    assert (prompt.category, prompt.source) == (("数学", "算术"), Subset.HUMAN)
    assert [(r.model, r.text) for r in prompt.responses] == [("m0", "答 0"), ("m1", "答 1"), ("m2", "答 2")]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl.gz", gzip.compress(jsonl(row(), row(prompt="二")))),
        ("a.jsonl.zst", zstandard.compress(jsonl(row(), row(prompt="二")))),
        ("a.jsonl.zst", zstandard.compress(jsonl(row())) + zstandard.compress(jsonl(row(prompt="二")))),
        ("upload", jsonl(row(), row(prompt="二"))),
        ("misnamed.txt", gzip.compress(jsonl(row(), row(prompt="二")))),
        ("a.jsonl", b"\xef\xbb\xbf" + jsonl(row()) + b"\n  \n" + jsonl(row(prompt="二"))),
        ("a.csv", as_csv(row(), row(prompt="二"))),
        ("a.csv.gz", gzip.compress(as_csv(row(), row(prompt="二")))),
        ("upload", as_csv(row(), row(prompt="二"))),
        ("a.parquet", as_parquet(row(), row(prompt="二"))),
        ("upload", as_parquet(row(), row(prompt="二"))),
    ],
)
def test_every_format_gives_the_same_prompts(name: str, content: bytes) -> None:
    expected = read(jsonl(row(), row(prompt="二")))
    found = read(content, name)
    assert [(p.text, p.category, p.responses, p.external_id) for p in found] == [  # type: ignore[union-attr]
        (p.text, p.category, p.responses, p.external_id)  # type: ignore[union-attr]
        for p in expected
    ]


def test_parquet_takes_responses_as_json_text_too() -> None:
    prompt = one(as_parquet(row(responses=json.dumps(row()["responses"]), category="数学")), "a.parquet")
    assert [r.text for r in prompt.responses] == ["答 0", "答 1", "答 2"]
    assert prompt.category == ("数学",)


def test_a_csv_record_may_span_lines_and_is_named_by_its_first() -> None:
    content = as_csv(row(prompt="第一行\n第二行"), row(prompt=" "), row(prompt="好"))
    assert [line.line for line in read(content, "a.csv")] == [2, 4, 5]
    assert problems(content, "a.csv") == [(4, "prompt", "blank")]


def test_without_an_id_the_same_text_always_gets_the_same_one() -> None:
    composed, decomposed = "caf\u00e9 是什么？", "  cafe\u0301 是什么？\n"
    first, second = one(jsonl(row(prompt=composed))), one(jsonl(row(prompt=decomposed)))
    assert first.external_id == second.external_id
    assert first.text_sha256 == second.text_sha256
    assert second.text == decomposed
    assert one(jsonl(row(prompt="别的"))).external_id != first.external_id


@pytest.mark.parametrize("nothing", [{}, {"responses": []}, {"responses": None}])
def test_a_prompt_may_come_without_responses(nothing: dict[str, Any]) -> None:
    assert one(jsonl({"prompt": "问", **nothing})).responses == ()


def test_source_and_category_have_defaults() -> None:
    prompt = one(jsonl({"prompt": "问"}))
    assert (prompt.source, prompt.category) == ("open", ("未分类",))


R = row()["responses"]
BAD_ROWS = [
    (b'{"prompt": "a"', "", "not_json"),
    (b"[" * 100_000, "", "not_json"),
    (b'{"prompt": ' + b"9" * 5000 + b"}", "", "not_json"),
    (b'["a"]', "", "not_an_object"),
    (b"3", "", "not_an_object"),
    (jsonl({"category": "数学"}), "prompt", "missing_prompt"),
    (jsonl(row(prompt=["a"])), "prompt", "not_text"),
    (jsonl(row(prompt=" \u200b\n")), "prompt", "blank"),
    (jsonl(row(prompt="a\u0000b")), "prompt", "nul"),
    (b'{"prompt": "\\ud800"}', "prompt", "lone_surrogate"),
    (jsonl(row(prompt="长" * 1_000_000)), "prompt", "text_too_long"),
    (jsonl(row(system="\u0000")), "system", "nul"),
    (jsonl(row(id="x" * 201)), "id", "text_too_long"),
    (b'{"prompt": "a", "id": ' + b"9" * 300 + b"}", "id", "text_too_long"),
    (jsonl(row(category=7)), "category", "bad_category"),
    (jsonl(row(category=["数学", ""])), "category", "bad_category"),
    (jsonl(row(category=["长" * 90] * 5)), "category", "bad_category"),
    (b'{"prompt": "a", "category": "\\udc00"}', "category", "bad_category"),
    (jsonl(row(source=5)), "source", "bad_source"),
    (jsonl(row(source="x" * 101)), "source", "bad_source"),
    (jsonl(row(responses="r")), "responses", "bad_responses"),
    (jsonl(row(responses=[*R, "r"])), "responses[4]", "bad_responses"),
    (jsonl(row(responses=R[:2])), "responses", "too_few_responses"),
    (
        jsonl(row(responses=[{"model": "m", "text": str(n)} for n in range(65)])),
        "responses",
        "too_many_responses",
    ),
    (jsonl(row(responses=[*R, {"model": "n", "text": " 答 1\n"}])), "responses[4]", "equal_responses"),
    (jsonl(row(responses=[*R, {"text": "别的"}])), "responses[4].model", "missing_model"),
    (jsonl(row(responses=[*R, {"model": 5, "text": "别的"}])), "responses[4].model", "not_text"),
    (jsonl(row(responses=[*R, {"model": "m"}])), "responses[4].text", "not_text"),
    (jsonl(row(responses=[*R, {"model": "m", "text": ""}])), "responses[4].text", "blank"),
    (jsonl(row(responses=[*R, {"model": "m", "text": "别\u0000的"}])), "responses[4].text", "nul"),
    (
        b'{"prompt":"a","responses":[{"model":"m","text":"\\ud83d"},{"model":"m","text":"b"},{"model":"m","text":"c"}]}',
        "responses[1].text",
        "lone_surrogate",
    ),
    (jsonl(row(responses=[*R, {"model": "m", "text": "长" * 100_001}])), "responses[4].text", "text_too_long"),
    ('{"prompt": "中文"}'.encode("gbk"), "", "unknown_encoding"),
]


@pytest.mark.parametrize(("bad", "field", "code"), BAD_ROWS)
def test_a_bad_line_is_named_and_the_lines_around_it_are_read(bad: bytes, field: str, code: str) -> None:
    content = jsonl(row()) + bad.rstrip(b"\n") + b"\n" + jsonl(row(prompt="后面"))
    assert problems(content) == [(2, field, code)]
    assert [line.line for line in read(content) if isinstance(line, PromptIn)] == [1, 3]


def test_equal_responses_name_both_positions() -> None:
    (bad,) = read(jsonl(row(responses=[*R, {"model": "n", "text": "答 1"}])))
    assert isinstance(bad, BadLine)
    assert bad.problems[0].details == {"first": 2, "second": 4}


def test_a_line_is_reported_with_everything_that_is_wrong_with_it() -> None:
    content = jsonl(row(prompt="", source=5, responses=[{"text": "a"}]))
    assert [code for _line, _field, code in problems(content)] == [
        "blank",
        "bad_source",
        "too_few_responses",
        "missing_model",
    ]


def test_a_line_over_the_limit_is_skipped_without_being_held() -> None:
    bomb = gzip.compress(b'{"prompt": "' + b"a" * (200 << 20) + b'"}\n' + jsonl(row()))
    assert len(bomb) < 1 << 20
    tracemalloc.start()
    found = read(bomb, "bomb.jsonl.gz")
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [type(line).__name__ for line in found] == ["BadLine", "PromptIn"]
    assert problems(bomb, "bomb.jsonl.gz") == [(1, "", "line_too_long")]
    assert peak < 5 * MAX_LINE_BYTES


def test_unpacking_stops_at_the_limit() -> None:
    content = gzip.compress(jsonl(*[row(prompt=f"问 {n}") for n in range(1000)]))
    found = problems(content, "a.jsonl.gz", max_bytes=20_000)
    assert [code for _line, _field, code in found] == ["file_too_large"]
    assert problems(gzip.compress(b"x" * (64 << 20)), "a.jsonl.gz", max_bytes=10 << 20) == [(1, "", "file_too_large")]


DAMAGED = gzip.compress(jsonl(*[row(prompt=f"问 {n}") for n in range(500)]))
DAMAGED_ZST = zstandard.compress(jsonl(*[row(prompt=f"问 {n}") for n in range(500)]))


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.jsonl.gz", jsonl(row()), "damaged_file"),
        ("a.jsonl.zst", jsonl(row()), "damaged_file"),
        ("a.parquet", jsonl(row()), "damaged_file"),
        ("a.parquet", b"PAR1" + b"\0" * 100, "damaged_file"),
        ("a.parquet", as_parquet(row())[:-20], "damaged_file"),
        ("a.parquet", as_parquet({"question": "a"}), "missing_column"),
        ("a.csv", b"question,answer\na,b\n", "missing_column"),
        ("a.xlsx", b"PK\x03\x04" + b"\0" * 100, "unknown_format"),
        ("a.csv", b"prompt,source\na,b,c\n", "bad_csv"),
        ("a.csv", b"prompt\n" + "问题".encode("gbk"), "unknown_encoding"),
        ("a.csv", b"prompt,responses\na,[not json\n", "bad_responses"),
        ("a.csv", b'prompt,category\na,"[not json"\n', "bad_category"),
    ],
)
def test_a_file_that_is_not_what_it_says_gets_one_problem(name: str, content: bytes, code: str) -> None:
    assert [found for _line, _field, found in problems(content, name)] == [code]


@pytest.mark.parametrize(("name", "content"), [("a.jsonl.gz", DAMAGED[:-200]), ("a.jsonl.zst", DAMAGED_ZST[:-200])])
def test_a_truncated_file_is_told_from_a_finished_one(name: str, content: bytes) -> None:
    assert problems(content, name)[-1][2] == "damaged_file"


def test_a_quotation_mark_never_closed_does_not_swallow_memory() -> None:
    content = b'prompt,source\n"never closed,open\n' + b"filler,open\n" * (MAX_LINE_BYTES // 12 + 10) + b"good,open\n"
    found = problems(content, "a.csv")
    assert found[0] == (2, "", "line_too_long")
    last = read(content, "a.csv")[-1]
    assert isinstance(last, PromptIn)
    assert last.text == "good"


def test_an_empty_file_has_no_lines() -> None:
    assert read(b"", "a.jsonl") == []
    assert read(b"", "upload") == []


def test_every_code_has_a_message_and_a_remedy() -> None:
    told = {code.partition(":")[0] for code in PROBLEM_TEXTS}
    assert told == {code.value for code in ProblemCode}
