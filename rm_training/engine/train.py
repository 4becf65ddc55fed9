"""python -m rm_training.engine.train run.json: trains a reward model (FORMATS 6), or resumes."""

import argparse
import atexit
import json
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import NoReturn

from rm_training.engine.command import EXIT_CODES, run_command
from rm_training.engine.config import TrainConfig
from rm_training.engine.errors import Stopped
from rm_training.engine.files import write_json


class StopSignal:
    """SIGTERM and SIGINT: leave at once where nothing is at stake, else after the step and a checkpoint."""

    def __init__(self) -> None:
        self.requested: int | None = None
        self.deferred = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._receive)

    def _receive(self, number: int, frame: FrameType | None) -> None:
        self.requested = number
        if not self.deferred:
            raise Stopped(number)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m rm_training.engine.train",
        description="Train a reward model as run.json says. Started again, a run cut short goes on "
        "from its last checkpoint. SIGTERM or SIGINT saves a checkpoint and leaves. Failures are also written "
        "to out/error.json.",
        epilog=EXIT_CODES,
    )
    parser.add_argument("run", type=Path, metavar="run.json")
    options = parser.parse_args(arguments)
    stop = StopSignal()
    return run_command(lambda: train(options.run, stop), lambda code, message: _record(options.run, code, message))


def train(path: Path, stop: StopSignal) -> None:
    config = TrainConfig.from_file(path)
    # torch and transformers take seconds to import: --help and a bad configuration do not wait for them.
    from rm_training.engine.loop import run

    run(config, stop)


def _record(run: Path, code: str, message: str) -> None:
    """Write out/error.json, unless the configuration names no folder or the folder cannot be written."""
    try:
        out = Path(json.loads(run.read_text(encoding="utf-8"))["out"])
        out.mkdir(parents=True, exist_ok=True)
        write_json(out / "error.json", {"error": code, "message": message})
    except (OSError, ValueError, KeyError, TypeError):
        return  # the message stands on stderr; the folder is what failed


def leave(code: int) -> NoReturn:
    """End the process. One among several does what is due at its exit, but does not take the interpreter down.

    Sharded weights keep the processes' connections alive past their end, and a connection's thread that lets go of a
    tensor while the interpreter is being taken down aborts the process: a run that is complete would count as failed.
    """
    if "WORLD_SIZE" not in os.environ:
        sys.exit(code)
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    leave(main())
