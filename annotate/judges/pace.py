"""How fast an endpoint may be asked: a token bucket, and pauses that the endpoint itself asks for."""

import random
import time
from threading import Event, Lock

LONGEST_PAUSE = 120.0
FIRST_PAUSE = 0.5


class Stopped(Exception):
    """Nobody waits for the call any more."""


class Pace:
    """Shared by all threads that ask one endpoint. `stop` ends every wait at once."""

    def __init__(self, per_second: float | None, stop: Event) -> None:
        self._interval = 1 / per_second if per_second else 0.0
        self._next = 0.0
        self._held_until = 0.0
        self._lock = Lock()
        self._stop = stop

    def wait(self) -> None:
        """Return when the next request may be sent. Raises Stopped."""
        with self._lock:
            now = time.monotonic()
            # A second's worth may be sent at once after a rest: the bucket holds no more.
            self._next = max(self._next, now - 1.0) + self._interval
            until = max(self._next - self._interval, self._held_until)
        self.sleep(until - now)

    def hold(self, seconds: float) -> None:
        """Let nobody ask for so long, because the endpoint said so."""
        with self._lock:
            self._held_until = max(self._held_until, time.monotonic() + seconds)

    def sleep(self, seconds: float) -> None:
        """Wait. Raises Stopped."""
        if self._stop.is_set() or (seconds > 0 and self._stop.wait(seconds)):
            raise Stopped


def pause_before(attempt: int) -> float:
    """How long to wait before an attempt (1 the first repetition): exponential, with jitter so that nobody marches."""
    longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (attempt - 1))
    return random.uniform(longest / 2, longest)
