"""python -m rm_training.engine.evaluate: a reward model's figures on the benchmark (PROTOCOL 10)."""

import argparse
from pathlib import Path
from typing import Any

from rm_training.engine.bar import Bar
from rm_training.engine.command import EXIT_CODES, add_scoring_options, load_model, run_command
from rm_training.engine.config import SUBSETS
from rm_training.engine.data import read_benchmark
from rm_training.engine.files import write_json


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m rm_training.engine.evaluate",
        description="Benchmark a reward model: accuracy and exact match by category with 95% intervals, calibration, "
        "rank correlations.",
        epilog=EXIT_CODES,
    )
    add_scoring_options(parser)
    files = parser.add_argument_group("files")
    files.add_argument(
        "--benchmark", required=True, action="append", type=_subset, metavar="open|human=FILE", dest="subsets",
        help="JSONL file of a subset; give the option twice for both, which also gives the overall figure",
    )  # fmt: skip
    files.add_argument("--output", required=True, type=Path, help="JSON file of the figures")
    files.add_argument(
        "--outcomes", type=Path, metavar="DIR",
        help="also write what lies behind them: the margin of every pair by subset, and disagreements.jsonl with the "
        "texts of the pairs that the model gets most wrong",
    )  # fmt: skip
    options = parser.parse_args(arguments)
    return run_command(lambda: evaluate(options))


def _subset(text: str) -> tuple[str, Path]:
    subset, _, path = text.partition("=")
    if subset not in SUBSETS or not path:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form open=FILE or human=FILE")
    return subset, Path(path)


def evaluate(options: argparse.Namespace) -> None:
    subsets = {subset: read_benchmark(path) for subset, path in options.subsets}
    scorer = load_model(options)
    # scipy too takes its time to import.
    from rm_training.engine.benchmark import benchmark, write_disagreements, write_outcomes

    benchmarked = benchmark(scorer, subsets, progress=Bar)
    if options.outcomes:
        write_outcomes(options.outcomes, benchmarked)
        write_disagreements(options.outcomes / "disagreements.jsonl", benchmarked)
    write_json(options.output, benchmarked.metrics)
    print(summary(benchmarked.metrics))


def summary(metrics: dict[str, Any]) -> str:
    """The figures that everybody asks for first, one line a subset."""
    lines = [
        f"{subset:8}accuracy {_shown(found, 'accuracy')}   exact match {_shown(found, 'exact_match')}   "
        f"{found['n_prompts']} prompts, {found['n_pairs']} pairs"
        for subset in SUBSETS
        if (found := metrics.get(subset))
    ]
    if metrics["overall"] is not None:
        lines.append(f"overall {_between(metrics['overall'], metrics['overall_interval'])}")
    return "\n".join(lines)


def _shown(found: dict[str, Any], name: str) -> str:
    return "none" if found["intervals"] is None else _between(found[name], found["intervals"][name])


def _between(figure: float, interval: list[float]) -> str:
    return f"{figure:.3f} [{interval[0]:.3f}, {interval[1]:.3f}]"


if __name__ == "__main__":
    raise SystemExit(main())
