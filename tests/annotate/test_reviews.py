"""Reviews: who may give them, what they show and hide, what the three verdicts do, and gold reviews among them."""

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotate.models import (
    Comparison,
    Decision,
    Event,
    Guideline,
    Membership,
    Notice,
    Project,
    Prompt,
    Ranking,
    Review,
    ReviewGold,
    User,
)
from annotate.problems import Conflict
from annotate.selectors.review_gold import review_gold_accuracy
from annotate.services.prompts import prompt_drop
from annotate.services.review_gold import review_gold_create, review_gold_mix
from annotate.services.review_verdicts import review_approve
from tests.annotate.reviewing import (
    STAGES,
    add_member,
    approve,
    reject,
    reviewers_of,
    scores,
    settled,
    waiting,
    words_of,
)
from tests.people import Cast, add_prompts, annotate_all, cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> Cast:
    return cast(delivery_share=1.0, operations_share=1.0, research_share=1.0)


def queue(people: Cast, user: User, query: str = "") -> dict[str, Any]:
    answer = people.client(user).get(f"/api/projects/{people.project.pk}/reviews{query}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def act(people: Cast, user: User, review: Review, verdict: str, body: dict[str, Any]) -> tuple[int, Any]:
    answer = people.client(user).post(f"/api/reviews/{review.handle}/{verdict}", body, format="json")
    return answer.status_code, answer.json().get("code", answer.json().get("state"))


def test_a_prompt_visits_the_stages_that_drew_it_and_no_other() -> None:
    people = cast(delivery_share=0.0, operations_share=1.0, research_share=1.0)
    stages = reviewers_of(people)
    (prompt,) = settled(people)
    assert prompt.state == "operations_review"
    assert approve(prompt, stages["operations"]) == "research_review"
    assert approve(prompt, stages["research"]) == "accepted"
    kinds = Event.objects.filter(prompt=prompt, subject="prompt").order_by("id").values_list("kind", flat=True)
    assert list(kinds)[-4:] == ["prompt_agree", "prompt_send_to_operations", "prompt_send_to_research", "prompt_accept"]


def test_the_queue_holds_ones_own_stages_oldest_first_page_by_page(people: Cast) -> None:
    stages = reviewers_of(people)
    prompts = settled(people, 3, n_responses=3)
    approve(prompts[1], stages["delivery"])
    first = queue(people, stages["delivery"], "?limit=1")
    rest = queue(people, stages["delivery"], f"?cursor={first['next']}")
    found = [row["review"] for row in first["results"] + rest["results"]]
    assert found == [waiting(prompts[0]).handle, waiting(prompts[2]).handle]
    assert (first["count"], rest["next"]) == (2, None)
    assert [row["stage"] for row in queue(people, stages["operations"])["results"]] == ["operations"]
    assert queue(people, stages["research"])["count"] == 0
    assert queue(people, people.owner)["count"] == 3
    assert queue(people, people.owner, "?stage=operations")["count"] == 1
    other = settled(people, category="写作", n_responses=3, start=50)[0]
    of_category = queue(people, people.owner, f"?category={other.category_id}")
    assert [row["review"] for row in of_category["results"]] == [waiting(other).handle]


def test_no_page_of_review_costs_more_queries_with_more_rows(people: Cast) -> None:
    one = people.annotators[0]

    def costs() -> list[int]:
        """Return the queries of the queue, of one review and of what an annotator got back."""
        review = Review.objects.filter(state="waiting").latest("id")
        project = f"/api/projects/{people.project.pk}"
        counted = []
        for user, path in (
            (people.lead, f"{project}/reviews"),
            (people.lead, f"/api/reviews/{review.handle}"),
            (one, f"{project}/my-returned"),
        ):
            client = people.client(user)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(path).status_code == 200
            counted.append(len(captured))
        return counted

    returned, _waiting = settled(people, 2, n_responses=3)
    reject(returned, people.lead, words_of(returned, one)[0])
    few = costs()
    others = settled(people, 3, start=10)
    reject(others[0], people.lead, *words_of(others[0], one))
    assert costs() == few
    assert max(few) <= 20


def test_only_people_of_the_stage_reach_a_review(people: Cast) -> None:
    stages = reviewers_of(people)
    (prompt,) = settled(people)
    address = f"/api/reviews/{waiting(prompt).handle}"
    for user, status, code in (
        (people.outsider, 404, "not_found"),
        (people.annotators[0], 403, "forbidden"),
        (people.researcher, 403, "forbidden"),
        (stages["operations"], 403, "other_stage"),
    ):
        client = people.client(user)
        for answer in (client.get(address), client.post(f"{address}/approve", {}, format="json")):
            assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert people.client(people.lead).get("/api/reviews/1").status_code == 404
    assert people.client(people.lead).get(f"/api/reviews/{2**70}").status_code == 404
    assert (
        people.client(people.lead).get(f"/api/projects/{people.project.pk}/reviews?stage=research").status_code == 403
    )
    assert people.client(people.lead).get(f"/api/projects/{people.project.pk}/reviews?stage=x").status_code == 400
    prompt.refresh_from_db()
    assert prompt.state == "delivery_review"


def test_who_annotated_a_prompt_neither_lists_nor_opens_nor_judges_it(people: Cast) -> None:
    both = add_member(people, "both", STAGES["delivery"], "annotator")
    people.annotators.insert(0, both)
    (prompt,) = settled(people)
    review = waiting(prompt)
    assert queue(people, both) == {"results": [], "next": None, "count": 0}
    assert people.client(both).get(f"/api/reviews/{review.handle}").status_code == 403
    assert act(people, both, review, "approve", {}) == (409, "own_work")
    assert queue(people, people.lead)["count"] == 1


def test_a_paused_or_removed_reviewer_judges_nothing(people: Cast) -> None:
    (prompt,) = settled(people)
    membership = Membership.objects.get(user=people.lead)
    Membership.objects.filter(pk=membership.pk).update(paused_at=timezone.now(), pause_reason="培训")
    assert act(people, people.lead, waiting(prompt), "approve", {}) == (403, "paused")
    assert people.client(people.lead).get(f"/api/reviews/{waiting(prompt).handle}").json()["may_act"] is False
    membership.roles.all().delete()
    assert act(people, people.lead, waiting(prompt), "approve", {}) == (404, "not_found")


def test_of_two_reviewers_the_second_is_told(people: Cast) -> None:
    second = add_member(people, "second", STAGES["delivery"])
    (prompt,) = settled(people)
    review = waiting(prompt)
    mine = words_of(prompt, people.annotators[0])[0]
    rejection = {
        "reason": "x",
        "return_to": "same",
        "slots": [{"task": mine.assignment.task_id, "pass": mine.assignment.pass_number}],
    }
    assert act(people, people.lead, review, "approve", {"note": "好"}) == (200, "approved")
    assert act(people, second, review, "reject", rejection) == (409, "already_reviewed")
    assert act(people, people.lead, review, "approve", {}) == (409, "already_reviewed")
    review.refresh_from_db()
    assert (review.state, review.reviewer, review.reason) == ("approved", people.lead, "好")
    prompt.refresh_from_db()
    assert prompt.state == "operations_review"


def test_two_reviewers_at_once_give_one_verdict(committed: None) -> None:
    people = cast(delivery_share=1.0)
    second = add_member(people, "second", STAGES["delivery"])
    (prompt,) = settled(people, n_responses=3)
    handle = waiting(prompt).handle
    start = threading.Barrier(2)
    outcomes: list[str] = []

    def judge(user: User) -> None:
        try:
            start.wait(timeout=30)
            outcomes.append(review_approve(user=user, handle=handle).state)
        except Conflict as refusal:
            outcomes.append(refusal.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=judge, args=[user], daemon=True) for user in (people.lead, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(outcomes) == ["already_reviewed", "approved"]
    assert Event.objects.filter(kind="prompt_accept").count() == 1


def test_a_dropped_prompt_takes_its_review_with_it(people: Cast) -> None:
    (prompt,) = settled(people)
    review = waiting(prompt)
    prompt_drop(user=people.lead, prompt_id=prompt.pk, reason="题目有误")
    assert queue(people, people.lead)["count"] == 0
    assert act(people, people.lead, review, "approve", {}) == (409, "withdrawn")
    assert Event.objects.filter(kind="review_withdraw", subject_id=review.pk).count() == 1


# ---- what a review shows ----


def test_a_review_shows_the_verdicts_by_pass_and_nobody(people: Cast) -> None:
    one, two = people.annotators
    Project.objects.filter(pk=people.project.pk).update(agreement_threshold=0.8)
    (prompt,) = add_prompts(people.project, start=20)
    Guideline.objects.create(category=prompt.category, version=1, text="按事实评分")
    annotate_all(one, people.project, scores(prompt))
    annotate_all(two, people.project, scores(prompt, 5, 4, 3, 2, 2))
    prompt.refresh_from_db()
    review = waiting(prompt)
    answer = people.client(people.lead).get(f"/api/reviews/{review.handle}")
    body = answer.json()
    assert set(body) == {
        "review",
        "stage",
        "state",
        "round",
        "prompt",
        "responses",
        "comparisons",
        "slots",
        "remarks",
        "fault_kinds",
        "graph",
        "guideline",
        "earlier",
        "may_act",
    }
    assert (body["stage"], body["state"], body["round"], body["may_act"]) == ("delivery", "waiting", 1, True)
    assert set(body["prompt"]) == {"number", "text", "system", "category", "agreement", "threshold", "measure"}
    assert body["prompt"]["number"] == review.handle % 1_000_000
    assert body["prompt"]["agreement"] == prompt.agreement == pytest.approx(13 / 15)
    assert len(body["comparisons"]) == 15
    assert [row["same"] for row in body["comparisons"]] == [False] * 2 + [True] * 13
    assert {verdict["by"] for row in body["comparisons"] for verdict in row["verdicts"]} == {"甲", "乙"}
    assert len(body["slots"]) == 10
    assert body["graph"]["tiers"] == Ranking.objects.get(prompt=prompt).tiers
    assert body["guideline"]["text"] == "按事实评分"
    told = answer.content.decode()
    names = list(Membership.objects.values_list("pseudonym", flat=True))
    users = [user.username for user in (one, two, people.lead, people.owner)]
    assert [name for name in [*names, *users, "secret-model", prompt.external_id] if name in told] == []


def test_a_later_stage_sees_an_earlier_ones_decision_and_its_own_rejections_but_no_verdict(people: Cast) -> None:
    stages = reviewers_of(people)
    (prompt,) = settled(people)
    approve(prompt, stages["delivery"])
    mine = words_of(prompt, people.annotators[0])[0]
    reject(prompt, stages["operations"], mine, reason="顺序颠倒")
    annotate_all(people.annotators[0], people.project, scores(prompt))
    prompt.refresh_from_db()
    at_delivery = people.client(stages["delivery"]).get(f"/api/reviews/{waiting(prompt).handle}").json()
    assert (at_delivery["round"], at_delivery["earlier"]) == (2, [])
    a_comparison = at_delivery["comparisons"][0]
    key = {name: a_comparison[name] for name in ("task", "response_a", "response_b")}
    body = {"verdicts": [{**key, "verdict": "equal"}], "reason": "两者相当", "clause": "3.2"}
    assert act(people, stages["delivery"], waiting(prompt), "overrule", body) == (200, "overruled")
    at_operations = people.client(stages["operations"]).get(f"/api/reviews/{waiting(prompt).handle}").json()
    (earlier,) = at_operations["earlier"]
    assert (earlier["reason"], earlier["task"]) == ("顺序颠倒", mine.assignment.task_id)
    decided = [row["decided"] for row in at_operations["comparisons"] if row["decided"]]
    assert decided == [{"verdict": "equal", "stage": "delivery", "reason": "两者相当", "clause": "3.2"}]
    assert "approved" not in json.dumps(at_operations)


# ---- overrule and reject ----


def test_overruling_changes_the_ranking_and_goes_on(people: Cast) -> None:
    (prompt,) = settled(people, n_responses=3)
    a, b, c = sorted(scores(prompt, 5, 4, 3), key=lambda pk: -scores(prompt, 5, 4, 3)[pk])
    assert Ranking.objects.get(prompt=prompt).tiers == [[a], [b], [c]]
    said = Comparison.objects.filter(prompt=prompt, pass_number=1, current=True)
    verdicts = [
        {
            "task": row.task_id,
            "response_a": row.response_a_id,
            "response_b": row.response_b_id,
            "verdict": {"a": "b", "b": "a"}[row.verdict],
        }
        for row in said
    ]
    body = {"verdicts": verdicts, "reason": "全反了", "clause": "2.1"}
    assert act(people, people.lead, waiting(prompt), "overrule", body) == (200, "overruled")
    prompt.refresh_from_db()
    assert prompt.state == "operations_review"
    ranking = Ranking.objects.get(prompt=prompt)
    assert (ranking.tiers, ranking.n_comparisons) == ([[c], [b], [a]], 9)
    decision = Decision.objects.get(prompt=prompt)
    assert (decision.decider, decision.stage, decision.clause) == (people.lead, "delivery", "2.1")
    # What the passes hold is kept, and decides nothing any more.
    assert Comparison.objects.filter(prompt=prompt, kind="human", current=True, final=False).count() == 18


def test_rework_takes_decisions_on_the_same_comparisons_back_and_no_others(people: Cast) -> None:
    stages = reviewers_of(people)
    (prompt,) = settled(people, n_responses=3)
    said = list(Comparison.objects.filter(prompt=prompt, pass_number=1, current=True).order_by("task", "id"))
    of_two_tasks = [said[0], said[3]]
    verdicts = [
        {"task": row.task_id, "response_a": row.response_a_id, "response_b": row.response_b_id, "verdict": "equal"}
        for row in of_two_tasks
    ]
    assert act(people, people.lead, waiting(prompt), "overrule", {"verdicts": verdicts, "reason": "x"})[0] == 200
    prompt.refresh_from_db()
    first = next(row for row in words_of(prompt, people.annotators[0]) if row.assignment.task_id == said[0].task_id)
    reject(prompt, stages["operations"], first)
    decided = Comparison.objects.filter(kind="adjudication").order_by("id").values_list("current", "final")
    assert list(decided) == [(False, False), (True, True)]
    # The other pass speaks for itself again where the decision fell.
    other = Comparison.objects.filter(prompt=prompt, kind="human", task=said[0].task_id, pass_number=2)
    assert set(other.values_list("current", "final")) == {(True, True)}


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("reason_required", {"reason": " "}),
        ("nothing_named", {"verdicts": []}),
        ("named_twice", {"twice": True}),
        ("not_compared", {"task": 999_999}),
        ("not_compared", {"response_a": 999_999_999}),
        ("invalid", {"verdict": "better"}),
    ],
)
def test_an_overruling_names_what_was_compared_and_says_why(people: Cast, code: str, change: dict[str, Any]) -> None:
    (prompt,) = settled(people)
    row = Comparison.objects.filter(prompt=prompt)[0]
    verdict = {
        "task": row.task_id,
        "response_a": row.response_a_id,
        "response_b": row.response_b_id,
        "verdict": "equal",
        **change,
    }
    body = {"verdicts": [verdict] * (2 if "twice" in change else 1), "reason": "x", **change}
    assert act(people, people.lead, waiting(prompt), "overrule", body) == (400, code)
    assert not Decision.objects.exists()
    assert waiting(prompt).state == "waiting"


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("reason_required", {"reason": ""}),
        ("nothing_named", {"slots": []}),
        ("named_twice", {"twice": True}),
        ("no_such_slot", {"task": 999_999}),
        ("no_such_slot", {"pass": 3}),
        ("bad_span", {"span": {"start": 2, "end": 2}}),
        ("bad_span", {"span": {"start": 0, "end": 10_000}}),
        ("bad_span", {"span": {"response": 999_999}}),
        ("invalid", {"span": {"start": -1}}),
        ("invalid", {"return_to": "nobody"}),
    ],
)
def test_a_rejection_names_slots_and_passages_that_are_there(people: Cast, code: str, change: dict[str, Any]) -> None:
    (prompt,) = settled(people)
    mine = words_of(prompt, people.annotators[0])[0]
    span = {"response": mine.display_order[0], "start": 0, "end": 1, **change.get("span", {})}
    slot = {"task": mine.assignment.task_id, "pass": mine.assignment.pass_number, "spans": [span], **change}
    slots = [slot] * (2 if "twice" in change else 1)
    body = {"reason": "x", "return_to": "same", "slots": slots, **change}
    assert act(people, people.lead, waiting(prompt), "reject", body) == (400, code)
    mine.refresh_from_db()
    assert mine.current
    assert waiting(prompt).state == "waiting"


# ---- gold reviews ----


@pytest.fixture
def golden() -> Cast:
    """Return a project with two delivery reviewers: the lead has approved a prompt, which is to be rejected."""
    people = cast(delivery_share=1.0, gold_share=0.5)
    people.annotators.append(add_member(people, "colleague", STAGES["delivery"]))
    (prompt,) = settled(people, start=100)
    source = waiting(prompt)
    assert approve(prompt, people.lead) == "accepted"
    answer = people.client(people.owner).post(
        f"/api/reviews/{source.handle}/gold", {"approve": False, "reason": "漏看了错误"}, format="json"
    )
    assert answer.status_code == 200, answer.content
    return people


def gold_given(people: Cast) -> tuple[User, Review]:
    """Draw for one work review until a gold review comes with it; return to whom, and the gold review, due now."""
    (prompt,) = settled(people, start=200)
    review = Review.objects.select_related("project").get(prompt=prompt)
    while not (given := Review.objects.filter(kind="gold")).exists():
        review.project.seed += 1
        review_gold_mix(review=review)
    review = given.get()
    Review.objects.filter(pk=review.pk).update(opened_at=timezone.now())
    assert review.reserved_for is not None
    return review.reserved_for, review


def test_a_gold_review_goes_to_somebody_new_to_the_prompt_and_nobody_else_sees_it(golden: Cast) -> None:
    colleague = golden.annotators[-1]
    user, review = gold_given(golden)
    assert user == colleague
    assert review.handle in {row["review"] for row in queue(golden, colleague)["results"]}
    for other in (golden.lead, golden.owner):
        assert review.handle not in {row["review"] for row in queue(golden, other)["results"]}
        assert golden.client(other).get(f"/api/reviews/{review.handle}").status_code == 404
    # Everybody gets a gold review once.
    work = Review.objects.select_related("project").get(kind="work", state="waiting")
    for seed in range(40):
        work.project.seed = seed
        review_gold_mix(review=work)
    assert Review.objects.filter(kind="gold").count() == 1


def test_a_gold_review_that_is_not_due_does_not_exist(golden: Cast) -> None:
    user, review = gold_given(golden)
    Review.objects.filter(pk=review.pk).update(opened_at=timezone.now() + timedelta(minutes=5))
    assert review.handle not in {row["review"] for row in queue(golden, user)["results"]}
    assert golden.client(user).get(f"/api/reviews/{review.handle}").status_code == 404


def shape(value: Any) -> Any:
    """Return a body with nothing left but its keys and the types of its values."""
    if isinstance(value, dict):
        return {"id" if key.isdigit() else key: shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return sorted({json.dumps(shape(inner), sort_keys=True) for inner in value})
    return type(value).__name__


def test_a_gold_review_looks_like_any_other(golden: Cast) -> None:
    user, review = gold_given(golden)
    Prompt.objects.filter(pk=review.prompt_id).update(agreement=0.1)
    client = golden.client(user)
    rows = {row["review"]: row for row in queue(golden, user)["results"]}
    work = Review.objects.filter(kind="work", state="waiting").earliest("id")
    assert shape(rows[review.handle]) == shape(rows[work.handle])
    bodies = [client.get(f"/api/reviews/{found.handle}").json() for found in (review, work)]
    assert shape(bodies[0]) == shape(bodies[1])
    gold, _work = bodies
    assert (gold["state"], gold["may_act"], gold["prompt"]["agreement"]) == ("waiting", True, 1.0)
    assert len(gold["comparisons"]) == 15
    for found in (review, work):
        assert act(golden, user, found, "overrule", {"verdicts": [], "reason": "x"}) == (400, "nothing_named")
        assert act(golden, user, found, "gold", {"approve": True, "reason": "x"}) == (409, "not_closed")


@pytest.mark.parametrize(("verdict", "right"), [("approve", 0), ("reject", 1), ("overrule", 1)])
def test_a_verdict_on_a_gold_review_changes_nothing_and_is_counted(golden: Cast, verdict: str, right: int) -> None:
    user, review = gold_given(golden)
    prompt = Prompt.objects.get(pk=review.prompt_id)
    a_comparison = Comparison.objects.filter(prompt=prompt)[0]
    mine = words_of(prompt, golden.annotators[0])[0]
    slot = {"task": mine.assignment.task_id, "pass": mine.assignment.pass_number}
    key = {
        "task": a_comparison.task_id,
        "response_a": a_comparison.response_a_id,
        "response_b": a_comparison.response_b_id,
    }
    body = {
        "approve": {},
        "reject": {"reason": "x", "return_to": "same", "slots": [slot]},
        "overrule": {"reason": "x", "verdicts": [{**key, "verdict": "equal"}]},
    }[verdict]
    before = everything()
    assert act(golden, user, review, verdict, body) == (
        200,
        {"approve": "approved", "reject": "rejected"}.get(verdict, "overruled"),
    )
    assert everything() == before
    assert review_gold_accuracy(golden.project.pk) == {user.pk: (right, 1)}
    assert act(golden, user, review, verdict, body) == (409, "already_reviewed")
    assert not Event.objects.filter(prompt=prompt, subject="review", actor=user).exists()


def everything() -> list[Any]:
    """Return all that a verdict on a work review could have changed."""
    return [
        sorted(Prompt.objects.values_list("pk", "state", "rounds", "state_at")),
        sorted(Comparison.objects.values_list("pk", "current", "final")),
        list(Prompt.objects.order_by("pk").values_list("assignments__state", "assignments__annotator")),
        (Notice.objects.count(), Decision.objects.count(), Ranking.objects.count()),
        Review.objects.filter(kind="work").order_by("pk").values_list("pk", "state").last(),
    ]


def test_a_gold_review_is_made_from_a_finished_work_review_once(people: Cast) -> None:
    (prompt,) = settled(people)
    review = waiting(prompt)
    with pytest.raises(Conflict) as refused:
        review_gold_create(user=people.lead, handle=review.handle, approve=True, reason="x")
    assert refused.value.code == "not_closed"
    approve(prompt, people.lead)
    address = f"/api/reviews/{review.handle}/gold"
    body = {"approve": True, "reason": "x"}
    for user, status in ((people.outsider, 404), (people.annotators[0], 403)):
        assert people.client(user).post(address, body, format="json").status_code == status
    client = people.client(people.lead)
    assert client.post(address, {**body, "reason": ""}, format="json").json()["code"] == "reason_required"
    assert client.post(address, body, format="json").status_code == 200
    assert client.post(address, body, format="json").json()["code"] == "already_gold"


def test_a_gold_review_taken_out_of_use_is_nobodys_any_more(golden: Cast) -> None:
    user, review = gold_given(golden)
    gold = ReviewGold.objects.get()
    assert golden.client(user).get(f"/api/projects/{golden.project.pk}/review-gold").json()["results"] == []
    (row,) = golden.client(golden.owner).get(f"/api/projects/{golden.project.pk}/review-gold").json()["results"]
    assert (row["id"], row["active"], row["approve"], row["n_answers"]) == (gold.pk, True, False, 0)
    for client, status in ((golden.client(golden.outsider), 404), (golden.client(golden.annotators[0]), 403)):
        assert client.patch(f"/api/review-gold/{gold.pk}", {"active": False}, format="json").status_code == status
    answer = golden.client(golden.owner).patch(f"/api/review-gold/{gold.pk}", {"active": False}, format="json")
    assert answer.json() == {"active": False}
    assert review.handle not in {found["review"] for found in queue(golden, user)["results"]}
    assert act(golden, user, review, "approve", {}) == (409, "withdrawn")
