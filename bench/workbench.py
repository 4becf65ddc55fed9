"""How long an annotator waits for the page: python -m bench.workbench

One annotator in Chromium, with the site on this machine (on the servers that DATABASE_URL and CELERY_BROKER_URL name,
else on the embedded ones): the first load of the workbench with an empty cache, on a processor slowed down four times;
from a key press to the change it makes; from submitting to the next task, with that task fetched ahead and without;
and the last two again with texts that are hostile by their size. Times are taken inside the page, from the event's own
time stamp to the second frame after the change, and are medians of 20 (first load: of 5). Fails if a target is missed.
"""

from __future__ import annotations

import gzip
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from playwright.sync_api import Browser, Page, Request, Response, sync_playwright

from simulator.client import Client
from simulator.site import ROOT, Site
from tests.e2e.conftest import CHROMIUM, FLAGS, VIEWPORT

TIMES, LOADS, THROTTLE = 20, 5, 4
PASSWORD = "a password for benchmarks"
DIST = ROOT / "frontend/dist"
SHARES = ("delivery_share", "operations_share", "research_share", "gold_share", "repeat_share")
SCORES = ("Digit5", "Digit3", "Digit1")
N_PROMPTS = 24

PARAGRAPH = "先看题意：要求说明理由，并给出**可以检验**的步骤；这里逐条列出，最后再回到问题本身。"
LIST = "\n".join(f"- 第 {n} 点：{PARAGRAPH}" for n in range(1, 8))
TABLE = "| 方法 | 时间 | 说明 |\n|---|---:|---|\n" + "\n".join(f"| 甲{n} | {n} | 见第 {n} 点 |" for n in range(1, 9))
FORMULA = "由 $a^2+b^2=c^2$ 可知：\n\n$$\\sum_{i=1}^{n} \\frac{x_i - \\mu}{\\sigma} \\le \\sqrt{n}$$\n"
CODE = "```python\ndef mean(values: list[float]) -> float:\n    return sum(values) / len(values)  # 平均值\n```\n"
LENGTH = 2_000


def response(place: int, *, rich: bool) -> str:
    """Return a response of 2,000 characters in Markdown with a table; with a formula and code, too, if `rich`."""
    head = f"# 回答 {place}\n\n{TABLE}\n\n" + (f"{FORMULA}\n{CODE}\n" if rich else "") + f"{LIST}\n\n"
    return head + (PARAGRAPH * (LENGTH // len(PARAGRAPH)))[: LENGTH - len(head)]


BROKEN = (
    "\\frac{1$ $\\sqrt[ <script>alert(1)</script> \u202e反过来\u202c 👩\u200d👧 ![图](http://x.example/a.png) | 表\n"
)
PARTS = f"{TABLE}\n\n{FORMULA}\n{CODE}\n{LIST}\n\n"
TEXTS = {
    "rich": [response(place, rich=True) for place in range(5)],
    "plain": [response(place, rich=False) for place in range(5)],
    "hostile": [
        (PARTS * 100)[:30_000],
        "长" * 10_000,
        "\n".join("  " * depth + f"- 第 {depth} 层" for depth in range(300)),
        "a`*_[$" * 5_000,
        (BROKEN * 100)[:5_000],
    ],
}

PROBE = """
(() => {
  const columns = () => [...document.querySelectorAll('section[data-response]')]
  const readable = () => columns().length === 3 && columns().every((one) => one.querySelector(window.benchReady))
  const task = () => (readable() ? document.querySelector('[data-testid="task"]')?.dataset.assignment : undefined)
  const pressed = () =>
    document.querySelector('[data-testid="notes"]')?.value + '|' +
    [...document.querySelectorAll('section[data-response] [aria-pressed]')].map((one) => one.ariaPressed)
  const states = { task, pressed }
  // From the next key press to the second frame after `what` has become something else.
  window.benchChange = (what) =>
    new Promise((resolve) => {
      const state = states[what]
      const listener = (event) => {
        if (event.key === 'Control') return
        window.removeEventListener('keydown', listener, { capture: true })
        const before = state()
        const look = () => {
          const now = state()
          const done = now !== undefined && now !== before
          requestAnimationFrame(done ? () => resolve(performance.now() - event.timeStamp) : look)
        }
        requestAnimationFrame(look)
      }
      window.addEventListener('keydown', listener, { capture: true })
    })
  // From the start of the navigation until a digit scores and every text is formatted.
  window.benchLoaded = () =>
    new Promise((resolve) => {
      let scored
      const look = () => {
        if (document.querySelector('[data-testid^="score-"][aria-pressed="true"]')) scored ??= performance.now()
        if (scored && readable()) return resolve([scored, performance.now()])
        if (!scored) window.dispatchEvent(new KeyboardEvent('keydown', { code: 'Digit4', key: '4', bubbles: true }))
        setTimeout(look, 10)
      }
      look()
    })
  // Without fetching ahead: every claim asks for one task less.
  window.benchOneByOne = () => {
    const { fetch } = window
    const less = async (call) => {
      const { count } = await call.clone().json()
      return fetch(new Request(call, { body: JSON.stringify({ count: count - 1 }) }))
    }
    window.fetch = (call, ...rest) => (call.url?.endsWith('/claim') ? less(call) : fetch(call, ...rest))
  }
})()
"""
READY = {"rich": "table", "plain": "table", "hostile": "pre, p"}
KINDS = {
    "plain": "3 x 2,000 characters with tables",
    "rich": "… and formulas and code",
    "hostile": "hostile sizes",
}


@dataclass(frozen=True)
class Figure:
    name: str
    values: list[float]
    unit: str
    target: float | None

    @property
    def missed(self) -> bool:
        return self.target is not None and median(self.values) >= self.target

    def __str__(self) -> str:
        worst = quantiles(self.values, n=20)[-1] if len(self.values) > LOADS else max(self.values)
        line = f"{self.name:<66}{median(self.values):>8,.0f}{worst:>8,.0f} {self.unit}"
        return line if self.target is None else f"{line}{self.target:>9,.0f}  {'MISSED' if self.missed else 'met'}"


def open_site(stack: ExitStack) -> tuple[Site, dict[str, int]]:
    """Return a site with one project for each kind of text, {kind: project}."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cheems-bench-")))
    site = stack.enter_context(Site(folder))
    site.manage("migrate", "--noinput", "--verbosity", "0")
    site.manage("create_person", "owner", "--staff", CHEEMS_PASSWORD=PASSWORD)
    site.manage("create_person", "annotator", CHEEMS_PASSWORD=PASSWORD)
    site.start_web()
    projects = {}
    with Client(site.address, "owner") as owner:
        owner.log_in(PASSWORD)
        for kind in TEXTS:
            project = projects[kind] = owner.post("projects", {"name": kind, "description": ""})["id"]
            owner.patch(f"projects/{project}", dict.fromkeys(SHARES, 0.0))
            owner.put(f"projects/{project}/members", {"username": "annotator", "roles": ["annotator"]})
            file = folder / f"{kind}.jsonl"
            file.write_text("".join(lines(kind)), encoding="utf-8")
            site.manage("import_prompts", str(project), str(file))
    return site, projects


def lines(kind: str) -> Iterator[str]:
    """Yield the lines of a file in our import format (FORMATS 1)."""
    for number in range(N_PROMPTS):
        responses = [{"model": f"m{place}", "text": f"{text}\n"} for place, text in enumerate(TEXTS[kind])]
        said = {"prompt": f"第 {number} 题：{PARAGRAPH}", "category": "写作", "responses": responses}
        yield json.dumps({"id": f"{kind}-{number}", "source": "open", **said}, ensure_ascii=False) + "\n"


@contextmanager
def window(browser: Browser, site: Site, kind: str) -> Iterator[Page]:
    """Open a window with an empty cache, logged in."""
    context = browser.new_context(viewport=VIEWPORT, locale="zh-CN")  # type: ignore[arg-type]
    context.add_init_script(f"window.benchReady = {json.dumps(READY[kind])};{PROBE}")
    context.request.get(f"{site.address}/api/session")
    token = next(cookie["value"] for cookie in context.cookies() if cookie["name"] == "csrftoken")
    body = {"username": "annotator", "password": PASSWORD}
    answer = context.request.post(f"{site.address}/api/session", data=body, headers={"X-CSRFToken": token})
    assert answer.ok, answer.text()
    page = context.new_page()
    page.set_default_timeout(60_000)
    yield page
    context.close()


def zipped(requests: list[Request]) -> float:
    """Return how many KB the fetched scripts are by gzip."""
    files = [DIST / request.url.split("/static/app/")[1] for request in requests]
    return sum(len(gzip.compress(file.read_bytes(), 6)) for file in files) / 1024


def first_load(browser: Browser, site: Site, project: int, kind: str) -> dict[str, float]:
    """Load the workbench as on a first visit; milliseconds and KB."""
    with window(browser, site, kind) as page:
        session = page.context.new_cdp_session(page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": THROTTLE})
        answers: list[Response] = []
        page.on("response", lambda answer: answers.append(answer) if answer.url.endswith(".js") else None)
        page.goto(f"{site.address}/p/{project}/annotate", wait_until="commit")
        scored, readable = page.evaluate("benchLoaded()")
        scripts = list(answers)
        sizes = [answer.request.sizes()["responseBodySize"] for answer in scripts]
        page.wait_for_load_state("networkidle")
        return {
            "scripts, gzip": zipped([answer.request for answer in scripts]),
            "interactive": scored,
            "all texts formatted": readable,
            "scripts as sent": sum(sizes) / 1024,
            "scripts fetched afterwards, gzip": zipped([answer.request for answer in answers[len(scripts) :]]),
        }


def change(page: Page, what: str, key: str) -> float:
    """Press a key; return the milliseconds until what it changes is painted."""
    page.evaluate("what => { window.benchResult = benchChange(what) }", what)
    page.keyboard.press(key)
    return float(page.evaluate("window.benchResult"))


def open_work(page: Page, site: Site, project: int) -> None:
    page.goto(f"{site.address}/p/{project}/annotate")
    page.evaluate("benchLoaded()")
    page.wait_for_load_state("networkidle")


def annotate(page: Page) -> float:
    """Score and submit; return the milliseconds from the submit key to the next task."""
    for key in SCORES:
        page.keyboard.press(key)
    took = change(page, "task", "Control+Enter")
    page.wait_for_load_state("networkidle")
    # What is fetched ahead is made ready when the page has nothing else to do.
    page.evaluate("() => new Promise((done) => requestIdleCallback(() => setTimeout(done, 300)))")
    return took


def key_times(page: Page, keys: tuple[str, ...]) -> list[float]:
    return [change(page, "pressed", keys[n % len(keys)]) for n in range(TIMES)]


def typing_times(page: Page) -> list[float]:
    """Type into the notes; return the milliseconds to each letter."""
    page.get_by_test_id("notes").focus()
    times = [change(page, "pressed", "k") for _ in range(TIMES)]
    page.keyboard.press("Escape")
    return times


def loads_measured(browser: Browser, site: Site, project: int, kind: str) -> Iterator[Figure]:
    loads = [first_load(browser, site, project, kind) for _ in range(LOADS)]
    # What the route itself loads; KaTeX and a grammar come on top where the first texts need them.
    most = 400.0 if kind == "plain" else None
    targets = {"scripts, gzip": ("KB", most), "interactive": ("ms", 2_000.0), "all texts formatted": ("ms", None)}
    units = {"scripts as sent": ("KB", None), "scripts fetched afterwards, gzip": ("KB", None)}
    for name, (unit, target) in {**targets, **units}.items():
        yield Figure(f"first load, {KINDS[kind]}: {name}", [load[name] for load in loads], unit, target)


def work_measured(browser: Browser, site: Site, project: int, kind: str) -> Iterator[Figure]:
    with window(browser, site, kind) as page:
        open_work(page, site, project)
        keys = {"score": ("Digit2", "Digit4", "Digit0"), "garbage mark": ("x",)}
        for name, pressed in keys.items():
            yield Figure(f"key to change, {KINDS[kind]}: {name}", key_times(page, pressed), "ms", 50)
        yield Figure(f"key to change, {KINDS[kind]}: typing notes", typing_times(page), "ms", 50)
        ahead = [annotate(page) for _ in range(TIMES)]
        yield Figure(f"submit to next task, {KINDS[kind]}: fetched ahead", ahead, "ms", 100)
        page.evaluate("benchOneByOne()")
        # Until nothing is left of what was fetched ahead.
        annotate(page)
        annotate(page)
        yield Figure(
            f"submit to next task, {KINDS[kind]}: not ahead", [annotate(page) for _ in range(TIMES)], "ms", 300
        )


def main() -> int:
    if not (DIST / "index.html").is_file():
        raise SystemExit("the front end is not built: run `make build`")
    missed = 0
    with ExitStack() as stack:
        site, projects = open_site(stack)
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        stack.callback(browser.close)
        print(f"Chromium {browser.version}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        print(f"{'':<66}{'median':>8}{'p95/max':>8}")
        for measured, kinds in ((loads_measured, ("plain", "rich")), (work_measured, ("rich", "hostile"))):
            for kind in kinds:
                for figure in measured(browser, site, projects[kind], kind):
                    print(figure, flush=True)
                    missed += figure.missed
    print(f"{missed} targets missed" if missed else "every target met")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
