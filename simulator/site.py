"""A real site for a while: web server and workers as child processes, files in one folder, all gone at the end."""

import errno
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from simulator.problems import Broken
from simulator.servers import fresh_broker, fresh_database

ROOT = Path(__file__).resolve().parent.parent
GUNICORN = (
    *(sys.executable, "-m", "gunicorn", "annotation_site.wsgi:application", "--no-control-socket"),
    *("--workers", "2", "--worker-class", "gthread", "--threads", "4", "--keep-alive", "30"),
)
START_SECONDS, STOP_SECONDS = 60.0, 20.0
TAIL_LINES = 20

# What would lead a child out of its own folder, or make it demand HTTPS.
LEFT_BEHIND = (
    "ARTIFACTS_STORAGE",
    "BEHIND_TLS_PROXY",
    "CHEEMS_BASES",
    "CHEEMS_BASES_DIR",
    "CHEEMS_RUNS_DIR",
    "CSRF_TRUSTED_ORIGINS",
    "DEBUG",
    "DJANGO_SETTINGS_MODULE",
    "SECURE_HSTS_SECONDS",
    "SECURE_SSL_REDIRECT",
)


class Process:
    """A child process with its output in a log file; it leads a process group, and dies when this process dies."""

    def __init__(
        self, name: str, command: Sequence[str], environment: Mapping[str, str], log: Path, pass_fds: Sequence[int] = ()
    ) -> None:
        self.name, self.log = name, log
        tethered = [sys.executable, "-m", "rm_training.tether", str(os.getpid()), *command]
        with log.open("ab") as output:
            self._child = subprocess.Popen(
                tethered,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Ctrl-C in the terminal reaches the simulator alone, which then stops the site in order.
                start_new_session=True,
                pass_fds=pass_fds,
            )

    @property
    def pid(self) -> int:
        """Return the process id."""
        return self._child.pid

    def check(self) -> None:
        """Raise Broken if the process has ended."""
        if self._child.poll() is not None:
            raise Broken(f"{self.name} ended with exit code {self._child.returncode}.\n{self.tail()}")

    def wait(self) -> None:
        """Wait for the end; raise Broken unless it is a good one."""
        if self._child.wait() != 0:
            raise Broken(f"{self.name} failed with exit code {self._child.returncode}.\n{self.tail()}")

    def tail(self) -> str:
        """Return the last lines of the log."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(f"  {self.name} | {line}" for line in lines[-TAIL_LINES:])

    def ask_to_stop(self) -> None:
        """Let the process end what it is doing and go."""
        with suppress(ProcessLookupError):
            self._child.terminate()

    def stop(self, deadline: float) -> None:
        """Wait for the end until `deadline` (monotonic seconds), then kill it and everything it started."""
        with suppress(subprocess.TimeoutExpired):
            self._child.wait(max(0.0, deadline - time.monotonic()))
        with suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()


class Site:
    """A site in `folder`, on databases and brokers of its own where the environment names servers for them.

    Use it as a context manager: whatever happens inside, no process and no database is left behind.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self._given = dict(os.environ if environment is None else environment)
        self._processes: list[Process] = []
        self._watched: list[Process] = []
        self._stack = ExitStack()
        self.address = ""
        self._port = 0

    def __enter__(self) -> Self:
        with self._stack:
            self.environment = self._given | self._own_environment()
            for name in LEFT_BEHIND:
                self.environment.pop(name, None)
            self.logs = self.folder / "logs"
            self.logs.mkdir(parents=True, exist_ok=True)
            self._stack.callback(self._stop)
            self._stack = self._stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _own_environment(self) -> dict[str, str]:
        own = {
            "CHEEMS_DATA_DIR": str(self.folder / "data"),
            "SECRET_KEY": secrets.token_urlsafe(48),
            "ALLOWED_HOSTS": "127.0.0.1",
            "SECURE_COOKIES": "0",
            # Everybody logs in from one address within seconds.
            "LOGIN_RATE": "100000/min",
            "LOG_LEVEL": "INFO",
            "PYTHONUNBUFFERED": "1",
        }
        database, broker = self._given.get("DATABASE_URL", ""), self._given.get("CELERY_BROKER_URL", "")
        if database.startswith("postgres"):
            own["DATABASE_URL"] = self._stack.enter_context(fresh_database(database))
        elif database and not database.startswith("sqlite"):
            raise Broken("A simulation runs on SQLite or PostgreSQL; DATABASE_URL names another kind of database.")
        else:
            own["DATABASE_URL"] = ""
        own["CELERY_BROKER_URL"] = self._stack.enter_context(fresh_broker(broker)) if broker else ""
        return own

    def manage(self, *arguments: str, **variables: str) -> None:
        """Run a management command to its end; `variables` are added to its environment. Raises Broken."""
        self.start_manage(*arguments, **variables).wait()

    def start_manage(self, *arguments: str, **variables: str) -> Process:
        """Start a management command and return its process; it is stopped with the site if it has not ended."""
        return self.start(arguments[0], [sys.executable, str(ROOT / "manage.py"), *arguments], variables)

    def start(
        self,
        name: str,
        command: Sequence[str],
        variables: Mapping[str, str] | None = None,
        pass_fds: Sequence[int] = (),
    ) -> Process:
        """Start a child process in the site's environment."""
        environment = self.environment | dict(variables or {})
        process = Process(name, command, environment, self.logs / f"{name}.log", pass_fds)
        self._processes.append(process)
        return process

    def start_web(self) -> None:
        """Start the web server and wait until it answers: on a free port of this machine, later on the same one.

        Raises Broken.
        """
        with socket.socket() as listener:
            # The socket is bound here and handed over, so nobody can take the port in between.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._bind(listener)
            listener.listen(256)
            self._port = listener.getsockname()[1]
            self.address = f"http://127.0.0.1:{self._port}"
            command = [*GUNICORN, "--bind", f"fd://{listener.fileno()}"]
            web = self.start("web", command, pass_fds=[listener.fileno()])
        self._watched.append(web)
        self._await_health(web)

    def _bind(self, listener: socket.socket) -> None:
        # What was killed a moment ago may hold its port for another.
        deadline = time.monotonic() + STOP_SECONDS
        while True:
            try:
                return listener.bind(("127.0.0.1", self._port))
            except OSError as error:
                if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                    raise Broken(f"The web server cannot have port {self._port}: {error}") from error
            time.sleep(0.1)

    def kill_web(self) -> None:
        """Kill the web server as a crash would, in the middle of whatever it does."""
        for web in [process for process in self._watched if process.name == "web"]:
            web.stop(time.monotonic())
            self._watched.remove(web)
            self._processes.remove(web)

    def _await_health(self, web: Process) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            web.check()
            with suppress(httpx.TransportError):
                if httpx.get(f"{self.address}/health", timeout=5, trust_env=False).status_code == 200:
                    return
            time.sleep(0.1)
        raise Broken(f"The web server does not answer after {START_SECONDS:.0f} s.\n{web.tail()}")

    def start_workers(self) -> None:
        """Start one worker for each queue, the first with the scheduler of regular tasks."""
        worker = [sys.executable, "-m", "celery", "-A", "annotation_site", "worker", "--concurrency", "1"]
        quiet = ["--without-gossip", "--without-mingle", "--loglevel", "INFO"]
        for name, options in {"cpu": ["--beat"], "gpu": [], "calls": []}.items():
            self._watched.append(
                self.start(f"worker-{name}", [*worker, "-Q", name, "-n", f"{name}@%h", *options, *quiet])
            )

    def check(self) -> None:
        """Raise Broken if the web server or a worker has died."""
        for process in self._watched:
            process.check()

    def _stop(self) -> None:
        for process in self._processes:
            process.ask_to_stop()
        deadline = time.monotonic() + STOP_SECONDS
        for process in self._processes:
            process.stop(deadline)


@contextmanager
def terminable() -> Iterator[None]:
    """Turn SIGTERM into an ordinary exit, so that everything is stopped in order then, too."""

    def leave(number: int, frame: object) -> None:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
