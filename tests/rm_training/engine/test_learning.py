"""A tiny model with random weights learns a preference that length does not betray, on each of the paths."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from rm_training.engine.tiny import build_tiny
from tests.rm_training.engine.conftest import Workshop
from tests.rm_training.engine.samples import questions, write_lines


def even_rows(count: int, seed: int) -> list[dict[str, Any]]:
    """Prompts with two good and two bad responses of the same length, in random order."""
    draw = random.Random(seed)
    return [_even_row(draw, ask, thing) for ask, thing in draw.sample(questions(), count)]


def _even_row(draw: random.Random, ask: str, thing: str) -> dict[str, Any]:
    ids = draw.sample(["r0", "r1", "r2", "r3"], 4)
    texts = dict(zip(ids, [f"{thing}很好。"] * 2 + [f"{thing}很坏。"] * 2, strict=True))
    return {
        "input": ask.format(thing),
        "responses": [{"id": name, "content": texts[name]} for name in draw.sample(ids, 4)],
        "annotations": [[good, bad, "1"] for good in ids[:2] for bad in ids[2:]],
        "category": ["常识"],
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"objective": "discriminative"},
        {"objective": "generative"},
        {"objective": "joint", "gamma": 1.0},
    ],
    ids=lambda changes: changes["objective"],
)
def test_a_tiny_model_learns_what_is_preferred(tmp_path: Path, changes: dict[str, Any]) -> None:
    rows = even_rows(60, seed=3)
    train = write_lines(tmp_path / "train.jsonl", rows[:48])
    benchmark = {"open": str(write_lines(tmp_path / "open.jsonl", rows[48:]))}
    build_tiny([train], tmp_path / "base", vocab=500, hidden=64, layers=2)

    out = Workshop(tmp_path, tmp_path / "base", train).train(
        "run", epochs=10, batch_responses=32, learning_rate=3e-3, warmup_ratio=0.05, benchmark=benchmark, **changes
    )

    measured = json.loads((out / "metrics.json").read_text())
    assert measured["open"]["accuracy"] > 0.9
    assert measured["open"]["ece"] < 0.4
    if changes["objective"] == "generative":
        assert measured["open"]["consistency"] > 0.9
        assert measured["open"]["unreadable"] < 0.1
    if changes["objective"] == "joint":
        assert measured["judge"]["open"]["accuracy"] > 0.9
        assert measured["judge"]["agreement"] > 0.9
