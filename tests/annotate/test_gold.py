"""Gold items: made of a whole prompt, one for each task, and never of work that somebody has begun."""

from itertools import chain
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotate.models import Assignment, Event, GoldItem, Prompt
from annotate.problems import Conflict
from annotate.services.annotations import annotation_submit
from annotate.services.assignments import assignment_claim
from annotate.services.gold import gold_create
from annotate.services.probes import gold_lease
from tests.annotate.finished import add_accepted
from tests.annotate.measured import REASON, add_gold, answer_worth, make_gold, ring
from tests.people import Cast, add_prompts, annotate_all, cast

pytestmark = pytest.mark.django_db


def create(people: Cast, prompt: Prompt, **changes: object) -> tuple[int, str]:
    """Return (status, code) of the lead making gold of a prompt over the API."""
    order = [[response] for response in ring(prompt)]
    body = {"prompt": prompt.pk, "order": order, "reason": REASON, **changes}
    answer = people.client(people.lead).post(f"/api/projects/{people.project.pk}/gold", body, format="json")
    return answer.status_code, answer.json().get("code", "")


def test_a_prompt_nobody_has_begun_becomes_gold_one_item_a_task_and_leaves_annotation(people: Cast) -> None:
    (prompt,) = add_prompts(people.project)
    responses = ring(prompt)
    order = [[responses[3]], [responses[0], responses[1]], [responses[2], responses[4]]]
    assert create(people, prompt, order=order, hidden=False) == (201, "")
    prompt.refresh_from_db()
    assert prompt.state == "gold"
    tier = {response: number for number, held in enumerate(order) for response in held}
    items = GoldItem.objects.select_related("task").order_by("task__index")
    assert [item.task.index for item in items] == [0, 1, 2, 3, 4]
    for item in items:
        assert [{tier[response] for response in held} for held in item.reference] == [
            {number} for number in sorted({tier[response] for response in item.task.responses})
        ]
        assert sorted(chain.from_iterable(item.reference)) == sorted(item.task.responses)
        assert (item.in_exam, item.hidden, item.active, item.reason) == (True, False, True, REASON)
    slots = Assignment.objects.filter(prompt=prompt)
    assert set(slots.values_list("state", flat=True)) == {"cancelled"}
    cancelled = Event.objects.filter(prompt=prompt, kind="assignment_cancel").values_list("subject_id", flat=True)
    assert sorted(cancelled) == sorted(slots.values_list("pk", flat=True))
    assert Event.objects.filter(prompt=prompt, kind="prompt_make_gold", before="annotating", after="gold").count() == 1
    assert Event.objects.filter(prompt=prompt, kind="gold_create").count() == 5
    claimed = assignment_claim(user=people.annotators[0], project_id=people.project.pk, count=1)
    assert claimed.assignments == []


def test_an_accepted_prompt_stays_accepted(people: Cast) -> None:
    (prompt,) = add_prompts(people.project)
    for user in people.annotators:
        annotate_all(user, people.project, dict.fromkeys(ring(prompt), 3))
    prompt.refresh_from_db()
    assert prompt.state == "accepted"
    assert len(make_gold(people, prompt)) == 5
    prompt.refresh_from_db()
    assert prompt.state == "accepted"
    assert create(people, prompt) == (409, "already_gold")
    (imported,) = add_accepted(people.project, ["没有任务的题"])
    assert create(people, imported) == (409, "no_tasks")


def test_what_somebody_has_begun_or_what_is_still_in_work_is_no_gold(people: Cast) -> None:
    leased, disputed, dropped = add_prompts(people.project, 3)
    assignment_claim(user=people.annotators[0], project_id=people.project.pk, count=1)
    Prompt.objects.filter(pk=disputed.pk).update(state="discussion")
    Prompt.objects.filter(pk=dropped.pk).update(state="dropped", drop_reason="x")
    for prompt in (leased, disputed, dropped):
        assert create(people, prompt) == (409, "prompt_in_work")
    assert not GoldItem.objects.exists()
    assert not Assignment.objects.filter(state="cancelled").exists()


def test_work_that_was_rejected_and_is_open_again_has_been_seen(people: Cast) -> None:
    (prompt,) = add_prompts(people.project)
    user = people.annotators[0]
    annotate_all(user, people.project, dict.fromkeys(ring(prompt), 3))
    Assignment.objects.filter(prompt=prompt, state="submitted").update(state="open", annotator=None)
    assert create(people, prompt) == (409, "prompt_in_work")


def test_an_order_that_is_not_whole_or_not_of_this_prompt_is_refused_by_name(people: Cast) -> None:
    prompt, other = add_prompts(people.project, 2)
    responses, foreign = ring(prompt), ring(other)[0]
    whole = [[response] for response in responses]
    assert create(people, prompt, order=whole[:4]) == (400, "incomplete")
    assert create(people, prompt, order=[]) == (400, "incomplete")
    assert create(people, prompt, order=[*whole, []]) == (400, "invalid_order")
    assert create(people, prompt, order=[*whole, [responses[0]]]) == (400, "invalid_order")
    assert create(people, prompt, order=[*whole[:4], [foreign]]) == (400, "invalid_order")
    assert create(people, prompt, reason=" \n") == (400, "reason_required")
    assert create(people, prompt, order="x") == (400, "invalid")
    assert not GoldItem.objects.exists()
    prompt.refresh_from_db()
    assert prompt.state == "annotating"


def test_a_discarded_response_has_no_place_in_the_order_and_its_tasks_no_item(people: Cast) -> None:
    (prompt,) = add_prompts(people.project)
    responses = ring(prompt)
    prompt.responses.filter(pk=responses[0]).update(discarded=True)
    assert create(people, prompt) == (400, "invalid_order")
    assert create(people, prompt, order=[[response] for response in responses[1:]]) == (201, "")
    for item in GoldItem.objects.select_related("task"):
        assert responses[0] not in item.task.responses
    assert GoldItem.objects.count() == 2


def test_the_list_tells_answers_and_accuracy_and_filters(people: Cast) -> None:
    first, *others = add_gold(people)
    add_gold(people, category="诗词", start=2000)
    for user, n_right in zip(people.annotators, (3, 1), strict=True):
        slot = gold_lease(user=user, project=people.project, now=timezone.now(), gold=first)
        annotation_submit(
            user=user, assignment_id=slot.pk, token=1, idempotency_key=uuid4(), answer=answer_worth(slot, n_right)
        )
    client = people.client(people.lead)
    path = f"/api/projects/{people.project.pk}/gold"
    rows = client.get(path).json()["results"]
    assert len(rows) == 10
    assert [row["id"] for row in rows] == sorted((row["id"] for row in rows), reverse=True)
    row = next(row for row in rows if row["id"] == first.pk)
    assert (row["n_answers"], row["accuracy"]) == (2, pytest.approx(4 / 6))
    assert row["category"]["path"] == ["数学"]
    assert {(row["n_answers"], row["accuracy"]) for row in rows if row["id"] != first.pk} == {(0, None)}
    changed = client.patch(f"/api/gold/{others[0].pk}", {"active": False, "reason": "换新"}, format="json")
    assert (changed.status_code, changed.json()["active"], changed.json()["reason"]) == (200, False, "换新")
    assert [row["id"] for row in client.get(path, {"active": "false"}).json()["results"]] == [others[0].pk]
    maths = client.get(path, {"category": str(first.category_id), "active": "true"}).json()["results"]
    assert {row["id"] for row in maths} == {first.pk, *(item.pk for item in others[1:])}
    assert client.get(path, {"active": "maybe"}).json()["code"] == "invalid"
    refused = client.patch(f"/api/gold/{first.pk}", {"reason": "  "}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (400, "reason_required")
    assert Event.objects.filter(kind="gold_update").count() == 1


def test_the_list_costs_the_same_for_one_prompt_and_for_many(people: Cast) -> None:
    client = people.client(people.lead)
    path = f"/api/projects/{people.project.pk}/gold"
    counts = []
    for n, start in ((1, 1000), (6, 2000)):
        add_gold(people, n, start=start)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 9


def test_only_who_may_manage_gold_sees_or_makes_it(people: Cast) -> None:
    (item, *_rest) = add_gold(people)
    path = f"/api/projects/{people.project.pk}/gold"
    for user, status in ((people.annotators[0], 403), (people.outsider, 404)):
        client = people.client(user)
        assert client.get(path).status_code == status
        assert client.patch(f"/api/gold/{item.pk}", {"active": False}, format="json").status_code == status
        body = {"prompt": item.task.prompt_id, "order": [[1]], "reason": "x"}
        assert client.post(path, body, format="json").status_code == status
    for user in (people.owner, people.researcher, people.lead):
        listed = people.client(user).get(path)
        assert listed.status_code == 200
        assert "secret-model" not in listed.content.decode()
        assert people.lead.username not in listed.content.decode()


def test_gold_is_not_made_of_a_prompt_of_another_project(people: Cast) -> None:
    other = cast()
    (prompt,) = add_prompts(other.project)
    assert create(people, prompt) == (404, "not_found")


def test_two_people_who_make_gold_of_one_prompt_leave_one_set_of_items(people: Cast) -> None:
    (prompt,) = add_prompts(people.project)
    make_gold(people, prompt)
    with pytest.raises(Conflict) as refused:
        gold_create(
            user=people.owner,
            project_id=people.project.pk,
            prompt_id=prompt.pk,
            order=[[response] for response in ring(prompt)],
            reason="再来",
        )
    assert refused.value.code == "already_gold"
    assert GoldItem.objects.count() == 5
