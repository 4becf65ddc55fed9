"""A causal language model as a judge of pairs."""

from pathlib import Path
from statistics import fmean

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from rm_training.engine.adapters.judge import Judge
from rm_training.engine.data import Prompt, read_benchmark
from rm_training.engine.errors import EngineError
from rm_training.engine.judge_template import VERDICTS, judge_messages, judge_text, verdict_ids
from tests.rm_training.engine.samples import preference_rows, write_lines
from tests.rm_training.engine.third_party import gpt2, llama, open_scorer, refusal


@pytest.fixture
def prompts(tmp_path: Path) -> list[Prompt]:
    return read_benchmark(write_lines(tmp_path / "bench.jsonl", preference_rows(4, seed=3)))


def test_the_question_holds_the_three_texts_as_they_are() -> None:
    [message] = judge_messages("问{first}", "甲{second}", "乙{prompt}")

    assert message["role"] == "user"
    assert message["content"].index("问{first}") < message["content"].index("甲{second}")
    assert message["content"].index("甲{second}") < message["content"].index("乙{prompt}")


def test_verdicts_of_more_than_one_token_are_refused(base: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(base)
    assert tokenizer.convert_ids_to_tokens(list(verdict_ids(tokenizer))) == list(VERDICTS)
    tokenizer._tokenizer.normalizer = None
    from tokenizers import normalizers

    tokenizer._tokenizer.normalizer = normalizers.Replace("A", "天地")

    with pytest.raises(EngineError) as caught:
        verdict_ids(tokenizer)
    assert caught.value.code == "bad_verdict_tokens"


@pytest.mark.parametrize("build", [llama, gpt2])
def test_margins_are_half_the_log_odds_of_both_orders_by_transformers_own_forward(
    build, base: Path, tmp_path: Path, prompts
) -> None:
    folder = build(base, tmp_path / "judge")
    network = AutoModelForCausalLM.from_pretrained(folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    a, b = verdict_ids(tokenizer)
    readable = []

    def log_odds(prompt: Prompt, i: int, j: int) -> float:
        text = judge_text(tokenizer, prompt.text, prompt.responses[i], prompt.responses[j])
        with torch.inference_mode():
            logits = network(**tokenizer(text, add_special_tokens=False, return_tensors="pt")).logits[0, -1]
        readable.append(int(logits.argmax()) in (a, b))
        probabilities = logits.double().softmax(dim=0)
        return float(probabilities[a].log() - probabilities[b].log())

    both = [[(log_odds(p, i, j), log_odds(p, j, i)) for i, j in p.pairs] for p in prompts]
    margins = [[(one - other) / 2 for one, other in row] for row in both]
    agree = [(one > 0) == (other < 0) for row in both for one, other in row]

    assert len({round(margin, 3) for row in margins for margin in row}) > 10
    for budget in (1, 900, 99_999):
        scored = open_scorer(folder, adapter="generative", token_budget=budget).scored(prompts)
        for ours, theirs in zip(scored.margins, margins, strict=True):
            assert ours == pytest.approx(theirs, abs=5e-5)
        assert scored.figures["consistency"] == pytest.approx(fmean(agree))
        assert scored.figures["unreadable"] == pytest.approx(1 - fmean(readable))


def judge_saying(base: Path, answer: object) -> Judge:
    """A judge on the base's tokenizer whose logits `answer` gives for each text."""
    tokenizer = AutoTokenizer.from_pretrained(base)

    def next_logits(groups: list) -> torch.Tensor:
        samples = [tokens for group in groups for tokens in group]
        logits = torch.full((len(samples), len(tokenizer)), -9.0)
        a, b = verdict_ids(tokenizer)
        for row, tokens in zip(logits, samples, strict=True):
            row[a], row[b], row[0] = answer(tokenizer.decode(tokens))  # type: ignore[operator]
        return logits

    return Judge(tokenizer, next_logits, max_length=900)


def first_of(text: str) -> str:
    return text.split("【回答 A】\n")[1].split("\n")[0]


def test_a_judge_that_always_says_a_is_never_right_and_never_consistent(base: Path, prompts) -> None:
    scored = judge_saying(base, lambda text: (3.0, 0.0, -9.0)).scored(prompts)

    assert {margin for row in scored.margins for margin in row} == {0.0}
    assert scored.figures == {"consistency": 0.0, "unreadable": 0.0}


def test_a_judge_that_prefers_long_texts_is_consistent_and_its_rewards_follow_length(base: Path) -> None:
    prompt = Prompt("问", ("a", "b", "c"), ("短", "最长的回答", "中等的"), ((0, 1), (2, 0)))
    texts = dict(zip(prompt.responses, (1.0, 5.0, 3.0), strict=True))

    def prefers_long(text: str) -> tuple[float, float, float]:
        second = text.split("【回答 B】\n")[1].split("\n")[0]
        return texts[first_of(text)], texts[second], 99.0

    judge = judge_saying(base, prefers_long)
    scored = judge.scored([prompt])

    assert scored.margins == [[-4.0, 2.0]]
    assert scored.rewards == [[-3.0, 4.0, 2.0]]  # over the two pairs judged
    assert judge.rewards([prompt]) == [[-3.0, 3.0, 0.0]]  # over all three
    assert scored.figures == {"consistency": 1.0, "unreadable": 1.0}


def test_a_verdict_that_is_no_number_is_an_error(base: Path, prompts) -> None:
    with pytest.raises(EngineError) as caught:
        judge_saying(base, lambda text: (float("nan"), 0.0, 0.0)).scored(prompts)
    assert caught.value.code == "reward_not_finite"


def test_a_prompt_of_one_response_has_nothing_to_compare(base: Path) -> None:
    with pytest.raises(EngineError) as caught:
        judge_saying(base, lambda text: (1.0, 0.0, 0.0)).rewards([Prompt("问", ("a",), ("甲",), ())])
    assert caught.value.code == "no_pairs"


def test_texts_too_long_are_cut_on_the_left_alike_in_both_orders(
    base: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[str] = []
    judge = judge_saying(base, lambda text: (seen.append(text) or len(first_of(text)), 0.0, -9.0))
    judge.max_length = len(judge.tokenizer(judge_text(judge.tokenizer, "", "", ""))["input_ids"]) + 60
    prompt = Prompt("短问", ("a", "b"), ("头" + "甲" * 500 + "尾", "乙"), ((0, 1),))

    judge.scored([prompt])

    assert "2 of 2 samples" in capsys.readouterr().err
    lengths = {len(judge.tokenizer(text, add_special_tokens=False)["input_ids"]) for text in seen}
    assert max(lengths) <= judge.max_length
    assert all("短问" in text and "甲尾" in text and "头" not in text.split("【用户提问】")[1] for text in seen)
    assert len({text.count("甲") for text in seen}) == 1
    judge.max_length = 20
    with pytest.raises(EngineError) as caught:
        judge.scored([prompt])
    assert caught.value.code == "max_length_too_short"


def test_a_judge_without_a_chat_template_is_refused(base: Path, tmp_path: Path) -> None:
    folder = llama(base, tmp_path / "judge")
    (folder / "chat_template.jinja").unlink()

    assert refusal(folder, adapter="generative").code == "no_chat_template"
