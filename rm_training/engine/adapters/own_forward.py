"""Reward models scored by their own forward: pair-input encoders, and networks that bring their own code."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import nn
from transformers import AutoModel, AutoModelForSequenceClassification, PreTrainedTokenizerBase

from rm_training.engine.adapters.folder import ModelFolder
from rm_training.engine.adapters.heads import check_weights, reward_token
from rm_training.engine.adapters.loading import load_network, load_tokenizer, positions_of
from rm_training.engine.backbone import Autocast
from rm_training.engine.data import Prompt
from rm_training.engine.encode import Encoder
from rm_training.engine.errors import EngineError
from rm_training.engine.inference import chat_samples, report_cut, require_finite
from rm_training.engine.model import Runtime
from rm_training.engine.passes import Rectangles, in_passes
from rm_training.engine.scorer import Progress, Scored, from_rewards, silent

Inputs = dict[str, list[int]]  # what the network's forward is given for one sample, before padding


class ForwardScorer:
    """Scores what `encode` makes of the prompts by calling the network as it is."""

    def __init__(
        self,
        network: nn.Module,
        tokenizer: PreTrainedTokenizerBase,
        encode: Callable[[Sequence[Prompt]], list[list[Inputs]]],
        runtime: Runtime,
        *,
        token_budget: int,
        weights: Sequence[float] | None = None,
    ):
        self.network = network.to(runtime.device).eval()
        self.tokenizer, self.encode, self.runtime = tokenizer, encode, runtime
        self.token_budget = token_budget
        self.weights = None if weights is None else torch.tensor(weights, device=runtime.device)

    def scored(self, prompts: Sequence[Prompt], progress: Progress = silent) -> Scored:
        return from_rewards(prompts, self.rewards(prompts, progress))

    def rewards(self, prompts: Sequence[Prompt], progress: Progress = silent) -> list[list[float]]:
        rewards = in_passes(
            self.encode(prompts), self._forward, packer=Rectangles(lambda sample: len(sample["input_ids"])),
            same=lambda sample: tuple(sample["input_ids"]),
            token_budget=self.token_budget, progress=progress,
        )  # fmt: skip
        require_finite(rewards)
        return rewards

    def _forward(self, groups: list[Sequence[Inputs]]) -> list[float]:
        samples = [sample for group in groups for sample in group]
        batch = self.tokenizer.pad(samples, padding_side="right", return_tensors="pt").to(self.runtime.device)
        with torch.inference_mode(), Autocast(self.runtime.device, self.runtime.precision)():
            output = self.network(**batch)
        return self._rewards(output, len(samples)).tolist()  # type: ignore[no-any-return]

    def _rewards(self, output: Any, count: int) -> torch.Tensor:
        """One reward a sample: the output's `score` where it has one (ArmoRM), else its `logits`."""
        found = getattr(output, "score", None)
        found = getattr(output, "logits", None) if found is None else found
        if not isinstance(found, torch.Tensor) or found.shape[0] != count or found.dim() > 2:
            raise EngineError(
                "not_a_reward_model",
                f"{type(self.network).__name__} gives neither a score nor logits with one row a response.",
            )
        rewards = found.float().reshape(count, -1)
        if rewards.shape[1] != (1 if self.weights is None else len(self.weights)):
            raise EngineError(
                "weights_needed",
                f"{type(self.network).__name__} gives {rewards.shape[1]} rewards a response: --weights must say what "
                "each counts.",
            )
        return rewards[:, 0] if self.weights is None else rewards @ self.weights


def load_pair(
    folder: ModelFolder,
    runtime: Runtime,
    *,
    max_length: int | None,
    token_budget: int,
    weights: Sequence[float] | None,
) -> ForwardScorer:
    """An encoder that reads (question, answer) as a pair of texts, such as OpenAssistant's DeBERTa.

    Always in float32: such models are small, and in bf16 close rewards tie. A pair that is too long loses the end of
    its longer text, as these models were trained. Raises EngineError `not_a_reward_model`, `weights_needed`.
    """
    if not any(name.startswith("classifier.") for name in folder.tensors):
        raise EngineError("not_a_reward_model", f"{folder.name} has no classifier, which would give the reward.")
    network = load_network(AutoModelForSequenceClassification, folder)
    check_weights(folder, int(network.config.num_labels or 1), weights)
    tokenizer = load_tokenizer(folder, chat=False)
    limit = max_length or positions_of(network, tokenizer)

    def encode(prompts: Sequence[Prompt]) -> list[list[Inputs]]:
        rows = [[_pair_inputs(tokenizer, prompt.text, r, limit) for r in prompt.responses] for prompt in prompts]
        cut = sum(was_cut for row in rows for _, was_cut in row)
        report_cut(cut, sum(map(len, rows)), limit, "lose the end of the longer text")
        return [[inputs for inputs, _ in row] for row in rows]

    exact = Runtime(runtime.device, "fp32")
    return ForwardScorer(network, tokenizer, encode, exact, token_budget=token_budget, weights=weights)


def _pair_inputs(tokenizer: PreTrainedTokenizerBase, prompt: str, response: str, limit: int) -> tuple[Inputs, bool]:
    """The tokenised pair within `limit` tokens, and whether something was cut for it."""
    whole = tokenizer(prompt, response, verbose=False)
    if len(whole["input_ids"]) <= limit:
        return dict(whole), False
    return dict(tokenizer(prompt, response, truncation="longest_first", max_length=limit)), True


def load_with_code(
    folder: ModelFolder,
    runtime: Runtime,
    *,
    max_length: int | None,
    token_budget: int,
    weights: Sequence[float] | None,
) -> ForwardScorer:
    """A chat model with allowed code of its own, whose forward gives the reward as its `score` or `logits`."""
    known = folder.config.get("auto_map") or {}
    name = "AutoModelForSequenceClassification"
    network = load_network(AutoModelForSequenceClassification if name in known else AutoModel, folder)
    tokenizer = load_tokenizer(folder, chat=True)
    encoder = Encoder(tokenizer, max_length or positions_of(network, tokenizer))
    end = reward_token(folder)

    def encode(prompts: Sequence[Prompt]) -> list[list[Inputs]]:
        rows = chat_samples(encoder, prompts, end)
        return [[{"input_ids": tokens.tolist(), "attention_mask": [1] * len(tokens)} for tokens in row] for row in rows]

    return ForwardScorer(network, tokenizer, encode, runtime, token_budget=token_budget, weights=weights)
