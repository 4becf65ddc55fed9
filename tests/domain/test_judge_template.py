"""Templates: their placeholders are checked before anything is paid, and filled in one pass."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.domain.judge_template import template_check, template_fill
from annotate.domain.types import DomainError
from annotate.judges.shipped import shipped_criteria, shipped_text

GOOD = '{prompt} {a} {b} {criteria} {"verdict": "A"}'


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_shipped_templates_are_whole_and_have_criteria_for_the_same_categories(language: str) -> None:
    template_check(shipped_text(language))
    assert shipped_criteria(language).keys() == shipped_criteria("zh").keys()
    assert all(text.strip() for text in shipped_criteria(language).values())


@pytest.mark.parametrize(
    ("text", "code", "name"),
    [
        (GOOD.replace("{a}", ""), "missing_placeholder", "a"),
        (GOOD.replace("{criteria}", ""), "missing_placeholder", "criteria"),
        (GOOD + "{b}", "repeated_placeholder", "b"),
        (GOOD + "{promt}", "unknown_placeholder", "promt"),
        ("", "missing_placeholder", "prompt"),
    ],
)
def test_a_template_without_its_placeholders_is_refused_by_name(text: str, code: str, name: str) -> None:
    with pytest.raises(DomainError) as refusal:
        template_check(text)
    assert (refusal.value.code, refusal.value.details["name"]) == (code, name)


@given(st.text(), st.text())
def test_braces_in_what_is_filled_in_stay_as_they_are(a: str, b: str) -> None:
    values = {"prompt": "{a}{b}", "a": a, "b": b, "criteria": "{criteria}"}
    assert template_fill("{prompt}|{a}|{b}|{criteria}", values) == f"{{a}}{{b}}|{a}|{b}|{{criteria}}"
