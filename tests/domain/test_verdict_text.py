"""What a judge's answer is read as: the forms that models write, and nothing where there is nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.domain.verdict_text import is_refusal, verdict_of_text

FORMS = {
    "a": ["A", "Ａ", "回答A更好", "A 优于 B", "Response A is better than B.", "A > B", "B不如A", "我选择A", "[[A]]"],
    "b": ["B", "Ｂ", "回答 B 明显更好。", "b wins", "选B", "A < B", "A 不如 B", "**B**", "A逊于B，因为有误"],
    "equal": ["平局", "两者相当", "A 和 B 一样好", "tie", "It's a tie", "A=B", "[[C]]", "不分上下", "equally good"],
}  # fmt: skip
WRAPPED = [
    "{}",
    "分析：A 更详细，B 更准确。\n结论：{}",
    "Both have merits.\n\nFinal verdict: {}",
    '先说理由。\n{{"verdict": "{}"}}',
    '```json\n{{"reason": "短", "verdict": "{}"}}\n```',
    "<think>B? A? 结论：平局</think>\n最终判断是：\n{}",
]


@pytest.mark.parametrize("wrapped", WRAPPED)
@pytest.mark.parametrize(("verdict", "form"), [(v, form) for v, forms in FORMS.items() for form in forms])
def test_every_form_of_a_verdict_is_read(verdict: str, form: str, wrapped: str) -> None:
    assert verdict_of_text(wrapped.format(form)) == verdict


@pytest.mark.parametrize(
    "text",
    ["", "说不好", "A 和 B 各有千秋", "判断：A 还是 B？", "不是A", "{", '{"verdict": 7}', '{"verdict": "X"}', "ABBA"],
)
def test_what_says_nothing_is_nothing(text: str) -> None:
    assert verdict_of_text(text) is None


@given(st.text(max_size=200), st.sampled_from(["A", "B", "平局"]))
def test_a_last_line_of_json_stands_whatever_was_said_before(before: str, word: str) -> None:
    said = {"A": "a", "B": "b", "平局": "equal"}[word]
    assert verdict_of_text(f'{before.replace("<", "")}\n{{"verdict": "{word}"}}') == said


@given(st.text(max_size=300))
def test_no_text_breaks_the_parser(text: str) -> None:
    assert verdict_of_text(text) in ("a", "b", "equal", None)


@pytest.mark.parametrize(
    "text", ["抱歉，我无法比较这两个回答。", "I'm sorry, but I can't help with that.", "作为AI助手，我不能评价"]
)
def test_refusals_are_told_from_babble(text: str) -> None:
    assert is_refusal(text)
    assert not is_refusal("两个都还行吧，看情况")
