"""Whether the engine learns real human preferences: python -m bench.rm.learn human_preferences.jsonl.gz

Trains a small model from scratch, on a base with random weights made from the training text alone, on the
strict preferences of the file's split `train`, and judges the pairs of its split `eval`, whose prompts it has
never seen. Chance is 0.5; beside it stands the rule that the longer response wins. All of it runs through the
engine's own commands on the CPU. Fails unless the 95% interval over all pairs is above 0.5.

Part of the training prompts is held out. SETTINGS were chosen by --validate, which judges those instead and never
looks at `eval`; both judge the same model, and a run cut short goes on where it was, so that the second of the
two only has to score.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.rm.preferences import (
    Interval,
    Pair,
    accuracy,
    by_length,
    by_reward,
    hold_out,
    read_pairs,
    read_rewards,
    write_cheems,
)
from bench.rm.report import circumstances, table, this_command, write_section

VALIDATION_SHARE = 0.15
BASE = {"vocab": 4000, "hidden": 64, "layers": 1}
SETTINGS = {
    "max_length": 512, "truncate": "left", "learning_rate": 1e-3, "epochs": 1, "batch_responses": 32,
    "regularization": 0.01, "token_budget": 8192, "device": "cpu",
}  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.rm.learn", description=str(__doc__).partition("\n\n")[2])
    parser.add_argument("data", type=Path, help=".jsonl.gz of human preferences, pair by pair")
    parser.add_argument("--validate", action="store_true", help="judge the held-out training prompts instead of eval")
    parser.add_argument("--work", type=Path, default=Path("var/bench-learn"), help="folder of base, run and scores")
    parser.add_argument("--write-results", action="store_true", help="put the figures into bench/rm/RESULTS.md")
    options = parser.parse_args()
    train, judged = split(read_pairs(options.data), validate=options.validate)
    work = options.work.resolve()
    learn(train, work)
    rewards = read_rewards(score(judged, work))
    rows, everything = figures(judged, by_reward(judged, rewards))
    lines = [
        *circumstances("cpu", this_command("bench.rm.learn")),
        f"- Base: {BASE}, random weights; settings: {SETTINGS}",
        f"- {len(train):,} training pairs, {training_seconds(work):,.0f} s of training",
        "- Intervals: 95%, bootstrap over prompts. An equal reward is wrong; an equal length counts half.",
        "", *table(["Source", "pairs", "prompts", "accuracy", "longer one wins"], rows),
    ]  # fmt: skip
    print("\n".join(lines))
    if options.write_results:
        write_section("learn", "Real human preferences, a small model from scratch", lines)
    return 0 if everything.low > 0.5 else 1


def split(pairs: Sequence[Pair], *, validate: bool) -> tuple[list[Pair], list[Pair]]:
    """The pairs to learn from and those to judge; they share no prompt."""
    train, held = hold_out([pair for pair in pairs if pair.split == "train"], VALIDATION_SHARE)
    return train, held if validate else [pair for pair in pairs if pair.split == "eval"]


def learn(train: Sequence[Pair], work: Path) -> None:
    """Base and training by the engine's commands, in `work`."""
    work.mkdir(parents=True, exist_ok=True)
    write_cheems(work / "train.jsonl", train)
    sizes = [text for name, size in BASE.items() for text in (f"--{name}", str(size))]
    engine("tiny", "--text", str(work / "train.jsonl"), "--out", str(work / "base"), *sizes)
    run = {"base": str(work / "base"), "train": [str(work / "train.jsonl")], "out": str(work / "run"), **SETTINGS}
    (work / "run.json").write_text(json.dumps(run), encoding="utf-8")
    engine("train", str(work / "run.json"))


def training_seconds(work: Path) -> float:
    metrics = json.loads((work / "run" / "metrics.json").read_text(encoding="utf-8"))
    return float(metrics["training"]["seconds"])


def score(judged: Sequence[Pair], work: Path) -> Path:
    """The file of the rewards of `judged`."""
    write_cheems(work / "judged.jsonl", judged)
    engine(
        "score", "--model", str(work / "run" / "model"), "--input", str(work / "judged.jsonl"),
        "--output", str(work / "scores.jsonl"), "--max-length", str(SETTINGS["max_length"]), "--device", "cpu",
    )  # fmt: skip
    return work / "scores.jsonl"


def engine(command: str, *arguments: str) -> None:
    """Run one of the engine's commands to its end."""
    subprocess.run(
        [sys.executable, "-m", f"rm_training.engine.{command}", *arguments],
        check=True,
        env=os.environ | {"TOKENIZERS_PARALLELISM": "true"},
    )


def figures(pairs: Sequence[Pair], right: Sequence[float]) -> tuple[list[list[str]], Interval]:
    """A row for each source and one for all, which is also given as figures."""
    rows = []
    longer = by_length(pairs)
    for source in sorted({pair.source for pair in pairs}):
        own = [i for i, pair in enumerate(pairs) if pair.source == source]
        chosen = [pairs[i] for i in own]
        rows.append(_row(source, accuracy(chosen, [right[i] for i in own]), accuracy(chosen, [longer[i] for i in own])))
    everything = accuracy(pairs, right)
    return [*rows, _row("all", everything, accuracy(pairs, longer))], everything


def _row(name: str, model: Interval, longer: Interval) -> list[str]:
    return [name, f"{model.n:,}", f"{model.prompts:,}", _shown(model), _shown(longer)]


def _shown(interval: Interval) -> str:
    return f"{interval.accuracy:.3f} ({interval.low:.3f} to {interval.high:.3f})"


if __name__ == "__main__":
    sys.exit(main())
