"""What each objective learns from a batch, against transformers' own forward passes and losses."""

import math
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
import torch

from rm_training.engine.adapters.judge import judge_of
from rm_training.engine.batching import plan_epoch
from rm_training.engine.data import Prompt, read_training
from rm_training.engine.encode import EncodedPrompt, Encoder, encode_training
from rm_training.engine.judge_template import judge_text, verdict_ids
from rm_training.engine.loss import PreferenceLoss
from rm_training.engine.model import Loading, RewardModel, Runtime, load_for_training
from rm_training.engine.objective import Objective
from rm_training.engine.parallel import Ranks
from rm_training.engine.step import StepFigures, accumulate_gradient
from tests.rm_training.engine.samples import preference_rows, write_lines

CPU = Runtime.choose("cpu", "fp32")
OBJECTIVES = {
    "generative": Objective("generative", PreferenceLoss(), 0.0, "verdict"),
    "joint verdict": Objective("joint", PreferenceLoss(), 0.7, "verdict"),
    "joint response": Objective("joint", PreferenceLoss(), 0.7, "response"),
}


@pytest.fixture(scope="module")
def prompts(tmp_path_factory: pytest.TempPathFactory) -> list[Prompt]:
    return read_training([write_lines(tmp_path_factory.mktemp("rows") / "few.jsonl", preference_rows(3, seed=5))])


def model_for(base: Path, objective: Objective, **changes: Any) -> RewardModel:
    torch.manual_seed(4)
    return load_for_training(str(base), CPU, Loading(kind=objective.kind, max_length=1024, **changes))


def encoded_for(model: RewardModel, prompts: list[Prompt], objective: Objective) -> list[EncodedPrompt]:
    return encode_training(prompts, Encoder(model.tokenizer, 1024), "drop", objective.wanted()).prompts


def learn(
    model: RewardModel, prompts: list[EncodedPrompt], objective: Objective, budget: int
) -> tuple[StepFigures, torch.Tensor]:
    """The figures of one batch of all prompts, and its gradient."""
    [batch] = plan_epoch([prompt.shape for prompt in prompts], 64, seed=0, epoch=0)
    model.zero_grad()
    totals = objective.totals(batch, prompts)
    sums = accumulate_gradient(model, prompts, batch.groups, totals, budget, objective)
    gradient = torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None])
    return sums.figures(Ranks()), gradient


@pytest.mark.parametrize("name", OBJECTIVES)
@pytest.mark.parametrize("changes", [{"attention": "padded"}, {}], ids=["padded", "packed"])
def test_budget_and_packing_change_neither_loss_nor_gradient(
    base: Path, prompts: list[Prompt], name: str, changes: dict[str, Any]
) -> None:
    objective = OBJECTIVES[name]
    whole = model_for(base, objective, attention="sdpa")
    model = model_for(base, objective, **changes)
    encoded = encoded_for(model, prompts, objective)
    expected, gradient = learn(whole, encoded, objective, 10**9)

    for budget in (900, 50):
        figures, found = learn(model, encoded, objective, budget)

        assert figures.loss == pytest.approx(expected.loss, abs=1e-5)
        assert figures.generation == pytest.approx(expected.generation, abs=1e-5)
        assert gradient.abs().max() > 1e-2
        torch.testing.assert_close(found, gradient, atol=1e-5, rtol=1e-3)


def literal_verdict_loss(model: RewardModel, prompts: list[Prompt]) -> float:
    """Each pair in both orders, one text at a time through transformers' own forward pass."""
    assert model.causal is not None
    model.causal.set_attn_implementation("eager")
    letters = verdict_ids(model.tokenizer)
    losses = []
    for prompt in prompts:
        for winner, loser in prompt.pairs:
            for order, right in (((winner, loser), letters[0]), ((loser, winner), letters[1])):
                text = judge_text(model.tokenizer, prompt.text, *(prompt.responses[i] for i in order))
                ids = model.tokenizer(text, add_special_tokens=False, return_tensors="pt")["input_ids"]
                with torch.no_grad():
                    said = model.causal(input_ids=ids, use_cache=False).logits[0, -1].log_softmax(-1)
                losses.append(-float(said[right]))
    return sum(losses) / len(losses)


def test_the_verdict_loss_is_that_of_a_judge_who_reads_each_pair_in_both_orders(
    base: Path, prompts: list[Prompt]
) -> None:
    objective = OBJECTIVES["generative"]
    model = model_for(base, objective)

    figures, _ = learn(model, encoded_for(model, prompts, objective), objective, 2000)

    assert figures.loss == pytest.approx(literal_verdict_loss(model, prompts), abs=1e-4)


def literal_response_loss(model: RewardModel, prompts: list[Prompt]) -> float:
    """transformers' own language-model loss on the responses that beat others and lose to none."""
    assert model.causal is not None
    model.causal.set_attn_implementation("eager")
    total, count = 0.0, 0
    for prompt in prompts:
        losers = {loser for _, loser in prompt.pairs}
        [best] = {winner for winner, _ in prompt.pairs} - losers
        messages = [{"role": "user", "content": prompt.text}]
        opening = model.tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        messages.append({"role": "assistant", "content": prompt.responses[best]})
        text = model.tokenizer.apply_chat_template(messages, tokenize=False)
        ids = model.tokenizer(text, add_special_tokens=False, return_tensors="pt")["input_ids"]
        start = len(model.tokenizer(opening, add_special_tokens=False)["input_ids"])
        labels = ids.clone()
        labels[0, :start] = -100
        with torch.no_grad():
            loss = model.causal(input_ids=ids, labels=labels, use_cache=False).loss
        total += float(loss) * (ids.shape[1] - start)
        count += ids.shape[1] - start
    return total / count


def test_the_response_loss_is_the_language_model_loss_of_the_best_responses(base: Path, prompts: list[Prompt]) -> None:
    objective = OBJECTIVES["joint response"]
    model = model_for(base, objective)

    figures, _ = learn(model, encoded_for(model, prompts, objective), objective, 2000)

    assert figures.generation == pytest.approx(0.7 * literal_response_loss(model, prompts), abs=1e-4)


def test_without_weight_the_joint_objective_is_the_discriminative_one(base: Path, prompts: list[Prompt]) -> None:
    plain, joint = (
        Objective("discriminative", PreferenceLoss(), 0, "verdict"),
        Objective("joint", PreferenceLoss(), 0.0, "verdict"),
    )
    found = {}
    for objective in (plain, joint):
        model = model_for(base, objective)
        figures, _ = learn(model, encoded_for(model, prompts, objective), objective, 500)
        assert model.network is not None
        found[objective.kind] = figures.loss, model.network.get_submodule("score").weight.grad.clone()

    assert found["joint"][0] == pytest.approx(found["discriminative"][0], abs=1e-6)
    torch.testing.assert_close(found["joint"][1], found["discriminative"][1])


def test_both_heads_of_a_joint_model_hold_one_backbone_and_both_are_saved(base: Path, tmp_path: Path) -> None:
    model = model_for(base, OBJECTIVES["joint verdict"])
    assert model.network is not None
    assert model.causal is not None

    assert model.network.base_model is model.causal.base_model
    model.save(tmp_path / "both")

    assert (tmp_path / "both" / "model.safetensors").exists()
    assert (tmp_path / "both" / "judge" / "model.safetensors").exists()


def test_a_judge_favours_no_position_and_orders_as_its_log_odds_say(base: Path, prompts: list[Prompt]) -> None:
    model = model_for(base, OBJECTIVES["generative"])
    swapped = [
        Prompt(p.text, p.response_ids, p.responses, tuple((loser, winner) for winner, loser in p.pairs))
        for p in prompts
    ]

    scored = judge_of(model, max_length=1024, token_budget=700).scored(prompts)
    reverse = judge_of(model, max_length=1024, token_budget=10**9).scored(swapped)

    for margins, others in zip(scored.margins, reverse.margins, strict=True):
        assert margins == pytest.approx([-margin for margin in others], abs=1e-4)
    assert {abs(margin) > 1e-6 for margins in scored.margins for margin in margins} == {True}
    assert scored.figures["unreadable"] == reverse.figures["unreadable"]
    assert scored.figures["consistency"] == reverse.figures["consistency"]


def test_a_judge_s_rewards_order_responses_as_its_margins_do(base: Path, prompts: list[Prompt]) -> None:
    scorer = judge_of(model_for(base, OBJECTIVES["generative"]), max_length=1024)
    prompt = prompts[0]
    every = tuple(permutations(range(len(prompt.responses)), 2))
    asked = Prompt(prompt.text, prompt.response_ids, prompt.responses, every)

    [rewards] = scorer.rewards([prompt])
    [margins] = scorer.scored([asked]).margins

    for response, reward in enumerate(rewards):
        own = [margin for (one, _), margin in zip(every, margins, strict=True) if one == response]
        assert reward == pytest.approx(math.fsum(own) / len(own), abs=1e-4)
