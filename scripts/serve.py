"""Runs the embedded site: the web server and one worker for each queue, until Ctrl-C or until one of them ends.

    python scripts/serve.py [--port 8000]

Two workers, and not one with two queues: however many training runs are waiting, imports and exports go on.
"""

import argparse
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
START_SECONDS = 60.0
# A training run saves a checkpoint before it ends; what is killed later goes on from the checkpoint before that.
STOP_SECONDS = 60.0
POLL_SECONDS = 0.2

Child = subprocess.Popen[bytes]


def commands(port: int) -> dict[str, list[str]]:
    """Return the command line of every process, by name."""
    web = ["gunicorn", "annotation_site.wsgi", "--bind", f"{HOST}:{port}", "--workers", "2", "--threads", "8"]
    worker = ["celery", "--quiet", "--app", "annotation_site", "worker", "--concurrency", "1", "--loglevel", "WARNING"]
    worker += ["--without-gossip", "--without-mingle"]
    return {
        "web": [*web, "--log-level", "warning", "--no-control-socket"],
        "cpu worker": [*worker, "--queues", "cpu", "--hostname", "cpu@%h", "--beat"],
        "calls worker": [*worker, "--queues", "calls", "--hostname", "calls@%h"],
        "gpu worker": [*worker, "--queues", "gpu", "--hostname", "gpu@%h"],
    }


def start(command: list[str]) -> Child:
    """Start a process that hears of our death, in a session of its own: Ctrl-C reaches us first, and it in order."""
    tethered = [sys.executable, "-m", "rm_training.tether", str(os.getpid()), sys.executable, "-m", *command]
    return subprocess.Popen(tethered, cwd=ROOT, stdin=subprocess.DEVNULL, start_new_session=True)


def ended(children: dict[str, Child]) -> str | None:
    """Return the name of a process that has ended, if there is one."""
    return next((name for name, child in children.items() if child.poll() is not None), None)


def answers(port: int) -> bool:
    """Tell whether the web server says that it is well."""
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/health", timeout=5) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def watch(children: dict[str, Child], port: int) -> None:
    """Say when the site answers; return when a process has ended or the site does not come up."""
    deadline = time.monotonic() + START_SECONDS
    while not answers(port):
        if ended(children) or time.monotonic() > deadline:
            return
        time.sleep(POLL_SECONDS)
    print(f"\n  Cheems Annotate: http://{HOST}:{port}   (Ctrl-C stops it)\n", flush=True)
    while not ended(children):
        time.sleep(POLL_SECONDS)


def stop(children: dict[str, Child]) -> None:
    """Ask every process to end; kill what has not ended in time, or at once on a second Ctrl-C."""
    for child in children.values():
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    try:
        for child in children.values():
            child.wait(max(0.0, deadline - time.monotonic()))
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        for child in children.values():
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()


def port_is_free(port: int) -> bool:
    """Tell whether we may listen on `port`."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main() -> int:
    """Serve; return 0 if somebody stopped the site, 1 if a part of it ended by itself."""
    parser = argparse.ArgumentParser(description="Run web server and workers.")
    parser.add_argument("--port", type=int, default=8000)
    port = parser.parse_args().port
    if not port_is_free(port):
        print(f"Port {port} is in use; choose another one: make run PORT={port + 1}", file=sys.stderr)
        return 1
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    children: dict[str, Child] = {}
    try:
        for name, command in commands(port).items():
            children[name] = start(command)
        watch(children, port)
        print(f"Stopping: {ended(children) or 'the web server'} failed; its messages stand above.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopping.", flush=True)
        return 0
    finally:
        stop(children)


if __name__ == "__main__":
    sys.exit(main())
