"""Flags of responses: what each finds, what it leaves alone, and its figures."""

import statistics
from math import ceil, exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.domain.filters import folded
from annotate.domain.flags import (
    FlagSettings,
    duplicate_flags,
    length_limit,
    repetition,
    text_flags,
)
from annotate.domain.states import FlagCode

DEFAULT = FlagSettings()
CHINESE = "".join(chr(code) for code in range(0x4E00, 0x4E00 + 300))


def codes(text, *, limit=4000, exempt=False, settings=DEFAULT):
    return [flag.code for flag in text_flags(text, limit=limit, category_exempt=exempt, settings=settings)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("这是一个正常的回答，没有任何问题。", []),
        ("The answer is in another language.", [FlagCode.NOT_CHINESE]),
        ("答案是 42。", []),
        ("A", [FlagCode.NOT_CHINESE]),
        ("……", [FlagCode.NOT_CHINESE]),
        (CHINESE + "</s>", [FlagCode.CONTROL_TOKENS]),
        (CHINESE + "<eoa>", [FlagCode.CONTROL_TOKENS]),
        (CHINESE + "<|im_end|>", [FlagCode.CONTROL_TOKENS]),
        ("[INST]" + CHINESE, [FlagCode.CONTROL_TOKENS]),
        (CHINESE + "，把段落放进 <p> 里，用 <div> 和 <body>，区间 [A, B]，x<a>y。", []),
        ("[1301][系统检测到输入或生成内容可能包含不安全或敏感内容]", [FlagCode.NOTICE]),
        ("很抱歉，我无法回答这个问题。", [FlagCode.NOTICE]),
        ("作为一个人工智能语言模型，我没有个人感受。", [FlagCode.NOTICE]),
        ("服务异常，请稍后再试。", [FlagCode.NOTICE]),
        (CHINESE + "这件事他无法回答。", []),
        ("我们来分步计算。" * 30, [FlagCode.REPETITION]),
        ("短句短句短句短句", []),
    ],
)
def test_a_text_is_flagged_for_what_is_wrong_with_it_and_for_nothing_else(text, found):
    assert codes(text) == found


def test_each_flag_tells_its_figures():
    text = "x" * 50 + "</s></s><eoa>"
    flags = {f.code: f.figures for f in text_flags(text, limit=40, category_exempt=False, settings=DEFAULT)}
    assert flags[FlagCode.TOO_LONG] == {"chars": 63, "limit": 40, "rule": "category"}
    assert flags[FlagCode.NOT_CHINESE] == {"share": 0.0, "limit": 0.3, "chars": 63}
    assert flags[FlagCode.CONTROL_TOKENS] == {"tokens": ["</s>", "<eoa>"], "n": 3}
    (long,) = text_flags(CHINESE * 20, limit=4000, category_exempt=True, settings=FlagSettings(max_repetition=1.0))
    assert long.figures == {"chars": 6000, "limit": 4000, "rule": "absolute"}


def test_a_category_in_which_the_share_of_chinese_errs_is_exempt_from_it_alone():
    assert codes("def f(x): return x</s>", exempt=True) == [FlagCode.CONTROL_TOKENS]
    assert codes("def f(x): return x", settings=FlagSettings(min_chinese=0.0)) == []


def literal_limit(lengths, settings):
    logs = [log(max(1, n)) for n in lengths]
    if len(logs) < 20:
        return settings.max_chars
    middle = statistics.median(logs)
    spread = 1.4826 * statistics.median(abs(value - middle) for value in logs)
    if spread == 0:
        return settings.max_chars
    return min(settings.max_chars, max(200, ceil(exp(middle + settings.length_spread * spread))))


@given(st.lists(st.integers(1, 3000), max_size=60))
def test_the_limit_of_a_category_is_the_robust_rule_read_literally(lengths):
    assert abs(length_limit(lengths, DEFAULT) - literal_limit(lengths, DEFAULT)) <= 1


def test_one_monster_does_not_move_the_limit_that_catches_it():
    usual = list(range(200, 300))
    assert length_limit([*usual, 100_000], DEFAULT) < 1000
    assert length_limit(usual[:19], DEFAULT) == DEFAULT.max_chars
    assert length_limit(usual, FlagSettings(length_spread=0)) == DEFAULT.max_chars


def literal_duplicates(texts, threshold):
    grams = []
    for text in map(folded, texts):
        grams.append({text[n : n + 3] for n in range(len(text) - 2)} if len(text) >= 3 else {text})
    kept, found = [], {}
    for place, one in enumerate(grams):
        like = [of for of in kept if len(one & grams[of]) / len(one | grams[of]) >= threshold]
        if like:
            found[place] = like[0]
        else:
            kept.append(place)
    return found


@given(st.lists(st.text("ab中", max_size=10), max_size=8), st.sampled_from([0.3, 0.6, 0.9, 1.0]))
def test_near_duplicates_within_a_prompt_are_those_of_a_literal_reading(texts, threshold):
    flags = duplicate_flags(texts, FlagSettings(duplicate_similarity=threshold))
    assert {place: flag.figures["of"] for place, flag in flags.items()} == literal_duplicates(texts, threshold)


def test_of_responses_that_say_the_same_the_first_is_kept():
    flags = duplicate_flags([CHINESE, "别的回答", CHINESE + "。", CHINESE[:-1]], DEFAULT)
    assert {place: flag.figures["of"] for place, flag in flags.items()} == {2: 0, 3: 0}
    assert flags[2].figures["similarity"] == 1.0


@given(st.text("ab", max_size=120))
def test_repetition_is_the_share_of_substrings_that_stood_before(text):
    parts = [text[n : n + 12] for n in range(len(text) - 11)]
    again = sum(part in parts[:n] for n, part in enumerate(parts))
    assert repetition(text) == pytest.approx(again / len(parts) if len(text) >= 60 else 0.0)
