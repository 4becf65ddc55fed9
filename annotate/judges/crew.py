"""Threads that ask endpoints, side by side; whoever employs them hands in questions and takes answers in batches.

The threads never touch the database: their employer does, in one thread and one short transaction a batch.
"""

import queue
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Event, Thread
from typing import Generic, TypeVar

from annotate.judges.chat import Answer, ChatClient, ChatEndpoint, Message
from annotate.judges.pace import Pace, Stopped
from annotate.judges.watch import Watch

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Question(Generic[T]):
    """What to ask which endpoint; `about` comes back with the answer."""

    about: T
    endpoint: str
    messages: Sequence[Message]


@dataclass(frozen=True, slots=True)
class Berth:
    """An endpoint with how many may ask it at once, and how often a second."""

    endpoint: ChatEndpoint
    concurrency: int
    per_second: float | None


class Crew(Generic[T]):
    """The threads of some endpoints, by name. Use it as a context: they are gone after it."""

    def __init__(self, berths: Mapping[str, Berth]) -> None:
        self._stop = Event()
        self._berths = berths
        self._waiting: dict[str, queue.SimpleQueue[Question[T] | None]] = {name: queue.SimpleQueue() for name in berths}
        self._answered: queue.SimpleQueue[tuple[Question[T], Answer | None]] = queue.SimpleQueue()
        self._threads: list[Thread] = []
        self._watch = Watch()

    def __enter__(self) -> "Crew[T]":
        self._watch.__enter__()
        for name, berth in self._berths.items():
            pace = Pace(berth.per_second, self._stop)
            for number in range(berth.concurrency):
                client = ChatClient(berth.endpoint, pace, self._watch)
                thread = Thread(target=self._serve, args=(name, client), name=f"ask-{name}-{number}", daemon=True)
                self._threads.append(thread)
                thread.start()
        return self

    def __exit__(self, *about: object) -> None:
        self.halt()
        for name, berth in self._berths.items():
            for _ in range(berth.concurrency):
                self._waiting[name].put(None)
        for thread in self._threads:
            thread.join()
        self._watch.__exit__()

    def ask(self, questions: Sequence[Question[T]]) -> None:
        """Hand questions in."""
        for question in questions:
            self._waiting[question.endpoint].put(question)

    def answers(self, wait: float, most: int) -> list[tuple[Question[T], Answer | None]]:
        """Return up to `most` answers that are there, waiting up to `wait` seconds for a first one.

        None stands for an answer that will not come, because the crew was halted before the question was sent.
        """
        taken: list[tuple[Question[T], Answer | None]] = []
        try:
            taken.append(self._answered.get(timeout=wait))
            while len(taken) < most:
                taken.append(self._answered.get_nowait())
        except queue.Empty:
            pass
        return taken

    def halt(self) -> None:
        """Send nothing any more; what has been sent is still waited for."""
        self._stop.set()

    def _serve(self, name: str, client: ChatClient) -> None:
        while (question := self._waiting[name].get()) is not None:
            try:
                answer = client.ask(question.messages)
            except Stopped:
                answer = None
            self._answered.put((question, answer))
        client.close()
