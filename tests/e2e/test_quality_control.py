"""What happens when two people see it differently, and when a reviewer does, played in Chromium by keyboard."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from simulator.client import Client
from simulator.site import Site
from tests.e2e.conftest import PASSWORD, LogIn, MakeProject
from tests.e2e.keyboard import annotate_by_keyboard
from tests.e2e.material import prompt_lines

# One prompt with three responses is three tasks a pass, nine comparisons.
N_TASKS, N_COMPARISONS = 3, 9
OPPOSED = "一加一"
NewPrompt = Callable[..., int]


@pytest.fixture
def with_prompt(site: Site, make_project: MakeProject, tmp_path: Path) -> NewPrompt:
    """Return a function that makes a project of one prompt, imported and ready; it returns the project's id."""

    def make(name: str, **settings: object) -> int:
        project = make_project(name, **settings)
        file = tmp_path / "one.jsonl"
        file.write_text("".join(prompt_lines(1, (5, 3, 1))), encoding="utf-8")
        site.manage("import_prompts", str(project), str(file))
        return project

    return make


def annotate(log_in: LogIn, site: Site, project: int, *, second_opposes: bool) -> tuple[Page, Page]:
    """Let both annotators do their pass; return their windows."""
    first, second = log_in("e2e-annotator-1"), log_in("e2e-annotator-2")
    for page, against in ((first, None), (second, OPPOSED if second_opposes else None)):
        page.goto(f"{site.address}/p/{project}/annotate")
        assert annotate_by_keyboard(page, against=against) == N_TASKS
    return first, second


def open_discussion(page: Page, site: Site, project: int) -> None:
    page.goto(f"{site.address}/p/{project}/discussions")
    page.locator("[data-testid^='discussion-']").first.click()
    expect(page.locator("[data-testid^='difference-'][aria-current]")).to_have_count(1)


def escalate(page: Page, reason: str) -> None:
    page.keyboard.press("e")
    page.get_by_test_id("escalate-reason").fill(reason)
    page.get_by_test_id("escalate-confirm").click()


def state_of(site: Site, project: int) -> tuple[str, list[dict[str, object]]]:
    """Return the state and the history of the project's one prompt, as the researcher sees them."""
    with Client(site.address, "e2e-researcher") as researcher:
        researcher.log_in(PASSWORD)
        (row,) = researcher.rows(f"projects/{project}/prompts")
        return row["state"], researcher.get(f"prompts/{row['id']}")["events"]


def test_two_annotators_disagree_talk_revise_and_agree(site: Site, with_prompt: NewPrompt, log_in: LogIn) -> None:
    project = with_prompt("讨论到一致")
    first, second = annotate(log_in, site, project, second_opposes=True)

    open_discussion(first, site, project)
    shown = first.content()
    assert "e2e-annotator-2" not in shown, "an annotator is told who the other one is"
    assert "hidden-model" not in shown, "an annotator is told the model"
    first.get_by_test_id("message-text").fill("指南 1.1：说明理由者优先，我看甲的理由更完整。")
    first.get_by_test_id("message-send").click()
    expect(first.get_by_text("我看甲的理由更完整")).to_be_visible()

    # The other one is told, reads it, and takes the first one's verdicts, one key each.
    with Client(site.address, "e2e-annotator-2") as person:
        person.log_in(PASSWORD)
        told = person.get("notices", unread="true")
    newest = [row["kind"] for row in told["results"] if row["project"] == project]
    assert newest == ["discussion_reply", "discussion_opened"]
    second.reload()
    expect(second.get_by_test_id("notice-bell")).to_have_attribute("data-unread", str(told["unread"]))
    open_discussion(second, site, project)
    expect(second.get_by_text("我看甲的理由更完整")).to_be_visible()
    for left in range(N_COMPARISONS, 0, -1):
        expect(second.get_by_test_id("agreement")).to_have_attribute("data-differing", str(left))
        second.keyboard.press("t")
    expect(second.get_by_test_id("discussion-closed")).to_be_visible()

    state, events = state_of(site, project)
    assert state == "accepted"
    kinds = [event["kind"] for event in events]
    assert kinds.count("comparison_revise") >= 1
    assert "prompt_align" in kinds


def test_what_nobody_can_agree_on_goes_up_to_research(site: Site, with_prompt: NewPrompt, log_in: LogIn) -> None:
    project = with_prompt("升级到研究")
    first, _second = annotate(log_in, site, project, second_opposes=True)
    open_discussion(first, site, project)
    escalate(first, "双方都重读过，仍不一致。")
    expect(first.get_by_test_id("discussion-closed")).to_be_visible()

    for name, reason in (("e2e-lead", "条款不明，请运营裁定。"), ("e2e-operations", "需要研究定标准。")):
        page = log_in(name)
        page.goto(f"{site.address}/p/{project}/disputes")
        expect(page.get_by_test_id("comparison-matrix")).to_be_visible()
        escalate(page, reason)
        expect(page.get_by_test_id("empty-state")).to_be_visible()

    research = log_in("e2e-research")
    research.goto(f"{site.address}/p/{project}/disputes")
    expect(research.get_by_test_id("comparison-matrix")).to_be_visible()
    expect(research.get_by_text("需要研究定标准。").first).to_be_visible()
    for _ in range(N_COMPARISONS):
        research.keyboard.press("1")
    research.get_by_test_id("decision-reason").fill("按指南：正确且说明理由者优先。")
    research.get_by_test_id("decision-confirm").click()
    expect(research.get_by_test_id("empty-state")).to_be_visible()

    state, events = state_of(site, project)
    assert state == "accepted"
    moves = [event["kind"] for event in events if str(event["kind"]).startswith("prompt_")]
    wanted = ["disagree", "escalate_to_delivery", "escalate_to_operations", "escalate_to_research", "adjudicate"]
    assert [kind for kind in moves if kind.removeprefix("prompt_") in wanted] == [f"prompt_{kind}" for kind in wanted]


def open_review(log_in: LogIn, site: Site, name: str, project: int) -> Page:
    page = log_in(name)
    page.goto(f"{site.address}/p/{project}/reviews")
    expect(page.get_by_test_id("review-approve")).to_be_visible()
    told = page.content()
    assert "e2e-annotator" not in told, "a reviewer is told who annotated"
    assert "hidden-model" not in told, "a reviewer is told the model"
    return page


def approve(log_in: LogIn, site: Site, name: str, project: int) -> None:
    page = open_review(log_in, site, name, project)
    page.get_by_test_id("review-approve").click()
    expect(page.get_by_test_id("empty-state")).to_be_visible()


def test_operations_rejects_what_delivery_approved_and_it_comes_back_better(
    site: Site, with_prompt: NewPrompt, log_in: LogIn
) -> None:
    project = with_prompt("审核与返工", delivery_share=1.0, operations_share=1.0, research_share=1.0)
    first, second = annotate(log_in, site, project, second_opposes=False)
    approve(log_in, site, "e2e-lead", project)

    operations = open_review(log_in, site, "e2e-operations", project)
    operations.keyboard.press("r")
    operations.locator("[data-testid^='review-reject-slot-']").first.click()
    operations.get_by_test_id("review-reject-reason").fill("第二个回答没有理由，分数偏高。")
    operations.get_by_test_id("review-reject-confirm").click()
    expect(operations.get_by_test_id("empty-state")).to_be_visible()

    # Just one task comes back, to the one who did it, with the reason beside it.
    reworked = 0
    for page in (first, second):
        page.goto(f"{site.address}/p/{project}/annotate")
        expect(page.get_by_test_id("task").or_(page.get_by_test_id("refresh"))).to_be_visible()
        if page.get_by_test_id("task").is_visible():
            expect(page.get_by_test_id("returned-reason")).to_contain_text("分数偏高")
            reworked += annotate_by_keyboard(page)
    assert reworked == 1

    approve(log_in, site, "e2e-lead", project)
    approve(log_in, site, "e2e-operations", project)
    assert state_of(site, project)[0] == "research_review"
    approve(log_in, site, "e2e-research", project)
    state, events = state_of(site, project)
    assert state == "accepted"
    assert [event["reason"] for event in events if event["kind"] == "prompt_reject"] == [
        "第二个回答没有理由，分数偏高。"
    ]
