"""Faults marked in formatted texts, by mouse and by keyboard: what is stored is a passage of the raw text."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from simulator.site import Site
from tests.e2e.conftest import LogIn, MakeProject

FORMATTED = """# 结论

**首先**说明：本题的**答案**是 *三* 个👨\u200d👩\u200d👧。答案如下：

- 第一点：𠮷利的数字是 &lt;8&gt;。
- 第二点：能量 $E=mc^2$ 守恒；其余从略。

| 年份 | 事件 |
|---|---|
| 1949 | 建立 |

```python
print("完")  # 注释
```

> 引用第一行
> 引用第二行
"""
TEXTS = [FORMATTED, "第二个回答：答案不同。", "第三个回答。" + "很长的一句话" * 1600]


@pytest.fixture
def at_work(site: Site, make_project: MakeProject, log_in: LogIn, tmp_path: Path) -> Page:
    """Return the first annotator's window with a task of three responses, one of them formatted in every way."""
    project = make_project(f"标错 {tmp_path.name}", passes=1)
    responses = [{"model": f"m{place}", "text": text} for place, text in enumerate(TEXTS)]
    line = {"id": "one", "prompt": "请回答。", "category": "写作", "source": "open", "responses": responses}
    file = tmp_path / "one.jsonl"
    file.write_text(json.dumps(line, ensure_ascii=False) + "\n", encoding="utf-8")
    site.manage("import_prompts", str(project), str(file))
    page = log_in("e2e-annotator-1")
    page.goto(f"{site.address}/p/{project}/annotate")
    expect(page.locator("table")).to_be_visible()
    return page


def formatted(page: Page) -> Locator:
    """Return the column of the formatted response."""
    return page.locator("section[data-response]").filter(has=page.locator("table"))


def select(page: Page, first: Locator, last: Locator) -> None:
    """Drag from the left edge of one element's text to the right edge of another's."""
    # Where a run of text lies on the page: an element's own box may be wider than its words.
    edges = """element => {
        const range = document.createRange()
        range.selectNodeContents(element)
        const boxes = [...range.getClientRects()]
        const [first, last] = [boxes[0], boxes[boxes.length - 1]]
        return [first.left, first.top + first.height / 2, last.right, last.top + last.height / 2]
    }"""
    first.scroll_into_view_if_needed()
    left, top, *_ = first.evaluate(edges)
    *_, right, bottom = last.evaluate(edges)
    page.mouse.move(left + 1, top)
    page.mouse.down()
    page.mouse.move((left + right) / 2, (top + bottom) / 2, steps=4)
    page.mouse.move(right - 1, bottom, steps=4)
    page.mouse.up()


def submit(page: Page) -> None:
    """Score all three responses, hand the task in, and wait until the server has taken it."""
    page.get_by_test_id("response-A").focus()
    with page.expect_response(lambda response: response.url.endswith("/submit")) as taken:
        for key in ("Digit5", "Digit3", "Digit1", "Control+Enter"):
            page.keyboard.press(key)
    assert taken.value.status == 201


# The words under each painted layer; every range that found words lie in stays within one text node.
PAINTED = """() => [...CSS.highlights].map(([name, ranges]) => [
    name, [...ranges].map((range) => range.startContainer.data.slice(range.startOffset, range.endOffset)),
])"""

DUMP = """
import json
from annotate.models import Annotation, Fault
rows = Fault.objects.filter(annotation=Annotation.objects.latest('pk')).select_related('response').order_by('pk')
json.dump([{{
    'text': row.response.text[row.start:row.end], 'kind': row.kind, 'severity': row.severity, 'note': row.note,
}} for row in rows], open({path!r}, 'w'))
"""


def stored(site: Site, folder: Path) -> list[dict[str, str]]:
    """Return the faults of the latest annotation, each with the passage of the raw text that it names."""
    file = folder / "faults.json"
    site.manage("shell", "-c", DUMP.format(path=str(file)))
    return list(json.loads(file.read_text(encoding="utf-8")))


def test_faults_marked_by_mouse_are_stored_as_passages_of_the_raw_text(
    site: Site, at_work: Page, tmp_path: Path
) -> None:
    column = formatted(at_work)
    bold = column.locator("strong")
    select(at_work, bold.nth(1), column.locator("em"))
    at_work.keyboard.press("f")
    expect(at_work.get_by_test_id("chooser")).to_be_visible()
    at_work.keyboard.press("2")
    at_work.keyboard.press("Enter")
    expect(at_work.get_by_test_id("chooser")).to_be_hidden()

    item = column.locator("li").nth(1)
    select(at_work, item.locator("[data-e]"), item.locator("[data-o]").last)
    at_work.get_by_test_id("mark-selection").click()
    for key in ("1", "e", "n"):
        at_work.keyboard.press(key)
    at_work.keyboard.type("f 1 不守恒")
    at_work.keyboard.press("Enter")

    select(at_work, column.locator("td").first, column.locator("td").last)
    for key in ("f", "5", "q", "Enter"):
        at_work.keyboard.press(key)
    select(at_work, bold.first, bold.nth(1))
    for key in ("f", "1", "Enter"):
        at_work.keyboard.press(key)
    expect(column.get_by_test_id("fault")).to_have_count(4)
    submit(at_work)
    assert [(fault["text"], fault["severity"], fault["note"]) for fault in stored(site, tmp_path)] == [
        ("答案**是 *三", "major", ""),
        ("$E=mc^2$ 守恒；其余从略。", "critical", "f 1 不守恒"),
        ("1949 | 建立", "minor", ""),
        ("首先**说明：本题的**答案", "major", ""),
    ]


def test_a_fault_is_marked_by_keyboard_alone(site: Site, at_work: Page, tmp_path: Path) -> None:
    column = formatted(at_work)
    column.focus()
    at_work.keyboard.press("f")
    status = at_work.get_by_test_id("caret-status")
    expect(status).to_contain_text("结论")
    for words in ("本题的", "答案如下", "第一点", "能量"):
        at_work.keyboard.press("ArrowDown")
        expect(status).to_contain_text(words)
    for key in ("[", "[", "Enter", "3", "Enter"):
        at_work.keyboard.press(key)
    expect(at_work.get_by_test_id("chooser")).to_be_hidden()
    expect(column.get_by_test_id("fault")).to_contain_text("能量")
    # The keys of the page work again at once.
    for key in ("f", "Escape"):
        at_work.keyboard.press(key)
    expect(at_work.get_by_test_id("caret-help")).to_be_hidden()
    submit(at_work)
    assert [fault["text"] for fault in stored(site, tmp_path)] == ["第二点：能量 $E=mc^2$ 守"]


def test_words_are_found_in_all_three_and_painted_without_changing_the_text(at_work: Page) -> None:
    before = formatted(at_work).locator("[data-text]").inner_html()
    at_work.keyboard.press("/")
    at_work.get_by_test_id("find-input").fill("答案")
    count = at_work.get_by_test_id("find-count")
    expect(count).to_contain_text("(1/3)")
    at_work.keyboard.press("Shift+Enter")
    expect(count).to_contain_text("(3/3)")
    at_work.keyboard.press("Enter")
    expect(count).to_contain_text("(1/3)")
    painted = at_work.evaluate(PAINTED)
    assert sorted(text for name, texts in painted for text in texts if name == "found") == ["答案"] * 3
    assert [texts for name, texts in painted if name == "found-current"] == [["答案"]]
    assert formatted(at_work).locator("[data-text]").inner_html() == before
    at_work.keyboard.press("Escape")
    expect(at_work.get_by_test_id("find")).to_be_hidden()
    assert at_work.evaluate("[...CSS.highlights.values()].every(ranges => ranges.size === 0)")
