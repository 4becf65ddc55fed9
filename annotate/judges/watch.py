"""Cuts connections off whose time is up.

A socket's own time-out starts anew with every byte, so a server that sends one now and then could hold a thread for
ever. One thread looks after all connections: a timer for each call would be a thread for each call.
"""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from threading import Event, Lock, Thread

EVERY_SECONDS = 0.25


class Watch:
    """Use it as a context: it watches until it is left."""

    def __init__(self) -> None:
        self._due: dict[HTTPConnection, float] = {}
        self._lock = Lock()
        self._done = Event()
        self._thread = Thread(target=self._look, name="watch", daemon=True)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *about: object) -> None:
        self._done.set()
        self._thread.join()

    @contextmanager
    def over(self, connection: HTTPConnection, deadline: float) -> Iterator[None]:
        """Cut the connection off at `deadline` (of the monotonic clock) unless the block is left before."""
        with self._lock:
            self._due[connection] = deadline
        try:
            yield
        finally:
            with self._lock:
                self._due.pop(connection, None)

    def _look(self) -> None:
        while not self._done.wait(EVERY_SECONDS):
            now = time.monotonic()
            with self._lock:
                for connection in [one for one, deadline in self._due.items() if deadline <= now]:
                    del self._due[connection]
                    _cut(connection)


def _cut(connection: HTTPConnection) -> None:
    """Wake the thread that reads from this connection."""
    if connection.sock is not None:
        try:
            connection.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            # It is closed already, which is what was wanted.
            return
