"""The loop by itself: what begins a round, what a round does, and how it ends."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotate.domain.states import PromotionRule
from annotate.models import Event, Prompt
from collaboration import tasks
from collaboration.models import LoopRound, LoopRule
from rm_training import execution, model_selectors
from rm_training.models import EvaluationJob, Promotion, RewardModel
from rm_training.promotions import promotion_consider, promotion_rule_set
from tests.collaboration.rounds import (
    ask,
    freeze,
    loop,
    measure,
    save_rule,
    settle,
    shown,
    told,
    train,
    training,
    wake,
    whole_round,
)
from tests.people import Cast, cast
from tests.rm_training.conftest import QUICK, external, measured, messages

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stand_in")]


def current(people: Cast) -> RewardModel | None:
    promotion = model_selectors.current_promotion(people.project.pk)
    return promotion.reward_model if promotion else None


def test_the_first_round_freezes_trains_and_makes_its_model_current(people: Cast) -> None:
    settle(people)
    assert (loop(people)["rule"], loop(people)["n_new"]) == (None, 160)
    assert save_rule(people)["n_new"] == 160
    row = wake(people)
    assert row is not None
    assert (row.number, row.reason, row.state) == (1, "every_n", "freezing")
    assert row.set is not None
    assert (row.set.name, row.set.version, row.set.benchmark_share) == ("自动循环", 1, 0.5)
    assert loop(people)["n_new"] == 0
    row = training(people)
    assert row.run is not None
    assert (row.run.set, row.run.base, row.run.params) == (row.set, "tiny", {"epochs": 1})
    model = train(row, 60)
    row = wake(people)
    assert row is not None
    assert (row.state, row.code, row.promotion) == (
        "promoted",
        "first",
        model_selectors.current_promotion(row.project_id),
    )
    assert current(people) == model
    (told_of,) = shown(people)
    assert told_of["figures"]["model"]["overall"] == model.evaluations.get().overall
    assert told_of["changes"]["prompts_added"] == 160
    assert told_of["changes"]["categories"] == [
        {"name": "写作", "added": 80, "removed": 0},
        {"name": "数学", "added": 80, "removed": 0},
    ]
    assert (told_of["set"]["counts"]["open"]["prompts"], told_of["run"]["model"]["id"]) == (40, model.pk)
    kinds = Event.objects.filter(project=people.project, kind__startswith="loop_").order_by("id")
    assert list(kinds.values_list("kind", "after")) == [
        ("loop_rule", ""),
        ("loop_start", "freezing"),
        ("loop_train", "training"),
        ("loop_compare", "comparing"),
        ("loop_promote", "promoted"),
    ]


@pytest.mark.parametrize(
    ("skill", "state", "code", "promoted"),
    [
        (99, "promoted", "better", True),
        (81, "kept", "not_surely_better", False),
        (45, "regression", "worse", False),
    ],
)
def test_a_later_round_is_compared_with_the_current_model_on_its_own_benchmark(
    people: Cast, skill: int, state: str, code: str, promoted: bool
) -> None:
    settle(people)
    save_rule(people)
    first = train(training(people), 80)
    wake(people)
    settle(people, tag="b")
    row = training(people)
    newer = train(row, skill)
    row = wake(people)  # type: ignore[assignment]
    assert (row.number, row.state) == (2, "comparing")
    job = EvaluationJob.objects.get()
    assert (job.reward_model, job.set) == (first, row.set)
    wake(people)
    assert EvaluationJob.objects.count() == 1
    measure()
    row = wake(people)  # type: ignore[assignment]
    assert (row.state, row.code, row.against) == (state, code, first)
    assert current(people) == (newer if promoted else first)
    assert (row.promotion is not None) == promoted
    compared = row.figures["comparison"]
    ours, theirs = newer.evaluations.get(set=row.set), first.evaluations.get(set=row.set)
    difference = ours.metrics["open"]["accuracy"] - theirs.metrics["open"]["accuracy"]
    assert compared["open"]["accuracy"]["difference"] == pytest.approx(difference)
    assert row.changes["prompts_added"] == 160
    assert row.changes["prompts_removed"] == 0
    assert told("loop_regression") == (
        {people.owner.username, people.researcher.username} if state == "regression" else set()
    )
    if state == "regression":
        notice = people.client(people.owner).get("/api/notices").json()["results"][0]
        assert (notice["link"], notice["data"]) == (f"/p/{people.project.pk}/loop", {"number": 2})


def test_fewer_than_n_begin_nothing_and_what_a_round_took_does_not_count_again(people: Cast) -> None:
    settle(people)
    save_rule(people, n=161)
    assert wake(people) is None
    save_rule(people, n=160)
    whole_round(people, 80)
    settle(people, 10, tag="b")
    assert (loop(people)["n_new"], wake(people).number) == (20, 1)  # type: ignore[union-attr]
    save_rule(people, n=20, filters={"categories": [Prompt.objects.get(external_id="b0").category_id]})
    assert (loop(people)["n_new"], wake(people).number) == (10, 1)  # type: ignore[union-attr]
    save_rule(people, n=20)
    assert wake(people).number == 2  # type: ignore[union-attr]


def test_where_the_promotion_rule_decides_its_promotion_is_what_counts(people: Cast) -> None:
    settle(people)
    theirs = external(people, "rm-60")
    save_rule(people)
    promotion_rule_set(user=people.researcher, project_id=people.project.pk, rule=PromotionRule.BETTER)
    row = training(people)
    measured(people, theirs, row.set)  # type: ignore[arg-type]
    ask(people, "post", f"projects/{people.project.pk}/promotions", model=theirs.pk, reason="外部")
    model = train(row, 99)
    row = wake(people)  # type: ignore[assignment]
    assert row.state == "comparing"
    proposal = Promotion.objects.get(reward_model=model)
    promotion_consider(promotion_id=proposal.pk)
    row = wake(people)  # type: ignore[assignment]
    proposal.refresh_from_db()
    assert (row.state, row.code, row.promotion, row.against) == ("promoted", "better", proposal, theirs)
    assert row.figures == proposal.figures
    assert Promotion.objects.filter(reward_model=model).count() == 1


def test_the_promotion_rule_keeps_a_worse_one_and_the_loop_reports_it(people: Cast) -> None:
    settle(people)
    theirs = external(people, "rm-99")
    save_rule(people)
    promotion_rule_set(user=people.researcher, project_id=people.project.pk, rule=PromotionRule.BETTER)
    row = training(people)
    measured(people, theirs, row.set)  # type: ignore[arg-type]
    ask(people, "post", f"projects/{people.project.pk}/promotions", model=theirs.pk, reason="外部")
    model = train(row, 50)
    promotion_consider(promotion_id=Promotion.objects.get(reward_model=model).pk)
    assert wake(people).state == "regression"  # type: ignore[union-attr]
    assert current(people) == theirs


def test_a_set_without_a_benchmark_promotes_nothing(people: Cast) -> None:
    settle(people, 5)
    save_rule(people, n=10, benchmark_share=0.0)
    train(training(people), 80)
    row = wake(people)
    assert row is not None
    assert (row.state, row.code, current(people)) == ("kept", "no_benchmark", None)


def test_one_subset_alone_is_not_enough_to_promote(people: Cast) -> None:
    settle(people)
    theirs = external(people, "rm-50")
    save_rule(people, n=80, filters={"sources": ["open"]})
    row = training(people)
    measured(people, theirs, row.set)  # type: ignore[arg-type]
    ask(people, "post", f"projects/{people.project.pk}/promotions", model=theirs.pk, reason="外部")
    train(row, 99)
    row = wake(people)  # type: ignore[assignment]
    assert (row.state, row.code, list(row.figures["comparison"])) == ("kept", "one_subset", ["open"])


def test_nobody_begins_a_round_of_a_paused_loop_and_one_under_way_goes_on(people: Cast) -> None:
    settle(people)
    save_rule(people)
    path = f"projects/{people.project.pk}/loop"
    assert ask(people, "post", f"{path}/pause").json()["rule"]["paused_by"] == people.researcher.username
    assert ask(people, "post", f"{path}/pause").json()["code"] == "already_paused"
    assert wake(people) is None
    assert ask(people, "post", f"{path}/run-now").json()["code"] == "loop_paused"
    assert ask(people, "post", f"{path}/resume").json()["rule"]["paused_at"] is None
    row = wake(people)
    assert row is not None
    ask(people, "post", f"{path}/pause")
    assert whole_round(people, 80).state == "promoted"
    settle(people, tag="b")
    assert wake(people).number == 1  # type: ignore[union-attr]
    ask(people, "post", f"{path}/resume")
    assert wake(people).number == 2  # type: ignore[union-attr]


def test_a_nightly_round_takes_what_came_before_the_night(people: Cast) -> None:
    settle(people, 5)
    body = save_rule(people, trigger="nightly", hour=3)
    assert body["next_at"] is not None
    assert wake(people) is None, "the night before the rule does not count"
    now = timezone.now()
    LoopRule.objects.update(armed_at=now - timedelta(days=3))
    assert wake(people) is None, "what was accepted since the last night waits for the next"
    Prompt.objects.update(state_at=now - timedelta(days=2))
    row = wake(people)
    assert row is not None
    assert row.reason == "nightly"
    LoopRound.objects.update(state="cancelled", finished_at=now)
    assert wake(people).number == 1  # type: ignore[union-attr]
    path = f"projects/{people.project.pk}/loop"
    LoopRound.objects.update(started_at=now - timedelta(days=3))
    ask(people, "post", f"{path}/pause")
    assert ask(people, "get", path).json()["next_at"] is None
    ask(people, "post", f"{path}/resume")
    assert wake(people).number == 1, "a night that passed while it was paused is not made up for"  # type: ignore[union-attr]


def test_a_round_by_hand_needs_a_rule_and_one_at_a_time(people: Cast, django_capture_on_commit_callbacks: Any) -> None:
    path = f"projects/{people.project.pk}/loop"
    assert ask(people, "post", f"{path}/run-now").json()["code"] == "no_rule"
    save_rule(people)
    messages("cpu")
    with django_capture_on_commit_callbacks(execute=True):
        begun = ask(people, "post", f"{path}/run-now")
    assert (begun.status_code, begun.json()["cause"]) == (201, "by_hand")
    assert begun.json()["started_by"] == people.researcher.username
    assert messages("cpu") == [("collaboration.tasks.wake", [people.project.pk])]
    assert ask(people, "post", f"{path}/run-now").json()["code"] == "round_open"
    tasks.wake_everything()
    freeze()
    wake(people)
    (row,) = shown(people)
    assert (row["state"], row["code"]) == ("failed", "set_failed")
    assert row["detail"]
    assert row["detail"] != "no_prompts", "it is said in words"
    settle(people)
    ask(people, "post", f"loop-rounds/{row['id']}/retry")
    assert training(people).number == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"n": 0}, "n"),
        ({"hour": 24}, "hour"),
        ({"trigger": "weekly"}, "trigger"),
        ({"base": "没有 这个"}, "base"),
        ({"params": {"epoch": 1}}, "params.epoch"),
        ({"params": {"epochs": 0}}, "params.epochs"),
        ({"set_name": ""}, "set_name"),
        ({"benchmark_share": 1.0}, "benchmark_share"),
        ({"filters": {"categories": [10**9]}}, "filters.categories"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_by_its_field(people: Cast, changes: dict[str, Any], field: str) -> None:
    body = {"trigger": "every_n", "base": "tiny", "set_name": "x"} | changes
    answer = ask(people, "put", f"projects/{people.project.pk}/loop", **body)
    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (400, [field])
    assert not LoopRule.objects.exists()


def test_only_those_who_train_see_and_move_the_loop(people: Cast) -> None:
    settle(people, 5)
    save_rule(people, n=10)
    row = training(people)
    project = f"projects/{people.project.pk}/loop"

    def answers(user: Any) -> set[int]:
        said = [
            ask(people, "get", project, user),
            ask(people, "get", f"{project}/rounds", user),
            ask(people, "put", project, user, trigger="nightly", base="tiny", set_name="x"),
            ask(people, "post", f"{project}/pause", user),
            ask(people, "post", f"{project}/resume", user),
            ask(people, "post", f"{project}/run-now", user),
            ask(people, "post", f"loop-rounds/{row.pk}/retry", user),
            ask(people, "post", f"loop-rounds/{row.pk}/cancel", user),
        ]
        return {answer.status_code for answer in said}

    assert answers(people.annotators[0]) == answers(people.lead) == {403}
    assert answers(people.outsider) == answers(cast().researcher) == {404}
    assert answers(people.owner) == {200, 409}


def test_rounds_come_newest_first_in_as_many_queries_however_many_they_are(people: Cast) -> None:
    settle(people, 5)
    save_rule(people, n=10)
    whole_round(people, 80)
    path = f"projects/{people.project.pk}/loop/rounds"
    costs = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            ask(people, "get", path)
        costs.append(len(captured))
        ask(people, "post", f"projects/{people.project.pk}/loop/run-now")
        row = training(people)
        train(row, 70)
        wake(people), measure(), wake(people)
    assert costs[0] == costs[1] <= 8
    numbers = [row["number"] for row in shown(people)]
    assert numbers == [3, 2, 1]
    page = ask(people, "get", f"{path}?limit=2").json()
    rest = ask(people, "get", f"{path}?limit=2&cursor={page['next']}").json()
    assert [row["number"] for row in page["results"] + rest["results"]] == numbers


def test_a_round_of_the_real_engine(people: Cast, tiny_base: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    settle(people, 12)
    save_rule(people, n=24, params=QUICK | {"epochs": 1})
    row = training(people)
    execution.run_execute(run_id=row.run_id, stopping=lambda: False)  # type: ignore[arg-type]
    row = wake(people)  # type: ignore[assignment]
    assert (row.state, row.code) == ("promoted", "first"), row.detail
    assert 0 <= row.figures["model"]["overall"] <= 1
