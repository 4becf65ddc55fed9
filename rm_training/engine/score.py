"""python -m rm_training.engine.score: one line per response, {"input", "id", "reward"}."""

import argparse
import json
from pathlib import Path

from rm_training.engine.command import EXIT_CODES, add_scoring_options, run_command, show_progress
from rm_training.engine.data import read_training


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m rm_training.engine.score",
        description="Score responses with a reward model.",
        epilog=EXIT_CODES,
    )
    add_scoring_options(parser)
    parser.add_argument("--input", required=True, type=Path, help="JSONL file of prompts with responses")
    parser.add_argument("--output", required=True, type=Path, help='JSONL file of {"input", "id", "reward"}')
    options = parser.parse_args(arguments)
    return run_command(lambda: score(options))


def score(options: argparse.Namespace) -> None:
    prompts = read_training([options.input])
    # torch and transformers take seconds to import: --help and bad input do not wait for them.
    from rm_training.engine.inference import rewards_of
    from rm_training.engine.model import Runtime, load_for_scoring, sample_limit

    model = load_for_scoring(options.model, Runtime.choose(options.device, options.precision))
    limit = options.max_length or sample_limit(model)
    rewards = rewards_of(model, prompts, max_length=limit, rows=options.batch_size, progress=show_progress)
    temporary = options.output.with_name(options.output.name + ".tmp")
    with temporary.open("w", encoding="utf-8") as file:
        for prompt, values in zip(prompts, rewards, strict=True):
            for response_id, reward in zip(prompt.response_ids, values, strict=True):
                line = {"input": prompt.text, "id": response_id, "reward": reward}
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
    temporary.replace(options.output)


if __name__ == "__main__":
    raise SystemExit(main())
