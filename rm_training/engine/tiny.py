"""python -m rm_training.engine.tiny: a small Qwen2 base with random weights, made from your text.

It knows nothing and is no model to judge with; it lets the whole chain run for real on a CPU without a
download.
"""

import argparse
import gzip
import json
import random
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from rm_training.engine.command import EXIT_CODES, run_command
from rm_training.engine.errors import EngineError
from rm_training.engine.judge_template import judge_messages
from rm_training.engine.tiny_design import HEAD_SIZE

# Characters; a tokenizer of a few thousand tokens gains nothing from more text than this.
_ENOUGH_TEXT = 2_000_000

_TEXT_KEYS = {"prompt", "input", "system", "text", "content", "answer1", "answer2"}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m rm_training.engine.tiny", description="Build a tiny base model for runs on a CPU.",
        epilog=EXIT_CODES,
    )  # fmt: skip
    parser.add_argument("--text", required=True, nargs="+", type=Path, help="plain text, or JSONL of prompts (.gz too)")
    parser.add_argument("--out", required=True, type=Path, help="folder to write")
    parser.add_argument("--vocab", type=int, default=4000, help="tokens, at least 300 (default: 4000)")
    parser.add_argument("--hidden", type=int, default=128, help=f"width, a multiple of {HEAD_SIZE} (default: 128)")
    parser.add_argument("--layers", type=int, default=2, help="layers (default: 2)")
    parser.add_argument("--seed", type=int, default=0, help="of the random weights (default: 0)")
    options = parser.parse_args(arguments)
    return run_command(
        lambda: build_tiny(
            options.text,
            options.out,
            vocab=options.vocab,
            hidden=options.hidden,
            layers=options.layers,
            seed=options.seed,
        )
    )


def build_tiny(
    files: Iterable[Path], out: Path, *, vocab: int = 4000, hidden: int = 128, layers: int = 2, seed: int = 0
) -> None:
    """Write tokenizer, chat template, configuration and weights (safetensors) to `out`.

    Raises EngineError `invalid_size`, `data_not_readable`, `no_text`.
    """
    if vocab < 300 or hidden < HEAD_SIZE or hidden % HEAD_SIZE or layers < 1:
        raise EngineError(
            "invalid_size",
            f"vocab must be at least 300, hidden a multiple of {HEAD_SIZE}, layers at least 1.",
        )
    texts = _sample([text for path in files for text in texts_of(path)], seed)
    if not texts:
        raise EngineError("no_text", "The text files hold no text to train a tokenizer on.")
    # So that a judge's question, which stands in every sample of a judge, is a few tokens and not one a byte.
    [asked] = judge_messages("", "", "")
    texts += [asked["content"]] * max(10, len(texts) // 10)
    # torch and transformers take seconds to import: --help and bad input do not wait for them.
    from rm_training.engine.tiny_model import make_network, make_tokenizer

    tokenizer = make_tokenizer(texts, vocab)
    network = make_network(tokenizer, hidden, layers, seed)
    out.mkdir(parents=True, exist_ok=True)
    tokenizer.save_pretrained(out)
    network.save_pretrained(out)


def texts_of(path: Path) -> Iterator[str]:
    """The lines of a text file, or the prompts and responses of a JSONL file, gzipped or not."""
    is_json = ".jsonl" in path.suffixes
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
            for line in file:
                if line.strip():
                    yield from _texts_in(json.loads(line)) if is_json else (line,)
    except (OSError, ValueError) as error:
        raise EngineError("data_not_readable", f"{path} cannot be read: {error}.") from error


def _sample(texts: list[str], seed: int) -> list[str]:
    """Texts in random order, as many as make up enough to train a tokenizer on."""
    random.Random(seed).shuffle(texts)
    total = 0
    chosen = []
    for text in texts:
        if total >= _ENOUGH_TEXT:
            break
        chosen.append(text)
        total += len(text)
    return chosen


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _texts_in(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in _TEXT_KEYS and isinstance(item, str):
                yield item
            else:
                yield from _texts_in(item)


if __name__ == "__main__":
    raise SystemExit(main())
