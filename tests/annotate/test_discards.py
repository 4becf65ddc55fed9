"""Garbage: discarded when every pass says so, discussed when one does; the ring is rebuilt for the responses left."""

from itertools import combinations

import pytest

from annotate.models import (
    Assignment,
    Comparison,
    Decision,
    DiscardMark,
    Discussion,
    Event,
    Prompt,
    Ranking,
    Response,
    User,
)
from annotate.problems import Conflict, Forbidden, Invalid, NotFound
from annotate.services.assignments import assignment_claim
from annotate.services.decisions import Settled, decision_record
from annotate.services.discussions import discard_revise, prompt_escalate
from tests.people import Cast, add_prompts, answer_by, submit

pytestmark = pytest.mark.django_db


def ring(prompt: Prompt) -> list[int]:
    return list(prompt.responses.order_by("ring_index").values_list("pk", flat=True))


def work(user: User, prompt: Prompt, quality: dict[int, int], garbage: set[int], most: int = 99) -> int:
    """Let somebody do up to `most` tasks, marking `garbage`; return how many there were."""
    n_done = 0
    while n_done < most and (claim := assignment_claim(user=user, project_id=prompt.project_id, count=1).assignments):
        (slot,) = claim
        marked = [response for response in slot.display_order if response in garbage]
        submit(user, slot, answer_by(quality, slot.display_order, discarded=marked))
        n_done += 1
    return n_done


def marked_by_one(people: Cast, n: int = 5, garbage: int = 1) -> tuple[Prompt, list[int]]:
    """Return a prompt on whose verdicts the passes agree, the last responses of which only the first pass discards."""
    (prompt,) = add_prompts(people.project, n_responses=n)
    responses = ring(prompt)
    quality = {pk: max(0, n - garbage - place) for place, pk in enumerate(responses)}
    one, two = people.annotators
    work(one, prompt, quality, set(responses[n - garbage :]))
    work(two, prompt, quality, set())
    prompt.refresh_from_db()
    return prompt, responses


def mark(user: User, prompt: Prompt, response: int, marked: bool = True):
    return discard_revise(user=user, prompt_id=prompt.pk, response_id=response, marked=marked)


def tasks(prompt: Prompt, *, retired: bool) -> set[frozenset[int]]:
    return {frozenset(row) for row in prompt.tasks.filter(retired=retired).values_list("responses", flat=True)}


def graph_is_right(prompt: Prompt) -> None:
    """Check the final comparisons and the pairs they cover against the responses that are left."""
    usable = set(prompt.responses.filter(discarded=False).values_list("pk", flat=True))
    for row in Comparison.objects.filter(prompt=prompt, kind="human"):
        assert row.final == ({row.response_a_id, row.response_b_id} <= usable), row.pk
    covered = {(row.response_a_id, row.response_b_id) for row in Comparison.objects.filter(prompt=prompt, final=True)}
    ringed = {tuple(sorted(pair)) for task in tasks(prompt, retired=False) for pair in combinations(task, 2)}
    assert ringed <= covered
    ranked = {pk for tier in Ranking.objects.get(prompt=prompt).tiers for pk in tier}
    assert ranked == usable


def test_garbage_to_one_pass_alone_opens_a_discussion_whatever_the_verdicts(people: Cast) -> None:
    prompt, (*_, garbage) = marked_by_one(people)
    assert (prompt.state, prompt.agreement, prompt.n_differing) == ("discussion", 1.0, 0)
    assert not Response.objects.get(pk=garbage).discarded
    one, two = people.annotators
    for user in (one, two):
        body = people.client(user).get(f"/api/discussions/{prompt.pk}").json()
        assert body["discards"] == [
            {"response": garbage, "passes": [{"pass": 1, "marked": True}, {"pass": 2, "marked": False}], "mine": True}
        ]


def test_when_the_other_pass_follows_a_complete_ring_of_five_needs_no_new_work(people: Cast) -> None:
    prompt, (*usable, garbage) = marked_by_one(people)
    standpoint = mark(people.annotators[1], prompt, garbage)
    assert standpoint.state == "accepted"
    assert Response.objects.get(pk=garbage).discarded
    assert Discussion.objects.get(prompt=prompt).state == "agreed"
    assert prompt.tasks.count() == 5
    assert all(garbage in task for task in tasks(prompt, retired=True))
    assert len(tasks(prompt, retired=True)) == 3
    graph_is_right(prompt)
    assert Ranking.objects.get(prompt=prompt).tiers == [[pk] for pk in usable]


def test_a_ring_of_six_gets_the_tasks_it_lacks_and_keeps_the_work_that_still_applies(people: Cast) -> None:
    prompt, (*usable, garbage) = marked_by_one(people, n=6)
    done = Comparison.objects.filter(prompt=prompt).count()
    standpoint = mark(people.annotators[1], prompt, garbage)
    assert standpoint.state == "annotating"
    assert Discussion.objects.get(prompt=prompt).state == "withdrawn"
    assert people.client(people.annotators[0]).get(f"/api/discussions/{prompt.pk}").status_code == 403
    # Of the new ring (0 1 2) (1 2 3) (2 3 4) stand; the two that close it compare pairs nobody has seen.
    first, second, _third, fourth, fifth = usable
    new = prompt.tasks.filter(index__gte=6).order_by("index")
    assert {frozenset(task.responses) for task in new} == {
        frozenset((fourth, fifth, first)),
        frozenset((fifth, first, second)),
    }
    assert [task.index for task in new] == [6, 7]
    assert Assignment.objects.filter(task__in=new, state="open").count() == 4
    quality = {pk: 5 - place for place, pk in enumerate(usable)}
    assert [work(user, prompt, quality, set()) for user in people.annotators] == [2, 2]
    prompt.refresh_from_db()
    assert (prompt.state, prompt.agreement) == ("accepted", 1.0)
    assert Comparison.objects.filter(prompt=prompt).count() == done + 12
    graph_is_right(prompt)
    before = Event.objects.filter(prompt=prompt, kind="prompt_rebuild").get()
    assert (before.before, before.after) == ("discussion", "annotating")


def test_a_mark_taken_back_keeps_the_response_and_ends_the_discussion(people: Cast) -> None:
    prompt, (*_, garbage) = marked_by_one(people)
    one, two = people.annotators
    with pytest.raises(NotFound):
        mark(people.outsider, prompt, garbage, False)
    assert mark(two, prompt, garbage, False).state == "discussion", "there is nothing of theirs to take back"
    assert mark(one, prompt, garbage, False).state == "accepted"
    assert not prompt.responses.filter(discarded=True).exists()
    assert list(DiscardMark.objects.filter(prompt=prompt).values_list("current", flat=True)) == [False] * 3
    assert Event.objects.get(prompt=prompt, kind="discard_revise").actor == one
    graph_is_right(prompt)
    with pytest.raises(Conflict):
        mark(one, prompt, garbage)


def test_nobody_takes_back_the_mark_of_another_of_their_pass(people: Cast) -> None:
    prompt, (*_, garbage) = marked_by_one(people)
    DiscardMark.objects.filter(prompt=prompt).update(author=people.lead)
    with pytest.raises(Forbidden) as refused:
        mark(people.annotators[0], prompt, garbage, False)
    assert refused.value.code == "not_yours"


def test_a_revised_mark_that_leaves_too_few_responses_drops_the_prompt_with_the_reason(people: Cast) -> None:
    prompt, responses = marked_by_one(people, n=4, garbage=2)
    two = people.annotators[1]
    assert mark(two, prompt, responses[3]).state == "discussion"
    assert mark(two, prompt, responses[2]).state == "dropped"
    prompt.refresh_from_db()
    assert prompt.drop_reason == "too_few_responses"
    assert Discussion.objects.get(prompt=prompt).state == "withdrawn"


def test_too_few_responses_midway_cancel_every_open_and_leased_slot_with_an_event_each(people: Cast) -> None:
    (prompt,) = add_prompts(people.project, n_responses=3)
    one, two = people.annotators
    quality = dict.fromkeys(ring(prompt), 0)
    garbage = {ring(prompt)[0]}
    work(one, prompt, quality, garbage, most=1)
    (held,) = assignment_claim(user=one, project_id=prompt.project_id, count=1).assignments
    work(two, prompt, quality, garbage, most=1)
    prompt.refresh_from_db()
    assert (prompt.state, prompt.drop_reason) == ("dropped", "too_few_responses")
    slots = Assignment.objects.filter(prompt=prompt, state="cancelled")
    assert slots.count() == 4
    lines = Event.objects.filter(prompt=prompt, kind="assignment_cancel")
    assert {(line.subject_id, line.before, line.after) for line in lines} == {
        (slot.pk, "leased" if slot.pk == held.pk else "open", "cancelled") for slot in slots
    }


def test_midway_the_ring_is_rebuilt_at_once_and_a_leased_slot_may_still_be_finished(people: Cast) -> None:
    (prompt,) = add_prompts(people.project, n_responses=6)
    responses = ring(prompt)
    garbage = responses[5]
    quality = {pk: 5 - place for place, pk in enumerate(responses)}
    one, two = people.annotators
    held = assignment_claim(user=one, project_id=prompt.project_id, count=3).assignments
    assert not any(garbage in slot.task.responses for slot in held)
    for slot in held:
        submit(one, slot, answer_by(quality, slot.display_order))
    held = assignment_claim(user=one, project_id=prompt.project_id, count=2).assignments
    (late, first) = sorted(held, key=lambda slot: slot.task.index)
    submit(one, first, answer_by(quality, first.display_order, discarded=[garbage]))
    work(two, prompt, quality, {garbage})
    assert Response.objects.get(pk=garbage).discarded
    late.task.refresh_from_db()
    assert late.task.retired
    assert Assignment.objects.get(pk=late.pk).state == "leased"
    open_slots = Assignment.objects.filter(prompt=prompt, state="open").select_related("task")
    assert not any(slot.task.retired for slot in open_slots)
    submit(one, late, answer_by(quality, late.display_order))
    kept = Comparison.objects.filter(prompt=prompt, task=late.task, author=one)
    assert kept.count() == 3
    for user in (one, two):
        work(user, prompt, quality, {garbage})
    prompt.refresh_from_db()
    assert prompt.state == "accepted"
    assert kept.filter(final=True).count() == 1
    graph_is_right(prompt)


@pytest.mark.parametrize("discarded", [True, False])
def test_a_reviewer_decides_what_stays_disputed(people: Cast, discarded: bool) -> None:
    prompt, (*_, garbage) = marked_by_one(people)
    prompt_escalate(user=people.annotators[0], prompt_id=prompt.pk, reason="是乱码吗")
    decide = {"user": people.lead, "prompt_id": prompt.pk, "settled": [], "reason": "指南 1.2", "clause": "1.2"}
    for discards, code in (({}, "incomplete"), ({garbage: True, garbage - 1: True}, "not_differing")):
        with pytest.raises(Invalid) as refused:
            decision_record(**decide, discards=discards)
        assert refused.value.code == code
    decision_record(**decide, discards={garbage: discarded})
    prompt.refresh_from_db()
    assert prompt.state == "accepted"
    assert Response.objects.get(pk=garbage).discarded == discarded
    assert Decision.objects.get(prompt=prompt).discards == {str(garbage): discarded}
    graph_is_right(prompt)
    body = people.client(people.lead).get(f"/api/disputes/{prompt.pk}").json()
    assert body["decisions"][0]["discards"] == [{"response": garbage, "discarded": discarded}]
    assert (body["discards"], body["may_decide"]) == ([], False)


def test_a_decision_that_discards_sends_a_ring_with_gaps_back_to_its_annotators(people: Cast) -> None:
    prompt, (*usable, garbage) = marked_by_one(people, n=6)
    prompt_escalate(user=people.annotators[0], prompt_id=prompt.pk, reason="x")
    decision_record(
        user=people.lead, prompt_id=prompt.pk, settled=[], reason="乱码", clause="", discards={garbage: True}
    )
    prompt.refresh_from_db()
    assert prompt.state == "annotating"
    quality = {pk: 5 - place for place, pk in enumerate(usable)}
    for user in people.annotators:
        work(user, prompt, quality, set())
    prompt.refresh_from_db()
    assert prompt.state == "accepted"
    graph_is_right(prompt)


def test_what_a_decision_settled_is_not_disputed_again_after_new_work(people: Cast) -> None:
    (prompt,) = add_prompts(people.project, n_responses=6)
    *usable, garbage = ring(prompt)
    one, two = people.annotators
    quality = {pk: 5 - place for place, pk in enumerate([*usable, garbage])}
    work(one, prompt, quality, {garbage})
    work(two, prompt, {**quality, usable[0]: 1, usable[1]: 2, usable[4]: 0}, set())
    prompt.refresh_from_db()
    assert prompt.state == "discussion"
    prompt_escalate(user=one, prompt_id=prompt.pk, reason="x")
    body = people.client(people.lead).get(f"/api/disputes/{prompt.pk}").json()
    differing = [row for row in body["comparisons"] if not row["same"]]
    settled = [
        Settled(row["task"], row["response_a"], row["response_b"], "a")
        for row in differing
        if garbage not in (row["response_a"], row["response_b"])
    ]
    assert len(settled) < len(differing), "the response goes, and nobody need say how it compares"
    decision_record(
        user=people.lead, prompt_id=prompt.pk, settled=settled, reason="乱码", clause="", discards={garbage: True}
    )
    for user in (one, two):
        work(user, prompt, quality, set())
    prompt.refresh_from_db()
    assert (prompt.state, prompt.n_differing) == ("accepted", 0)
    assert prompt.agreement is not None
    assert prompt.agreement < 1
    final = Comparison.objects.filter(prompt=prompt, final=True)
    assert final.filter(kind="adjudication").count() == len(settled)
    for one_settled in settled:
        key = {"task": one_settled.task, "response_a": one_settled.response_a, "response_b": one_settled.response_b}
        assert [row.kind for row in final.filter(**key)] == ["adjudication"]
