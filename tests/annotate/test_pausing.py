"""Pauses of people, categories and projects: what stops, what goes to others, who is told, and who may say so."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from annotate.models import Assignment, Category, Event, Membership, Notice
from annotate.problems import Conflict, Forbidden, NotFound
from annotate.services.assignments import assignment_claim, assignment_renew, assignment_skip
from annotate.services.pausing import person_pause, person_resume
from annotate.services.projects import member_set
from tests.people import Cast, add_prompts, answer_by, submit

pytestmark = pytest.mark.django_db


def membership(people: Cast, number: int = 0) -> Membership:
    return Membership.objects.get(project=people.project, user=people.annotators[number])


def claim(people: Cast, number: int = 0, count: int = 1) -> Any:
    return assignment_claim(user=people.annotators[number], project_id=people.project.pk, count=count)


def equal(slot: Assignment) -> Any:
    return answer_by(dict.fromkeys(slot.display_order, 3), slot.display_order)


def post(people: Cast, user: Any, path: str, body: Any = None, method: str = "post") -> Any:
    return getattr(people.client(user), method)(f"/api/{path}", body, format="json")


def test_a_paused_person_may_do_nothing_and_what_they_held_goes_to_others(people: Cast) -> None:
    add_prompts(people.project, n_responses=3)
    one = people.annotators[0]
    (slot,) = claim(people).assignments
    person_pause(membership=membership(people), reason="太快了", actor=people.lead)
    slot.refresh_from_db()
    assert (slot.state, slot.annotator) == ("open", None)
    line = Event.objects.get(subject="assignment", subject_id=slot.pk, kind="assignment_release")
    assert (line.reason, line.actor) == ("person_paused", people.lead)
    for act in (
        lambda: submit(one, slot, equal(slot)),
        lambda: assignment_renew(user=one, assignment_id=slot.pk, token=slot.token),
        lambda: assignment_skip(user=one, assignment_id=slot.pk, token=slot.token, reason="other", note=""),
    ):
        with pytest.raises(Forbidden) as refused:
            act()
        assert refused.value.code == "paused"
    nothing = claim(people)
    assert (nothing.assignments, nothing.why_none, nothing.why_details) == ([], "paused", {"reason": "太快了"})
    assert claim(people, 1).why_none is None


def test_a_paused_person_gets_their_answer_to_what_they_sent_before_again(people: Cast) -> None:
    add_prompts(people.project)
    one = people.annotators[0]
    body = post(people, one, f"projects/{people.project.pk}/assignments/claim", {"count": 1}).json()["assignments"][0]
    answer = {
        "token": body["token"],
        "idempotency_key": "6b1f4f0e-5b0e-4a53-8f5c-0e6f6a0e3b7d",
        "scores": {"1": 3, "2": 3, "3": 3},
        "order": [[1, 2, 3]],
        "seconds": 20,
    }
    first = post(people, one, f"assignments/{body['id']}/submit", answer)
    assert first.status_code == 201
    person_pause(membership=membership(people), reason="x", actor=people.lead)
    again = post(people, one, f"assignments/{body['id']}/submit", answer)
    assert (again.status_code, again.json()) == (200, first.json())


def test_a_resumed_person_goes_on_with_what_nobody_has_taken(people: Cast) -> None:
    add_prompts(people.project)
    (slot,) = claim(people).assignments
    member = membership(people)
    assert person_pause(membership=member, reason="x", actor=people.lead)
    assert not person_pause(membership=member, reason="y", actor=None)
    member.refresh_from_db()
    assert member.pause_reason == "x"
    assert person_resume(membership=member, actor=people.lead)
    member.refresh_from_db()
    assert (member.paused_at, member.pause_reason) == (None, "")
    assert member.resumed_at is not None
    assert assignment_renew(user=people.annotators[0], assignment_id=slot.pk, token=slot.token) > timezone.now()
    moves = Event.objects.filter(subject="membership", subject_id=member.pk, kind__in=["person_pause", "person_resume"])
    assert list(moves.order_by("id").values_list("before", "after", "reason")) == [
        ("working", "paused", "x"),
        ("paused", "working", ""),
    ]


def test_the_person_and_those_who_manage_people_are_told_but_for_the_one_who_did_it(people: Cast) -> None:
    member = membership(people)
    person_pause(membership=member, reason="x", actor=None)
    told = dict(Notice.objects.filter(kind="person_paused").values_list("user_id", "data"))
    about = {"person": member.pk, "pseudonym": member.pseudonym, "reason": "x"}
    assert told == {
        people.annotators[0].pk: {"reason": "x"},
        people.owner.pk: about,
        people.lead.pk: about,
    }
    person_pause(membership=membership(people, 1), reason="x", actor=people.lead)
    assert not Notice.objects.filter(user=people.lead, data__person=membership(people, 1).pk).exists()


def test_a_measuring_slot_of_a_paused_person_is_cancelled_and_an_exam_waits(people: Cast) -> None:
    (prompt,) = add_prompts(people.project)
    held = {
        kind: Assignment.objects.create(
            project=people.project,
            prompt=prompt,
            task=prompt.tasks.earliest("id"),
            category=prompt.category,
            kind=kind,
            state="leased",
            annotator=people.annotators[0],
            lease_expires_at=timezone.now() + timedelta(hours=1),
        )
        for kind in ("gold", "exam")
    }
    person_pause(membership=membership(people), reason="x", actor=None)
    states = {kind: Assignment.objects.get(pk=slot.pk).state for kind, slot in held.items()}
    assert states == {"gold": "cancelled", "exam": "leased"}


def test_a_paused_category_or_project_deals_nothing_new_and_lets_people_finish(people: Cast) -> None:
    add_prompts(people.project)
    project, one = people.project, people.annotators[0]
    category = Category.objects.get(project=project)
    (slot,) = claim(people).assignments
    for place in (f"categories/{category.pk}", f"projects/{project.pk}"):
        assert (
            post(people, people.lead, f"{place}/pause", {"reason": "修订指南"}).json()["paused"]["reason"] == "修订指南"
        )
        assert [held.pk for held in claim(people, count=3).assignments] == [slot.pk]
        assignment_renew(user=one, assignment_id=slot.pk, token=slot.token)
        assert claim(people, 1).assignments == []
        assert post(people, people.lead, f"{place}/pause", {"reason": "x"}).json()["code"] == "already_paused"
        assert post(people, people.lead, f"{place}/resume").json() == {"paused": None}
        assert post(people, people.lead, f"{place}/resume").json()["code"] == "not_paused"
    submit(one, slot, equal(slot))
    assert len(claim(people, 1).assignments) == 1


def test_pauses_limits_and_expertise_are_for_those_who_manage_people(people: Cast) -> None:
    add_prompts(people.project)
    category = Category.objects.get(project=people.project).pk
    person = membership(people).pk
    acts = [
        ("post", f"people/{person}/pause", {"reason": "x"}),
        ("post", f"people/{person}/resume", None),
        ("patch", f"people/{person}", {"daily_limit": 3}),
        ("put", f"people/{person}/expertise", {"category": category, "state": "barred"}),
        ("post", f"categories/{category}/pause", {"reason": "x"}),
        ("post", f"categories/{category}/resume", None),
        ("patch", f"categories/{category}", {"daily_limit": 3}),
        ("post", f"projects/{people.project.pk}/pause", {"reason": "x"}),
        ("post", f"projects/{people.project.pk}/resume", None),
    ]
    for method, path, body in acts:
        statuses = [
            post(people, user, path, body, method).status_code
            for user in (people.outsider, people.annotators[0], people.researcher, people.lead)
        ]
        assert statuses == [404, 403, 403, 200], path
        assert Event.objects.latest("id").actor == people.lead


def test_pausing_needs_a_reason_and_a_member_and_says_when_it_was_done_already(people: Cast) -> None:
    person = membership(people).pk
    assert post(people, people.owner, f"people/{person}/pause", {"reason": "  "}).status_code == 400
    assert post(people, people.owner, f"people/{person}/pause", {"reason": "x" * 201}).status_code == 400
    assert post(people, people.owner, f"people/{person}/pause", {"reason": "x"}).status_code == 200
    assert post(people, people.lead, f"people/{person}/pause", {"reason": "y"}).status_code == 409
    assert post(people, people.lead, f"people/{person}/resume").status_code == 200
    assert post(people, people.owner, f"people/{person}/resume").status_code == 409
    assert post(people, people.owner, "people/999999/pause", {"reason": "x"}).status_code == 404


def test_limits_and_expertise_are_of_top_level_categories_of_the_same_project(people: Cast) -> None:
    add_prompts(people.project)
    root = Category.objects.get(project=people.project)
    child = Category.objects.create(
        project=people.project, parent=root, root=root, name="代数", path=["数学", "代数"], key="数学/代数"
    )
    person = membership(people).pk
    for method, path, body in (
        ("patch", f"categories/{child.pk}", {"daily_limit": 3}),
        ("post", f"categories/{child.pk}/pause", {"reason": "x"}),
        ("put", f"people/{person}/expertise", {"category": child.pk, "state": "barred"}),
    ):
        answer = post(people, people.lead, path, body, method)
        assert (answer.status_code, answer.json()["code"]) == (400, "not_top_level")
    elsewhere = {"category": 999_999, "state": "barred"}
    assert post(people, people.lead, f"people/{person}/expertise", elsewhere, "put").status_code == 404
    assert post(people, people.lead, f"people/{person}", {"daily_limit": -1}, "patch").status_code == 400
    rows = people.client(people.lead).get(f"/api/projects/{people.project.pk}/categories").json()["results"]
    assert [(row["id"], row["root"]) for row in rows] == [(root.pk, root.pk), (child.pk, root.pk)]


def test_what_somebody_held_or_had_back_goes_to_others_when_they_are_removed(people: Cast) -> None:
    add_prompts(people.project)
    one = people.annotators[0]
    held, back = claim(people, count=2).assignments
    submit(one, back, equal(back))
    Assignment.objects.filter(pk=back.pk).update(state="open", annotator=None, reserved_for=one)
    member_set(project=people.project, username=one.username, roles=[], actor=people.owner)
    assert (
        list(Assignment.objects.filter(pk__in=[held.pk, back.pk]).values_list("state", "reserved_for"))
        == [("open", None)] * 2
    )
    for act in (
        lambda: claim(people),
        lambda: submit(one, held, equal(held)),
        lambda: assignment_renew(user=one, assignment_id=held.pk, token=held.token),
    ):
        with pytest.raises(NotFound):
            act()
    assert post(people, one, f"assignments/{held.handle}/renew", {"token": held.token}).status_code == 404


def test_a_lease_that_was_the_last_thing_a_prompt_waited_for_completes_it_when_its_task_is_retired(
    people: Cast,
) -> None:
    people.project.passes = 1
    people.project.save()
    (prompt,) = add_prompts(people.project, n_responses=4)
    one = people.annotators[0]
    for _ in range(3):
        (slot,) = claim(people).assignments
        submit(one, slot, equal(slot))
    (last,) = claim(people).assignments
    last.task.retired = True
    last.task.save()
    assignment_skip(user=one, assignment_id=last.pk, token=last.token, reason="other", note="")
    assert Assignment.objects.get(pk=last.pk).state == "cancelled"
    prompt.refresh_from_db()
    assert prompt.state == "accepted"
    with pytest.raises(Conflict) as refused:
        submit(one, last, equal(last))
    assert refused.value.code == "cancelled"
