"""Entrance exams: asked openly, answered with feedback, passed or tried again."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotate.domain.states import NoticeKind
from annotate.models import (
    Annotation,
    Assignment,
    Category,
    Comparison,
    Event,
    Exam,
    Expertise,
    GoldItem,
    Membership,
    Notice,
    Probe,
    User,
)
from annotate.services.assignments import assignment_claim, leases_release
from tests.annotate.measured import REASON, add_gold, make_gold, places_right
from tests.people import Cast, add_prompts, annotate_all, cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(db: None) -> Cast:
    """Return a project whose category 数学 has an exam of three items out of ten, mark 0.7, two attempts."""
    people = cast(exam_items=3, exam_mark=0.7, exam_attempts=2, exam_wait_hours=5, seed=3)
    add_gold(people, 2, in_exam=True, hidden=False)
    add_prompts(people.project, 3)
    return people


def category(people: Cast) -> int:
    return Category.objects.get(project=people.project, key="数学").pk


def start(people: Cast, user: User) -> Any:
    path = f"/api/projects/{people.project.pk}/exams"
    return people.client(user).post(path, {"category": category(people)}, format="json")


def standing(people: Cast, user: User) -> dict[str, Any]:
    rows = people.client(user).get(f"/api/projects/{people.project.pk}/exams").json()["results"]
    (row,) = [row for row in rows if row["category"]["path"] == ["数学"]]
    return dict(row)


def slot_of(task: dict[str, Any]) -> Assignment:
    return Assignment.objects.get(handle=task["id"])


def answer_body(task: dict[str, Any], n_right: int) -> dict[str, Any]:
    """Return the answer to an exam's task of which `n_right` of three comparisons are right, by places on the page."""
    slot = slot_of(task)
    place = {response: number for number, response in enumerate(slot.display_order, start=1)}
    gold = GoldItem.objects.get(task=slot.task)
    order = [place[response] for response in places_right([tier[0] for tier in gold.reference], n_right)]
    return {
        "token": task["token"],
        "idempotency_key": str(uuid4()),
        "scores": {str(held): 5 - number for number, held in enumerate(order)},
        "order": [[held] for held in order],
        "seconds": 20,
    }


def sit(people: Cast, user: User, exam: dict[str, Any], worth: list[int]) -> dict[str, Any]:
    """Answer the items of an exam; return it as it then stands."""
    for n_right in worth:
        path = f"/api/exams/{exam['id']}/answer"
        answered = people.client(user).post(path, answer_body(exam["task"], n_right), format="json")
        assert answered.status_code == 200, answered.content
        exam = answered.json()["exam"]
    return exam


def test_an_exam_passed_opens_its_category(people: Cast) -> None:
    user = people.annotators[0]
    claimed = assignment_claim(user=user, project_id=people.project.pk, count=1)
    assert (claimed.assignments, claimed.why_none) == ([], "not_qualified")
    assert standing(people, user) == {
        "category": {"id": category(people), "path": ["数学"]},
        "state": "open",
        "exam": None,
        "needed": True,
        "n_items": 3,
        "mark": 0.7,
        "attempts_left": 2,
        "retake_at": None,
        "accuracy": None,
    }
    begun = start(people, user)
    assert begun.status_code == 201
    exam = begun.json()
    assert (exam["state"], exam["index"], exam["n_items"], exam["accuracy"]) == ("running", 0, 3, None)
    assert standing(people, user)["state"] == "running"
    assert standing(people, user)["exam"] == exam["id"]
    ended = sit(people, user, exam, [3, 2, 3])
    assert (ended["state"], ended["index"], ended["task"]) == ("passed", 3, None)
    assert ended["accuracy"] == pytest.approx(8 / 9)
    after = standing(people, user)
    assert (after["state"], after["needed"], after["attempts_left"]) == ("qualified", False, 1)
    (notice,) = Notice.objects.filter(kind=NoticeKind.EXAM_RESULT)
    assert (notice.user_id, notice.data["passed"]) == (user.pk, True)
    assert list(Event.objects.filter(subject="exam").values_list("kind", flat=True)) == ["exam_start", "exam_pass"]
    assert assignment_claim(user=user, project_id=people.project.pk, count=1).assignments
    again = start(people, user)
    assert (again.status_code, again.json()["code"]) == (409, "already_qualified")


def test_a_task_of_an_exam_looks_like_work_and_its_answer_compares_nothing(people: Cast) -> None:
    user = people.annotators[0]
    Expertise.objects.create(
        membership=Membership.objects.get(user=people.annotators[1]), category_id=category(people), state="qualified"
    )
    claims = f"/api/projects/{people.project.pk}/assignments/claim"
    (work,) = people.client(people.annotators[1]).post(claims, {"count": 1}, format="json").json()["assignments"]
    exam = start(people, user).json()
    assert list(exam["task"]) == list(work)
    assert [response["id"] for response in exam["task"]["responses"]] == [1, 2, 3]
    sit(people, user, exam, [3, 3, 3])
    assert not Comparison.objects.exists()
    assert people.client(user).post(claims, {"count": 1}, format="json").json()["today"] == 0


def test_the_feedback_names_reference_and_answer_by_their_places_on_the_page(people: Cast) -> None:
    user = people.annotators[0]
    exam = start(people, user).json()
    for n_right in (3, 1, 0):
        task = exam["task"]
        slot = slot_of(task)
        gold = GoldItem.objects.get(task=slot.task)
        body = answer_body(task, n_right)
        answered = people.client(user).post(f"/api/exams/{exam['id']}/answer", body, format="json").json()
        feedback, exam = answered["feedback"], answered["exam"]
        told = json.dumps(answered, ensure_ascii=False)
        assert [secret for secret in ("secret-model", people.lead.username) if secret in told] == []
        texts = {response["id"]: response["text"] for response in task["responses"]}
        named = dict(gold.task.prompt.responses.values_list("pk", "text"))
        assert [[texts[place] for place in tier] for tier in feedback["reference"]] == [
            [named[response] for response in tier] for tier in gold.reference
        ]
        assert feedback["order"] == body["order"]
        assert (feedback["same"], feedback["comparisons"], feedback["reason"]) == (n_right, 3, REASON)
    assert exam["state"] == "failed"


def test_an_exam_failed_may_be_taken_again_later_with_new_items_first_and_then_no_more(people: Cast) -> None:
    user = people.annotators[0]
    now = timezone.now()
    ended = sit(people, user, start(people, user).json(), [3, 0, 3])
    assert (ended["state"], ended["accuracy"]) == ("failed", pytest.approx(6 / 9))
    after = standing(people, user)
    assert (after["state"], after["needed"], after["attempts_left"]) == ("failed", True, 1)
    expertise = Expertise.objects.get(membership__user=user)
    assert expertise.retake_at is not None
    assert timedelta(hours=4.9) < expertise.retake_at - now < timedelta(hours=5.1)
    early = start(people, user)
    assert (early.status_code, early.json()["code"]) == (409, "too_early")
    Expertise.objects.update(retake_at=timezone.now() - timedelta(seconds=1))
    second = start(people, user)
    assert second.status_code == 201
    first_items, second_items = Exam.objects.order_by("attempt").values_list("items", flat=True)
    assert set(first_items).isdisjoint(second_items)
    sit(people, user, second.json(), [0, 0, 0])
    last = standing(people, user)
    assert (last["state"], last["attempts_left"], last["retake_at"]) == ("failed", 0, None)
    none_left = start(people, user)
    assert (none_left.status_code, none_left.json()["code"]) == (409, "no_attempts_left")


def test_items_met_before_come_last(people: Cast) -> None:
    user = people.annotators[0]
    people.project.exam_items = 7
    people.project.save()
    sit(people, user, start(people, user).json(), [0] * 7)
    Expertise.objects.update(retake_at=None)
    start(people, user)
    first, second = Exam.objects.order_by("attempt").values_list("items", flat=True)
    assert len(second) == 7
    assert set(second[:3]).isdisjoint(first)
    assert set(second[3:]) <= set(first)


def test_the_draw_can_be_repeated_and_differs_between_people(people: Cast) -> None:
    one, two = people.annotators
    start(people, one)
    start(people, two)
    items = dict(Exam.objects.values_list("membership__user", "items"))
    assert items[one.pk] != items[two.pk]
    drawn = items[one.pk]
    Probe.objects.all().delete()
    Exam.objects.all().delete()
    start(people, one)
    assert Exam.objects.get().items == drawn


def test_nobody_is_examined_on_a_prompt_they_worked_on() -> None:
    people = cast(exam_items=50)
    (prompt,) = add_prompts(people.project)
    for user in people.annotators:
        annotate_all(user, people.project, dict.fromkeys(range(1_000_000), 3))
    make_gold(people, prompt, in_exam=True)
    refused = start(people, people.annotators[0])
    assert (refused.status_code, refused.json()["code"]) == (409, "no_exam")
    fresh = add_gold(people, 1, in_exam=True)
    start(people, people.annotators[0])
    assert sorted(Exam.objects.get().items) == sorted(item.pk for item in fresh)
    assert standing(people, people.annotators[0])["n_items"] == 5


def test_only_the_person_examined_reaches_an_exam(people: Cast) -> None:
    one, two = people.annotators
    exam = start(people, one).json()
    body = answer_body(exam["task"], 3)
    for user in (two, people.owner, people.lead, people.outsider):
        client = people.client(user)
        assert client.get(f"/api/exams/{exam['id']}").status_code == 404
        assert client.post(f"/api/exams/{exam['id']}/answer", body, format="json").status_code == 404
    assert not Annotation.objects.exists()
    assert people.client(people.lead).get(f"/api/projects/{people.project.pk}/exams").status_code == 403


def test_one_exam_of_a_category_runs_at_a_time(people: Cast) -> None:
    user = people.annotators[0]
    start(people, user)
    second = start(people, user)
    assert (second.status_code, second.json()["code"]) == (409, "exam_running")


def test_what_a_lead_set_by_hand_stands(people: Cast) -> None:
    one, two = people.annotators
    membership = Membership.objects.get(user=one)
    Expertise.objects.create(membership=membership, category_id=category(people), state="barred")
    barred = start(people, one)
    assert (barred.status_code, barred.json()["code"]) == (409, "barred")
    exam = start(people, two).json()
    Expertise.objects.create(membership=Membership.objects.get(user=two), category_id=category(people), state="barred")
    assert sit(people, two, exam, [3, 3, 3])["state"] == "passed"
    assert standing(people, two)["state"] == "barred"


def test_a_paused_person_cannot_be_examined_and_goes_on_afterwards(people: Cast) -> None:
    user = people.annotators[0]
    exam = start(people, user).json()
    exam = sit(people, user, exam, [3])
    Membership.objects.filter(user=user).update(paused_at=timezone.now(), pause_reason="x")
    path = f"/api/exams/{exam['id']}"
    client = people.client(user)
    for answer in (
        client.get(path),
        client.post(f"{path}/answer", answer_body(exam["task"], 3), format="json"),
        start(people, user),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "paused")
    Membership.objects.filter(user=user).update(paused_at=None, pause_reason="")
    now = client.get(path).json()
    assert (now["index"], now["task"]["id"]) == (1, exam["task"]["id"])
    assert sit(people, user, now, [3, 3])["state"] == "passed"


def test_an_exam_waits_however_long_its_person_stays_away(people: Cast) -> None:
    user = people.annotators[0]
    exam = start(people, user).json()
    Assignment.objects.filter(handle=exam["task"]["id"]).update(lease_expires_at=timezone.now() - timedelta(days=9))
    leases_release()
    people.clients.clear()
    now = people.client(user).get(f"/api/exams/{exam['id']}").json()
    assert (now["index"], now["state"]) == (0, "running")
    assert now["task"]["prompt"]["text"] == exam["task"]["prompt"]["text"]
    slot = slot_of(now["task"])
    assert slot.lease_expires_at is not None
    assert slot.lease_expires_at > timezone.now()
    assert sit(people, user, now, [3, 3, 3])["state"] == "passed"


def test_an_item_whose_slot_was_cancelled_is_asked_under_a_new_token(people: Cast) -> None:
    user = people.annotators[0]
    exam = start(people, user).json()
    old = answer_body(exam["task"], 3)
    Assignment.objects.filter(handle=exam["task"]["id"]).update(
        state="cancelled", annotator=None, lease_expires_at=None
    )
    client = people.client(user)
    stale = client.post(f"/api/exams/{exam['id']}/answer", old, format="json")
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_token")
    assert not Annotation.objects.exists()
    now = client.get(f"/api/exams/{exam['id']}").json()
    assert now["task"]["prompt"]["text"] == exam["task"]["prompt"]["text"]
    assert sit(people, user, now, [3, 3, 3])["state"] == "passed"


def test_an_answer_sent_twice_counts_once_and_a_stale_tab_answers_nothing(people: Cast) -> None:
    user = people.annotators[0]
    client = people.client(user)
    exam = start(people, user).json()
    path = f"/api/exams/{exam['id']}/answer"
    body = answer_body(exam["task"], 2)
    first = client.post(path, body, format="json")
    again = client.post(path, body, format="json")
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json()["feedback"] == again.json()["feedback"]
    assert again.json()["exam"]["index"] == 1
    assert again.json()["exam"]["task"]["id"] == first.json()["exam"]["task"]["id"]
    other_tab = client.post(path, {**body, "idempotency_key": str(uuid4())}, format="json")
    assert (other_tab.status_code, other_tab.json()["code"]) == (409, "stale_token")
    assert Annotation.objects.count() == 1
    ended = sit(people, user, again.json()["exam"], [3, 3])
    assert ended["state"] == "passed"
    over = client.post(path, {**body, "idempotency_key": str(uuid4())}, format="json")
    assert (over.status_code, over.json()["code"]) == (409, "exam_over")
    assert client.post(path, body, format="json").json()["feedback"] == first.json()["feedback"]


def test_an_exams_answer_is_checked_like_work(people: Cast) -> None:
    user = people.annotators[0]
    exam = start(people, user).json()
    path = f"/api/exams/{exam['id']}/answer"
    body = answer_body(exam["task"], 3)
    for changes, code in (
        ({"scores": {**body["scores"], "1": 9}}, "invalid_score"),
        ({"order": body["order"][:2]}, "incomplete"),
        ({"order": [*body["order"], [4]]}, "foreign_response"),
        ({"order": body["order"][::-1]}, "contradiction"),
    ):
        refused = people.client(user).post(path, {**body, **changes}, format="json")
        assert (refused.status_code, refused.json()["code"]) == (400, code)
    assert not Annotation.objects.exists()
    # The task belongs to the exam: at the address of ordinary work there is nothing.
    at = f"/api/assignments/{exam['task']['id']}"
    assert people.client(user).post(f"{at}/submit", body, format="json").status_code == 404
    claimed = assignment_claim(user=user, project_id=people.project.pk, count=1)
    assert claimed.assignments == []


def test_a_category_of_another_project_or_a_lower_one_has_no_exam_here(people: Cast) -> None:
    user = people.annotators[0]
    root = Category.objects.get(pk=category(people))
    lower = Category.objects.create(
        project=people.project, parent=root, root=root, name="代数", path=["数学", "代数"], key="数学/代数"
    )
    other = add_gold(cast(), in_exam=True)[0].category_id
    path = f"/api/projects/{people.project.pk}/exams"
    for pk in (lower.pk, other, 10**12):
        assert people.client(user).post(path, {"category": pk}, format="json").status_code == 404
    assert people.client(people.outsider).post(path, {"category": root.pk}, format="json").status_code == 404


def test_who_ties_everything_has_said_nothing_right_where_only_ordered_pairs_count() -> None:
    people = cast(exam_items=1, agreement_measure="ordered", exam_mark=0.0)
    add_gold(people, 1, in_exam=True)
    user = people.annotators[0]
    exam = start(people, user).json()
    body = {**answer_body(exam["task"], 3), "scores": {"1": 3, "2": 3, "3": 3}, "order": [[1, 2, 3]]}
    answered = people.client(user).post(f"/api/exams/{exam['id']}/answer", body, format="json").json()
    assert (answered["feedback"]["same"], answered["feedback"]["comparisons"]) == (0, 0)
    assert answered["exam"]["accuracy"] == 0.0


def test_the_standings_cost_the_same_for_one_category_and_for_many(people: Cast) -> None:
    client = people.client(people.annotators[0])
    path = f"/api/projects/{people.project.pk}/exams"
    counts = []
    for n in (1, 5):
        for index in range(n):
            add_gold(people, category=f"类别{n}{index}", start=3000 + 100 * n + index, in_exam=True)
        with CaptureQueriesContext(connection) as captured:
            rows = client.get(path).json()["results"]
        counts.append(len(captured))
    assert len(rows) == 7
    assert counts[0] == counts[1] <= 12
