"""Tiny models with random weights, in the shapes in which others publish reward models and judges."""

from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import (
    AutoTokenizer,
    DebertaV2Config,
    DebertaV2ForSequenceClassification,
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    LlamaForSequenceClassification,
    PreTrainedModel,
    Qwen2Config,
    Qwen2ForSequenceClassification,
)

from rm_training.engine.adapters import Options, load_scorer
from rm_training.engine.data import Prompt
from rm_training.engine.errors import EngineError
from rm_training.engine.model import Runtime
from rm_training.engine.scorer import Scorer

CPU = Runtime.choose("cpu", "fp32")

_SIZES = {
    "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 2,
    "num_key_value_heads": 2, "max_position_embeddings": 512,
}  # fmt: skip


def open_scorer(folder: Path, **options: object) -> Scorer:
    return load_scorer(str(folder), CPU, Options(**options))  # type: ignore[arg-type]


def refusal(folder: Path, **options: object) -> EngineError:
    try:
        open_scorer(folder, **options)
    except EngineError as error:
        return error
    raise AssertionError("the model was not refused")


def lively(network: PreTrainedModel) -> PreTrainedModel:
    """The network with weights large enough that rewards differ by more than rounding."""
    torch.manual_seed(7)
    for parameter in network.parameters():
        if parameter.dim() > 1:
            torch.nn.init.normal_(parameter, std=0.2)
    return network.eval()


def saved(network: PreTrainedModel, base: Path, folder: Path) -> Path:
    """The network, with the tokenizer and chat template of the tiny base beside it."""
    network.save_pretrained(folder)
    AutoTokenizer.from_pretrained(base).save_pretrained(folder)
    return folder


def vocabulary(base: Path) -> dict[str, int]:
    tokenizer = AutoTokenizer.from_pretrained(base)
    return {"vocab_size": len(tokenizer), "pad_token_id": tokenizer.pad_token_id}


def qwen2_classifier(base: Path, folder: Path, labels: int = 1) -> Path:
    config = Qwen2Config(**_SIZES, **vocabulary(base), num_labels=labels)
    return saved(lively(Qwen2ForSequenceClassification(config)), base, folder)


def llama_classifier(base: Path, folder: Path) -> Path:
    config = LlamaConfig(**_SIZES, **vocabulary(base), num_labels=1)
    return saved(lively(LlamaForSequenceClassification(config)), base, folder)


def llama(base: Path, folder: Path) -> Path:
    return saved(lively(LlamaForCausalLM(LlamaConfig(**_SIZES, **vocabulary(base)))), base, folder)


def gpt2(base: Path, folder: Path) -> Path:
    config = GPT2Config(n_embd=32, n_layer=2, n_head=2, n_positions=512, **vocabulary(base))
    return saved(lively(GPT2LMHeadModel(config)), base, folder)


def deberta(base: Path, folder: Path, labels: int = 1) -> Path:
    config = DebertaV2Config(
        hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=48, max_position_embeddings=64,
        relative_attention=True, position_biased_input=False, pos_att_type=["p2c", "c2p"], type_vocab_size=2,
        num_labels=labels, **vocabulary(base),
    )  # fmt: skip
    saved(lively(DebertaV2ForSequenceClassification(config)), base, folder)
    (folder / "chat_template.jinja").unlink()
    return folder


def with_value_head(folder: Path, tensors: dict[str, torch.Tensor], file: str = "model.safetensors") -> Path:
    """The folder of a causal model with a value head's tensors beside those of the model, or in a file of their own."""
    path = folder / file
    held = load_file(path) if path.exists() else {}
    save_file(held | tensors, path, metadata={"format": "pt"})
    return folder


def chat_text(folder: Path, prompt: Prompt, response: str) -> str:
    messages = [{"role": "user", "content": prompt.text}, {"role": "assistant", "content": response}]
    return str(AutoTokenizer.from_pretrained(folder).apply_chat_template(messages, tokenize=False))
