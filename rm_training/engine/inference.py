"""Rewards of samples and benchmark figures of a model; a reward does not depend on what shares its pass."""

import math
import sys
from collections.abc import Callable, Sequence

import torch

from annotate.domain.ranking import BenchmarkItem, BenchmarkScores, score_prompts
from rm_training.engine.batching import pack
from rm_training.engine.data import Prompt
from rm_training.engine.encode import Encoder, Tokens
from rm_training.engine.errors import EngineError
from rm_training.engine.model import RewardModel

Progress = Callable[[int, int], None]


def rewards_of(
    model: RewardModel,
    prompts: Sequence[Prompt],
    *,
    max_length: int,
    token_budget: int = sys.maxsize,
    rows: int | None = None,
    progress: Progress = lambda done, total: None,
) -> list[list[float]]:
    """The reward of each response of each prompt.

    Every response is scored: one above `max_length` tokens is cut on the left, behind the template's head,
    and counted on stderr. A pass has at most `token_budget` tokens and `rows` responses. Raises EngineError
    `reward_not_finite`.
    """
    encoder = Encoder(model.tokenizer, max_length)
    tokens = encoder.encode([(prompt.text, response) for prompt in prompts for response in prompt.responses])
    cut = sum(not encoder.fits(row) for row in tokens)
    if cut:
        print(
            f"{cut} of {len(tokens)} samples exceed {max_length} tokens and are cut on the left",
            file=sys.stderr,
        )
    tokens = [encoder.cut_left(row) for row in tokens]
    rewards = [math.nan] * len(tokens)
    done = 0
    for chosen in pack([(1, len(row)) for row in tokens], token_budget, rows):
        values = _forward(model, [tokens[i] for i in chosen])
        for i, value in zip(chosen, values, strict=True):
            rewards[i] = value
        done += len(chosen)
        progress(done, len(tokens))
    if not all(map(math.isfinite, rewards)):
        raise EngineError("reward_not_finite", "The model gives rewards that are no finite numbers.")
    remaining = iter(rewards)
    return [[next(remaining) for _ in prompt.responses] for prompt in prompts]


def _forward(model: RewardModel, samples: list[Tokens]) -> list[float]:
    was_training = model.training
    model.eval()
    try:
        with torch.inference_mode():
            values: list[float] = model(samples).tolist()
        return values
    finally:
        model.train(was_training)


def benchmark_scores(prompts: Sequence[Prompt], rewards: Sequence[Sequence[float]]) -> BenchmarkScores:
    """Accuracy and exact match of one subset (PROTOCOL 10); an equal reward is never right."""
    return score_prompts(
        BenchmarkItem(prompt.category, prompt.pairs, dict(enumerate(values)))
        for prompt, values in zip(prompts, rewards, strict=True)
    )


def overall(open_scores: BenchmarkScores, human_scores: BenchmarkScores) -> float | None:
    """Mean of the four figures; None where a subset orders nothing."""
    figures = [scores[name] for scores in (open_scores, human_scores) for name in ("accuracy", "exact_match")]
    known = [figure for figure in figures if figure is not None]
    return sum(known) / 4 if len(known) == 4 else None


def evaluate(
    model: RewardModel, benchmark: dict[str, list[Prompt]], **options: int | Progress | None
) -> dict[str, BenchmarkScores | float | None]:
    """Scores of each subset given, and "overall"; the options are those of `rewards_of`."""
    scores = {
        subset: benchmark_scores(prompts, rewards_of(model, prompts, **options))  # type: ignore[arg-type]
        for subset, prompts in benchmark.items()
    }
    both = overall(scores["open"], scores["human"]) if {"open", "human"} <= scores.keys() else None
    return {**scores, "overall": both}
