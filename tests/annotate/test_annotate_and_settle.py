"""From answers to a ranking: rules of an answer, agreement of the passes, the QA lead's decision, conflicts."""

from uuid import uuid4

import pytest

from annotate.domain.states import RoleName
from annotate.models import Annotation, Assignment, Comparison, Event, Prompt, Ranking, Response
from annotate.problems import Conflict, Forbidden, Invalid, NotFound
from annotate.selectors.disputes import dispute_rows
from annotate.selectors.prompts import verdicts_by_pass
from annotate.services.annotations import annotation_submit
from annotate.services.assignments import assignment_claim
from annotate.services.decisions import Settled, decision_record
from annotate.services.discussions import prompt_escalate
from annotate.services.projects import member_set
from annotate.services.prompts import prompt_drop
from tests.people import Cast, add_prompts, annotate_all, answer_by, submit

pytestmark = pytest.mark.django_db


def qualities(prompt: Prompt, *values: int) -> dict[int, int]:
    return dict(zip(prompt.responses.order_by("ring_index").values_list("pk", flat=True), values, strict=True))


def claim_one(people: Cast) -> Assignment:
    return assignment_claim(user=people.annotators[0], project_id=people.project.pk, count=1).assignments[0]


def test_an_answer_is_stored_with_scores_order_and_every_comparison(people: Cast) -> None:
    add_prompts(people.project)
    slot = claim_one(people)
    first, second, third = slot.display_order
    answer = answer_by({first: 2, second: 5, third: 2}, slot.display_order, notes="查过", seconds=12.5)
    annotation, new = annotation_submit(
        user=people.annotators[0], assignment_id=slot.pk, token=slot.token, idempotency_key=uuid4(), answer=answer
    )
    assert new
    assert annotation.scores == {str(first): 2, str(second): 5, str(third): 2}
    assert annotation.order == [[second], [first, third]]
    assert annotation.notes == "查过"
    said = {}
    for row in Comparison.objects.filter(annotation=annotation):
        assert row.response_a_id < row.response_b_id
        assert row.position_a == slot.display_order.index(row.response_a_id)
        assert row.position_b == slot.display_order.index(row.response_b_id)
        better = {"a": row.response_a_id, "b": row.response_b_id, "equal": None}[row.verdict]
        said[frozenset((row.response_a_id, row.response_b_id))] = better
    assert said == {
        frozenset((first, second)): second,
        frozenset((second, third)): second,
        frozenset((first, third)): None,
    }


def test_sending_an_answer_twice_stores_it_once(people: Cast) -> None:
    add_prompts(people.project)
    slot = claim_one(people)
    answer = answer_by(dict.fromkeys(slot.display_order, 3), slot.display_order)
    request = {"user": people.annotators[0], "assignment_id": slot.pk, "token": slot.token, "answer": answer}
    key = uuid4()
    first, new = annotation_submit(idempotency_key=key, **request)
    second, new_again = annotation_submit(idempotency_key=key, **request)
    assert (new, new_again, first.pk) == (True, False, second.pk)
    with pytest.raises(Conflict) as refused:
        annotation_submit(idempotency_key=uuid4(), **request)
    assert refused.value.code == "already_submitted"
    assert Annotation.objects.count() == 1
    assert Comparison.objects.count() == 3


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("invalid_score", lambda a, r: {"scores": {**a.scores, r[0]: 9}}),
        ("invalid_score", lambda a, r: {"scores": {**a.scores, r[0]: 2.5}}),
        ("invalid_score", lambda a, r: {"scores": {**a.scores, r[0]: True}}),
        ("invalid_score", lambda a, r: {"scores": {**a.scores, r[0]: None}}),
        ("foreign_response", lambda a, r: {"order": [[r[0], r[1], r[2], 999_999]]}),
        ("incomplete", lambda a, r: {"order": [[r[0], r[1]]]}),
        ("incomplete", lambda a, r: {"scores": {r[0]: 3, r[1]: 3}}),
        ("invalid_order", lambda a, r: {"order": [[r[0], r[1], r[2]], [r[0]]]}),
        ("contradiction", lambda a, r: {"scores": {**a.scores, r[0]: 1, r[1]: 5}, "order": [[r[0]], [r[1]], [r[2]]]}),
        ("contradiction", lambda a, r: {"scores": {**a.scores, r[0]: 4}}),
        ("discarded_needs_zero", lambda a, r: {"discarded": [r[0]]}),
    ],
)
def test_a_broken_rule_is_named_and_nothing_is_written(people: Cast, code: str, change) -> None:
    add_prompts(people.project)
    slot = claim_one(people)
    shown = slot.display_order
    plain = answer_by(dict.fromkeys(shown, 3), shown)
    n_events = Event.objects.count()
    with pytest.raises(Invalid) as refused:
        annotation_submit(
            user=people.annotators[0],
            assignment_id=slot.pk,
            token=slot.token,
            idempotency_key=uuid4(),
            answer=answer_by(dict.fromkeys(shown, 3), shown, **change(plain, shown)),
        )
    assert refused.value.code == code
    assert Annotation.objects.count() == Comparison.objects.count() == 0
    assert Event.objects.count() == n_events
    assert Assignment.objects.get(pk=slot.pk).state == "leased"


def test_two_passes_that_agree_make_a_ranking(people: Cast) -> None:
    (prompt,) = add_prompts(people.project)
    quality = qualities(prompt, 5, 3, 3, 1, 0)
    for user in people.annotators:
        assert annotate_all(user, people.project, quality) == 5
    prompt.refresh_from_db()
    assert (prompt.state, prompt.agreement, prompt.n_differing) == ("accepted", 1.0, 0)
    ranking = Ranking.objects.get(prompt=prompt)
    a, b, c, d, e = quality
    assert ranking.tiers == [[a], [b, c], [d], [e]]
    assert (ranking.n_comparisons, ranking.n_conflicts, ranking.n_ordered_pairs) == (30, 0, 9)


def test_one_difference_in_fifteen_passes_and_becomes_a_conflict(people: Cast) -> None:
    (prompt,) = add_prompts(people.project)
    one, two = people.annotators
    quality = qualities(prompt, 5, 4, 3, 2, 1)
    a, b, c, d, e = quality
    annotate_all(one, people.project, quality)
    while claim := assignment_claim(user=two, project_id=people.project.pk, count=1).assignments:
        slot = claim[0]
        # In the one task with the first three responses the second annotator finds b and c alike.
        values = {**quality, b: 3} if slot.task.index == 0 else quality
        submit(two, slot, answer_by(values, slot.display_order))
    prompt.refresh_from_db()
    assert (prompt.state, prompt.agreement, prompt.n_differing) == ("accepted", 14 / 15, 1)
    ranking = Ranking.objects.get(prompt=prompt)
    assert (ranking.tiers, ranking.merged) == ([[a], [b, c], [d], [e]], [[b, c]])
    # b > c was said three times and is now a tie.
    assert (ranking.n_comparisons, ranking.n_conflicts) == (30, 3)


def disagreeing(people: Cast, prompt: Prompt) -> set[tuple[int, int, int]]:
    """Let the two annotators say the opposite of each other and hand that on; return what differs."""
    one, two = people.annotators
    annotate_all(one, people.project, qualities(prompt, 5, 4, 3, 2, 1))
    annotate_all(two, people.project, qualities(prompt, 1, 2, 3, 4, 5))
    prompt.refresh_from_db()
    assert (prompt.state, prompt.agreement) == ("discussion", 0.0)
    prompt_escalate(user=one, prompt_id=prompt.pk, reason="各持己见")
    prompt.refresh_from_db()
    first, second = verdicts_by_pass(prompt)
    return {key for key in first if first[key] != second[key]}


def test_an_escalated_prompt_goes_to_the_queue_of_those_who_did_not_annotate_it(people: Cast) -> None:
    (prompt,) = add_prompts(people.project)
    assert len(disagreeing(people, prompt)) == 15
    assert prompt.state == "escalated_delivery"
    assert not Ranking.objects.filter(prompt=prompt).exists()
    assert list(dispute_rows(people.lead, people.project.pk)) == [prompt]
    roles = [RoleName.ANNOTATOR, RoleName.DELIVERY_REVIEWER]
    member_set(project=people.project, username=people.annotators[0].username, roles=roles, actor=people.owner)
    assert list(dispute_rows(people.annotators[0], people.project.pk)) == []


def test_a_decision_overrules_what_differs_and_ranks_the_prompt(people: Cast) -> None:
    (prompt,) = add_prompts(people.project)
    differing = disagreeing(people, prompt)
    settled = [Settled(task, a, b, "a") for task, a, b in differing]
    decision_record(user=people.lead, prompt_id=prompt.pk, settled=settled, reason="按指南 2.1", clause="2.1")
    prompt.refresh_from_db()
    assert prompt.state == "accepted"
    assert Comparison.objects.filter(prompt=prompt, kind="human", final=True).count() == 0
    assert Comparison.objects.filter(prompt=prompt, kind="adjudication", final=True).count() == 15
    in_ring_order = [[pk] for pk in prompt.responses.order_by("ring_index").values_list("pk", flat=True)]
    assert Ranking.objects.get(prompt=prompt).tiers == in_ring_order
    line = Event.objects.get(prompt=prompt, kind="prompt_adjudicate")
    assert (line.kind, line.actor, line.before, line.after) == (
        "prompt_adjudicate",
        people.lead,
        "escalated_delivery",
        "settled",
    )
    assert line.reason == "按指南 2.1"
    with pytest.raises(Conflict) as refused:
        decision_record(user=people.lead, prompt_id=prompt.pk, settled=settled, reason="again", clause="")
    assert refused.value.code == "already_decided"


def test_a_decision_must_cover_just_what_differs_and_give_a_reason(people: Cast) -> None:
    (prompt,) = add_prompts(people.project)
    differing = sorted(disagreeing(people, prompt))
    all_of_them = [Settled(task, a, b, "equal") for task, a, b in differing]
    cases = {
        "incomplete": (all_of_them[1:], "why"),
        "not_differing": ([*all_of_them, all_of_them[0]], "why"),
        "reason_required": (all_of_them, "  "),
    }
    for code, (settled, reason) in cases.items():
        with pytest.raises(Invalid) as refused:
            decision_record(user=people.lead, prompt_id=prompt.pk, settled=settled, reason=reason, clause="")
        assert refused.value.code == code
    prompt.refresh_from_db()
    assert prompt.state == "escalated_delivery"
    assert not Comparison.objects.filter(kind="adjudication").exists()


def test_a_verdict_given_with_the_pair_turned_round_means_the_same(people: Cast) -> None:
    (prompt,) = add_prompts(people.project)
    settled = [Settled(task, b, a, "b") for task, a, b in disagreeing(people, prompt)]
    decision_record(user=people.lead, prompt_id=prompt.pk, settled=settled, reason="why", clause="")
    in_ring_order = [[pk] for pk in prompt.responses.order_by("ring_index").values_list("pk", flat=True)]
    assert Ranking.objects.get(prompt=prompt).tiers == in_ring_order


def test_only_a_reviewer_who_did_not_annotate_may_settle(people: Cast) -> None:
    (prompt,) = add_prompts(people.project)
    settled = [Settled(task, a, b, "a") for task, a, b in disagreeing(people, prompt)]
    for user, problem in (
        (people.outsider, NotFound),
        (people.annotators[0], Forbidden),
        (people.researcher, Forbidden),
    ):
        with pytest.raises(problem):
            decision_record(user=user, prompt_id=prompt.pk, settled=settled, reason="why", clause="")


def test_a_response_that_both_passes_discard_leaves_the_graph(people: Cast) -> None:
    (prompt,) = add_prompts(people.project)
    quality = qualities(prompt, 5, 4, 3, 2, 0)
    *_, garbage = quality
    annotate_discarding(people, quality, {garbage})
    prompt.refresh_from_db()
    assert prompt.state == "accepted"
    assert Response.objects.get(pk=garbage).discarded
    ranking = Ranking.objects.get(prompt=prompt)
    assert garbage not in [response for tier in ranking.tiers for response in tier]
    assert ranking.n_ordered_pairs == 6


def test_with_fewer_than_three_usable_responses_a_prompt_leaves_with_the_reason(people: Cast) -> None:
    (prompt,) = add_prompts(people.project)
    quality = qualities(prompt, 5, 4, 0, 0, 0)
    annotate_discarding(people, quality, {pk for pk, score in quality.items() if score == 0})
    prompt.refresh_from_db()
    assert (prompt.state, prompt.drop_reason) == ("dropped", "too_few_responses")


def annotate_discarding(people: Cast, quality: dict[int, int], garbage: set[int]) -> None:
    """Let everybody work until nothing is left: what is discarded on the way may leave new tasks to the first."""
    for user in [*people.annotators, *people.annotators]:
        while claim := assignment_claim(user=user, project_id=people.project.pk, count=1).assignments:
            slot = claim[0]
            marked = [response for response in slot.display_order if response in garbage]
            submit(user, slot, answer_by(quality, slot.display_order, discarded=marked))


def test_a_dropped_prompt_deals_no_more_tasks_and_refuses_answers_under_way(people: Cast) -> None:
    (prompt,) = add_prompts(people.project)
    slot = claim_one(people)
    prompt_drop(user=people.lead, prompt_id=prompt.pk, reason="题目有误")
    with pytest.raises(Conflict) as refused:
        annotation_submit(
            user=people.annotators[0],
            assignment_id=slot.pk,
            token=slot.token,
            idempotency_key=uuid4(),
            answer=answer_by(dict.fromkeys(slot.display_order, 3), slot.display_order),
        )
    assert refused.value.code == "cancelled"
    assert assignment_claim(user=people.annotators[1], project_id=people.project.pk, count=1).why_none == "none_left"


def test_one_pass_alone_is_accepted_without_an_agreement(people: Cast) -> None:
    people.project.passes = 1
    people.project.save()
    (prompt,) = add_prompts(people.project)
    annotate_all(people.annotators[0], people.project, qualities(prompt, 5, 4, 3, 2, 1))
    prompt.refresh_from_db()
    assert (prompt.state, prompt.agreement) == ("accepted", None)
