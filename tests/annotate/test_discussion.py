"""Below the threshold the people of the passes discuss, revise, and hand on what stays unresolved."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from annotate.domain.states import RoleName
from annotate.models import (
    Assignment,
    Comparison,
    Discussion,
    DiscussionMessage,
    Event,
    Membership,
    Notice,
    Prompt,
    Ranking,
    User,
)
from annotate.problems import Conflict, Forbidden, Invalid, NotFound
from annotate.selectors.discussions import discussion_rows
from annotate.selectors.disputes import dispute_rows
from annotate.services.assignments import assignment_claim
from annotate.services.decisions import Settled, decision_record
from annotate.services.discussions import (
    Place,
    discussions_escalate,
    message_post,
    prompt_escalate,
    verdict_revise,
)
from annotate.services.events import event
from annotate.services.projects import member_set
from tests.people import Cast, add_prompts, annotate_all, answer_by, cast, person, submit

pytestmark = pytest.mark.django_db

Said = dict[tuple[int, int, int], str]


def ring(prompt: Prompt) -> list[int]:
    return list(prompt.responses.order_by("ring_index").values_list("pk", flat=True))


def differing(
    people: Cast, first: tuple[int, ...] = (5, 4, 3, 2, 1), second: tuple[int, ...] = (5, 4, 3, 1, 2)
) -> Prompt:
    """Return a prompt whose two annotators score its responses differently: here they swap the last two."""
    (prompt,) = add_prompts(people.project, start=people.project.prompts.count())
    for user, quality in zip(people.annotators, (first, second), strict=True):
        annotate_all(user, people.project, dict(zip(ring(prompt), quality, strict=True)))
    prompt.refresh_from_db()
    return prompt


def held(prompt: Prompt, user: User) -> Said:
    rows = Comparison.objects.filter(prompt=prompt, author=user, kind="human", current=True)
    return {(row.task_id, row.response_a_id, row.response_b_id): row.verdict for row in rows}


def disputed(prompt: Prompt, people: Cast) -> list[tuple[int, int, int]]:
    one, two = (held(prompt, user) for user in people.annotators)
    return sorted(key for key in one if one[key] != two[key])


def revise(user: User, prompt: Prompt, key: tuple[int, int, int], verdict: str) -> Any:
    return verdict_revise(
        user=user, prompt_id=prompt.pk, task=key[0], response_a=key[1], response_b=key[2], verdict=verdict
    )


def reviewer(people: Cast, role: RoleName) -> User:
    user = person(f"{role}-{people.project.pk}")
    member_set(project=people.project, username=user.username, roles=[role], actor=people.owner)
    return user


def code_of(problem: type[Exception], action: Any) -> str:
    with pytest.raises(problem) as refused:
        action()
    return str(refused.value.code)  # type: ignore[attr-defined]


# ---- opening ----


def test_below_the_threshold_a_discussion_opens_and_its_people_are_told(people: Cast) -> None:
    before = timezone.now()
    prompt = differing(people)
    assert (prompt.state, prompt.agreement, prompt.n_differing) == ("discussion", 13 / 15, 2)
    discussion = Discussion.objects.get(prompt=prompt)
    assert discussion.state == "open"
    assert discussion.due_at >= before + timedelta(hours=people.project.discussion_hours)
    told = Notice.objects.filter(kind="discussion_opened", prompt=prompt).values_list("user", flat=True)
    assert sorted(told) == sorted(user.pk for user in people.annotators)
    for user in people.annotators:
        assert [row.prompt_id for row in discussion_rows(user, people.project.pk, closed=False)] == [prompt.pk]
    assert not dispute_rows(people.lead, people.project.pk).exists()


@pytest.mark.parametrize(
    ("measure", "state", "agreement"),
    # 13 of 15 alike; one difference is equal against an order, the other an opposite order.
    [("exact", "discussion", 13 / 15), ("ordered", "settled", 13 / 14), ("weighted", "settled", 13.5 / 15)],
)
def test_the_measure_of_the_project_is_the_gate(measure: str, state: str, agreement: float) -> None:
    people = cast(agreement_measure=measure, agreement_threshold=0.9)
    (prompt,) = add_prompts(people.project)
    one, two = people.annotators
    quality = dict(zip(ring(prompt), (5, 4, 3, 2, 1), strict=True))
    annotate_all(one, people.project, quality)
    while claim := assignment_claim(user=two, project_id=people.project.pk, count=1).assignments:
        (slot,), changed = claim, dict(quality)
        first, second, _third = slot.task.responses
        if slot.task.index == 0:
            changed[second] = changed[first]
        if slot.task.index == 1:
            changed[first], changed[second] = quality[second], quality[first]
        submit(two, slot, answer_by(changed, slot.display_order))
    prompt.refresh_from_db()
    assert prompt.agreement == pytest.approx(agreement)
    assert prompt.state == ("accepted" if state == "settled" else state)


# ---- revisions ----


def test_a_revision_keeps_the_old_verdict_and_closes_the_discussion_once_the_passes_agree(people: Cast) -> None:
    prompt = differing(people)
    one, two = people.annotators
    first, second = disputed(prompt, people)
    old = held(prompt, two)[first]
    standpoint = revise(two, prompt, first, held(prompt, one)[first])
    # 14 of 15 is enough.
    assert (standpoint.state, standpoint.agreement, standpoint.differing) == ("accepted", 14 / 15, 1)
    prompt.refresh_from_db()
    assert (prompt.agreement, prompt.n_differing) == (14 / 15, 1)
    assert Discussion.objects.get(prompt=prompt).state == "agreed"
    new = Comparison.objects.get(prompt=prompt, revises__isnull=False)
    assert (new.author, new.verdict, new.current, new.final) == (two, held(prompt, one)[first], True, True)
    assert new.revises is not None
    assert (new.revises.verdict, new.revises.current, new.revises.final) == (old, False, False)
    line = Event.objects.get(prompt=prompt, kind="comparison_revise")
    assert (line.actor, line.before, line.after) == (two, old, new.verdict)
    assert held(prompt, two)[second] != held(prompt, one)[second]
    assert Ranking.objects.get(prompt=prompt).n_comparisons == 30


def test_a_revision_that_is_not_enough_leaves_the_discussion_open_and_is_counted(people: Cast) -> None:
    prompt = differing(people, second=(1, 2, 3, 4, 5))
    one, two = people.annotators
    standpoint = revise(two, prompt, disputed(prompt, people)[0], held(prompt, one)[disputed(prompt, people)[0]])
    assert (standpoint.state, standpoint.agreement, standpoint.differing) == ("discussion", 1 / 15, 14)
    prompt.refresh_from_db()
    assert (prompt.state, prompt.agreement, prompt.n_differing) == ("discussion", 1 / 15, 14)


def test_both_may_give_way_and_old_and_new_are_shown_to_both(people: Cast) -> None:
    prompt = differing(people)
    one, two = people.annotators
    first, _second = disputed(prompt, people)
    before = {user: held(prompt, user)[first] for user in people.annotators}
    revise(one, prompt, first, "equal")
    body = people.client(two).get(f"/api/discussions/{prompt.pk}").json()
    assert body["open"]
    (row,) = [row for row in body["comparisons"] if (row["task"], row["response_a"], row["response_b"]) == first]
    assert [
        (said["mine"], said["verdict"], [was["verdict"] for was in said["history"]]) for said in row["verdicts"]
    ] == [
        (False, "equal", [before[one]]),
        (True, before[two], []),
    ]
    assert not row["same"]
    assert [row["same"] for row in body["comparisons"]] == [False] * 2 + [True] * 13
    revise(two, prompt, first, "equal")
    prompt.refresh_from_db()
    assert prompt.state == "accepted"
    shown = people.client(people.lead).get(f"/api/disputes/{prompt.pk}").json()
    (row,) = [row for row in shown["comparisons"] if (row["task"], row["response_a"], row["response_b"]) == first]
    assert [[was["verdict"] for was in said["history"]] for said in row["verdicts"]] == [[before[one]], [before[two]]]


def test_a_revision_with_the_pair_turned_round_means_the_same_and_twice_is_once(people: Cast) -> None:
    prompt = differing(people, second=(1, 2, 3, 4, 5))
    one, two = people.annotators
    task, a, b = disputed(prompt, people)[0]
    wanted = {"a": "b", "b": "a"}[held(prompt, one)[task, a, b]]
    for _again in range(2):
        revise(two, prompt, (task, b, a), wanted)
    assert held(prompt, two)[task, a, b] == held(prompt, one)[task, a, b]
    assert Comparison.objects.filter(prompt=prompt, revises__isnull=False).count() == 1


def test_nobody_revises_for_others_or_after_the_end(people: Cast) -> None:
    prompt = differing(people)
    one, two = people.annotators
    key = disputed(prompt, people)[0]
    strangers = person("stranger")
    member_set(project=people.project, username="stranger", roles=[RoleName.ANNOTATOR], actor=people.owner)
    with pytest.raises(NotFound):
        revise(strangers, prompt, key, "equal")
    with pytest.raises(NotFound):
        revise(people.outsider, prompt, key, "equal")
    assert code_of(Forbidden, lambda: revise(people.lead, prompt, key, "equal")) == "not_participant"
    with pytest.raises(Forbidden):
        revise(people.researcher, prompt, key, "equal")
    with pytest.raises(NotFound):
        revise(one, prompt, (key[0] + 999, key[1], key[2]), "equal")
    Comparison.objects.filter(prompt=prompt, author=one, task=key[0]).update(current=False, final=False)
    assert code_of(Forbidden, lambda: revise(one, prompt, key, "equal")) == "not_yours"
    Comparison.objects.filter(prompt=prompt, author=one, task=key[0]).update(current=True, final=True)
    revise(two, prompt, key, held(prompt, one)[key])
    assert code_of(Conflict, lambda: revise(two, prompt, key, "equal")) == "discussion_closed"


def test_whoever_is_paused_or_removed_can_no_longer_act(people: Cast) -> None:
    prompt = differing(people)
    one, two = people.annotators
    key = disputed(prompt, people)[0]
    Membership.objects.filter(user=one).update(paused_at=timezone.now(), pause_reason="金标")
    acts = [
        lambda user: revise(user, prompt, key, "equal"),
        lambda user: message_post(user=user, prompt_id=prompt.pk, text="好"),
        lambda user: prompt_escalate(user=user, prompt_id=prompt.pk, reason="不"),
    ]
    for act in acts:
        assert code_of(Forbidden, lambda act=act: act(one)) == "paused"
    member_set(project=people.project, username=two.username, roles=[], actor=people.owner)
    for act in acts:
        with pytest.raises(NotFound):
            act(two)


# ---- messages ----


def test_messages_make_threads_and_the_others_are_told_under_pseudonyms(people: Cast) -> None:
    prompt = differing(people)
    one, two = people.annotators
    task, a, b = disputed(prompt, people)[0]
    path = f"/api/discussions/{prompt.pk}"
    said = people.client(one).post(
        f"{path}/messages", {"text": "按 2.1 应为平手", "task": task, "response_a": a, "response_b": b}, format="json"
    )
    assert said.status_code == 201
    reply = people.client(two).post(f"{path}/messages", {"text": "同意", "parent": said.json()["id"]}, format="json")
    assert reply.json()["parent"] == said.json()["id"]
    told = Notice.objects.filter(kind="discussion_reply", prompt=prompt).order_by("id")
    assert [notice.user for notice in told] == [two, one]
    body = people.client(one).get(path).json()
    names = {user: Membership.objects.get(user=user, project=people.project).pseudonym for user in people.annotators}
    assert body["me"] == names[one]
    assert sorted(row["pseudonym"] for row in body["people"]) == sorted(names.values())
    assert [(row["by"], row["mine"], row["task"]) for row in body["messages"]] == [
        (names[one], True, task),
        (names[two], False, None),
    ]
    rows = people.client(one).get(f"/api/projects/{people.project.pk}/discussions").json()
    assert [(row["prompt"], row["my_turn"]) for row in rows["results"]] == [(prompt.pk, True)]
    assert rows["count"] == 1
    rows = people.client(two).get(f"/api/projects/{people.project.pk}/discussions").json()
    assert [row["my_turn"] for row in rows["results"]] == [False]


def test_a_message_must_belong_where_it_says_and_is_not_sent_twice(people: Cast) -> None:
    here, there = differing(people), differing(people)
    one = people.annotators[0]
    elsewhere = message_post(user=one, prompt_id=there.pk, text="那边")
    foreign = there.responses.values_list("pk", flat=True)[0]
    cases: dict[str, dict[str, Any]] = {
        "foreign_message": {"parent_id": elsewhere.pk},
        "foreign_task": {"place": Place(task=there.tasks.values_list("pk", flat=True)[0])},
        "foreign_response": {"place": Place(response_a=foreign)},
    }
    for code, change in cases.items():
        assert (
            code_of(Invalid, lambda change=change: message_post(user=one, prompt_id=here.pk, text="x", **change))
            == code
        )
    assert code_of(Invalid, lambda: message_post(user=one, prompt_id=here.pk, text=" \n")) == "blank"
    message_post(user=one, prompt_id=here.pk, text="一次")
    assert code_of(Conflict, lambda: message_post(user=one, prompt_id=here.pk, text="一次")) == "already_posted"
    assert DiscussionMessage.objects.filter(discussion__prompt=here).count() == 1


def test_strangers_see_no_discussion_and_reviewers_only_read(people: Cast) -> None:
    prompt = differing(people)
    stranger = person("stranger")
    member_set(project=people.project, username="stranger", roles=[RoleName.ANNOTATOR], actor=people.owner)
    path = f"/api/discussions/{prompt.pk}"
    assert people.client(stranger).get(path).status_code == 404
    assert people.client(people.outsider).get(path).status_code == 404
    assert people.client(people.researcher).get(path).status_code == 403
    assert people.client(stranger).get(f"/api/projects/{people.project.pk}/discussions").json()["results"] == []
    assert people.client(people.lead).get(path).status_code == 200
    assert people.client(people.lead).post(f"{path}/messages", {"text": "x"}, format="json").status_code == 403


# ---- escalation ----


def test_a_disagreement_goes_up_by_hand_through_the_three_stages(people: Cast) -> None:
    prompt = differing(people)
    one = people.annotators[0]
    operations, research = (
        reviewer(people, role) for role in (RoleName.OPERATIONS_REVIEWER, RoleName.RESEARCH_REVIEWER)
    )
    stages = [
        (one, "escalated_delivery", people.lead),
        (people.lead, "escalated_operations", operations),
        (operations, "escalated_research", research),
    ]
    for actor, state, next_one in stages:
        assert (
            code_of(Invalid, lambda a=actor: prompt_escalate(user=a, prompt_id=prompt.pk, reason=" "))
            == "reason_required"
        )
        path = "discussions" if actor == one else "disputes"
        answer = people.client(actor).post(f"/api/{path}/{prompt.pk}/escalate", {"reason": "谈不拢"}, format="json")
        assert answer.json() == {"state": state}
        told = Notice.objects.filter(kind="escalation", prompt=prompt).order_by("id").last()
        assert told is not None
        assert told.user == next_one
        queue = people.client(next_one).get(f"/api/projects/{people.project.pk}/disputes").json()["results"]
        assert [(row["prompt"], row["stage"], row["escalated_reason"]) for row in queue] == [
            (prompt.pk, state.removeprefix("escalated_"), "谈不拢")
        ]
        table = people.client(next_one).get(f"/api/projects/{people.project.pk}/disputes?export=csv")
        lines = b"".join(table.streaming_content).decode().splitlines()
        assert len(lines) == 2
        assert lines[1].startswith(f"{prompt.pk},数学,")
        assert ",谈不拢," in lines[1]
        queue = people.client(actor).get(f"/api/projects/{people.project.pk}/disputes").json()
        assert queue.get("results", []) == []
    assert Discussion.objects.get(prompt=prompt).state == "escalated"
    assert code_of(Conflict, lambda: prompt_escalate(user=research, prompt_id=prompt.pk, reason="x")) == "last_stage"
    assert code_of(Conflict, lambda: prompt_escalate(user=one, prompt_id=prompt.pk, reason="x")) == "discussion_closed"
    assert (
        code_of(Forbidden, lambda: prompt_escalate(user=people.lead, prompt_id=prompt.pk, reason="x")) == "other_stage"
    )
    settled = [Settled(*key, "equal") for key in disputed(prompt, people)]
    decide = {"prompt_id": prompt.pk, "settled": settled, "reason": "按指南", "clause": "2"}
    assert code_of(Forbidden, lambda: decision_record(user=people.lead, **decide)) == "other_stage"
    decision_record(user=research, **decide)
    assert code_of(Conflict, lambda: decision_record(user=people.owner, **decide)) == "already_decided"
    assert prompt.decisions.get().stage == "research"
    before = list(Event.objects.filter(prompt=prompt, subject="prompt").order_by("id").values_list("before", flat=True))
    assert before[-6:] == ["annotating", "discussion", *(state for _a, state, _n in stages), "settled"]


def test_time_hands_a_disagreement_on_one_stage_at_a_time_and_only_once(people: Cast) -> None:
    prompt = differing(people)
    assert discussions_escalate() == 0
    long_ago = timezone.now() - timedelta(hours=people.project.escalation_hours, minutes=1)
    Discussion.objects.filter(prompt=prompt).update(due_at=long_ago)
    for state in ("escalated_delivery", "escalated_operations", "escalated_research"):
        assert discussions_escalate() == 1
        assert discussions_escalate() == 0
        prompt.refresh_from_db()
        assert prompt.state == state
        line = Event.objects.filter(prompt=prompt, subject="prompt").order_by("id").last()
        assert line is not None
        assert (line.actor, line.reason, line.after) == (None, "overdue", state)
        Prompt.objects.filter(pk=prompt.pk).update(state_at=long_ago)
    assert discussions_escalate() == 0, "research has the last word"
    assert Discussion.objects.get(prompt=prompt).state == "escalated"


def test_a_discussion_that_nobody_can_hold_any_more_goes_up_by_time(people: Cast) -> None:
    prompt = differing(people)
    for user in people.annotators:
        member_set(project=people.project, username=user.username, roles=[], actor=people.owner)
    Discussion.objects.filter(prompt=prompt).update(due_at=timezone.now() - timedelta(seconds=1))
    assert discussions_escalate() == 1
    assert list(dispute_rows(people.lead, people.project.pk)) == [prompt]


def test_the_decider_must_not_have_annotated_and_waits_for_the_discussion(people: Cast) -> None:
    prompt = differing(people)
    one = people.annotators[0]
    roles = [RoleName.ANNOTATOR, RoleName.DELIVERY_REVIEWER]
    member_set(project=people.project, username=one.username, roles=roles, actor=people.owner)
    settled = [Settled(*key, "equal") for key in disputed(prompt, people)]
    decide = {"prompt_id": prompt.pk, "settled": settled, "reason": "按指南", "clause": ""}
    assert code_of(Conflict, lambda: decision_record(user=people.lead, **decide)) == "in_discussion"
    prompt_escalate(user=one, prompt_id=prompt.pk, reason="x")
    assert code_of(Conflict, lambda: decision_record(user=one, **decide)) == "own_work"
    assert people.client(one).get(f"/api/disputes/{prompt.pk}").status_code == 403
    assert list(dispute_rows(one, people.project.pk)) == []


def test_a_dropped_prompt_ends_its_discussion(people: Cast) -> None:
    prompt = differing(people)
    answer = people.client(people.lead).post(f"/api/prompts/{prompt.pk}/drop", {"reason": "题目有误"}, format="json")
    assert answer.json() == {"state": "dropped"}
    assert Discussion.objects.get(prompt=prompt).state == "withdrawn"
    assert (
        people.client(people.annotators[0]).get(f"/api/discussions/{prompt.pk}").json()["outcome"]["state"]
        == "withdrawn"
    )


# ---- what reviewers see ----


def test_the_queues_count_what_waits_and_say_whose_it_is(people: Cast) -> None:
    discussed, escalated = differing(people), differing(people)
    prompt_escalate(user=people.annotators[0], prompt_id=escalated.pk, reason="x")
    body = people.client(people.lead).get(f"/api/projects/{people.project.pk}/queues").json()
    rows = {row["name"]: row for row in body["queues"]}
    assert [row["name"] for row in body["queues"]] == [
        "discussion",
        *(f"escalated_{stage}" for stage in ("delivery", "operations", "research")),
        *(f"{stage}_review" for stage in ("delivery", "operations", "research")),
    ]
    assert (rows["discussion"]["count"], rows["discussion"]["mine"]) == (1, False)
    assert (rows["escalated_delivery"]["count"], rows["escalated_delivery"]["mine"]) == (1, True)
    assert (rows["escalated_operations"]["count"], rows["escalated_operations"]["oldest"]) == (0, None)
    discussed.refresh_from_db()
    assert rows["discussion"]["oldest"] is not None


def test_the_effects_tell_what_the_ranking_would_be_without_each_vote(people: Cast) -> None:
    people.project.agreement_threshold = 0.8
    people.project.save()
    prompt = differing(people)
    a, b, c, d, e = ring(prompt)
    body = people.client(people.researcher).get(f"/api/prompts/{prompt.pk}/effects").json()
    assert body["tiers"] == [[a], [b], [c], [d, e]]
    assert body["merged"] == [[d, e]]
    assert body["cycles"] == [[d, e]]
    assert (body["n_comparisons"], body["conflicts"], len(body["votes"])) == (30, 4, 30)
    # d and e are said both ways round twice: no single vote parts them.
    assert not any(vote["changes"] for vote in body["votes"])
    assert {vote["without"]["n_conflicts"] for vote in body["votes"] if vote["contradicted"]} == {3}
    assert people.client(people.lead).get(f"/api/prompts/{prompt.pk}/effects").status_code == 200
    assert people.client(people.annotators[0]).get(f"/api/prompts/{prompt.pk}/effects").status_code == 403
    assert people.client(people.outsider).get(f"/api/prompts/{prompt.pk}/effects").status_code == 404


def test_the_history_that_reviewers_read_does_not_tell_whom_a_prompt_measures(people: Cast) -> None:
    prompt = differing(people)
    prompt_escalate(user=people.annotators[0], prompt_id=prompt.pk, reason="x")
    task = prompt.tasks.get(index=0)
    probe = Assignment.objects.create(
        project=people.project,
        prompt=prompt,
        task=task,
        category=prompt.category,
        kind="repeat",
        state="leased",
        annotator=people.annotators[0],
        lease_expires_at=timezone.now(),
    )
    event(
        project_id=people.project.pk, prompt_id=prompt.pk, kind="assignment_lease", subject=probe, after="leased"
    ).save()
    n_leases = Event.objects.filter(prompt=prompt, kind="assignment_lease").count()
    for user, path, told in (
        (people.lead, f"/api/disputes/{prompt.pk}", n_leases - 1),
        (people.researcher, f"/api/prompts/{prompt.pk}", n_leases),
    ):
        events = people.client(user).get(path).json()["events"]
        assert sum(line["kind"] == "assignment_lease" for line in events) == told


def test_reviewers_cannot_look_behind_a_review(people: Cast) -> None:
    people.project.delivery_share = 1.0
    people.project.save()
    prompt = differing(people)
    one, two = people.annotators
    key = disputed(prompt, people)[0]
    revise(two, prompt, key, held(prompt, one)[key])
    prompt.refresh_from_db()
    assert prompt.state == "delivery_review"
    for path in ("disputes/{}", "discussions/{}", "prompts/{}/effects"):
        answer = people.client(people.lead).get(f"/api/{path.format(prompt.pk)}")
        assert (answer.status_code, answer.json()["code"]) == (403, "in_review")
    assert people.client(people.researcher).get(f"/api/prompts/{prompt.pk}/effects").status_code == 200
