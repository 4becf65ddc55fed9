"""Human preferences pair by pair, turned into the engine's files and read back as accuracies."""

import gzip
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

BOOTSTRAPS = 10_000
_NO_RESPONSE = "（空）"  # an answer of white space alone; the engine takes no empty text

Rewards = Mapping[tuple[str, str], float]


@dataclass(frozen=True)
class Pair:
    """One strict preference. `prompt` holds the earlier turns too, where there are any."""

    prompt: str
    chosen: str
    rejected: str
    source: str
    split: str  # train | eval, as the file says


@dataclass(frozen=True)
class Interval:
    """Accuracy of `n` pairs of `prompts` prompts, with its 95% interval from a bootstrap over prompts."""

    accuracy: float
    low: float
    high: float
    n: int
    prompts: int


def read_pairs(path: Path) -> list[Pair]:
    """The strict preferences of a .jsonl.gz of {prompt, response_a, response_b, preference, source, split}."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return [_pair(row) for row in rows if row["preference"] in ("a", "b")]


def _pair(row: dict[str, Any]) -> Pair:
    a, b = row["response_a"].strip() or _NO_RESPONSE, row["response_b"].strip() or _NO_RESPONSE
    chosen, rejected = (a, b) if row["preference"] == "a" else (b, a)
    turns = [f"用户：{question}\n助手：{answer}" for question, answer in row.get("history", [])]
    prompt = "\n".join([*turns, f"用户：{row['prompt']}"]) if turns else row["prompt"]
    return Pair(prompt, chosen, rejected, row["source"], row["split"])


def hold_out(pairs: Sequence[Pair], share: float) -> tuple[list[Pair], list[Pair]]:
    """`pairs` in two parts by a hash of the prompt, so that no prompt is in both; the second has about `share`."""
    kept: list[Pair] = []
    held: list[Pair] = []
    for pair in pairs:
        digest = hashlib.sha256(f"validation/{pair.prompt}".encode()).digest()
        (held if int.from_bytes(digest[:4], "big") < share * 2**32 else kept).append(pair)
    return kept, held


def response_id(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def write_cheems(path: Path, pairs: Iterable[Pair]) -> None:
    """The pairs as a training file of the engine, one line a prompt."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in _rows(pairs)), encoding="utf-8")


def _rows(pairs: Iterable[Pair]) -> Iterator[dict[str, Any]]:
    by_prompt: dict[str, list[Pair]] = {}
    for pair in pairs:
        by_prompt.setdefault(pair.prompt, []).append(pair)
    for prompt, own in by_prompt.items():
        texts = dict.fromkeys(text for pair in own for text in (pair.chosen, pair.rejected))
        yield {
            "input": prompt,
            "responses": [{"id": response_id(text), "content": text} for text in texts],
            "annotations": [[response_id(pair.chosen), response_id(pair.rejected), "1"] for pair in own],
        }


def read_rewards(path: Path) -> Rewards:
    """Rewards by (prompt, response id) from the engine's score file."""
    lines = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return {(line["input"], line["id"]): line["reward"] for line in lines}


def by_reward(pairs: Sequence[Pair], rewards: Rewards) -> list[float]:
    """1.0 where the chosen response has the higher reward, else 0.0: an equal reward is never right."""
    return [
        float(rewards[pair.prompt, response_id(pair.chosen)] > rewards[pair.prompt, response_id(pair.rejected)])
        for pair in pairs
    ]


def by_length(pairs: Sequence[Pair]) -> list[float]:
    """1.0 where the chosen response has more characters, 0.0 where fewer, 0.5 where neither."""
    return [0.5 + 0.5 * float(np.sign(len(pair.chosen) - len(pair.rejected))) for pair in pairs]


def accuracy(pairs: Sequence[Pair], right: Sequence[float], seed: int = 0) -> Interval:
    """Mean of `right`, and its 95% interval: percentiles over resamples of whole prompts, drawn with `seed`.

    Pairs of one prompt share responses and are no independent draws, so prompts are what is drawn.
    """
    number = {prompt: i for i, prompt in enumerate(dict.fromkeys(pair.prompt for pair in pairs))}
    where = np.array([number[pair.prompt] for pair in pairs])
    sums, counts = np.bincount(where, weights=right), np.bincount(where)
    drawn = np.random.default_rng(seed).integers(len(sums), size=(BOOTSTRAPS, len(sums)))
    low, high = np.percentile(sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1), [2.5, 97.5])
    return Interval(float(np.mean(right)), float(low), float(high), len(pairs), len(sums))
