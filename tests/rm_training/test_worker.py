"""A real Celery worker on a site of its own: a run asked for on the command line survives the worker's shutdown."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from itertools import groupby
from pathlib import Path
from subprocess import Popen

from rm_training.launcher import PROJECT_ROOT
from simulator.servers import fresh_broker, fresh_database

WAIT_SECONDS = 120
# Of the ten steps of an epoch none takes a tenth of a second: the run must still be far from its end when its worker,
# told after the first of them, has told the engine.
EPOCHS = 15
N_STEPS = 10 * EPOCHS
PREPARE = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from tests.people import cast
from tests.rm_training.conftest import frozen_set
print(frozen_set(cast().project).pk)
"""


@contextmanager
def site(folder: Path, base: Path) -> Iterator[dict[str, str]]:
    """Yield the environment of a site whose data lie in `folder`.

    Where the environment names servers, the site has a database and a broker of its own on them: what it finds there
    belongs to somebody else.
    """
    own = {
        "CHEEMS_DATA_DIR": str(folder),
        "CHEEMS_BASES_DIR": str(base.parent),
        "CHEEMS_JOB_HEARTBEAT_SECONDS": "0",
        "DJANGO_SETTINGS_MODULE": "annotation_site.settings",
        "PYTHONUNBUFFERED": "1",
        "LOG_LEVEL": "INFO",
    }
    with ExitStack() as stack:
        if url := os.environ.get("DATABASE_URL"):
            own["DATABASE_URL"] = stack.enter_context(fresh_database(url))
        if url := os.environ.get("CELERY_BROKER_URL"):
            own["CELERY_BROKER_URL"] = stack.enter_context(fresh_broker(url))
        yield os.environ | own


@contextmanager
def child(command: list[str], environment: dict[str, str], output: Path | None = None) -> Iterator["Popen[bytes]"]:
    """Run a child process, its output in a file if one is named; kill it, should it still run in the end."""
    with ExitStack() as stack:
        stdout = stack.enter_context(output.open("wb")) if output else None
        process = stack.enter_context(Popen(command, env=environment, cwd=PROJECT_ROOT, stdout=stdout))
        # Called before Popen waits for the end, which without it might never come.
        stack.callback(process.kill)
        yield process


def worker(environment: dict[str, str]) -> AbstractContextManager["Popen[bytes]"]:
    """Run a worker of the queue `gpu`."""
    command = ["celery", "-A", "annotation_site", "worker", "-Q", "gpu", "-c", "1", "-P", "prefork"]
    return child([sys.executable, "-m", *command], environment)


def until(condition: Callable[[], bool], *running: "Popen[bytes]") -> None:
    """Wait for `condition`; fail after WAIT_SECONDS, or when one of `running` ends before."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"not so within {WAIT_SECONDS} s"
        assert all(process.poll() is None for process in running), [process.args for process in running]
        time.sleep(0.05)


def test_a_run_goes_on_in_the_next_worker_when_one_is_shut_down(tiny_base: Path, tmp_path: Path) -> None:
    with site(tmp_path, tiny_base) as environment:
        said = shut_down_and_go_on(environment, tmp_path)
    # The command looks once a second, and may not see a short benchmark.
    states = [state for state, _ in groupby(line.split()[0] for line in said) if state != "benchmarking"]
    assert states == ["queued", "running", "queued", "running", "succeeded"]
    assert said[-1] == f"succeeded {N_STEPS}/{N_STEPS}"
    log = (tmp_path / "runs" / "1" / "log.txt").read_text()
    assert log.count("resumed after step") == 1


def shut_down_and_go_on(environment: dict[str, str], folder: Path) -> list[str]:
    """Ask for a run, shut its worker down on the way, start another; return what was said of the run."""
    prepared = subprocess.run(
        [sys.executable, "-c", PREPARE], env=environment, cwd=PROJECT_ROOT, check=True, capture_output=True, text=True
    )
    params = [f"epochs={EPOCHS}", "batch_responses=6", "max_length=128", "learning_rate=1e-3", "device=cpu"]
    options = [part for param in params for part in ("--param", param)]
    command = [sys.executable, "manage.py", "train_run", prepared.stdout.strip(), *options, "--wait"]
    said, progress = folder / "said.txt", folder / "runs" / "1" / "progress.jsonl"

    def last() -> str:
        return said.read_text().splitlines()[-1] if said.stat().st_size else ""

    with child(command, environment, said) as run:
        with worker(environment) as first:
            until(lambda: progress.exists() and progress.stat().st_size > 0, run, first)
            first.send_signal(signal.SIGTERM)
            assert first.wait(WAIT_SECONDS) == 0
        # Or the command, which looks once a second, might not see that the run was queued again.
        until(lambda: last().startswith("queued"), run)
        with worker(environment) as second:
            until(lambda: run.poll() is not None, second)
        assert run.returncode == 0, said.read_text()
    return said.read_text().splitlines()[1:]
