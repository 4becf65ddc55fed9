"""A real site, real people in real Chromium windows."""

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from simulator.site import ROOT, Site
from tests.e2e.material import prompt_lines

PASSWORD = "e2e-password-1"
PEOPLE = {
    "e2e-researcher": "researcher",
    "e2e-lead": "delivery_reviewer",
    "e2e-operations": "operations_reviewer",
    "e2e-research": "research_reviewer",
    "e2e-annotator-1": "annotator",
    "e2e-annotator-2": "annotator",
}
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
# Nothing that a page shows may come from elsewhere; a browser that cannot resolve names proves it.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
VIEWPORT = {"width": 1440, "height": 900}


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """Start a site with one person in every role and a tiny base, on the servers that the environment names."""
    assert (ROOT / "frontend/dist/index.html").is_file(), "the front end is not built: run `make build`"
    with tempfile.TemporaryDirectory(prefix="cheems-e2e-") as folder, Site(Path(folder)) as running:
        running.manage("migrate", "--noinput", "--verbosity", "0")
        running.manage("create_person", "e2e-owner", "--staff", CHEEMS_PASSWORD=PASSWORD)
        running.manage("create_person", *PEOPLE, CHEEMS_PASSWORD=PASSWORD)
        running.start_web()
        running.start_workers()
        text = Path(folder) / "text.jsonl"
        text.write_text("".join(prompt_lines()), encoding="utf-8")
        running.manage("build_tiny_base", "--text", str(text))
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Debian's Chromium."""
    assert Path(CHROMIUM).is_file(), f"there is no Chromium at {CHROMIUM}: apt-get install chromium, or set CHROMIUM"
    # As long as a page's own timeout: a busy machine is no fault.
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        yield running
        running.close()


LogIn = Callable[[str], Page]


@pytest.fixture
def log_in(site: Site, browser: Browser) -> Iterator[LogIn]:
    """Return a function that logs a person in, in a window of their own; any error of a page fails the test."""
    contexts, problems = [], []

    def open_window(name: str) -> Page:
        context = browser.new_context(viewport=VIEWPORT, locale="zh-CN", accept_downloads=True)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(f"{name}: {error}"))
        page.set_default_timeout(30_000)
        page.goto(site.address)
        page.get_by_test_id("username").fill(name)
        page.get_by_test_id("password").fill(PASSWORD)
        page.get_by_test_id("login-submit").click()
        expect(page.get_by_test_id("user-menu")).to_be_visible()
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert problems == []


MakeProject = Callable[..., int]


@pytest.fixture
def make_project(site: Site, browser: Browser) -> MakeProject:
    """Return a function that creates a project as its owner would, with everybody in their role; it returns the id.

    Keywords are settings of the project; without them nothing is reviewed, measured or repeated.
    """
    plain = dict.fromkeys(("delivery_share", "operations_share", "research_share", "gold_share", "repeat_share"), 0.0)

    def make(name: str, **settings: object) -> int:
        context = browser.new_context()
        request = context.request

        def call(method: str, path: str, body: object) -> dict[str, object]:
            token = next(cookie["value"] for cookie in context.cookies() if cookie["name"] == "csrftoken")
            answer = request.fetch(
                f"{site.address}/api/{path}",
                method=method,
                data=json.dumps(body),
                headers={"Content-Type": "application/json", "X-CSRFToken": token},
            )
            assert answer.ok, answer.text()
            return dict(answer.json())

        request.get(f"{site.address}/api/session")
        call("POST", "session", {"username": "e2e-owner", "password": PASSWORD})
        created = int(str(call("POST", "projects", {"name": name, "description": ""})["id"]))
        call("PATCH", f"projects/{created}", {**plain, **settings})
        for person, role in PEOPLE.items():
            call("PUT", f"projects/{created}/members", {"username": person, "roles": [role]})
        context.close()
        return created

    return make
