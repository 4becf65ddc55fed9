"""Runs a command with a PostgreSQL and a Redis that answer, for tests and benchmarks.

    python scripts/services.py COMMAND [ARGUMENT...]

The command gets DATABASE_URL, REDIS_URL and CELERY_BROKER_URL. Each service is, in this order: the one named by
DATABASE_URL or REDIS_URL, which then has to answer; the one at its usual port, if it lets us in; a throw-away one of
our own, from programs on this machine, from Docker, or from Debian's packages installed as root. Else this fails and
says what to install. Of the Redis at its usual port an empty database is taken, and emptied again at the end.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg2  # type: ignore[import-untyped]
import redis

ROOT = Path(__file__).resolve().parent.parent
POSTGRES_URL, POSTGRES_PORT = "postgres://postgres@127.0.0.1:{port}/postgres", 5432
REDIS_URL, REDIS_PORT, REDIS_DATABASES = "redis://127.0.0.1:{port}/{database}", 6379, 16
DOCKER_POSTGRES_PORT, DOCKER_REDIS_PORT = 55432, 56379
COMPOSE = ["docker", "compose", "--project-name", "cheems-test", "--file", str(ROOT / "docker-compose.test.yml")]
START_SECONDS = 60.0


def postgres_answers(url: str) -> bool:
    """Tell whether `url` lets us in and lets us create databases."""
    try:
        connection = psycopg2.connect(url, connect_timeout=5)
    except psycopg2.OperationalError:
        return False
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
            row = cursor.fetchone()
    finally:
        connection.close()
    return bool(row and row[0])


def redis_answers(url: str) -> bool:
    """Tell whether `url` answers."""
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=5) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def empty_redis_database() -> str | None:
    """Return the address of an empty database of the Redis at its usual port: another one may hold somebody's jobs."""
    for database in reversed(range(REDIS_DATABASES)):
        url = REDIS_URL.format(port=REDIS_PORT, database=database)
        try:
            with redis.Redis.from_url(url, socket_connect_timeout=5) as client:
                if client.dbsize() == 0:
                    return url
        except redis.ResponseError:
            continue  # it has fewer databases
        except redis.RedisError:
            return None
    return None


@contextmanager
def emptied_afterwards(url: str) -> Iterator[str]:
    """Yield the address of an empty Redis database, and empty it again."""
    try:
        yield url
    finally:
        with redis.Redis.from_url(url) as client:
            client.flushdb()


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(answers: Callable[[str], bool], url: str) -> None:
    """Wait until `url` answers. Raises SystemExit if it does not within a minute."""
    deadline = time.monotonic() + START_SECONDS
    while not answers(url):
        if time.monotonic() > deadline:
            raise SystemExit(f"Started a service of our own at {url}, but it does not answer.")
        time.sleep(0.1)


def postgres_programs() -> Path | None:
    """Return the folder of initdb and postgres; Debian keeps them off the PATH."""
    found = shutil.which("initdb")
    if found and shutil.which("postgres"):
        return Path(found).parent
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max((path.parent for path in versions), key=lambda path: int(path.parent.name), default=None)


@contextmanager
def own_postgres(programs: Path) -> Iterator[str]:
    """Run a PostgreSQL of our own, in a folder that goes away with it; yield its address."""
    # PostgreSQL refuses to run as root; its package brings a user for it.
    user = "postgres" if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="cheems-postgres-") as folder:
        if user:
            shutil.chown(folder, user, user)
        data, port = f"{folder}/data", free_port()
        init = [f"{programs}/initdb", "--pgdata", data, "--username=postgres", "--auth=trust", "--encoding=UTF8"]
        subprocess.run(init, cwd=folder, user=user, group=user, check=True, stdout=subprocess.DEVNULL)
        settings = {"port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": folder, "fsync": "off"}
        command = [f"{programs}/postgres", "-D", data, *(f"--{name}={value}" for name, value in settings.items())]
        server = subprocess.Popen(command, cwd=folder, user=user, group=user, stderr=subprocess.DEVNULL)
        try:
            wait_for(postgres_answers, POSTGRES_URL.format(port=port))
            yield POSTGRES_URL.format(port=port)
        finally:
            server.send_signal(signal.SIGINT)  # "fast": connections are closed, not waited for
            server.wait()


@contextmanager
def own_redis(program: str) -> Iterator[str]:
    """Run a Redis of our own that keeps nothing; yield its address."""
    with tempfile.TemporaryDirectory(prefix="cheems-redis-") as folder:
        port = free_port()
        command = [program, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"]
        server = subprocess.Popen([*command, "--dir", folder], stdout=subprocess.DEVNULL)
        try:
            url = REDIS_URL.format(port=port, database=0)
            wait_for(redis_answers, url)
            yield url
        finally:
            server.terminate()
            server.wait()


@contextmanager
def docker_service(name: str, url: str, answers: Callable[[str], bool]) -> Iterator[str]:
    """Run a service of docker-compose.test.yml; yield its address."""
    subprocess.run([*COMPOSE, "up", "--detach", name], check=True)
    try:
        wait_for(answers, url)
        yield url
    finally:
        subprocess.run([*COMPOSE, "rm", "--stop", "--force", "--volumes", name], check=True)


def docker_works() -> bool:
    """Tell whether there is a Docker engine and its compose command."""
    if shutil.which("docker") is None:
        return False
    probes = (["docker", "compose", "version"], ["docker", "info"])
    return all(subprocess.run(probe, capture_output=True, check=False).returncode == 0 for probe in probes)


def install(package: str) -> None:
    """Install a package of Debian's. Raises SystemExit if that cannot be done."""
    if subprocess.run([ROOT / "scripts" / "need.sh", package], check=False).returncode:
        raise SystemExit(f"No {package}: install it, start Docker, or set DATABASE_URL or REDIS_URL.")


@contextmanager
def postgres() -> Iterator[str]:
    """Yield the address of a PostgreSQL that answers."""
    with ExitStack() as stack:
        if given := os.environ.get("DATABASE_URL"):
            if not postgres_answers(given):
                raise SystemExit("DATABASE_URL is set, but no PostgreSQL there lets us in and create databases.")
            yield given
        elif postgres_answers(usual := POSTGRES_URL.format(port=POSTGRES_PORT)):
            yield usual
        elif postgres_programs() is None and docker_works():
            url = POSTGRES_URL.format(port=DOCKER_POSTGRES_PORT)
            yield stack.enter_context(docker_service("db", url, postgres_answers))
        else:
            if postgres_programs() is None:
                install("postgresql")
            programs = postgres_programs()
            if programs is None:
                raise SystemExit("PostgreSQL is installed, but initdb is not where Debian puts it.")
            yield stack.enter_context(own_postgres(programs))


@contextmanager
def redis_server() -> Iterator[str]:
    """Yield the address of a Redis that answers."""
    with ExitStack() as stack:
        if given := os.environ.get("REDIS_URL"):
            if not redis_answers(given):
                raise SystemExit("REDIS_URL is set, but no Redis answers there.")
            yield given
        elif empty := empty_redis_database():
            yield stack.enter_context(emptied_afterwards(empty))
        elif shutil.which("redis-server") is None and docker_works():
            url = REDIS_URL.format(port=DOCKER_REDIS_PORT, database=0)
            yield stack.enter_context(docker_service("redis", url, redis_answers))
        else:
            if shutil.which("redis-server") is None:
                install("redis-server")
            yield stack.enter_context(own_redis(shutil.which("redis-server") or "redis-server"))


def main() -> int:
    """Run the command; return its exit status."""
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    with postgres() as database, redis_server() as broker:
        addresses = {"DATABASE_URL": database, "REDIS_URL": broker, "CELERY_BROKER_URL": broker}
        return subprocess.run(sys.argv[1:], env=os.environ | addresses, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
