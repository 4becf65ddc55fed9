"""Nothing that an annotator did is lost: network, server, tabs, leases, logins and browsers come and go."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Locator, Page, Route, expect

from simulator.site import Site
from tests.e2e.conftest import PASSWORD, VIEWPORT, LogIn, MakeProject

NAME, OTHER = "e2e-annotator-1", "e2e-annotator-2"
NOTES = "已核对原文第三段。"
TEXTS = [f"第{number}个回答，各有各的说法。" for number in "一二三四五"]

STORED = """
import json
from annotate.models import Annotation, Response
text = dict(Response.objects.filter(prompt__project_id={project}).values_list("pk", "text"))
rows = [
    {{
        "task": row.assignment.handle,
        "order": [[text[pk] for pk in tier] for tier in row.order],
        "notes": row.notes,
    }}
    for row in Annotation.objects.filter(assignment__project_id={project}).order_by("pk")
]
open({path!r}, "w").write(json.dumps(rows))
"""
FULL = "() => { Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') } }"
EXPIRE = """
from django.utils import timezone
from annotate.models import Assignment
Assignment.objects.filter(state="leased", project_id={project}).update(lease_expires_at=timezone.now())
"""


@pytest.fixture
def project(site: Site, make_project: MakeProject, tmp_path: Path) -> int:
    """Return a project with one prompt of five responses, to be annotated once: five tasks."""
    made = make_project(f"不丢工作 {tmp_path.name}", passes=1)
    responses = [{"model": f"m{place}", "text": text} for place, text in enumerate(TEXTS)]
    line = {"id": "one", "prompt": "请回答。", "category": "常识", "source": "open", "responses": responses}
    file = tmp_path / "one.jsonl"
    file.write_text(json.dumps(line, ensure_ascii=False) + "\n", encoding="utf-8")
    site.manage("import_prompts", str(made), str(file))
    return made


Stored = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def stored(site: Site, project: int, tmp_path: Path) -> Stored:
    """Return a function that tells what annotations the database holds: the task, the order by texts, the notes."""
    path = tmp_path / "stored.json"

    def read() -> list[dict[str, Any]]:
        site.manage("shell", "-c", STORED.format(project=project, path=str(path)))
        return list(json.loads(path.read_text(encoding="utf-8")))

    return read


@pytest.fixture
def page(site: Site, project: int, log_in: LogIn) -> Page:
    """Return the first annotator's window with a task."""
    window = log_in(NAME)
    open_workbench(site, window, project)
    return window


@pytest.fixture
def restarting(site: Site) -> Iterator[Site]:
    """Return the site; its web server is up again afterwards, whatever the test did to it."""
    yield site
    site.kill_web()
    site.start_web()


def at(page: Page, name: str) -> Locator:
    """Return what is on the page under a test id; the next task waits there unseen."""
    return page.get_by_test_id(name).locator("visible=true")


def open_workbench(site: Site, page: Page, project: int) -> None:
    page.goto(f"{site.address}/p/{project}/annotate")
    expect(at(page, "task")).to_be_visible()


def task_of(page: Page) -> str:
    expect(at(page, "task")).to_be_visible()
    return str(at(page, "task").get_attribute("data-assignment"))


def expect_task(page: Page, task: str) -> None:
    expect(at(page, "task")).to_have_attribute("data-assignment", task)


def draft(page: Page, notes: str = NOTES) -> None:
    """Say all that can be said with the keyboard: three scores, which of two equal ones is better, and notes."""
    for key in ("Digit4", "Digit5", "Digit4", "g", "n"):
        page.keyboard.press(key)
    page.keyboard.type(notes)


def order_of(page: Page) -> list[str]:
    """Return the texts in the order that the page shows, best first; a tie is no part of what these tests say."""
    letters = re.findall("[A-C]", str(at(page, "order").get_attribute("data-order")))
    shown = {letter: at(page, f"response-{letter}").inner_text() for letter in letters}
    return [next(text for text in TEXTS if text in shown[letter]) for letter in letters]


def expect_draft(page: Page, order: list[str], notes: str = NOTES) -> None:
    expect(at(page, "notes")).to_have_value(notes)
    assert len(order) == 3
    assert order_of(page) == order


def submit(page: Page) -> None:
    """Hand the task in and wait until another one is on the page."""
    before = task_of(page)
    page.keyboard.press("Control+Enter")
    expect(at(page, "task")).not_to_have_attribute("data-assignment", before)


def log_in_again(page: Page, name: str) -> None:
    page.get_by_test_id("username").fill(name)
    page.get_by_test_id("password").fill(PASSWORD)
    page.get_by_test_id("login-submit").click()
    expect(page.get_by_test_id("user-menu")).to_be_visible()


def log_out(page: Page) -> None:
    page.get_by_test_id("user-menu").click()
    page.get_by_text("退出登录").click()
    expect(page.get_by_test_id("username")).to_be_visible()


def saved(page: Page) -> None:
    expect(at(page, "draft-state")).to_have_attribute("data-state", "saved")


@pytest.fixture
def fresh(site: Site, project: int, browser: Browser) -> Iterator[Callable[[str], Page]]:
    """Return a function that opens the workbench in a browser that knows nothing of the person but the password."""
    contexts: list[BrowserContext] = []

    def open_window(name: str) -> Page:
        contexts.append(browser.new_context(viewport=VIEWPORT, locale="zh-CN"))
        page = contexts[-1].new_page()
        page.goto(site.address)
        log_in_again(page, name)
        open_workbench(site, page, project)
        return page

    yield open_window
    for context in contexts:
        context.close()


# ---- the network ----


def test_an_answer_that_arrived_while_its_receipt_was_lost_is_stored_once(page: Page, stored: Stored) -> None:
    sent: list[str] = []

    def lose_the_receipt(route: Route) -> None:
        sent.append(str(route.request.post_data_json["idempotency_key"]))
        if len(sent) == 1:
            route.fetch()
        route.abort("connectionreset")

    page.route("**/submit", lose_the_receipt)
    task = task_of(page)
    draft(page)
    order = order_of(page)
    submit(page)
    expect(page.get_by_test_id("notice-unsent")).to_be_visible()
    expect(at(page, "submit-state")).to_have_attribute("data-state", "unsent")
    expect(page.get_by_test_id("notice-offline")).to_be_visible()
    page.unroute("**/submit")
    expect(page.get_by_test_id("notice-unsent")).to_have_count(0)
    expect(at(page, "submit-state")).to_have_attribute("data-state", "sent")
    expect(page.get_by_test_id("notice-offline")).to_have_count(0)
    assert len(set(sent)) == 1
    assert stored() == [{"task": int(task), "order": [[text] for text in order], "notes": NOTES}]


def test_the_annotator_goes_on_without_a_network_and_everything_arrives_later(page: Page, stored: Stored) -> None:
    page.context.set_offline(True)
    expect(page.get_by_test_id("notice-offline")).to_be_visible()
    first = task_of(page)
    draft(page, "断网时写的")
    submit(page)
    second = task_of(page)
    draft(page, "断网时又写的")
    expect(at(page, "draft-state")).to_have_attribute("data-state", "waiting")
    expect(at(page, "submit-state")).to_have_attribute("data-state", "unsent")
    assert stored() == []
    page.context.set_offline(False)
    expect(page.get_by_test_id("notice-unsent")).to_have_count(0)
    saved(page)
    submit(page)
    expect(at(page, "submit-state")).to_have_attribute("data-state", "sent")
    assert [(row["task"], row["notes"]) for row in stored()] == [
        (int(first), "断网时写的"),
        (int(second), "断网时又写的"),
    ]


# ---- the server ----


def test_a_server_killed_in_the_middle_of_a_draft_costs_nothing(
    restarting: Site, page: Page, fresh: Callable[[str], Page]
) -> None:
    task = task_of(page)
    draft(page, NOTES[:4])
    saved(page)
    restarting.kill_web()
    page.keyboard.type(NOTES[4:])
    page.keyboard.press("Escape")
    page.keyboard.press("Digit3")
    order = order_of(page)
    expect(at(page, "draft-state")).to_have_attribute("data-state", "waiting")
    restarting.start_web()
    saved(page)
    page.reload()
    expect_task(page, task)
    expect_draft(page, order)
    elsewhere = fresh(NAME)
    expect_task(elsewhere, task)
    expect_draft(elsewhere, order)


def test_two_browsers_that_wrote_on_the_same_draft_let_the_annotator_choose(
    page: Page, fresh: Callable[[str], Page]
) -> None:
    draft(page, "甲")
    saved(page)
    elsewhere = fresh(NAME)
    expect_task(elsewhere, task_of(page))
    at(elsewhere, "notes").fill("乙")
    saved(elsewhere)
    at(page, "notes").fill("丙")
    expect(at(page, "draft-choice")).to_be_visible()
    expect(at(page, "notes")).to_have_value("丙")
    at(page, "draft-take").click()
    expect(at(page, "notes")).to_have_value("乙")
    page.keyboard.press("Control+z")
    expect(at(page, "notes")).to_have_value("丙")
    saved(page)
    elsewhere.reload()
    expect(at(elsewhere, "notes")).to_have_value("丙")


# ---- tabs ----


def test_one_of_two_tabs_is_live_and_work_moves_with_it(site: Site, project: int, page: Page, stored: Stored) -> None:
    task = task_of(page)
    draft(page)
    order = order_of(page)
    second = page.context.new_page()
    second.goto(page.url)
    expect(second.get_by_test_id("other-tab")).to_be_visible()
    expect(second.get_by_test_id("task")).to_have_count(0)
    second.keyboard.press("Enter")
    expect_task(second, task)
    expect_draft(second, order)
    expect(page.get_by_test_id("other-tab")).to_be_visible()
    at(second, "notes").fill("在第二个标签页改过")
    page.get_by_test_id("take-over").click()
    expect_task(page, task)
    expect_draft(page, order, "在第二个标签页改过")
    expect(second.get_by_test_id("other-tab")).to_be_visible()
    submit(page)
    expect(at(page, "submit-state")).to_have_attribute("data-state", "sent")
    assert [(row["task"], row["notes"]) for row in stored()] == [(int(task), "在第二个标签页改过")]


def test_an_answer_left_unsent_by_a_tab_is_sent_once_by_the_tab_that_takes_over(page: Page, stored: Stored) -> None:
    task = task_of(page)
    page.route("**/submit", lambda route: route.abort("connectionreset"))
    draft(page)
    submit(page)
    expect(page.get_by_test_id("notice-unsent")).to_be_visible()
    second = page.context.new_page()
    second.goto(page.url)
    second.get_by_test_id("take-over").click()
    expect(at(second, "submit-state")).to_have_attribute("data-state", "sent")
    page.unroute("**/submit")
    page.get_by_test_id("take-over").click()
    expect(at(page, "task")).to_be_visible()
    expect(page.get_by_test_id("notice-unsent")).to_have_count(0)
    assert [row["task"] for row in stored()] == [int(task)]


def test_a_closed_tab_is_followed_by_the_other(page: Page) -> None:
    task = task_of(page)
    draft(page)
    second = page.context.new_page()
    second.goto(page.url)
    expect(second.get_by_test_id("other-tab")).to_be_visible()
    page.close()
    expect_task(second, task)
    expect(at(second, "notes")).to_have_value(NOTES)


# ---- leases and logins ----


def test_a_draft_is_back_after_its_lease_ran_out_with_the_responses_in_other_places(
    site: Site, project: int, page: Page
) -> None:
    draft(page)
    order, task = order_of(page), task_of(page)
    saved(page)
    site.manage("shell", "-c", EXPIRE.format(project=project))
    page.reload()
    for _ in TEXTS:
        # What nobody has begun comes first.
        if task_of(page) == task:
            break
        for key in ("Digit5", "Digit4", "Digit3"):
            page.keyboard.press(key)
        submit(page)
    expect_task(page, task)
    expect_draft(page, order)
    submit(page)
    expect(at(page, "submit-state")).to_have_attribute("data-state", "sent")


def test_a_draft_outlives_a_logout_and_nobody_else_sees_it(site: Site, project: int, page: Page) -> None:
    draft(page)
    order, task = order_of(page), task_of(page)
    log_out(page)
    expect(page.get_by_test_id("login-unsent")).to_have_count(0)
    log_in_again(page, OTHER)
    open_workbench(site, page, project)
    assert task_of(page) != task
    expect(at(page, "notes")).to_have_value("")
    log_out(page)
    log_in_again(page, NAME)
    open_workbench(site, page, project)
    expect_task(page, task)
    expect_draft(page, order)


def test_a_login_that_ran_out_keeps_what_is_typed_and_says_so(page: Page) -> None:
    task = task_of(page)
    draft(page)
    order = order_of(page)
    saved(page)
    page.context.clear_cookies(name="sessionid")
    # One press: whatever came after the refused save would be typed into the login.
    page.keyboard.type("补")
    expect(page.get_by_test_id("login-unsent")).to_be_visible()
    log_in_again(page, NAME)
    expect_task(page, task)
    expect_draft(page, order, NOTES + "补")
    saved(page)


# ---- leaving ----


@pytest.fixture
def asked(page: Page) -> list[str]:
    """Return what the page asked before it was left; every question is answered with leaving."""
    questions: list[str] = []

    def leave(dialog: Dialog) -> None:
        questions.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    return questions


def test_leaving_is_free_where_all_is_kept(page: Page, asked: list[str]) -> None:
    task = task_of(page)
    draft(page)
    page.context.set_offline(True)
    at(page, "notes").fill("只在本机")
    expect(at(page, "draft-state")).to_have_attribute("data-state", "waiting")
    page.context.set_offline(False)
    page.reload()
    expect_task(page, task)
    expect(at(page, "notes")).to_have_value("只在本机")
    page.get_by_test_id("nav-me").click()
    expect(page.get_by_test_id("my-figures")).to_be_visible()
    page.go_back()
    expect_task(page, task)
    assert asked == []


def test_leaving_asks_where_neither_the_browser_nor_the_server_keeps_the_work(page: Page, asked: list[str]) -> None:
    page.evaluate(FULL)
    page.route("**/draft", lambda route: route.abort("connectionreset"))
    draft(page)
    expect(at(page, "draft-state")).to_have_attribute("data-state", "unkept")
    page.reload()
    expect(at(page, "task")).to_be_visible()
    assert asked == ["beforeunload"]


def test_a_full_browser_does_not_ask_once_the_server_has_the_work(page: Page, asked: list[str]) -> None:
    page.evaluate(FULL)
    draft(page)
    saved(page)
    page.reload()
    expect(at(page, "notes")).to_have_value(NOTES)
    assert asked == []


# ---- a deploy ----


def test_a_page_whose_parts_are_gone_after_a_deploy_says_so_and_has_everything_back(page: Page) -> None:
    task = task_of(page)
    page.route("**/HelpDialog-*.js", lambda route: route.fulfill(status=404))
    draft(page)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_test_id("notice-renewed")).to_be_visible()
    page.keyboard.press("Digit1")
    order = order_of(page)
    page.unroute("**/HelpDialog-*.js")
    page.get_by_test_id("reload").click()
    expect(page.get_by_test_id("notice-renewed")).to_have_count(0)
    expect_task(page, task)
    expect_draft(page, order)
