"""AI judges on a real server: every pair judged once, spending counted once, whatever the server does."""

from collections.abc import Iterator
from typing import Any

import pytest

from annotate.models import Comparison, JudgeCall, Project
from annotate.problems import Conflict, Invalid, Problem
from annotate.services.call_runs import MAX_ATTEMPTS, call_runs_requeue
from annotate.services.endpoints import endpoint_update
from annotate.services.judge_runs import (
    judge_release,
    judge_run_cancel,
    judge_run_create,
    judge_run_resume,
)
from tests.annotate.judged import endpoint, execute, honest, settled_prompts, shown_pair, trial
from tests.model_server import HALF_JSON, HUGE, ModelServer, Reply, model_server, refused, said
from tests.people import Cast, add_prompts

pytestmark = pytest.mark.django_db


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server() as running:
        running.behave = honest
        yield running


@pytest.fixture(autouse=True)
def few_tries(settings: Any) -> None:
    settings.CALL_TRIES = 2


def test_a_trial_judges_every_pair_once_and_counts_what_it_cost(people: Cast, server: ModelServer) -> None:
    settled_prompts(people.project, 4)
    run = execute(trial(people, endpoint(people, server.url)))
    assert (run.state, run.error, run.n_calls, run.n_done, run.outcomes) == ("finished", "", 12, 12, {"answered": 12})
    assert len(server.asked) == 12
    assert (run.spent_tokens, run.spent_micros) == (12 * 120, 12 * 120)
    assert (run.reserved_tokens, run.reserved_micros, run.unsure_tokens) == (0, 0, 0)
    calls = list(run.calls.all())
    assert {(min(c.first_id, c.second_id), max(c.first_id, c.second_id)) for c in calls} == {
        (a, b)
        for prompt in people.project.prompts.all()
        for a in prompt.responses.values_list("pk", flat=True)
        for b in prompt.responses.values_list("pk", flat=True)
        if a < b
    }
    assert {call.answers[0] for call in calls} <= {"结论：A", "结论：B", "结论：平局"}
    report = run.report
    assert report["agreement"]["same"]["value"] == report["agreement"]["kappa"] == 1.0
    assert report["conflicts"]["value"] == report["unreadable"]["value"] == 0.0


def test_a_judge_sees_the_texts_in_the_order_that_is_stored_and_the_criteria_of_the_category(
    people: Cast, server: ModelServer
) -> None:
    settled_prompts(people.project, 3)
    run = execute(trial(people, endpoint(people, server.url, system="你很严格。")))
    stored = {(call.first.text, call.second.text) for call in run.calls.select_related("first", "second")}
    assert {shown_pair(body) for body in server.asked} == stored
    for body in server.asked:
        assert body["messages"][0] == {"role": "system", "content": "你很严格。"}
        assert "最终答案是否正确" in body["messages"][1]["content"]
    assert any(first.endswith("第 0 个回答") for first, _second in stored)
    assert not all(first.endswith("第 0 个回答") or "第 1 个回答。" in first for first, _second in stored)


def test_both_orders_are_asked_and_an_inconsistent_judge_is_found_out(people: Cast, server: ModelServer) -> None:
    settled_prompts(people.project, 4)
    server.behave = lambda body, n: said("结论：B")
    run = execute(trial(people, endpoint(people, server.url), order="both"))
    assert len(server.asked) == run.n_calls == 24
    report = run.report
    assert (report["first"]["value"], report["consistent"]["value"]) == (0.0, 0.0)
    assert report["agreement"]["ordered"]["value"] == 0.0


@pytest.mark.parametrize(
    ("reply", "outcome", "n_asked", "state"),
    [
        (said("说不好"), "unreadable", 2, "done"),
        (said(""), "empty", 2, "done"),
        (said("抱歉，我无法比较这两个回答。"), "refused", 1, "done"),
        (said(None, refusal="no"), "refused", 1, "done"),
        (HALF_JSON, "malformed", 1, "failed"),
        (HUGE, "too_large", 1, "failed"),
        (refused(500), "server_error", 2, "failed"),
        (refused(429), "rate_limited", 2, "failed"),
        (refused(400), "rejected", 1, "failed"),
        (Reply(drop=True), "connection", 3, "failed"),
    ],
)
def test_each_way_to_fail_is_told_apart_and_the_other_pairs_go_on(
    people: Cast, server: ModelServer, reply: Reply, outcome: str, n_asked: int, state: str
) -> None:
    settled_prompts(people.project, 2)
    bad: list[str] = []

    def behave(body: Any, n: int) -> Reply:
        content = body["messages"][-1]["content"]
        with server.lock:
            if not bad:
                bad.append(content)
        return reply if content == bad[0] else honest(body, n)

    server.behave = behave
    run = execute(trial(people, endpoint(people, server.url)))
    assert run.state == "finished"
    assert run.outcomes == {"answered": 5, outcome: 1}
    call = run.calls.exclude(outcome="answered").get()
    assert (call.state, call.outcome, call.verdict) == (state, outcome, "")
    assert sum(body["messages"][-1]["content"] == bad[0] for body in server.asked) == n_asked
    in_doubt = outcome in ("malformed", "too_large", "connection")
    assert (run.unsure_tokens > 0) == in_doubt
    assert run.spent_tokens == sum(c.prompt_tokens + c.completion_tokens for c in run.calls.all())


def test_an_answer_read_at_the_second_attempt_counts_and_both_are_kept_and_paid(
    people: Cast, server: ModelServer
) -> None:
    settled_prompts(people.project, 1)
    seen: set[str] = set()

    def behave(body: Any, n: int) -> Reply:
        content = body["messages"][-1]["content"]
        with server.lock:
            first = content not in seen
            seen.add(content)
        return said("嗯") if first else honest(body, n)

    server.behave = behave
    run = execute(trial(people, endpoint(people, server.url)))
    assert run.outcomes == {"answered": 3}
    assert {len(call.answers) for call in run.calls.all()} == {2}
    assert run.spent_tokens == 6 * 120
    assert run.report["unreadable"]["k"] == 0


def test_a_wrong_key_stops_the_run_at_once_with_what_the_endpoint_says(
    people: Cast, server: ModelServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("CHEEMS_KEY_TEST", "sk-wrong")
    settled_prompts(people.project, 20)
    server.behave = lambda body, n: refused(401, "Incorrect API key sk-wrong")
    asked = endpoint(people, server.url, key_variable="CHEEMS_KEY_TEST")
    run = execute(trial(people, asked))
    assert (run.state, run.error_code) == ("failed", "wrong_key")
    assert "HTTP 401" in run.error
    assert len(server.asked) <= asked.concurrency
    assert "sk-wrong" not in run.error + caplog.text
    assert set(run.calls.values_list("state", flat=True)) == {"planned"}
    monkeypatch.setenv("CHEEMS_KEY_TEST", "sk-right")
    server.behave = honest
    judge_run_resume(user=people.researcher, run_id=run.pk, budget_micros=None, budget_tokens=10**9)
    assert execute(run).outcomes == {"answered": 60}
    assert server.keys[-1] == "Bearer sk-right"


def test_a_key_that_the_workers_do_not_have_is_named_and_nothing_is_asked(people: Cast, server: ModelServer) -> None:
    settled_prompts(people.project)
    run = execute(trial(people, endpoint(people, server.url, key_variable="CHEEMS_KEY_NOBODY_SET")))
    assert (run.state, run.error_code) == ("failed", "key_missing")
    assert "CHEEMS_KEY_NOBODY_SET" in run.error
    assert server.asked == []


def test_an_endpoint_that_is_down_is_given_up_soon_and_loses_nothing(people: Cast, server: ModelServer) -> None:
    settled_prompts(people.project, 20)
    server.behave = lambda body, n: refused(503, "down") if n >= 8 else honest(body, n)
    run = execute(trial(people, endpoint(people, server.url)))
    assert (run.state, run.error_code) == ("failed", "server_error")
    assert run.outcomes["answered"] == run.n_done == 8
    assert len(server.asked) < 60
    server.behave = honest
    judge_run_resume(user=people.researcher, run_id=run.pk, budget_micros=None, budget_tokens=10**9)
    run = execute(run)
    assert (run.state, run.outcomes, run.n_failed) == ("finished", {"answered": 60}, 0)
    assert run.spent_tokens == 60 * 120


def test_a_budget_is_a_hard_stop_and_a_larger_one_goes_on_where_it_stopped(people: Cast, server: ModelServer) -> None:
    settled_prompts(people.project, 8)
    run = trial(people, endpoint(people, server.url), budget_tokens=2_800, budget_micros=2_800)
    stopped = execute(run)
    assert (stopped.state, stopped.error_code) == ("stopped", "budget")
    assert 0 < stopped.n_done < 24
    assert stopped.spent_tokens == stopped.n_done * 120 <= 2_800
    assert stopped.reserved_tokens == 0
    n_before = len(server.asked)
    for too_little in (0, stopped.spent_tokens):
        with pytest.raises(Invalid):
            judge_run_resume(user=people.researcher, run_id=run.pk, budget_micros=None, budget_tokens=too_little)
    judge_run_resume(user=people.researcher, run_id=run.pk, budget_micros=None, budget_tokens=10**6)
    finished = execute(run)
    assert (finished.state, finished.n_done, len(server.asked)) == ("finished", 24, 24)
    assert n_before == stopped.n_done


@pytest.mark.parametrize(
    ("wishes", "code"),
    [
        ({"budget_tokens": 0}, "budget_zero"),
        ({"budget_tokens": None, "budget_micros": 0}, "budget_zero"),
        ({"budget_tokens": None, "budget_micros": None}, "budget_missing"),
        ({"category_ids": [424242]}, "unknown_category"),
    ],
)
def test_a_budget_of_zero_or_none_and_a_foreign_category_are_refused(
    people: Cast, server: ModelServer, wishes: dict[str, Any], code: str
) -> None:
    settled_prompts(people.project)
    with pytest.raises(Invalid) as refusal:
        trial(people, endpoint(people, server.url), **wishes)
    assert refusal.value.code == code
    assert refusal.value.errors[0]["field"]


def test_money_cannot_limit_an_endpoint_without_a_price(people: Cast, server: ModelServer) -> None:
    settled_prompts(people.project)
    free = endpoint(people, server.url, prompt_price=0, completion_price=0)
    with pytest.raises(Invalid) as refusal:
        trial(people, free, budget_micros=1000, budget_tokens=None)
    assert refusal.value.code == "budget_without_price"


def test_a_run_that_is_cancelled_while_it_asks_stops_and_can_go_on(people: Cast, server: ModelServer) -> None:
    settled_prompts(people.project, 20)
    asked = trial(people, endpoint(people, server.url))
    # Somebody presses the button while the worker stores its first answers.
    run = type(asked).objects.get(pk=asked.pk)
    type(asked).objects.filter(pk=asked.pk).update(cancel_requested=True)
    run = execute(run)
    assert run.state == "cancelled"
    assert run.n_done < 60
    assert not run.calls.filter(state="started").exists()
    assert run.spent_tokens == run.n_done * 120
    with pytest.raises(Conflict):
        judge_run_cancel(user=people.researcher, run_id=run.pk)
    judge_run_resume(user=people.researcher, run_id=run.pk, budget_micros=None, budget_tokens=10**9)
    assert execute(run).n_done == 60
    assert len(server.asked) == 60


def test_a_worker_that_is_shut_down_gives_the_run_back(people: Cast, server: ModelServer) -> None:
    from annotate.services.judge_work import judge_run_execute

    settled_prompts(people.project, 20)
    run = trial(people, endpoint(people, server.url))
    judge_run_execute(run_id=run.pk, stopping=lambda: len(server.asked) > 10)
    run.refresh_from_db()
    assert (run.state, run.attempts) == ("queued", 0)
    assert not run.calls.filter(state="started").exists()
    assert execute(run).n_done == len(server.asked) == 60


def test_what_was_under_way_when_a_worker_was_lost_is_asked_again_and_noted_as_perhaps_paid(
    people: Cast, server: ModelServer
) -> None:
    settled_prompts(people.project, 2)
    run = execute(trial(people, endpoint(people, server.url)))
    # As a killed worker leaves it: one call recorded as started, and what it may cost.
    lost = run.calls.earliest("id")
    type(lost).objects.filter(pk=lost.pk).update(state="started", outcome="", verdict="", answers=[])
    type(run).objects.filter(pk=run.pk).update(
        state="running", worker="gone", heartbeat_at="2020-01-01T00:00Z", reserved_tokens=700, reserved_micros=700,
        n_done=5, outcomes={"answered": 5}, spent_tokens=5 * 120, spent_micros=5 * 120,
    )  # fmt: skip
    assert call_runs_requeue() == 1
    again = execute(run)
    assert (again.state, again.n_done, len(server.asked)) == ("finished", 6, 7)
    assert (again.spent_tokens, again.unsure_tokens, again.reserved_tokens, again.n_unsure) == (720, 700, 0, 1)
    assert again.calls.get(pk=lost.pk).unsure == 1


def test_a_run_that_loses_its_worker_again_and_again_fails_with_the_reason(people: Cast, server: ModelServer) -> None:
    settled_prompts(people.project, 1)
    run = trial(people, endpoint(people, server.url))
    type(run).objects.filter(pk=run.pk).update(
        state="running", worker="gone", heartbeat_at="2020-01-01T00:00Z", attempts=MAX_ATTEMPTS
    )
    call_runs_requeue()
    run.refresh_from_db()
    assert (run.state, run.error_code) == ("failed", "too_many_attempts")


def test_a_judge_is_let_loose_only_after_a_trial_that_agrees_with_people(people: Cast, server: ModelServer) -> None:
    settled_prompts(people.project, 4)
    (fresh,) = add_prompts(people.project, 1)
    asked = endpoint(people, server.url)
    wishes: dict[str, Any] = {
        "user": people.researcher, "scope": "unannotated", "n_prompts": None, "budget_micros": None,
        "budget_tokens": 10**9, "category_ids": [],
    }  # fmt: skip

    def refused_with(action: Any) -> str:
        with pytest.raises(Problem) as refusal:
            action()
        return refusal.value.code

    server.behave = lambda body, n: said("结论：B" if honest(body, n).body.find(b"A") > 0 else "结论：A")
    bad = execute(trial(people, asked))
    assert bad.report["agreement"]["same"]["value"] < 0.6
    assert refused_with(lambda: judge_release(user=people.researcher, run_id=bad.pk)) == "agreement_too_low"

    server.behave = honest
    good = trial(people, asked)
    assert refused_with(lambda: judge_release(user=people.researcher, run_id=good.pk)) == "trial_not_finished"
    good = execute(good)
    assert refused_with(lambda: judge_run_create(trial_id=good.pk, **wishes)) == "not_released"
    judge_release(user=people.researcher, run_id=good.pk)
    loose = execute(judge_run_create(trial_id=good.pk, **wishes))
    assert (loose.state, loose.n_calls) == ("finished", 10)
    assert set(loose.calls.values_list("prompt_id", flat=True)) == {fresh.pk}
    assert refused_with(lambda: judge_release(user=people.researcher, run_id=loose.pk)) == "not_a_trial"

    again = execute(judge_run_create(trial_id=good.pk, **wishes))
    assert (again.state, again.n_calls) == ("finished", 0)
    endpoint_update(user=people.researcher, endpoint_id=asked.pk, changes={"model": "another"})
    assert refused_with(lambda: judge_run_create(trial_id=good.pk, **wishes)) == "endpoint_changed"


def test_what_a_judge_says_never_enters_the_graph_of_people(people: Cast, server: ModelServer) -> None:
    settled_prompts(people.project, 2)
    before = list(Comparison.objects.order_by("id").values_list("pk", "final", "kind"))
    execute(trial(people, endpoint(people, server.url)))
    assert JudgeCall.objects.filter(state="done").count() == 6
    assert list(Comparison.objects.order_by("id").values_list("pk", "final", "kind")) == before


def test_the_threshold_is_a_setting_of_the_project(people: Cast, server: ModelServer) -> None:
    settled_prompts(people.project, 4)
    server.behave = lambda body, n: said("结论：A")
    run = execute(trial(people, endpoint(people, server.url)))
    value = run.report["agreement"]["same"]["value"]
    Project.objects.filter(pk=people.project.pk).update(judge_threshold=max(0.0, value - 0.01))
    assert judge_release(user=people.researcher, run_id=run.pk).released_by == people.researcher
