"""Flags of responses that may not be worth a person's time, each with its figures (PROTOCOL 2).

Tuned for recall: a flag is a question to a person, who may overrule it. What is counted needs no model: length, share
of Chinese, repetition, likeness to another response of the prompt, control tokens, and the phrases of refusals and of
failing interfaces.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, exp

import numpy as np
from numpy.typing import ArrayLike

from annotate.domain.filters import chinese_share, folded
from annotate.domain.states import FlagCode


@dataclass(frozen=True, slots=True)
class FlagSettings:
    """Where the rules draw their lines.

    max_chars: absolute limit. length_spread: a response is too long for its category beyond the median of the logarithm
    of length by so many robust standard deviations; 0 leaves this rule out. min_chinese: the least share of Chinese
    among letters and digits; 0 leaves it out. exempt: categories in which that rule errs (mathematics, code,
    translation out of Chinese). max_repetition: the largest share of characters that repeat what stood before.
    duplicate_similarity: Jaccard similarity of 3-grams from which two responses of a prompt are near-duplicates.
    """

    max_chars: int = 4000
    length_spread: float = 3.0
    min_chinese: float = 0.30
    exempt: frozenset[int] = frozenset()
    max_repetition: float = 0.5
    duplicate_similarity: float = 0.9


@dataclass(frozen=True, slots=True)
class Flag:
    """A code and what it rests on, JSON-ready."""

    code: FlagCode
    figures: Mapping[str, object]


# A category with fewer responses has no limit of its own, and none is below this many characters.
FEW_RESPONSES, LEAST_LIMIT = 20, 200
MAD_TO_SD = 1.4826
# Repetition is looked for in texts of at least so many characters, by substrings of so many.
LEAST_REPEATING, SUBSTRING = 60, 12
GRAM = 3
MOST_TOLD = 5

_TOKENS = re.compile(
    r"</?s>|<(?:eoa|eoh|eop|eod|eot|eos|bos|pad|unk|sop|mask|sep|cls|gmask|bot|end|n|TOKENS_UNUSED_\d+"
    r"|reserved_\d+|Human|Assistant|extra_id_\d+)>|<\|[A-Za-z_0-9]{1,30}\|>|<｜[^<>｜]{1,30}｜>"
    r"|\[/?(?:INST|PAD|UNK|CLS|SEP|MASK|EOS|BOS|gMASK|sMASK)\]|<</?SYS>>|<0x[0-9A-F]{2}>",
    re.IGNORECASE,
)
_NOTICES = re.compile(
    # interfaces that failed
    r"\[\d{4}\]\[|系统检测到|请求(?:失败|超时|过于频繁)|(?:服务|网络|接口)(?:异常|繁忙|超时|错误)"
    r"|rate limit|too many requests|internal server error|bad gateway|invalid api key|content[_ ]filter"
    r"|connection (?:error|reset|timed out)"
    # refusals
    r"|(?:无法|不能|不便|难以)(?:为您|为你|直接|继续|给出|给您)?(?:回答|提供|回复|完成|生成|讨论|满足|协助|处理|理解)"
    r"|没有能力|(?:换个|换一个)话题|作为(?:一个|一名|一款)?(?:大型?|人工智能)?(?:AI|语言模型|人工智能|虚拟助手|智能助手)"
    r"|(?:抱歉|对不起)[，,。！!\s]|as an ai|i(?:'m| am) sorry|i (?:cannot|can't|am unable)",
    re.IGNORECASE,
)
# Where a notice stands: a refusal opens the text, or is all of it.
NOTICE_CHARS = 80


def length_limit(lengths: ArrayLike, settings: FlagSettings) -> int:
    """The most characters that a response of a category may have, from the lengths of all its responses.

    exp(median + length_spread * 1.4826 * MAD) of log length, at least LEAST_LIMIT and at most max_chars. A category of
    fewer than FEW_RESPONSES, or one without spread, has max_chars alone.
    """
    logs = np.log(np.maximum(1, np.asarray(lengths, dtype=np.float64)))
    if len(logs) < FEW_RESPONSES or not settings.length_spread:
        return settings.max_chars
    middle = float(np.median(logs))
    spread = MAD_TO_SD * float(np.median(np.abs(logs - middle)))
    if not spread:
        return settings.max_chars
    limit = exp(min(middle + settings.length_spread * spread, 50.0))
    return min(settings.max_chars, max(LEAST_LIMIT, ceil(limit)))


def text_flags(text: str, *, limit: int, category_exempt: bool, settings: FlagSettings) -> list[Flag]:
    """The flags of one response by itself. limit: as by length_limit, of its category."""
    found = [
        _long(text, limit, settings),
        None if category_exempt else _foreign(text, settings),
        _repeating(text, settings),
        _tokens(text),
        _notice(text),
    ]
    return [flag for flag in found if flag is not None]


def duplicate_flags(texts: Sequence[str], settings: FlagSettings) -> dict[int, Flag]:
    """{place: flag} of the responses of one prompt that nearly repeat an earlier one, which itself is kept.

    Likeness is the Jaccard similarity of the sets of 3-grams after folding, as of filters.near_duplicate_clusters, but
    not passed on: what is like a flagged response only stays.
    """
    kept: dict[int, set[str]] = {}
    found = {}
    for place, text in enumerate(texts):
        grams = _grams(folded(text))
        likeness = {of: _similarity(grams, others) for of, others in kept.items()}
        like = [of for of, value in likeness.items() if value >= settings.duplicate_similarity]
        if like:
            figures = {"of": like[0], "similarity": round(likeness[like[0]], 3), "limit": settings.duplicate_similarity}
            found[place] = Flag(FlagCode.NEAR_DUPLICATE, figures)
        else:
            kept[place] = grams
    return found


def repetition(text: str) -> float:
    """Share of a text's substrings of SUBSTRING characters that occurred in it before; 0.0 for a short text."""
    n = len(text) - SUBSTRING + 1
    if len(text) < LEAST_REPEATING:
        return 0.0
    return 1 - len({text[start : start + SUBSTRING] for start in range(n)}) / n


def _grams(text: str) -> set[str]:
    """The 3-grams of a text; a shorter one is a gram by itself."""
    return {text[start : start + GRAM] for start in range(max(1, len(text) - GRAM + 1))}


def _similarity(one: set[str], other: set[str]) -> float:
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)


def _long(text: str, limit: int, settings: FlagSettings) -> Flag | None:
    if len(text) <= limit:
        return None
    rule = "category" if limit < settings.max_chars else "absolute"
    return Flag(FlagCode.TOO_LONG, {"chars": len(text), "limit": limit, "rule": rule})


def _foreign(text: str, settings: FlagSettings) -> Flag | None:
    share = chinese_share(text)
    if share >= settings.min_chinese:
        return None
    return Flag(FlagCode.NOT_CHINESE, {"share": round(share, 3), "limit": settings.min_chinese, "chars": len(text)})


def _repeating(text: str, settings: FlagSettings) -> Flag | None:
    share = repetition(text)
    if share <= settings.max_repetition:
        return None
    return Flag(FlagCode.REPETITION, {"share": round(share, 3), "limit": settings.max_repetition})


def _tokens(text: str) -> Flag | None:
    tokens = _TOKENS.findall(text)
    if not tokens:
        return None
    told = list(dict.fromkeys(tokens))[:MOST_TOLD]
    return Flag(FlagCode.CONTROL_TOKENS, {"tokens": told, "n": len(tokens)})


def _notice(text: str) -> Flag | None:
    match = _NOTICES.search(text[:NOTICE_CHARS])
    return Flag(FlagCode.NOTICE, {"phrase": match.group(0).strip()}) if match else None
