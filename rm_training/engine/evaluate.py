"""python -m rm_training.engine.evaluate: a reward model's figures on the benchmark (PROTOCOL 10)."""

import argparse
from pathlib import Path

from rm_training.engine.command import EXIT_CODES, add_scoring_options, run_command, show_progress
from rm_training.engine.config import SUBSETS
from rm_training.engine.data import read_benchmark
from rm_training.engine.files import write_json


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m rm_training.engine.evaluate",
        description="Benchmark a reward model.",
        epilog=EXIT_CODES,
    )
    add_scoring_options(parser)
    parser.add_argument(
        "--benchmark", required=True, action="append", type=_subset, metavar="open|human=FILE", dest="subsets"
    )
    parser.add_argument("--output", required=True, type=Path, help="JSON file of the figures")
    options = parser.parse_args(arguments)
    return run_command(lambda: benchmark(options))


def _subset(text: str) -> tuple[str, Path]:
    subset, _, path = text.partition("=")
    if subset not in SUBSETS or not path:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form open=FILE or human=FILE")
    return subset, Path(path)


def benchmark(options: argparse.Namespace) -> None:
    subsets = {subset: read_benchmark(path) for subset, path in options.subsets}
    # torch and transformers take seconds to import: --help and bad input do not wait for them.
    from rm_training.engine.inference import evaluate
    from rm_training.engine.model import Runtime, load_for_scoring, sample_limit

    model = load_for_scoring(options.model, Runtime.choose(options.device, options.precision))
    limit = options.max_length or sample_limit(model)
    write_json(
        options.output,
        evaluate(model, subsets, max_length=limit, rows=options.batch_size, progress=show_progress),
    )


if __name__ == "__main__":
    raise SystemExit(main())
