"""The three objectives side by side on real human preferences: python -m bench.rm.objectives human_preferences.jsonl.gz

From one small base with random weights the engine trains a reward head, a judge that writes its verdict, and both on
one backbone, on the same pairs with the same settings, and benchmarks each on the same held-out prompts (the file's
split `eval`). Of the joint model both heads are measured, and the share of pairs on which they agree. All of it runs
through the engine's own commands on the CPU; a run cut short goes on where it was.
"""

import argparse
import json
import resource
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.rm.learn import BASE, engine
from bench.rm.preferences import Pair, hold_out, read_pairs, write_cheems
from bench.rm.report import circumstances, table, this_command, write_section

SETTINGS = {
    "max_length": 512, "truncate": "left", "learning_rate": 1e-3, "epochs": 1, "batch_responses": 32,
    "regularization": 0.01, "token_budget": 8192, "device": "cpu",
}  # fmt: skip
OBJECTIVES: dict[str, dict[str, Any]] = {
    "discriminative": {"objective": "discriminative"},
    "generative": {"objective": "generative"},
    "joint": {"objective": "joint", "gamma": 1.0},
}
HEADER = ["Objective", "read by", "accuracy", "exact match", "ECE", "unreadable", "heads agree", "training, CPU s"]


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.rm.objectives", description=str(__doc__).partition("\n\n")[2]
    )
    parser.add_argument("data", type=Path, help=".jsonl.gz of human preferences, pair by pair")
    parser.add_argument("--share", type=float, default=1.0, help="of the training prompts that are used")
    parser.add_argument("--work", type=Path, default=Path("var/bench-objectives"), help="folder of base and runs")
    parser.add_argument("--write-results", action="store_true", help="put the figures into bench/rm/RESULTS.md")
    options = parser.parse_args()
    pairs = read_pairs(options.data)
    _unused, train = hold_out([pair for pair in pairs if pair.split == "train"], options.share)
    judged = [pair for pair in pairs if pair.split == "eval"]
    rows = [row for name in OBJECTIVES for row in measured(name, train, judged, options.work.resolve())]
    lines = [
        *circumstances("cpu", this_command("bench.rm.objectives")),
        f"- Base: {BASE}, random weights; settings: {SETTINGS}; gamma of joint: {OBJECTIVES['joint']['gamma']}",
        f"- {len(train):,} training pairs, {len(judged):,} judged; intervals: 95%, bootstrap over prompts",
        "- A verdict that cannot be read is wrong. A judge reads every pair in both orders.",
        "", *table(HEADER, rows),
    ]  # fmt: skip
    print("\n".join(lines))
    if options.write_results:
        write_section("objectives", "The three objectives on real human preferences", lines)
    return 0


def measured(name: str, train: list[Pair], judged: list[Pair], work: Path) -> list[list[str]]:
    """The rows of one objective: one for each head."""
    metrics = trained(name, train, judged, work)
    seconds = f"{metrics['cpu_seconds']:,.0f}"
    reader = "verdict" if name == "generative" else "reward head"
    rows = [_row(name, reader, metrics["human"], "", seconds)]
    if judge := metrics.get("judge"):
        rows.append(_row(name, "verdict", judge["human"], f"{judge['agreement']:.3f}", ""))
    return rows


def trained(name: str, train: list[Pair], judged: list[Pair], work: Path) -> dict[str, Any]:
    """The engine's metrics of one objective, and the CPU seconds of its run; from the file if it was run before."""
    out = work / name
    kept = out / "measured.json"
    if kept.exists():
        return dict(json.loads(kept.read_text(encoding="utf-8")))
    work.mkdir(parents=True, exist_ok=True)
    for file, rows in (("train.jsonl", train), ("judged.jsonl", judged)):
        write_cheems(work / file, rows)
    if not (work / "base").exists():
        sizes = [text for size, value in BASE.items() for text in (f"--{size}", str(value))]
        engine("tiny", "--text", str(work / "train.jsonl"), "--out", str(work / "base"), *sizes)
    run = {
        "base": str(work / "base"), "train": [str(work / "train.jsonl")], "out": str(out),
        "benchmark": {"human": str(work / "judged.jsonl")}, **SETTINGS, **OBJECTIVES[name],
    }  # fmt: skip
    (work / f"{name}.json").write_text(json.dumps(run), encoding="utf-8")
    before = _children_seconds()
    engine("train", str(work / f"{name}.json"))
    metrics = json.loads((out / "metrics.json").read_text(encoding="utf-8"))
    metrics["cpu_seconds"] = _children_seconds() - before
    kept.write_text(json.dumps(metrics), encoding="utf-8")
    return dict(metrics)


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _row(name: str, reader: str, figures: Mapping[str, Any], agreement: str, seconds: str) -> list[str]:
    unreadable = figures.get("unreadable")
    return [
        name, reader, _shown(figures, "accuracy"), _shown(figures, "exact_match"), f"{figures['ece']:.3f}",
        "" if unreadable is None else f"{unreadable:.3f}", agreement, seconds,
    ]  # fmt: skip


def _shown(figures: Mapping[str, Any], name: str) -> str:
    low, high = figures["intervals"][name]
    return f"{figures[name]:.3f} ({low:.3f} to {high:.3f})"


if __name__ == "__main__":
    sys.exit(main())
