"""The comparisons that all trainers are given: made ones of counted lengths, or prompts of a file with made ranks."""

import gzip
import json
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

RESPONSES = 5
PAIRS = RESPONSES * (RESPONSES - 1) // 2
MAX_LENGTH = 2048  # tokens of a sample

# Counted on real prompts with five responses, in tokens; the spread is that of a lognormal distribution.
PROMPT_MEAN, RESPONSE_MEAN, SPREAD = 138, 268, 0.6
_MOST_PROMPT, _MOST_RESPONSE = 600, 1400
CHARACTERS = [chr(0x4E00 + 7 * i) for i in range(2000)]


@dataclass(frozen=True)
class Ranked:
    """A prompt with its responses, best first."""

    prompt: str
    responses: tuple[str, ...]


def made(count: int, seed: int = 0) -> list[Ranked]:
    """`count` prompts of random CHARACTERS, which a tokenizer made from those alone takes for a token each."""
    draw = random.Random(seed)

    def text(mean: int, most: int) -> str:
        # exp(mu + spread^2 / 2) is a lognormal's mean
        length = round(draw.lognormvariate(math.log(mean) - SPREAD**2 / 2, SPREAD))
        return "".join(draw.choices(CHARACTERS, k=min(max(length, 4), most)))

    return [
        Ranked(text(PROMPT_MEAN, _MOST_PROMPT), tuple(text(RESPONSE_MEAN, _MOST_RESPONSE) for _ in range(RESPONSES)))
        for _ in range(count)
    ]


def from_file(path: Path, count: int, seed: int = 0) -> list[Ranked]:
    """`count` prompts of a JSONL file (.gz too) of prompts with responses, five of each in a random order.

    Speed does not depend on which response is the better one, so the ranks are drawn. Raises ValueError
    where the file has too few prompts that fit.
    """
    draw = random.Random(seed)
    ranked = list(_of_file(path, draw))
    if len(ranked) < count:
        raise ValueError(f"{path} has {len(ranked)} prompts with {RESPONSES} responses that fit, not {count}")
    return draw.sample(ranked, count)


def _of_file(path: Path, draw: random.Random) -> Iterator[Ranked]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            room = MAX_LENGTH // 2 - len(row["prompt"])  # characters: Chinese texts have about a token each, or less
            texts = list(dict.fromkeys(item["text"] for item in row["responses"] if 0 < len(item["text"]) <= room))
            if len(texts) >= RESPONSES:
                yield Ranked(row["prompt"], tuple(draw.sample(texts, RESPONSES)))


def write_cheems(path: Path, items: list[Ranked]) -> Path:
    """The engine's format: one line a prompt, with all its pairs."""
    return _write(path, (
        {
            "input": item.prompt,
            "responses": [{"id": str(i), "content": text} for i, text in enumerate(item.responses)],
            "annotations": [[str(a), str(b), "1"] for a, b in combinations(range(len(item.responses)), 2)],
        }
        for item in items
    ))  # fmt: skip


def write_trl(path: Path, items: list[Ranked]) -> Path:
    """TRL's explicit conversational format: one line a pair."""
    return _write(path, (
        {
            "prompt": [{"role": "user", "content": item.prompt}],
            "chosen": [{"role": "assistant", "content": chosen}],
            "rejected": [{"role": "assistant", "content": rejected}],
        }
        for item in items
        for chosen, rejected in combinations(item.responses, 2)
    ))  # fmt: skip


def _write(path: Path, rows: Iterator[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path
