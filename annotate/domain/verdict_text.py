"""What an AI judge's free answer says: A, B, equal, or nothing that can be read (PROTOCOL 8)."""

from __future__ import annotations

import json
import re
import unicodedata

from annotate.domain.types import Verdict

_THOUGHT = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
_OBJECT = re.compile(r"\{[^{}]*\}", re.DOTALL)
_KEYS = ("verdict", "winner", "better", "choice", "result", "结论", "判断", "胜者", "更好", "选择", "结果")
_DECORATION = re.compile(r"[\"'“”‘’「」『』【】\[\]()《》*_`#~]")
_EDGES = re.compile(r"^[\s.,:;!?。、=-]+|[\s.,:;!?。、=-]+$")
# Of MT-Bench's forms only the tie needs help: [[C]] is no letter of ours anywhere else.
_TIE_C = re.compile(r"\[\[\s*c\s*\]\]")

_NOUN = r"(?:(?:回答|答案|回复|助手|选项|response|answer|assistant|option)\s*)?"
_LABEL = rf"{_NOUN}([ab])(?:\s*{_NOUN})?"
_BETTER = (
    r"(?:明显|略|稍|要|也|是|质量|整体|总体|相对)*(?:更好|较好|更优|更佳|最好|最佳|胜出|获胜|胜|赢|好)(?:的|一些|一点|些|了)?"
    r"|(?:明显|略|稍)?(?:优于|好于|胜过|强于).*|is\s+(?:clearly\s+|slightly\s+|the\s+)*(?:better|best|winner).*"
    r"|wins?.*|better.*|>.*"
)
_WORSE = r"(?:明显|略|稍)?(?:更差|较差|不如.*|逊于.*|劣于.*|差于.*)|is\s+(?:clearly\s+|slightly\s+)*worse.*|<.*"
_EQUAL = (
    r"平局|平手|打平|平|相当|相同|相等|一样|一样好|同样好|同等|差不多|不分上下|不分伯仲|旗鼓相当|难分高下|难分伯仲"
    r"|ties?|tied|draw|equal|equally\s+good|the\s+same|same|comparable|no\s+(?:clear\s+)?(?:difference|winner)"
)
_BOTH = rf"(?:两者|二者|两个|两个回答|双方|both|they|it|{_NOUN}a\s*(?:和|与|跟|、|and|&)\s*{_NOUN}b)"
_LINK = r"(?:的|质量|水平|整体|总体|基本|大致|都|is|are|'?s|about|roughly|a|an)"

_OPENING = r"(?:我?(?:选择|选|认为|觉得|会选|更倾向于)|(?:i\s+)?(?:choose|prefer|think))?\s*"
_CHOSEN = re.compile(rf"{_OPENING}{_LABEL}\s*(?:{_BETTER})?")
_PREFERRED = re.compile(rf"{_OPENING}{_LABEL}\s*(?:{_BETTER})")
_REJECTED = re.compile(rf"{_OPENING}{_LABEL}\s*(?:{_WORSE})")
_CLAUSE_END = re.compile(r"[,;。]")
_TIE = re.compile(rf"(?:{_BOTH}\s*)?(?:{_LINK}\s*)*(?:{_EQUAL})(?:了|的)?|a\s*=+\s*b|b\s*=+\s*a|both")
_MARKER = re.compile(
    r"(?:最终|我的|综合)?(?:结论|裁决|判定|判断|结果|答案|选择|胜者|评判)\s*(?:是|为|:)+"
    r"|(?:final\s+|my\s+|the\s+)*(?:verdict|winner|answer|choice|decision|conclusion)\s*(?:is|:)+"
)
_REFUSAL = re.compile(
    r"(?:抱歉|对不起|很遗憾).{0,30}(?:无法|不能|不便)|(?:我|作为[^,.。,]{0,15})(?:无法|不能)(?:评价|比较|判断|回答|提供|协助)"
    r"|(?:i['’]?m\s+sorry|i\s+apologi[sz]e|i\s+(?:can['’]?t|cannot|am\s+unable\s+to|won['’]?t))\b",
    re.IGNORECASE,
)


def verdict_of_text(text: str) -> Verdict | None:
    """The verdict about (A, B) that an answer ends in; None where none can be read.

    In this order: the last JSON object with a verdict, the last statement after a word like 结论 or "verdict", the last
    line, the first line. Full-width letters, Markdown and quotation marks around a verdict do not matter, nor does what
    a model thinks aloud between <think> tags. A statement that says more than one verdict is none.
    """
    plain = unicodedata.normalize("NFKC", _THOUGHT.sub("", text)).casefold()
    said = _from_json(plain)
    if said is not None:
        return said
    if _TIE_C.search(plain):
        return "equal"
    lines = [line for line in plain.splitlines() if _fragment(line)]
    if not lines:
        return None
    marked = _after_marker(lines)
    return marked or _verdict_of(lines[-1]) or _verdict_of(lines[0])


def is_refusal(text: str) -> bool:
    """Whether an answer without a verdict reads like a refusal to answer."""
    return bool(_REFUSAL.search(unicodedata.normalize("NFKC", text)))


def _from_json(plain: str) -> Verdict | None:
    for found in reversed(_OBJECT.findall(plain)):
        try:
            value = json.loads(found)
        except ValueError:
            continue
        for key in _KEYS:
            if isinstance(value.get(key), str):
                said = _verdict_of(value[key].strip())
                if said is not None:
                    return said
    return None


def _after_marker(lines: list[str]) -> Verdict | None:
    """The last readable statement after a marker; the statement may stand on the line below it."""
    for place in range(len(lines) - 1, -1, -1):
        plain = _DECORATION.sub("", lines[place])
        for match in reversed(list(_MARKER.finditer(plain))):
            rest = plain[match.end() :]
            below = lines[place + 1] if place + 1 < len(lines) and not _fragment(rest) else ""
            said = _verdict_of(rest) or _verdict_of(below)
            if said is not None:
                return said
    return None


def _fragment(line: str) -> str:
    return _EDGES.sub("", _DECORATION.sub("", line))


def _verdict_of(line: str) -> Verdict | None:
    """What one statement says: all of it, or its first clause where that compares, as in "A 更好，因为……"."""
    statement = _fragment(line)
    clause = _fragment(_CLAUSE_END.split(statement, maxsplit=1)[0])
    if _TIE.fullmatch(statement) or _TIE.fullmatch(clause):
        return "equal"
    if match := _CHOSEN.fullmatch(statement) or _PREFERRED.fullmatch(clause):
        return "a" if match.group(1) == "a" else "b"
    if match := _REJECTED.fullmatch(statement) or _REJECTED.fullmatch(clause):
        return "b" if match.group(1) == "a" else "a"
    return None
