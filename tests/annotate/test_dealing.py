"""Who is dealt what: by category, qualification and limits; to different people; and why somebody gets nothing."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from annotate.domain.dealing import people_a_pass, tasks_a_person
from annotate.domain.states import AssignmentKind
from annotate.models import (
    Annotation,
    Assignment,
    BatchReturn,
    Category,
    Comparison,
    Expertise,
    GoldItem,
    Membership,
    Prompt,
    Rejection,
    Seat,
    Skip,
)
from annotate.problems import Conflict
from annotate.selectors.dealing import WHY_NONE, categories_allowed
from annotate.services.assignments import Claim, assignment_claim, assignment_renew, assignment_skip, leases_release
from annotate.services.pausing import category_pause, person_pause, project_pause
from annotate.services.people import category_limit_set, expertise_set, person_limit_set
from annotate.services.rework import slot_reopen
from tests.people import Cast, add_prompts, annotate_all, answer_by, cast, submit

pytestmark = pytest.mark.django_db
EQUAL = dict.fromkeys(range(100_000), 3)


def claim(people: Cast, number: int = 0, count: int = 1) -> Claim:
    return assignment_claim(user=people.annotators[number], project_id=people.project.pk, count=count)


def do(people: Cast, number: int = 0) -> Assignment:
    """Submit what the person has held longest, or else a slot just claimed."""
    slot = claim(people, number).assignments[0]
    submit(people.annotators[number], slot, answer_by(EQUAL, slot.display_order))
    return slot


def membership(people: Cast, number: int = 0) -> Membership:
    return Membership.objects.get(project=people.project, user=people.annotators[number])


def category(people: Cast, name: str = "数学") -> Category:
    return Category.objects.get(project=people.project, key=name)


def settings(people: Cast, **values: Any) -> None:
    for name, value in values.items():
        setattr(people.project, name, value)
    people.project.save()


def why(people: Cast, number: int = 0) -> tuple[str | None, dict[str, Any]]:
    claimed = claim(people, number)
    assert claimed.assignments == []
    return claimed.why_none, claimed.why_details


def add_exam(people: Cast, name: str = "数学") -> GoldItem:
    """Give a category an entrance exam of one item."""
    (prompt,) = add_prompts(people.project, 1, category=name, start=9_000 + GoldItem.objects.count())
    Assignment.objects.filter(prompt=prompt).delete()
    Prompt.objects.filter(pk=prompt.pk).update(state="gold")
    task = prompt.tasks.earliest("id")
    reference = [[pk] for pk in task.responses]
    return GoldItem.objects.create(
        project=people.project, task=task, category=prompt.category, reference=reference, reason="看事实"
    )


def reject(people: Cast, slot: Assignment, *, same: bool = True, spans: list[dict[str, Any]] | None = None) -> None:
    """Reopen a submitted slot as a review does."""
    annotation = Annotation.objects.get(assignment=slot, current=True)
    batch = BatchReturn.objects.create(
        project=people.project,
        stage="delivery",
        category_id=slot.category_id,
        annotator_id=annotation.annotator_id,
        n_reviewed=10,
        n_rejected=5,
    )
    Rejection.objects.create(
        batch=batch,
        assignment=slot,
        annotation=annotation,
        reason="漏看了错误",
        spans=spans or [],
        return_to="same" if same else "other",
    )
    slot.refresh_from_db()
    slot_reopen(slot=slot, actor=None, reason="漏看了错误", return_to="same" if same else "other")


def test_why_project_paused_comes_before_all_else(people: Cast) -> None:
    add_prompts(people.project)
    person_pause(membership=membership(people), reason="y", actor=people.lead)
    project_pause(user=people.lead, project_id=people.project.pk, reason="等新指南")
    assert why(people) == ("project_paused", {"reason": "等新指南"})


def test_why_paused(people: Cast) -> None:
    person_pause(membership=membership(people), reason="金标准确率低", actor=None)
    assert why(people) == ("paused", {"reason": "金标准确率低"})


def test_why_limit_reached_by_the_project_or_by_the_person_whose_own_limit_wins(people: Cast) -> None:
    add_prompts(people.project)
    settings(people, daily_limit=2)
    do(people)
    assert len(claim(people, count=3).assignments) == 1, "what one holds counts, or holding would pass the limit"
    do(people)
    assert why(people) == ("limit_reached", {"limit": 2})
    person_limit_set(user=people.lead, membership_id=membership(people).pk, daily_limit=3)
    do(people)
    assert why(people) == ("limit_reached", {"limit": 3})
    person_limit_set(user=people.lead, membership_id=membership(people, 1).pk, daily_limit=0)
    assert why(people, 1) == ("limit_reached", {"limit": 0})


def test_a_limit_is_of_today(people: Cast) -> None:
    add_prompts(people.project)
    settings(people, daily_limit=1)
    do(people)
    assert why(people)[0] == "limit_reached"
    Annotation.objects.update(created_at=timezone.now() - timedelta(days=1))
    assert len(claim(people).assignments) == 1


def test_at_the_limit_with_nothing_left_one_hears_that_nothing_is_left(people: Cast) -> None:
    settings(people, daily_limit=0)
    assert why(people) == ("none_left", {})


@pytest.mark.parametrize("state", ["open", "failed", "barred"])
def test_why_not_qualified_where_there_is_an_exam_that_one_has_not_passed(people: Cast, state: str) -> None:
    add_prompts(people.project)
    add_exam(people)
    Expertise.objects.create(membership=membership(people), category=category(people), state=state)
    assert why(people) == ("not_qualified", {"categories": ["数学"]})
    assert why(people, 1) == ("not_qualified", {"categories": ["数学"]})
    expertise_set(
        user=people.lead, membership_id=membership(people).pk, category_id=category(people).pk, state="qualified"
    )
    assert len(claim(people).assignments) == 1


def test_without_an_active_exam_only_those_who_failed_or_are_barred_are_kept_out(people: Cast) -> None:
    add_prompts(people.project)
    GoldItem.objects.filter(pk=add_exam(people).pk).update(active=False)
    assert len(claim(people).assignments) == 1
    expertise_set(
        user=people.lead, membership_id=membership(people, 1).pk, category_id=category(people).pk, state="barred"
    )
    assert why(people, 1) == ("not_qualified", {"categories": ["数学"]})


def test_why_category_paused(people: Cast) -> None:
    add_prompts(people.project)
    category_pause(user=people.lead, category_id=category(people).pk, reason="x")
    assert why(people) == ("category_paused", {"categories": ["数学"]})


def test_why_category_limit_reached(people: Cast) -> None:
    add_prompts(people.project)
    category_limit_set(user=people.lead, category_id=category(people).pk, daily_limit=2)
    assert len(claim(people, count=3).assignments) == 2
    do(people)
    do(people)
    assert why(people) == ("category_limit_reached", {"categories": ["数学"]})


def test_why_already_in_other_pass(people: Cast) -> None:
    add_prompts(people.project)
    assert annotate_all(people.annotators[0], people.project, EQUAL) == 5
    assert why(people) == ("already_in_other_pass", {})


def test_why_all_leased_while_others_hold_the_rest_or_had_it_returned(people: Cast) -> None:
    settings(people, passes=1)
    add_prompts(people.project, n_responses=3)
    claim(people, count=3)
    assert why(people, 1) == ("all_leased", {})
    Assignment.objects.update(state="open", annotator=None, lease_expires_at=None, reserved_for=people.annotators[0])
    assert why(people, 1) == ("all_leased", {})


def test_why_none_left_when_all_is_done_or_one_gave_all_of_it_back(people: Cast) -> None:
    assert why(people) == ("none_left", {})
    settings(people, passes=1)
    add_prompts(people.project, n_responses=3)
    for _ in range(3):
        (slot,) = claim(people).assignments
        assignment_skip(user=people.annotators[0], assignment_id=slot.pk, token=slot.token, reason="too_long", note="")
    assert why(people) == ("none_left", {})
    assert annotate_all(people.annotators[1], people.project, EQUAL) == 3
    assert why(people, 1) == ("none_left", {})


def test_of_several_reasons_one_hears_the_first_that_one_can_do_something_about(people: Cast) -> None:
    for name in ("写作", "代码", "数学", "翻译"):
        add_prompts(people.project, category=name, start=Category.objects.count() * 10)
    add_exam(people, "写作")
    category_pause(user=people.lead, category_id=category(people, "代码").pk, reason="x")
    category_limit_set(user=people.lead, category_id=category(people, "翻译").pk, daily_limit=0)
    assert annotate_all(people.annotators[0], people.project, EQUAL) == 5, "the one category that is open"
    heard = []
    for name in ("写作", "代码", "翻译"):
        heard.append(why(people))
        Assignment.objects.filter(category=category(people, name)).delete()
    heard.append(why(people))
    assert heard == [
        ("not_qualified", {"categories": ["写作"]}),
        ("category_paused", {"categories": ["代码"]}),
        ("category_limit_reached", {"categories": ["翻译"]}),
        ("already_in_other_pass", {}),
    ]
    assert [WHY_NONE.index(code) for code, _ in heard] == sorted(WHY_NONE.index(code) for code, _ in heard)


# ---- from which category, and of which prompt ----


def test_work_comes_from_allowed_categories_alone_by_weight_and_load(people: Cast) -> None:
    for place, name in enumerate(("写作", "代码", "数学")):
        add_prompts(people.project, 20, category=name, start=100 * place)
    member = membership(people)
    Expertise.objects.create(membership=member, category=category(people, "写作"), state="barred")
    Expertise.objects.create(membership=member, category=category(people, "代码"), weight=0.1)
    assert set(categories_allowed(member, timezone.now())) == {category(people, n).pk for n in ("代码", "数学")}
    dealt = Counter(do(people).category.name for _ in range(20))
    assert dealt["写作"] == 0
    assert dealt["数学"] > dealt["代码"] > 0, "a day spreads, but more of it goes where the record is better"


def test_the_same_state_is_dealt_the_same_way(people: Cast) -> None:
    for place, name in enumerate(("写作", "代码", "数学")):
        add_prompts(people.project, 2, category=name, start=100 * place)
    first = claim(people).assignments[0]
    Assignment.objects.filter(pk=first.pk).update(state="open", annotator=None, lease_expires_at=None)
    assert claim(people).assignments[0].pk == first.pk


def test_the_tasks_of_a_prompt_go_to_different_people_where_there_are_enough(committed: None) -> None:
    people = cast(4)
    (prompt,) = add_prompts(people.project)
    others = add_prompts(people.project, 3, start=10)
    taken = [do(people).prompt_id for _ in range(6)]
    # Four people share two passes, so each takes at most three of a prompt's five tasks.
    assert Counter(taken) == {prompt.pk: 3, others[0].pk: 3}


def test_a_person_takes_more_than_a_share_only_when_nothing_else_is_left(committed: None) -> None:
    people = cast(4)
    add_prompts(people.project, 2)
    taken = [do(people).prompt_id for _ in range(10)]
    assert Counter(taken[:6]) == dict.fromkeys(people.project.prompts.values_list("pk", flat=True), 3)
    assert Counter(taken) == dict.fromkeys(people.project.prompts.values_list("pk", flat=True), 5)


def test_the_share_counts_only_people_who_may_work_in_the_category(committed: None) -> None:
    people = cast(4)
    (prompt,) = add_prompts(people.project)
    add_prompts(people.project, 1, start=10)
    person_pause(membership=membership(people, 3), reason="x", actor=None)
    expertise_set(
        user=people.lead, membership_id=membership(people, 2).pk, category_id=category(people).pk, state="barred"
    )
    assert [do(people).prompt_id for _ in range(5)] == [prompt.pk] * 5


@given(st.integers(0, 30), st.integers(1, 30), st.integers(0, 40), st.integers(1, 5))
def test_the_share_in_the_query_is_the_share_of_the_rule(n_had: int, n_tasks: int, people: int, passes: int) -> None:
    assert (n_had * people_a_pass(people, passes) < n_tasks) == (n_had < tasks_a_person(n_tasks, people, passes))


def test_everything_is_found_again_after_a_search_found_nothing(people: Cast) -> None:
    settings(people, passes=1)
    add_prompts(people.project, n_responses=3)
    held = claim(people, count=3).assignments
    assert why(people, 1) == ("all_leased", {})
    one = people.annotators[0]
    assignment_skip(user=one, assignment_id=held[0].pk, token=held[0].token, reason="other", note="")
    assert [slot.pk for slot in claim(people, 1).assignments] == [held[0].pk]
    add_prompts(people.project, 1, n_responses=3, start=5)
    assert len(claim(people, 1, count=3).assignments) == 3


def test_a_slot_of_a_retired_task_is_not_dealt(people: Cast) -> None:
    settings(people, passes=1)
    (prompt,) = add_prompts(people.project, n_responses=3)
    prompt.tasks.exclude(index=2).update(retired=True)
    assert [slot.task.index for slot in claim(people, count=3).assignments] == [2]


# ---- work that comes back ----


def test_returned_work_comes_first_and_to_nobody_else(people: Cast) -> None:
    add_prompts(people.project, 2)
    slot = do(people)
    reject(people, slot)
    assert slot.pk not in {held.pk for held in claim(people, 1, count=3).assignments}
    again = claim(people, count=2).assignments
    assert again[0].pk == slot.pk
    assert Assignment.objects.get(pk=slot.pk).reserved_for == people.annotators[0]


def test_returned_work_that_its_person_skips_goes_to_others(people: Cast) -> None:
    settings(people, passes=1)
    add_prompts(people.project, 1, n_responses=3)
    slot = do(people)
    reject(people, slot)
    (held,) = claim(people).assignments
    assignment_skip(user=people.annotators[0], assignment_id=held.pk, token=held.token, reason="other", note="")
    assert slot.pk in {held.pk for held in claim(people, 1, count=3).assignments}


def test_returned_work_of_somebody_who_was_barred_goes_to_others(people: Cast) -> None:
    settings(people, passes=1)
    add_prompts(people.project, 1, n_responses=3)
    slot = do(people)
    reject(people, slot)
    ids = {"membership_id": membership(people).pk, "category_id": category(people).pk}
    expertise_set(user=people.lead, **ids, state="barred")
    assert why(people)[0] == "not_qualified"
    assert slot.pk in {held.pk for held in claim(people, 1, count=3).assignments}


def test_a_pass_that_waits_for_returned_work_keeps_nobody_out_of_the_other(committed: None) -> None:
    people = cast(4)
    add_prompts(people.project, 1, n_responses=3)
    slots = {n: Assignment.objects.filter(pass_number=n).order_by("id") for n in (1, 2)}
    for number in (0, 1, 2):
        do(people, number)
    assert Counter(Seat.objects.values_list("pass_number", flat=True)) == {1: 2, 2: 1}
    reject(people, slots[2].get(state="submitted"))
    Assignment.objects.filter(pass_number=2, state="open", reserved_for=None).delete()
    assert claim(people, 3).assignments[0].pass_number == 1


def test_rework_takes_the_place_of_what_was_said_before_and_keeps_it(people: Cast) -> None:
    add_prompts(people.project)
    slot = do(people)
    reject(people, slot)
    (again,) = claim(people).assignments
    first, second, third = again.display_order
    submit(people.annotators[0], again, answer_by({first: 5, second: 3, third: 1}, again.display_order))
    old, new = Annotation.objects.filter(assignment=slot).order_by("id")
    assert (old.current, new.current) == (False, True)
    said = Comparison.objects.filter(annotation__assignment=slot).values_list("annotation", "current", "final")
    assert Counter(said) == {(old.pk, False, False): 3, (new.pk, True, True): 3}
    stored = Assignment.objects.get(pk=slot.pk)
    assert (stored.state, stored.reserved_for) == ("submitted", None)


def test_what_came_back_says_why_and_shows_ones_own_answer_by_places_on_the_page(people: Cast) -> None:
    settings(people, passes=1)
    add_prompts(people.project, 1, n_responses=3)
    (slot,) = claim(people).assignments
    best, middle, worst = slot.display_order
    submit(people.annotators[0], slot, answer_by({best: 5, middle: 3, worst: 1}, slot.display_order))
    reject(people, slot, spans=[{"response": worst, "start": 0, "end": 2, "text": "回答"}])
    path = f"/api/projects/{people.project.pk}/assignments/claim"
    (shown,) = people.client(people.annotators[0]).post(path, {"count": 1}, format="json").json()["assignments"]
    assert shown["id"] == slot.handle
    place = {pk: n for n, pk in enumerate(Assignment.objects.get(pk=slot.pk).display_order, start=1)}
    assert shown["returned"] == {
        "reason": "漏看了错误",
        "spans": [{"response": place[worst], "start": 0, "end": 2, "text": "回答"}],
    }
    assert shown["previous"]["scores"] == {str(place[best]): 5, str(place[middle]): 3, str(place[worst]): 1}
    assert shown["previous"]["order"] == [[place[best]], [place[middle]], [place[worst]]]
    Assignment.objects.filter(pk=slot.pk).update(reserved_for=None, state="open", annotator=None, lease_expires_at=None)
    shown = people.client(people.annotators[1]).post(path, {"count": 3}, format="json").json()["assignments"]
    (other,) = [item for item in shown if item["id"] == slot.handle]
    assert other["returned"]["reason"] == "漏看了错误"
    assert other["previous"] is None


# ---- slots that measure ----


def probe_slots(people: Cast) -> list[Assignment]:
    rows = Assignment.objects.filter(project=people.project).exclude(kind=AssignmentKind.WORK)
    return list(rows.order_by("id"))


@pytest.fixture
def measured(people: Cast) -> Cast:
    """Return the cast with open work and a hidden gold item; every second slot measures, or about."""
    add_prompts(people.project, 4)
    GoldItem.objects.filter(pk=add_exam(people).pk).update(in_exam=False)
    settings(people, gold_share=0.5)
    return people


def claim_probe(people: Cast) -> Assignment:
    for _ in range(30):
        (slot,) = claim(people).assignments
        if slot.kind != AssignmentKind.WORK:
            return slot
        submit(people.annotators[0], slot, answer_by(EQUAL, slot.display_order))
    raise AssertionError("no measuring slot was dealt")


def test_a_measuring_slot_is_shown_answered_and_counted_like_work(measured: Cast) -> None:
    path = f"/api/projects/{measured.project.pk}/assignments/claim"
    client = measured.client(measured.annotators[0])
    bodies: dict[str, list[Any]] = {}
    for done in range(12):
        claimed = client.post(path, {"count": 1}, format="json").json()
        assert claimed["today"] == done
        (slot,) = claimed["assignments"]
        kind = Assignment.objects.get(handle=slot["id"]).kind
        answer = {
            "token": slot["token"],
            "idempotency_key": f"6b1f4f0e-5b0e-4a53-8f5c-0e6f6a0e{done:04d}",
            "scores": {"1": 3, "2": 3, "3": 3},
            "order": [[1, 2, 3]],
            "seconds": 20,
        }
        stored = client.post(f"/api/assignments/{slot['id']}/submit", answer, format="json")
        shape = (set(slot), slot["token"], slot["returned"], [r["id"] for r in slot["responses"]])
        bodies.setdefault(kind, []).append((shape, stored.status_code, set(stored.json())))
        assert stored.json()["today"] == done + 1
    assert set(bodies) == {"work", "gold"}
    assert all(body == bodies["work"][0] for rows in bodies.values() for body in rows)
    (probe,) = probe_slots(measured)
    assert not Comparison.objects.filter(task=probe.task).exists()


def test_a_skipped_measuring_slot_is_cancelled_and_looks_like_skipped_work(measured: Cast) -> None:
    probe = claim_probe(measured)
    one = measured.annotators[0]
    assignment_skip(user=one, assignment_id=probe.pk, token=probe.token, reason="too_long", note="")
    assert Assignment.objects.get(pk=probe.pk).state == "cancelled"
    assert not Skip.objects.exists()
    settings(measured, gold_share=0)
    (work,) = claim(measured).assignments
    assignment_skip(user=one, assignment_id=work.pk, token=work.token, reason="too_long", note="")
    refusals = []
    for slot in (probe, work):
        with pytest.raises(Conflict) as refused:
            assignment_renew(user=one, assignment_id=slot.pk, token=slot.token)
        refusals.append((refused.value.code, str(refused.value.message)))
    assert refusals[0] == refusals[1]


def test_a_measuring_slot_that_ran_out_can_be_revived_for_a_while_like_work_that_nobody_took(measured: Cast) -> None:
    probe = claim_probe(measured)
    one = measured.annotators[0]
    ran_out = Assignment.objects.filter(pk=probe.pk)
    ran_out.update(lease_expires_at=timezone.now() - timedelta(minutes=5))
    assert leases_release() == 0
    assert probe.pk not in {slot.pk for slot in claim(measured).assignments}
    assert assignment_renew(user=one, assignment_id=probe.pk, token=probe.token) > timezone.now()
    ran_out.update(lease_expires_at=timezone.now() - timedelta(days=2))
    assert leases_release() == 1
    assert Assignment.objects.get(pk=probe.pk).state == "cancelled"


def test_nobody_is_measured_who_would_get_no_work(measured: Cast) -> None:
    settings(measured, gold_share=0.5, repeat_share=0.5)
    Assignment.objects.filter(kind=AssignmentKind.WORK).delete()
    assert why(measured) == ("none_left", {})
    assert probe_slots(measured) == []


def test_the_slots_of_an_exam_are_no_work_and_not_answered_as_such(people: Cast) -> None:
    gold = add_exam(people)
    one = people.annotators[0]
    slot = Assignment.objects.create(
        project=people.project,
        prompt=gold.task.prompt,
        task=gold.task,
        category=gold.category,
        kind="exam",
        state="leased",
        annotator=one,
        token=1,
        lease_expires_at=timezone.now() + timedelta(hours=1),
        display_order=gold.task.responses,
    )
    assert why(people) == ("none_left", {})
    for act, body in (("renew", {"token": 1}), ("skip", {"token": 1, "reason": "other"})):
        answer = people.client(one).post(f"/api/assignments/{slot.handle}/{act}", body, format="json")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    Assignment.objects.filter(pk=slot.pk).update(lease_expires_at=timezone.now() - timedelta(days=9))
    assert leases_release() == 0


def test_a_slot_is_named_by_its_handle_and_by_nothing_else(people: Cast) -> None:
    add_prompts(people.project)
    (slot,) = claim(people).assignments
    client = people.client(people.annotators[0])
    assert client.post(f"/api/assignments/{slot.pk}/renew", {"token": slot.token}, format="json").status_code == 404
    renewed = client.post(f"/api/assignments/{slot.handle}/renew", {"token": slot.token}, format="json")
    assert renewed.status_code == 200
    assert client.post(f"/api/assignments/{'9' * 30}/renew", {"token": 1}, format="json").status_code == 404


def test_a_claim_costs_the_same_number_of_queries_with_more_categories_and_more_people() -> None:
    counts = []
    for n in (1, 8):
        people = cast(2 + n)
        for place in range(n):
            add_prompts(people.project, 2, category=f"类别 {place}", start=10 * place)
        do(people)
        with CaptureQueriesContext(connection) as captured:
            assert len(claim(people).assignments) == 1
        counts.append(len(captured))
    # The first look into a category stores where to begin, and the first seat at a prompt is checked.
    assert counts[1] <= counts[0] + 2


# ---- settings ----


def test_the_settings_of_quality_control_are_kept_in_range_and_refused_by_name(people: Cast) -> None:
    client = people.client(people.owner)
    path = f"/api/projects/{people.project.pk}"
    good = {
        "agreement_measure": "weighted",
        "discussion_hours": 24,
        "rejection_limit": 0.3,
        "exam_items": 5,
        "gold_min": 4,
        "gold_window": 10,
        "repeat_gap": 30,
        "daily_limit": 60,
    }
    body = client.patch(path, good, format="json").json()
    assert {name: body[name] for name in good} == good
    assert body["paused"] is None
    assert client.patch(path, {"daily_limit": None}, format="json").json()["daily_limit"] is None
    for bad in (
        {"agreement_measure": "kappa"},
        {"gold_share": 0.6},
        {"exam_mark": 1.5},
        {"discussion_hours": 0},
        {"daily_limit": 40_000},
        {"gold_min": 11},
        {"repeat_share": None},
    ):
        refused = client.patch(path, bad, format="json")
        assert (refused.status_code, [row["field"] for row in refused.json()["errors"]]) == (400, list(bad))
