"""Responses with stars given by people and by GPT-4, as comparisons of both and as training files of the engine."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from annotate.domain.debias import Lineage
from annotate.domain.graph import rank_prompt, supported_pairs
from annotate.domain.types import Comparison, Verdict
from bench.rm.preferences import Pair, response_id

SOURCE = "LLMEval-2"
HUMAN_SHARE, HELD_OUT_SHARE = 0.15, 0.25
Part = Literal["human", "judge", "held out"]


@dataclass(frozen=True)
class Rated:
    """A prompt with its distinct responses, and the sums of the stars that people and GPT-4 gave them."""

    text: str
    responses: tuple[str, ...]
    human: tuple[float, ...]
    judge: tuple[float, ...]

    @property
    def part(self) -> Part:
        """For what a prompt is used, by a hash of its text."""
        place = int.from_bytes(hashlib.sha256(f"ablation/{self.text}".encode()).digest()[:4], "big") / 2**32
        if place < HELD_OUT_SHARE:
            return "held out"
        return "human" if place < HELD_OUT_SHARE + HUMAN_SHARE else "judge"


@dataclass(frozen=True)
class Columns:
    """Comparisons of all prompts: a (seen first), b int[C] index the responses; verdict int[C], 1 where a is better.

    prompt: int[C], position of the prompt; lengths: int[R], characters; human: float[R], what people gave;
    first: int[P], position of each prompt's first response.
    """

    prompt: NDArray[np.int64]
    a: NDArray[np.int64]
    b: NDArray[np.int64]
    verdict: NDArray[np.int64]
    lengths: NDArray[np.int64]
    human: NDArray[np.float64]
    first: NDArray[np.int64]


def read_rated(path: Path) -> list[Rated]:
    """The prompts of the file whose responses have stars of both; of equal texts the first counts."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = [row for row in map(json.loads, file) if row["source"] == SOURCE]
    return [rated for row in rows if len((rated := _rated(row)).responses) > 1]


def _rated(row: Mapping[str, Any]) -> Rated:
    kept: dict[str, tuple[float, float]] = {}
    for response in row["responses"]:
        labels = response.get("labels") or {}
        if labels.get("human_total") and labels.get("gpt4_stars"):
            kept.setdefault(response["text"], (labels["human_total"], sum(labels["gpt4_stars"].values())))
    human, judge = zip(*kept.values(), strict=True) if kept else ((), ())
    return Rated(row["prompt"], tuple(kept), tuple(human), tuple(judge))


def columns_of(prompts: Sequence[Rated], judged: Sequence[Sequence[float]], seed: int) -> Columns:
    """Every pair of every prompt in random order, with the verdict that the numbers `judged` of its responses give."""
    generator = np.random.default_rng(seed)
    sizes = np.array([len(prompt.responses) for prompt in prompts])
    first = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)
    pairs = [np.array(list(combinations(range(size), 2))) + start for size, start in zip(sizes, first, strict=True)]
    a, b = np.concatenate(pairs).T
    turned = generator.random(len(a)) < 0.5
    a, b = np.where(turned, b, a), np.where(turned, a, b)
    score = np.concatenate([np.asarray(scores, dtype=np.float64) for scores in judged])
    return Columns(
        prompt=np.repeat(np.arange(len(prompts)), [len(each) for each in pairs]),
        a=a,
        b=b,
        verdict=np.sign(score[a] - score[b]).astype(np.int64),
        lengths=np.array([len(text) for prompt in prompts for text in prompt.responses]),
        human=np.concatenate([np.asarray(prompt.human, dtype=np.float64) for prompt in prompts]),
        first=first,
    )


def training_lines(prompts: Sequence[Rated], columns: Columns, lineage: NDArray[np.int8]) -> list[dict[str, Any]]:
    """Training lines of what is kept, ranked as the platform ranks it: cycles merged, pairs that a path backs."""
    kept = np.flatnonzero(lineage == Lineage.KEPT)
    by_prompt: dict[int, list[Comparison[str]]] = {}
    for place in kept.tolist():
        prompt = int(columns.prompt[place])
        texts, start = prompts[prompt].responses, columns.first[prompt]
        a, b = (response_id(texts[column[place] - start]) for column in (columns.a, columns.b))
        verdict: Verdict = "a" if columns.verdict[place] > 0 else "b"
        by_prompt.setdefault(prompt, []).append(Comparison(a, b, verdict))
    lines = [_line(prompts[prompt], comparisons) for prompt, comparisons in sorted(by_prompt.items())]
    return [line for line in lines if line["annotations"]]


def _line(prompt: Rated, comparisons: Sequence[Comparison[str]]) -> dict[str, Any]:
    nodes = [response_id(text) for text in prompt.responses]
    ranking = rank_prompt(nodes, comparisons)
    pairs = supported_pairs(nodes, comparisons, ranking)
    return {
        "input": prompt.text,
        "responses": [{"id": node, "content": text} for node, text in zip(nodes, prompt.responses, strict=True)],
        "annotations": [[winner, loser, "1"] for winner, loser in sorted(pairs)],
    }


def human_pairs(prompts: Iterable[Rated]) -> list[Pair]:
    """The pairs that people's stars order."""
    return [
        Pair(prompt.text, prompt.responses[i], prompt.responses[j], SOURCE, "eval")
        for prompt in prompts
        for i in range(len(prompt.responses))
        for j in range(len(prompt.responses))
        if prompt.human[i] > prompt.human[j]
    ]
