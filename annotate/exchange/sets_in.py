"""Reads the files of a frozen set back, prompt by prompt, as the plain values that an export is written from."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from annotate.exchange.ranked import RankedPrompt, Said


def lines_in(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines of a JSONL file."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


class PromptLines:
    """The lines of a file that names `prompt_id` in each, taken prompt by prompt in the order of the file."""

    def __init__(self, path: Path) -> None:
        self._groups = groupby(lines_in(path), key=lambda line: line["prompt_id"])
        self._next = next(self._groups, None)

    def take(self, prompt_id: str) -> list[dict[str, Any]]:
        """Return the lines of a prompt if it is the next one in the file; none if the file passes it over."""
        if self._next is None or self._next[0] != prompt_id:
            return []
        lines = list(self._next[1])
        self._next = next(self._groups, None)
        return lines


def ranked_in(
    line: dict[str, Any], *, external_id: str, category: Sequence[str], said: Sequence[dict[str, Any]]
) -> RankedPrompt:
    """Return a prompt from its line of training or benchmark (FORMATS 2) and its raw annotations (FORMATS 4)."""
    pairs = [(winner, loser) for winner, loser, _chosen in line["annotations"]]
    places = sorted({int(place) for place in line["rank"].values()})
    tiers = tuple(tuple(key for key, at in line["rank"].items() if int(at) == place) for place in places)
    return RankedPrompt(
        external_id=external_id,
        text=line["input"],
        system="",
        category=tuple(category),
        responses={response["id"]: response["content"] for response in line["responses"]},
        tiers=tiers,
        ordered=pairs,
        supported=pairs,
        said=[_said(one) for one in said],
        tasks_said=(),
    )


def _said(line: dict[str, Any]) -> Said:
    names = ("response_a", "response_b", "verdict", "by", "kind", "position_a", "position_b", "seconds", "final")
    at = datetime.fromisoformat(line["at"])
    return Said(**{name: line[name] for name in names}, pass_number=line["pass"], at=at)
