"""A stand-in for the engine's `evaluate` and `score`: no torch is loaded.

Measured, a model named …-N orders N in 100 pairs as people do; asked to score, it likes a response the more, the more
characters of "好" it has, less N thousandths of its length.

It obeys the same options, and writes the same files, as the engine. A model …-stuck waits for the end of the world the
first time it is asked, so that somebody may kill it; a model …-broken says why it cannot be loaded.
"""

import argparse
import json
import math
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def outcome(line: dict[str, Any], place: int, skill: int) -> dict[str, Any]:
    """Return what the model made of one prompt: of every hundred pairs the first `skill` are right."""
    pairs = line["annotations"]
    numbers = range(place * len(pairs), (place + 1) * len(pairs))
    margins = [1.5 if number * 37 % 100 < skill else -(number % 7) / 2 for number in numbers]
    said = [[winner, loser, margin] for (winner, loser, _), margin in zip(pairs, margins, strict=True)]
    return {"input": line["input"], "category": line["category"][0], "pairs": said}


def disagreements(subset: str, said: dict[str, Any], responses: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Return the pairs of a prompt that the model orders against people, with their texts."""
    texts = {one["id"]: one["content"] for one in responses}
    return [
        {
            "subset": subset,
            "category": said["category"],
            "input": said["input"],
            "winner": {"id": winner, "text": texts[winner]},
            "loser": {"id": loser, "text": texts[loser]},
            "margin": margin,
            "probability": 1 / (1 + math.exp(-margin)),
        }
        for winner, loser, margin in said["pairs"]
        if margin <= 0
    ]


def figures(outcomes: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the figures of a subset with one category."""
    right = [[margin > 0 for *_, margin in one["pairs"]] for one in outcomes]
    pairs = [each for one in right for each in one]
    scores = {"accuracy": sum(pairs) / len(pairs), "exact_match": sum(map(all, right)) / len(right)}
    counted = {**scores, "n_prompts": len(right), "n_pairs": len(pairs)}
    return {
        **counted,
        "micro": scores,
        "categories": {outcomes[0]["category"]: counted},
        "intervals": {name: [max(0.0, value - 0.1), min(1.0, value + 0.1)] for name, value in scores.items()},
        "ece": 0.05,
        "reliability": [{"low": 0.5, "high": 1.0, "n": len(pairs), "confidence": 0.8, "accuracy": scores["accuracy"]}],
    }


def lines(path: Path) -> Iterator[dict[str, Any]]:
    yield from map(json.loads, path.read_text(encoding="utf-8").splitlines())


def measure(benchmark: dict[str, Path], outcomes_dir: Path, skill: int) -> dict[str, Any]:
    """Write the outcomes of a model of that skill and return its metrics."""
    outcomes_dir.mkdir(parents=True, exist_ok=True)
    metrics: dict[str, Any] = {}
    wrong: list[dict[str, Any]] = []
    for subset, path in benchmark.items():
        said = [outcome(line, place, skill) for place, line in enumerate(lines(path))]
        text = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in said)
        (outcomes_dir / f"{subset}.jsonl").write_text(text, encoding="utf-8")
        metrics[subset] = figures(said)
        texts = {line["input"]: line["responses"] for line in lines(path)}
        wrong += [row for one in said for row in disagreements(subset, one, texts[one["input"]])]
    worst = sorted(wrong, key=lambda row: row["margin"])
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in worst)
    (outcomes_dir / "disagreements.jsonl").write_text(text, encoding="utf-8")
    four = [metrics[subset][name] for subset in metrics for name in ("accuracy", "exact_match")]
    return metrics | {"overall": sum(four) / 4 if len(four) == 4 else None}


def score(asked: Path, output: Path, progress: Path, skill: int) -> None:
    """Write a reward for each response, and how far that is."""
    prompts = list(lines(asked))
    rewards = [
        {"input": line["input"], "id": one["id"], "reward": liking(one["content"], skill)}
        for line in prompts
        for one in line["responses"]
    ]
    output.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rewards), encoding="utf-8")
    progress.write_text(json.dumps({"step": len(prompts), "total_steps": len(prompts)}) + "\n", encoding="utf-8")


def liking(text: str, skill: int) -> float:
    """Return how much a model of that skill likes a text."""
    return text.count("好") - skill * len(text) / 1000


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=["evaluate", "score"])
    parser.add_argument("--model", required=True)
    parser.add_argument("--adapter", required=True)
    parser.add_argument("--benchmark", action="append")
    parser.add_argument("--input", type=Path)
    parser.add_argument("--progress", type=Path)
    parser.add_argument("--output", required=True, type=Path)
    parser.add_argument("--outcomes", type=Path)
    parser.add_argument("--allow-code")
    options = parser.parse_args()
    name = options.model.rpartition("-")[2]
    asked = options.output.with_name("asked.json")
    first = not asked.exists()
    asked.write_text(json.dumps(sys.argv[1:]))
    if name == "stuck" and first:
        time.sleep(600)
    if name == "broken":
        why = {"error": "base_not_loadable", "message": f"The model {options.model} cannot be loaded: no weights"}
        Path("error.json").write_text(json.dumps(why))
        return 2
    skill = int(name) if name.isdigit() else 80
    if options.command == "score":
        score(options.input, options.output, options.progress, skill)
        return 0
    benchmark = {subset: Path(path) for subset, _, path in (one.partition("=") for one in options.benchmark)}
    options.output.write_text(json.dumps(measure(benchmark, options.outcomes, skill)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
