"""Which model is the current one: by hand with a reason, or by the rule, which only a paired bootstrap satisfies."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from annotate.domain.states import PromotionRule
from annotate.models import Event, PreferenceSet
from rm_training import evaluating, model_selectors, promotions, tasks
from rm_training.models import EvaluationJob, Promotion, RewardModel
from tests.people import Cast, cast
from tests.rm_training.conftest import external, frozen_set, measured, messages, set_files, trained

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stand_in")]


def ask(people: Cast, method: str, path: str, user: Any = None, **body: Any) -> Any:
    client = people.client(user or people.researcher)
    return getattr(client, method)(f"/api/{path}", body or None, format="json")


def promote(people: Cast, model: RewardModel, reason: str = "总分最高") -> Any:
    return ask(people, "post", f"projects/{people.project.pk}/promotions", model=model.pk, reason=reason)


def current(people: Cast) -> int | None:
    body = ask(people, "get", f"projects/{people.project.pk}/promotion").json()
    return body["current"] and body["current"]["model"]["id"]


def proposals_sent() -> list[tuple[str, list[int]]]:
    """Take the messages of the queue `cpu` and return those about proposals; others wait for jobs, too."""
    return [message for message in messages("cpu") if message[0] == "rm_training.tasks.promotion_consider"]


def big_set(people: Cast, version: int = 1) -> PreferenceSet:
    """Return a set whose benchmark has prompts enough for a difference to be sure."""
    return frozen_set(people.project, version=version, files=set_files(n_benchmark=40, benchmark=version))


def rule(people: Cast, chosen: PromotionRule = PromotionRule.BETTER) -> None:
    answer = ask(people, "put", f"projects/{people.project.pk}/promotion", rule=chosen.value)
    assert answer.json()["rule"] == chosen.value


def decide(proposal: Promotion) -> Promotion:
    promotions.promotion_consider(promotion_id=proposal.pk)
    proposal.refresh_from_db()
    return proposal


def test_a_person_promotes_with_a_reason_and_an_older_model_again(people: Cast) -> None:
    chosen = big_set(people)
    good, better = trained(people, chosen, 60), trained(people, chosen, 95)
    assert current(people) is None
    assert promote(people, good).status_code == 201
    second = promote(people, better, "更好").json()
    assert (second["state"], second["by_rule"], second["by"]) == ("promoted", False, people.researcher.username)
    compared = second["figures"]["comparison"]["open"]["accuracy"]
    assert compared["low"] > 0
    assert compared["probability_better"] > 0.97
    assert second["figures"]["model"]["open"]["accuracy"] > second["figures"]["against"]["open"]["accuracy"]
    assert current(people) == better.pk
    assert promote(people, better).json()["code"] == "already_current"

    back = promote(people, good, "新模型偏长").json()
    assert back["figures"]["comparison"]["open"]["accuracy"]["high"] < 0
    assert current(people) == good.pk
    page = ask(people, "get", f"projects/{people.project.pk}/promotions?limit=2").json()
    assert [row["reason"] for row in page["results"]] == ["新模型偏长", "更好"]
    rest = ask(people, "get", f"projects/{people.project.pk}/promotions?limit=2&cursor={page['next']}").json()
    assert [(row["reason"], row["against"]) for row in rest["results"]] == [("总分最高", None)]
    assert Event.objects.filter(project=people.project, kind="model_promote").count() == 3
    board = ask(people, "get", f"projects/{people.project.pk}/leaderboard").json()["rows"]
    assert [row["model"]["id"] for row in board if row["current"]] == [good.pk]


def test_promoting_asks_for_a_reason_a_measured_model_and_one_of_this_project(people: Cast) -> None:
    model = external(people, "rm-70")
    assert promote(people, model, "").status_code == 400
    assert promote(people, model).json()["code"] == "not_measured"
    other = cast()
    foreign = trained(other, frozen_set(other.project), 90)
    assert promote(people, foreign).status_code == 404


def test_without_a_rule_a_new_model_is_not_even_proposed(people: Cast) -> None:
    trained(people, big_set(people), 95)
    assert not Promotion.objects.exists()


def test_the_rule_promotes_what_is_surely_better_on_both_subsets(
    people: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    chosen = big_set(people)
    promote(people, trained(people, chosen, 60))
    rule(people)
    messages("cpu")
    with django_capture_on_commit_callbacks(execute=True):
        better = trained(people, chosen, 95)
    proposal = Promotion.objects.get(reward_model=better)
    assert proposals_sent() == [("rm_training.tasks.promotion_consider", [proposal.pk])]
    assert current(people) != better.pk

    decide(proposal)
    assert (proposal.state, proposal.code, proposal.by_rule) == ("promoted", "better", True)
    assert proposal.figures["comparison"]["human"]["accuracy"]["low"] > 0
    assert current(people) == better.pk
    decide(proposal)
    assert Event.objects.filter(kind="model_promote", subject_id=proposal.pk).count() == 1


def test_the_rule_keeps_the_current_one_where_a_higher_figure_may_be_chance(people: Cast) -> None:
    chosen = big_set(people)
    first = trained(people, chosen, 80)
    promote(people, first)
    rule(people)
    proposal = decide(Promotion.objects.get(reward_model=trained(people, chosen, 82)))
    compared = proposal.figures["comparison"]
    assert compared["open"]["accuracy"]["difference"] > 0
    assert compared["open"]["accuracy"]["low"] <= 0
    assert (proposal.state, proposal.code) == ("kept", "not_surely_better")
    assert current(people) == first.pk


def test_better_on_one_subset_alone_is_not_enough(people: Cast) -> None:
    chosen = big_set(people)
    first = trained(people, chosen, 60)
    promote(people, first)
    rule(people)
    challenger = trained(people, chosen, 95)
    folder = model_selectors.outcomes_folder(challenger.pk, chosen.pk)
    theirs = model_selectors.outcomes_folder(first.pk, chosen.pk)
    assert folder is not None
    assert theirs is not None
    (folder / "benchmark" / "human.jsonl").write_bytes((theirs / "benchmark" / "human.jsonl").read_bytes())
    proposal = decide(Promotion.objects.get(reward_model=challenger))
    assert proposal.figures["comparison"]["open"]["accuracy"]["low"] > 0
    assert proposal.state == "kept"


def test_a_current_model_that_was_not_measured_there_is_measured_first(
    people: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    one, two = big_set(people), big_set(people, version=2)
    theirs = external(people, "rm-60")
    measured(people, theirs, one)
    promote(people, theirs)
    rule(people)
    better = trained(people, two, 95)
    proposal = Promotion.objects.get(reward_model=better)
    messages(), messages("cpu")
    with django_capture_on_commit_callbacks(execute=True):
        decide(proposal)
        decide(proposal)
    assert proposal.state == "waiting"
    job = EvaluationJob.objects.get(set=two, reward_model=theirs)
    assert messages() == [("rm_training.tasks.evaluation_run", [job.pk])]

    with django_capture_on_commit_callbacks(execute=True):
        evaluating.evaluation_execute(job_id=job.pk, stopping=lambda: False)
    assert proposals_sent() == [("rm_training.tasks.promotion_consider", [proposal.pk])]
    assert decide(proposal).state == "promoted"
    assert current(people) == better.pk


def test_a_proposal_ends_where_the_current_model_cannot_be_measured(people: Cast) -> None:
    one, two = big_set(people), big_set(people, version=2)
    theirs = external(people, "rm-60")
    measured(people, theirs, one)
    promote(people, theirs)
    rule(people)
    RewardModel.objects.filter(pk=theirs.pk).update(source="lab/rm-broken")
    proposal = decide(Promotion.objects.get(reward_model=trained(people, two, 95)))
    evaluating.evaluation_execute(job_id=EvaluationJob.objects.get(set=two).pk, stopping=lambda: False)
    assert (decide(proposal).state, proposal.code) == ("failed", "unmeasured")
    assert current(people) == theirs.pk


def test_the_rule_needs_a_current_model_and_a_rule_that_still_holds(people: Cast) -> None:
    chosen = big_set(people)
    rule(people)
    assert decide(Promotion.objects.get(reward_model=trained(people, chosen, 60))).code == "no_current"
    promote(people, RewardModel.objects.get())
    late = Promotion.objects.get(reward_model=trained(people, chosen, 95))
    rule(people, PromotionRule.OFF)
    assert (decide(late).state, late.code) == ("kept", "rule_off")


def test_a_proposal_whose_message_was_lost_is_sent_again(
    people: Cast, django_capture_on_commit_callbacks: Any, settings: Any
) -> None:
    chosen = big_set(people)
    promote(people, trained(people, chosen, 60))
    rule(people)
    trained(people, chosen, 95)
    proposal = Promotion.objects.get(by_rule=True)
    long_ago = timezone.now() - timedelta(seconds=settings.JOB_LOST_SECONDS * 20)
    Promotion.objects.update(heartbeat_at=long_ago)
    messages("cpu")
    with django_capture_on_commit_callbacks(execute=True):
        tasks.runs_requeue()
        tasks.runs_requeue()
    assert proposals_sent() == [("rm_training.tasks.promotion_consider", [proposal.pk])]


def test_two_models_are_compared_prompt_by_prompt_or_not_at_all(people: Cast) -> None:
    chosen, other = big_set(people), big_set(people, version=2)
    good, better, elsewhere = trained(people, chosen, 60), trained(people, chosen, 95), trained(people, other, 80)
    path = f"projects/{people.project.pk}/models/compare?set={chosen.pk}&model={better.pk}&against="
    told = ask(people, "get", f"{path}{good.pk}").json()
    assert set(told) == {"open", "human"}
    assert 0 < told["open"]["accuracy"]["low"] < told["open"]["accuracy"]["difference"]
    assert told["open"]["exact_match"]["probability_better"] > 0.9
    same = ask(people, "get", f"{path}{better.pk}").json()
    assert {same["open"]["accuracy"][name] for name in ("difference", "low", "high")} == {0.0}
    refused = ask(people, "get", f"{path}{elsewhere.pk}")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_comparable")
    assert ask(people, "get", f"projects/{people.project.pk}/models/compare").status_code == 400


def test_outcomes_of_other_prompts_are_not_compared(people: Cast) -> None:
    chosen = big_set(people)
    one, other = trained(people, chosen, 60), trained(people, chosen, 95)
    folder = model_selectors.outcomes_folder(other.pk, chosen.pk)
    assert folder is not None
    lines = (folder / "benchmark" / "open.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "benchmark" / "open.jsonl").write_text("".join(lines[1:]), encoding="utf-8")
    path = f"projects/{people.project.pk}/models/compare?set={chosen.pk}&model={other.pk}&against={one.pk}"
    assert ask(people, "get", path).json()["code"] == "not_comparable"


def test_only_those_who_train_see_and_promote_models(people: Cast) -> None:
    chosen = frozen_set(people.project)
    model = trained(people, chosen, 90)
    job = EvaluationJob.objects.create(reward_model=model, set=chosen, heartbeat_at=timezone.now())
    project = f"projects/{people.project.pk}"

    def answers(user: Any) -> set[int]:
        said = [
            ask(people, "get", f"{project}/models", user),
            ask(people, "get", f"{project}/promotion", user),
            ask(people, "get", f"{project}/promotions", user),
            ask(people, "get", f"{project}/models/compare?set={chosen.pk}&model={model.pk}&against={model.pk}", user),
            ask(people, "get", f"models/{model.pk}", user),
            ask(people, "get", f"models/{model.pk}/evaluations", user),
            ask(people, "get", f"models/{model.pk}/disagreements?set={chosen.pk}", user),
            ask(people, "post", f"{project}/models", user, source="lab/x-1"),
            ask(people, "put", f"{project}/promotion", user, rule="off"),
            ask(people, "post", f"{project}/promotions", user, model=model.pk, reason="x"),
            ask(people, "post", f"models/{model.pk}/evaluations", user, set=chosen.pk),
            ask(people, "post", f"evaluations/{job.pk}/cancel", user),
        ]
        return {answer.status_code for answer in said}

    assert answers(people.annotators[0]) == answers(people.lead) == {403}
    assert answers(people.outsider) == answers(cast().researcher) == {404}
    assert answers(people.researcher) == {200, 201, 409}


def test_models_come_newest_first_in_as_many_queries_however_many_they_are(
    people: Cast, django_assert_max_num_queries: Any
) -> None:
    chosen = frozen_set(people.project)
    made = [trained(people, chosen, 90).pk for _ in range(4)]
    people.client(people.researcher)  # logging in has queries of its own
    with django_assert_max_num_queries(7):
        page = ask(people, "get", f"projects/{people.project.pk}/models?limit=3").json()
    assert [row["id"] for row in page["results"]] == sorted(made, reverse=True)[:3]
    assert page["results"][0]["evaluations"][0]["overall"] is not None
