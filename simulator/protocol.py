"""The protocol from gold tasks to final approval: who does what until nothing is left to do."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from threading import Event
from time import sleep
from typing import Any

from simulator.client import Client
from simulator.people import Annotator, annotate, side_by_side
from simulator.problems import Broken
from simulator.quality import Quality, tiers
from simulator.seniors import Senior, Talker

STAGES = ("delivery", "operations", "research")
CLAUSE = "1.1"
# Of so many prompts, one becomes gold.
GOLD_EVERY = 5
# A gold task must be beyond doubt: any two of its responses lie this far apart.
CLEAR = 0.8
# Settings of a small project; the defaults are for people who do hundreds of tasks.
SETTINGS = {
    "gold_share": 0.4,
    "gold_mark": 0.88,
    "gold_min": 12,
    "gold_window": 40,
    "repeat_share": 0.08,
    "repeat_gap": 5,
    "exam_items": 3,
    "exam_mark": 0.5,
}
FINISHED = {"accepted", "dropped", "gold"}
MOST_ROUNDS, IDLE_ROUNDS, IDLE_SECONDS = 60, 8, 1.0


@dataclass(frozen=True, slots=True)
class Crew:
    """Everybody at work, logged in, and how well they read. `asleep` names the annotators who answer at random."""

    researcher: Client
    annotators: list[Client]
    seniors: Mapping[str, list[Client]]
    quality: Quality
    noise: float
    tie_band: float
    seed: int
    asleep: Mapping[str, float]


class Protocol:
    """The protocol on one project. Each step returns how much was done; Broken where nothing moves any more."""

    def __init__(self, project: int, crew: Crew, figures: Callable[[], dict[str, Any]]) -> None:
        self.project, self.crew, self.figures = project, crew, figures
        self.outcomes: Counter[str] = Counter()

    def make_gold(self) -> int:
        """Turn the clearest prompts into gold tasks; those of the commonest category also make its entrance exam."""
        person = self.crew.researcher
        prompts = [self._prompt(row["id"]) for row in person.rows(f"projects/{self.project}/prompts")]
        n_gold = max(1, len(prompts) // GOLD_EVERY)
        chosen = sorted(prompts, key=self._n_clear, reverse=True)[:n_gold]
        examined = Counter(prompt["category"]["path"][0] for prompt in chosen).most_common(1)[0][0]
        for prompt in chosen:
            body = {
                "prompt": prompt["id"],
                "order": tiers(self._true(prompt), self.crew.tie_band),
                "reason": "各组讨论一致：正确、完整且表达清楚者优先。",
                "in_exam": prompt["category"]["path"][0] == examined,
                "hidden": True,
            }
            person.post(f"projects/{self.project}/gold", body)
        self._retire_unclear({prompt["id"]: self._true(prompt) for prompt in chosen})
        return len(chosen)

    def _prompt(self, key: int) -> dict[str, Any]:
        shown = self.crew.researcher.get(f"prompts/{key}")
        return {**shown["prompt"], "responses": shown["responses"]}

    def _true(self, prompt: Mapping[str, Any]) -> dict[int, float]:
        texts = {response["id"]: response["text"] for response in prompt["responses"]}
        return self.crew.quality.of(prompt["text"], texts)

    def _n_clear(self, prompt: Mapping[str, Any]) -> int:
        return sum(_is_clear(triple) for triple in combinations(self._true(prompt).values(), 3))

    def _retire_unclear(self, true: Mapping[int, Mapping[int, float]]) -> None:
        person = self.crew.researcher
        for row in list(person.rows(f"projects/{self.project}/gold")):
            responses = [response for tier in row["reference"] for response in tier]
            if not _is_clear([true[row["prompt"]][response] for response in responses]):
                person.patch(f"gold/{row['id']}", {"active": False})

    def examine(self) -> int:
        """Let everybody take the entrance exams they need, again where they may; return how many were passed."""
        return sum(side_by_side([partial(self._sit_exams, person) for person in self.crew.annotators]))

    def _sit_exams(self, person: Client, *, stop: Event) -> int:
        n_passed = 0
        for row in person.get(f"projects/{self.project}/exams")["results"]:
            if row["needed"] and row["state"] == "open" and not stop.is_set():
                exam = person.post(f"projects/{self.project}/exams", {"category": row["category"]["id"]})
                n_passed += self._sit(person, exam) == "passed"
        return n_passed

    def _sit(self, person: Client, exam: Mapping[str, Any]) -> str:
        while exam["task"]:
            answer = self._annotator(person).answer(exam["task"])
            exam = person.post(f"exams/{exam['id']}/answer", answer)["exam"]
        return str(exam["state"])

    def run(self) -> int:
        """Work in rounds until every prompt is accepted, dropped or gold; return how many rounds that took."""
        idle = 0
        for number in range(1, MOST_ROUNDS + 1):
            n_done = self._annotate() + self._discuss() + self._settle() + self._review()
            states = {state for state, n in self.figures()["states"].items() if n}
            if states <= FINISHED:
                return number
            idle = 0 if n_done else idle + 1
            if idle == IDLE_ROUNDS:
                break
            # A batch that goes back is taken apart by the worker.
            sleep(0 if n_done else IDLE_SECONDS)
        raise Broken(f"Prompts are left that are not finished: {self.figures()['states']}. Done: {dict(self.outcomes)}")

    def _annotator(self, person: Client) -> Annotator:
        crew = self.crew
        asleep = crew.asleep.get(person.username, 0.0)
        return Annotator(person.username, crew.seed, crew.noise, crew.tie_band, crew.quality, asleep)

    def _annotate(self) -> int:
        people = self.crew.annotators
        done = side_by_side([partial(annotate, person, self.project, self._annotator(person)) for person in people])
        self.outcomes["annotations"] += sum(done)
        return sum(done)

    def _discuss(self) -> int:
        """Let both sides look again, twice, and hand on what stays open."""
        for _sweep in range(2):
            self.outcomes["revisions"] += sum(
                side_by_side([partial(self._talk, person) for person in self.crew.annotators])
            )
        return sum(side_by_side([partial(self._give_up, person) for person in self.crew.annotators]))

    def _open_discussions(self, person: Client) -> list[int]:
        rows = person.rows(f"projects/{self.project}/discussions", state="open")
        return [row["prompt"] for row in rows]

    def _talk(self, person: Client, *, stop: Event) -> int:
        talker, n_revised = self._talker(person), 0
        if self._is_paused(person):
            return 0
        for prompt in self._open_discussions(person):
            if not stop.is_set():
                n_revised += talker.discuss(person, prompt)
        return n_revised

    def _give_up(self, person: Client, *, stop: Event) -> int:
        if self._is_paused(person):
            return 0
        prompts = self._open_discussions(person)
        for prompt in prompts:
            if not stop.is_set():
                self._talker(person).give_up(person, prompt)
        return len(prompts)

    def _is_paused(self, person: Client) -> bool:
        claimed = person.post(f"projects/{self.project}/assignments/claim", {"count": 1})
        return bool(claimed["why_none"] == "paused")

    def _talker(self, person: Client) -> Talker:
        crew = self.crew
        return Talker(person.username, crew.seed, crew.noise, crew.tie_band, crew.quality)

    def _settle(self) -> int:
        """Let every team decide its queue, or hand it on to the next."""
        return sum(self._at_stage(stage, self._dispute_ids, self._settle_share) for stage in STAGES)

    def _review(self) -> int:
        return sum(self._at_stage(stage, self._review_handles, self._review_share) for stage in STAGES)

    def _at_stage(self, stage: str, queue: Any, work: Any) -> int:
        people = self.crew.seniors[stage]
        waiting = queue(people[0], stage)
        senior = Senior(stage, self.crew.tie_band, self.crew.quality)
        shares = [waiting[place :: len(people)] for place in range(len(people))]
        return sum(
            side_by_side([partial(work, person, senior, share) for person, share in zip(people, shares, strict=True)])
        )

    def _dispute_ids(self, person: Client, stage: str) -> list[int]:
        return [row["prompt"] for row in person.rows(f"projects/{self.project}/disputes", stage=stage)]

    def _review_handles(self, person: Client, stage: str) -> list[int]:
        return [row["review"] for row in person.rows(f"projects/{self.project}/reviews", stage=stage)]

    def _settle_share(self, person: Client, senior: Senior, prompts: Sequence[int], *, stop: Event) -> int:
        for prompt in prompts:
            if not stop.is_set():
                self.outcomes[f"{senior.stage} {senior.settle(person, prompt, CLAUSE)}"] += 1
        return len(prompts)

    def _review_share(self, person: Client, senior: Senior, handles: Sequence[int], *, stop: Event) -> int:
        for handle in handles:
            if not stop.is_set():
                self.outcomes[f"{senior.stage} review {senior.review(person, handle, CLAUSE)}"] += 1
        return len(handles)


def _is_clear(qualities: Sequence[float]) -> bool:
    return all(abs(one - other) >= CLEAR for one, other in combinations(qualities, 2))
