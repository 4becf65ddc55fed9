"""What the engine's commands share: exit codes, messages, options of scoring. Imports nothing heavy."""

import argparse
import os
import sys
import traceback
from collections.abc import Callable

from rm_training.engine.errors import EXIT_FAILED, EXIT_NAMED_ERROR, Stopped, named_error

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
    parser.add_argument("--model", required=True, help="folder or name of a reward model")
    parser.add_argument("--batch-size", type=_positive, default=16, help="responses of one pass (default: 16)")
    parser.add_argument("--max-length", type=_positive, help="tokens of a sample (default: the model's own limit)")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument("--precision", choices=("auto", "bf16", "fp32"), default="auto")


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value


def show_progress(done: int, total: int) -> None:
    end = "\n" if done == total or not sys.stderr.isatty() else "\r"
    print(f"scored {done}/{total} responses", end=end, file=sys.stderr, flush=True)
