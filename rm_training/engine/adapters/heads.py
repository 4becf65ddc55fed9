"""Reward models on a decoder that transformers knows: each becomes a backbone with one scalar head in float32."""

import re
from collections.abc import Sequence

import torch
from torch import nn
from transformers import AutoModelForSequenceClassification

from rm_training.engine.adapters.folder import ModelFolder
from rm_training.engine.adapters.loading import load_network, load_tokenizer
from rm_training.engine.errors import EngineError
from rm_training.engine.model import RewardModel, Runtime, for_scoring, load_for_scoring

# v_head.weight as InternLM2's, v_head.summary.weight and .bias as TRL's.
_VALUE_HEAD = re.compile(r"(?:.*\.)?(?:v_head|value_head)(?:\.summary)?\.(weight|bias)")


def has_value_head(folder: ModelFolder) -> bool:
    return bool(_value_head(folder))


def load_chat(folder: ModelFolder, runtime: Runtime, weights: Sequence[float] | None) -> RewardModel:
    """A *ForSequenceClassification with a chat template; several labels become one by their `weights`.

    A weighted sum of linear heads is one linear head, so nothing is computed twice. Raises EngineError
    `weights_needed`, `bad_weights` and those of load_for_scoring.
    """
    labels = folder.tensors.get("score.weight", (1,))[0]
    check_weights(folder, labels, weights)
    if weights is None:
        return load_for_scoring(str(folder.path), runtime)
    network = load_network(AutoModelForSequenceClassification, folder, num_labels=labels)
    head = dict(network.get_submodule("score").named_parameters())
    factors = torch.tensor(weights, dtype=torch.float32)
    network.score = _linear(factors @ head["weight"], factors @ head["bias"] if "bias" in head else None)
    return for_scoring(network.eval(), None, load_tokenizer(folder, chat=True), runtime)


def load_value_head(folder: ModelFolder, runtime: Runtime) -> RewardModel:
    """A backbone whose checkpoint also holds a value head, as TRL, LLaMA-Factory and InternLM2-reward save it.

    Raises EngineError `not_a_reward_model` where it is not there, or has more than one output.
    """
    names = _value_head(folder)
    if "weight" not in names:
        raise EngineError(
            "not_a_reward_model",
            f"{folder.name} has no value head: no tensor of it is called v_head.weight, v_head.summary.weight or "
            "value_head.weight.",
        )
    tensors = {kind: folder.tensor(name).float() for kind, name in names.items()}
    network = load_network(AutoModelForSequenceClassification, folder, num_labels=1, drawn=("score.",))
    width = network.get_submodule("score").in_features
    if tensors["weight"].shape != (1, width):
        shape = tuple(tensors["weight"].shape)
        raise EngineError(
            "not_a_reward_model", f"The value head of {folder.name} has the shape {shape}, not (1, {width})."
        )
    network.score = _linear(tensors["weight"][0], tensors.get("bias"))
    return for_scoring(network.eval(), None, load_tokenizer(folder, chat=True), runtime)


def reward_token(folder: ModelFolder) -> int | None:
    """The token on which the model gives its reward, where it has one of its own (InternLM2-reward)."""
    token = folder.config.get("reward_token_id")
    return token if isinstance(token, int) else None


def check_weights(folder: ModelFolder, labels: int, weights: Sequence[float] | None) -> None:
    """Raise EngineError `weights_needed` or `bad_weights` unless each of several labels has its weight."""
    if labels == 1 and weights is None:
        return
    named = folder.config.get("id2label") or {}
    names = ", ".join(str(named.get(str(i), i)) for i in range(labels))
    if weights is None:
        raise EngineError(
            "weights_needed",
            f"{folder.name} gives {labels} rewards ({names}). Say what each counts: --weights with {labels} numbers, "
            "separated by commas.",
        )
    if labels == 1 or len(weights) != labels:
        raise EngineError("bad_weights", f"{folder.name} gives {labels} rewards ({names}), not {len(weights)}.")


def _value_head(folder: ModelFolder) -> dict[str, str]:
    """Which tensors are the head's: "weight" and perhaps "bias" -> name."""
    return {match[1]: name for name in folder.tensors if (match := _VALUE_HEAD.fullmatch(name))}


def _linear(weight: torch.Tensor, bias: torch.Tensor | None) -> nn.Linear:
    head = nn.Linear(weight.numel(), 1, bias=bias is not None)
    with torch.no_grad():
        head.weight.copy_(weight)
        if bias is not None:
            head.bias.copy_(bias)
    return head
