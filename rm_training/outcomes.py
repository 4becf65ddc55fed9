"""What a model made of every prompt of a benchmark, as files: read, compared in pairs, and turned into texts to read.

benchmark/<subset>.jsonl holds a line per prompt, {"input", "category", "pairs": [[winner, loser, margin], …]}, the
margin being the model's reward of the winner less that of the loser; a pair is right where it is above 0.
disagreements.jsonl holds the pairs that a model orders against the human ranking, worst first, with their texts.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from annotate.domain.benchmark import PairedBootstrap, PromptOutcome, paired_bootstrap
from annotate.domain.states import Subset

OUTCOMES_DIR = "benchmark"
DISAGREEMENTS_FILE = "disagreements.jsonl"
MOST_DISAGREEMENTS = 200

Metric = Literal["accuracy", "exact_match"]
METRICS: tuple[Metric, ...] = ("accuracy", "exact_match")
# A prompt and the pairs asked of it: what two models must have in common to be compared on it.
Question = tuple[str, tuple[tuple[str, str], ...]]


class OutcomesDiffer(ValueError):
    """Two models were not asked the same."""


def outcomes_exist(folder: Path, metrics: Mapping[str, Any]) -> bool:
    """Tell whether every subset that has figures has its outcomes in `folder`, too."""
    measured = [subset.value for subset in Subset if subset.value in metrics]
    return all((folder / OUTCOMES_DIR / f"{subset}.jsonl").is_file() for subset in measured)


def outcomes_read(path: Path) -> dict[Question, PromptOutcome]:
    """Return {question: outcome} in the order of the file; a prompt without ordered pairs does not count.

    Raises FileNotFoundError, and ValueError where the file is not what the engine writes.
    """
    found: dict[Question, PromptOutcome] = {}
    for line in _lines(path):
        pairs = sorted((str(winner), str(loser), float(margin)) for winner, loser, margin in line["pairs"])
        if pairs:
            question = (str(line["input"]), tuple((winner, loser) for winner, loser, _ in pairs))
            found[question] = PromptOutcome(str(line["category"]), tuple(margin > 0 for *_, margin in pairs))
    return found


def outcomes_compare(ours: Path, theirs: Path) -> dict[str, dict[Metric, dict[str, float]]]:
    """Compare the models whose outcomes lie in two folders: {subset: {metric: the figures of the paired bootstrap}}.

    The difference is ours less theirs. A subset that either lacks is left out. Raises OutcomesDiffer.
    """
    compared = {}
    for subset in Subset:
        name = f"{OUTCOMES_DIR}/{subset.value}.jsonl"
        if (ours / name).is_file() and (theirs / name).is_file():
            one, other = outcomes_read(ours / name), outcomes_read(theirs / name)
            if one.keys() != other.keys():
                raise OutcomesDiffer(f"The two models were not measured on the same {subset.value} prompts.")
            if one:
                compared[subset.value] = {metric: asdict(_bootstrap(one, other, metric)) for metric in METRICS}
    return compared


def _bootstrap(
    one: Mapping[Question, PromptOutcome], other: Mapping[Question, PromptOutcome], metric: Metric
) -> PairedBootstrap:
    return paired_bootstrap(list(one.values()), [other[question] for question in one], metric=metric)


def surely_better(compared: Mapping[str, Mapping[Metric, Mapping[str, float]]]) -> bool:
    """Tell whether ours is better with 95% confidence: the interval of accuracy lies above 0 on both subsets."""
    return all(subset.value in compared and compared[subset.value]["accuracy"]["low"] > 0 for subset in Subset)


def surely_worse(compared: Mapping[str, Mapping[Metric, Mapping[str, float]]]) -> bool:
    """Tell whether ours is worse with 95% confidence: the interval of accuracy lies below 0 on any subset."""
    return any(figures["accuracy"]["high"] < 0 for figures in compared.values())


@dataclass(frozen=True, slots=True)
class DisagreementPage:
    """Some disagreements, and the number of the line after the last one looked at; None at the end."""

    rows: list[dict[str, Any]]
    next: int | None


def disagreements_read(
    folder: Path, *, subset: str | None, category: str | None, after: int, limit: int
) -> DisagreementPage:
    """Return at most `limit` disagreements from line `after` on, worst first; none where the file is missing."""
    rows: list[dict[str, Any]] = []
    try:
        for number, line in enumerate(islice(_lines(folder / DISAGREEMENTS_FILE), MOST_DISAGREEMENTS)):
            wanted = subset in (None, line["subset"]) and category in (None, line["category"])
            if number < after or not wanted:
                continue
            if len(rows) == limit:
                return DisagreementPage(rows, number)
            rows.append(line | {"number": number})
    except FileNotFoundError:
        pass
    return DisagreementPage(rows, None)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)
