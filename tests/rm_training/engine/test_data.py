import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from rm_training.engine.data import Prompt, read_benchmark, read_training
from rm_training.engine.errors import EngineError
from tests.rm_training.engine.samples import write_lines

AB = [{"id": "a", "content": "甲"}, {"id": "b", "content": "乙"}]


def read_rows(tmp_path: Path, *rows: dict[str, Any]) -> list[Prompt]:
    return read_training([write_lines(tmp_path / "data.jsonl", list(rows))])


def chosen_and_rejected(prompt: Prompt) -> set[tuple[str, str]]:
    return {(prompt.responses[winner], prompt.responses[loser]) for winner, loser in prompt.pairs}


def test_only_triples_with_the_text_1_count(tmp_path: Path) -> None:
    annotations = [["b", "a", "1"], ["a", "b", "0"], ["a", "b", 1]]

    [prompt] = read_rows(tmp_path, {"input": "问", "responses": AB, "annotations": annotations})

    assert prompt.response_ids == ("a", "b")
    assert chosen_and_rejected(prompt) == {("乙", "甲")}


def test_lines_of_the_same_prompt_are_merged_also_across_files(tmp_path: Path) -> None:
    first = write_lines(tmp_path / "1.jsonl", [{"input": "问", "responses": AB, "annotations": [["a", "b", "1"]]}])
    more = [AB[1], {"id": "c", "content": "丙"}]
    second = write_lines(
        tmp_path / "2.jsonl",
        [{"input": "问", "responses": more, "annotations": [["c", "a", "1"], ["a", "b", "1"]]}],
    )

    [prompt] = read_training([first, second])

    assert prompt.responses == ("甲", "乙", "丙")
    assert sorted(prompt.pairs) == [(0, 1), (2, 0)]


def test_answer_rows_and_annotation_objects_are_read(tmp_path: Path) -> None:
    answers = {"input": "问", "answer1": "甲", "answer2": "乙", "preference": 2}
    objects = {
        "input": "另",
        "responses": AB,
        "annotations": [{"answer1": "a", "answer2": "b", "preference": 1}],
    }

    by_answers, by_objects = read_rows(tmp_path, answers, objects)

    assert chosen_and_rejected(by_answers) == {("乙", "甲")}
    assert chosen_and_rejected(by_objects) == {("甲", "乙")}
    assert by_objects.response_ids == ("a", "b")


def test_a_benchmark_takes_every_pair_that_the_rank_orders_and_no_tie(tmp_path: Path) -> None:
    responses = [*AB, {"id": "c", "content": "丙"}]
    row = {
        "input": "问", "responses": responses, "annotations": [["a", "b", "1"]],
        "rank": {"a": "2", "b": "2", "c": "1"}, "category": ["数学", "代数"],
    }  # fmt: skip

    [prompt] = read_benchmark(write_lines(tmp_path / "open.jsonl", [row]))

    assert chosen_and_rejected(prompt) == {("丙", "甲"), ("丙", "乙")}
    assert prompt.category == "数学"


def test_a_row_without_rank_falls_back_to_its_annotations_and_leaves_the_others_theirs(
    tmp_path: Path,
) -> None:
    rows = [
        {"input": "一", "responses": AB, "annotations": [["a", "b", "1"]]},
        {"input": "二", "responses": AB, "rank": {"a": "2", "b": "1"}},
    ]

    without_rank, ranked = read_benchmark(write_lines(tmp_path / "open.jsonl", rows))

    assert chosen_and_rejected(without_rank) == {("甲", "乙")}
    assert chosen_and_rejected(ranked) == {("乙", "甲")}


def test_a_gzipped_file_is_read(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "data.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write(json.dumps({"input": "问", "responses": AB}))

    assert read_training([tmp_path / "data.jsonl.gz"])[0].responses == ("甲", "乙")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not JSON"),
        ("[]", "not a JSON object"),
        ('{"responses": []}', "'input' is missing"),
        ('{"input": "问"}', "'responses' is missing"),
        ('{"input": "问", "responses": ["甲"]}', "not an object"),
        ('{"input": "问", "responses": [{"id": "a"}]}', "'content' is missing"),
        ('{"input": "\\ud800", "responses": []}', "lone surrogate"),
        ('{"input": "一", "responses": [{"id": "a", "content": "他"}]}', "two different responses"),
        (
            '{"input": "一", "responses": [{"id": "a", "content": "甲"}], "annotations": [["a", "z", "1"]]}',
            "'z'",
        ),
        (
            '{"input": "一", "responses": [{"id": "a", "content": "甲"}], "annotations": [["a", "a", "1"]]}',
            "itself",
        ),
        ('{"input": "二", "answer1": "甲", "answer2": "乙", "preference": 3}', "neither 1 nor 2"),
        ('{"input": "二", "responses": [{"id": "a", "content": "甲"}], "rank": {}}', "'rank' does not give"),
        ('{"input": "二", "responses": [{"id": "a", "content": "甲"}], "rank": {"a": "x"}}', "no number"),
        ('{"input": "二", "responses": [{"id": "a", "content": "甲"}], "category": 5}', "'category'"),
    ],
)
def test_a_bad_line_is_refused_with_its_number_and_the_reason(tmp_path: Path, line: str, reason: str) -> None:
    good = json.dumps({"input": "一", "responses": AB})
    (tmp_path / "data.jsonl").write_text(f"{good}\n\n{line}\n", encoding="utf-8")

    with pytest.raises(EngineError) as caught:
        read_training([tmp_path / "data.jsonl"])

    assert caught.value.code == "invalid_data"
    assert "data.jsonl, line 3" in caught.value.message
    assert reason in caught.value.message


def test_a_missing_file_is_a_named_error(tmp_path: Path) -> None:
    with pytest.raises(EngineError) as caught:
        read_training([tmp_path / "none.jsonl"])
    assert caught.value.code == "data_not_readable"
