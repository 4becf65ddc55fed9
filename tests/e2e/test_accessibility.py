"""Every page of every role, in every state, light and dark, by axe; and what axe cannot see: the way of the Tab key."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect

from scripts.screenshots import WAY_IN
from scripts.story import ANNOTATORS, LEAD, OWNER, PASSWORD, PAUSED, RESEARCHER, SHOWN, Story, Teller, start
from scripts.workbench_pictures import DRAFTS, Poser, keep_drafts_out
from simulator.prepare import DEMO_FILE, prepare
from simulator.site import ROOT, Site
from tests.e2e.conftest import VIEWPORT

AXE = (ROOT / "frontend/node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Headings inside a response are part of what is judged: they are shown as they were written.
NOT_OURS = ["[data-testid='response-text']"]
RUN_AXE = """async ({ tags, notOurs }) => {
  // Another shade is there some frames later: where colours are inherited, one transition starts the next.
  const ends = ({ effect, playState }) => playState === 'running' && effect.getComputedTiming().endTime !== Infinity
  let moving = []
  do {
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
    moving = document.getAnimations().filter(ends)
    await Promise.allSettled(moving.map((animation) => animation.finished))
  } while (moving.length > 0)
  const { violations, passes } = await axe.run(document, { runOnly: { type: 'tag', values: tags } })
  const inResponse = (node) => notOurs.some((selector) => document.querySelector(node.target[0])?.closest(selector))
  const found = violations.flatMap(({ id, help, nodes }) =>
    nodes
      .filter((node) => id !== 'heading-order' || !inResponse(node))
      .map((node) => `${id} (${help}): ${node.html.slice(0, 200)} | ${node.any[0]?.message ?? ''}`))
  return { found, passes: passes.length }
}"""


def by(testid: str) -> str:
    """Return the selector of a test id."""
    return f"[data-testid='{testid}']"


# What is done on a page first; it returns another page where that is the one to look at.
Pose = Callable[[Page], Page | None]


class Sight(NamedTuple):
    """A page in one state: whose (nobody's before the login), its address, what shows that it is there, a pose."""

    person: str | None
    address: str
    shown: str
    pose: Pose | None = None


def pressing(*keys: str, shows: str) -> Pose:
    """Return the pose of somebody who pressed `keys`."""

    def pose(page: Page) -> None:
        for key in keys:
            page.keyboard.press(key)
        expect(page.locator(shows).first).to_be_visible()

    return pose


def clicking(testid: str, *, shows: str) -> Pose:
    """Return the pose of somebody who pressed one button."""

    def pose(page: Page) -> None:
        page.get_by_test_id(testid).click()
        expect(page.locator(shows).first).to_be_visible()

    return pose


def _dialog(key: str) -> Pose:
    return pressing(key, shows="[role='dialog']")


def _evidence(page: Page) -> None:
    page.keyboard.press("KeyE")
    page.get_by_test_id("evidence-url-1").fill("not an address")
    page.get_by_test_id("evidence-note-1").fill("百科写的是八十字")


def _found(page: Page) -> None:
    page.keyboard.press("Slash")
    page.get_by_test_id("find-input").fill("的")
    expect(page.get_by_test_id("find-count")).to_contain_text("1")


def _marked(page: Page) -> None:
    for key in ("KeyF", "Enter"):
        page.keyboard.press(key)
    page.get_by_test_id("chooser").get_by_role("radio").first.check()
    page.get_by_test_id("chooser-save").click()
    expect(page.get_by_test_id("fault").first).to_be_visible()


def _carried(page: Page) -> None:
    POSER.scored(page)
    page.get_by_test_id("chip-C").focus()
    for key in ("Space", "ArrowLeft", "ArrowLeft"):
        page.keyboard.press(key)
    expect(page.get_by_test_id("carried")).to_contain_text("第 2 位")


def _offline(page: Page) -> None:
    # What is on its way through a route when the network goes would stay on its way for ever.
    page.wait_for_load_state("networkidle")
    page.context.unroute(DRAFTS)
    page.context.set_offline(True)
    expect(page.get_by_test_id("notice-offline")).to_be_visible()


def _other_tab(page: Page) -> Page:
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.get_by_test_id("other-tab")).to_be_visible()
    return other


# Which response is how good does not matter here.
POSER = Poser("ABC")
WORKBENCH: dict[str, Pose | None] = {
    "fresh": None,
    "scored": POSER.scored,
    "equal scores": POSER.equal_scores,
    "contradiction": POSER.contradiction,
    "carried by keys": _carried,
    "help": _dialog("Shift+Slash"),
    "skip": _dialog("KeyK"),
    "look menu": clicking("tool-look", shows=by("look-menu")),
    "guideline": pressing("KeyM", shows=by("guideline")),
    "difference": pressing("KeyD", shows=by("diff-summary")),
    "difference side by side": pressing("KeyD", "KeyL", shows=by("diff-wide")),
    "evidence": _evidence,
    "recent": pressing("KeyH", shows=by("recent")),
    "find": _found,
    "passage chosen by keyboard": pressing("KeyF", shows=by("caret-help")),
    "marking chooser": pressing("KeyF", "Enter", shows=by("chooser")),
    "marked": _marked,
    "none acceptable": pressing("KeyU", shows=by("none-acceptable")),
    "offline": _offline,
    "other tab": _other_tab,
    "raw": pressing("KeyR", shows=by("response-A")),
    "stacked": pressing("KeyV", shows="[data-view='stacked']"),
    "prompt collapsed": pressing("KeyP", shows="[aria-expanded='false']"),
    "garbage": pressing("KeyX", shows="[data-testid='discard-A'][aria-pressed='true']"),
    "unfinished submit": pressing("Control+Enter", shows=by("problem")),
}


def _exam(page: Page) -> None:
    page.locator(WAY_IN).first.click()
    expect(page.get_by_test_id("task")).to_be_visible()


PAGES = {
    "login": Sight(None, "", by("username")),
    **{
        f"workbench: {name}": Sight(SHOWN, "p/{project}/annotate", by("task"), pose) for name, pose in WORKBENCH.items()
    },
    "workbench: returned": Sight("{returned}", "p/{project}/annotate", by("returned")),
    "workbench: paused": Sight(PAUSED, "p/{project}/annotate", by("empty-state")),
    "me": Sight(SHOWN, "p/{project}/me", by("my-figures")),
    "notices": Sight(SHOWN, "p/{project}/me", by("my-figures"), clicking("notice-bell", shows=by("notices"))),
    "user menu": Sight(SHOWN, "p/{project}/me", by("my-figures"), clicking("user-menu", shows=by("theme"))),
    "exams": Sight(SHOWN, "p/{project}/exams", WAY_IN),
    "exam": Sight(SHOWN, "p/{project}/exams", WAY_IN, _exam),
    "discussions": Sight(SHOWN, "p/{project}/discussions", "table"),
    "discussion": Sight(SHOWN, "discussions/{discussion}", by("agreement")),
    "queues": Sight(LEAD, "p/{project}/queues", "[data-testid^='queue-']"),
    "disputes": Sight(LEAD, "p/{project}/disputes", by("comparison-matrix")),
    "reviews": Sight(LEAD, "p/{project}/reviews?review={review}", by("review-approve")),
    "people": Sight(LEAD, "p/{project}/people", "[data-testid^='person-']"),
    "person": Sight(LEAD, "people/{person}", by("person-csv")),
    "statistics": Sight(LEAD, "p/{project}/statistics", by("statistics-total")),
    "bias": Sight(LEAD, "p/{project}/bias", by("bias-people")),
    # A search begins by itself when a model is promoted; whether it has ended by now does not matter here.
    "suspicions": Sight(LEAD, "p/{project}/suspicions", f"{by('suspicion-a')}, {by('empty-state')}"),
    "suspicion figures": Sight(RESEARCHER, "p/{project}/suspicions", by("suspicion-together")),
    "gold": Sight(RESEARCHER, "p/{project}/gold", by("gold-new")),
    "planning": Sight(RESEARCHER, "p/{project}/planning", by("forecast-plots")),
    "priorities": Sight(RESEARCHER, "p/{project}/priorities", by("setting-random_share")),
    "filters": Sight(RESEARCHER, "p/{project}/filters?new=1", by("filter-begin")),
    "filter run": Sight(
        RESEARCHER,
        "p/{project}/filters?new=1",
        by("filter-begin"),
        clicking("filter-begin", shows=by("filter-apply")),
    ),
    "flags": Sight(LEAD, "p/{project}/filters", by("flags-section")),
    "prompts": Sight(RESEARCHER, "p/{project}/prompts", by("prompts")),
    "prompt": Sight(RESEARCHER, "prompts/{prompt}", by("preference-graph")),
    "imports": Sight(RESEARCHER, "p/{project}/imports", "table"),
    "import": Sight(RESEARCHER, "imports/{job}", by("import-preview")),
    "sets": Sight(RESEARCHER, "p/{project}/sets", "table"),
    "set": Sight(RESEARCHER, "sets/{preference_set}", by("set-sha256")),
    "runs": Sight(RESEARCHER, "p/{project}/runs", "table"),
    "run form": Sight(RESEARCHER, "p/{project}/runs?new=1&set={preference_set}", by("run-recommended")),
    "run": Sight(RESEARCHER, "runs/{run}", by("run-metrics")),
    "clone form": Sight(RESEARCHER, "p/{project}/runs?clone={run}", by("run-differences")),
    "compare": Sight(RESEARCHER, "p/{project}/compare?runs={runs}", by("compare-benchmarks")),
    "models": Sight(RESEARCHER, "p/{project}/models", by("models")),
    "model form": Sight(RESEARCHER, "p/{project}/models?new=1", by("model-form")),
    "model": Sight(RESEARCHER, "models/{model}", by("model-figures")),
    "promotion": Sight(RESEARCHER, "p/{project}/promotion", by("promote-form")),
    "loop": Sight(RESEARCHER, "p/{project}/loop", by("loop-round-2")),
    "loop rule": Sight(RESEARCHER, "p/{project}/loop", by("loop-edit"), clicking("loop-edit", shows=by("loop-save"))),
    "judges": Sight(RESEARCHER, "p/{project}/judges", by("judge-runs")),
    "judge endpoints": Sight(
        RESEARCHER,
        "p/{project}/judges?tab=endpoints",
        by("endpoint-new"),
        clicking("endpoint-new", shows=by("endpoint-form")),
    ),
    "judge templates": Sight(RESEARCHER, "p/{project}/judges?tab=templates", by("template-form")),
    "recipes": Sight(RESEARCHER, "p/{project}/recipes", by("recipes")),
    "recipe": Sight(RESEARCHER, "recipes/{recipe}", by("margin")),
    "ablation": Sight(RESEARCHER, "recipes/{ablated}", by("ablation-table")),
    "recipe form": Sight(RESEARCHER, "p/{project}/recipes?new=1", by("recipe-create")),
    "sampling": Sight(RESEARCHER, "p/{project}/sampling", by("empty-state")),
    "leaderboard": Sight(RESEARCHER, "p/{project}/leaderboard", by("leaderboard")),
    "settings": Sight(OWNER, "p/{project}/settings", by("settings-save")),
    "projects": Sight(OWNER, "projects", "h1"),
    "empty project": Sight(OWNER, "p/{empty}/prompts", by("empty-state")),
    "no such page": Sight(OWNER, "nowhere", by("empty-state")),
}


class Told(NamedTuple):
    """A site where something of everything has happened, and where to find it."""

    site: Site
    story: Story
    cookies: dict[str, Any]


@pytest.fixture(scope="module")
def told() -> Iterator[Told]:
    """Let simulated people work until every page has something to show."""
    with tempfile.TemporaryDirectory(prefix="cheems-axe-") as name, Site(Path(name)) as site, ExitStack() as stack:
        folder = Path(name)
        start(site)
        teller = Teller(site, stack, prepare(DEMO_FILE, limit=None, seed=0, folder=folder))
        yield Told(site, teller.tell(folder), {})


@pytest.fixture
def look(told: Told, browser: Browser) -> Iterator[Callable[[Sight], Page]]:
    """Return a function that opens a window on a sight, its person logged in; an error of the page fails the test."""
    problems: list[str] = []
    contexts = []
    facts = {name: getattr(told.story, name) for name in Story.__dataclass_fields__}

    def window(person: str | None) -> Page:
        known = told.cookies.get(person or "")
        context = browser.new_context(
            viewport=VIEWPORT,  # type: ignore[arg-type]
            locale="zh-CN",
            reduced_motion="reduce",
            color_scheme="light",
            storage_state=known,
        )
        contexts.append(context)
        # What one sight says of the task must not be on the page in the next.
        keep_drafts_out(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.set_default_timeout(30_000)
        if person and not known:
            page.goto(told.site.address)
            page.get_by_test_id("username").fill(person)
            page.get_by_test_id("password").fill(PASSWORD)
            page.get_by_test_id("login-submit").click()
            expect(page.get_by_test_id("user-menu")).to_be_visible()
            told.cookies[person] = {"cookies": context.cookies(), "origins": []}
        return page

    def open_sight(sight: Sight) -> Page:
        page = window(sight.person and sight.person.format(**facts))
        page.goto(f"{told.site.address}/{sight.address.format(**facts)}")
        expect(page.locator(sight.shown).first).to_be_visible()
        if sight.pose:
            page = sight.pose(page) or page
        page.wait_for_load_state("networkidle")
        expect(page.locator("[aria-busy='true']")).to_have_count(0)
        return page

    yield open_sight
    for context in contexts:
        context.close()
    assert problems == []


def violations(page: Page, shade: str) -> list[str]:
    """Return what axe says against the page in one shade; fails if axe did not run."""
    page.emulate_media(color_scheme=shade, reduced_motion="reduce")  # type: ignore[arg-type]
    expect(page.locator("html")).to_have_attribute("data-theme", shade)
    result = page.evaluate(RUN_AXE, {"tags": TAGS, "notOurs": NOT_OURS})
    assert result["passes"] > 0, "axe looked at nothing"
    return [f"{shade}: {line}" for line in result["found"]]


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(look: Callable[[Sight], Page], name: str) -> None:
    page = look(PAGES[name])
    page.evaluate(AXE)
    found = [line for shade in ("light", "dark") for line in violations(page, shade)]
    assert not found, f"{name}, {page.url}:\n" + "\n".join(found)


def test_axe_would_find_something(look: Callable[[Sight], Page]) -> None:
    page = look(PAGES["login"])
    page.evaluate(AXE)
    page.evaluate("document.querySelector('h1').insertAdjacentHTML('afterend', '<img src=\"/icon.svg\">')")
    assert any("image-alt" in line for line in violations(page, "light"))


# What holds the focus: its test id, and whether a ring of at least 2 pixels is drawn around it or its field.
FOCUSED = """() => {
  const held = document.activeElement
  const ringed = (element) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(element)
    return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2
  }
  const field = held.closest('.ant-select, .ant-input-affix-wrapper, .ant-input-number, .ant-picker')
  return [held.dataset.testid ?? held.tagName, ringed(held) || (field !== null && ringed(field))]
}"""


# Where the browser goes after the last station: to itself, or back to the first.
AROUND = {"BODY", "skip-link"}


@pytest.mark.parametrize("shade", ["light", "dark"])
def test_tab_goes_all_the_way_round_the_workbench_and_is_seen_everywhere(
    look: Callable[[Sight], Page], shade: str
) -> None:
    page = look(PAGES["workbench: fresh"])
    page.emulate_media(color_scheme=shade)  # type: ignore[arg-type]
    expect(page.locator("html")).to_have_attribute("data-theme", shade)
    page.get_by_test_id("skip-link").focus()
    way: list[str] = ["skip-link"]
    for _ in range(100):
        page.keyboard.press("Tab")
        name, seen = page.evaluate(FOCUSED)
        if name in AROUND:
            break
        assert seen, f"the focus cannot be seen on {name}"
        way.append(name)
    assert name in AROUND, f"Tab never left: {way[-10:]}"
    stations = ["skip-link", "user-menu", "tool-help", "prompt-handle", "response-A", "response-C", "notes", "submit"]
    assert [one for one in way if one in stations] == stations


def test_the_skip_link_leads_to_the_page_itself(look: Callable[[Sight], Page]) -> None:
    page = look(PAGES["prompts"])
    page.get_by_test_id("skip-link").press("Enter")
    expect(page.locator("main")).to_be_focused()


@pytest.mark.parametrize("opener", ["tool-help", "skip"])
def test_a_dialog_keeps_the_focus_and_gives_it_back(look: Callable[[Sight], Page], opener: str) -> None:
    page = look(PAGES["workbench: fresh"])
    page.get_by_test_id(opener).press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    for _ in range(12):
        page.keyboard.press("Tab")
        # Between its last and its first station the browser itself has the focus: the body stands for it.
        assert page.evaluate("document.activeElement.matches('body, [role=dialog], [role=dialog] *')")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.get_by_test_id(opener)).to_be_focused()


def test_every_page_has_a_name_of_its_own(look: Callable[[Sight], Page]) -> None:
    names = [
        "login",
        "workbench: fresh",
        "me",
        "exams",
        "discussions",
        "queues",
        "people",
        "prompts",
        "sets",
        "settings",
    ]
    titles = [look(PAGES[name]).title() for name in names]
    assert len(set(titles)) == len(titles), titles


@pytest.fixture
def tablet(told: Told, look: Callable[[Sight], Page], browser: Browser) -> Iterator[Page]:
    """Return the workbench of somebody who has begun nothing, on a tablet, to be used by fingers."""
    person = next(name for name in ANNOTATORS if name not in (SHOWN, told.story.returned, PAUSED))
    look(Sight(person, "p/{project}/me", by("my-figures"))).close()
    context = browser.new_context(
        viewport={"width": 1024, "height": 768}, has_touch=True, is_mobile=True, storage_state=told.cookies[person]
    )
    page = context.new_page()
    page.goto(f"{told.site.address}/p/{told.story.project}/annotate")
    expect(page.get_by_test_id("task")).to_be_visible()
    yield page
    context.close()


def test_a_tablet_stacks_the_responses_and_has_room_for_fingers(tablet: Page) -> None:
    expect(tablet.locator("[data-view='stacked']")).to_be_visible()
    assert tablet.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for testid in ("score-A-0", "score-C-5", "discard-B", "chip-A"):
        box = tablet.get_by_test_id(testid).bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 40, f"{testid}: {box}"


def test_a_finger_drags_a_chip(tablet: Page) -> None:
    for letter, score in (("A", 5), ("B", 3), ("C", 1)):
        tablet.get_by_test_id(f"score-{letter}-{score}").tap()
    order = tablet.get_by_test_id("order")
    expect(order).to_have_attribute("data-order", "A > B > C")
    chip, target = tablet.get_by_test_id("chip-C"), tablet.get_by_test_id("gap-0")
    start, end = chip.bounding_box(), target.bounding_box()
    assert start is not None
    assert end is not None
    finger = tablet.context.new_cdp_session(tablet)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    x, y = start["x"] + 20, start["y"] + 20
    touch("touchStart", (x, y))
    expect(chip).to_have_attribute("data-dragging", "true")
    way = (end["x"] + end["width"] / 2 - x, end["y"] + end["height"] / 2 - y)
    for step in range(1, 11):
        touch("touchMove", (x + way[0] * step / 10, y + way[1] * step / 10))
    expect(target).to_have_attribute("data-over", "true")
    touch("touchEnd")
    expect(order).to_have_attribute("data-order", "C > A > B")
