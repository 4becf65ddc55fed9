"""The workbench on its own: hostile texts, contradictions, a lost lease, the second language."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from simulator.site import Site
from tests.e2e.conftest import LogIn, MakeProject

HOSTILE = [
    "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 2'>[点我](javascript:window.hacked=3)",
    "![图](http://example.com/track.png) $$\\frac{1$$ \\(\\def\\x{\\x\\x}\\x\\) \u202e反过来\u202c 👨\u200d👩\u200d👧",
    "长" * 30_000,
    "\n".join("  " * depth + f"- 第 {depth} 层" for depth in range(300)),
    "|表|头|\n|-|-|\n|格|子|\n\n```python\nprint('好')\n```",
]


def bring_in(site: Site, project: int, texts: list[str], folder: Path) -> None:
    """Import one prompt whose responses are `texts`, by command."""
    responses = [{"model": f"m{place}", "text": text} for place, text in enumerate(texts)]
    line = {"id": "one", "prompt": "请回答。", "category": "安全", "source": "open", "responses": responses}
    file = folder / "one.jsonl"
    file.write_text(json.dumps(line, ensure_ascii=False) + "\n", encoding="utf-8")
    site.manage("import_prompts", str(project), str(file))


PLAIN = [f"第{number}个回答。" for number in "一二三四五"]


@pytest.fixture
def at_work(site: Site, make_project: MakeProject, log_in: LogIn, tmp_path: Path) -> Page:
    """Return the first annotator's window with a task of plain responses."""
    project = make_project(f"工作台 {tmp_path.name}")
    bring_in(site, project, PLAIN, tmp_path)
    page = log_in("e2e-annotator-1")
    page.goto(f"{site.address}/p/{project}/annotate")
    expect(page.get_by_test_id("task")).to_be_visible()
    return page


def test_hostile_responses_are_shown_harmlessly_and_can_be_annotated(
    site: Site, make_project: MakeProject, log_in: LogIn, tmp_path: Path
) -> None:
    project = make_project("恶意文本")
    bring_in(site, project, HOSTILE, tmp_path)
    page = log_in("e2e-annotator-1")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{site.address}/p/{project}/annotate")
    for _ in range(len(HOSTILE)):
        expect(page.get_by_test_id("task")).to_be_visible()
        before = page.get_by_test_id("task").get_attribute("data-assignment")
        shown = page.locator("[data-testid='response-A'], [data-testid='response-B'], [data-testid='response-C']")
        expect(shown).to_have_count(3)
        assert shown.locator("img, script, iframe, a[href^='javascript']").count() == 0
        for key in ("Digit5", "Digit3", "Digit1", "Control+Enter"):
            page.keyboard.press(key)
        expect(page.locator(f'[data-testid="task"][data-assignment="{before}"]')).to_have_count(0)
    assert page.evaluate("window.hacked") is None
    assert asked
    assert [url for url in asked if not url.startswith((site.address, "data:", "blob:"))] == []


def test_nothing_counts_as_ordered_before_the_annotator_ordered_it(at_work: Page) -> None:
    before = at_work.get_by_test_id("task").get_attribute("data-assignment")
    at_work.keyboard.press("Control+Enter")
    for key in ("Digit4", "Digit4", "Digit2"):
        at_work.keyboard.press(key)
    expect(at_work.get_by_test_id("question")).to_be_visible()
    at_work.keyboard.press("Control+Enter")
    expect(at_work.get_by_test_id("question")).to_be_visible()
    expect(at_work.locator(f'[data-testid="task"][data-assignment="{before}"]')).to_be_visible()
    at_work.keyboard.press("b")
    expect(at_work.get_by_test_id("question")).to_be_hidden()
    at_work.keyboard.press("Control+Enter")
    expect(at_work.locator(f'[data-testid="task"][data-assignment="{before}"]')).to_have_count(0)


def test_a_dragged_order_against_the_scores_is_shown_and_refused_until_one_side_changes(at_work: Page) -> None:
    before = at_work.get_by_test_id("task").get_attribute("data-assignment")
    for key in ("Digit5", "Digit3", "Digit1"):
        at_work.keyboard.press(key)
    chip, front = at_work.get_by_test_id("chip-C"), at_work.get_by_test_id("gap-0")
    source, target = chip.bounding_box(), front.bounding_box()
    assert source is not None
    assert target is not None
    at_work.mouse.move(source["x"] + 10, source["y"] + 10)
    at_work.mouse.down()
    at_work.mouse.move(target["x"] + target["width"] / 2, target["y"] + 12, steps=12)
    # Whoever drags lets go where the page shows that the chip would land.
    expect(front).to_have_attribute("data-over", "true")
    at_work.mouse.up()
    expect(at_work.get_by_test_id("order")).to_have_attribute("data-order", "C > A > B")
    expect(at_work.get_by_test_id("contradictions")).to_be_visible()
    at_work.keyboard.press("Control+Enter")
    expect(at_work.locator(f'[data-testid="task"][data-assignment="{before}"]')).to_be_visible()
    at_work.get_by_test_id("adopt").click()
    expect(at_work.get_by_test_id("contradictions")).to_be_hidden()
    at_work.keyboard.press("Control+Enter")
    expect(at_work.locator(f'[data-testid="task"][data-assignment="{before}"]')).to_have_count(0)


def test_a_lease_that_went_to_somebody_else_is_told(
    site: Site, make_project: MakeProject, log_in: LogIn, tmp_path: Path
) -> None:
    # With one pass there is nowhere else for the second person to sit.
    project = make_project("过期的任务", passes=1)
    bring_in(site, project, PLAIN, tmp_path)
    at_work = log_in("e2e-annotator-1")
    at_work.goto(f"{site.address}/p/{project}/annotate")
    before = at_work.get_by_test_id("task").get_attribute("data-assignment")
    for key in ("Digit5", "Digit3", "Digit1"):
        at_work.keyboard.press(key)
    expire = (
        "from django.utils import timezone; from annotate.models import Assignment; "
        "Assignment.objects.filter(state='leased').update(lease_expires_at=timezone.now())"
    )
    site.manage("shell", "-c", expire)
    other = log_in("e2e-annotator-2")
    other.goto(at_work.url)
    expect(other.get_by_test_id("task")).to_have_attribute("data-assignment", str(before))
    at_work.keyboard.press("Control+Enter")
    expect(at_work.get_by_test_id("notice-lost").or_(at_work.get_by_test_id("notice-refused"))).to_be_visible()


def test_the_language_changes_at_once_and_stays(at_work: Page) -> None:
    expect(at_work.get_by_role("navigation").first.get_by_test_id("nav-annotate")).to_have_text("标注")
    at_work.get_by_test_id("language").click()
    expect(at_work.get_by_role("navigation").first.get_by_test_id("nav-annotate")).not_to_have_text("标注")
    at_work.reload()
    expect(at_work.get_by_role("navigation").first.get_by_test_id("nav-annotate")).not_to_have_text("标注")
    at_work.get_by_test_id("language").click()
    expect(at_work.get_by_role("navigation").first.get_by_test_id("nav-annotate")).to_have_text("标注")
