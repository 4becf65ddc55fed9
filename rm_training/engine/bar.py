"""How far a command has come, for the person at the shell: a bar on a terminal, a line every 10% elsewhere."""

import sys
import time
from typing import TextIO

_WIDTH = 24
_PAUSE = 0.1  # seconds between two drawings of a bar


class Bar:
    """A Progress that writes to stderr; `label` says what is going on."""

    def __init__(self, label: str, stream: TextIO | None = None):
        self.label = label
        self.stream = stream or sys.stderr
        self.started = self.drawn = time.monotonic()
        self.tenths = 0

    def __call__(self, done: int, total: int) -> None:
        if self.stream.isatty():
            self._draw(done, total)
        elif done * 10 // total > self.tenths:
            self.tenths = done * 10 // total
            print(f"{self.label} {self._state(done, total)}", file=self.stream, flush=True)

    def _draw(self, done: int, total: int) -> None:
        now = time.monotonic()
        if done < total and now - self.drawn < _PAUSE:
            return
        self.drawn = now
        filled = _WIDTH * done // total
        bar = "█" * filled + "░" * (_WIDTH - filled)
        # Erasing to the end of the line: what stood there may have been longer.
        print(f"\r{self.label} {bar} {self._state(done, total)}\x1b[K", end="", file=self.stream, flush=True)
        if done == total:
            print(file=self.stream)

    def _state(self, done: int, total: int) -> str:
        passed = time.monotonic() - self.started
        left = f", {_clock(passed / done * (total - done))} left" if done < total else ""
        return f"{done * 100 // total}% {done}/{total} ({_clock(passed)}{left})"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
