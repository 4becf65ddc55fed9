"""The loss against a literal one, and the gradient against autograd on the whole batch in one pass."""

import math
import random
from pathlib import Path

import pytest
import torch

from rm_training.engine.batching import Batch, plan_epoch
from rm_training.engine.data import read_training
from rm_training.engine.encode import EncodedPrompt, Encoder, encode_training
from rm_training.engine.loss import preference_loss
from rm_training.engine.model import RewardModel
from rm_training.engine.schedule import learning_rate
from rm_training.engine.step import accumulate_gradient


def literal_loss(rewards: list[float], pairs: list[tuple[int, int]], regularization: float) -> float:
    """PROTOCOL 9 read aloud."""
    total = 0.0
    for winner, loser in pairs:
        total += -math.log(1 / (1 + math.exp(-(rewards[winner] - rewards[loser]))))
    return total / len(pairs) + regularization * sum(r * r for r in rewards) / len(rewards)


def test_the_loss_equals_a_loop_over_the_pairs() -> None:
    draw = random.Random(0)
    rewards = [draw.gauss(0, 2) for _ in range(9)]
    pairs = [(i, j) for i in range(9) for j in range(9) if i != j and draw.random() < 0.3]

    loss = preference_loss(
        torch.tensor(rewards, dtype=torch.float64), torch.tensor(pairs), 0.1,
        total_pairs=len(pairs), total_responses=9,
    )  # fmt: skip

    assert loss.item() == pytest.approx(literal_loss(rewards, pairs, 0.1), rel=1e-12)


def test_a_wide_margin_neither_overflows_nor_underflows() -> None:
    rewards = torch.tensor([-500.0, 500.0])

    loss = preference_loss(rewards, torch.tensor([[0, 1]]), 0.0, total_pairs=1, total_responses=2)

    assert loss.item() == pytest.approx(1000.0)


@pytest.fixture
def encoded(fresh_model: RewardModel, training_file: Path) -> list[EncodedPrompt]:
    return encode_training(read_training([training_file])[:6], Encoder(fresh_model.tokenizer, 512), "drop").prompts


def gradient_of(
    model: RewardModel, prompts: list[EncodedPrompt], batch: Batch, budget: int
) -> tuple[float, torch.Tensor]:
    model.zero_grad()
    figures = accumulate_gradient(model, prompts, batch, budget, 0.1)
    return figures.loss, torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None])


@pytest.mark.parametrize("budget", [600, 60, 1], ids=["parts of prompts", "prompts in passes", "one by one"])
def test_the_token_budget_changes_neither_loss_nor_gradient(
    fresh_model: RewardModel, encoded: list[EncodedPrompt], budget: int
) -> None:
    [batch] = plan_epoch([prompt.shape for prompt in encoded], 64, seed=0, epoch=0)

    whole_loss, whole = gradient_of(fresh_model, encoded, batch, 10**9)
    loss, gradient = gradient_of(fresh_model, encoded, batch, budget)

    assert loss == pytest.approx(whole_loss, abs=1e-6)
    assert whole.abs().max() > 1e-3
    torch.testing.assert_close(gradient, whole, atol=2e-6, rtol=1e-4)


def test_loss_and_accuracy_of_a_step_are_those_of_its_rewards(
    fresh_model: RewardModel, encoded: list[EncodedPrompt]
) -> None:
    [batch] = plan_epoch([prompt.shape for prompt in encoded], 64, seed=0, epoch=0)
    rewards: list[float] = []
    pairs: list[tuple[int, int]] = []
    for group in batch.groups:
        pairs += [(len(rewards) + w, len(rewards) + v) for w, v in group.pairs]
        samples = [encoded[group.prompt].tokens[i] for i in group.responses]
        rewards += fresh_model(samples).tolist()

    figures = accumulate_gradient(fresh_model, encoded, batch, 10**9, 0.1)

    assert figures.loss == pytest.approx(literal_loss(rewards, pairs, 0.1), abs=1e-5)
    assert figures.accuracy == pytest.approx(sum(rewards[w] > rewards[v] for w, v in pairs) / len(pairs))
    assert figures.reward_mean == pytest.approx(sum(rewards) / len(rewards), abs=1e-5)


def test_the_rate_warms_up_and_then_falls_along_half_a_cosine() -> None:
    rates = [learning_rate(s, 100, peak=1.0, warmup_ratio=0.1, scheduler="cosine") for s in range(100)]

    assert rates[:10] == pytest.approx([(i + 1) / 10 for i in range(10)])
    assert rates[55] == pytest.approx(0.5)
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert 0 < rates[99] < 0.001


def test_the_other_schedules_stay_or_fall_in_a_line() -> None:
    assert learning_rate(90, 100, peak=2.0, warmup_ratio=0.1, scheduler="constant") == 2.0
    assert learning_rate(55, 100, peak=2.0, warmup_ratio=0.1, scheduler="linear") == pytest.approx(1.0)
