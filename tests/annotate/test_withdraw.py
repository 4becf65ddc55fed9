"""An annotator takes a submission back: it counts nowhere any more, and nobody finds it gone who relied on it."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotate.domain.states import SetState
from annotate.models import (
    Annotation,
    Assignment,
    Comparison,
    DiscardMark,
    Event,
    Expertise,
    Notice,
    PreferenceSet,
    PreferenceSetItem,
    Probe,
    Prompt,
    Ranking,
    Review,
    SampleDraw,
    User,
)
from annotate.problems import Conflict
from annotate.selectors.assignments import done_today
from annotate.selectors.probes import slots_dealt
from annotate.selectors.rework import rejection_counts
from annotate.services.annotations import annotation_submit
from annotate.services.assignments import assignment_claim, assignment_renew, leases_release
from annotate.services.discussions import verdict_revise
from annotate.services.exams import exam_start, exam_task
from annotate.services.figures import figures_check, figures_refresh
from annotate.services.pausing import person_pause
from annotate.services.prompts import prompt_drop
from annotate.services.review_verdicts import review_approve
from annotate.services.sets import set_store
from annotate.services.withdrawals import assignment_withdraw
from tests.annotate.at_once import at_once
from tests.annotate.measured import add_gold, make_gold
from tests.annotate.reviewing import approve, reject, reviewers_of, scores, settled, waiting, words_of
from tests.people import Cast, add_prompts, annotate_all, answer_by, cast

pytestmark = pytest.mark.django_db

SAME = dict.fromkeys(range(1_000_000), 3)


def claim_one(people: Cast, user: User) -> Assignment:
    return assignment_claim(user=user, project_id=people.project.pk, count=1).assignments[0]


def send(user: User, slot: Assignment, quality: dict[int, int] = SAME, **changes: Any) -> Annotation:
    said = answer_by(quality, slot.display_order, **changes)
    return annotation_submit(user=user, assignment_id=slot.pk, token=slot.token, idempotency_key=uuid4(), answer=said)[
        0
    ]


def do_one(people: Cast, user: User) -> Annotation:
    return send(user, claim_one(people, user))


def take_back(people: Cast, user: User, slot: Assignment) -> tuple[int, Any]:
    """Withdraw through the API; return (status, the assignment or the code)."""
    answer = people.client(user).post(f"/api/assignments/{slot.handle}/withdraw", {}, format="json")
    return answer.status_code, answer.json().get("assignment", answer.json().get("code"))


def recent(people: Cast, user: User) -> list[dict[str, Any]]:
    return people.client(user).get(f"/api/projects/{people.project.pk}/assignments/recent").json()["results"]


def listed(people: Cast, user: User, slot: Assignment) -> Any:
    """Return why a submission stays as the list of recent ones says it, "yes" where it can be taken back."""
    (row,) = (row for row in recent(people, user) if row["id"] == slot.handle)
    assert row["withdrawable"] == (row["why"] is None)
    return row["why"] or "yes"


def refused(people: Cast, user: User, slot: Assignment) -> Any:
    """Return the code of a refusal, which the list has told before, and which changes nothing."""
    told, n_events, state = listed(people, user, slot), Event.objects.count(), Assignment.objects.get(pk=slot.pk).state
    status, code = take_back(people, user, slot)
    assert (status, told) == (409, code)
    assert (Event.objects.count(), Assignment.objects.get(pk=slot.pk).state) == (n_events, state)
    assert not Annotation.objects.filter(assignment=slot, withdrawn=True).exists()
    return code


def figures_hold(people: Cast) -> None:
    """Check that the tables of figures are what a recount gives, after a refresh."""
    figures_refresh()
    assert list(figures_check(project=people.project)) == []


def everyone_agrees(people: Cast, n_responses: int = 3) -> Prompt:
    (prompt,) = settled(people, n_responses=n_responses)
    return prompt


# ---- what comes back ----


def test_a_task_comes_back_as_it_was_shown_and_first_in_the_queue(people: Cast) -> None:
    add_prompts(people.project)
    user = people.annotators[0]
    first, second = assignment_claim(user=user, project_id=people.project.pk, count=2).assignments
    said = send(user, first)
    status, back = take_back(people, user, first)
    assert (status, back["id"], back["token"]) == (200, first.handle, first.token + 1)
    assert back["previous"]["order"] == [[1, 2, 3]]
    slot = Assignment.objects.get(pk=first.pk)
    assert (slot.state, slot.annotator, slot.display_order) == ("leased", user, first.display_order)
    assert slot.leased_at == first.leased_at
    assert slot.lease_expires_at is not None
    assert slot.lease_expires_at > timezone.now()
    said.refresh_from_db()
    assert (said.current, said.withdrawn) == (False, True)
    assert not Comparison.objects.filter(annotation=said, current=True).exists()
    held = assignment_claim(user=user, project_id=people.project.pk, count=3).assignments
    assert [row.pk for row in held[:2]] == [first.pk, second.pk]


def test_it_may_be_one_more_than_a_person_can_hold(people: Cast) -> None:
    add_prompts(people.project)
    user = people.annotators[0]
    said = do_one(people, user)
    assert len(assignment_claim(user=user, project_id=people.project.pk, count=3).assignments) == 3
    assert take_back(people, user, said.assignment)[0] == 200
    assert Assignment.objects.filter(annotator=user, state="leased").count() == 4
    assert claim_one(people, user).pk == said.assignment_id


def test_an_old_token_no_longer_submits_and_the_new_one_does(people: Cast) -> None:
    add_prompts(people.project)
    user = people.annotators[0]
    slot = claim_one(people, user)
    send(user, slot)
    take_back(people, user, slot)
    with pytest.raises(Conflict) as stale:
        send(user, slot)
    assert stale.value.code == "stale_token"
    again = send(user, claim_one(people, user))
    assert (again.assignment_id, again.current) == (slot.pk, True)
    assert Annotation.objects.filter(assignment=slot).count() == 2


def test_twice_is_once(people: Cast) -> None:
    add_prompts(people.project)
    user = people.annotators[0]
    slot = do_one(people, user).assignment
    first, second = take_back(people, user, slot), take_back(people, user, slot)
    assert first[0] == second[0] == 200
    assert first[1]["token"] == second[1]["token"]
    assert Event.objects.filter(kind="assignment_withdraw").count() == 1


def test_a_lease_that_runs_out_after_it_goes_the_way_of_any_other() -> None:
    people = cast(2, passes=1)
    add_prompts(people.project, n_responses=3)
    one, two = people.annotators
    slot = do_one(people, one).assignment
    take_back(people, one, slot)
    token = Assignment.objects.get(pk=slot.pk).token
    Assignment.objects.filter(pk=slot.pk).update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    leases_release()
    assert take_back(people, one, slot) == (409, "not_submitted")
    assert assignment_renew(user=one, assignment_id=slot.pk, token=token) > timezone.now()
    Assignment.objects.filter(pk=slot.pk).update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    leases_release()
    taken = assignment_claim(user=two, project_id=people.project.pk, count=3).assignments
    others = next(row for row in taken if row.pk == slot.pk)
    assert take_back(people, one, slot) == (409, "not_submitted")
    send(two, others)
    assert take_back(people, one, slot) == (409, "not_submitted")
    assert take_back(people, two, slot)[0] == 200


# ---- it counts nowhere ----


def test_what_was_taken_back_counts_nowhere() -> None:
    people = cast(2)
    add_prompts(people.project, n_responses=3)
    user = people.annotators[0]
    said = do_one(people, user)
    other = do_one(people, user)
    figures_refresh()
    assert done_today(user, people.project.pk) == 2
    n_dealt = slots_dealt(user, people.project.pk)
    for annotation in (said, other):
        assert take_back(people, user, annotation.assignment)[0] == 200
    assert slots_dealt(user, people.project.pk) == n_dealt == 2
    assert done_today(user, people.project.pk) == 0
    figures_hold(people)
    mine = people.client(user).get(f"/api/projects/{people.project.pk}/my-figures").json()
    assert (mine["today"], mine["total"]) == (0, 0)
    assert sum(row["tasks"] for row in mine["days"] + mine["categories"]) == 0
    owner = people.client(people.owner)
    (row,) = (
        row
        for row in owner.get(f"/api/projects/{people.project.pk}/people").json()["results"]
        if row["person"] == people.project.memberships.get(user=user).pk
    )
    assert (row["tasks"], row["today"], sum(row["spark"])) == (0, 0, 0)
    figures = owner.get(f"/api/projects/{people.project.pk}/figures").json()
    assert (figures["annotations"], figures["comparisons"]) == (0, 0)
    assert recent(people, user) == []


def test_its_discard_marks_go_with_it(people: Cast) -> None:
    add_prompts(people.project, n_responses=3)
    user = people.annotators[0]
    slot = claim_one(people, user)
    garbage = slot.display_order[0]
    send(user, slot, {**SAME, garbage: 0}, discarded=[garbage])
    assert DiscardMark.objects.filter(current=True).count() == 1
    take_back(people, user, slot)
    assert not DiscardMark.objects.filter(current=True).exists()
    two = people.annotators[1]
    send(two, claim_one(people, two), {**SAME, garbage: 0}, discarded=[garbage])
    assert not slot.prompt.responses.filter(discarded=True).exists()


def test_a_repeat_of_it_is_compared_with_nothing() -> None:
    people = cast(1, passes=1, repeat_share=0.5, repeat_gap=0)
    add_prompts(people.project, 3)
    user = people.annotators[0]
    while not Probe.objects.filter(kind="repeat", answered_at__isnull=False).exists():
        do_one(people, user)
    probe = Probe.objects.select_related("repeats__assignment").get(answered_at__isnull=False)
    assert probe.repeats is not None
    path = f"/api/projects/{people.project.pk}/protocol"

    def repeats() -> int:
        rows = people.client(people.owner).get(path).json()["probes"]
        return sum(row["n"] for row in rows if row["kind"] == "repeat")

    figures_refresh()
    assert repeats() == 1
    assert take_back(people, user, probe.repeats.assignment)[0] == 200
    assert repeats() == 0
    figures_hold(people)


def test_what_was_done_again_is_reviewed_once() -> None:
    people = cast(2, delivery_share=1.0)
    prompt = everyone_agrees(people)
    user = people.annotators[0]
    (said, *_rest) = words_of(prompt, user)
    take_back(people, user, said.assignment)
    annotate_all(user, people.project, scores(prompt))
    prompt.refresh_from_db()
    assert prompt.state == "delivery_review"
    n_slots = prompt.assignments.filter(annotator=user).count()
    reject(prompt, people.lead, *words_of(prompt, user)[:1])
    assert rejection_counts(people.project.pk, "delivery", prompt.category.root_pk, user.pk) == (n_slots, 1)  # type: ignore[arg-type]


# ---- the prompt goes back, and comes again ----


@pytest.mark.parametrize(("shares", "state"), [({}, "accepted"), ({"delivery_share": 1.0}, "delivery_review")])
def test_a_settled_prompt_is_annotated_again_and_settled_again(shares: dict[str, float], state: str) -> None:
    people = cast(2, agreement_threshold=0.0, **shares)
    prompt = everyone_agrees(people)
    assert (prompt.state, prompt.rounds) == (state, 1)
    draws = list(SampleDraw.objects.filter(prompt=prompt).order_by("id").values_list("id", "stratum", "drawn"))
    user = people.annotators[0]
    (said, *_rest) = words_of(prompt, user)
    figures_hold(people)
    n_notices = Notice.objects.count()
    assert take_back(people, user, said.assignment)[0] == 200
    prompt.refresh_from_db()
    assert (prompt.state, prompt.agreement, prompt.n_differing) == ("annotating", None, None)
    assert not Review.objects.filter(prompt=prompt, state="waiting").exists()
    assert not Review.objects.filter(prompt=prompt, reviewer=user).exists()
    assert Event.objects.filter(kind="prompt_withdraw", actor=user, before=state, after="annotating").count() == 1
    assert Event.objects.filter(kind="assignment_withdraw", actor=user, subject_id=said.assignment_id).count() == 1
    figures_hold(people)
    conflicts = people.client(people.owner).get(f"/api/projects/{people.project.pk}/figures").json()
    assert conflicts["ordered_pairs_per_prompt"] is None
    ranked = Ranking.objects.get(prompt=prompt)
    send(user, claim_one(people, user), scores(prompt, 3, 4, 5))
    prompt.refresh_from_db()
    assert (prompt.state, prompt.rounds) == (state, 2)
    assert prompt.agreement is not None
    assert prompt.agreement < 1
    again = Ranking.objects.get(prompt=prompt)
    n_final = Comparison.objects.filter(prompt=prompt, final=True).count()
    assert (again.n_comparisons, ranked.n_comparisons) == (n_final, n_final)
    assert again.n_conflicts > ranked.n_conflicts == 0
    after = list(SampleDraw.objects.filter(prompt=prompt).order_by("id").values_list("id", "stratum", "drawn"))
    assert after == draws
    assert Notice.objects.count() == n_notices
    figures_hold(people)


def test_the_same_words_again_bring_the_same_prompt_again() -> None:
    people = cast(2, delivery_share=1.0)
    prompt = everyone_agrees(people)
    tiers, user = Ranking.objects.get(prompt=prompt).tiers, people.annotators[1]
    first = waiting(prompt)
    take_back(people, user, words_of(prompt, user)[0].assignment)
    send(user, claim_one(people, user), scores(prompt))
    prompt.refresh_from_db()
    again = waiting(prompt)
    first.refresh_from_db()
    assert (first.state, again.round, prompt.state) == ("withdrawn", 2, "delivery_review")
    assert Ranking.objects.get(prompt=prompt).tiers == tiers
    assert set(again.shown) == set(Comparison.objects.filter(prompt=prompt, current=True).values_list("pk", flat=True))
    assert approve(prompt, people.lead) == "accepted"
    figures_hold(people)


# ---- what stays ----


def test_what_was_reviewed_stays_until_it_is_done_again() -> None:
    people = cast(2, delivery_share=1.0, operations_share=1.0)
    reviewers = reviewers_of(people)
    one, two = people.annotators
    prompt = everyone_agrees(people)
    approve(prompt, reviewers["delivery"])
    assert prompt.state == "operations_review"
    mine = words_of(prompt, one)
    assert refused(people, one, mine[0].assignment) == "reviewed"
    reject(prompt, reviewers["operations"], mine[0])
    assert prompt.state == "annotating"
    assert refused(people, one, mine[1].assignment) == "reviewed"
    assert refused(people, two, words_of(prompt, two)[0].assignment) == "reviewed"
    assert take_back(people, one, mine[0].assignment) == (409, "reviewed")
    # What was done again since nobody has seen yet.
    send(one, claim_one(people, one), scores(prompt))
    prompt.refresh_from_db()
    assert prompt.state == "delivery_review"
    assert take_back(people, one, mine[0].assignment)[0] == 200
    prompt.refresh_from_db()
    assert prompt.state == "annotating"


def test_what_was_discussed_stays_then_and_later(people: Cast) -> None:
    (prompt,) = add_prompts(people.project, n_responses=3)
    one, two = people.annotators
    annotate_all(one, people.project, scores(prompt))
    annotate_all(two, people.project, scores(prompt, 1, 2, 3))
    prompt.refresh_from_db()
    assert prompt.state == "discussion"
    assert refused(people, one, words_of(prompt, one)[0].assignment) == "discussed"
    flip = {"a": "b", "b": "a"}
    for row in Comparison.objects.filter(prompt=prompt, author=two, current=True):
        verdict_revise(
            user=two,
            prompt_id=prompt.pk,
            task=row.task_id or 0,
            response_a=row.response_a_id,
            response_b=row.response_b_id,
            verdict=flip[row.verdict],
        )
    prompt.refresh_from_db()
    assert prompt.state == "accepted"
    assert refused(people, one, words_of(prompt, one)[0].assignment) == "discussed"


def test_what_a_set_holds_or_is_being_made_of_stays(people: Cast) -> None:
    prompt = everyone_agrees(people)
    user = people.annotators[0]
    slot = words_of(prompt, user)[0].assignment
    options: dict[str, Any] = {"filters": {}, "benchmark_share": 0.2, "seed": 1, "note": ""}
    row = set_store(project=people.project, user=people.owner, name="集", **options)
    assert refused(people, user, slot) == "in_set"
    PreferenceSet.objects.filter(pk=row.pk).update(state=SetState.FAILED)
    assert listed(people, user, slot) == "yes"
    PreferenceSetItem.objects.create(set=row, prompt=prompt, split="train")
    assert refused(people, user, slot) == "in_set"


def test_a_set_in_the_making_holds_up_only_what_it_could_take(people: Cast) -> None:
    add_prompts(people.project)
    user = people.annotators[0]
    slot = do_one(people, user).assignment
    set_store(project=people.project, user=people.owner, name="集", filters={}, benchmark_share=0.2, seed=1, note="")
    assert take_back(people, user, slot)[0] == 200


def test_a_prompt_whose_right_order_was_agreed_on_stays(people: Cast) -> None:
    prompt = everyone_agrees(people)
    make_gold(people, prompt)
    user = people.annotators[0]
    assert refused(people, user, words_of(prompt, user)[0].assignment) == "reviewed"


def test_what_went_on_without_it_stays(people: Cast) -> None:
    one, two = people.annotators
    (prompt,) = add_prompts(people.project, n_responses=4)
    slots = [claim_one(people, one), claim_one(people, two)]
    garbage = next(iter(set(slots[0].display_order) & set(slots[1].display_order)))
    for user, slot in zip((one, two), slots, strict=True):
        send(user, slot, {**SAME, garbage: 0}, discarded=[garbage])
    assert prompt.responses.get(discarded=True).pk == garbage
    assert refused(people, one, slots[0]) == "superseded"
    (dropped,) = add_prompts(people.project, start=5)
    while (slot := claim_one(people, one)).prompt_id != dropped.pk:
        send(one, slot)
    send(one, slot)
    prompt_drop(user=people.lead, prompt_id=dropped.pk, reason="题目有误")
    assert refused(people, one, slot) == "superseded"


def test_a_rejected_task_that_somebody_else_did_is_not_its_first_authors() -> None:
    people = cast(3, delivery_share=1.0)
    one, _two, three = people.annotators
    prompt = everyone_agrees(people)
    slot = words_of(prompt, one)[0].assignment
    reject(prompt, people.lead, words_of(prompt, one)[0], return_to="other")
    send(three, claim_one(people, three), scores(prompt))
    assert refused(people, one, slot) == "reviewed"
    assert take_back(people, three, slot)[0] == 200


def test_only_ones_own_and_only_at_work(people: Cast) -> None:
    add_prompts(people.project)
    one, two = people.annotators
    slot = do_one(people, one).assignment
    assert take_back(people, two, slot) == (409, "not_submitted")
    assert take_back(people, people.lead, slot) == (403, "forbidden")
    assert take_back(people, people.outsider, slot) == (404, "not_found")
    held = claim_one(people, one)
    assert take_back(people, one, held) == (409, "not_submitted")
    membership = people.project.memberships.get(user=one)
    standing = Expertise.objects.filter(membership=membership, category=slot.category)
    standing.update(state="barred")
    assert take_back(people, one, slot) == (403, "not_qualified")
    standing.update(state="open")
    person_pause(membership=membership, reason="休息")
    assert take_back(people, one, slot) == (403, "paused")
    assert Annotation.objects.get().current


def test_what_an_exam_asks_stays_answered(people: Cast) -> None:
    (item, *_rest) = add_gold(people, 1, in_exam=True, hidden=False)
    user = people.annotators[0]
    exam = exam_start(user=user, project_id=people.project.pk, category_id=item.category_id).exam
    slot = exam_task(user=user, exam_id=exam.pk).slot
    assert slot is not None
    assert take_back(people, user, slot) == (404, "not_found")


# ---- gold and repeats ----


def test_gold_and_repeats_are_taken_back_like_work() -> None:
    people = cast(1, gold_share=0.4, gold_mark=0.0, repeat_share=0.4, repeat_gap=0)
    add_gold(people, 2)
    add_prompts(people.project, 4)
    user = people.annotators[0]
    shapes: dict[str, Any] = {}
    n_done = 0
    while set(shapes) != {"work", "gold", "repeat"}:
        slot = claim_one(people, user)
        n_dealt = slots_dealt(user, people.project.pk)
        send(user, slot)
        assert listed(people, user, slot) == "yes"
        figures_refresh()
        status, back = take_back(people, user, slot)
        (again,) = assignment_claim(user=user, project_id=people.project.pk, count=1).assignments
        shape = (status, sorted(back), back["token"] - slot.token, again.pk == slot.pk)
        assert shapes.setdefault(slot.kind, shape) == shape
        assert slots_dealt(user, people.project.pk) == n_dealt
        probes = Probe.objects.filter(assignment=slot)
        assert not probes.exclude(answered_at=None, n_same=None, n_comparisons=None).exists()
        figures_hold(people)
        send(user, again)
        assert not probes.filter(answered_at=None).exists()
        n_done += 1
    assert shapes["work"] == shapes["gold"] == shapes["repeat"]
    assert Event.objects.filter(kind="assignment_withdraw").count() == n_done
    assert done_today(user, people.project.pk) == n_done
    figures_hold(people)


# ---- the list ----


def test_the_list_shows_todays_submissions_newest_first_by_places(people: Cast) -> None:
    add_prompts(people.project)
    user = people.annotators[0]
    old = do_one(people, user)
    Annotation.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=1))
    first = claim_one(people, user)
    best, *others = first.display_order
    send(user, first, {**SAME, best: 5})
    second = do_one(people, user)
    rows = recent(people, user)
    assert [row["id"] for row in rows] == [second.assignment.handle, first.handle]
    assert rows[1]["order"] == [[1], [2, 3]]
    assert len(others) == 2
    assert (rows[1]["number"], rows[1]["category"]) == (first.handle % 1_000_000, ["数学"])
    assert rows[1]["none_acceptable"] is False
    assert rows[1]["withdrawable"] is True
    assert recent(people, people.annotators[1]) == []


def test_the_list_costs_the_same_however_long_it_is_and_ends_at_thirty(people: Cast) -> None:
    user = people.annotators[0]
    add_prompts(people.project, 7)

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            recent(people, user)
        return len(captured)

    do_one(people, user)
    cost()
    few = cost()
    for _ in range(32):
        do_one(people, user)
    assert cost() == few
    rows = recent(people, user)
    assert len(rows) == 30
    assert [row["submitted_at"] for row in rows] == sorted((row["submitted_at"] for row in rows), reverse=True)


# ---- at the same moment ----


def test_of_a_reviewer_who_approves_and_an_author_who_takes_back_one_wins(committed: None) -> None:
    people = cast(2, delivery_share=1.0)
    user = people.annotators[0]
    for start in range(4):
        (prompt,) = settled(people, n_responses=3, start=start)
        review, slot = waiting(prompt), words_of(prompt, user)[0].assignment
        outcomes = at_once(
            lambda handle=review.handle: review_approve(user=people.lead, handle=handle).state,
            lambda pk=slot.pk: assignment_withdraw(user=user, assignment_id=pk).state,
        )
        prompt.refresh_from_db()
        review.refresh_from_db()
        slot.refresh_from_db()
        stands = (prompt.state, review.state, slot.state)
        if outcomes == ["approved", "reviewed"]:
            assert stands == ("accepted", "approved", "submitted")
        else:
            assert outcomes == ["withdrawn", "leased"]
            assert stands == ("annotating", "withdrawn", "leased")
            send(user, claim_one(people, user), scores(prompt))


def test_two_windows_that_take_back_at_once_take_back_once(committed: None) -> None:
    people = cast(2)
    add_prompts(people.project)
    user = people.annotators[0]
    for _ in range(3):
        slot = do_one(people, user).assignment
        acts = [lambda pk=slot.pk: str(assignment_withdraw(user=user, assignment_id=pk).token) for _ in range(2)]
        assert at_once(*acts) == [str(slot.token + 1)] * 2
        send(user, claim_one(people, user))
    assert Event.objects.filter(kind="assignment_withdraw").count() == 3
    assert Annotation.objects.filter(withdrawn=True).count() == 3


def test_a_second_call_beside_the_end_of_the_lease_renews_it_or_finds_nothing_submitted(committed: None) -> None:
    people = cast(2)
    add_prompts(people.project)
    user = people.annotators[0]
    for _ in range(4):
        slot = assignment_withdraw(user=user, assignment_id=do_one(people, user).assignment_id)
        Assignment.objects.filter(pk=slot.pk).update(lease_expires_at=timezone.now())
        outcomes = at_once(
            lambda pk=slot.pk: assignment_withdraw(user=user, assignment_id=pk).state,
            lambda: str(leases_release()),
        )
        slot.refresh_from_db()
        if outcomes == ["leased", "0"]:
            assert (slot.state, slot.annotator) == ("leased", user)
            send(user, slot)
        else:
            assert outcomes == ["not_submitted", "1"]
            assert (slot.state, slot.annotator) == ("open", None)


def test_the_last_submission_of_a_prompt_and_a_withdrawal_at_once_leave_it_whole(committed: None) -> None:
    people = cast(2)
    one, two = people.annotators
    for start in range(3):
        (prompt,) = settled(people, n_responses=3, start=start)
        last = assignment_withdraw(user=two, assignment_id=words_of(prompt, two)[0].assignment_id)
        done = words_of(prompt, one)[0].assignment

        def hand_in(slot: Assignment = last, prompt: Prompt = prompt) -> str:
            send(two, slot, scores(prompt))
            return "submitted"

        outcomes = at_once(hand_in, lambda pk=done.pk: assignment_withdraw(user=one, assignment_id=pk).state)
        assert outcomes == ["submitted", "leased"]
        prompt.refresh_from_db()
        assert prompt.state == "annotating"
        send(one, claim_one(people, one), scores(prompt))
        prompt.refresh_from_db()
        assert (prompt.state, prompt.agreement) == ("accepted", 1.0)


def test_a_set_that_begins_beside_a_withdrawal_never_holds_the_prompt(committed: None) -> None:
    people = cast(2)
    user = people.annotators[0]
    for start in range(3):
        prompt = settled(people, n_responses=3, start=start)[0]
        slot = words_of(prompt, user)[0].assignment

        def begin(start: int = start) -> str:
            row = set_store(
                project=people.project,
                user=people.owner,
                name=f"集{start}",
                filters={},
                benchmark_share=0.2,
                seed=1,
                note="",
            )
            return str(row.pk)

        made, back = at_once(begin, lambda pk=slot.pk: assignment_withdraw(user=user, assignment_id=pk).state)
        prompt.refresh_from_db()
        assert (back, prompt.state) in (("leased", "annotating"), ("in_set", "accepted"))
        PreferenceSet.objects.filter(pk=int(made)).update(state=SetState.FAILED)
        if back == "leased":
            send(user, claim_one(people, user), scores(prompt))
