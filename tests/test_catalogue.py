"""The server speaks Chinese as well as English: no text is missing, none is left over, none loses a value."""

import json
import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from annotate.domain.states import ASSIGNMENT_MOVES, DISCUSSION_MOVES, PROMPT_MOVES, REVIEW_MOVES

ROOT = Path(__file__).resolve().parent.parent
KEYWORDS = {"_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None}


def texts_in_code() -> set[str]:
    found = set()
    for room in ("annotate", "annotation_site", "collaboration", "rm_training"):
        for _file, _line, text, _comments, _context in extract_from_dir(ROOT / room, keywords=KEYWORDS):
            found.add(text if isinstance(text, str) else text[0])
    return found


def translations() -> dict[str, str]:
    with (ROOT / "locale/zh_Hans/LC_MESSAGES/django.po").open("rb") as file:
        return {message.id: message.string for message in read_po(file) if message.id}


def test_every_text_of_the_server_has_a_chinese_translation_and_none_is_left_over() -> None:
    texts = texts_in_code()
    assert len(texts) > 50
    assert texts == set(translations())


def test_no_translation_is_empty_or_loses_a_value() -> None:
    values = re.compile(r"%\(\w+\)[a-z]")
    for text, chinese in translations().items():
        assert re.search(r"[\u4e00-\u9fff]", chinese), text
        assert sorted(values.findall(chinese)) == sorted(values.findall(text)), text


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_move_has_a_name_in_the_history_of_a_prompt(language: str) -> None:
    named = json.loads((ROOT / f"frontend/src/locales/{language}/events.json").read_text(encoding="utf-8"))
    tables = {
        "prompt": PROMPT_MOVES,
        "assignment": ASSIGNMENT_MOVES,
        "discussion": DISCUSSION_MOVES,
        "review": REVIEW_MOVES,
    }
    assert {f"{what}_{action}" for what, moves in tables.items() for action in moves} <= named.keys()
