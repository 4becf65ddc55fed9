"""Simulated annotators and QA leads, who do their part over HTTP."""

import random
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol
from uuid import UUID

from simulator.client import Client
from simulator.quality import Quality, scores, tiers, verdict

# Fits the paper's humans (conflict rate, ordered pairs a prompt) on qualities of unit variance.
NOISE, TIE_BAND = 0.36, 0.12
CHARS_PER_SECOND = 9.0
DECIDING_SECONDS = 15.0
HELD = 2
# Others may hold the rest or just be taking it; so often is asked again before somebody goes home.
TRIES, WAIT_SECONDS = 4, 0.5


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

    def answer(self, assignment: Mapping[str, Any]) -> dict[str, Any]:
        """Return the body of a submission for an assignment as the site shows it."""
        texts = {response["id"]: response["text"] for response in assignment["responses"]}
        generator = random.Random(f"{self.seed}:{self.name}:{assignment['id']}")
        true = self.quality.of(assignment["prompt"]["text"], texts)
        perceived = {response: true[response] + self.noise * generator.gauss(0, 1) for response in sorted(true)}
        order = tiers(perceived, self.tie_band)
        n_chars = sum(map(len, texts.values())) + len(assignment["prompt"]["text"])
        return {
            "token": assignment["token"],
            "idempotency_key": str(UUID(int=generator.getrandbits(128), version=4)),
            "scores": {str(response): score for response, score in scores(perceived, order).items()},
            "order": order,
            "discarded": [],
            "notes": "",
            "seconds": round((DECIDING_SECONDS + n_chars / CHARS_PER_SECOND) * generator.lognormvariate(0, 0.3), 1),
        }


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
            person.post(f"assignments/{first['id']}/submit", annotator.answer(first))
            n_done += 1
        elif claimed["why_none"] == "none_left":
            break
        else:
            n_empty += 1
            time.sleep(WAIT_SECONDS)
    return n_done


@dataclass(frozen=True, slots=True)
class QALead:
    """Knows the true qualities, and settles what the passes differ on by them."""

    tie_band: float
    quality: Quality

    def decision(self, dispute: Mapping[str, Any], clause: str) -> dict[str, Any]:
        """Return the body of a decision: a verdict on every differing comparison, and the reason."""
        texts = {response["id"]: response["text"] for response in dispute["responses"]}
        labels = {response["id"]: response["label"] for response in dispute["responses"]}
        true = self.quality.of(dispute["prompt"]["text"], texts)
        settled, said = [], []
        for comparison in dispute["comparisons"]:
            if not comparison["same"]:
                a, b = comparison["response_a"], comparison["response_b"]
                chosen = verdict(true[a], true[b], self.tie_band)
                settled.append({"task": comparison["task"], "response_a": a, "response_b": b, "verdict": chosen})
                said.append(labels[a] + {"a": ">", "b": "<", "equal": "="}[chosen] + labels[b])
        reason = f"两轮意见不一致，按指南逐条重看全文后裁定：{'、'.join(dict.fromkeys(said))}。"
        return {"verdicts": settled, "reason": reason, "clause": clause}


def settle(person: Client, lead: QALead, prompts: Sequence[int], clause: str, *, stop: threading.Event) -> int:
    """Decide every one of `prompts`; return how many."""
    n_done = 0
    for prompt in prompts:
        if stop.is_set():
            break
        dispute = person.get(f"disputes/{prompt}")
        person.post(f"disputes/{prompt}/decision", lead.decision(dispute, clause))
        n_done += 1
    return n_done


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
