"""From (prompt, response) to tokens: the chat template, and what becomes of samples that are too long."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jinja2 import TemplateError
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerBase

from rm_training.engine.batching import Pair, PromptShape
from rm_training.engine.data import Prompt
from rm_training.engine.errors import EngineError

Tokens = NDArray[np.int32]

# Used where a tokenizer brings no chat template, and saved with the model. It ends in a line feed so that
# the last token, which carries the reward, is none that may serve as padding.
PLAIN_TEMPLATE = (
    "{% for message in messages %}"
    "{{ '### 提示\\n' if message['role'] == 'user' else '### 回答\\n' }}"
    "{{ message['content'] }}{{ '\\n\\n' }}"
    "{% endfor %}"
)

_CHUNK = 1024
_SENTINEL = "\ue000"  # private use: no template holds it


class Encoder:
    """Tokenises samples with the chat template of `tokenizer`; `max_length` is in tokens."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, max_length: int):
        self.tokenizer = tokenizer
        self.max_length = max_length
        self._head = self._token_ids([self._render(_SENTINEL, "").split(_SENTINEL)[0]])[0]

    def encode(self, samples: Sequence[tuple[str, str]]) -> list[Tokens]:
        """Tokens of each (prompt, response), in full."""
        tokens: list[Tokens] = []
        for start in range(0, len(samples), _CHUNK):
            tokens += self._token_ids([self._render(*sample) for sample in samples[start : start + _CHUNK]])
        return tokens

    def fits(self, tokens: Tokens) -> bool:
        return len(tokens) <= self.max_length

    def cut_left(self, tokens: Tokens) -> Tokens:
        """The template's head, up to half of `max_length`, and the last tokens that then fit."""
        if self.fits(tokens):
            return tokens
        head = self._shared_head(tokens)[: self.max_length // 2]
        return np.concatenate([head, tokens[len(tokens) - (self.max_length - len(head)) :]])

    def _shared_head(self, tokens: Tokens) -> Tokens:
        # The head's last token may have merged with the first of the prompt, so only what both share is head.
        size = min(len(self._head), len(tokens))
        differing = np.flatnonzero(self._head[:size] != tokens[:size])
        return tokens[: differing[0] if len(differing) else size]

    def _render(self, prompt: str, response: str) -> str:
        messages = [{"role": "user", "content": prompt}, {"role": "assistant", "content": response}]
        try:
            return str(self.tokenizer.apply_chat_template(messages, tokenize=False))
        except TemplateError as error:
            raise EngineError("bad_chat_template", f"The base's chat template fails: {error}.") from error

    def _token_ids(self, texts: list[str]) -> list[Tokens]:
        # The template brings its own special tokens; adding them again would double the first one.
        rows = self.tokenizer(texts, add_special_tokens=False, verbose=False)["input_ids"]
        return [np.asarray(row, dtype=np.int32) for row in rows]


@dataclass(frozen=True)
class EncodedPrompt:
    """The responses of one prompt that take part in training, as tokens, and the pairs among them."""

    tokens: tuple[Tokens, ...]
    pairs: tuple[Pair, ...]

    @property
    def shape(self) -> PromptShape:
        return PromptShape(tuple(len(tokens) for tokens in self.tokens), self.pairs)


@dataclass(frozen=True)
class EncodedSet:
    prompts: list[EncodedPrompt]
    dropped_too_long: int  # responses
    truncated: int  # responses
    pairs_dropped: int  # pairs that lost a response


def encode_training(
    prompts: Sequence[Prompt],
    encoder: Encoder,
    truncate: str,
    on_prompt: Callable[[int], None] = lambda done: None,
) -> EncodedSet:
    """Tokenise the prompts that order anything.

    `truncate`: "drop" leaves responses that are too long out, "left" shortens them.

    Raises EngineError `no_pairs` where no ordered pair is left.
    """
    encoded: list[EncodedPrompt] = []
    dropped = truncated = pairs_dropped = 0
    ordered = [prompt for prompt in prompts if prompt.pairs]
    for done, prompt in enumerate(ordered, start=1):
        tokens = encoder.encode([(prompt.text, response) for response in prompt.responses])
        too_long = {i for i, row in enumerate(tokens) if not encoder.fits(row)}
        if truncate == "left":
            truncated += len(too_long)
            tokens, too_long = [encoder.cut_left(row) for row in tokens], set()
        kept = _without(tokens, prompt.pairs, too_long)
        dropped += len(too_long)
        pairs_dropped += len(prompt.pairs) - len(kept.pairs)
        if kept.pairs:
            encoded.append(kept)
        on_prompt(done)
    if not encoded:
        raise EngineError("no_pairs", _why_no_pairs(bool(ordered), encoder.max_length))
    return EncodedSet(encoded, dropped, truncated, pairs_dropped)


def _without(tokens: list[Tokens], pairs: tuple[Pair, ...], left_out: set[int]) -> EncodedPrompt:
    place = {old: new for new, old in enumerate(i for i in range(len(tokens)) if i not in left_out)}
    return EncodedPrompt(
        tuple(tokens[i] for i in place),
        tuple((place[winner], place[loser]) for winner, loser in pairs if winner in place and loser in place),
    )


def _why_no_pairs(had_pairs: bool, max_length: int) -> str:
    if had_pairs:
        return (
            f"No ordered pair is left: every one has a response above max_length ({max_length} tokens). "
            'Raise max_length or set truncate to "left".'
        )
    return "The training data orders no pair of responses, so there is nothing to learn from."
