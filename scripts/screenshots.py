"""Takes the pictures of the guides, on a site of its own that simulated people have worked on.

    python -m scripts.screenshots [--out FOLDER]

Writes FOLDER/{zh,en}/NAME.png [docs/images] with Chromium (CHROMIUM names another one), light and at 1440 x 900 unless
the name ends otherwise, and FOLDER/workbench.png for the README. The front end has to be built.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from scripts.story import LEAD, OWNER, PASSWORD, RESEARCHER, SHOWN, Story, Teller, start
from scripts.workbench_pictures import LOOKS, Pose, Poser, keep_drafts_out, press
from simulator.prepare import DEMO_FILE, prepare
from simulator.site import ROOT, Site, terminable

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]


class Language(NamedTuple):
    """What the server and the browser call a language."""

    server: str
    browser: str


LANGUAGES = {"zh": Language("zh-hans", "zh-CN"), "en": Language("en", "en-US")}


def _nothing(page: Page) -> None:
    """Leave a page as it comes."""


def _by(testid: str) -> str:
    return f"[data-testid='{testid}']"


class Picture(NamedTuple):
    """A page: whose, its address, what shows that it is there (a selector), what is done on it first, and its look."""

    person: str
    address: str
    shown: str
    pose: Pose = _nothing
    look: tuple[ViewportSize, bool] = LOOKS[""]


class Photographer:
    """Takes every picture in one language, each in a fresh window of the person whose page it is."""

    def __init__(self, browser: Browser, site: Site, story: Story, language: Language, folder: Path) -> None:
        self.browser, self.site, self.story, self.folder = browser, site, story, folder
        self.language = language

    def take_all(self) -> None:
        """Write every picture."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._window() as page:
            expect(page.get_by_test_id("username")).to_be_visible()
            self._take(page, "login")
        for name, (person, address, shown, pose, look) in self._pictures().items():
            with self._window(person, address, look) as page:
                expect(page.locator(shown).first).to_be_visible()
                pose(page)
                self._take(page, name)

    def _pictures(self) -> dict[str, Picture]:
        """Return {name: whose page, its address, what it waits for, and what is done on it first}."""
        story = self.story
        project = f"p/{story.project}"
        posed = Poser(story.letters).poses()
        return {
            **{name: Picture(SHOWN, f"{project}/annotate", _by("task"), pose, look) for name, pose, look in posed},
            "workbench-returned": Picture(story.returned, f"{project}/annotate", _by("returned")),
            "exam": Picture(SHOWN, f"{project}/exams", WAY_IN, _exam_answered),
            "me": Picture(SHOWN, f"{project}/me", _by("my-figures")),
            "notices": Picture(SHOWN, f"{project}/me", _by("notice-bell"), _notices_opened),
            "discussion": Picture(SHOWN, f"discussions/{story.discussion}", _by("agreement")),
            "queues": Picture(LEAD, f"{project}/queues", "[data-testid^='queue-']"),
            "qa-item": Picture(LEAD, f"{project}/disputes", _by("comparison-matrix"), _first_taken),
            "review": Picture(LEAD, f"{project}/reviews?review={story.review}", _by("review-approve")),
            "people": Picture(LEAD, f"{project}/people", "[data-testid^='person-']"),
            "person": Picture(LEAD, f"people/{story.person}", _by("person-csv")),
            "statistics": Picture(LEAD, f"{project}/statistics", _by("statistics-total")),
            "bias": Picture(LEAD, f"{project}/bias", _by("bias-people")),
            "suspicion": Picture(LEAD, f"{project}/suspicions", _by("suspicion-a")),
            "suspicion-figures": Picture(RESEARCHER, f"{project}/suspicions", _by("suspicion-together")),
            "filters": Picture(RESEARCHER, f"{project}/filters?new=1", _by("filter-begin"), _filters_tried),
            "planning": Picture(RESEARCHER, f"{project}/planning", _by("forecast-plots")),
            "priorities": Picture(RESEARCHER, f"{project}/priorities", _by("setting-random_share")),
            "gold": Picture(RESEARCHER, f"{project}/gold", _by("gold-new")),
            "prompts": Picture(RESEARCHER, f"{project}/prompts", _by("prompts")),
            "prompt-graph": Picture(RESEARCHER, f"prompts/{story.prompt}", _by("preference-graph")),
            "import-errors": Picture(RESEARCHER, f"imports/{story.job}", _by("import-preview")),
            "set": Picture(RESEARCHER, f"sets/{story.preference_set}", _by("set-sha256")),
            "run": Picture(RESEARCHER, f"runs/{story.run}", _by("run-metrics")),
            "run-form": Picture(RESEARCHER, f"{project}/runs?new=1&set={story.preference_set}", _by("run-recommended")),
            "clone": Picture(RESEARCHER, f"{project}/runs?clone={story.run}", _by("run-differences")),
            "compare": Picture(RESEARCHER, f"{project}/compare?runs={story.runs}", _by("compare-benchmarks")),
            "models": Picture(RESEARCHER, f"{project}/models", _by("models")),
            "model": Picture(RESEARCHER, f"models/{story.model}", _by("model-figures")),
            "promotion": Picture(RESEARCHER, f"{project}/promotion", _by("promote-form")),
            "judges": Picture(RESEARCHER, f"{project}/judges", _by("judge-runs")),
            "recipe-form": Picture(RESEARCHER, f"{project}/recipes?new=1", _by("recipe-create")),
            "recipe": Picture(RESEARCHER, f"recipes/{story.recipe}", _by("margin")),
            "ablation": Picture(RESEARCHER, f"recipes/{story.ablated}", _by("ablation-table"), _ablation_in_view),
            "loop": Picture(RESEARCHER, f"{project}/loop", _by("loop-round-2")),
            "loop-rule": Picture(RESEARCHER, f"{project}/loop", _by("loop-edit"), _rule_opened),
            "leaderboard": Picture(RESEARCHER, f"{project}/leaderboard", _by("leaderboard")),
            "settings": Picture(OWNER, f"{project}/settings", _by("settings-save")),
            "empty-project": Picture(OWNER, f"p/{story.empty}/prompts", _by("empty-state")),
        }

    @contextmanager
    def _window(
        self, person: str | None = None, address: str = "", look: tuple[ViewportSize, bool] = LOOKS[""]
    ) -> Iterator[Page]:
        """Open a window, logged in as `person` if one is given."""
        viewport, dark = look
        context = self.browser.new_context(
            viewport=viewport, color_scheme="dark" if dark else "light", locale=self.language.browser
        )
        context.set_default_timeout(30_000)
        keep_drafts_out(context)
        page = context.new_page()
        page.goto(self.site.address)
        if person:
            page.get_by_test_id("username").fill(person)
            page.get_by_test_id("password").fill(PASSWORD)
            page.get_by_test_id("login-submit").click()
            expect(page.get_by_test_id("user-menu")).to_be_visible()
            page.goto(f"{self.site.address}/{address}")
        yield page
        # A page that was taken off the network is left before it comes back, so that nothing is sent after all.
        page.goto("about:blank")
        context.close()

    def _take(self, page: Page, name: str) -> None:
        # Charts load when first shown, and everything that moves comes to rest.
        page.wait_for_load_state("networkidle")
        expect(page.locator("[aria-busy='true']")).to_have_count(0)
        page.wait_for_timeout(1000)
        page.screenshot(path=self.folder / f"{name}.png", animations="disabled", caret="hide")


def _filters_tried(page: Page) -> None:
    page.get_by_test_id("filter-begin").click()
    expect(page.get_by_test_id("filter-apply")).to_be_visible()


def _ablation_in_view(page: Page) -> None:
    page.get_by_test_id("ablation").evaluate("section => section.scrollIntoView({ block: 'start' })")


def _rule_opened(page: Page) -> None:
    page.get_by_test_id("loop-edit").click()
    expect(page.get_by_test_id("loop-save")).to_be_visible()


def _exam_answered(page: Page) -> None:
    """Answer one task of the exam, to see what is said about it."""
    page.locator(WAY_IN).first.click()
    expect(page.get_by_test_id("task")).to_be_visible()
    press(page, "Digit4", "Digit2", "Digit5")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_test_id("exam-feedback")).to_be_visible()


def _notices_opened(page: Page) -> None:
    page.get_by_test_id("notice-bell").click()
    expect(page.get_by_test_id("notices")).to_be_visible()


def _first_taken(page: Page) -> None:
    page.keyboard.press("1")


WAY_IN = "[data-testid^='exam-start-'], [data-testid^='exam-continue-']"


def _take_all(out: Path, folder: Path) -> None:
    with Site(folder) as site, ExitStack() as stack:
        start(site)
        teller = Teller(site, stack, prepare(DEMO_FILE, limit=None, seed=0, folder=folder))
        story = teller.tell(folder)
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        for folder_name, language in LANGUAGES.items():
            for person in teller.people.values():
                person.patch("session", {"language": language.server})
            Photographer(browser, site, story, language, out / folder_name).take_all()
        browser.close()
    shutil.copy(out / "zh" / "workbench.png", out / "workbench.png")


def main() -> int:
    """Take the pictures; return 0."""
    parser = argparse.ArgumentParser(prog="python -m scripts.screenshots", description="Takes the guides' pictures.")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images", help="folder [docs/images]")
    out: Path = parser.parse_args().out
    if not (ROOT / "frontend" / "dist" / "index.html").is_file():
        print("The front end is not built: run `make build`.", file=sys.stderr)
        return 1
    with terminable(), tempfile.TemporaryDirectory(prefix="cheems-screenshots-") as folder:
        _take_all(out.resolve(), Path(folder))
    sizes = {path.relative_to(out).as_posix(): path.stat().st_size // 1024 for path in sorted(out.rglob("*.png"))}
    print(json.dumps(sizes, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
