"""Runs the engine as a child process: starts it, follows its progress file, stops it, says how it ended.

CUDA must never be initialised in a Celery process, and a crash of the engine must not take the worker with it; so
nothing of the engine, and nothing of Django, is imported here. The child leads a process group of its own, hears of
its worker's death (tether.py), and leaves its process id in the run folder, so that whoever takes the run over can
stop it first.
"""

import contextlib
import errno
import json
import math
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parent.parent
PID_FILE = "engine.pid"
LOG_FILE = "log.txt"
SECRETS = ("SECRET_KEY", "DATABASE_URL", "CELERY_BROKER_URL")
POLL_SECONDS = 0.5
# Saving the checkpoint of a large model takes minutes; the worker's heartbeat goes on meanwhile.
GRACE_SECONDS = 300.0
TAIL_LINES = 20
TAIL_BYTES = 16 * 1024
FULL_BYTES = 64 * 1024
EXIT_TERMINATED = 128 + signal.SIGTERM
KILLED_CODES = (EXIT_TERMINATED, -signal.SIGTERM, -signal.SIGKILL)
# What torchrun, which itself ends with 1, reports of the process of its group that failed first.
ROOT_CAUSE = re.compile(r"Root Cause.*?exitcode\s*: (-?\d+)", re.DOTALL)


class Order(StrEnum):
    """What the child is to do: go on, stop in order (twice for different reasons), or stop at once, unsaved."""

    GO = "go"
    CANCEL = "cancel"
    INTERRUPT = "interrupt"
    ABANDON = "abandon"


class Ending(StrEnum):
    """How a child ended. `KILLED`: by a signal from outside, which says nothing against the run itself."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"
    ABANDONED = "abandoned"
    KILLED = "killed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a child ended; `code` and `message` say why, for FAILED and KILLED."""

    ending: Ending
    code: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Position:
    """How far the engine says it is, in optimiser steps; 0 of 0 as long as it has not said anything."""

    step: int = 0
    total_steps: int = 0

    @property
    def benchmarking(self) -> bool:
        """Tell whether every step is done, so that only the benchmark and the saving of the model are left."""
        return 0 < self.total_steps <= self.step


def engine_command(module: str, *arguments: str) -> list[str]:
    """Return the command line for a module of the engine; -P keeps the run folder off the import path."""
    return [sys.executable, "-P", "-m", f"rm_training.engine.{module}", *arguments]


def training_command(configuration: Path, processes: int) -> list[str]:
    """Return the command line of a training run; several processes are started, and stopped in order, by torchrun."""
    if processes == 1:
        return engine_command("train", str(configuration))
    together = ["--standalone", "--nproc-per-node", str(processes), "--shutdown-timeout", str(round(GRACE_SECONDS))]
    module = ["-m", "rm_training.tether", "0", *engine_command("train", str(configuration))]
    return [sys.executable, "-P", "-m", "torch.distributed.run", *together, *module]


def engine_environment() -> dict[str, str]:
    """Return this process's environment less the site's secrets: a base model's files are not ours."""
    environment = {name: value for name, value in os.environ.items() if name not in SECRETS}
    paths = [str(PROJECT_ROOT), *filter(None, [environment.get("PYTHONPATH")])]
    return environment | {
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONUNBUFFERED": "1",
        "PYTHONUTF8": "1",
        "PYTHONSAFEPATH": "1",
    }


def follow(
    command: list[str],
    folder: Path,
    *,
    ask: Callable[[Position], Order],
    poll_seconds: float = POLL_SECONDS,
    grace_seconds: float = GRACE_SECONDS,
) -> Outcome:
    """Run `command` in `folder` to its end and return how it ended.

    `ask` is called about every `poll_seconds` with the position reached, also while the child is saving after an
    order to stop, and once after its end. A child that has not stopped `grace_seconds` after the order is killed.
    Raises OSError if it cannot be started.
    """
    stop_stale(folder)
    (folder / "error.json").unlink(missing_ok=True)
    tail = ProgressTail(folder)
    log_start = _size(folder / LOG_FILE)
    order, deadline = Order.GO, math.inf
    with _started(command, folder) as child:
        while _still_runs(child, poll_seconds):
            wanted = ask(tail.position())
            if wanted is Order.ABANDON or time.monotonic() > deadline:
                order = order if order is not Order.GO else wanted
                _signal_group(child.pid, signal.SIGKILL)
            elif wanted is not Order.GO and order is Order.GO:
                order, deadline = wanted, time.monotonic() + grace_seconds
                _signal_group(child.pid, signal.SIGTERM)
    ask(tail.position())
    return _outcome(child.returncode, order, folder, log_start)


@contextlib.contextmanager
def _started(command: list[str], folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Start the child with its output in the log; whatever happens, nothing of it is left running."""
    tethered = [sys.executable, "-P", "-m", "rm_training.tether", str(os.getpid()), *command]
    with (folder / LOG_FILE).open("ab") as log:
        child = subprocess.Popen(
            tethered,
            cwd=folder,
            env=engine_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _write_pid(folder, child.pid)
        yield child
    finally:
        # The whole group, even when the child itself has ended: its own children must not outlive it.
        _signal_group(child.pid, signal.SIGKILL)
        child.wait()
        (folder / PID_FILE).unlink(missing_ok=True)


def _still_runs(child: "subprocess.Popen[bytes]", seconds: float) -> bool:
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        return True
    return False


def _signal_group(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, number)


def _write_pid(folder: Path, pid: int) -> None:
    record = {"host": socket.gethostname(), "pid": pid, "started": _start_time(pid)}
    (folder / PID_FILE).write_text(json.dumps(record))


def _start_time(pid: int) -> str:
    """Return when a process started, in clock ticks since boot, or "" if it does not run; tells reused ids apart."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    # Field 22; the second one is the name in parentheses, which may hold anything.
    return stat.rpartition(")")[2].split()[19]


def stop_stale(folder: Path) -> None:
    """Kill the child that an earlier worker on this host left behind in `folder`, if it still runs."""
    path = folder / PID_FILE
    try:
        record = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return
    ours = record["host"] == socket.gethostname() and record["started"] != ""
    if ours and _start_time(record["pid"]) == record["started"]:
        _signal_group(record["pid"], signal.SIGKILL)
        while _start_time(record["pid"]) == record["started"] and not _is_zombie(record["pid"]):
            time.sleep(0.05)
    path.unlink(missing_ok=True)


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return False


class ProgressTail:
    """Reads what is new in a progress file that another process appends to.

    What lies in the file at first is an earlier attempt's, and may say more than its last checkpoint holds. An engine
    that resumes puts a new file in its place, cut back to that checkpoint; from then on the lines count.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "progress.jsonl"
        self._position = Position()
        try:
            found = self._path.stat()
            self._inode, self._offset = found.st_ino, found.st_size
        except FileNotFoundError:
            self._inode, self._offset = 0, 0

    def position(self) -> Position:
        """Return the position that the last complete line states."""
        try:
            file = self._path.open("rb")
        except FileNotFoundError:
            return self._position
        with file:
            inode = os.fstat(file.fileno()).st_ino
            if inode != self._inode:
                self._inode, self._offset = inode, 0
            file.seek(self._offset)
            fresh = file.read()
        complete = fresh[: fresh.rfind(b"\n") + 1]
        self._offset += len(complete)
        if complete:
            row = json.loads(complete.splitlines()[-1])
            self._position = Position(row["step"], row["total_steps"])
        return self._position


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _outcome(returncode: int, order: Order, folder: Path, log_start: int) -> Outcome:
    if order is Order.ABANDON:
        return Outcome(Ending.ABANDONED)
    if returncode == 0:
        return Outcome(Ending.SUCCEEDED)
    if order is Order.CANCEL:
        return Outcome(Ending.CANCELLED)
    if order is Order.INTERRUPT:
        return Outcome(Ending.INTERRUPTED)
    if returncode in KILLED_CODES or _root_cause(folder, log_start) in KILLED_CODES:
        return Outcome(Ending.KILLED, "killed", f"The engine was killed from outside (exit code {returncode}).")
    code, message = _reason(returncode, folder)
    return Outcome(Ending.FAILED, code, message)


def _root_cause(folder: Path, log_start: int) -> int | None:
    """Return how the process ended that brought its group down, where torchrun says so after `log_start`."""
    path = folder / LOG_FILE
    with path.open("rb") as file:
        file.seek(max(log_start, _size(path) - TAIL_BYTES))
        found = ROOT_CAUSE.search(file.read().decode("utf-8", "replace"))
    return int(found[1]) if found else None


def _reason(returncode: int, folder: Path) -> tuple[str, str]:
    """Return what the engine says was wrong, else what can be told from outside."""
    try:
        said = json.loads((folder / "error.json").read_text(encoding="utf-8"))
        return str(said["error"]), str(said["message"])
    except (OSError, ValueError, KeyError, TypeError):
        # On a full disk the engine can write neither its reason nor its log.
        if shutil.disk_usage(folder).free < FULL_BYTES:
            return "disk_full", f"No space is left on the disk of the run folder ({os.strerror(errno.ENOSPC)})."
        return "engine_crashed", f"The engine stopped with exit code {returncode}.\n{log_tail(folder)}".rstrip()


def log_tail(folder: Path) -> str:
    """Return the last lines of the log."""
    try:
        with (folder / LOG_FILE).open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL_BYTES))
            text = file.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return ""
    return "\n".join(text.replace("\0", "").splitlines()[-TAIL_LINES:])
