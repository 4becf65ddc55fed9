"""An annotator at the keyboard, who believes what the responses say of their own quality."""

import itertools
import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from simulator.site import Site
from tests.e2e.material import QUALITIES, quality_mark

LETTERS = "ABC"
# The pairs in the order in which they are asked: neighbours first.
PAIRS = (("A", "B"), ("B", "C"), ("A", "C"))

# Every key pressed in the page except modifiers, and every press of the mouse.
COUNTER = """
window.presses = { keys: 0, pointer: 0 };
window.addEventListener('keydown', (event) => {
  if (!['Control', 'Shift', 'Meta', 'Alt'].includes(event.key)) window.presses.keys += 1;
}, true);
window.addEventListener('pointerdown', () => { window.presses.pointer += 1; }, true);
"""

DUMP = """
import json
from annotate.models import Annotation
rows = Annotation.objects.filter(current=True, assignment__project_id={project}).order_by('pk')
texts = lambda row: dict(row.assignment.task.prompt.responses.values_list('pk', 'text'))
json.dump([{{
    'slot': row.assignment.handle, 'scores': row.scores, 'order': row.order, 'discarded': row.discarded,
    'none_acceptable': row.none_acceptable, 'evidence': row.evidence, 'notes': row.notes,
    'display': row.display_order, 'texts': [texts(row)[pk] for pk in row.display_order],
}} for row in rows], open({path!r}, 'w'))
"""


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


def tiers(order: str) -> list[list[str]]:
    """Return the tiers of an order as people write it: "A > B = C" is [["A"], ["B", "C"]]."""
    return [place.split(" = ") for place in order.split(" > ")]


def fewest_presses(scores: str, order: str) -> int:
    """Return how few keys can say `scores` and `order`, when no answer is asked that follows from what was said.

    A question is superfluous where every order that agrees with the scores and with the answers so far says the same
    of the pair. Counted literally, over all 13 orders of three.
    """

    def relation(ranks: dict[str, int], first: str, second: str) -> int:
        return (ranks[first] > ranks[second]) - (ranks[first] < ranks[second])

    given = {letter: int(score) for letter, score in zip(LETTERS, scores, strict=True)}
    every = [dict(zip(LETTERS, ranks, strict=True)) for ranks in itertools.product(range(3), repeat=3)]
    left = [r for r in every if all(relation(r, a, b) < 0 for a in LETTERS for b in LETTERS if given[a] > given[b])]
    wanted = {letter: place for place, tier in enumerate(tiers(order)) for letter in tier}
    asked = 0
    for first, second in PAIRS:
        if len({relation(ranks, first, second) for ranks in left}) > 1:
            asked += 1
            left = [r for r in left if relation(r, first, second) == relation(wanted, first, second)]
    return len(scores) + asked + 1


def stored(site: Site, project: int, folder: Path) -> dict[int, dict[str, Any]]:
    """Return what the database holds of a project's annotations, by the number of their slot."""
    path = folder / "stored.json"
    site.manage("shell", "-c", DUMP.format(project=project, path=str(path)))
    return {row["slot"]: row for row in json.loads(path.read_text(encoding="utf-8"))}
