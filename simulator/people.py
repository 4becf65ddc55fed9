"""Simulated annotators, who do their part over HTTP."""

import random
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol
from uuid import UUID

from simulator.client import Client, Refused
from simulator.quality import Quality, scores, tiers

# Fits the paper's humans (conflict rate, ordered pairs a prompt) on qualities of unit variance.
NOISE, TIE_BAND = 0.36, 0.12
CHARS_PER_SECOND = 9.0
DECIDING_SECONDS = 15.0
HELD = 2
# Others may hold the rest or just be taking it; so often is asked again before somebody goes home.
TRIES, WAIT_SECONDS = 4, 0.5
GOING_HOME = ("none_left", "paused")
# In so many of the responses scored this low or lower a passage of so many characters is marked.
FAULT_SHARE, FAULTY_SCORE, FAULT_CHARS = 0.25, 1, (6, 40)
SEVERITIES = ("minor", "major", "critical")


class Worker(Protocol):
    """Somebody who works until there is nothing left or `stop` is set, and says how much was done."""

    def __call__(self, *, stop: threading.Event) -> int: ...


@dataclass(frozen=True, slots=True)
class Annotator:
    """Reads every response with an error: quality + noise * N(0, 1) (Thurstone), the same each time it is asked."""

    name: str
    seed: int
    noise: float
    tie_band: float
    quality: Quality
    # The share of tasks on which this person does not read at all and answers anything.
    random_share: float = 0.0

    def answer(self, assignment: Mapping[str, Any], kinds: Sequence[str] = ()) -> dict[str, Any]:
        """Return the body of a submission for an assignment as the site shows it.

        kinds: those of the project's faults; without them no passage is marked.
        """
        texts = {response["id"]: response["text"] for response in assignment["responses"]}
        seed = f"{self.seed}:{self.name}:{assignment['id']}:{assignment['token']}"
        generator = random.Random(seed)
        true = self.quality.of(assignment["prompt"]["text"], texts)
        asleep = generator.random() < self.random_share
        perceived = {
            response: (0.0 if asleep else true[response]) + (1.0 if asleep else self.noise) * generator.gauss(0, 1)
            for response in sorted(true)
        }
        order = tiers(perceived, self.tie_band)
        given = scores(perceived, order)
        n_chars = sum(map(len, texts.values())) + len(assignment["prompt"]["text"])
        return {
            "token": assignment["token"],
            "idempotency_key": str(UUID(int=generator.getrandbits(128), version=4)),
            "scores": {str(response): score for response, score in given.items()},
            "order": order,
            "discarded": [],
            "faults": faults({key: texts[key] for key in sorted(texts) if given[key] <= FAULTY_SCORE}, kinds, seed),
            "notes": "",
            "seconds": round((DECIDING_SECONDS + n_chars / CHARS_PER_SECOND) * generator.lognormvariate(0, 0.3), 1),
        }


def faults(texts: Mapping[int, str], kinds: Sequence[str], seed: str) -> list[dict[str, Any]]:
    """Return a marked passage for some of the texts, the same for the same seed."""
    # Apart from what decides the answer, so that marking changes no verdict.
    generator = random.Random(f"{seed}:faults")
    marked = [response for response in texts if kinds and generator.random() < FAULT_SHARE]
    found = []
    for response in marked:
        n_chars = min(len(texts[response]), generator.randint(*FAULT_CHARS))
        start = generator.randint(0, len(texts[response]) - n_chars)
        passage = {"response": response, "start": start, "end": start + n_chars}
        found.append({**passage, "kind": generator.choice(kinds), "severity": generator.choice(SEVERITIES), "note": ""})
    return found


def annotate(person: Client, project: int, annotator: Annotator, *, stop: threading.Event) -> int:
    """Do tasks until there is none left for this person; return how many.

    As in the browser, two are held at a time: the one on the page and the next.
    """
    n_done = n_empty = 0
    while not stop.is_set() and n_empty < TRIES:
        claimed = person.post(f"projects/{project}/assignments/claim", {"count": HELD})
        if claimed["assignments"]:
            n_empty = 0
            first = claimed["assignments"][0]
            kinds = [kind["key"] for kind in claimed["fault_kinds"]]
            if not submitted(person, first["id"], annotator.answer(first, kinds)):
                break
            n_done += 1
        elif claimed["why_none"] in GOING_HOME:
            break
        else:
            n_empty += 1
            time.sleep(WAIT_SECONDS)
    return n_done


def submitted(person: Client, assignment: int, answer: Mapping[str, Any]) -> bool:
    """Send an answer in; tell whether the site took it, or had paused the person meanwhile."""
    try:
        person.post(f"assignments/{assignment}/submit", answer)
    except Refused as refused:
        if refused.code != "paused":
            raise
        return False
    return True


def side_by_side(workers: Sequence["partial[int] | Worker"]) -> list[int]:
    """Let everybody work at once and return what each did; the first who fails stops all, and is raised."""
    stop = threading.Event()
    with ThreadPoolExecutor(max_workers=len(workers)) as pool:
        working = [pool.submit(worker, stop=stop) for worker in workers]
        try:
            for done in as_completed(working):
                done.result()
        except BaseException:
            stop.set()
            raise
    return [worker.result() for worker in working]
