"""Random weights of a shape, saved once as a reward model with its tokenizer: what all trainers start from."""

from pathlib import Path

import torch
from transformers import Qwen2Config, Qwen2ForSequenceClassification

from bench.rm.comparisons import MAX_LENGTH
from bench.rm.shapes import Shape
from rm_training.engine.tiny_model import make_tokenizer

_VOCAB = 4096  # of the tokenizer; ids beyond stand for nothing, their embeddings only take their room


def save_random(shape: Shape, texts: list[str], folder: Path, seed: int = 0) -> None:
    """Write configuration, weights (head included), a tokenizer made from `texts` and chat template to `folder`."""
    tokenizer = make_tokenizer(texts, min(shape.vocab, _VOCAB))
    config = Qwen2Config(
        vocab_size=shape.vocab, hidden_size=shape.hidden, intermediate_size=shape.intermediate,
        num_hidden_layers=shape.layers, num_attention_heads=shape.heads, num_key_value_heads=shape.kv_heads,
        max_position_embeddings=2 * MAX_LENGTH, tie_word_embeddings=True, attention_dropout=0.0, num_labels=1,
        bos_token_id=None, eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id,
    )  # fmt: skip
    torch.manual_seed(seed)
    network = Qwen2ForSequenceClassification(config).to(getattr(torch, shape.dtype))
    network.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
