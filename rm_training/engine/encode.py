"""From texts to tokens: the chat template, and what becomes of samples that are too long."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import chain, combinations

import numpy as np
from jinja2 import TemplateError
from transformers import PreTrainedTokenizerBase

from annotate.domain.graph import rank_prompt
from annotate.domain.types import Comparison
from rm_training.engine.batching import Pair, PromptShape
from rm_training.engine.data import Prompt
from rm_training.engine.errors import EngineError
from rm_training.engine.judge_template import judge_text
from rm_training.engine.layout import Tokens, shared_length

# Used where a tokenizer brings no chat template, and saved with the model. It ends in a line feed so that
# the last token, which carries the reward, is none that may serve as padding.
PLAIN_TEMPLATE = (
    "{% for message in messages %}"
    "{{ '### 提示\\n' if message['role'] == 'user' else '### 回答\\n' }}"
    "{{ message['content'] }}{{ '\\n\\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '### 回答\\n' }}{% endif %}"
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

    def encode_readings(self, prompt: str, pairs: Sequence[tuple[str, str]]) -> list[Tokens]:
        """Tokens after which a judge names the better of each (first, second)."""
        return self._token_ids([judge_text(self.tokenizer, prompt, first, second) for first, second in pairs])

    def response_starts(self, prompt: str, samples: Sequence[Tokens]) -> list[int]:
        """Where the response begins in each sample of a prompt: behind what the template asks a response with."""
        asked = self.tokenizer.apply_chat_template(
            [{"role": "user", "content": prompt}], tokenize=False, add_generation_prompt=True
        )
        [opening] = self._token_ids([str(asked)])
        # The first token of a response may have merged with the last of the opening.
        return [max(1, shared_length([np.append(opening, -1), np.append(sample, -2)])) for sample in samples]

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
        if not texts:
            return []
        # The template brings its own special tokens; adding them again would double the first one.
        rows = self.tokenizer(texts, add_special_tokens=False, verbose=False)["input_ids"]
        return [np.asarray(row, dtype=np.int32) for row in rows]


@dataclass(frozen=True)
class EncodedPrompt:
    """The responses of one prompt that take part in training, as tokens, and what is said of them.

    tokens: one sample a response. pairs: (winner, loser). The rest is there only where the objective wants it.
    distances: tiers between the two, of each pair. ties: pairs that the ranking holds equal. starts: where each
    sample's response begins. readings: of each pair the tokens read before a verdict, the winner first and the loser
    first, or None where either is too long.
    """

    tokens: tuple[Tokens, ...]
    pairs: tuple[Pair, ...]
    distances: tuple[float, ...] = ()
    ties: tuple[Pair, ...] = ()
    starts: tuple[int, ...] = ()
    readings: tuple[tuple[Tokens, Tokens] | None, ...] = ()

    @property
    def shape(self) -> PromptShape:
        return PromptShape(tuple(len(tokens) for tokens in self.tokens), self.pairs, self.ties)


@dataclass(frozen=True)
class Wanted:
    """What the objective trains on besides the pairs."""

    ties: bool = False
    distances: bool = False
    starts: bool = False
    readings: bool = False


@dataclass
class EncodedSet:
    prompts: list[EncodedPrompt] = field(default_factory=list)
    dropped_too_long: int = 0  # responses
    truncated: int = 0  # responses
    pairs_dropped: int = 0  # pairs that lost a response
    readings_dropped: int = 0  # pairs whose reading by a judge is too long


def encode_training(
    prompts: Sequence[Prompt],
    encoder: Encoder,
    truncate: str,
    wanted: Wanted = Wanted(),
    on_prompt: Callable[[int], None] = lambda done: None,
) -> EncodedSet:
    """Tokenise the prompts that order anything.

    `truncate`: "drop" leaves responses that are too long out, "left" shortens them.

    Raises EngineError `no_pairs` where no ordered pair is left.
    """
    encoded = EncodedSet()
    ordered = [prompt for prompt in prompts if prompt.pairs]
    for done, prompt in enumerate(ordered, start=1):
        tokens = encoder.encode([(prompt.text, response) for response in prompt.responses])
        too_long = {i for i, row in enumerate(tokens) if not encoder.fits(row)}
        if truncate == "left":
            encoded.truncated += len(too_long)
            tokens, too_long = [encoder.cut_left(row) for row in tokens], set()
        kept = _without(prompt, tokens, too_long, encoder, wanted)
        encoded.dropped_too_long += len(too_long)
        encoded.pairs_dropped += len(prompt.pairs) - len(kept.pairs)
        encoded.readings_dropped += sum(reading is None for reading in kept.readings)
        if kept.pairs:
            encoded.prompts.append(kept)
        on_prompt(done)
    if not encoded.prompts:
        raise EngineError("no_pairs", _why_no_pairs(bool(ordered), encoder.max_length))
    if wanted.readings and not any(reading for prompt in encoded.prompts for reading in prompt.readings):
        raise EngineError(
            "no_pairs", f"No pair fits into max_length ({encoder.max_length} tokens) together with its prompt."
        )
    return encoded


def _without(
    prompt: Prompt, tokens: list[Tokens], left_out: set[int], encoder: Encoder, wanted: Wanted
) -> EncodedPrompt:
    place = {old: new for new, old in enumerate(i for i in range(len(tokens)) if i not in left_out)}
    kept = [(winner, loser) for winner, loser in prompt.pairs if winner in place and loser in place]
    tiers = (prompt.tiers or _layered(prompt)) if wanted.distances else prompt.tiers
    ties = combinations(place, 2) if wanted.ties and tiers else ()
    samples = tuple(tokens[i] for i in place)
    return EncodedPrompt(
        tokens=samples,
        pairs=tuple((place[winner], place[loser]) for winner, loser in kept),
        distances=tuple(max(1.0, tiers[loser] - tiers[winner]) for winner, loser in kept if wanted.distances),
        ties=tuple((place[one], place[other]) for one, other in ties if tiers[one] == tiers[other]),
        starts=tuple(encoder.response_starts(prompt.text, samples)) if wanted.starts else (),
        readings=tuple(_readings(prompt, kept, encoder)) if wanted.readings else (),
    )


def _layered(prompt: Prompt) -> list[float]:
    """The tier of each response in the ranking that the pairs amount to (PROTOCOL 7)."""
    nodes = range(len(prompt.responses))
    ranking = rank_prompt(nodes, (Comparison(winner, loser, "a") for winner, loser in prompt.pairs))
    tier = {node: float(place) for place, tier in enumerate(ranking.tiers) for node in tier}
    return [tier[node] for node in nodes]


def _readings(prompt: Prompt, pairs: Sequence[Pair], encoder: Encoder) -> list[tuple[Tokens, Tokens] | None]:
    texts = [(prompt.responses[winner], prompt.responses[loser]) for winner, loser in pairs]
    both = [(pair, pair[::-1]) for pair in texts]
    read = encoder.encode_readings(prompt.text, list(chain.from_iterable(both)))
    return [
        (first, second) if encoder.fits(first) and encoder.fits(second) else None
        for first, second in zip(read[::2], read[1::2], strict=True)
    ]


def _why_no_pairs(had_pairs: bool, max_length: int) -> str:
    if had_pairs:
        return (
            f"No ordered pair is left: every one has a response above max_length ({max_length} tokens). "
            'Raise max_length or set truncate to "left".'
        )
    return "The training data orders no pair of responses, so there is nothing to learn from."
