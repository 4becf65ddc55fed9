"""The loss against a literal one, and the gradient against autograd on the whole batch in one pass."""

import math
import random
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rm_training.engine.batching import Batch, plan_epoch
from rm_training.engine.data import read_training
from rm_training.engine.encode import EncodedPrompt, Encoder, encode_training
from rm_training.engine.loss import Pairs, PreferenceLoss, Totals
from rm_training.engine.model import RewardModel
from rm_training.engine.objective import Objective
from rm_training.engine.parallel import Ranks
from rm_training.engine.schedule import learning_rate
from rm_training.engine.step import StepFigures, accumulate_gradient


def literal_loss(rewards: list[float], pairs: list[tuple[int, int]], regularization: float) -> float:
    """PROTOCOL 9 read aloud."""
    total = 0.0
    for winner, loser in pairs:
        total += -math.log(1 / (1 + math.exp(-(rewards[winner] - rewards[loser]))))
    return total / len(pairs) + regularization * sum(r * r for r in rewards) / len(rewards)


def pairs_of(ordered: list[tuple[int, int]], distances: list[float], tied: list[tuple[int, int]]) -> Pairs:
    as_tensor = [torch.tensor(pairs, dtype=torch.int64).reshape(-1, 2) for pairs in (ordered, tied)]
    return Pairs(as_tensor[0], torch.tensor(distances, dtype=torch.float64), as_tensor[1])


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


@given(
    st.lists(st.floats(-4, 4), min_size=2, max_size=7),
    st.floats(0, 1),
    st.floats(0, 0.4),
    st.booleans(),
    st.floats(0.05, 2),
    st.randoms(use_true_random=False),
)
def test_the_loss_equals_a_loop_over_the_pairs(
    rewards: list[float], margin: float, smoothing: float, ties: bool, threshold: float, draw: random.Random
) -> None:
    every = [(i, j) for i in range(len(rewards)) for j in range(len(rewards)) if i != j]
    ordered = draw.sample(every, draw.randint(1, len(every)))
    tied = draw.sample(every, draw.randint(0, len(every)))
    distances = [float(draw.randint(1, 4)) for _ in ordered]
    total = 0.0
    count = 0
    for (winner, loser), distance in zip(ordered, distances, strict=True):
        apart, least = rewards[winner] - rewards[loser], margin * distance + (threshold if ties else 0)
        total -= (1 - smoothing) * math.log(sigmoid(apart - least)) + smoothing * math.log(sigmoid(-apart - least))
        count += 1
    for one, other in tied if ties else []:
        strength, rival, favour = math.exp(rewards[one]), math.exp(rewards[other]), math.exp(threshold)
        # Rao and Kupper (1967), in their own terms.
        chance = (favour**2 - 1) * strength * rival / ((strength + favour * rival) * (rival + favour * strength))
        total -= math.log(chance)
        count += 1
    expected = total / count + 0.1 * sum(r * r for r in rewards) / len(rewards)

    loss = PreferenceLoss(0.1, margin, smoothing, ties, threshold)(
        torch.tensor(rewards, dtype=torch.float64), pairs_of(ordered, distances, tied), Totals(count, len(rewards))
    )

    assert loss.item() == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_the_default_loss_is_bradley_terry_as_the_protocol_says() -> None:
    draw = random.Random(0)
    rewards = [draw.gauss(0, 2) for _ in range(9)]
    pairs = [(i, j) for i in range(9) for j in range(9) if i != j and draw.random() < 0.3]

    loss = PreferenceLoss()(
        torch.tensor(rewards, dtype=torch.float64),
        pairs_of(pairs, [3.0] * len(pairs), [(0, 1)]),
        Totals(len(pairs), 9),
    )

    assert loss.item() == pytest.approx(literal_loss(rewards, pairs, 0.1), rel=1e-12)


def test_the_chances_of_better_worse_and_equal_add_up_to_one() -> None:
    loss = PreferenceLoss(regularization=0.0, ties=True, tie_threshold=0.7)
    rewards = torch.tensor([0.4, -0.9], dtype=torch.float64)

    said = [pairs_of([(0, 1)], [1.0], []), pairs_of([(1, 0)], [1.0], []), pairs_of([], [], [(0, 1)])]

    chances = [math.exp(-loss(rewards, pairs, Totals(1, 2)).item()) for pairs in said]
    assert sum(chances) == pytest.approx(1)
    assert chances[0] > chances[1]


def test_a_wide_margin_neither_overflows_nor_underflows() -> None:
    rewards = torch.tensor([-500.0, 500.0], dtype=torch.float64)

    loss = PreferenceLoss(regularization=0.0)(rewards, pairs_of([(0, 1)], [1.0], []), Totals(1, 2))

    assert loss.item() == pytest.approx(1000.0)


@pytest.fixture
def encoded(fresh_model: RewardModel, training_file: Path) -> list[EncodedPrompt]:
    return encode_training(read_training([training_file])[:6], Encoder(fresh_model.tokenizer, 512), "drop").prompts


OBJECTIVE = Objective("discriminative", PreferenceLoss(), 0.0, "verdict")


def step_of(
    model: RewardModel, prompts: list[EncodedPrompt], batch: Batch, budget: int, objective: Objective = OBJECTIVE
) -> StepFigures:
    totals = objective.totals(batch, prompts)
    return accumulate_gradient(model, prompts, batch.groups, totals, budget, objective).figures(Ranks())


def gradient_of(
    model: RewardModel, prompts: list[EncodedPrompt], batch: Batch, budget: int
) -> tuple[float, torch.Tensor]:
    model.zero_grad()
    figures = step_of(model, prompts, batch, budget)
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
        rewards += fresh_model([samples]).tolist()

    figures = step_of(fresh_model, encoded, batch, 10**9)

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
