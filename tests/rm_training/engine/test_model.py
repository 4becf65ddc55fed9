"""What a base must be, and that a saved model is transformers' own."""

import json
import os
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from rm_training.engine.base import find_base
from rm_training.engine.data import Prompt, read_training
from rm_training.engine.encode import Encoder
from rm_training.engine.errors import EngineError
from rm_training.engine.inference import rewards_of
from rm_training.engine.model import Loading, RewardModel, Runtime, load_for_scoring, load_for_training

CPU = Runtime.choose("cpu", "fp32")


def load(base: Path | str, **changes: object) -> RewardModel:
    options = {"max_length": 512} | changes
    return load_for_training(str(base), CPU, Loading(**options))  # type: ignore[arg-type]


def refusal_of(base: Path | str, **changes: object) -> EngineError:
    with pytest.raises(EngineError) as caught:
        load(base, **changes)
    return caught.value


def transformers_rewards(folder: Path, prompts: list[Prompt]) -> list[list[float]]:
    """Rewards as somebody computes them who has transformers alone: one padded batch, its own forward."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    network = AutoModelForSequenceClassification.from_pretrained(folder, num_labels=1, dtype=torch.float32)
    rewards = []
    for prompt in prompts:
        texts = [
            tokenizer.apply_chat_template(
                [{"role": "user", "content": prompt.text}, {"role": "assistant", "content": response}],
                tokenize=False,
            )
            for response in prompt.responses
        ]
        batch = tokenizer(texts, add_special_tokens=False, padding=True, return_tensors="pt")
        with torch.inference_mode():
            rewards.append(network.eval()(**batch).logits[:, 0].tolist())
    return rewards


def assert_transformers_agrees(folder: Path, prompts: list[Prompt]) -> None:
    ours = rewards_of(load_for_scoring(str(folder), CPU), prompts, max_length=512)
    theirs = transformers_rewards(folder, prompts)

    assert len({round(reward, 4) for rewards in ours for reward in rewards}) > len(prompts)
    for our, their in zip(ours, theirs, strict=True):
        assert our == pytest.approx(their, abs=1e-5)


def test_transformers_loads_a_trained_model_and_gives_the_same_rewards(trained: Path, training_file: Path) -> None:
    assert_transformers_agrees(trained / "model", read_training([training_file])[:8])


def test_rewards_do_not_depend_on_what_shares_their_pass(trained: Path, training_file: Path) -> None:
    model = load_for_scoring(str(trained / "model"), CPU)
    prompts = read_training([training_file])[:8]

    alone = rewards_of(model, prompts, max_length=512, token_budget=1)

    for budget in (150, 300, 9999):
        for one, other in zip(alone, rewards_of(model, prompts, max_length=512, token_budget=budget), strict=True):
            assert one == pytest.approx(other, abs=1e-5)


@pytest.mark.parametrize("attention", ["rows", "sdpa", "padded"])
def test_every_attention_gives_the_same_rewards(base: Path, training_file: Path, attention: str) -> None:
    prompts = read_training([training_file])[:4]
    rewards = []
    for chosen in ("auto", attention):
        torch.manual_seed(3)
        rewards.append(rewards_of(load(base, attention=chosen), prompts, max_length=512))

    for one, other in zip(*rewards, strict=True):
        assert one == pytest.approx(other, abs=1e-5)


def test_a_base_that_is_a_reward_model_keeps_its_head(trained: Path) -> None:
    stored = load_file(trained / "model" / "model.safetensors")["score.weight"]

    assert torch.equal(load(trained / "model").network.get_submodule("score").weight, stored)


def test_the_new_head_of_a_plain_base_is_drawn_from_the_seed(base: Path) -> None:
    heads = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        heads.append(load(base).network.get_submodule("score").weight)

    assert torch.equal(heads[0], heads[1])
    assert not torch.equal(heads[0], heads[2])


def test_a_base_is_no_reward_model_to_score_with(base: Path) -> None:
    with pytest.raises(EngineError) as caught:
        load_for_scoring(str(base), CPU)
    assert caught.value.code == "not_a_reward_model"


class _Trap:
    """Unpickled, it makes a folder."""

    def __init__(self, folder: Path):
        self.folder = folder

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.folder),)


def test_weights_in_a_pickle_are_refused_and_not_run(base_copy: Path, tmp_path: Path) -> None:
    (base_copy / "model.safetensors").unlink()
    torch.save(_Trap(tmp_path / "sprung"), base_copy / "pytorch_model.bin")

    error = refusal_of(base_copy)

    assert error.code == "pickle_refused"
    assert "pytorch_model.bin" in error.message
    assert not (tmp_path / "sprung").exists()


def test_a_pickle_beside_safetensors_is_not_touched(base_copy: Path, tmp_path: Path) -> None:
    torch.save(_Trap(tmp_path / "sprung"), base_copy / "pytorch_model.bin")

    load(base_copy)

    assert not (tmp_path / "sprung").exists()


def test_code_in_a_model_folder_is_not_run(base_copy: Path, tmp_path: Path) -> None:
    (base_copy / "mine.py").write_text(f"import os\nos.mkdir({str(tmp_path / 'sprung')!r})\nclass Mine: pass\n")
    config = json.loads((base_copy / "config.json").read_text())
    auto_map = {"AutoConfig": "mine.Mine", "AutoModelForSequenceClassification": "mine.Mine"}
    (base_copy / "config.json").write_text(json.dumps(config | {"model_type": "mine", "auto_map": auto_map}))

    assert refusal_of(base_copy).code == "base_not_loadable"
    assert not (tmp_path / "sprung").exists()


def test_a_folder_that_does_not_exist_is_refused_by_name(tmp_path: Path) -> None:
    error = refusal_of(tmp_path / "nowhere")

    assert error.code == "base_not_loadable"
    assert "nowhere does not exist" in error.message


def test_a_folder_without_weights_is_refused(base_copy: Path) -> None:
    (base_copy / "model.safetensors").unlink()

    assert refusal_of(base_copy).code == "base_not_loadable"


def test_damaged_weights_are_refused(base_copy: Path) -> None:
    (base_copy / "model.safetensors").write_bytes(b"no tensors")

    assert refusal_of(base_copy).code == "base_not_loadable"


def test_weights_that_lack_a_layer_are_refused_and_not_drawn_anew(base_copy: Path) -> None:
    tensors = load_file(base_copy / "model.safetensors")
    del tensors["model.layers.1.mlp.up_proj.weight"]
    save_file(tensors, base_copy / "model.safetensors", metadata={"format": "pt"})

    error = refusal_of(base_copy)

    assert error.code == "base_not_loadable"
    assert "model.layers.1.mlp.up_proj.weight" in error.message


def test_a_max_length_beyond_the_positions_of_the_base_is_refused(base: Path) -> None:
    assert refusal_of(base, max_length=5000).code == "max_length_too_long"


def test_a_modelscope_name_needs_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "modelscope", None)

    with pytest.raises(EngineError, match="package modelscope") as caught:
        find_base("modelscope:org/name")
    assert caught.value.code == "base_not_loadable"


def test_a_tokenizer_without_padding_whose_samples_end_in_eos_gets_another_padding(
    base_copy: Path, tmp_path: Path, training_file: Path
) -> None:
    template = (base_copy / "chat_template.jinja").read_text()
    (base_copy / "chat_template.jinja").write_text(template.replace("<|im_end|>\\n", "<|im_end|>"))
    settings = json.loads((base_copy / "tokenizer_config.json").read_text())
    del settings["pad_token"]
    (base_copy / "tokenizer_config.json").write_text(json.dumps(settings))

    model = load(base_copy)
    model.save(tmp_path / "saved")

    assert model.tokenizer.pad_token not in (None, "<|im_end|>")
    assert_transformers_agrees(tmp_path / "saved", read_training([training_file])[:4])


def test_a_tokenizer_without_chat_template_gets_a_plain_one_that_is_saved(
    base_copy: Path, tmp_path: Path, training_file: Path
) -> None:
    (base_copy / "chat_template.jinja").unlink()

    load(base_copy).save(tmp_path / "saved")

    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "saved")
    text = tokenizer.apply_chat_template([{"role": "user", "content": "问"}], tokenize=False)
    assert text == "### 提示\n问\n\n"
    assert_transformers_agrees(tmp_path / "saved", read_training([training_file])[:4])


def test_a_long_sample_is_cut_on_the_left_behind_the_head_of_the_template(fresh_model: RewardModel) -> None:
    encoder = Encoder(fresh_model.tokenizer, 40)
    [head] = Encoder(fresh_model.tokenizer, 999).encode([("", "")])
    [tokens] = encoder.encode([("长江很长，" * 30, "是的。")])

    cut = encoder.cut_left(tokens)

    start = fresh_model.tokenizer.decode(cut[:10])
    assert len(tokens) > 40 == len(cut)
    assert start.startswith("<|im_start|>user\n")
    assert fresh_model.tokenizer.decode(cut).endswith("<|im_start|>assistant\n是的。<|im_end|>\n")
    assert list(cut[:2]) == list(head[:2])
