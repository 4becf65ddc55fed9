"""Several people, or several windows, acting at the same moment, each in a connection of their own."""

import threading
from collections.abc import Callable

from django.db import connections

from annotate.problems import Problem


def at_once(*acts: Callable[[], str]) -> list[str]:
    """Let every act begin at the same time; return what each came to, refusals by their code."""
    start = threading.Barrier(len(acts))
    outcomes = [""] * len(acts)

    def run(place: int) -> None:
        try:
            start.wait(timeout=30)
            outcomes[place] = acts[place]()
        except Problem as refusal:
            outcomes[place] = refusal.code
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[place], daemon=True) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return outcomes
