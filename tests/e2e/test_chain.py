"""The main job in the browser: import, annotate by keyboard, settle, freeze, train, benchmark, export."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from simulator.site import Site
from tests.e2e.conftest import LogIn, MakeProject
from tests.e2e.keyboard import annotate_by_keyboard
from tests.e2e.material import N_PROMPTS, QUALITIES, prompt_lines, quality_mark

TASKS_A_PASS = N_PROMPTS * len(QUALITIES)
LONG = 120_000


def import_in_browser(page: Page, site: Site, project: int, folder: Path) -> None:
    """First a file with bad lines, which writes nothing; then the good one."""
    bad, good = folder / "bad.jsonl", folder / "good.jsonl"
    bad.write_text("no json\n" + prompt_lines()[0] + '{"prompt": ""}\n', encoding="utf-8")
    good.write_text("".join(prompt_lines()), encoding="utf-8")
    page.goto(f"{site.address}/p/{project}/imports")
    page.locator("input[type=file]").set_input_files(bad)
    expect(page.get_by_test_id("n-bad")).to_contain_text("2")
    expect(page.get_by_text("不是合法的 JSON")).to_be_visible()
    expect(page.get_by_test_id("import-commit")).to_be_disabled()
    page.goto(f"{site.address}/p/{project}/imports")
    page.locator("input[type=file]").set_input_files(good)
    expect(page.get_by_test_id("n-good")).to_contain_text(str(N_PROMPTS))
    page.get_by_test_id("import-commit").click()
    expect(page.get_by_text(f"已写入 {N_PROMPTS} 条提示")).to_be_visible(timeout=LONG)


def settle_by_keyboard(page: Page) -> None:
    """Take the first pass's verdict on every difference, give the reason, confirm."""
    expect(page.get_by_test_id("comparison-matrix")).to_be_visible()
    expect(page.get_by_test_id("decision-missing")).to_be_visible()
    # Looked for while responses are on the page, those of the difference at hand: before, nothing could tell.
    expect(page.get_by_text(re.compile(quality_mark(0)[:-1] + "[0-9]")).first).to_be_visible()
    told = page.content()
    assert "e2e-annotator" not in told, "a QA lead is told who annotated"
    assert "hidden-model" not in told, "a QA lead is told the model"
    n_differing = page.locator("[data-testid^='comparison-'][aria-current]").count()
    assert n_differing > 0
    expect(page.get_by_test_id("decision-confirm")).to_be_disabled()
    for _ in range(n_differing):
        page.keyboard.press("1")
    page.get_by_test_id("decision-reason").fill("按指南：正确且说明理由者优先。")
    expect(page.get_by_test_id("decision-confirm")).to_be_enabled()
    page.get_by_test_id("decision-confirm").click()


@pytest.mark.chain
def test_the_whole_job_in_the_browser(site: Site, make_project: MakeProject, log_in: LogIn, tmp_path: Path) -> None:
    project = make_project("浏览器测试")
    researcher = log_in("e2e-researcher")
    import_in_browser(researcher, site, project, tmp_path)

    first = log_in("e2e-annotator-1")
    first.goto(f"{site.address}/p/{project}/annotate")
    assert annotate_by_keyboard(first) == TASKS_A_PASS
    second = log_in("e2e-annotator-2")
    second.goto(f"{site.address}/p/{project}/annotate")
    assert annotate_by_keyboard(second, against="四加四") == TASKS_A_PASS

    second.goto(f"{site.address}/p/{project}/discussions")
    second.locator("[data-testid^='discussion-']").first.click()
    expect(second.locator("[data-testid^='difference-'][aria-current]")).to_have_count(1)
    second.keyboard.press("e")
    second.get_by_test_id("escalate-reason").fill("双方都重读过，仍不一致。")
    second.get_by_test_id("escalate-confirm").click()
    expect(second.get_by_test_id("discussion-closed")).to_be_visible()

    lead = log_in("e2e-lead")
    lead.goto(f"{site.address}/p/{project}/disputes")
    expect(lead.get_by_test_id("dispute-count")).to_have_text("1")
    settle_by_keyboard(lead)
    expect(lead.get_by_test_id("empty-state")).to_be_visible()

    researcher.goto(f"{site.address}/p/{project}/prompts?state=accepted")
    expect(researcher.locator("[data-testid^='prompt-']")).to_have_count(N_PROMPTS)
    researcher.locator("[data-testid^='prompt-']").first.click()
    expect(researcher.get_by_test_id("preference-graph")).to_be_visible()
    expect(researcher.get_by_test_id("tiers").first).to_contain_text("=")
    expect(researcher.get_by_text("hidden-model-0")).to_be_visible()

    freeze_and_train(researcher, site, project)
    clone_compare_and_promote(researcher, site, project)
    export(researcher, site, project, tmp_path)


def freeze_and_train(page: Page, site: Site, project: int) -> None:
    page.goto(f"{site.address}/p/{project}/sets?new=1")
    page.get_by_test_id("set-name").fill("第一批")
    page.get_by_test_id("set-freeze").click()
    expect(page.get_by_test_id("set-sha256")).to_contain_text(re.compile(r"[0-9a-f]{64}"), timeout=LONG)
    page.get_by_test_id("set-train").click()
    page.get_by_test_id("run-create").click()
    expect(page.get_by_test_id("state")).to_contain_text("已完成", timeout=2 * LONG)
    expect(page.get_by_test_id("run-curves")).to_be_visible()
    page.goto(f"{site.address}/p/{project}/leaderboard")
    expect(page.locator("tbody tr[data-row-key]")).to_have_count(1)


def clone_compare_and_promote(page: Page, site: Site, project: int) -> None:
    """Train again with one setting changed, see just that difference beside the figures, make that model current."""
    page.goto(f"{site.address}/p/{project}/runs")
    page.locator("[data-testid^='run-'][href^='/runs/']").first.click()
    expect(page.get_by_test_id("run-metrics")).to_be_visible()
    page.get_by_test_id("run-clone").click()
    expect(page.get_by_test_id("run-differences")).to_have_attribute("data-count", "0")
    page.get_by_label("轮数").fill("2")
    expect(page.get_by_test_id("run-differences")).to_have_attribute("data-count", "1")
    expect(page.get_by_test_id("run-differences")).to_contain_text("轮数")
    page.get_by_test_id("run-create").click()
    page.wait_for_url(re.compile(r"/runs/\d+$"))  # the list behind the form has a finished run, too
    expect(page.get_by_test_id("state")).to_have_count(1)  # it stays until the run's page is there
    expect(page.get_by_test_id("state")).to_contain_text("已完成", timeout=2 * LONG)

    page.goto(f"{site.address}/p/{project}/runs")
    expect(page.locator("input[data-testid^='compare-'], [data-testid^='compare-'] input")).to_have_count(2)
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_test_id("runs-compare").click()
    expect(page.locator("[data-testid^='setting-']")).to_have_count(1)
    expect(page.get_by_test_id("setting-epochs")).to_contain_text("2")
    expect(page.get_by_test_id("compare-benchmarks").locator("thead a")).to_have_count(2)
    expect(page.get_by_test_id("compare-curves").get_by_role("img").first).to_be_visible()
    expect(page.locator("[data-testid^='verdict-']")).to_have_count(1)

    page.goto(f"{site.address}/p/{project}/models")
    page.locator("a[data-testid^='model-']").first.click()
    expect(page.get_by_test_id("model-figures")).to_be_visible()
    page.get_by_test_id("model-promote").click()
    page.get_by_test_id("promote").click()
    expect(page.get_by_text("请写明理由")).to_be_visible()
    page.get_by_test_id("promote-reason").fill("轮数更少，指标相当。")
    page.get_by_test_id("promote").click()
    expect(page.get_by_test_id("current-model")).to_contain_text("轮数更少，指标相当。")
    expect(page.get_by_test_id("promotion-history").locator("article")).to_have_count(1)
    page.goto(f"{site.address}/p/{project}/leaderboard")
    expect(page.get_by_test_id("leaderboard")).to_contain_text("现役")
    expect(page.get_by_test_id("published")).to_contain_text("论文报告")


def export(page: Page, site: Site, project: int, folder: Path) -> None:
    """Download the files of the set and read them as a trainer would."""
    page.goto(f"{site.address}/p/{project}/sets")
    page.get_by_role("link", name=re.compile("第一批")).first.click()
    files = {}
    for name in ("cheems_train.jsonl", "trl.jsonl"):
        with page.expect_download() as download:
            page.get_by_test_id(f"download-{name}").click()
        download.value.save_as(folder / name)
        files[name] = [json.loads(line) for line in (folder / name).read_text(encoding="utf-8").splitlines()]
    assert all({"input", "responses", "annotations"} <= set(line) for line in files["cheems_train.jsonl"])
    better = {(row["chosen"][0]["content"][-1], row["rejected"][0]["content"][-1]) for row in files["trl.jsonl"]}
    assert better
    assert all(chosen > rejected for chosen, rejected in better)
