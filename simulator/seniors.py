"""How simulated people talk a disagreement over, decide what stays open, and review what is settled."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.client import Client, Refused
from simulator.quality import Quality, verdict

# Talking it over, a person reads again with so much of their usual error.
SECOND_LOOK = 0.4
# On so many differences somebody stays with what they said, whatever they see.
STUBBORN = 0.6
# Qualities so close to the tie band are a matter of taste: a team hands them to the next.
UNSURE = {"delivery": 0.15, "operations": 0.05, "research": 0.0}
# A verdict is wrong enough to be sent back when the responses lie so far apart and it says otherwise.
GROSS = 1.0
# What was settled meanwhile by somebody else, or closed by itself, is no failure of the simulation.
OVERTAKEN = {"already_decided", "already_moved", "already_closed", "already_reviewed", "discussion_closed", "closed"}


@dataclass(frozen=True, slots=True)
class Talker:
    """An annotator in an alignment discussion: reads the pair again, more carefully, and may take it back."""

    name: str
    seed: int
    noise: float
    tie_band: float
    quality: Quality

    def discuss(self, person: Client, prompt: int) -> int:
        """Look at every difference of one discussion; return how many own verdicts were revised."""
        shown = person.get(f"discussions/{prompt}")
        perceived = self._second_look(shown)
        will = random.Random(f"{self.seed}:{self.name}:{prompt}:will")
        n_revised = 0
        for row in shown["comparisons"]:
            own = [said["verdict"] for said in row["verdicts"] if said["mine"]]
            seen = verdict(perceived[row["response_a"]], perceived[row["response_b"]], self.tie_band)
            if row["same"] or not own or own[0] == seen or will.random() < STUBBORN:
                continue
            body = {name: row[name] for name in ("task", "response_a", "response_b")} | {"verdict": seen}
            if not _done(person, f"discussions/{prompt}/revise", body):
                return n_revised
            n_revised += 1
        if n_revised:
            _done(person, f"discussions/{prompt}/messages", {"text": f"重读后改了 {n_revised} 处，其余按指南维持。"})
        return n_revised

    def give_up(self, person: Client, prompt: int) -> None:
        """Hand a discussion on that came to nothing."""
        if person.get(f"discussions/{prompt}")["open"]:
            _done(person, f"discussions/{prompt}/escalate", {"reason": "双方都重读过，仍不一致。"})

    def _second_look(self, shown: Mapping[str, Any]) -> dict[int, float]:
        generator = random.Random(f"{self.seed}:{self.name}:{shown['prompt']['id']}:again")
        texts = {response["id"]: response["text"] for response in shown["responses"]}
        true = self.quality.of(shown["prompt"]["text"], texts)
        error = self.noise * SECOND_LOOK
        return {response: true[response] + error * generator.gauss(0, 1) for response in sorted(true)}


@dataclass(frozen=True, slots=True)
class Senior:
    """A member of a team, who knows the true qualities but, below research, leaves close calls to the next team."""

    stage: str
    tie_band: float
    quality: Quality

    def settle(self, person: Client, prompt: int, clause: str) -> str:
        """Decide one escalated prompt, or hand it on; return "decided", "escalated" or "overtaken"."""
        dispute = person.get(f"disputes/{prompt}")
        if not dispute["may_decide"]:
            return "overtaken"
        true = self._true(dispute)
        differing = [row for row in dispute["comparisons"] if not row["same"]]
        gaps = [abs(abs(true[row["response_a"]] - true[row["response_b"]]) - self.tie_band) for row in differing]
        if any(gap < UNSURE[self.stage] for gap in gaps):
            body = {"reason": "与相当的界线太近，请上一级裁定。"}
            return "escalated" if _done(person, f"disputes/{prompt}/escalate", body) else "overtaken"
        body = self.decision(dispute, clause)
        return "decided" if _done(person, f"disputes/{prompt}/decision", body) else "overtaken"

    def decision(self, dispute: Mapping[str, Any], clause: str) -> dict[str, Any]:
        """Return the body of a decision: a verdict on every differing comparison, and the reason."""
        labels = {response["id"]: response["label"] for response in dispute["responses"]}
        true = self._true(dispute)
        settled, said = [], []
        for comparison in dispute["comparisons"]:
            if not comparison["same"]:
                a, b = comparison["response_a"], comparison["response_b"]
                chosen = verdict(true[a], true[b], self.tie_band)
                settled.append({"task": comparison["task"], "response_a": a, "response_b": b, "verdict": chosen})
                said.append(labels[a] + {"a": ">", "b": "<", "equal": "="}[chosen] + labels[b])
        reason = f"两轮意见不一致，按指南逐条重看全文后裁定：{'、'.join(dict.fromkeys(said))}。"
        discards = [{"response": row["response"], "discarded": False} for row in dispute["discards"]]
        return {"verdicts": settled, "reason": reason, "clause": clause, "discards": discards}

    def review(self, person: Client, handle: int, clause: str) -> str:
        """Review one prompt; return "approved", "rejected", "overruled" or "overtaken"."""
        shown = person.get(f"reviews/{handle}")
        if not shown["may_act"]:
            return "overtaken"
        true = self._true(shown)
        bad = [slot for slot in shown["slots"] if self._is_gross(slot["order"], true)]
        if bad:
            slots = [{"task": slot["task"], "pass": slot["pass"]} for slot in bad]
            body = {"reason": "次序与内容明显相反，请按指南重做。", "return_to": "same", "slots": slots}
            return "rejected" if _done(person, f"reviews/{handle}/reject", body) else "overtaken"
        wrong = self._wrongly_decided(shown, true)
        if wrong:
            body = {"verdicts": wrong, "reason": "裁定与全文不符，改判。", "clause": clause}
            return "overruled" if _done(person, f"reviews/{handle}/overrule", body) else "overtaken"
        return "approved" if _done(person, f"reviews/{handle}/approve", {}) else "overtaken"

    def _true(self, shown: Mapping[str, Any]) -> dict[int, float]:
        texts = {response["id"]: response["text"] for response in shown["responses"]}
        return self.quality.of(shown["prompt"]["text"], texts)

    def _is_gross(self, order: Sequence[Sequence[int]], true: Mapping[int, float]) -> bool:
        placed = [(tier, response) for tier, responses in enumerate(order) for response in responses]
        return any(
            true[lower] - true[upper] > GROSS for tier, upper in placed for other, lower in placed if tier <= other
        )

    def _wrongly_decided(self, shown: Mapping[str, Any], true: Mapping[int, float]) -> list[dict[str, Any]]:
        found = []
        for row in shown["comparisons"]:
            gap = true[row["response_a"]] - true[row["response_b"]]
            right = verdict(true[row["response_a"]], true[row["response_b"]], self.tie_band)
            if row["decided"] and row["decided"]["verdict"] != right and abs(gap) > GROSS:
                keys = {name: row[name] for name in ("task", "response_a", "response_b")}
                found.append(keys | {"verdict": right})
        return found


def _done(person: Client, path: str, body: Mapping[str, Any]) -> bool:
    try:
        person.post(path, body)
    except Refused as refused:
        if refused.code not in OVERTAKEN:
            raise
        return False
    return True
