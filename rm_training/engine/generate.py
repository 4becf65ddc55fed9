"""Writes answers with a causal language model: questions that come at the same time share one batch."""

import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from jinja2 import TemplateError
from transformers import AutoModelForCausalLM, PreTrainedModel, PreTrainedTokenizerBase

from rm_training.engine.adapters.folder import open_folder
from rm_training.engine.adapters.loading import load_network, load_tokenizer, positions_of
from rm_training.engine.errors import EngineError
from rm_training.engine.model import Runtime

GATHER_SECONDS = 0.02


@dataclass(frozen=True)
class Sampling:
    """How an answer is drawn. temperature 0: always the likeliest token. max_tokens: at most so many are written."""

    temperature: float = 1.0
    top_p: float = 1.0
    max_tokens: int = 1024


@dataclass(frozen=True)
class Written:
    """An answer. `ended`: the model came to its end by itself, rather than at max_tokens."""

    text: str
    prompt_tokens: int
    completion_tokens: int
    ended: bool


@dataclass(eq=False)
class _Asked:
    tokens: list[int]
    sampling: Sampling
    answer: "Future[Written]" = field(default_factory=Future)


class Writer:
    """A model in a thread of its own, which takes up to `batch` waiting questions of one sampling at a time."""

    def __init__(self, network: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, runtime: Runtime, *, batch: int):
        self.tokenizer = tokenizer
        self.limit = positions_of(network, tokenizer)
        self._batch = batch
        dtype = torch.bfloat16 if runtime.precision == "bf16" else torch.float32
        self._network = network
        torch.nn.Module.to(network, device=runtime.device, dtype=dtype)
        self._ends = _end_tokens(network, tokenizer)
        self._waiting: queue.Queue[_Asked | None] = queue.Queue()
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
        self._thread.start()

    @classmethod
    def load(cls, name: str, runtime: Runtime, *, batch: int, allowed_code: str | None = None) -> "Writer":
        """Load a causal language model with its chat template; raises EngineError as the adapters do."""
        folder = open_folder(name, allowed_code)
        tokenizer = load_tokenizer(folder, chat=True)
        return cls(load_network(AutoModelForCausalLM, folder), tokenizer, runtime, batch=batch)

    def write(self, messages: Sequence[dict[str, str]], sampling: Sampling) -> Written:
        """Answer a conversation; blocks until the answer is there.

        Raises EngineError `too_long` where the question leaves no room for an answer, `bad_messages` where the model's
        template refuses it.
        """
        tokens = self._tokens(messages)
        room = self.limit - len(tokens)
        if room <= 0:
            raise EngineError("too_long", f"The question has {len(tokens)} tokens; the model takes {self.limit}.")
        # Only questions of one sampling share a batch, so that a long one never cuts the answer to a short one.
        asked = _Asked(tokens, replace(sampling, max_tokens=min(sampling.max_tokens, room)))
        self._waiting.put(asked)
        return asked.answer.result()

    def close(self) -> None:
        """Answer what waits, then stop."""
        self._waiting.put(None)
        self._thread.join()

    def _tokens(self, messages: Sequence[dict[str, str]]) -> list[int]:
        try:
            text = self.tokenizer.apply_chat_template(list(messages), tokenize=False, add_generation_prompt=True)
        except TemplateError as error:
            raise EngineError("bad_messages", f"The model's chat template refuses the messages: {error}") from error
        return list(self.tokenizer(str(text), add_special_tokens=False, verbose=False)["input_ids"])

    def _work(self) -> None:
        left: list[_Asked] = []
        open_ = True
        while open_ or left:
            open_ = self._gather(left) if open_ else False
            if not left:
                continue
            chosen = [asked for asked in left if asked.sampling == left[0].sampling][: self._batch]
            left[:] = [asked for asked in left if asked not in chosen]
            try:
                written = self._write(chosen)
            except Exception as error:  # whoever asked is told; the next question may still be answered
                for asked in chosen:
                    asked.answer.set_exception(error)
                continue
            for asked, one in zip(chosen, written, strict=True):
                asked.answer.set_result(one)

    def _gather(self, left: list[_Asked]) -> bool:
        """Add to `left` what has been asked, waiting for a first question; False once the writer is to stop."""
        try:
            while len(left) < self._batch:
                asked = self._waiting.get(timeout=GATHER_SECONDS if left else None)
                if asked is None:
                    return False
                left.append(asked)
        except queue.Empty:
            pass
        return True

    @torch.inference_mode()
    def _write(self, asked: Sequence[_Asked]) -> list[Written]:
        longest = max(len(one.tokens) for one in asked)
        sampling = asked[0].sampling
        pad = self.tokenizer.pad_token_id
        # On the left, so that every answer begins where the question ends.
        rows = [[pad] * (longest - len(one.tokens)) + one.tokens for one in asked]
        seen = [[0] * (longest - len(one.tokens)) + [1] * len(one.tokens) for one in asked]
        device = self._network.device
        given: dict[str, Any] = {"do_sample": False, "temperature": None, "top_p": None, "top_k": None}
        if sampling.temperature > 0:
            given = {"do_sample": True, "temperature": sampling.temperature, "top_p": sampling.top_p, "top_k": 0}
        made = self._network.generate(  # type: ignore[operator]
            input_ids=torch.tensor(rows, device=device),
            attention_mask=torch.tensor(seen, device=device),
            max_new_tokens=sampling.max_tokens,
            pad_token_id=pad,
            eos_token_id=sorted(self._ends) or None,
            **given,
        )
        return [self._written(one, row[longest:]) for one, row in zip(asked, made.tolist(), strict=True)]

    def _written(self, asked: _Asked, tokens: Sequence[int]) -> Written:
        end = next((place for place, token in enumerate(tokens) if token in self._ends), None)
        said = list(tokens[:end])
        text = str(self.tokenizer.decode(said, skip_special_tokens=True))
        return Written(text, len(asked.tokens), len(said) + (end is not None), end is not None)


def _end_tokens(network: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> set[int]:
    """Return every token that ends an answer: chat models name more than the tokenizer's own."""
    named = network.generation_config.eos_token_id if network.generation_config is not None else None
    listed = named if isinstance(named, list) else [named]
    return {token for token in (*listed, tokenizer.eos_token_id) if token is not None}
