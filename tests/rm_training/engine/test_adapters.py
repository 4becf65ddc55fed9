"""Reward models of others: each adapter gives what transformers' own forward gives, or says why it cannot."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import (
    AutoModel,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    DebertaV2Model,
)

from rm_training.engine.adapters.folder import code_sha256
from rm_training.engine.data import Prompt, read_benchmark
from rm_training.engine.errors import EngineError
from tests.rm_training.engine.samples import preference_rows, write_lines
from tests.rm_training.engine.third_party import (
    chat_text,
    deberta,
    gpt2,
    llama,
    llama_classifier,
    open_scorer,
    qwen2_classifier,
    refusal,
    saved,
    with_value_head,
)

BUDGETS = (1, 260, 9999)  # a sample a pass; a few; all at once


@pytest.fixture
def prompts(tmp_path: Path) -> list[Prompt]:
    return read_benchmark(write_lines(tmp_path / "bench.jsonl", preference_rows(5, seed=3)))


def assert_rewards(folder: Path, prompts: list[Prompt], expected: list[list[float]], **options: object) -> None:
    """The rewards are the expected ones, differ from each other, and do not depend on what shares a pass."""
    assert len({round(reward, 3) for row in expected for reward in row}) > len(prompts)
    for budget in BUDGETS:
        rewards = open_scorer(folder, token_budget=budget, **options).rewards(prompts)
        for ours, theirs in zip(rewards, expected, strict=True):
            assert ours == pytest.approx(theirs, abs=2e-5)


def by_hand(prompts: list[Prompt], reward: object) -> list[list[float]]:
    with torch.inference_mode():
        return [[float(reward(prompt, response)) for response in prompt.responses] for prompt in prompts]  # type: ignore[operator]


@pytest.mark.parametrize("adapter", ["auto", "chat"])
@pytest.mark.parametrize("build", [qwen2_classifier, llama_classifier])
def test_a_chat_classifier_gives_its_own_logit(build, adapter, base: Path, tmp_path: Path, prompts) -> None:
    folder = build(base, tmp_path / "model")
    network = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)

    def reward(prompt: Prompt, response: str) -> torch.Tensor:
        ids = tokenizer(chat_text(folder, prompt, response), add_special_tokens=False, return_tensors="pt")
        return network(**ids).logits[0, 0]

    assert_rewards(folder, prompts, by_hand(prompts, reward), adapter=adapter)


def test_several_attributes_are_summed_by_their_weights(base: Path, tmp_path: Path, prompts) -> None:
    folder = qwen2_classifier(base, tmp_path / "model", labels=3)
    network = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)

    def reward(prompt: Prompt, response: str) -> float:
        ids = tokenizer(chat_text(folder, prompt, response), add_special_tokens=False, return_tensors="pt")
        one, two, three = network(**ids).logits[0].tolist()
        return 0.5 * one - 1.0 * two + 2.0 * three

    assert_rewards(folder, prompts, by_hand(prompts, reward), weights=(0.5, -1.0, 2.0))


def test_several_attributes_without_weights_are_refused(base: Path, tmp_path: Path) -> None:
    folder = qwen2_classifier(base, tmp_path / "model", labels=3)

    missing, wrong = refusal(folder), refusal(folder, weights=(1.0, 2.0))

    assert (missing.code, wrong.code) == ("weights_needed", "bad_weights")
    assert "3 rewards (LABEL_0, LABEL_1, LABEL_2)" in missing.message
    assert "--weights" in missing.message


def test_weights_for_a_model_of_one_reward_are_refused(base: Path, tmp_path: Path) -> None:
    assert refusal(qwen2_classifier(base, tmp_path / "one"), weights=(1.0,)).code == "bad_weights"
    head = {"v_head.weight": torch.ones(1, 32)}
    assert refusal(with_value_head(llama(base, tmp_path / "two"), head), weights=(1.0,)).code == "weights_not_used"


@pytest.mark.parametrize("adapter", ["auto", "pair"])
def test_a_pair_encoder_gives_its_own_logit(adapter, base: Path, tmp_path: Path, prompts) -> None:
    folder = deberta(base, tmp_path / "model")
    network = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)

    def reward(prompt: Prompt, response: str) -> torch.Tensor:
        return network(**tokenizer(prompt.text, response, return_tensors="pt")).logits[0]

    assert_rewards(folder, prompts, by_hand(prompts, reward), adapter=adapter, max_length=512)


def test_a_pair_that_is_too_long_loses_the_end_of_its_longer_text(
    base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = deberta(base, tmp_path / "model")
    network = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    prompt = Prompt("长江有什么特点？", ("a", "b"), ("长江很长。" * 60, "是的。"), ((1, 0),))
    question = tokenizer(prompt.text)["input_ids"]
    answer = tokenizer(prompt.responses[0], add_special_tokens=False)["input_ids"]
    assert len(question) + len(answer) > 64

    rewards = open_scorer(folder).rewards([prompt])

    with torch.inference_mode():
        kept = torch.tensor([(question + answer)[:64]])
        assert rewards[0][0] == pytest.approx(float(network(input_ids=kept).logits[0]), abs=1e-4)
    assert "1 of 2 samples exceed 64 tokens" in capsys.readouterr().err


@pytest.mark.parametrize("build", [llama, gpt2])
@pytest.mark.parametrize("adapter", ["auto", "value_head"])
@pytest.mark.parametrize("style", ["internlm2", "trl", "llama_factory"])
def test_a_value_head_is_read_on_the_last_token(build, adapter, style, base: Path, tmp_path: Path, prompts) -> None:
    torch.manual_seed(2)
    weight, bias = torch.randn(1, 32), torch.zeros(1) if style == "internlm2" else torch.randn(1)
    summary = {"v_head.summary.weight": weight, "v_head.summary.bias": bias}
    folder = build(base, tmp_path / "model")
    if style == "internlm2":
        with_value_head(folder, {"v_head.weight": weight})
    else:
        with_value_head(folder, summary, "model.safetensors" if style == "trl" else "value_head.safetensors")
    network = AutoModel.from_pretrained(folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)

    def reward(prompt: Prompt, response: str) -> torch.Tensor:
        ids = tokenizer(chat_text(folder, prompt, response), add_special_tokens=False, return_tensors="pt")
        return network(**ids).last_hidden_state[0, -1] @ weight[0] + bias[0]

    assert_rewards(folder, prompts, by_hand(prompts, reward), adapter=adapter)


def test_a_reward_token_is_appended_and_read(base: Path, tmp_path: Path, prompts) -> None:
    torch.manual_seed(2)
    weight = torch.randn(1, 32)
    folder = with_value_head(llama(base, tmp_path / "model"), {"v_head.weight": weight})
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"reward_token_id": 5}))
    network = AutoModel.from_pretrained(folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)

    def reward(prompt: Prompt, response: str) -> torch.Tensor:
        ids = tokenizer(chat_text(folder, prompt, response), add_special_tokens=False)["input_ids"]
        return network(torch.tensor([[*ids, 5]])).last_hidden_state[0, -1] @ weight[0]

    assert_rewards(folder, prompts, by_hand(prompts, reward))


def test_a_reward_token_stays_within_the_limit(base: Path, tmp_path: Path, prompts) -> None:
    folder = with_value_head(llama(base, tmp_path / "model"), {"v_head.weight": torch.ones(1, 32)})
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"reward_token_id": 5}))
    seen = []
    scorer = open_scorer(folder, max_length=20)
    scorer.model.register_forward_pre_hook(lambda _, args: seen.extend(s for group in args[0] for s in group))  # type: ignore[attr-defined]

    scorer.rewards(prompts)

    assert {len(tokens) for tokens in seen} == {20}
    assert {int(tokens[-1]) for tokens in seen} == {5}


def test_a_value_head_of_several_outputs_is_refused(base: Path, tmp_path: Path) -> None:
    folder = with_value_head(llama(base, tmp_path / "model"), {"v_head.weight": torch.ones(4, 32)})

    error = refusal(folder)

    assert error.code == "not_a_reward_model"
    assert "(4, 32)" in error.message


@pytest.mark.parametrize(
    ("adapter", "says"), [("auto", "--adapter generative"), ("value_head", "v_head"), ("pair", "classifier")]
)
def test_a_base_without_a_head_is_refused(adapter, says, base: Path, tmp_path: Path) -> None:
    error = refusal(llama(base, tmp_path / "model"), adapter=adapter)

    assert error.code == "not_a_reward_model"
    assert says in error.message


def test_an_encoder_without_a_classifier_is_refused_and_none_is_drawn(base: Path, tmp_path: Path) -> None:
    folder = deberta(base, tmp_path / "whole")
    bare = saved(DebertaV2Model.from_pretrained(folder), base, tmp_path / "bare")

    assert refusal(bare, adapter="pair").code == "not_a_reward_model"


def test_a_backbone_that_lacks_a_layer_is_refused(base: Path, tmp_path: Path) -> None:
    folder = with_value_head(llama(base, tmp_path / "model"), {"v_head.weight": torch.ones(1, 32)})
    tensors = load_file(folder / "model.safetensors")
    del tensors["model.layers.1.mlp.up_proj.weight"]
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})

    error = refusal(folder)

    assert error.code == "base_not_loadable"
    assert "layers.1.mlp.up_proj.weight" in error.message


def test_a_value_head_model_without_a_chat_template_is_refused(base: Path, tmp_path: Path) -> None:
    folder = with_value_head(llama(base, tmp_path / "model"), {"v_head.weight": torch.ones(1, 32)})
    (folder / "chat_template.jinja").unlink()

    assert refusal(folder).code == "no_chat_template"


@pytest.mark.parametrize("adapter", ["auto", "chat", "pair", "value_head", "generative"])
def test_weights_in_a_pickle_are_refused_by_every_adapter(adapter, base: Path, tmp_path: Path) -> None:
    folder = llama(base, tmp_path / "model")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")

    error = refusal(folder, adapter=adapter)

    assert error.code == "pickle_refused"
    assert "pytorch_model.bin" in error.message


def test_damaged_weights_are_refused(base: Path, tmp_path: Path) -> None:
    folder = llama(base, tmp_path / "model")
    (folder / "model.safetensors").write_bytes(b"no tensors")

    assert refusal(folder).code == "base_not_loadable"


def test_a_reward_that_is_no_number_is_an_error(base: Path, tmp_path: Path, prompts) -> None:
    head = {"v_head.weight": torch.full((1, 32), float("nan"))}
    scorer = open_scorer(with_value_head(llama(base, tmp_path / "model"), head))

    with pytest.raises(EngineError) as caught:
        scorer.rewards(prompts)
    assert caught.value.code == "reward_not_finite"


OWN_CODE = """
import pathlib
import torch
from transformers import LlamaConfig, LlamaModel, LlamaPreTrainedModel
from transformers.modeling_outputs import SequenceClassifierOutput

pathlib.Path({trace!r}).touch()


class OwnConfig(LlamaConfig):
    model_type = "own_reward"


class OwnReward(LlamaPreTrainedModel):
    config_class = OwnConfig

    def __init__(self, config):
        super().__init__(config)
        self.model = LlamaModel(config)
        self.post_init()

    def forward(self, input_ids, attention_mask):
        hidden = self.model(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        ends = attention_mask.sum(dim=1) - 1
        return SequenceClassifierOutput(logits=hidden[torch.arange(len(ends)), ends].sum(dim=1, keepdim=True) * 3)
"""


def own_code(base: Path, tmp_path: Path) -> Path:
    """A model whose architecture only its own code knows; running the code leaves tmp_path/trace behind."""
    folder = llama(base, tmp_path / "model")
    (folder / "own.py").write_text(OWN_CODE.format(trace=str(tmp_path / "trace")))
    config = json.loads((folder / "config.json").read_text())
    auto_map = {"AutoConfig": "own.OwnConfig", "AutoModelForSequenceClassification": "own.OwnReward"}
    config |= {"model_type": "own_reward", "architectures": ["OwnReward"], "auto_map": auto_map}
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def test_code_of_a_models_own_is_refused_and_not_run_and_the_error_names_its_hash(base: Path, tmp_path: Path) -> None:
    folder = own_code(base, tmp_path)

    error, wrong = refusal(folder), refusal(folder, allowed_code="0" * 64)

    assert (error.code, wrong.code) == ("code_refused", "code_refused")
    assert f"--allow-code {code_sha256(folder)}" in error.message
    assert "own.py" in error.message
    assert code_sha256(folder) in wrong.message
    assert not (tmp_path / "trace").exists()


def test_code_that_is_allowed_by_its_hash_runs_and_its_own_forward_counts(
    base: Path, tmp_path: Path, prompts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("transformers.dynamic_module_utils.HF_MODULES_CACHE", str(tmp_path / "modules"))
    folder = own_code(base, tmp_path)
    network = AutoModel.from_pretrained(llama(base, tmp_path / "plain")).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)

    def reward(prompt: Prompt, response: str) -> torch.Tensor:
        ids = tokenizer(chat_text(folder, prompt, response), add_special_tokens=False, return_tensors="pt")
        return network(**ids).last_hidden_state[0, -1].sum() * 3

    expected = by_hand(prompts, reward)
    for budget in BUDGETS:
        scorer = open_scorer(folder, allowed_code=code_sha256(folder), token_budget=budget)
        for ours, theirs in zip(scorer.rewards(prompts), expected, strict=True):
            assert ours == pytest.approx(theirs, abs=2e-4)
    assert (tmp_path / "trace").exists()


def test_code_of_another_repository_is_refused_even_with_the_folders_hash(base: Path, tmp_path: Path) -> None:
    folder = llama(base, tmp_path / "model")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"auto_map": {"AutoModel": "org/other--own.Own"}}))

    error = refusal(folder, allowed_code=code_sha256(folder))

    assert error.code == "code_refused"
    assert "another repository" in error.message


def test_the_hash_of_code_changes_with_any_name_or_byte(tmp_path: Path) -> None:
    seen = set()
    for files in ({"a.py": "1"}, {"a.py": "2"}, {"b.py": "1"}, {"a.py": "1", "b.py": ""}, {"a.py": "1", "x/b.py": ""}):
        folder = tmp_path / str(len(seen))
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        seen.add(code_sha256(folder))

    assert len(seen) == 5
