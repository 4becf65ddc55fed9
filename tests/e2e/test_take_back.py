"""Work that was handed in, taken back by its author: with one key, from the list of today, and where it is too late."""

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from simulator.site import Site
from tests.e2e.conftest import LogIn, MakeProject

LINES = [
    {
        "id": f"p{number}",
        "prompt": f"第{number}题：请回答。",
        "category": "常识",
        "source": "open",
        "responses": [{"model": f"m{place}", "text": f"第{number}题的第{place}个回答。"} for place in range(3)],
    }
    for number in range(2)
]
STORED = """
import json
from annotate.models import Annotation
rows = Annotation.objects.filter(assignment__project={project}).order_by("id")
said = [
    [
        str(row.assignment.handle),
        row.current,
        row.withdrawn,
        [row.scores[str(pk)] for pk in row.display_order],
        row.comparisons.filter(current=True).count(),
    ]
    for row in rows
]
open({path!r}, "w").write(json.dumps(said))
"""


def stored(site: Site, project: int, folder: Path) -> list[Any]:
    """Return [handle, current, withdrawn, scores by place, current comparisons] of every annotation, oldest first."""
    path = folder / "stored.json"
    site.manage("shell", "-c", STORED.format(project=project, path=str(path)))
    return list(json.loads(path.read_text(encoding="utf-8")))


def at_work(site: Site, make_project: MakeProject, log_in: LogIn, folder: Path, n_prompts: int = 2) -> tuple[Page, int]:
    """Return the first annotator's window at the first of three tasks a prompt, and the project."""
    project = make_project(f"收回 {folder.name}")
    file = folder / "prompts.jsonl"
    lines = (json.dumps(line, ensure_ascii=False) + "\n" for line in LINES[:n_prompts])
    file.write_text("".join(lines), encoding="utf-8")
    site.manage("import_prompts", str(project), str(file))
    page = log_in("e2e-annotator-1")
    page.goto(f"{site.address}/p/{project}/annotate")
    expect(page.get_by_test_id("task")).to_be_visible()
    return page, project


def hand_in(page: Page, *scores: int) -> str:
    """Score and submit the task at hand; return its handle once the next one is there and the server has this one."""
    handle = str(page.get_by_test_id("task").get_attribute("data-assignment"))
    for score in scores:
        page.keyboard.press(f"Digit{score}")
    with page.expect_response(lambda answer: answer.url.endswith(f"/assignments/{handle}/submit")) as answer:
        page.keyboard.press("Control+Enter")
    assert answer.value.ok
    expect(page.locator(f'[data-testid="task"][data-assignment="{handle}"]')).to_have_count(0)
    return handle


def test_one_key_takes_the_last_submission_back_as_it_was(
    site: Site, make_project: MakeProject, log_in: LogIn, tmp_path: Path
) -> None:
    page, project = at_work(site, make_project, log_in, tmp_path)
    handle = hand_in(page, 5, 3, 1)
    page.keyboard.press("Control+z")
    expect(page.get_by_test_id("task")).to_have_attribute("data-assignment", handle)
    expect(page.get_by_test_id("order")).to_have_attribute("data-order", "A > B > C")
    assert stored(site, project, tmp_path) == [[handle, False, True, [5, 3, 1], 0]]
    assert hand_in(page, 2, 3, 4) == handle
    page.keyboard.press("h")
    expect(page.get_by_test_id(f"recent-{handle}")).to_contain_text("C > B > A")
    expect(page.get_by_test_id("today")).to_contain_text("1/")
    assert stored(site, project, tmp_path) == [[handle, False, True, [5, 3, 1], 0], [handle, True, False, [2, 3, 4], 3]]


def test_an_undo_within_the_task_comes_before_the_undo_of_the_submission(
    site: Site, make_project: MakeProject, log_in: LogIn, tmp_path: Path
) -> None:
    page, project = at_work(site, make_project, log_in, tmp_path)
    hand_in(page, 5, 3, 1)
    second = str(page.get_by_test_id("task").get_attribute("data-assignment"))
    page.keyboard.press("Digit4")
    page.keyboard.press("Control+z")
    expect(page.get_by_test_id("score-A-4")).to_have_attribute("aria-pressed", "false")
    expect(page.get_by_test_id("task")).to_have_attribute("data-assignment", second)
    page.keyboard.press("Control+Shift+z")
    expect(page.get_by_test_id("score-A-4")).to_have_attribute("aria-pressed", "true")
    assert [row[1:3] for row in stored(site, project, tmp_path)] == [[True, False]]


def test_the_list_of_today_takes_back_what_is_older_and_says_where_it_is_too_late(
    site: Site, make_project: MakeProject, log_in: LogIn, tmp_path: Path
) -> None:
    page, project = at_work(site, make_project, log_in, tmp_path, n_prompts=1)
    done = [hand_in(page, 5, 3, 1) for _ in range(2)]
    page.keyboard.press("h")
    expect(page.get_by_test_id("recent").get_by_role("listitem")).to_have_count(2)
    page.get_by_test_id(f"take-back-{done[0]}").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("task")).to_have_attribute("data-assignment", done[0])
    hand_in(page, 5, 4, 1)
    hand_in(page, 5, 3, 1)
    expect(page.get_by_test_id("refresh")).to_be_visible()
    other = log_in("e2e-annotator-2")
    other.goto(page.url)
    for _ in range(3):
        expect(other.get_by_test_id("task")).to_be_visible()
        # Display orders are drawn: whatever they are, ties are not what the first person said.
        hand_in_equal(other)
    page.goto(f"{site.address}/p/{project}/me")
    rows = stored(site, project, tmp_path)
    assert [row[1:3] for row in rows] == [[False, True]] + [[True, False]] * 6
    refused = page.request.post(
        f"{site.address}/api/assignments/{done[1]}/withdraw",
        headers={"X-CSRFToken": next(row["value"] for row in page.context.cookies() if row["name"] == "csrftoken")},
    )
    assert refused.status == 409
    assert refused.json()["code"] == "discussed"
    assert stored(site, project, tmp_path) == rows


def hand_in_equal(page: Page) -> None:
    """Score all alike, say that they are alike, and submit."""
    handle = page.get_by_test_id("task").get_attribute("data-assignment")
    for _ in range(3):
        page.keyboard.press("Digit3")
    while page.get_by_test_id("question").is_visible():
        page.keyboard.press("s")
    with page.expect_response(lambda answer: answer.url.endswith("/submit")):
        page.keyboard.press("Control+Enter")
    expect(page.locator(f'[data-testid="task"][data-assignment="{handle}"]')).to_have_count(0)
