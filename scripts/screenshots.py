"""Takes the pictures of the guides, on a site of its own that simulated people have worked on.

    python -m scripts.screenshots [--out FOLDER]

Writes FOLDER/{zh,en}/NAME.png [docs/images] with Chromium (CHROMIUM names another one) at 1440 x 900, and
FOLDER/workbench.png for the README. The front end has to be built.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Browser, Page, expect, sync_playwright

from simulator.client import Client
from simulator.people import NOISE, TIE_BAND, Annotator, QALead
from simulator.prepare import DEMO_FILE, Input, prepare
from simulator.problems import Broken
from simulator.site import ROOT, Site, terminable

# The accounts of `manage.py load_demo`, and their public password.
PASSWORD = "cheems-demo"  # noqa: S105
OWNER, RESEARCHER, LEAD = "demo-owner", "demo-researcher", "demo-reviewer"
ANNOTATORS = [f"demo-annotator-{number}" for number in range(1, 5)]
# The demo has 400 tasks (40 prompts, 5 tasks each, 2 passes). So many leave some to do for whoever is in the picture.
SUBMISSIONS, LEFT_IN_DISPUTE = 330, 4
JOB_SECONDS, POLL_SECONDS = 600.0, 0.5
VIEWPORT = {"width": 1440, "height": 900}
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
BAD_LINES = [
    "这一行不是 JSON",
    '{"prompt": "", "responses": []}',
    '{"prompt": "只有两个回答的提示", "category": "数学", "responses": [{"model": "a", "text": "一"}, '
    '{"model": "b", "text": "二"}]}',
    '{"prompt": "类别写成了数字", "category": 7}',
]


class Language(NamedTuple):
    """What the server and the browser call a language."""

    server: str
    browser: str


LANGUAGES = {"zh": Language("zh-hans", "zh-CN"), "en": Language("en", "en-US")}


@dataclass(frozen=True, slots=True)
class Story:
    """What there is to see: ids of the demo project, of an empty one, and of what was made in the demo project."""

    project: int
    empty: int
    prompt: int
    job: int
    preference_set: int
    run: int


class Teller:
    """The people of the demo, who work over HTTP until there is something of everything."""

    def __init__(self, site: Site, stack: ExitStack, given: Input) -> None:
        self.site, self.given = site, given
        self.people = {
            name: stack.enter_context(Client(site.address, name)) for name in (OWNER, RESEARCHER, LEAD, *ANNOTATORS)
        }
        for person in self.people.values():
            person.log_in(PASSWORD)
        self.researcher = self.people[RESEARCHER]
        self.project = int(self.researcher.get("session")["memberships"][0]["project"])

    def tell(self, folder: Path) -> Story:
        """Annotate, settle, freeze, train; return what came of it. Raises Broken."""
        self._annotate()
        self._settle()
        preference_set = self._freeze()
        empty = self.people[OWNER].post("projects", {"name": "客服对话偏好", "description": "尚未导入数据。"})
        return Story(
            project=self.project,
            empty=empty["id"],
            prompt=self._prompt_with_a_cycle(),
            job=self._import_badly(folder),
            preference_set=preference_set,
            run=self._train(preference_set),
        )

    def _annotate(self) -> None:
        annotators = {name: Annotator(name, 0, NOISE, TIE_BAND, self.given.quality) for name in ANNOTATORS}
        turns = cycle(annotators.items())
        for _ in range(SUBMISSIONS):
            name, annotator = next(turns)
            claimed = self.people[name].post(f"projects/{self.project}/assignments/claim", {"count": 1})
            for assignment in claimed["assignments"]:
                self.people[name].post(f"assignments/{assignment['id']}/submit", annotator.answer(assignment))

    def _settle(self) -> None:
        lead = QALead(TIE_BAND, self.given.quality)
        queue = [row["prompt"] for row in self.people[LEAD].rows(f"projects/{self.project}/disputes")]
        for prompt in queue[LEFT_IN_DISPUTE:]:
            dispute = self.people[LEAD].get(f"disputes/{prompt}")
            self.people[LEAD].post(f"disputes/{prompt}/decision", lead.decision(dispute, "1.1"))

    def _freeze(self) -> int:
        wanted = {"name": "第一批", "benchmark_share": 0.3, "note": "首批两轮标注完成的提示。"}
        row = self.researcher.post(f"projects/{self.project}/sets", wanted)
        return int(self._wait(f"sets/{row['id']}", "frozen")["id"])

    def _train(self, preference_set: int) -> int:
        """Train with what the tiny base recommends, and once more for half as long, to have two models to compare."""
        bases = self.researcher.get(f"projects/{self.project}/bases")
        params = next(base["params"] for base in bases["results"] if base["name"] == bases["default"])
        runs = [
            self.researcher.post(
                f"projects/{self.project}/runs",
                {"set": preference_set, "base": bases["default"], "params": {**params, "epochs": epochs}},
            )
            for epochs in (params["epochs"], params["epochs"] // 2)
        ]
        for run in runs:
            self._wait(f"runs/{run['id']}", "succeeded")
        return int(runs[0]["id"])

    def _prompt_with_a_cycle(self) -> int:
        """Return a ranked prompt, if possible one on which verdicts went round in a circle."""
        rows = list(self.researcher.rows(f"projects/{self.project}/prompts", state="accepted"))
        cyclic = (row for row in rows if self.researcher.get(f"prompts/{row['id']}")["graph"]["merged"])
        return int(next(cyclic, rows[0])["id"])

    def _import_badly(self, folder: Path) -> int:
        file = folder / "第二批提示.jsonl"
        good = [line.replace('"demo-', '"second-') for line in DEMO_FILE.read_text(encoding="utf-8").splitlines()[:6]]
        good = [line.replace('"prompt": "', '"prompt": "请用三句话回答：') for line in good]
        file.write_text("\n".join([*good[:2], BAD_LINES[0], *good[2:], *BAD_LINES[1:]]) + "\n", encoding="utf-8")
        fields = {"keep_good": "true", "human_sources": ""}
        job = self.researcher.upload(f"projects/{self.project}/imports", file, fields)
        return int(self._wait(f"imports/{job['id']}", "checked")["id"])

    def _wait(self, path: str, state: str) -> Mapping[str, Any]:
        deadline = time.monotonic() + JOB_SECONDS
        row: Mapping[str, Any] = self.researcher.get(path)
        while row["state"] != state:
            self.site.check()
            if row["state"] == "failed" or time.monotonic() > deadline:
                raise Broken(f"{path} is {row['state']}, not {state}: {row['error']}")
            time.sleep(POLL_SECONDS)
            row = self.researcher.get(path)
        return row


class Photographer:
    """Takes every picture in one language, each in a fresh window of the person whose page it is."""

    def __init__(self, browser: Browser, site: Site, story: Story, language: Language, folder: Path) -> None:
        self.browser, self.site, self.story, self.folder = browser, site, story, folder
        self.language = language

    def take_all(self) -> None:
        """Write every picture."""
        self.folder.mkdir(parents=True, exist_ok=True)
        story = self.story
        with self._window() as page:
            expect(page.get_by_test_id("username")).to_be_visible()
            self._take(page, "login")
        project = f"p/{story.project}"
        for name, pose in POSES.items():
            with self._window(ANNOTATORS[0], f"{project}/annotate") as page:
                expect(page.get_by_test_id("task")).to_be_visible()
                pose(page)
                self._take(page, name)
        with self._window(LEAD, f"{project}/disputes") as page:
            expect(page.get_by_test_id("comparison-matrix")).to_be_visible()
            page.keyboard.press("1")
            self._take(page, "qa-item")
        for name, (person, address, shown) in {
            "prompt-graph": (RESEARCHER, f"prompts/{story.prompt}", "preference-graph"),
            "prompts": (RESEARCHER, f"{project}/prompts", "prompts"),
            "import-errors": (RESEARCHER, f"imports/{story.job}", "import-preview"),
            "set": (RESEARCHER, f"sets/{story.preference_set}", "set-sha256"),
            "run": (RESEARCHER, f"runs/{story.run}", "run-metrics"),
            "run-form": (RESEARCHER, f"{project}/runs?new=1&set={story.preference_set}", "run-recommended"),
            "leaderboard": (RESEARCHER, f"{project}/leaderboard", "leaderboard"),
            "settings": (OWNER, f"{project}/settings", "settings-save"),
            "empty-project": (OWNER, f"p/{story.empty}/prompts", "empty-state"),
        }.items():
            with self._window(person, address) as page:
                expect(page.get_by_test_id(shown).first).to_be_visible()
                self._take(page, name)

    @contextmanager
    def _window(self, person: str | None = None, address: str = "") -> Iterator[Page]:
        """Open a window, logged in as `person` if one is given."""
        context = self.browser.new_context(viewport=VIEWPORT, locale=self.language.browser)  # type: ignore[arg-type]
        context.set_default_timeout(30_000)
        page = context.new_page()
        page.goto(self.site.address)
        if person:
            page.get_by_test_id("username").fill(person)
            page.get_by_test_id("password").fill(PASSWORD)
            page.get_by_test_id("login-submit").click()
            expect(page.get_by_test_id("user-menu")).to_be_visible()
            page.goto(f"{self.site.address}/{address}")
        yield page
        context.close()

    def _take(self, page: Page, name: str) -> None:
        # Charts load when first shown, and everything that moves comes to rest.
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(1000)
        page.screenshot(path=self.folder / f"{name}.png", animations="disabled", caret="hide")


def _scored(page: Page) -> None:
    for key in ("Digit4", "Digit2", "Digit5"):
        page.keyboard.press(key)


def _equal_scores(page: Page) -> None:
    for key in ("Digit4", "Digit4", "Digit2"):
        page.keyboard.press(key)
    expect(page.get_by_test_id("question")).to_be_visible()


def _contradiction(page: Page) -> None:
    """Drag the worst response before the best."""
    for key in ("Digit5", "Digit3", "Digit1"):
        page.keyboard.press(key)
    source, target = (page.get_by_test_id(chip).bounding_box() for chip in ("chip-C", "chip-A"))
    if source is None or target is None:
        raise Broken("The order bar shows no chips.")
    page.mouse.move(source["x"] + 10, source["y"] + 10)
    page.mouse.down()
    page.mouse.move(target["x"] - 14, target["y"] + 12, steps=12)
    page.mouse.up()
    expect(page.get_by_test_id("contradictions")).to_be_visible()


POSES: dict[str, Callable[[Page], None]] = {
    "workbench": _scored,
    "workbench-equal-scores": _equal_scores,
    "workbench-contradiction": _contradiction,
}


def _start(site: Site) -> None:
    site.manage("migrate", "--noinput", "--verbosity", "0")
    site.manage("load_demo", "--force")
    site.start_web()
    site.start_workers()
    site.manage("build_tiny_base")


def _take_all(out: Path, folder: Path) -> None:
    with Site(folder) as site, ExitStack() as stack:
        _start(site)
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
