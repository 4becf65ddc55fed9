"""The workbench by keyboard alone: how few keys it takes, what is stored, and what an input method may not set off."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import CDPSession, Locator, Page, expect

from simulator.site import Site
from tests.e2e.conftest import LogIn, MakeProject
from tests.e2e.keyboard import COUNTER, LETTERS, fewest_presses, stored, tiers

NUMERALS = "甲乙丙丁戊己庚辛"
# Scores by letter, the answers to what is asked, and the order that must come of them: every kind of tie there is.
PLANS = [
    ("531", "", "A > B > C"),
    ("023", "", "C > B > A"),
    ("442", "s", "A = B > C"),
    ("442", "b", "B > A > C"),
    ("353", "g", "B > A > C"),
    ("433", "b", "A > C > B"),
    ("333", "ss", "A = B = C"),
    ("222", "gg", "A > B > C"),
    ("111", "gbb", "C > A > B"),
    ("555", "bgs", "B > A = C"),
]
MOST_PRESSES = 7
BEGIN, COMMIT = "Input.imeSetComposition", "Input.insertText"

Board = tuple[Page, int]


def bring_in(site: Site, project: int, n_prompts: int, folder: Path) -> None:
    """Import prompts of five responses each, no two texts alike."""
    lines = []
    for number in range(n_prompts):
        texts = [f"第{number}题的{NUMERALS[place]}答，见《{NUMERALS[number]}集》。" for place in range(5)]
        responses = [{"model": f"m{place}", "text": text} for place, text in enumerate(texts)]
        prompt = f"第{number}题：请回答。"
        line = {"id": f"key-{number}", "prompt": prompt, "category": "常识", "source": "open", "responses": responses}
        lines.append(json.dumps(line, ensure_ascii=False) + "\n")
    file = folder / "prompts.jsonl"
    file.write_text("".join(lines), encoding="utf-8")
    site.manage("import_prompts", str(project), str(file))


@pytest.fixture
def open_board(site: Site, make_project: MakeProject, log_in: LogIn, tmp_path: Path) -> Callable[[int], Board]:
    """Return a function that opens the workbench on new prompts: the page and its project."""

    def open_with(n_prompts: int) -> Board:
        project = make_project(f"键盘 {tmp_path.name}", passes=1)
        bring_in(site, project, n_prompts, tmp_path)
        page = log_in("e2e-annotator-1")
        page.add_init_script(COUNTER)
        page.goto(f"{site.address}/p/{project}/annotate")
        expect(page.get_by_test_id("task")).to_be_visible()
        return page, project

    return open_with


def slot_of(page: Page) -> int:
    return int(page.get_by_test_id("task").get_attribute("data-assignment") or 0)


def press(page: Page, keys: str) -> None:
    for key in keys:
        page.keyboard.press(f"Digit{key}" if key.isdigit() else key)


def submit(page: Page, slot: int, hand_in: Callable[[], None] | None = None) -> None:
    """Hand in, and wait until the page is another and the server has the answer."""
    with page.expect_response(lambda answer: answer.url.endswith(f"/assignments/{slot}/submit")) as answer:
        (hand_in or (lambda: page.keyboard.press("Control+Enter")))()
        expect(page.locator(f'[data-testid="task"][data-assignment="{slot}"]')).to_have_count(0)
    assert answer.value.status == 201, answer.value.text()


def order_of(page: Page) -> Locator:
    return page.get_by_test_id("order")


def test_ten_tasks_take_the_fewest_keys_and_are_stored_as_they_stood_on_the_page(
    site: Site, open_board: Callable[[int], Board], tmp_path: Path
) -> None:
    page, project = open_board(2)
    said = {}
    for scores, verdicts, order in PLANS:
        slot = slot_of(page)
        texts = [page.get_by_test_id(f"response-{letter}").inner_text() for letter in LETTERS]
        page.evaluate("window.presses = { keys: 0, pointer: 0 }")
        press(page, scores + verdicts)
        expect(order_of(page)).to_have_attribute("data-order", order)
        submit(page, slot)
        presses = page.evaluate("window.presses")
        assert presses == {"keys": fewest_presses(scores, order), "pointer": 0}, order
        assert presses["keys"] <= MOST_PRESSES
        said[slot] = (scores, order, texts)
    expect(page.get_by_test_id("refresh")).to_be_visible()

    rows = stored(site, project, tmp_path)
    assert set(rows) == set(said)
    for slot, (scores, order, texts) in said.items():
        row = rows[slot]
        place = dict(zip(LETTERS, row["display"], strict=True))
        assert row["scores"] == {str(place[letter]): int(score) for letter, score in zip(LETTERS, scores, strict=True)}
        assert [sorted(tier) for tier in row["order"]] == [sorted(place[x] for x in tier) for tier in tiers(order)]
        assert all(text in shown for text, shown in zip(row["texts"], texts, strict=True))
        assert (row["discarded"], row["none_acceptable"], row["evidence"]) == ([], False, [])


def test_marks_and_facts_checked_are_said_by_keyboard_and_stored(
    site: Site, open_board: Callable[[int], Board], tmp_path: Path
) -> None:
    page, project = open_board(1)
    said = []

    # Garbage is a score of 0 and moves on like one.
    said.append(slot_of(page))
    press(page, "x43")
    expect(order_of(page)).to_have_attribute("data-order", "B > C > A")
    submit(page, said[-1])

    # None is acceptable, against a score of 4: shown, not taken, settled by a key either way.
    said.append(slot_of(page))
    press(page, "421u")
    expect(page.get_by_test_id("none-acceptable")).to_be_visible()
    expect(page.get_by_test_id("acceptable-contradiction")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_test_id("problem")).not_to_be_empty()
    assert slot_of(page) == said[-1]
    press(page, "u")
    expect(page.get_by_test_id("none-acceptable")).to_be_hidden()
    press(page, "uo")
    expect(page.get_by_test_id("score-A-3")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_test_id("acceptable-contradiction")).to_be_hidden()
    submit(page, said[-1])

    # Facts checked: an address that is none is shown at its field and keeps the task here.
    said.append(slot_of(page))
    press(page, "531e")
    expect(page.get_by_test_id("evidence-url-1")).to_be_focused()
    page.keyboard.type("example.com/a")
    page.keyboard.press("Enter")
    page.keyboard.type("与年鉴不符")
    expect(page.get_by_test_id("evidence-error-1")).to_be_visible()
    page.keyboard.press("Control+Enter")
    assert slot_of(page) == said[-1]
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_test_id("evidence-url-1")).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.type("https://")
    link = page.get_by_test_id("evidence-open-1")
    expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")
    expect(link).to_have_attribute("href", "https://example.com/a")
    expect(order_of(page)).to_have_attribute("data-order", "A > B > C")
    submit(page, said[-1])

    rows = stored(site, project, tmp_path)
    garbage, none, checked = (rows[slot] for slot in said)
    assert garbage["discarded"] == [garbage["display"][0]]
    assert garbage["scores"][str(garbage["display"][0])] == 0
    assert none["none_acceptable"] is True
    assert sorted(none["scores"].values()) == [1, 2, 3]
    assert [tier[0] for tier in none["order"]] == none["display"]
    assert checked["evidence"] == [{"url": "https://example.com/a", "note": "与年鉴不符"}]
    assert (garbage["none_acceptable"], checked["discarded"]) == (False, [])


def test_an_untouched_task_cannot_be_handed_in(site: Site, open_board: Callable[[int], Board], tmp_path: Path) -> None:
    page, project = open_board(1)
    slot = slot_of(page)
    expect(order_of(page)).to_have_attribute("data-order", "")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_test_id("problem")).to_contain_text("A B C")
    page.get_by_test_id("submit").click(force=True)
    assert slot_of(page) == slot
    assert stored(site, project, tmp_path) == {}


TO_THE_FRONT = ("第 3 个空位", "第 2 位", "第 2 个空位", "第 1 位", "第 1 个空位")


def drag_last_to_front(page: Page) -> None:
    """Move chip C before all others, by keyboard, and read what is said on the way."""
    told = page.get_by_test_id("carried")
    page.get_by_test_id("chip-C").focus()
    page.keyboard.press("Space")
    expect(told).to_contain_text("原处")
    for target in TO_THE_FRONT:
        page.keyboard.press("ArrowLeft")
        expect(told).to_contain_text(target)
    page.keyboard.press("Space")


def test_no_arrow_is_lost_however_fast_the_keys_follow_each_other(open_board: Callable[[int], Board]) -> None:
    page, _ = open_board(1)
    press(page, "531")
    page.get_by_test_id("chip-C").focus()
    # In one go, as fast as the browser takes them: nothing waits for the page to have painted.
    cdp = page.context.new_cdp_session(page)
    cdp.send("Emulation.setCPUThrottlingRate", {"rate": 6})
    for _ in range(3):
        for code in ("Space", *["ArrowLeft"] * len(TO_THE_FRONT), "Space"):
            page.keyboard.press(code)
        expect(order_of(page)).to_have_attribute("data-order", "C > A > B")
        expect(page.get_by_test_id("chip-C")).to_be_focused()
        for code in ("Space", *["ArrowRight"] * len(TO_THE_FRONT), "Enter"):
            page.keyboard.press(code)
        expect(order_of(page)).to_have_attribute("data-order", "A > B > C")
        expect(page.get_by_test_id("chip-C")).to_be_focused()


@pytest.mark.parametrize(
    ("key", "scores", "order"), [("a", [5, 3, 1], ["A", "B", "C"]), ("o", [5, 3, 5], ["C", "A", "B"])]
)
def test_an_order_against_the_scores_is_settled_by_one_key_either_way(
    site: Site, open_board: Callable[[int], Board], tmp_path: Path, key: str, scores: list[int], order: list[str]
) -> None:
    page, project = open_board(1)
    slot = slot_of(page)
    press(page, "531")
    drag_last_to_front(page)
    expect(order_of(page)).to_have_attribute("data-order", "C > A > B")
    expect(page.get_by_test_id("adopt")).to_contain_text("A > B > C")
    expect(page.get_by_test_id("adopt-order")).to_contain_text("C 1→5")
    page.keyboard.press("Control+Enter")
    assert slot_of(page) == slot
    press(page, key)
    expect(page.get_by_test_id("contradictions")).to_be_hidden()
    expect(order_of(page)).to_have_attribute("data-order", " > ".join(order))
    submit(page, slot)
    row = stored(site, project, tmp_path)[slot]
    place = dict(zip(LETTERS, row["display"], strict=True))
    assert [row["scores"][str(pk)] for pk in row["display"]] == scores
    assert row["order"] == [[place[letter]] for letter in order]


def claimed_by_input_method(cdp: CDPSession, *codes: str, modifiers: int = 0) -> None:
    """Press keys that an input method sees first: Chromium reports them as keyCode 229, whatever they are."""
    for code in codes:
        key = {"key": "Process", "code": code, "windowsVirtualKeyCode": 229, "modifiers": modifiers}
        cdp.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **key})
        cdp.send("Input.dispatchKeyEvent", {"type": "keyUp", **key})


CONTROL = 2
COMMAND_KEYS = ("KeyG", "KeyB", "KeyS", "KeyX", "KeyU", "Digit0", "Digit5", "Numpad1", "Space", "Enter", "Escape")


def open_notes(page: Page) -> Locator:
    page.keyboard.press("n")
    return page.get_by_test_id("notes")


def open_evidence(page: Page) -> Locator:
    page.keyboard.press("e")
    return page.get_by_test_id("evidence-url-1")


def open_evidence_note(page: Page) -> Locator:
    expect(open_evidence(page)).to_be_focused()
    page.keyboard.press("Enter")
    return page.get_by_test_id("evidence-note-1")


def open_find(page: Page) -> Locator:
    page.keyboard.press("/")
    return page.get_by_test_id("find-input")


def open_guideline_search(page: Page) -> Locator:
    page.keyboard.press("Shift+M")
    return page.get_by_test_id("guideline-search")


def open_fault_note(page: Page) -> Locator:
    page.keyboard.press("f")
    expect(page.get_by_test_id("caret-status")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("chooser")).to_be_visible()
    press(page, "1")
    page.keyboard.press("n")
    return page.get_by_test_id("chooser-note")


FIELDS = [open_notes, open_evidence, open_evidence_note, open_find, open_guideline_search, open_fault_note]


@pytest.mark.parametrize("open_field", FIELDS)
def test_no_key_of_a_composition_is_a_command(
    site: Site, open_board: Callable[[int], Board], tmp_path: Path, open_field: Callable[[Page], Locator]
) -> None:
    page, project = open_board(1)
    slot = slot_of(page)
    press(page, "442")
    expect(page.get_by_test_id("question")).to_be_visible()
    field = open_field(page)
    expect(field).to_be_focused()
    cdp = page.context.new_cdp_session(page)
    page.evaluate(
        "window.composed = []; window.addEventListener('keydown', (e) => window.composed.push(e.isComposing), true)"
    )

    cdp.send(BEGIN, {"text": "ni", "selectionStart": 2, "selectionEnd": 2})
    claimed_by_input_method(cdp, *COMMAND_KEYS)
    claimed_by_input_method(cdp, "Enter", modifiers=CONTROL)
    composed = page.evaluate("window.composed")
    assert composed == [True] * (len(COMMAND_KEYS) + 1), "Chromium must have been composing all the while"
    expect(field).to_be_focused()
    expect(order_of(page)).to_have_attribute("data-order", "A ? B > C")
    expect(page.get_by_test_id("score-A-4")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_test_id("none-acceptable")).to_be_hidden()
    cdp.send(COMMIT, {"text": "你好"})
    expect(field).to_have_value("你好")
    # The press that begins the next composition comes before it, and is none of ours either.
    claimed_by_input_method(cdp, "KeyG", "Digit5")
    expect(order_of(page)).to_have_attribute("data-order", "A ? B > C")
    expect(page.get_by_test_id("problem")).to_be_empty()
    assert slot_of(page) == slot
    assert stored(site, project, tmp_path) == {}


def test_a_finished_answer_is_not_handed_in_while_composing_and_is_right_after(
    site: Site, open_board: Callable[[int], Board], tmp_path: Path
) -> None:
    page, project = open_board(1)
    slot = slot_of(page)
    press(page, "531n")
    cdp = page.context.new_cdp_session(page)
    cdp.send(BEGIN, {"text": "hao", "selectionStart": 3, "selectionEnd": 3})
    claimed_by_input_method(cdp, "Enter", modifiers=CONTROL)
    page.keyboard.press("Control+Enter")
    assert slot_of(page) == slot
    cdp.send(COMMIT, {"text": "好"})
    submit(page, slot)
    assert stored(site, project, tmp_path)[slot]["notes"] == "好"


def test_the_keys_work_with_a_chinese_input_method_on(
    site: Site, open_board: Callable[[int], Board], tmp_path: Path
) -> None:
    page, project = open_board(1)
    slot = slot_of(page)
    cdp = page.context.new_cdp_session(page)
    claimed_by_input_method(cdp, "Digit3", "Digit3", "Digit5")
    expect(page.get_by_test_id("question")).to_be_visible()
    claimed_by_input_method(cdp, "KeyB")
    expect(order_of(page)).to_have_attribute("data-order", "C > B > A")
    submit(page, slot, lambda: claimed_by_input_method(cdp, "Enter", modifiers=CONTROL))
    row = stored(site, project, tmp_path)[slot]
    assert row["order"] == [[pk] for pk in reversed(row["display"])]
