"""python -m rm_training.engine.score: one line per response, {"input", "id", "reward"}."""

import argparse
import json
from pathlib import Path

from rm_training.engine.bar import Bar
from rm_training.engine.command import EXIT_CODES, add_scoring_options, load_model, run_command
from rm_training.engine.data import read_training
from rm_training.engine.files import write_text


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
    options = parser.parse_args(arguments)
    return run_command(lambda: score(options))


def score(options: argparse.Namespace) -> None:
    prompts = read_training([options.input])
    rewards = load_model(options).rewards(prompts, Bar("scoring"))
    lines = (
        {"input": prompt.text, "id": response_id, "reward": reward}
        for prompt, values in zip(prompts, rewards, strict=True)
        for response_id, reward in zip(prompt.response_ids, values, strict=True)
    )
    write_text(options.output, "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))


if __name__ == "__main__":
    raise SystemExit(main())
