"""Reads Cheems preference and benchmark files (FORMATS 2) into prompts with responses and ordered pairs."""

import gzip
import hashlib
import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from rm_training.engine.errors import EngineError

UNCATEGORISED = "uncategorised"

Pair = tuple[int, int]


@dataclass(frozen=True)
class Prompt:
    """One prompt. `pairs` holds (winner, loser) as positions in `responses`, each pair once.

    `tiers` holds the rank of each response, lower is better, equal is a tie; empty where the file gives no `rank`.
    """

    text: str
    response_ids: tuple[str, ...]
    responses: tuple[str, ...]
    pairs: tuple[Pair, ...]
    category: str = UNCATEGORISED
    tiers: tuple[float, ...] = ()


@dataclass
class _Draft:
    """What the lines read so far say of one prompt."""

    responses: dict[str, str] = field(default_factory=dict)
    annotations: list[tuple[str, str, "_Line"]] = field(default_factory=list)
    rank: dict[str, float] | None = None
    category: str = UNCATEGORISED


@dataclass(frozen=True)
class _Line:
    path: Path
    number: int

    def refuse(self, reason: str) -> NoReturn:
        raise EngineError("invalid_data", f"{self.path.name}, line {self.number}: {reason}.")


def read_training(paths: Iterable[Path]) -> list[Prompt]:
    """Prompts of training files, merged by `input`; pairs are the annotated ones.

    Raises EngineError `data_not_readable`, or `invalid_data` naming the file and the line.
    """
    drafts = _read(paths)
    return [_prompt(text, draft, _annotated_pairs(draft)) for text, draft in drafts.items()]


def read_benchmark(path: Path) -> list[Prompt]:
    """Prompts of a benchmark file; pairs are all that `rank` orders, without it the annotated ones."""
    drafts = _read([path])
    return [
        _prompt(text, draft, _annotated_pairs(draft) if draft.rank is None else _ranked_pairs(draft))
        for text, draft in drafts.items()
    ]


def _prompt(text: str, draft: _Draft, pairs: Iterable[tuple[str, str]]) -> Prompt:
    place = {response_id: i for i, response_id in enumerate(draft.responses)}
    return Prompt(
        text=text,
        response_ids=tuple(draft.responses),
        responses=tuple(draft.responses.values()),
        pairs=tuple(dict.fromkeys((place[winner], place[loser]) for winner, loser in pairs)),
        category=draft.category,
        tiers=_tiers(draft),
    )


def _tiers(draft: _Draft) -> tuple[float, ...]:
    """Ranks in the order of the responses; none where a later line added responses that were not ranked."""
    rank = draft.rank or {}
    return tuple(rank[response_id] for response_id in draft.responses) if rank.keys() == draft.responses.keys() else ()


def _annotated_pairs(draft: _Draft) -> Iterator[tuple[str, str]]:
    for winner, loser, line in draft.annotations:
        for response_id in (winner, loser):
            if response_id not in draft.responses:
                line.refuse(f"an annotation names the response {response_id!r}, which the prompt does not have")
        if winner == loser:
            line.refuse(f"an annotation compares the response {winner!r} with itself")
        yield winner, loser


def _ranked_pairs(draft: _Draft) -> Iterator[tuple[str, str]]:
    rank = draft.rank or {}
    return ((better, worse) for better in rank for worse in rank if rank[better] < rank[worse])


def _read(paths: Iterable[Path]) -> dict[str, _Draft]:
    drafts: dict[str, _Draft] = {}
    for path in paths:
        for number, raw in _lines(path):
            if raw.strip():
                line = _Line(path, number)
                _add_row(drafts, _parse(raw, line), line)
    return drafts


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            yield from enumerate(file, start=1)
    except OSError as error:
        raise EngineError("data_not_readable", f"{path} cannot be read: {error.strerror or error}.") from error


def _parse(raw: bytes, line: _Line) -> dict[str, Any]:
    try:
        row = json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError:
        line.refuse("it is not UTF-8")
    except ValueError as error:
        line.refuse(f"it is not JSON ({error})")
    if not isinstance(row, dict):
        line.refuse("it is not a JSON object")
    return row


def _add_row(drafts: dict[str, _Draft], row: dict[str, Any], line: _Line) -> None:
    draft = drafts.setdefault(_text(row, "input", line), _Draft())
    if "answer1" in row:
        _add_annotation(draft, row, line)
    else:
        _add_responses(draft, row.get("responses"), line)
    annotations = row.get("annotations", [])
    if not isinstance(annotations, list):
        line.refuse("'annotations' is not a list")
    for annotation in annotations:
        _add_annotation(draft, annotation, line)
    if row.get("rank") is not None:
        _add_rank(draft, row["rank"], line)
    draft.category = _category(row.get("category"), line) or draft.category


def _add_responses(draft: _Draft, responses: Any, line: _Line) -> None:
    if not isinstance(responses, list) or not responses:
        line.refuse("'responses' is missing, empty or not a list")
    for response in responses:
        if not isinstance(response, dict):
            line.refuse("a response is not an object with 'id' and 'content'")
        _add_response(draft, _text(response, "id", line), _text(response, "content", line), line)


def _add_response(draft: _Draft, response_id: str, content: str, line: _Line) -> None:
    if draft.responses.setdefault(response_id, content) != content:
        line.refuse(f"the id {response_id!r} stands for two different responses of the prompt")


def _add_annotation(draft: _Draft, annotation: Any, line: _Line) -> None:
    """Take a triple (winner, loser, "1") or an object with answer1, answer2, preference; no other counts."""
    if isinstance(annotation, dict):
        first, second = (_answer(draft, annotation, name, line) for name in ("answer1", "answer2"))
        preference = str(annotation.get("preference"))
        if preference not in ("1", "2"):
            line.refuse("'preference' is neither 1 nor 2")
        winner, loser = (first, second) if preference == "1" else (second, first)
        draft.annotations.append((winner, loser, line))
    elif not isinstance(annotation, list) or len(annotation) != 3:
        line.refuse("an annotation is neither a list of three nor an object")
    elif annotation[2] == "1":
        draft.annotations.append((str(annotation[0]), str(annotation[1]), line))


def _answer(draft: _Draft, annotation: dict[str, Any], name: str, line: _Line) -> str:
    """The response id behind answer1 or answer2, which hold an id of the prompt's or the text itself."""
    answer = _text(annotation, name, line)
    if answer in draft.responses:
        return answer
    response_id = hashlib.sha256(answer.encode()).hexdigest()[:12]
    _add_response(draft, response_id, answer, line)
    return response_id


def _add_rank(draft: _Draft, rank: Any, line: _Line) -> None:
    if not isinstance(rank, dict) or set(rank) != set(draft.responses):
        line.refuse("'rank' does not give each response of the prompt its place")
    if draft.rank is not None:
        line.refuse("the prompt has been ranked by an earlier line")
    try:
        draft.rank = {response_id: float(place) for response_id, place in rank.items()}
    except (TypeError, ValueError):
        line.refuse("'rank' holds a place that is no number")
    if not all(math.isfinite(place) for place in draft.rank.values()):
        line.refuse("'rank' holds a place that is no finite number")


def _category(value: Any, line: _Line) -> str:
    """The first element of a category path, or "" where there is none."""
    first = value[0] if isinstance(value, list) and value else value
    if first is None or first == []:
        return ""
    if not isinstance(first, str):
        line.refuse("'category' is neither a text nor a list of texts")
    return first


def _text(row: dict[str, Any], name: str, line: _Line) -> str:
    value = row.get(name)
    if isinstance(value, int) and not isinstance(value, bool) and name == "id":
        return str(value)
    if not isinstance(value, str) or not value:
        line.refuse(f"{name!r} is missing, empty or not a text")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        line.refuse(f"{name!r} holds a lone surrogate, which is no character")
    return value
