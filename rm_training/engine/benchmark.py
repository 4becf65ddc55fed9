"""The benchmark of a model (PROTOCOL 10): the content of metrics.json, and what lies behind it, pair by pair."""

import heapq
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import exp
from pathlib import Path
from typing import Any

from annotate.domain.benchmark import PromptOutcome, benchmark_scores, overall_interval, score_intervals
from annotate.domain.calibration import calibration
from annotate.domain.correlation import rank_correlations, tiers_of_pairs
from annotate.domain.ranking import BenchmarkScores
from annotate.domain.statistics import Interval
from rm_training.engine.data import Prompt
from rm_training.engine.files import write_text
from rm_training.engine.scorer import Progress, Scored, Scorer, silent

MOST_DISAGREEMENTS = 200


@dataclass(frozen=True)
class Benchmarked:
    """`metrics` is what metrics.json holds; `scored` the prompts of each subset with what the model says of them."""

    metrics: dict[str, Any]
    scored: dict[str, tuple[Sequence[Prompt], Scored]]


def benchmark(
    scorer: Scorer,
    subsets: Mapping[str, Sequence[Prompt]],
    *,
    seed: int = 0,
    progress: Callable[[str], Progress] = lambda subset: silent,
) -> Benchmarked:
    """Score the subsets and work out every figure; `progress` gives each subset the function that follows it."""
    scored = {subset: (prompts, scorer.scored(prompts, progress(subset))) for subset, prompts in subsets.items()}
    metrics: dict[str, Any] = {subset: _figures(*both, seed) for subset, both in scored.items()}
    outcomes = {subset: prompt_outcomes(*both) for subset, both in scored.items()}
    whole = {"open", "human"} <= scored.keys()
    metrics["overall"] = overall(metrics["open"], metrics["human"]) if whole else None
    ends = overall_interval([outcomes["open"], outcomes["human"]], seed=seed) if whole else None
    metrics["overall_interval"] = _ends(ends)
    return Benchmarked(metrics, scored)


def overall(open_scores: BenchmarkScores, human_scores: BenchmarkScores) -> float | None:
    """Mean of the four figures; None where a subset orders nothing."""
    figures = [scores[name] for scores in (open_scores, human_scores) for name in ("accuracy", "exact_match")]
    known = [figure for figure in figures if figure is not None]
    return sum(known) / 4 if len(known) == 4 else None


def prompt_outcomes(prompts: Sequence[Prompt], scored: Scored) -> list[PromptOutcome]:
    """Which pairs came out right: those with a margin above 0. An equal reward is never right."""
    return [
        PromptOutcome(prompt.category, tuple(margin > 0 for margin in margins))
        for prompt, margins in zip(prompts, scored.margins, strict=True)
    ]


def write_outcomes(folder: Path, benchmarked: Benchmarked) -> None:
    """Write folder/<subset>.jsonl: of each prompt {"input", "category", "pairs": [[winner id, loser id, margin]]}."""
    folder.mkdir(parents=True, exist_ok=True)
    for subset, (prompts, scored) in benchmarked.scored.items():
        _write_lines(
            folder / f"{subset}.jsonl", (_outcome(*both) for both in zip(prompts, scored.margins, strict=True))
        )


def write_disagreements(file: Path, benchmarked: Benchmarked) -> None:
    """Write the pairs that the model does not order as people did, the surest of itself first, at most 200."""
    wrong = (
        (margin, subset, prompt, pair)
        for subset, (prompts, scored) in benchmarked.scored.items()
        for prompt, margins in zip(prompts, scored.margins, strict=True)
        for pair, margin in zip(prompt.pairs, margins, strict=True)
        if margin <= 0
    )
    worst = heapq.nsmallest(MOST_DISAGREEMENTS, wrong, key=lambda item: item[0])
    _write_lines(file, (_disagreement(*item) for item in worst))


def _figures(prompts: Sequence[Prompt], scored: Scored, seed: int) -> dict[str, Any]:
    outcomes = prompt_outcomes(prompts, scored)
    intervals = score_intervals(outcomes, seed=seed)
    calibrated = calibration(scored.margins, seed=seed)
    correlations = rank_correlations(
        (tiers, dict(enumerate(rewards)))
        for prompt, rewards in zip(prompts, scored.rewards, strict=True)
        if (tiers := tiers_of_pairs(len(prompt.responses), prompt.pairs))
    )
    return {
        **benchmark_scores(outcomes),
        "intervals": intervals and {name: _ends(interval) for name, interval in intervals.items()},
        "ece": calibrated.ece,
        "temperature": calibrated.temperature,
        "ece_scaled": calibrated.ece_scaled,
        "reliability": [asdict(bin) for bin in calibrated.reliability],
        "spearman": correlations.spearman,
        "kendall": correlations.kendall,
        **scored.figures,
    }


def _ends(interval: Interval | None) -> list[float] | None:
    return None if interval is None else [interval.low, interval.high]


def _outcome(prompt: Prompt, margins: Sequence[float]) -> dict[str, Any]:
    ids = prompt.response_ids
    pairs = [[ids[i], ids[j], margin] for (i, j), margin in zip(prompt.pairs, margins, strict=True)]
    return {"input": prompt.text, "category": prompt.category, "pairs": pairs}


def _disagreement(margin: float, subset: str, prompt: Prompt, pair: tuple[int, int]) -> dict[str, Any]:
    winner, loser = ({"id": prompt.response_ids[i], "text": prompt.responses[i]} for i in pair)
    return {
        "subset": subset, "category": prompt.category, "input": prompt.text, "winner": winner, "loser": loser,
        "margin": margin, "probability": exp(margin) / (1 + exp(margin)),
    }  # fmt: skip


def _write_lines(file: Path, lines: Iterator[dict[str, Any]]) -> None:
    write_text(file, "".join(json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n" for line in lines))
