"""Rejected work: just what is named goes back, to whom it should, and all of a batch where too much was rejected."""

from datetime import timedelta

import pytest
from django.utils import timezone

from annotate.models import (
    Annotation,
    Assignment,
    BatchReturn,
    Comparison,
    DiscardMark,
    Event,
    Membership,
    Notice,
    Prompt,
    Ranking,
    Rejection,
    Review,
    Skip,
    User,
)
from annotate.services.assignments import assignment_claim
from annotate.services.jobs import jobs_requeue
from annotate.services.projects import member_set
from annotate.services.rework import batch_return
from tests.annotate.reviewing import (
    add_member,
    approve,
    reject,
    reviewers_of,
    scores,
    settled,
    waiting,
    words_of,
)
from tests.people import Cast, annotate_all, answer_by, cast, submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> Cast:
    return cast(delivery_share=1.0, operations_share=1.0, research_share=1.0)


def claim(user: User, people: Cast) -> list[Assignment]:
    return assignment_claim(user=user, project_id=people.project.pk, count=1).assignments


def test_what_operations_rejects_of_what_delivery_approved_is_done_again_and_passes_every_stage(people: Cast) -> None:
    stages = reviewers_of(people)
    one, two = people.annotators
    (prompt,) = settled(people)
    assert approve(prompt, stages["delivery"]) == "operations_review"
    rejected = words_of(prompt, one)[1]
    said = list(rejected.comparisons.values_list("pk", flat=True))
    reject(prompt, stages["operations"], rejected)

    assert (prompt.state, prompt.agreement) == ("annotating", None)
    slots = Assignment.objects.filter(prompt=prompt)
    assert list(slots.filter(state="open").values_list("pk", "reserved_for")) == [(rejected.assignment_id, one.pk)]
    assert slots.filter(state="submitted").count() == 9
    third = add_member(people, "third", "annotator")
    assert claim(third, people) == claim(two, people) == []
    (slot,) = claim(one, people)
    assert slot.pk == rejected.assignment_id
    submit(one, slot, answer_by(scores(prompt), slot.display_order))

    prompt.refresh_from_db()
    assert (prompt.state, prompt.rounds, prompt.agreement) == ("delivery_review", 2, 1.0)
    assert [approve(prompt, stages[stage]) for stage in stages] == ["operations_review", "research_review", "accepted"]
    rejected.refresh_from_db()
    assert not rejected.current
    kept = Comparison.objects.filter(pk__in=said)
    assert (kept.count(), kept.filter(current=True).count(), kept.filter(final=True).count()) == (3, 0, 0)
    assert Comparison.objects.filter(prompt=prompt, current=True, final=True).count() == 30
    assert Ranking.objects.get(prompt=prompt).n_comparisons == 30
    reviews = Review.objects.filter(prompt=prompt).order_by("id").values_list("round", "stage", "state")
    assert list(reviews) == [
        (1, "delivery", "approved"),
        (1, "operations", "rejected"),
        (2, "delivery", "approved"),
        (2, "operations", "approved"),
        (2, "research", "approved"),
    ]


def test_every_move_of_a_rejection_is_in_the_log_with_its_actor_and_reason(people: Cast) -> None:
    (prompt,) = settled(people)
    (mine, *_others) = words_of(prompt, people.annotators[0])
    reject(prompt, people.lead, mine, reason="格式错误")
    rows = Event.objects.filter(actor=people.lead, prompt=prompt).order_by("id")
    assert [(row.kind, row.before, row.after, row.reason) for row in rows] == [
        ("review_reject", "waiting", "rejected", "格式错误"),
        ("assignment_reopen", "submitted", "open", "格式错误"),
        ("prompt_reject", "delivery_review", "annotating", "格式错误"),
    ]


def test_work_returned_to_others_is_never_offered_to_who_did_it(people: Cast) -> None:
    one, two = people.annotators
    (prompt,) = settled(people)
    rejected = words_of(prompt, one)[0]
    reject(prompt, people.lead, rejected, return_to="other")
    slot = Assignment.objects.get(pk=rejected.assignment_id)
    assert (slot.state, slot.reserved_for, slot.annotator) == ("open", None, None)
    assert Skip.objects.get(assignment=slot).reason == "returned"
    assert claim(one, people) == claim(two, people) == []
    third = add_member(people, "third", "annotator")
    assert [found.pk for found in claim(third, people)] == [slot.pk]
    submit(third, claim(third, people)[0], answer_by(scores(prompt), slot.task.responses))
    prompt.refresh_from_db()
    assert (prompt.state, prompt.agreement) == ("delivery_review", 1.0)
    assert Annotation.objects.get(assignment=slot, current=True).annotator == third


@pytest.mark.parametrize("gone", ["removed", "paused"])
def test_work_of_somebody_who_is_gone_goes_to_others(people: Cast, gone: str) -> None:
    one = people.annotators[0]
    (prompt,) = settled(people)
    if gone == "removed":
        member_set(project=people.project, username=one.username, roles=[], actor=people.owner)
    else:
        Membership.objects.filter(user=one).update(paused_at=timezone.now())
    rejected = words_of(prompt, one)[0]
    reject(prompt, people.lead, rejected, return_to="same")
    assert Assignment.objects.get(pk=rejected.assignment_id).reserved_for is None
    third = add_member(people, "third", "annotator")
    assert [found.pk for found in claim(third, people)] == [rejected.assignment_id]


def test_who_leaves_the_project_leaves_rejected_work_to_others(people: Cast) -> None:
    one = people.annotators[0]
    (prompt,) = settled(people)
    rejected = words_of(prompt, one)[0]
    reject(prompt, people.lead, rejected)
    member_set(project=people.project, username=one.username, roles=[], actor=people.owner)
    third = add_member(people, "third", "annotator")
    assert [found.pk for found in claim(third, people)] == [rejected.assignment_id]


def test_a_lease_from_before_the_rejection_opens_nothing(people: Cast) -> None:
    one = people.annotators[0]
    (prompt,) = settled(people)
    rejected = words_of(prompt, one)[0]
    before = rejected.assignment.token
    reject(prompt, people.lead, rejected)
    path = f"/api/assignments/{rejected.assignment.handle}/renew"
    answer = people.client(one).post(path, {"token": before}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "lease_expired")
    (slot,) = claim(one, people)
    assert slot.token > before


def test_discards_marked_in_rejected_work_are_withdrawn(people: Cast) -> None:
    (prompt,) = settled(people)
    rejected, other = words_of(prompt, people.annotators[0])[:2]
    marks = [
        DiscardMark.objects.create(
            prompt=prompt,
            response_id=row.display_order[0],
            pass_number=1,
            author=people.annotators[0],
            annotation=row,
        )
        for row in (rejected, other)
    ]
    reject(prompt, people.lead, rejected)
    assert [DiscardMark.objects.get(pk=mark.pk).current for mark in marks] == [False, True]


def test_everybody_hears_once_of_what_came_back_and_sees_it_as_their_own(people: Cast) -> None:
    one, two = people.annotators
    (prompt,) = settled(people)
    rejected = words_of(prompt, one)[:2]
    reject(prompt, people.lead, *rejected, reason="理由")
    (notice,) = Notice.objects.filter(kind="returned_work")
    assert (notice.user, notice.data["n"], notice.data["reason"]) == (one, 2, "理由")
    path = f"/api/projects/{people.project.pk}/my-returned"
    assert people.client(two).get(path).json()["results"] == []
    rows = people.client(one).get(path).json()["results"]
    assert [(row["reason"], row["state"]) for row in rows] == [("理由", "open")] * 2
    assert {row["assignment"] for row in rows} == {row.assignment.handle for row in rejected}
    (slot,) = claim(one, people)
    states = {row["assignment"]: row["state"] for row in people.client(one).get(path).json()["results"]}
    assert states[slot.handle] == "leased"
    submit(one, slot, answer_by(scores(prompt), slot.display_order))
    assert sorted(row["state"] for row in people.client(one).get(path).json()["results"]) == ["done", "open"]
    assert people.client(people.lead).get(path).status_code == 403


def test_my_returned_work_names_spans_by_the_place_at_which_i_saw_the_response(people: Cast) -> None:
    one = people.annotators[0]
    (prompt,) = settled(people)
    mine = words_of(prompt, one)[0]
    last = mine.display_order[-1]
    review = waiting(prompt)
    body = {
        "reason": "有误",
        "return_to": "other",
        "slots": [
            {
                "task": mine.assignment.task_id,
                "pass": mine.assignment.pass_number,
                "spans": [{"response": last, "start": 0, "end": 2}],
            }
        ],
    }
    answer = people.client(people.lead).post(f"/api/reviews/{review.handle}/reject", body, format="json")
    assert (answer.status_code, answer.json()) == (200, {"state": "rejected"})
    (row,) = people.client(one).get(f"/api/projects/{people.project.pk}/my-returned").json()["results"]
    assert row["spans"] == [{"response": 3, "start": 0, "end": 2, "text": "回答"}]
    assert (row["state"], row["assignment"]) == ("with_other", None)


# ---- batches ----


@pytest.fixture
def batched() -> Cast:
    return cast(n_annotators=3, delivery_share=1.0, rejection_min=10, rejection_limit=0.2)


def reviewed(people: Cast, n_rejected: int, n_approved_prompts: int) -> None:
    """Approve prompts (five annotations each of the first annotator), then reject some of theirs in one more."""
    prompts = settled(people, n_approved_prompts + 1, start=Prompt.objects.count())
    for prompt in prompts[:-1]:
        approve(prompt, people.lead)
    reject(prompts[-1], people.lead, *words_of(prompts[-1], people.annotators[0])[:n_rejected])


@pytest.mark.parametrize(("n_rejected", "returned"), [(2, False), (3, True)])
def test_a_batch_goes_back_above_the_limit_and_not_at_it(batched: Cast, n_rejected: int, returned: bool) -> None:
    # 10 reviewed: 2 are just the limit of 20%, 3 are more.
    reviewed(batched, n_rejected, 1)
    found = [(row.annotator, row.n_reviewed, row.n_rejected) for row in BatchReturn.objects.all()]
    assert found == ([(batched.annotators[0], 10, 3)] if returned else [])


def test_no_batch_goes_back_before_enough_was_reviewed(batched: Cast) -> None:
    reviewed(batched, 5, 0)
    assert not BatchReturn.objects.exists()
    # The tenth reviewed annotation may well be an approved one.
    (prompt,) = settled(batched, start=50)
    approve(prompt, batched.lead)
    assert [(row.n_reviewed, row.n_rejected) for row in BatchReturn.objects.all()] == [(10, 5)]


def test_a_batch_takes_back_just_what_waits_for_review_and_tells_who_must_know(batched: Cast) -> None:
    one = batched.annotators[0]
    accepted, *in_review, last = settled(batched, 4)
    other_category = settled(batched, category="写作", start=40)[0]
    approve(accepted, batched.lead)
    reject(last, batched.lead, *words_of(last, one)[:3])
    batch = BatchReturn.objects.get()
    batch_return(batch_id=batch.pk)

    assert {p.state for p in Prompt.objects.filter(pk__in=[p.pk for p in in_review])} == {"annotating"}
    for prompt in in_review:
        slots = Assignment.objects.filter(prompt=prompt)
        assert slots.filter(state="open", reserved_for=one).count() == 5
        assert slots.filter(state="submitted", annotator=batched.annotators[1]).count() == 5
    assert Review.objects.filter(prompt__in=in_review).values_list("state").distinct().get() == ("withdrawn",)
    untouched = [accepted, other_category]
    assert sorted(p.state for p in Prompt.objects.filter(pk__in=[p.pk for p in untouched])) == [
        "accepted",
        "delivery_review",
    ]
    batch.refresh_from_db()
    assert (batch.n_returned, batch.done_at is not None) == (10, True)
    assert Rejection.objects.filter(batch=batch).count() == 10
    told = Notice.objects.filter(kind="batch_returned")
    assert {notice.user for notice in told} == {one, batched.lead, batched.owner}
    assert "pseudonym" not in told.get(user=one).data
    name = Membership.objects.get(user=one).pseudonym
    assert {notice.data["pseudonym"] for notice in told.exclude(user=one)} == {name}


def test_a_batch_done_twice_or_half_way_comes_to_the_same(batched: Cast) -> None:
    one = batched.annotators[0]
    first, second, last = settled(batched, 3)
    reject(last, batched.lead, *words_of(last, one))
    assert BatchReturn.objects.count() == 0
    approve(first, batched.lead)
    batch = BatchReturn.objects.get()
    batch_return(batch_id=batch.pk)
    annotate_all(one, batched.project, {k: v for p in (second, last) for k, v in scores(p).items()})
    second.refresh_from_db()
    assert second.state == "delivery_review"
    n_events = Event.objects.count()
    batch_return(batch_id=batch.pk)
    # A worker that was taken for dead before it could say that it is done.
    BatchReturn.objects.update(done_at=None, worker="")
    batch_return(batch_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.n_returned, batch.done_at is not None) == (5, True)
    assert Event.objects.count() == n_events
    second.refresh_from_db()
    assert second.state == "delivery_review"


def test_counting_starts_again_after_a_batch_went_back(batched: Cast) -> None:
    reviewed(batched, 3, 1)
    batch_return(batch_id=BatchReturn.objects.get().pk)
    everything = {k: v for p in Prompt.objects.all() for k, v in scores(p).items()}
    annotate_all(batched.annotators[0], batched.project, everything)
    reviewed(batched, 1, 1)
    assert BatchReturn.objects.count() == 1
    reviewed(batched, 2, 0)
    # 15 reviewed since, 3 of them rejected: still just the limit.
    assert BatchReturn.objects.count() == 1
    reviewed(batched, 2, 0)
    assert [(row.n_reviewed, row.n_rejected) for row in BatchReturn.objects.order_by("id")][1:] == [(20, 5)]


def test_a_batch_whose_message_was_lost_is_queued_again(batched: Cast) -> None:
    reviewed(batched, 3, 1)
    assert jobs_requeue() == 0
    BatchReturn.objects.update(created_at=timezone.now() - timedelta(days=1))
    assert jobs_requeue() == 1
    # It has just been queued; a second message would be one too many.
    assert jobs_requeue() == 0
    batch_return(batch_id=BatchReturn.objects.get().pk)
    BatchReturn.objects.update(heartbeat_at=timezone.now() - timedelta(days=1))
    assert jobs_requeue() == 0
