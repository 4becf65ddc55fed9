"""An annotator at the keyboard, who believes what the responses say of their own quality."""

from playwright.sync_api import Page, expect

from tests.e2e.material import QUALITIES, quality_mark


def quality_shown(page: Page, letter: str) -> int:
    """Return the quality that the response under `letter` states."""
    text = page.get_by_test_id(f"response-{letter}").inner_text()
    return next(quality for quality in QUALITIES if quality_mark(quality) in text)


def annotate_by_keyboard(page: Page, *, against: str | None = None) -> int:
    """Do every task with the keyboard alone; on prompts that contain `against`, score the other way round."""
    done = 0
    while True:
        expect(page.get_by_test_id("task").or_(page.get_by_test_id("refresh"))).to_be_visible()
        if page.get_by_test_id("refresh").is_visible():
            return done
        before = page.get_by_test_id("task").get_attribute("data-assignment")
        told = page.content()
        assert "hidden-model" not in told, "an annotator is told the model"
        turned = against is not None and against in page.get_by_test_id("prompt").inner_text()
        scores = [quality_shown(page, letter) for letter in "ABC"]
        for score in scores:
            page.keyboard.press(f"Digit{6 - score if turned else score}")
        while page.get_by_test_id("question").is_visible():
            page.keyboard.press("s")
        page.keyboard.press("Control+Enter")
        done += 1
        expect(page.locator(f'[data-testid="task"][data-assignment="{before}"]')).to_have_count(0)
