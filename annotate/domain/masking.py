"""Hides the names by which a response gives away who wrote it, and maps spans between both forms of the text.

A text as it is stored is called raw, and as people see it shown; spans are (start, end), end exclusive, in code points.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from annotate.domain.harmless import visible

# Of one length, or the length would tell the name.
MASK = "▇▇▇"

Span = tuple[int, int]

_INVISIBLE = "\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff"
# One name is written Open Assistant, OpenAssistant and Open-Assistant.
_JOINTS = "[ _-]{0,2}"
_HIDDEN = re.compile(f"[{_INVISIBLE}]")
_NOT_SPELLED = re.compile(f"[{_INVISIBLE} _-]")
_WORD = "[A-Za-z0-9]"
_NO_WORD = f"(?!{_WORD})"
_EDITION = (
    "turbo|chat|instruct|base|plus|max|mini|nano|pro|ultra|preview|flash|lite|long|air|"
    "opus|sonnet|haiku|vl|coder|code|math|thinking|latest|moe|int4|int8|hf|sft|rlhf|gguf|awq|gptq"
)
# What tells the version stands behind the name: 2.5-72B-Instruct, 4o, " 3.5 Sonnet".
_VERSION = (
    rf"(?i:(?:(?:v|[-_][a-z]?)?\d+(?:\.\d+)*[a-z]?{_NO_WORD}|\.\d+[a-z]?{_NO_WORD}|(?<=\d)[a-z]{_NO_WORD}"
    rf"| [a-z]?\d+(?:\.\d+)*[a-z]?(?!\w)|[-_ ](?:{_EDITION}){_NO_WORD})*)"
)
# Figures directly behind a Chinese name may be what the sentence counts.
_CHINESE_VERSION = (
    rf"(?i:(?:(?:[-_ ]?v\d+(?:\.\d+)*|[-_]?\d+\.\d+|-\d+)[a-z]?{_NO_WORD}"
    rf"(?:[-_ ]?(?:\d+b|{_EDITION}){_NO_WORD})*)?)"
)

_SENTENCE_END = re.compile(r"[。！？!?；;\n]|\.(?=\s|$)")
_MADE = "开发|训练|研发|推出|打造|创建|创造|研制|构建"
_OF_ITSELF = re.compile(
    r"我(?:的名字|的全名|的中文名|的英文名)?(?:就?是|叫|名为|名叫|来自|由|被称为)|叫我|称呼?我为|这里是|您的?(?:提问|输入)"
    r"|本(?:模型|助手|人工智能|ai|机器人|大模型)"
    r"|作为[^，,]{0,20}(?:模型|助手|机器人|人工智能|ai)"
    rf"|^\W*(?:是|我?是?由)[^，,]{{1,30}}(?:{_MADE})"
    r"|\bi(?: a|['’])m\b|\bmy name is\b|\bconversation with\b|\bcall me\b"
    r"|\bas an? (?:large |)(?:ai|language|artificial|virtual|assistant)"
    r"|\b(?:i|me|i['’]ve|i have)\b.{0,20}\b(?:trained|developed|created|made|built) by\b"
    r"|^\W*(?:trained|developed|created) by\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Masked:
    """A text with its names masked: `masks` are their spans in `text`, `names` those in the raw text, in order."""

    text: str
    masks: tuple[Span, ...] = ()
    names: tuple[Span, ...] = ()

    def to_raw(self, start: int, end: int) -> Span:
        """Return a span of the raw text; where it cuts a mask, it covers all of the name."""
        return _moved(start, end, self.masks, self.names)

    def to_shown(self, start: int, end: int) -> Span:
        """Return a span of the shown text; where it cuts a name, it covers all of the mask."""
        return _moved(start, end, self.names, self.masks)


def _moved(start: int, end: int, ours: Sequence[Span], theirs: Sequence[Span]) -> Span:
    """Map a span between texts that differ in the passages `ours` and `theirs` only."""
    first = bisect_right(ours, start, key=lambda passage: passage[0]) - 1
    if first >= 0:
        start = theirs[first][0] if start < ours[first][1] else start + theirs[first][1] - ours[first][1]
    last = bisect_right(ours, end - 1, key=lambda passage: passage[0]) - 1
    if last >= 0:
        end = theirs[last][1] if end <= ours[last][1] else end + theirs[last][1] - ours[last][1]
    return start, end


@dataclass(frozen=True, slots=True)
class _Names:
    """A list of names made ready: their pattern, how they are spelled, and which have another meaning too.

    `spellings` maps the letters of each name, longest first, to what finds them anywhere, in longer names too.
    """

    pattern: re.Pattern[str]
    spellings: Mapping[str, re.Pattern[str]]
    doubtful: frozenset[str]

    def named(self, found: str) -> str:
        """Return which name a match of the pattern begins with."""
        plain = _spelled(found)
        return next(name for name in self.spellings if plain.startswith(name))

    def unsure(self, name: str, prompt: str) -> bool:
        """Tell whether a text may be about what bears this name: it has another meaning, or the prompt mentions it."""
        return name in self.doubtful or self.spellings[name].search(prompt) is not None


def _spelled(name: str) -> str:
    """Return the letters of a name, which is the same in either case and however its words are joined."""
    return _NOT_SPELLED.sub("", name).lower()


def delivered(text: str, names: Iterable[str], prompt: str) -> Masked:
    """Return a response as people see it who shall not know its model: masked, its control characters visible."""
    found = masked(text, names, prompt)
    return replace(found, text=visible(found.text))


def masked(text: str, names: Iterable[str], prompt: str) -> Masked:
    """Return a response with the listed names masked, whatever their case, and the version behind them.

    A name with a question mark behind it in the list has another meaning too (豆包?). It is masked only in sentences in
    which the text tells of itself, and so is a name that the prompt mentions, for there it is what the text is about.
    """
    ready = _ready(tuple(names))
    if ready is None:
        return Masked(text)
    found = list(ready.pattern.finditer(text))
    if not found:
        return Masked(text)
    names_found = {spelling: ready.named(spelling) for spelling in {match.group() for match in found}}
    unsure = {name for name in set(names_found.values()) if ready.unsure(name, prompt)}
    sentences = _Sentences(text if unsure else "")
    spans = [
        match.span()
        for match in found
        if names_found[match.group()] not in unsure or sentences.tell_of_itself(match.start())
    ]
    return _cut(text, _joined(spans))


class _Sentences:
    """The sentences of a text, each looked at once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._ends = [match.end() for match in _SENTENCE_END.finditer(text)]
        self._told: dict[int, bool] = {}

    def tell_of_itself(self, place: int) -> bool:
        """Tell whether the sentence around a place tells of who wrote the text."""
        number = bisect_right(self._ends, place)
        if number not in self._told:
            begin = self._ends[number - 1] if number else 0
            end = self._ends[number] if number < len(self._ends) else len(self._text)
            self._told[number] = _OF_ITSELF.search(self._text[begin:end]) is not None
        return self._told[number]


def _joined(spans: list[Span]) -> list[Span]:
    """Return spans with those that touch made one: how many names stand together tells something too."""
    joined: list[Span] = []
    for start, end in spans:
        if joined and joined[-1][1] == start:
            start = joined.pop()[0]
        joined.append((start, end))
    return joined


def _cut(text: str, spans: list[Span]) -> Masked:
    parts, masks = [], []
    place = n_shown = 0
    for start, end in spans:
        n_shown += start - place
        parts += [text[place:start], MASK]
        masks.append((n_shown, n_shown + len(MASK)))
        n_shown += len(MASK)
        place = end
    return Masked("".join([*parts, text[place:]]), tuple(masks), tuple(spans))


@lru_cache(maxsize=64)
def _ready(names: tuple[str, ...]) -> _Names | None:
    """Return a list of names made ready, None for one without names."""
    listed = {name.strip() for name in names if _spelled(name.rstrip("?？ "))}
    doubtful = {name for name in listed if name.endswith(("?", "？"))}
    sure = listed - doubtful
    words = sorted({name.rstrip("?？ ") for name in listed}, key=lambda name: (-len(_spelled(name)), name))
    if not words:
        return None
    return _Names(
        pattern=_pattern(words),
        spellings=_spellings(words),
        doubtful=frozenset(_spelled(name.rstrip("?？ ")) for name in doubtful) - {_spelled(name) for name in sure},
    )


def _spellings(names: Iterable[str]) -> dict[str, re.Pattern[str]]:
    found: dict[str, re.Pattern[str]] = {}
    for name in names:
        # Of the ways to write one name that of most words comes first, and finds the others.
        found.setdefault(_spelled(name), re.compile(_spelling(name)))
    return found


def _pattern(names: Iterable[str]) -> re.Pattern[str]:
    """Return the pattern of all names, of those that begin alike the first ones first.

    Every branch begins with a plain letter, and what stands before it is looked at next: so the engine skips to where a
    name may begin, and leaves the inside of words at once.
    """
    beginning: dict[str, list[str]] = {}
    for name in names:
        first, rest = _letters(name)
        for letter in first:
            beginning.setdefault(letter, []).append(rest)
    return re.compile("|".join(f"{_begin(letter)}(?:{'|'.join(rest)})" for letter, rest in beginning.items()))


def _letters(name: str) -> tuple[set[str], str]:
    """Return what a name may begin with, and the pattern of the rest and of the version behind it."""
    plain = _NOT_SPELLED.sub("", name)
    version = _VERSION + _NO_WORD if re.fullmatch(_WORD, plain[-1]) else _CHINESE_VERSION
    return _cases(plain[0]), _spelling(name)[len(_either_case(plain[0])) :] + version


def _spelling(name: str) -> str:
    """Return the pattern of a name, with characters that nobody sees between its letters."""
    words = [word for word in (_HIDDEN.sub("", word) for word in re.split("[ _-]", name)) if word]
    unseen = f"[{_INVISIBLE}]*"
    return (unseen + _JOINTS + unseen).join(unseen.join(map(_either_case, word)) for word in words)


def _cases(letter: str) -> set[str]:
    return {letter, *(other for other in (letter.lower(), letter.upper()) if len(other) == 1)}


def _either_case(letter: str) -> str:
    return f"[{''.join(sorted(map(re.escape, _cases(letter))))}]"


def _begin(letter: str) -> str:
    plain = re.escape(letter)
    return f"{plain}(?<!{_WORD}{plain})" if re.fullmatch(_WORD, letter) else plain
