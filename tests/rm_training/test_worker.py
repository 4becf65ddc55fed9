"""A real Celery worker on a site of its own: a run asked for on the command line survives the worker's shutdown."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from rm_training.launcher import PROJECT_ROOT
from simulator.servers import fresh_broker, fresh_database

WAIT_SECONDS = 120
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
def worker(environment: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a worker of the queue `gpu`; kill it, should it still run in the end."""
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "annotation_site",
        "worker",
        "-Q",
        "gpu",
        "-c",
        "1",
        "-P",
        "prefork",
    ]
    with subprocess.Popen(command, env=environment, cwd=PROJECT_ROOT) as process:
        try:
            yield process
        finally:
            process.kill()


def test_a_run_goes_on_in_the_next_worker_when_one_is_shut_down(tiny_base: Path, tmp_path: Path) -> None:
    with site(tmp_path, tiny_base) as environment:
        reached, last = shut_down_and_go_on(environment)
    assert reached.endswith("/50\n")
    assert last == "succeeded 50/50\n"
    log = (tmp_path / "runs" / "1" / "log.txt").read_text()
    assert log.count("resumed after step") == 1


def shut_down_and_go_on(environment: dict[str, str]) -> tuple[str, str]:
    """Ask for a run, shut its worker down on the way, start another; return what was said before and at the end."""
    prepared = subprocess.run(
        [sys.executable, "-c", PREPARE], env=environment, cwd=PROJECT_ROOT, check=True, capture_output=True, text=True
    )
    params = ["epochs=5", "batch_responses=6", "max_length=128", "learning_rate=1e-3", "device=cpu"]
    options = [part for param in params for part in ("--param", param)]
    command = [sys.executable, "manage.py", "train_run", prepared.stdout.strip(), *options, "--wait"]
    with subprocess.Popen(command, env=environment, cwd=PROJECT_ROOT, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        lines = iter(run.stdout.readline, "")
        with worker(environment) as first:
            reached = next(line for line in lines if line.startswith("running") and "running 0/" not in line)
            first.send_signal(signal.SIGTERM)
            assert first.wait(WAIT_SECONDS) == 0
        assert next(line for line in lines if not line.startswith("running")).startswith("queued")
        with worker(environment):
            *_, last = lines
        assert run.wait(WAIT_SECONDS) == 0
    return reached, last
