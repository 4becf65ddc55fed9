"""Runs a transformer backbone over groups of samples, in the way that its attention and the device allow."""

import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from transformers import PreTrainedConfig, PreTrainedModel

from rm_training.engine.attention import PACKED, PACKED_WAYS, Unsupported, attention_for
from rm_training.engine.errors import EngineError
from rm_training.engine.layout import Groups, Ints, Layout, Tokens, packed, padded

# FlashAttention's own limit.
_MOST_VARLEN_HEAD = 256
# Relative distance of the last hidden states, packed against padded, on a probe of a few short samples. Rounding stays
# an order of magnitude below; a model that sees what it should not, or counts positions otherwise, is far above.
_PROBE_BOUND = {"fp32": 1e-3, "bf16": 5e-2}


@dataclass(frozen=True)
class Hidden:
    """Last hidden states of one pass, (rows * columns, width), and where the samples' tokens stand in them."""

    states: torch.Tensor
    layout: Layout

    def at(self, places: Ints) -> torch.Tensor:
        """(k, width) float32: the states at some places of the flattened row."""
        chosen = torch.from_numpy(np.ascontiguousarray(places)).to(self.states.device, non_blocking=True)
        return self.states.index_select(0, chosen).float()

    @property
    def ends(self) -> torch.Tensor:
        """(n, width) float32: the states of the samples' last tokens."""
        return self.at(self.layout.ends)


class Backbone:
    """Calls `network`'s backbone; `way` is one of attention.PACKED_WAYS, or "padded".

    No weights of its own: it is how to call a module that its owner holds. No language-model head is computed.
    """

    def __init__(self, network: PreTrainedModel, pad: int, autocast: "Autocast", way: str):
        self._network = network
        self._pad = pad
        self.autocast = autocast
        self.way = way
        network.set_attn_implementation(PACKED if way in PACKED_WAYS else "sdpa" if _has_sdpa(network) else "eager")

    def __call__(self, groups: Groups) -> Hidden:
        device = self._network.device
        if self.way == "padded":
            layout = padded(groups, self._pad)
            asked: dict[str, Any] = {"attention_mask": _padding_mask(layout).to(device)}
        else:
            layout = packed(groups)
            attend = attention_for(self.way, layout, device)
            asked = {"position_ids": torch.from_numpy(layout.positions).to(device), "attend": attend}
        ids = torch.from_numpy(layout.ids).to(device, non_blocking=True)
        with self.autocast():
            states = self._network.base_model(input_ids=ids, use_cache=False, **asked).last_hidden_state
        return Hidden(states.flatten(0, 1), layout)


class Autocast:
    """A fresh autocast context at each call: bfloat16 where `precision` is "bf16", else none."""

    def __init__(self, device: torch.device, precision: str):
        self._device, self._precision = device, precision

    def __call__(self) -> AbstractContextManager[Any]:
        return torch.autocast(self._device.type, torch.bfloat16, enabled=self._precision == "bf16")


def _padding_mask(layout: Layout) -> torch.Tensor:
    return torch.from_numpy(np.arange(layout.ids.shape[1])[None, :] < layout.tail_length[:, None]).to(torch.int64)


def _has_sdpa(network: PreTrainedModel) -> bool:
    return bool(getattr(network, "_supports_sdpa", False))


def make_backbone(
    network: PreTrainedModel, pad: int, *, precision: str, attention: str, longest: int
) -> tuple[Backbone, list[str]]:
    """The backbone in the way `attention` asks for, or "auto" chooses, and what is to be said about the choice.

    `longest`: tokens of the longest sample to come. A model for which packing is wrong, by its configuration or on a
    probe, is run padded, and a note says why. Raises EngineError `attention_not_possible` for a way that the device
    has not.
    """
    autocast = Autocast(network.device, precision)
    way = chosen_way(network, attention, precision)
    if way == "padded":
        return Backbone(network, pad, autocast, "padded"), []
    why = _unpackable(network.config.get_text_config(), longest) or _probe(network, pad, autocast, way, precision)
    if why is None:
        return Backbone(network, pad, autocast, way), []
    note = f"prompts are not shared and samples are padded: {why}"
    print(note, file=sys.stderr)
    return Backbone(network, pad, autocast, "padded"), [note]


def chosen_way(network: PreTrainedModel, attention: str, precision: str) -> str:
    """The way "auto" means for this model, device and precision; any other is checked."""
    size = _head_size(network.config.get_text_config())
    has_varlen = network.device.type == "cuda" and precision == "bf16" and size <= _MOST_VARLEN_HEAD
    if attention == "auto":
        return "varlen" if has_varlen else "rows"
    if attention == "flex" and network.device.type == "cpu" and any(p.requires_grad for p in network.parameters()):
        raise EngineError("attention_not_possible", "attention: flex trains on a GPU only; choose auto.")
    if attention == "varlen" and not has_varlen:
        raise EngineError(
            "attention_not_possible",
            f"attention: varlen needs a GPU, bf16 and heads of at most {_MOST_VARLEN_HEAD}; choose auto.",
        )
    return attention


def _head_size(config: PreTrainedConfig) -> int:
    heads = getattr(config, "num_attention_heads", 1)
    return int(getattr(config, "head_dim", None) or config.hidden_size // heads)


def _unpackable(config: PreTrainedConfig, longest: int) -> str | None:
    """Why the configuration forbids packing, or None."""
    if getattr(config, "is_encoder_decoder", False) or not getattr(config, "is_causal", True):
        return "the model is no causal decoder"
    if getattr(config, "attention_dropout", 0.0) or getattr(config, "attn_pdrop", 0.0):
        return "its attention drops weights out"
    kinds = set(getattr(config, "layer_types", None) or ["full_attention"])
    window = getattr(config, "sliding_window", None)
    if not kinds <= {"full_attention", "sliding_attention"}:
        return f"it has layers of {', '.join(sorted(kinds - {'full_attention', 'sliding_attention'}))}"
    slides = "sliding_attention" in kinds if getattr(config, "layer_types", None) else window is not None
    if slides and (window is None or window < longest):
        return f"its attention window of {window} tokens is shorter than a sample may be ({longest})"
    return None


def _probe(network: PreTrainedModel, pad: int, autocast: Autocast, way: str, precision: str) -> str | None:
    """Why packed and padded passes over a few samples differ, or None where they agree."""
    groups = _probe_groups(network.config.get_text_config().vocab_size)
    was_training = network.training
    network.eval()
    try:
        with torch.no_grad():
            reference = Backbone(network, pad, autocast, "padded")(groups).ends
            try:
                found = Backbone(network, pad, autocast, way)(groups).ends
            except (Unsupported, TypeError, ValueError) as error:
                return str(error).splitlines()[0]
    finally:
        network.train(was_training)
    distance = float((found - reference).norm() / reference.norm())
    return None if distance <= _PROBE_BOUND[precision] else f"packed, its states differ by {distance:.1%}"


def _probe_groups(vocabulary: int) -> list[Sequence[Tokens]]:
    """Two prompts of 9 and 5 tokens with three and two responses of different lengths."""
    draw = np.random.default_rng(0)

    def tokens(count: int) -> Tokens:
        return draw.integers(0, vocabulary, count, dtype=np.int32)

    shapes = ((9, (4, 17, 1)), (5, (6, 12)))
    return [
        [np.concatenate([prompt, tokens(length)]) for length in lengths]
        for size, lengths in shapes
        for prompt in [tokens(size)]
    ]
