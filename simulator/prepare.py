"""Prepares the input of a simulation: a sample of prompts, five responses of each, and how good every response is."""

import json
import random
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from annotate.domain.filters import text_fault
from annotate.exchange.problems import LineProblem
from annotate.exchange.prompts_in import MAX_TEXT, text_sha256
from annotate.exchange.rows_in import read_rows
from simulator.problems import Broken
from simulator.quality import Labels, Quality

ROOT = Path(__file__).resolve().parent.parent
DEMO_FILE = ROOT / "demo" / "prompts_responses.jsonl"
HIDDEN_FILE = "hidden_quality.json"
HUMAN_LABEL = "human_total"
RESPONSES, FEWEST_RESPONSES = 5, 3
MAX_BYTES = 64 * 2**30
SUBSETS = ("open", "human")
KEPT = ("id", "prompt", "system", "category", "source")

Responses = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A usable prompt of the file, all its usable responses, and where their qualities will come from."""

    line: int
    row: dict[str, Any]
    responses: Responses
    labels: Labels

    @property
    def key(self) -> str:
        """Return what names the prompt in seeds and in the file of hidden qualities."""
        return str(self.row.get("id") or text_sha256(self.row["prompt"]))


@dataclass(slots=True)
class Input:
    """What goes into the site (`file`, FORMATS 1), what only the simulated people know, and what was left out."""

    file: Path
    n_prompts: int
    n_responses: int
    quality: Quality
    human_sources: list[str]
    labels: dict[str, dict[str, int]]
    left_out: dict[str, int]


@dataclass(slots=True)
class _Sieve:
    """Lets usable prompts of a file through, and counts by reason what it left out."""

    hidden: Mapping[str, Mapping[str, float]]
    left_out: Counter[str] = field(default_factory=Counter)
    seen: set[str] = field(default_factory=set)

    def candidates(self, file: Path) -> Iterator[Candidate]:
        with file.open("rb") as opened:
            for line, row in read_rows(opened, file.name, max_bytes=MAX_BYTES):
                candidate = self._candidate(line, row)
                if candidate is not None:
                    yield candidate

    def _candidate(self, line: int, row: object) -> Candidate | None:
        if isinstance(row, LineProblem):
            self.left_out[f"lines: {row.code.value}"] += 1
            return None
        if not isinstance(row, dict) or not _is_text(row.get("prompt")):
            self.left_out["lines: no prompt"] += 1
            return None
        responses = self._responses(row.get("responses"))
        if len(responses) < FEWEST_RESPONSES:
            self.left_out["prompts: fewer than 3 different responses"] += 1
            return None
        names = {text_sha256(row["prompt"]), f"id {row['id']}" if row.get("id") else ""} - {""}
        if not self.seen.isdisjoint(names):
            self.left_out["prompts: repeated"] += 1
            return None
        self.seen |= names
        return self._labelled(Candidate(line, row, responses, Labels.DRAWN))

    def _responses(self, given: object) -> Responses:
        """Return the responses that can be shown and differ from each other."""
        usable: dict[str, dict[str, Any]] = {}
        for response in given if isinstance(given, list) else []:
            if not isinstance(response, dict) or not _is_text(response.get("text")) or not response.get("model"):
                self.left_out["responses: blank or unreadable"] += 1
            elif text_sha256(response["text"]) in usable:
                self.left_out["responses: same text as another"] += 1
            else:
                usable[text_sha256(response["text"])] = response
        return list(usable.values())

    def _labelled(self, candidate: Candidate) -> Candidate:
        """Return the candidate with the best labels that enough of its responses have, and only those responses."""
        hidden = self.hidden.get(candidate.key, {})
        chosen = {
            Labels.HIDDEN: [r for r in candidate.responses if r["model"] in hidden],
            Labels.HUMAN: [r for r in candidate.responses if _human_label(r) is not None],
        }
        for labels, responses in chosen.items():
            if len(responses) >= min(RESPONSES, len(candidate.responses)):
                return Candidate(candidate.line, candidate.row, responses, labels)
        return candidate


def prepare(data: Path, *, limit: int | None, seed: int, folder: Path) -> Input:
    """Sample `limit` prompts (all without one) of `data`, 3 to 5 responses of each, and write them to `folder`.

    Every prompt of the file is as likely to be drawn as any other of its kind; where some prompts carry labels and
    others do not, half of the sample has labels if the file holds so many: a drawn quality teaches a model nothing.
    Raises Broken if nothing in the file can be used.
    """
    sieve = _Sieve(_hidden(data))
    chosen = _sample(sieve.candidates(data), limit, random.Random(f"{seed}:prompts"))
    if not chosen:
        raise Broken(f"{data} holds no prompt with {FEWEST_RESPONSES} different responses. {dict(sieve.left_out)}")
    by_text: dict[tuple[str, str], float] = {}
    labels: dict[str, dict[str, int]] = {}
    human_sources = _human_sources({_source(candidate) for candidate in chosen})
    file = folder / "prompts.jsonl"
    n_responses = 0
    with file.open("w", encoding="utf-8") as opened:
        for candidate in chosen:
            generator = random.Random(f"{seed}:{candidate.key}")
            responses = generator.sample(candidate.responses, min(RESPONSES, len(candidate.responses)))
            qualities = _qualities(candidate, responses, sieve.hidden, generator)
            by_text |= {(candidate.row["prompt"], text): quality for text, quality in qualities.items()}
            subset = SUBSETS[_source(candidate) in human_sources]
            counts = labels.setdefault(candidate.labels, dict.fromkeys(SUBSETS, 0))
            counts[subset] += 1
            n_responses += len(responses)
            opened.write(json.dumps(_line(candidate, responses), ensure_ascii=False) + "\n")
    return Input(file, len(chosen), n_responses, Quality(by_text), human_sources, labels, dict(sieve.left_out))


def _is_text(value: object) -> bool:
    return isinstance(value, str) and text_fault(value, MAX_TEXT) is None


def _human_label(response: Mapping[str, Any]) -> float | None:
    labels = response.get("labels")
    value = labels.get(HUMAN_LABEL) if isinstance(labels, dict) else None
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _hidden(data: Path) -> dict[str, dict[str, float]]:
    """Return {prompt id: {model: quality}} from the file beside `data`, if there is one."""
    file = data.with_name(HIDDEN_FILE)
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


class _Reservoir:
    """Keeps `size` of the items it is given, each with the same chance, however many come (Vitter's algorithm R)."""

    def __init__(self, size: int | None, generator: random.Random) -> None:
        self.size, self.generator = size, generator
        self.kept: list[Candidate] = []
        self.n_seen = 0

    def add(self, item: Candidate) -> None:
        self.n_seen += 1
        if self.size is None or len(self.kept) < self.size:
            self.kept.append(item)
        elif (place := self.generator.randrange(self.n_seen)) < self.size:
            self.kept[place] = item


def _sample(candidates: Iterable[Candidate], limit: int | None, generator: random.Random) -> list[Candidate]:
    """Return the sample in the order of the file, or shuffled where it is a sample, so that sources are mixed."""
    labelled, drawn = _Reservoir(limit, generator), _Reservoir(limit, generator)
    for candidate in candidates:
        (drawn if candidate.labels is Labels.DRAWN else labelled).add(candidate)
    if limit is None or limit >= len(labelled.kept) + len(drawn.kept):
        return sorted(labelled.kept + drawn.kept, key=lambda candidate: candidate.line)
    n_labelled = min(len(labelled.kept), max(-(-limit // 2), limit - len(drawn.kept)))
    chosen = generator.sample(labelled.kept, n_labelled) + generator.sample(drawn.kept, limit - n_labelled)
    generator.shuffle(chosen)
    return chosen


def _source(candidate: Candidate) -> str:
    return str(candidate.row.get("source") or SUBSETS[0])


def _human_sources(sources: set[str]) -> list[str]:
    """Return which sources count as human instructions: those so named, else every second one by name."""
    if sources <= set(SUBSETS):
        return sorted(sources & {"human"})
    return sorted(sources - set(SUBSETS))[1::2] + sorted(sources & {"human"})


def _qualities(
    candidate: Candidate,
    responses: Responses,
    hidden: Mapping[str, Mapping[str, float]],
    generator: random.Random,
) -> dict[str, float]:
    """Return {response text: quality}, of about unit variance within a prompt."""
    if candidate.labels is Labels.HIDDEN:
        return {r["text"]: hidden[candidate.key][r["model"]] for r in responses}
    if candidate.labels is Labels.DRAWN:
        return {r["text"]: generator.gauss(0, 1) for r in responses}
    # Scales differ from prompt to prompt (full marks are 5 here and 14 there), so each is standardised by itself.
    totals = [_human_label(r) or 0.0 for r in candidate.responses]
    mean, spread = statistics.fmean(totals), statistics.pstdev(totals) or 1.0
    return {r["text"]: ((_human_label(r) or 0.0) - mean) / spread for r in responses}


def _line(candidate: Candidate, responses: Responses) -> dict[str, Any]:
    """Return the line of FORMATS 1, with no label in it."""
    kept = {name: candidate.row[name] for name in KEPT if candidate.row.get(name)}
    return kept | {"responses": [{"model": r["model"], "text": r["text"]} for r in responses]}
