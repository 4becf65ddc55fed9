"""Names are masked wherever they tell who wrote a text, nothing else changes, and spans map both ways."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from annotate.domain.harmless import visible
from annotate.domain.masking import MASK, Masked, Span, delivered, masked

NAMES = ["通义千问", "千问", "Qwen", "Open Assistant", "GPT-4", "百川?", "Claude？", "豆包"]
HIDDEN = "\u200b\u2060"
# What texts are made of: names whole and broken, in either case, side by side, and what stands around them.
PIECES = [
    *("通义千问", "千问", "通义", "问", "Qwen", "qWEN", "Qw", "en", "千\u200b问", "q\u2060wen", "Open Assistant"),
    *("open-assistant", "OpenAssistant", "x", "a", " ", "，", "。", "\n", "🙂", "\u200b", "▇▇▇", "é", "百川", "归海"),
]
SURE = ["通义千问", "千问", "Qwen", "Open Assistant"]
texts = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)


def show(text: str, prompt: str = "你好", names: list[str] = NAMES) -> str:
    return masked(text, names, prompt).text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("我是通义千问，由阿里研发。", f"我是{MASK}，由阿里研发。"),
        ("问QWEN吧", f"问{MASK}吧"),
        ("Qwenx, xQwen, Qwens", "Qwenx, xQwen, Qwens"),
        ("通\u200b义千\u200d问", MASK),
        ("Qwen-7B、Qwen2.5、qwen-turbo、Qwen2.5-VL-72B-Instruct", f"{MASK}、{MASK}、{MASK}、{MASK}"),
        ("GPT-4o、GPT4、gpt_4-turbo", f"{MASK}、{MASK}、{MASK}"),
        ("Qwen 2.5 Max 与 Qwen 2 号", f"{MASK} 与 {MASK} 号"),
        ("Qwen。2 个", f"{MASK}。2 个"),
        ("通义千问2.5-72B好，通义千问V3.5，通义千问3次", f"{MASK}好，{MASK}，{MASK}3次"),
        ("通义千问Qwen", MASK),
        ("Open-Assistant, openassistant, open  assistant", f"{MASK}, {MASK}, {MASK}"),
        ("DialoGPT-4 的 GPT-40", f"DialoGPT-4 的 {MASK}"),
    ],
)
def test_a_listed_name_is_masked_whole_with_its_version_and_words_that_merely_hold_it_are_not(
    text: str, shown: str
) -> None:
    assert show(text) == shown


def test_the_longest_name_is_taken_and_the_mask_has_one_length() -> None:
    assert show("豆包大模型", names=["豆包", "豆包大模型"]) == MASK
    assert {show(name) for name in ("通义千问", "千问", "Qwen", "豆包")} == {MASK}


@pytest.mark.parametrize(
    "sentence",
    [
        "我是{}。",
        "你好，我叫{}，很高兴认识你。",
        "我的名字是{}。",
        "作为{}的语言模型，我不能这样做。",
        "本模型由{}训练。",
        "由{}研发的人工智能。",
        "您可以称呼我为{}。",
        "您的提问中包含一些{}不支持的信息。",
        "I am {}.",
        "Hi, I'm {}, a language model.",
        "As an AI made by {}, I cannot.",
        "I was trained by {}.",
    ],
)
@pytest.mark.parametrize("name", ["Claude", "百川", "Qwen"])
def test_a_name_of_two_meanings_and_one_that_the_prompt_mentions_are_masked_where_a_text_tells_of_itself(
    sentence: str, name: str
) -> None:
    assert show(sentence.format(name), prompt="Qwen 是什么？") == sentence.format(MASK)


@pytest.mark.parametrize(
    "text",
    [
        "海纳百川，有容乃大。",
        "结构主义的代表有 Claude Lévi-Strauss。",
        "Qwen 是开源的，它由社区推出。",
        "我认为 Qwen 不错。",
        "我是老师。Qwen 不错！",
    ],
)
def test_elsewhere_they_stay_for_there_they_are_what_the_text_is_about(text: str) -> None:
    assert masked(text, NAMES, "介绍一下 Qwen2") == Masked(text)


def test_what_the_prompt_mentions_is_known_in_any_case_and_inside_longer_names() -> None:
    assert show("GLM 不错", prompt="chatglm 怎么样", names=["GLM"]) == "GLM 不错"
    assert show("GLM 不错", prompt="怎么样", names=["GLM"]) == f"{MASK} 不错"


def test_words_of_the_prompt_that_merely_run_together_mention_nothing() -> None:
    assert show("OpenAI 的政策不允许", prompt="Out in the open air", names=["OpenAI"]) == f"{MASK} 的政策不允许"
    for prompt in ("open\u200bai 是谁", "OpenAI's"):
        assert show("OpenAI 很大", prompt=prompt, names=["OpenAI"]) == "OpenAI 很大"
    for names in (["Open Assistant"], ["OpenAssistant", "Open Assistant"]):
        assert show("OpenAssistant 很大", prompt="open-assistant", names=names) == "OpenAssistant 很大"


@pytest.mark.parametrize("names", [[], [""], ["?", " ", "-"]])
def test_without_names_nothing_is_masked(names: list[str]) -> None:
    assert masked("我是 Qwen。", names, "") == Masked("我是 Qwen。")


def test_a_name_may_hold_what_patterns_are_made_of() -> None:
    assert show("用 C++(x) 和 a.b", names=["C++(x)", "a.b", "[", "\\"]) == f"用 {MASK} 和 {MASK}"
    assert show("axb", names=["a.b"]) == "axb"


def found_letter_by_letter(text: str, names: list[str]) -> list[Span]:
    """Find names the plain way: at every place the longest, letters compared one by one."""
    spans: list[Span] = []
    place = 0
    while place < len(text):
        ends = [end for name in names for end in [ends_at(text, place, name)] if end is not None]
        if not ends:
            place += 1
        elif spans and spans[-1][1] == place:
            spans[-1] = (spans[-1][0], max(ends))
            place = max(ends)
        else:
            spans.append((place, max(ends)))
            place = max(ends)
    return spans


def ends_at(text: str, start: int, name: str) -> int | None:
    def is_word(place: int) -> bool:
        return 0 <= place < len(text) and text[place].isascii() and text[place].isalnum()

    place = start
    joints = 0
    for letter in name.replace(" ", "\0"):
        while place > start and place < len(text) and text[place] in HIDDEN:
            place += 1
        if letter == "\0":
            while place < len(text) and text[place] in " -" and joints < 2:
                place, joints = place + 1, joints + 1
        elif place < len(text) and text[place].lower() == letter.lower():
            place += 1
        else:
            return None
    return None if name[0].isascii() and (is_word(start - 1) or is_word(place)) else place


@given(texts)
@example("a open assistant")
def test_it_finds_what_a_search_letter_by_letter_finds(text: str) -> None:
    found = masked(text, SURE, "")
    assert list(found.names) == found_letter_by_letter(text, SURE)
    assert masked(found.text, SURE, "").masks == ()


@given(texts)
def test_only_names_change(text: str) -> None:
    found = masked(text, NAMES, "千问")
    assert [found.text[start:end] for start, end in found.masks] == [MASK] * len(found.names)
    rebuilt, place = "", 0
    for (start, end), name in zip(found.masks, found.names, strict=True):
        rebuilt += found.text[place:start] + text[name[0] : name[1]]
        place = end
    assert rebuilt + found.text[place:] == text


def letters_behind(found: Masked) -> list[range]:
    """Return for every character of the shown text the raw characters that it stands for, one by one."""
    behind: list[range] = []
    raw = 0
    for (start, _end), (name_start, name_end) in zip(found.masks, found.names, strict=True):
        while len(behind) < start:
            behind.append(range(raw, raw + 1))
            raw += 1
        behind += [range(name_start, name_end)] * len(MASK)
        raw = name_end
    while len(behind) < len(found.text):
        behind.append(range(raw, raw + 1))
        raw += 1
    return behind


@given(texts, st.data())
def test_spans_map_as_character_by_character_and_cover_whole_names(text: str, data: st.DataObject) -> None:
    found = masked(text, SURE, "")
    behind = letters_behind(found)
    if not behind:
        return
    start = data.draw(st.integers(0, len(behind) - 1))
    end = data.draw(st.integers(start + 1, len(behind)))
    covered = [place for letter in behind[start:end] for place in letter]
    raw = found.to_raw(start, end)
    assert raw == (min(covered), max(covered) + 1)
    shown = [place for place, letter in enumerate(behind) if set(letter) & set(range(*raw))]
    assert found.to_shown(*raw) == (min(shown), max(shown) + 1)
    assert found.to_raw(*found.to_shown(*raw)) == raw


@given(texts, st.data())
def test_spans_of_the_raw_text_map_as_character_by_character(text: str, data: st.DataObject) -> None:
    if not text:
        return
    found = masked(text, SURE, "")
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    wanted = set(range(start, end))
    shown = [place for place, letter in enumerate(letters_behind(found)) if wanted & set(letter)]
    assert found.to_shown(start, end) == (min(shown), max(shown) + 1)


def test_a_span_beyond_the_text_stays_beyond_it() -> None:
    found = masked("我是通义千问。", NAMES, "")
    assert found.to_raw(0, len(found.text) + 3) == (0, len("我是通义千问。") + 3)


def test_what_is_delivered_has_its_control_characters_visible_at_the_same_places() -> None:
    text = "a\x00b\x1b[31m\x7f\x85 我是Qwen\x07。\r\n\t行\r尾"
    found = delivered(text, NAMES, "")
    assert found.text == f"a␀b␛[31m␡\ufffd 我是{MASK}␇。\t\n\t行\n尾"
    assert found.to_raw(*found.masks[0]) == (text.index("Qwen"), text.index("Qwen") + 4)


@given(st.text())
def test_visible_keeps_the_length_and_leaves_no_control_character(text: str) -> None:
    shown = visible(text)
    assert len(shown) == len(text)
    assert [letter for letter in shown if (letter < " " or "\x7f" <= letter <= "\x9f") and letter not in "\t\n"] == []
    assert all(new == old for new, old in zip(shown, text, strict=True) if old.isprintable() or old in "\t\n")
