"""A fresh, empty database and broker on the servers that the environment names; both are gone again at the end."""

import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from urllib.parse import urlsplit

import psycopg2  # type: ignore[import-untyped]
import redis
from psycopg2 import sql  # type: ignore[import-untyped]

from simulator.problems import Broken

MOST_REDIS_DATABASES = 16
MARK = "cheems-simulation"


@contextmanager
def fresh_database(url: str) -> Iterator[str]:
    """Create a database with a random name on the PostgreSQL server of `url`, yield its address, and drop it.

    Raises Broken where the server cannot be reached or does not let us.
    """
    name = f"cheems_simulation_{secrets.token_hex(6)}"
    try:
        _administer(url, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    except psycopg2.Error as error:
        raise Broken(f"No database can be created on the server of DATABASE_URL: {str(error).strip()}") from error
    try:
        yield urlsplit(url)._replace(path=f"/{name}").geturl()
    finally:
        # What a child process that had to be killed left open must not keep the database alive.
        _administer(url, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _administer(url: str, statement: sql.Composed) -> None:
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)


@contextmanager
def fresh_broker(url: str) -> Iterator[str]:
    """Yield the address of an empty Redis database on the server of `url`, and empty it at the end.

    A simulation must not share a queue with another site: each would take the other's jobs by id. Any other broker than
    Redis is used as it is, so its address must name a virtual host of its own. Raises Broken if no database is free.
    """
    if urlsplit(url).scheme not in {"redis", "rediss"}:
        yield url
        return
    own, client = _claimed_database(url)
    try:
        yield own
    finally:
        client.flushdb()
        client.close()


def _claimed_database(url: str) -> tuple[str, "redis.Redis"]:
    for index in reversed(range(MOST_REDIS_DATABASES)):
        own = urlsplit(url)._replace(path=f"/{index}").geturl()
        client = redis.Redis.from_url(own)
        try:
            # The mark makes two simulations that start together choose different databases.
            if client.dbsize() == 0 and client.set(MARK, 1, nx=True):
                return own, client
        except redis.ResponseError:
            continue  # this server has fewer databases
        except redis.RedisError as error:
            raise Broken(f"The broker of CELERY_BROKER_URL does not answer: {error}") from error
        client.close()
    raise Broken(f"The Redis server of CELERY_BROKER_URL has no empty database among its first {MOST_REDIS_DATABASES}.")
