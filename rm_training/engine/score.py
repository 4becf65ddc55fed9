"""python -m rm_training.engine.score: one line per response, {"input", "id", "reward"}."""

import argparse
import json
import time
from pathlib import Path

from rm_training.engine.bar import Bar
from rm_training.engine.command import EXIT_CODES, add_scoring_options, load_model, run_command
from rm_training.engine.data import read_training
from rm_training.engine.files import write_text
from rm_training.engine.scorer import Progress

REPORT_SECONDS = 0.5


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m rm_training.engine.score",
        description="Score responses with a reward model. A judge of pairs compares all the responses of a prompt; "
        "the reward of each is its mean log-odds against the others.",
        epilog=EXIT_CODES,
    )
    add_scoring_options(parser)
    files = parser.add_argument_group("files")
    files.add_argument("--input", required=True, type=Path, help="JSONL file of prompts with responses")
    files.add_argument("--output", required=True, type=Path, help='JSONL file of {"input", "id", "reward"}')
    files.add_argument("--progress", type=Path, help='JSONL file to append {"step", "total_steps"} to, in prompts')
    options = parser.parse_args(arguments)
    return run_command(lambda: score(options))


def reporting(path: Path | None) -> Progress:
    """Progress that is shown at the shell, and written to a file for whoever follows it."""
    bar = Bar("scoring")
    last = 0.0

    def report(done: int, total: int) -> None:
        nonlocal last
        bar(done, total)
        if path is not None and (done == total or time.monotonic() - last >= REPORT_SECONDS):
            last = time.monotonic()
            with path.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"step": done, "total_steps": total}) + "\n")

    return report


def score(options: argparse.Namespace) -> None:
    prompts = read_training([options.input])
    rewards = load_model(options).rewards(prompts, reporting(options.progress))
    lines = (
        {"input": prompt.text, "id": response_id, "reward": reward}
        for prompt, values in zip(prompts, rewards, strict=True)
        for response_id, reward in zip(prompt.response_ids, values, strict=True)
    )
    write_text(options.output, "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))


if __name__ == "__main__":
    raise SystemExit(main())
