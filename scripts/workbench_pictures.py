"""What the pictures of the workbench show: each a pose in which a task is brought, in the looks it is taken in."""

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from playwright.sync_api import BrowserContext, Locator, Page, Route, ViewportSize, expect

from simulator.problems import Broken

Pose = Callable[[Page], None]

USUAL: ViewportSize = {"width": 1440, "height": 900}
LARGE: ViewportSize = {"width": 1920, "height": 1080}
# {ending of the name: size of the window, and whether it is dark}. Every picture is taken in the first look.
LOOKS: dict[str, tuple[ViewportSize, bool]] = {
    "": (USUAL, False),
    "-dark": (USUAL, True),
    "-1920": (LARGE, False),
    "-1920-dark": (LARGE, True),
}
IN_EVERY_LOOK = {"workbench", "workbench-marks", "workbench-contradiction"}
DRAFTS = "**/draft"
EVIDENCE = [
    ("https://example.org/handbook/3", "{best} 的说法与手册第三章一致。"),
    ("https://example.org/archive", "没有找到 {worst} 的说法的出处。"),
]
NOTES = "{worst} 的说法没有依据，见查证记录第 2 条。"
# Where the longest line of a response lies, the last of them if several are as long: [left, right, height] on the page.
LONGEST_LINE = """column => {
    const lines = [...column.querySelectorAll('[data-text] [data-o]:not([data-e])')].flatMap((element) => {
        const range = document.createRange()
        range.selectNodeContents(element)
        return [...range.getClientRects()]
    })
    const { left, right, top, height } = lines.reduce((best, line) => (line.width > best.width - 40 ? line : best))
    return [left, right, top + height / 2]
}"""


def keep_drafts_out(context: BrowserContext) -> None:
    """Let the page believe that its drafts are kept, so that no picture finds what was written for another."""
    versions = itertools.count(1)

    def answer(route: Route) -> None:
        if route.request.method == "PUT":
            route.fulfill(json={"version": next(versions), "saved_at": datetime.now(UTC).isoformat()})
        else:
            route.continue_()

    context.route(DRAFTS, answer)


class Poser:
    """Brings an ordinary task into every state there is. `letters` are those of its responses, the best one first."""

    def __init__(self, letters: str) -> None:
        self.letters = letters
        self.best, self.middle, self.worst = list(letters)

    def poses(self) -> Iterator[tuple[str, Pose, tuple[ViewportSize, bool]]]:
        """Yield (name, pose, look) of every picture."""
        poses = {
            "workbench": self.scored,
            "workbench-equal-scores": self.equal_scores,
            "workbench-contradiction": self.contradiction,
            "workbench-none-acceptable": self._none_acceptable,
            "workbench-diff": self._diff,
            "workbench-marks": self._marks,
            "workbench-find": self._find,
            "workbench-evidence": self._evidence,
            "workbench-today": self._today,
            "workbench-offline": self._offline,
            "workbench-second-tab": _second_tab,
            "workbench-help": _help,
        }
        for name, pose in poses.items():
            for ending, look in LOOKS.items() if name in IN_EVERY_LOOK else [("", LOOKS[""])]:
                yield name + ending, pose, look

    def _score(self, page: Page, *scores: int) -> None:
        """Give `scores`, the first to the best response."""
        given = dict(zip(self.letters, scores, strict=True))
        press(page, *[f"Digit{given[letter]}" for letter in sorted(given)])

    def scored(self, page: Page) -> None:
        """Score all three differently."""
        self._score(page, 5, 3, 1)

    def equal_scores(self, page: Page) -> None:
        """Score the better two alike, so that their order is asked."""
        self._score(page, 4, 4, 2)
        expect(page.get_by_test_id("question")).to_be_visible()

    def contradiction(self, page: Page) -> None:
        """Drag the worst response before the best."""
        self.scored(page)
        front = page.get_by_test_id("gap-0")
        source, target = page.get_by_test_id(f"chip-{self.worst}").bounding_box(), front.bounding_box()
        if source is None or target is None:
            raise Broken("The order bar shows no chips.")
        page.mouse.move(source["x"] + 10, source["y"] + 10)
        page.mouse.down()
        page.mouse.move(target["x"] + target["width"] / 2, target["y"] + 12, steps=12)
        # Where it would land is shown a moment after the mouse is there.
        expect(front).to_have_attribute("data-over", "true")
        page.mouse.up()
        expect(page.get_by_test_id("adopt")).to_be_visible()
        expect(page.get_by_test_id("adopt-order")).to_be_visible()

    def _none_acceptable(self, page: Page) -> None:
        self._score(page, 2, 1, 0)
        press(page, "u")

    def _diff(self, page: Page) -> None:
        self.scored(page)
        press(page, "d")
        expect(page.get_by_test_id("diff-inline")).to_be_visible()

    def _marks(self, page: Page) -> None:
        """Mark a sentence of the middle response and one of the worst by keyboard, then choose words with the mouse."""
        self.scored(page)
        for letter, kind, severity in ((self.middle, "7", "q"), (self.worst, "2", "e")):
            _response(page, letter).focus()
            press(page, "f", "Enter", kind, severity, "Enter")
            expect(page.get_by_test_id("chooser")).to_be_hidden()
        left, right, height = _response(page, self.worst).evaluate(LONGEST_LINE)
        # A mouse stands on whole pixels; between them, Chromium now and then begins no selection.
        page.mouse.move(round(left + (right - left) * 0.2), round(height))
        page.mouse.down()
        page.mouse.move(round(left + (right - left) * 0.8), round(height), steps=6)
        page.mouse.up()
        expect(page.get_by_test_id("mark-selection")).to_be_visible()
        press(page, "f", "6")
        expect(page.get_by_test_id("chooser")).to_be_visible()

    def _find(self, page: Page) -> None:
        """Find the two characters that most responses have, and have most often."""
        self.scored(page)
        texts = [_response(page, letter).locator("[data-text]").inner_text() for letter in self.letters]
        words = [text[place : place + 2] for text in texts for place in range(len(text) - 1)]
        words = [word for word in words if all("\u4e00" <= character <= "\u9fff" for character in word)]
        counts = {word: [text.count(word) for text in texts] for word in words}
        press(page, "/")
        page.get_by_test_id("find-input").fill(max(words, key=lambda word: (min(counts[word]), sum(counts[word]))))
        press(page, "Enter")
        expect(page.get_by_test_id("find-count")).not_to_be_empty()

    def _evidence(self, page: Page) -> None:
        self.scored(page)
        press(page, "e")
        said = {"best": self.best, "worst": self.worst}
        for number, (address, found) in enumerate(EVIDENCE, start=1):
            page.get_by_test_id(f"evidence-url-{number}").fill(address)
            page.get_by_test_id(f"evidence-note-{number}").fill(found.format(**said))
        page.get_by_test_id("notes").fill(NOTES.format(**said))
        press(page, "Escape")

    def _today(self, page: Page) -> None:
        self.scored(page)
        press(page, "h")
        expect(page.get_by_test_id("own-figures")).to_be_visible()
        expect(page.get_by_test_id("recent").get_by_role("listitem").first).to_be_visible()

    def _offline(self, page: Page) -> None:
        """Lose the network, submit all the same, and begin the next task."""
        # Whatever sets the next task is on its way while the first is read.
        page.wait_for_load_state("networkidle")
        page.context.unroute(DRAFTS)
        page.context.set_offline(True)
        expect(page.get_by_test_id("notice-offline")).to_be_visible()
        self.scored(page)
        press(page, "Control+Enter")
        expect(page.get_by_test_id("notice-unsent")).to_be_visible()
        press(page, "Digit3")
        expect(page.get_by_test_id("draft-state")).to_have_attribute("data-state", "waiting")


def press(page: Page, *keys: str) -> None:
    """Press one key after the other."""
    for key in keys:
        page.keyboard.press(key)


def _response(page: Page, letter: str) -> Locator:
    return page.get_by_test_id(f"response-{letter}")


def _second_tab(page: Page) -> None:
    """Go on in another tab, and show the one that was left."""
    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_test_id("take-over").click()
    expect(other.get_by_test_id("task")).to_be_visible()
    page.bring_to_front()
    expect(page.get_by_test_id("other-tab")).to_be_visible()


def _help(page: Page) -> None:
    press(page, "?")
    expect(page.get_by_test_id("help")).to_be_visible()
