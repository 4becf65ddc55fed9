"""Claiming work: nobody shares a slot, nobody serves in both passes of a prompt, nothing is lost."""

import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from annotate.models import Assignment, Event, Seat
from annotate.problems import Conflict
from annotate.services.assignments import assignment_claim, assignment_renew, assignment_skip, leases_release
from tests.people import Cast, add_prompts, answer_by, cast, submit

pytestmark = pytest.mark.django_db


def claim_one(user, project) -> Assignment:
    return assignment_claim(user=user, project_id=project.pk, count=1).assignments[0]


def test_five_responses_make_five_tasks_in_two_passes_dealt_prompt_by_prompt(people: Cast) -> None:
    first, second = add_prompts(people.project, 2)
    slots = list(Assignment.objects.order_by("id").values_list("prompt_id", "pass_number", "task__index"))
    assert slots == [(p.pk, n, i) for p in (first, second) for n in (1, 2) for i in range(5)]


def test_a_claim_returns_what_one_holds_before_it_leases_more(people: Cast) -> None:
    add_prompts(people.project)
    ann = people.annotators[0]
    first = claim_one(ann, people.project)
    again = assignment_claim(user=ann, project_id=people.project.pk, count=2).assignments
    assert again[0].pk == first.pk
    assert again[0].token == first.token
    assert len({slot.pk for slot in again}) == 2


def test_a_claim_for_fewer_than_one_holds_leaves_none_of_them_out(people: Cast) -> None:
    add_prompts(people.project)
    ann = people.annotators[0]
    held = assignment_claim(user=ann, project_id=people.project.pk, count=3).assignments
    assert len(held) == 3
    for count in (1, 2):
        again = assignment_claim(user=ann, project_id=people.project.pk, count=count).assignments
        assert [(slot.pk, slot.token) for slot in again] == [(slot.pk, slot.token) for slot in held]
    assert Assignment.objects.filter(annotator=ann).count() == 3


def test_the_display_order_is_a_permutation_of_the_task_and_is_stored(people: Cast) -> None:
    add_prompts(people.project)
    slot = claim_one(people.annotators[0], people.project)
    assert sorted(slot.display_order) == sorted(slot.task.responses)
    assert Assignment.objects.get(pk=slot.pk).display_order == slot.display_order


def test_display_orders_differ_between_assignments(people: Cast) -> None:
    add_prompts(people.project, 6)
    places = set()
    for _ in range(30):
        slot = claim_one(people.annotators[0], people.project)
        places.add(tuple(slot.task.responses.index(response) for response in slot.display_order))
        submit(people.annotators[0], slot, answer_by(dict.fromkeys(slot.display_order, 3), slot.display_order))
    assert len(places) == 6


def test_nobody_gets_a_task_of_the_other_pass(people: Cast) -> None:
    add_prompts(people.project)
    ann = people.annotators[0]
    for _ in range(5):
        slot = claim_one(ann, people.project)
        assert slot.pass_number == 1
        submit(ann, slot, answer_by(dict.fromkeys(slot.display_order, 3), slot.display_order))
    nothing = assignment_claim(user=ann, project_id=people.project.pk, count=1)
    assert nothing.assignments == []
    assert nothing.why_none == "already_in_other_pass"


def test_two_people_who_work_at_the_same_time_sit_in_different_passes_and_finish_everything(people: Cast) -> None:
    prompts = add_prompts(people.project, 3)
    waiting = list(people.annotators)
    while waiting:
        for user in list(waiting):
            claim = assignment_claim(user=user, project_id=people.project.pk, count=1)
            if not claim.assignments:
                waiting.remove(user)
                continue
            slot = claim.assignments[0]
            submit(user, slot, answer_by(dict.fromkeys(slot.display_order, 3), slot.display_order))
    assert {prompt.state for prompt in people.project.prompts.all()} == {"accepted"}
    for prompt in prompts:
        assert prompt.seats.values("pass_number").distinct().count() == 2


def test_a_new_person_joins_the_pass_with_fewer_people(committed: None) -> None:
    people = cast(4)
    add_prompts(people.project)
    passes = [claim_one(user, people.project).pass_number for user in people.annotators]
    assert passes == [1, 2, 1, 2]


def test_it_says_when_others_hold_the_rest_and_when_nothing_is_left(people: Cast) -> None:
    one, two = people.annotators
    assert assignment_claim(user=one, project_id=people.project.pk, count=1).why_none == "none_left"
    project = people.project
    project.passes = 1
    project.save()
    add_prompts(project, n_responses=3)
    assert len(assignment_claim(user=one, project_id=project.pk, count=3).assignments) == 3
    assert assignment_claim(user=two, project_id=project.pk, count=1).why_none == "all_leased"


def test_an_expired_lease_goes_to_somebody_else_and_is_fenced_off(people: Cast) -> None:
    people.project.passes = 1
    people.project.save()
    add_prompts(people.project)
    one, two = people.annotators
    stale = claim_one(one, people.project)
    Assignment.objects.filter(pk=stale.pk).update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    taken = claim_one(two, people.project)
    assert taken.pk == stale.pk
    assert taken.token > stale.token
    with pytest.raises(Conflict) as refused:
        submit(one, stale, answer_by(dict.fromkeys(stale.display_order, 3), stale.display_order))
    assert refused.value.code == "lease_expired"
    with pytest.raises(Conflict) as refused:
        assignment_renew(user=one, assignment_id=stale.pk, token=stale.token)
    assert refused.value.code == "lease_expired"


def test_an_expired_lease_that_nobody_took_can_be_revived(people: Cast) -> None:
    add_prompts(people.project)
    ann = people.annotators[0]
    slot = claim_one(ann, people.project)
    Assignment.objects.filter(pk=slot.pk).update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    assert leases_release() == 1
    assert Assignment.objects.get(pk=slot.pk).annotator is None
    until = assignment_renew(user=ann, assignment_id=slot.pk, token=slot.token)
    assert until > timezone.now()
    submit(ann, slot, answer_by(dict.fromkeys(slot.display_order, 3), slot.display_order))


def test_releasing_leaves_live_leases_alone_and_writes_to_the_log(people: Cast) -> None:
    add_prompts(people.project)
    dead, alive = assignment_claim(user=people.annotators[0], project_id=people.project.pk, count=2).assignments
    Assignment.objects.filter(pk=dead.pk).update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    assert leases_release() == 1
    assert Assignment.objects.get(pk=alive.pk).state == "leased"
    line = Event.objects.filter(subject="assignment", subject_id=dead.pk).order_by("id").last()
    assert line is not None
    assert (line.before, line.after, line.reason) == ("leased", "open", "lease_expired")


def test_a_skipped_task_is_never_offered_again_to_the_same_person(people: Cast) -> None:
    people.project.passes = 1
    people.project.save()
    add_prompts(people.project)
    one, two = people.annotators
    slot = claim_one(one, people.project)
    assignment_skip(user=one, assignment_id=slot.pk, token=slot.token, reason="too_long", note="")
    assert claim_one(one, people.project).pk != slot.pk
    assert claim_one(two, people.project).pk == slot.pk
    with pytest.raises(Conflict):
        assignment_renew(user=one, assignment_id=slot.pk, token=slot.token)


def test_a_claim_costs_the_same_number_of_queries_however_much_is_done(
    people: Cast, django_assert_max_num_queries
) -> None:
    counts = []
    for start, n in ((0, 2), (2, 15)):
        add_prompts(people.project, n, start=start)
        for ann in people.annotators:
            for _ in range(n * 5 - 3):
                slot = claim_one(ann, people.project)
                submit(ann, slot, answer_by(dict.fromkeys(slot.display_order, 3), slot.display_order))
        with django_assert_max_num_queries(100) as captured:
            claim_one(people.annotators[0], people.project)
        counts.append(len(captured))
    assert counts[1] <= counts[0]


@pytest.mark.parametrize("n_people", [2, 8])
def test_people_at_once_never_share_a_slot_nor_sit_in_both_passes_and_leave_nothing(
    committed: None, n_people: int
) -> None:
    people = cast(n_people)
    add_prompts(people.project, 6)
    taken: list[tuple[int, int]] = []
    problems: list[Exception] = []
    idle = threading.Event()

    def work(user) -> None:
        try:
            while True:
                claim = assignment_claim(user=user, project_id=people.project.pk, count=1)
                if not claim.assignments:
                    # Others may hold what this person could still do, or stand where they would sit down.
                    if not Assignment.objects.exclude(state="submitted").exists():
                        return
                    idle.wait(0.02)
                    continue
                slot = claim.assignments[0]
                taken.append((slot.pk, user.pk))
                submit(user, slot, answer_by(dict.fromkeys(slot.display_order, 3), slot.display_order))
        except Exception as error:  # what went wrong in a thread must fail the test
            problems.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=[user], daemon=True) for user in people.annotators]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads), "somebody can never go on"
    assert problems == []
    assert len(taken) == 6 * 5 * 2
    assert len({slot for slot, _ in taken}) == len(taken)
    served = Assignment.objects.values_list("prompt_id", "annotator_id", "pass_number").distinct()
    assert len(served) == len({(prompt, annotator) for prompt, annotator, _ in served})
    assert set(Seat.objects.values_list("prompt_id", "annotator_id", "pass_number")) == set(served)
    assert not people.project.prompts.exclude(state="accepted").exists()
