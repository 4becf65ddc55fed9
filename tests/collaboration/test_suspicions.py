"""The model doubts votes, QA looks at them blindly, and what QA says stands from then on."""

import json
from typing import Any

import pytest

from annotate.domain.statistics import wilson_interval
from annotate.models import Comparison, Event, PreferenceSetItem, Prompt
from annotate.selectors.sets import set_file_chunks
from annotate.selectors.withdrawals import submissions, why_kept
from collaboration.models import ColleagueSetting, Suspicion, SuspicionRun
from collaboration.selectors.colleague import models_asked
from collaboration.services.suspicion_runs import _complete
from rm_training.models import Evaluation, ScoringJob
from tests.collaboration.colleague import Judged, carried_out, frozen, judged, promote
from tests.people import Cast
from tests.rm_training.conftest import external, frozen_set, own_runs, stand_in, trained  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture
def searched(people: Cast, stand_in: None) -> Judged:  # noqa: F811
    """Return a judged project in which the current model has looked through the votes by itself."""
    found = judged(people)
    carried_out(people)
    return found


def ask(people: Cast, user: Any = None) -> dict[str, Any]:
    client = people.client(user or people.lead)
    answer = client.post(f"/api/projects/{people.project.pk}/suspicions/next")
    assert answer.status_code == 200, answer.content
    return answer.json()


def say(people: Cast, item: dict[str, Any], verdict: str, reason: str = "", user: Any = None) -> Any:
    body = {"verdict": verdict, "reason": reason}
    client = people.client(user or people.lead)
    return client.post(f"/api/suspicions/{item['handle']}/decide", body, format="json")


def truly(item: dict[str, Any]) -> str:
    """Return what somebody says who sees, as the model does, that more 好 is better."""
    first, second = item["first"].count("好"), item["second"].count("好")
    return "equal" if first == second else "a" if first > second else "b"


def as_shown(row: Suspicion, verdict: str) -> str:
    return {"a": "b", "b": "a", "equal": "equal"}[verdict] if row.b_first else verdict


def test_a_new_current_model_searches_once_by_itself_and_ranks_what_people_got_wrong_first(searched: Judged) -> None:
    run = SuspicionRun.objects.get()
    assert (run.state, run.created_by, run.error) == ("done", None, "")
    assert ScoringJob.objects.filter(reward_model=searched.model).count() == 1
    # A margin is read by the votes on prompts that no model was trained on, and by no others.
    unseen = PreferenceSetItem.objects.filter(set=searched.benchmark).exclude(split="train").values("prompt")
    votes_unseen = Comparison.objects.filter(prompt__in=unseen, final=True).count()
    assert 30 <= run.figures["n_calibration_votes"] == votes_unseen < Comparison.objects.filter(final=True).count()
    rows = list(Suspicion.objects.filter(rank__isnull=False).order_by("rank"))
    assert {row.prompt_id for row in rows} == searched.wrong
    assert [row.rank for row in rows] == list(range(1, 7))
    errors = [row.expected_error for row in rows]
    assert errors == sorted(errors, reverse=True)
    assert min(errors) >= 0.5
    for row in rows:
        votes = Comparison.objects.filter(
            response_a=row.response_a, response_b=row.response_b, final=True, prompt=row.prompt
        )
        assert sorted(row.votes) == sorted(votes.values_list("pk", flat=True))
        # Three tasks of the ring show the same three responses, each in two passes.
        assert len(row.votes) == 6


def test_what_is_undecided_tells_nothing_but_the_texts(searched: Judged) -> None:
    body = ask(searched.people)
    assert body["item"].keys() == {"handle", "category", "system", "text", "first", "second", "held_until"}
    assert body["n_waiting"] == Suspicion.objects.filter(state="waiting").count()
    told = json.dumps(body, ensure_ascii=False)
    row = Suspicion.objects.get(handle=body["item"]["handle"])
    assert str(row.expected_error) not in told
    assert "secret-model" not in told
    assert "annotator" not in told
    figures = searched.people.client(searched.people.lead).get(
        f"/api/projects/{searched.people.project.pk}/suspicions/figures"
    )
    assert str(body["item"]["handle"]) not in figures.content.decode()


def test_both_sides_come_first_now_and_then(searched: Judged) -> None:
    assert {row.b_first for row in Suspicion.objects.all()} == {True, False}


def test_an_answer_against_the_votes_reaches_the_ranking_and_the_next_frozen_set(searched: Judged) -> None:
    people = searched.people
    row = Suspicion.objects.filter(rank__isnull=False, standing="a").order_by("place")[0]
    Suspicion.objects.exclude(pk=row.pk).update(state="lapsed")
    before = Prompt.objects.get(pk=row.prompt_id).ranking.tiers
    item = ask(people)["item"]
    answer = say(people, item, truly(item), "两个好少于三个好")
    assert answer.status_code == 200, answer.content
    told = answer.json()
    row.refresh_from_db()
    assert (told["state"], row.state, row.verdict) == ("overruled", "overruled", "b")
    assert told["standing"] == as_shown(row, "a")
    assert [vote["verdict"] for vote in told["votes"]] == [as_shown(row, "a")] * 6
    assert told["chances"][as_shown(row, "b")] > 0.5

    final = Comparison.objects.filter(response_a=row.response_a, response_b=row.response_b, final=True)
    assert {(one.verdict, one.kind, one.decision) for one in final} == {("b", "adjudication", row.decision)}
    prompt = Prompt.objects.get(pk=row.prompt_id)
    assert (prompt.state, prompt.ranking.tiers == before) == ("accepted", False)
    assert Event.objects.filter(prompt=prompt, kind="pair_overrule", actor=people.lead).count() == 1

    old = "".join(part.decode() for part in set_file_chunks(searched.benchmark, "annotations.jsonl"))
    new = "".join(part.decode() for part in set_file_chunks(frozen(people), "annotations.jsonl"))
    assert "adjudication" in new
    assert "adjudication" not in old


def test_nobody_takes_back_what_a_second_look_has_decided_about(searched: Judged) -> None:
    people = searched.people
    item = ask(people)["item"]
    row = Suspicion.objects.get(handle=item["handle"])
    own = submissions(people.annotators[0]).filter(assignment__prompt=row.prompt_id)
    assert {why_kept(said) for said in own} == {"in_set"}
    assert say(people, item, {"a": "b", "b": "equal", "equal": "a"}[as_shown(row, row.standing)]).status_code == 200
    assert {why_kept(said) for said in own.all()} == {"reviewed"}


def test_an_answer_like_the_votes_upholds_them_and_changes_nothing(searched: Judged) -> None:
    people = searched.people
    item = ask(people)["item"]
    row = Suspicion.objects.get(handle=item["handle"])
    ranked = Prompt.objects.get(pk=row.prompt_id).ranking.computed_at
    assert say(people, item, as_shown(row, row.standing)).json()["state"] == "upheld"
    assert Prompt.objects.get(pk=row.prompt_id).ranking.computed_at == ranked
    assert not Comparison.objects.filter(kind="adjudication").exists()


def test_a_pair_is_decided_once(searched: Judged) -> None:
    item = ask(searched.people)["item"]
    assert say(searched.people, item, "a").status_code == 200
    again = say(searched.people, item, "a")
    assert (again.status_code, again.json()["code"]) == (409, "already_decided")


def test_two_people_are_asked_about_different_pairs_and_nobody_answers_for_another(searched: Judged) -> None:
    people = searched.people
    mine, theirs = ask(people)["item"], ask(people, people.owner)["item"]
    assert mine["handle"] != theirs["handle"]
    assert ask(people)["item"]["handle"] == mine["handle"]
    answer = say(people, theirs, "a")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_yours")


def test_nobody_looks_again_at_a_prompt_that_they_annotated(searched: Judged) -> None:
    people = searched.people
    rows = list(Suspicion.objects.order_by("place"))
    own = rows[0].prompt
    own.seats.filter(annotator=people.annotators[0]).update(annotator=people.lead)
    item = ask(people)["item"]
    assert Suspicion.objects.get(handle=item["handle"]).prompt_id != own.pk
    held = Suspicion.objects.get(handle=item["handle"])
    held.prompt.seats.filter(annotator=people.annotators[1]).update(annotator=people.lead)
    answer = say(people, item, "a")
    assert (answer.status_code, answer.json()["code"]) == (409, "own_work")


def test_votes_that_changed_since_are_no_longer_asked_and_may_not_be_answered(searched: Judged) -> None:
    people = searched.people
    item = ask(people)["item"]
    row = Suspicion.objects.get(handle=item["handle"])
    Comparison.objects.filter(pk=row.votes[0]).update(final=False)
    answer = say(people, item, "a")
    assert (answer.status_code, answer.json()["code"]) == (409, "votes_changed")
    row.refresh_from_db()
    assert row.state == "lapsed"
    following = Suspicion.objects.filter(state="waiting").order_by("place")[0]
    Prompt.objects.filter(pk=following.prompt_id).update(state="annotating")
    assert ask(people)["item"]["handle"] != following.handle
    following.refresh_from_db()
    assert following.state == "lapsed"


def test_however_many_are_passed_over_what_still_stands_is_asked(
    searched: Judged, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collaboration.services.suspicions.AT_ONCE", 1)
    waiting = Suspicion.objects.filter(state="waiting").order_by("place")
    kept = waiting[len(waiting) - 1].prompt_id
    stale = waiting.exclude(prompt=kept)
    assert stale.count() > 1
    Prompt.objects.filter(pk__in=stale.values("prompt")).update(state="annotating")
    assert Suspicion.objects.get(handle=ask(searched.people)["item"]["handle"]).prompt_id == kept


def test_who_may_not_settle_is_not_asked(searched: Judged) -> None:
    people = searched.people
    place = f"/api/projects/{people.project.pk}/suspicions/next"
    statuses = [
        people.client(user).post(place).status_code
        for user in (people.annotators[0], people.researcher, people.outsider)
    ]
    assert statuses == [403, 403, 404]
    people.project.memberships.filter(user=people.lead).update(paused_at="2026-01-01T00:00:00Z", pause_reason="休假")
    assert people.client(people.lead).post(place).json()["code"] == "paused"


def test_what_was_decided_is_not_asked_again_and_what_waits_is_found_anew(searched: Judged) -> None:
    people = searched.people
    first = ask(people)["item"]
    row = Suspicion.objects.get(handle=first["handle"])
    say(people, first, as_shown(row, row.standing))
    answer = people.client(people.researcher).post(f"/api/projects/{people.project.pk}/suspicion-runs")
    assert answer.status_code == 201, answer.content
    carried_out(people)
    run = SuspicionRun.objects.latest("pk")
    assert (run.state, run.created_by) == ("done", people.researcher)
    pairs = set(run.suspicions.filter(rank__isnull=False).values_list("response_a", "response_b"))
    before = set(row.run.suspicions.filter(rank__isnull=False).values_list("response_a", "response_b"))
    assert pairs == before - {(row.response_a_id, row.response_b_id)}
    assert Suspicion.objects.get(handle=ask(people)["item"]["handle"]).run == run


def test_the_figures_are_those_of_a_literal_count(people: Cast, stand_in: None) -> None:  # noqa: F811
    ColleagueSetting.objects.create(project=people.project, control_share=0.5)
    judged(people)
    carried_out(people)
    n_asked = 0
    while item := ask(people)["item"]:
        say(people, item, truly(item))
        n_asked += 1
    rows = list(Suspicion.objects.all())
    assert n_asked == len(rows) > 6
    told = people.client(people.lead).get(f"/api/projects/{people.project.pk}/suspicions/figures").json()
    suspects = [row for row in rows if row.rank is not None]
    controls = [row for row in rows if row.control]
    for name, own in (("suspects", suspects), ("control", controls)):
        overruled = sum(row.state == "overruled" for row in own)
        interval = wilson_interval(overruled, len(own))
        assert interval is not None
        assert told["together"][name]["overruled"] == overruled
        rate = {"rate": overruled / len(own), "low": interval.low, "high": interval.high, "n": len(own)}
        assert told["together"][name]["rate"] == pytest.approx(rate)
    assert told["together"]["suspects"]["rate"]["rate"] == 1.0
    assert told["together"]["control"]["rate"]["rate"] < 0.7
    assert told["together"]["lift"]["value"] > 1
    tenths = [sum(row.decile == number for row in suspects) for number in range(1, 11)]
    assert [tenth["asked"] for tenth in told["together"]["deciles"]] == tenths
    (run,) = told["runs"]
    assert {key: run[key] for key in told["together"]} == told["together"]


def test_the_list_tells_of_what_was_decided_and_of_nothing_that_waits(searched: Judged) -> None:
    people = searched.people
    place = f"/api/projects/{people.project.pk}/suspicions"
    assert people.client(people.lead).get(place).json()["results"] == []
    said = []
    for _ in range(3):
        item = ask(people)["item"]
        verdict = as_shown(row := Suspicion.objects.get(handle=item["handle"]), row.standing)
        say(people, item, verdict, reason="看过")
        said.append((row.handle, verdict))
    told = people.client(people.researcher).get(place).json()["results"]
    assert [(row["handle"], row["verdict"]) for row in told] == said[::-1]
    assert {(row["state"], row["reason"]) for row in told} == {("upheld", "看过")}
    assert all(row["standing"] == row["verdict"] for row in told)
    lead = people.client(people.lead)
    for query, wanted in (("state=overruled", 0), ("state=upheld", 3), ("control=true", None), ("decile=1", None)):
        rows = lead.get(f"{place}?{query}").json()["results"]
        own = Suspicion.objects.exclude(verdict="")
        literally = {"control=true": own.filter(control=True), "decile=1": own.filter(decile=1)}.get(query)
        assert len(rows) == (wanted if literally is None else literally.count())
    assert people.client(people.annotators[0]).get(place).status_code == 403
    for wrong in ("0", "11", "9" * 30, "x"):
        assert lead.get(f"{place}?decile={wrong}").status_code == 400


def test_two_workers_who_finish_a_search_at_once_write_one_queue(searched: Judged) -> None:
    run = SuspicionRun.objects.get()
    n_rows = run.suspicions.count()
    Suspicion.objects.all().delete()
    SuspicionRun.objects.update(state="scoring", finished_at=None)
    one, other = SuspicionRun.objects.get(), SuspicionRun.objects.get()
    for stale in (one, other):
        _complete(stale)
    assert SuspicionRun.objects.get().state == "done"
    assert Suspicion.objects.count() == n_rows


def test_without_enough_unseen_votes_the_run_says_so(people: Cast, stand_in: None) -> None:  # noqa: F811
    found = judged(people, n=3, n_wrong=0)
    carried_out(people)
    run = SuspicionRun.objects.get()
    assert (run.state, run.error_code) == ("failed", "too_few_votes")
    shown = people.client(people.lead).get(f"/api/projects/{people.project.pk}/suspicion-runs").json()["results"][0]
    assert (shown["error_code"], shown["by_itself"]) == ("too_few_votes", True)
    assert found.model.name == shown["models"][0]["name"]


def test_a_scoring_that_fails_fails_the_search_with_its_reason(people: Cast, stand_in: None) -> None:  # noqa: F811
    found = judged(people, n=6, n_wrong=0)
    promote(people, external(people, "rm-broken"), found.benchmark)
    carried_out(people)
    run = SuspicionRun.objects.get(promotion__reward_model__source="lab/rm-broken")
    assert (run.state, run.error_code) == ("failed", "scoring_failed")
    assert run.error


def test_without_a_current_model_nobody_can_ask(people: Cast) -> None:
    answer = people.client(people.owner).post(f"/api/projects/{people.project.pk}/suspicion-runs")
    assert (answer.status_code, answer.json()["code"]) == (409, "no_current_model")


def test_one_search_at_a_time(people: Cast, stand_in: None) -> None:  # noqa: F811
    judged(people, n=2, n_wrong=0)
    client = people.client(people.researcher)
    place = f"/api/projects/{people.project.pk}/suspicion-runs"
    assert client.post(place).status_code == 201
    assert client.post(place).json()["code"] == "at_work"


def test_the_newest_trained_models_measured_on_the_same_benchmark_are_asked_beside_the_current(
    people: Cast,
    stand_in: None,  # noqa: F811
) -> None:
    found = judged(people, n=4, n_wrong=0)
    learnt_from = frozen_set(people.project)
    models = [trained(people, learnt_from, skill) for skill in (60, 70, 80)]
    for model in models:
        Evaluation.objects.create(reward_model=model, set=found.benchmark, metrics={}, overall=0.6)
    external_one = external(people, "other")
    Evaluation.objects.create(reward_model=external_one, set=found.benchmark, metrics={}, overall=0.5)
    promotion = promote(people, found.model, found.benchmark)
    assert models_asked(promotion) == [found.model, models[2], models[1]]
    promoted = promote(people, models[2], found.benchmark)
    assert models_asked(promoted) == [models[2], models[1], models[0]]


def test_settings_are_the_researchers_and_keep_their_ranges(people: Cast) -> None:
    place = f"/api/projects/{people.project.pk}/colleague"
    assert people.client(people.lead).get(place).json() == {
        "queue_size": 200,
        "least_error": 0.5,
        "control_share": 0.1,
        "random_share": 0.2,
    }
    client = people.client(people.researcher)
    assert client.patch(place, {"queue_size": 50}, format="json").json()["queue_size"] == 50
    refused = client.patch(place, {"random_share": 0}, format="json")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "random_share")
    assert people.client(people.lead).patch(place, {"queue_size": 5}, format="json").status_code == 403
