"""A reward model: a transformer backbone and a scalar head, in float32, on the last token (PROTOCOL 9)."""

import os
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)
from transformers.utils import logging as transformers_logging

from rm_training.engine.base import find_base
from rm_training.engine.encode import PLAIN_TEMPLATE, Encoder, Tokens
from rm_training.engine.errors import EngineError

_HEAD = "score."
_MOST_CPU_THREADS = 8  # beyond, small matrices only wait for each other


@dataclass(frozen=True)
class Runtime:
    """Where the model computes, and in which precision; weights stay float32 in either."""

    device: torch.device
    precision: str  # bf16 | fp32

    @classmethod
    def choose(cls, device: str, precision: str) -> "Runtime":
        """Resolve "auto"; raise EngineError `gpu_missing` where "cuda" is asked for and there is none."""
        has_cuda = torch.cuda.is_available()
        if device == "cuda" and not has_cuda:
            raise EngineError("gpu_missing", "The run asks for a GPU (device: cuda), but this machine offers none.")
        chosen = "cuda" if has_cuda and device != "cpu" else "cpu"
        if chosen == "cpu":
            torch.set_num_threads(min(len(os.sched_getaffinity(0)), torch.get_num_threads(), _MOST_CPU_THREADS))
        automatic = "bf16" if chosen == "cuda" else "fp32"
        return cls(torch.device(chosen), automatic if precision == "auto" else precision)

    def autocast(self) -> AbstractContextManager[Any]:
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.precision == "bf16")


class RewardModel(nn.Module):
    """A transformers *ForSequenceClassification with one label, whose backbone and head it calls itself.

    The class's own forward would find the last token by the padding token and compute the head in the
    backbone's precision, in which close rewards tie. Saved, it is the plain transformers model and gives
    the same rewards.
    """

    def __init__(self, network: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, runtime: Runtime):
        super().__init__()
        self.network = network
        self.tokenizer = tokenizer
        self.runtime = runtime
        self.to(runtime.device)

    def forward(self, samples: Sequence[Tokens]) -> torch.Tensor:
        """Rewards, (n,) float32, of n samples in one padded pass."""
        ids, mask = self._padded(samples)
        with self.runtime.autocast():
            hidden = self.network.base_model(input_ids=ids, attention_mask=mask, use_cache=False).last_hidden_state
        rows = torch.arange(len(samples), device=hidden.device)
        last = hidden[rows, mask.sum(dim=1) - 1]
        with torch.autocast(self.runtime.device.type, enabled=False):
            rewards: torch.Tensor = self.network.get_submodule("score")(last.float()).squeeze(-1)
        return rewards

    def _padded(self, samples: Sequence[Tokens]) -> tuple[torch.Tensor, torch.Tensor]:
        """Token ids and attention mask, both (n, longest) int64, padded on the right."""
        ids = np.full((len(samples), max(map(len, samples))), self.tokenizer.pad_token_id, dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, tokens in enumerate(samples):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        return (torch.from_numpy(array).to(self.runtime.device) for array in (ids, mask))  # type: ignore[return-value]

    def save(self, folder: Path) -> None:
        """Write safetensors, tokenizer and template, as AutoModelForSequenceClassification reads them."""
        self.network.save_pretrained(folder)
        self.tokenizer.save_pretrained(folder)


def load_for_training(
    base: str, runtime: Runtime, *, max_length: int, attention: str, gradient_checkpointing: bool
) -> RewardModel:
    """The base with its own scalar head where it is a reward model, else with a new one from torch's seed.

    Raises EngineError `base_not_loadable`, `pickle_refused`, `no_pad_token`, `max_length_too_long`.
    """
    network, tokenizer, has_head = _load(find_base(base), attention)
    print("the base's reward head is kept" if has_head else "a new reward head is drawn", file=sys.stderr)
    positions = _positions(network)
    if positions is not None and max_length > positions:
        raise EngineError("max_length_too_long", f"max_length {max_length} exceeds the base's {positions} positions.")
    tokenizer.model_max_length = max_length
    if gradient_checkpointing:
        network.activation_checkpointing_enable({"use_reentrant": False})
    return RewardModel(network, tokenizer, runtime)


def load_for_scoring(folder: str, runtime: Runtime) -> RewardModel:
    """A trained reward model; EngineError `not_a_reward_model` where the head is missing."""
    network, tokenizer, has_head = _load(find_base(folder), "auto")
    if not has_head:
        raise EngineError(
            "not_a_reward_model", f"{folder} has no scalar reward head: it is a base, not a reward model."
        )
    return RewardModel(network.eval(), tokenizer, runtime)


def sample_limit(model: RewardModel) -> int:
    """The longest sample, in tokens, that the model was made for."""
    return min(model.tokenizer.model_max_length, _positions(model.network) or sys.maxsize)


def _positions(network: PreTrainedModel) -> int | None:
    return getattr(network.config.get_text_config(), "max_position_embeddings", None)


def _load(name: str, attention: str) -> tuple[PreTrainedModel, PreTrainedTokenizerBase, bool]:
    # Its report on a missing head reads like a fault; what is missing is judged and told below.
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    options = {} if attention == "auto" else {"attn_implementation": attention}
    try:
        tokenizer = AutoTokenizer.from_pretrained(name, trust_remote_code=False)
        network, info = AutoModelForSequenceClassification.from_pretrained(
            name, num_labels=1, dtype=torch.float32, use_safetensors=True, trust_remote_code=False,
            output_loading_info=True, **options,
        )  # fmt: skip
    except Exception as error:  # transformers and the Hub raise many types; all mean that this base does not load
        raise _not_loadable(name, str(error).strip() or type(error).__name__) from error
    head = getattr(network, "score", None)
    if not isinstance(head, nn.Linear) or head.out_features != 1:
        raise _not_loadable(name, f"{type(network).__name__} has no scalar head on the last token")
    missing = set(info["missing_keys"])
    lost = sorted(key for key in missing if not key.startswith(_HEAD))
    if lost:
        raise _not_loadable(name, f"its weights lack {len(lost)} tensors, {lost[0]} among them")
    _prepare_tokenizer(tokenizer)
    network.config.get_text_config().pad_token_id = tokenizer.pad_token_id
    return network, tokenizer, not missing


def _not_loadable(name: str, reason: str) -> EngineError:
    return EngineError("base_not_loadable", f"The model {name} cannot be loaded: {reason}")


def _prepare_tokenizer(tokenizer: PreTrainedTokenizerBase) -> None:
    """See to a chat template, and to a padding token in which no sample ends.

    For transformers takes the last token that is no padding as the end.
    """
    tokenizer.padding_side = "right"
    if not tokenizer.chat_template:
        tokenizer.chat_template = PLAIN_TEMPLATE
        print("the base has no chat template: a plain one is used and saved with the model", file=sys.stderr)
    last = int(Encoder(tokenizer, sys.maxsize).encode([("问", "答")])[0][-1])
    if tokenizer.pad_token is not None and tokenizer.pad_token_id != last:
        return
    for token in (tokenizer.eos_token, tokenizer.unk_token, *_special_tokens(tokenizer)):
        if token is not None and tokenizer.convert_tokens_to_ids(token) != last:
            tokenizer.pad_token = token
            print(f"the base has no padding token of use: {token} is used", file=sys.stderr)
            return
    raise EngineError("no_pad_token", "The tokenizer has no padding token, and no other special token to serve as one.")


def _special_tokens(tokenizer: PreTrainedTokenizerBase) -> list[str]:
    return [str(token) for token in tokenizer.added_tokens_decoder.values() if token.special]
