"""A preference model: a transformer backbone with a scalar reward head, a judge's verdicts, or both (PROTOCOL 9)."""

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import (
    AutoModelForCausalLM,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)
from transformers.utils import logging as transformers_logging

from rm_training.engine.backbone import Hidden, make_backbone
from rm_training.engine.base import find_base
from rm_training.engine.encode import PLAIN_TEMPLATE, Encoder
from rm_training.engine.errors import EngineError
from rm_training.engine.judge_template import verdict_ids
from rm_training.engine.layout import Groups, Ints, Tokens
from rm_training.engine.lora import Lora, add_lora, merge_lora
from rm_training.engine.passes import Packer, Rectangles, Tight

_HEAD = "score."
_MOST_CPU_THREADS = 8  # beyond, small matrices only wait for each other
REWARD_KINDS, JUDGE_KINDS = ("discriminative", "joint"), ("generative", "joint")


@dataclass(frozen=True)
class Runtime:
    """Where the model computes, and in which precision; trained weights are float32 in either."""

    device: torch.device
    precision: str  # bf16 | fp32

    @classmethod
    def choose(cls, device: str, precision: str, local_rank: int = 0) -> "Runtime":
        """Resolve "auto"; raise EngineError `gpu_missing` where "cuda" is asked for and there is none."""
        has_cuda = torch.cuda.is_available()
        if device == "cuda" and not has_cuda:
            raise EngineError("gpu_missing", "The run asks for a GPU (device: cuda), but this machine offers none.")
        chosen = "cuda" if has_cuda and device != "cpu" else "cpu"
        if chosen == "cpu":
            torch.set_num_threads(min(len(os.sched_getaffinity(0)), torch.get_num_threads(), _MOST_CPU_THREADS))
        automatic = "bf16" if chosen == "cuda" else "fp32"
        where = torch.device(chosen, local_rank) if chosen == "cuda" else torch.device(chosen)
        return cls(where, automatic if precision == "auto" else precision)


class RewardModel(nn.Module):
    """One backbone, called by us, with one head or both.

    network: a transformers *ForSequenceClassification with one label, whose backbone and head are called apart: the
    class's own forward would find the last token by the padding token and compute the head in the backbone's
    precision, in which close rewards tie. causal: a *ForCausalLM that judges; its head is computed only where a
    verdict or a trained token stands. Where both are there they hold one and the same backbone. Saved, each is the
    plain transformers model and gives the same figures.
    """

    def __init__(
        self,
        network: PreTrainedModel | None,
        causal: PreTrainedModel | None,
        tokenizer: PreTrainedTokenizerBase,
        runtime: Runtime,
        *,
        attention: str = "auto",
        longest: int = sys.maxsize,
    ):
        super().__init__()
        self.network, self.causal = network, causal
        self.tokenizer = tokenizer
        self.runtime = runtime
        self.to(runtime.device)
        self.verdicts = verdict_ids(tokenizer) if causal is not None else None
        pad = int(tokenizer.pad_token_id)
        self.backbone, self.notes = make_backbone(
            self.carrier, pad, precision=runtime.precision, attention=attention, longest=longest
        )

    @property
    def carrier(self) -> PreTrainedModel:
        """The transformers model through which the backbone is reached."""
        carrier = self.network if self.network is not None else self.causal
        assert carrier is not None
        return carrier

    @property
    def packer(self) -> Packer[Tokens]:
        """How samples are dealt into passes of this model."""
        return Rectangles(len) if self.backbone.way == "padded" else Tight()

    def forward(self, groups: Groups) -> torch.Tensor:
        """Rewards, (n,) float32, of the samples of some groups, one after the other."""
        return self.rewards(self.backbone(groups))

    def rewards(self, hidden: Hidden) -> torch.Tensor:
        """Rewards, (n,) float32, of a pass already made."""
        assert self.network is not None
        with torch.autocast(self.runtime.device.type, enabled=False):
            rewards: torch.Tensor = self.network.get_submodule("score")(hidden.ends).squeeze(-1)
        return rewards

    def verdict_logits(self, hidden: Hidden) -> torch.Tensor:
        """What the language-model head says behind each sample, (n, vocabulary) float32.

        Computed in float32, as rewards are: in bf16 close verdicts would tie.
        """
        assert self.causal is not None
        head = self.causal.get_output_embeddings()
        with torch.autocast(self.runtime.device.type, enabled=False):
            logits: torch.Tensor = head(hidden.ends.to(head.weight.dtype))
        return logits.float()

    def token_logits(self, hidden: Hidden, places: Ints) -> torch.Tensor:
        """What the language-model head says at some places, (k, vocabulary) float32, in the run's precision."""
        assert self.causal is not None
        head = self.causal.get_output_embeddings()
        with self.backbone.autocast():
            logits: torch.Tensor = head(hidden.at(places).to(head.weight.dtype))
        return logits.float()

    def save(self, folder: Path) -> None:
        """Write safetensors, tokenizer and template, as transformers' own classes read them.

        A reward model as AutoModelForSequenceClassification reads it, a judge as AutoModelForCausalLM; a model that is
        both has its judge in the folder judge/ beside the reward model.
        """
        for part in (self.network, self.causal):
            if part is not None:
                target = folder / "judge" if part is self.causal and self.network is not None else folder
                part.save_pretrained(target)
                self.tokenizer.save_pretrained(target)

    def finish(self) -> None:
        """Merge LoRA into the weights it adapts; the model is then no longer trained."""
        if merge_lora(self.carrier.base_model):
            self.float()


@dataclass(frozen=True)
class Loading:
    """How a base is made ready for training."""

    kind: str = "discriminative"  # | generative | joint
    max_length: int = 2048
    attention: str = "auto"
    gradient_checkpointing: bool = False
    lora: Lora | None = field(default=None)


def load_for_training(base: str, runtime: Runtime, loading: Loading) -> RewardModel:
    """The base with the heads that `loading.kind` trains: a scalar head of its own, or a new one from torch's seed.

    Raises EngineError `base_not_loadable`, `pickle_refused`, `no_pad_token`, `max_length_too_long`,
    `bad_verdict_tokens`, `attention_not_possible`.
    """
    # Frozen weights need no float32 copy; what is trained is float32.
    half = loading.lora is not None and runtime.precision == "bf16"
    dtype = torch.bfloat16 if half else torch.float32
    name = find_base(base)
    tokenizer = _load_tokenizer(name)
    network, causal = _load_heads(name, loading.kind, tokenizer, dtype)
    carrier = network if network is not None else causal
    assert carrier is not None
    positions = _positions(carrier)
    if positions is not None and loading.max_length > positions:
        raise EngineError(
            "max_length_too_long", f"max_length {loading.max_length} exceeds the base's {positions} positions."
        )
    tokenizer.model_max_length = loading.max_length
    if loading.lora is not None:
        _freeze_but_lora(network, causal, loading.lora)
    if loading.gradient_checkpointing:
        carrier.activation_checkpointing_enable({"use_reentrant": False})
    return RewardModel(network, causal, tokenizer, runtime, attention=loading.attention, longest=loading.max_length)


def _load_heads(
    name: str, kind: str, tokenizer: PreTrainedTokenizerBase, dtype: torch.dtype
) -> tuple[PreTrainedModel | None, PreTrainedModel | None]:
    network = causal = None
    if kind in REWARD_KINDS:
        network, has_head = _load_network(name, tokenizer, dtype)
        network.get_submodule("score").float()
        print("the base's reward head is kept" if has_head else "a new reward head is drawn", file=sys.stderr)
    if kind in JUDGE_KINDS:
        causal = _load_causal(name, tokenizer, dtype)
    if network is not None and causal is not None:
        setattr(network, network.base_model_prefix, causal.base_model)
    return network, causal


def _freeze_but_lora(network: PreTrainedModel | None, causal: PreTrainedModel | None, lora: Lora) -> None:
    """Train the adapters and the scalar head alone."""
    for part in (network, causal):
        if part is not None:
            part.requires_grad_(False)
    carrier = network if network is not None else causal
    assert carrier is not None
    add_lora(carrier.base_model, lora)
    if network is not None:
        network.get_submodule("score").requires_grad_(True)


def load_for_scoring(folder: str, runtime: Runtime, attention: str = "auto") -> RewardModel:
    """A trained reward model; EngineError `not_a_reward_model` where the head is missing."""
    name = find_base(folder)
    tokenizer = _load_tokenizer(name)
    network, has_head = _load_network(name, tokenizer, torch.float32)
    if not has_head:
        raise EngineError(
            "not_a_reward_model", f"{folder} has no scalar reward head: it is a base, not a reward model."
        )
    return for_scoring(network.eval(), None, tokenizer, runtime, attention)


def for_scoring(
    network: PreTrainedModel | None,
    causal: PreTrainedModel | None,
    tokenizer: PreTrainedTokenizerBase,
    runtime: Runtime,
    attention: str = "auto",
) -> RewardModel:
    """Networks already loaded, at least one of the two, as a model that scores."""
    carrier = network if network is not None else causal
    assert carrier is not None
    longest = min(tokenizer.model_max_length, _positions(carrier) or sys.maxsize)
    return RewardModel(network, causal, tokenizer, runtime, attention=attention, longest=longest)


def sample_limit(model: RewardModel) -> int:
    """The longest sample, in tokens, that the model was made for."""
    return min(model.tokenizer.model_max_length, _positions(model.carrier) or sys.maxsize)


def _positions(network: PreTrainedModel) -> int | None:
    return getattr(network.config.get_text_config(), "max_position_embeddings", None)


def _load_tokenizer(name: str) -> PreTrainedTokenizerBase:
    try:
        tokenizer = AutoTokenizer.from_pretrained(name, trust_remote_code=False)
    except Exception as error:  # as for the weights below
        raise _not_loadable(name, str(error).strip() or type(error).__name__) from error
    _prepare_tokenizer(tokenizer)
    return tokenizer


def _load_network(name: str, tokenizer: PreTrainedTokenizerBase, dtype: torch.dtype) -> tuple[PreTrainedModel, bool]:
    """The network with a scalar head, and whether the base brought that head."""
    network, missing = _load(AutoModelForSequenceClassification, name, tokenizer, dtype, num_labels=1)
    head = getattr(network, "score", None)
    if not isinstance(head, nn.Linear) or head.out_features != 1:
        raise _not_loadable(name, f"{type(network).__name__} has no scalar head on the last token")
    _require_weights(name, {key for key in missing if not key.startswith(_HEAD)})
    return network, not missing


def _load_causal(name: str, tokenizer: PreTrainedTokenizerBase, dtype: torch.dtype) -> PreTrainedModel:
    """The language model of a base. Raises EngineError `base_not_loadable`."""
    causal, missing = _load(AutoModelForCausalLM, name, tokenizer, dtype)
    _require_weights(name, missing)
    return causal


def _require_weights(name: str, missing: set[str]) -> None:
    if missing:
        raise _not_loadable(name, f"its weights lack {len(missing)} tensors, {min(missing)} among them")


def _load(
    kind: Any, name: str, tokenizer: PreTrainedTokenizerBase, dtype: torch.dtype, **options: Any
) -> tuple[PreTrainedModel, set[str]]:
    """A model of the class `kind`, and the names of the weights that the base does not bring."""
    # Its report on a missing head reads like a fault; what is missing is judged and told by the callers.
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    try:
        network, info = kind.from_pretrained(
            name, dtype=dtype, use_safetensors=True, trust_remote_code=False, output_loading_info=True, **options
        )
    except Exception as error:  # transformers and the Hub raise many types; all mean that this base does not load
        raise _not_loadable(name, str(error).strip() or type(error).__name__) from error
    network.config.get_text_config().pad_token_id = tokenizer.pad_token_id
    return network, set(info["missing_keys"])


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
