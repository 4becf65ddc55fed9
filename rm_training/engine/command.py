"""What the engine's commands share: exit codes, messages, options of scoring. Imports nothing heavy."""

import argparse
import math
import os
import sys
import traceback
from collections.abc import Callable

from rm_training.engine.errors import EXIT_FAILED, EXIT_NAMED_ERROR, Stopped, named_error
from rm_training.engine.scorer import Scorer

EXIT_CODES = "exit codes: 0 done, 1 unexpected failure, 2 named error, 128+n stopped by signal n (143: SIGTERM)"


def run_command(work: Callable[[], None], on_error: Callable[[str, str], None] = lambda code, message: None) -> int:
    """Do `work`; its outcome as an exit code. `on_error` is told code and message of a failure."""
    # Read when torch is loaded. By default its idle threads spin, which on a machine shared with the site and
    # its workers makes a run more than twice as slow.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        work()
    except Stopped as stopped:
        print(str(stopped), file=sys.stderr)
        return stopped.exit_code
    except Exception as error:  # the edge of the process: every failure ends as a code and a message
        known = named_error(error)
        if known is None:
            traceback.print_exc()
            on_error("unexpected", f"{type(error).__name__}: {error}")
            return EXIT_FAILED
        print(f"error: {known.code}: {known.message}", file=sys.stderr)
        on_error(known.code, known.message)
        return EXIT_NAMED_ERROR
    return 0


def add_scoring_options(parser: argparse.ArgumentParser) -> None:
    model = parser.add_argument_group("the model")
    model.add_argument("--model", required=True, help="folder, Hugging Face name or modelscope:NAME of a reward model")
    model.add_argument(
        "--adapter", choices=("auto", "chat", "pair", "value_head", "generative"), default="auto",
        help="what kind of model it is: chat, a scalar head on the chat template's text; pair, an encoder that reads "
        "question and answer; value_head, a language model saved with a value head; generative, a language model "
        "that judges pairs (default: auto, by the names of its tensors, never generative)",
    )  # fmt: skip
    model.add_argument(
        "--weights", type=_numbers, metavar="W1,W2,...",
        help="what each reward of a model that gives several counts; write --weights=-1,2 if the first is negative",
    )  # fmt: skip
    model.add_argument(
        "--allow-code", metavar="SHA256",
        help="let the *.py files in the model's folder run, if together they have this hash; an error names it",
    )  # fmt: skip
    machine = parser.add_argument_group("the machine")
    machine.add_argument("--max-length", type=_positive, help="tokens of a sample (default: the model's own limit)")
    machine.add_argument(
        "--token-budget", type=_positive, default=16384,
        help="tokens of one pass, padding included; does not change a reward (default: 16384)",
    )  # fmt: skip
    machine.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    machine.add_argument(
        "--precision", choices=("auto", "bf16", "fp32"), default="auto", help="auto: bf16 on a GPU, else fp32"
    )


def load_model(options: argparse.Namespace) -> Scorer:
    """The model that the options of add_scoring_options name."""
    # torch and transformers take seconds to import: --help and bad input do not wait for them.
    from rm_training.engine.adapters import Options, load_scorer
    from rm_training.engine.model import Runtime

    chosen = Options(
        adapter=options.adapter, allowed_code=options.allow_code, weights=options.weights,
        max_length=options.max_length, token_budget=options.token_budget,
    )  # fmt: skip
    print(f"loading {options.model}", file=sys.stderr)
    return load_scorer(options.model, Runtime.choose(options.device, options.precision), chosen)


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value


def _numbers(text: str) -> tuple[float, ...]:
    values = tuple(float(part) for part in text.split(","))
    if not all(map(math.isfinite, values)):
        raise argparse.ArgumentTypeError("must be finite numbers")
    return values
