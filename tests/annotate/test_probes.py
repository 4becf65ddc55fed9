"""Hidden gold and hidden repeats: who gets which, what they count, and that nobody can tell them from work."""

import random
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from annotate.domain.dealing import probe_kind
from annotate.domain.states import NoticeKind, RoleName
from annotate.models import (
    Annotation,
    Assignment,
    Comparison,
    DiscardMark,
    Event,
    GoldItem,
    Membership,
    Notice,
    Probe,
    Prompt,
    User,
)
from annotate.problems import Conflict
from annotate.services.annotations import annotation_submit
from annotate.services.assignments import assignment_claim, assignment_skip
from annotate.services.gold import gold_update
from annotate.services.probes import gold_lease
from annotate.services.projects import member_set
from tests.annotate.measured import add_gold, answer_worth, make_gold
from tests.people import Cast, add_prompts, annotate_all, answer_by, cast, submit

pytestmark = pytest.mark.django_db

GOOD = dict.fromkeys(range(1_000_000), 3)


def claim(user: User, people: Cast) -> Assignment | None:
    """Return the slot that a person is dealt next."""
    held = assignment_claim(user=user, project_id=people.project.pk, count=1).assignments
    return held[0] if held else None


def work_through(user: User, people: Cast, n: int = 1000) -> list[Assignment]:
    """Do up to `n` tasks of a person; return their slots in the order in which they were dealt."""
    slots: list[Assignment] = []
    while len(slots) < n and (slot := claim(user, people)):
        submit(user, slot, answer_by(GOOD, slot.display_order))
        slots.append(slot)
    return slots


@pytest.mark.parametrize("share", [0.05, 0.2, 0.5])
def test_the_shares_hold_in_expectation_whatever_the_seed(share: float) -> None:
    n_seeds, n_slots = 200, 100
    kinds: list[str | None] = [
        probe_kind(n, f"seed {seed}", share, share / 2) for seed in range(n_seeds) for n in range(n_slots)
    ]
    for kind, wanted in (("gold", share), ("repeat", share / 2)):
        deviation = (wanted * (1 - wanted) / len(kinds)) ** 0.5
        assert abs(kinds.count(kind) / len(kinds) - wanted) < 5 * deviation


@pytest.mark.parametrize("seed", [1, 2])
def test_just_the_slots_that_are_drawn_to_measure_do_so_while_something_fits(seed: int) -> None:
    people = cast(gold_share=0.2, gold_mark=0.0, repeat_share=0.15, repeat_gap=0, seed=seed)
    add_gold(people, 6)
    add_prompts(people.project, 10)
    user = people.annotators[0]
    slots = work_through(user, people, 40)
    membership = Membership.objects.get(user=user)
    drawn = [probe_kind(n, f"{seed}:{membership.pk}", 0.2, 0.15) or "work" for n in range(40)]
    expected: list[str] = []
    for kind in drawn:
        # Work is shown again once at most; with none left to show, the slot is work.
        none_left = kind == "repeat" and expected.count("work") == expected.count("repeat")
        expected.append("work" if none_left else kind)
    assert [slot.kind for slot in slots] == expected
    assert {"gold", "repeat", "work"} == set(expected)


def test_skipping_gold_does_not_bring_the_next_gold(people: Cast) -> None:
    people.project.gold_share, people.project.gold_mark = 0.5, 0.0
    people.project.save()
    add_gold(people, 5)
    add_prompts(people.project, 6)
    user = people.annotators[0]
    membership = Membership.objects.get(user=user)
    drawn = [probe_kind(n, f"0:{membership.pk}", 0.5, 0.0) or "work" for n in range(20)]
    kinds = []
    for _ in drawn:
        slot = claim(user, people)
        assert slot is not None
        kinds.append(str(slot.kind))
        assignment_skip(user=user, assignment_id=slot.pk, token=slot.token, reason="other", note="")
    assert kinds == drawn


def test_no_gold_item_is_dealt_twice_to_one_person_whatever_became_of_it() -> None:
    people = cast(gold_share=0.5, gold_mark=0.0)
    add_gold(people, 2)
    add_prompts(people.project, 10)
    user = people.annotators[0]
    endings = random.Random(5)
    dealt = []
    for _ in range(60):
        slot = claim(user, people)
        if slot is None:
            break
        if slot.kind == "gold":
            dealt.append(slot.task_id)
        ending = (
            endings.choice(["submit", "skip", "submit"]) if slot.kind == "work" else endings.choice(["submit", "skip"])
        )
        if ending == "submit":
            submit(user, slot, answer_by(GOOD, slot.display_order))
        else:
            assignment_skip(user=user, assignment_id=slot.pk, token=slot.token, reason="other", note="")
    assert len(dealt) == 10
    assert len(set(dealt)) == 10


def test_gold_that_is_switched_off_or_only_for_exams_is_not_dealt() -> None:
    people = cast(gold_share=0.5, gold_mark=0.0)
    hidden, *others = add_gold(people)
    for item in others[:2]:
        gold_update(user=people.lead, gold_id=item.pk, changes={"active": False})
    for item in others[2:]:
        gold_update(user=people.lead, gold_id=item.pk, changes={"hidden": False})
    add_prompts(people.project, 4)
    kinds = [slot.task_id for slot in work_through(people.annotators[0], people) if slot.kind == "gold"]
    assert kinds == [hidden.task_id]


def test_nobody_is_measured_on_a_prompt_they_worked_on_or_made_gold_of() -> None:
    people = cast(3, gold_mark=0.0)
    prompts = add_prompts(people.project, 1)
    one, two, fresh = people.annotators
    for user in (one, two):
        annotate_all(user, people.project, GOOD)
    assert set(Prompt.objects.values_list("state", flat=True)) == {"accepted"}
    for prompt in prompts:
        make_gold(people, prompt)
    member_set(project=people.project, username=people.lead.username, roles=[RoleName.ANNOTATOR], actor=people.owner)
    people.project.gold_share = 0.5
    people.project.save()
    add_prompts(people.project, 5, start=100)
    # Which slots measure somebody depends on their id; until the work runs out all five have come, whatever it is.
    gold = {user.pk: [slot for slot in work_through(user, people) if slot.kind == "gold"] for user in (one, fresh)}
    assert gold[one.pk] == []
    assert len(gold[fresh.pk]) == 5
    assert [slot for slot in work_through(people.lead, people, 10) if slot.kind == "gold"] == []


def test_hidden_gold_keeps_to_the_categories_a_person_may_work_in() -> None:
    people = cast(gold_share=0.5, gold_mark=0.0)
    add_gold(people, 2, category="诗词", start=1000, in_exam=True)
    mine = add_gold(people, 2, category="数学", start=2000)
    add_prompts(people.project, 6)
    gold = [slot for slot in work_through(people.annotators[0], people) if slot.kind == "gold"]
    assert {slot.task_id for slot in gold} == {item.task_id for item in mine}


def test_own_work_comes_back_once_after_the_gap_and_in_another_order() -> None:
    people = cast(repeat_share=0.5, repeat_gap=4)
    add_prompts(people.project, 8)
    user = people.annotators[0]
    work_through(user, people)
    said = list(Annotation.objects.filter(annotator=user).order_by("id"))
    place = {annotation.pk: number for number, annotation in enumerate(said)}
    repeats = list(Probe.objects.filter(kind="repeat").select_related("assignment", "repeats__assignment"))
    assert len(repeats) >= 8
    assert len({probe.repeats_id for probe in repeats}) == len(repeats)
    for probe in repeats:
        again = Annotation.objects.get(assignment=probe.assignment)
        assert probe.repeats is not None
        assert probe.repeats.assignment.kind == "work"
        assert place[again.pk] - place[probe.repeats.pk] - 1 >= 4
        assert probe.assignment.task_id == probe.repeats.assignment.task_id
        assert again.display_order != probe.repeats.display_order
        assert sorted(again.display_order) == sorted(probe.repeats.display_order)
        assert (probe.n_same, probe.n_comparisons) == (3, 3)
    assert min(place[Annotation.objects.get(assignment=probe.assignment).pk] for probe in repeats) >= 5


def test_dropped_prompts_and_work_that_is_done_again_do_not_come_back() -> None:
    people = cast(repeat_share=0.0, repeat_gap=0)
    dropped, reworked, plain = add_prompts(people.project, 3)
    user = people.annotators[0]
    work_through(user, people)
    Prompt.objects.filter(pk=dropped.pk).update(state="dropped", drop_reason="x")
    Assignment.objects.filter(prompt=dropped, state="open").update(state="cancelled")
    slot = Assignment.objects.filter(prompt=reworked, state="submitted").earliest("id")
    Assignment.objects.filter(pk=slot.pk).update(state="open", annotator=None, reserved_for=user)
    people.project.repeat_share = 0.5
    people.project.save()
    add_prompts(people.project, 6, start=50)
    # The slot that came back is dealt first; it is given back, and still waits for this person.
    for _ in range(12):
        held = claim(user, people)
        assert held is not None
        if held.pk == slot.pk:
            Assignment.objects.filter(pk=slot.pk).update(state="open", annotator=None, lease_expires_at=None)
            Assignment.objects.filter(pk=slot.pk).update(reserved_for=None)
            break
        submit(user, held, answer_by(GOOD, held.display_order))
    shown = set(Probe.objects.filter(kind="repeat").values_list("assignment__prompt_id", flat=True))
    assert dropped.pk not in shown
    assert reworked.pk not in shown
    work_through(user, people, 25)
    shown = set(Probe.objects.filter(kind="repeat").values_list("assignment__prompt_id", flat=True))
    assert plain.pk in shown
    assert dropped.pk not in shown


def test_what_is_said_in_a_measuring_slot_enters_no_graph_and_discards_nothing() -> None:
    people = cast(gold_share=0.5, gold_mark=0.0)
    (item, *_rest) = add_gold(people)
    user = people.annotators[0]
    slot = gold_lease(user=user, project=people.project, now=timezone.now(), gold=item)
    scores = dict(zip(slot.display_order, (5, 3, 0), strict=True))
    answer = answer_by(scores, slot.display_order, discarded=[slot.display_order[2]])
    submit(user, slot, answer)
    slot.refresh_from_db()
    assert (slot.state, slot.pass_number) == ("submitted", None)
    assert not Comparison.objects.filter(prompt=slot.prompt_id).exists()
    assert not DiscardMark.objects.exists()
    kinds = list(Event.objects.filter(subject="assignment", subject_id=slot.pk).values_list("kind", flat=True))
    assert kinds == ["assignment_lease", "assignment_submit"]


A, B, C = 0, 1, 2
WORTH = [
    # reference, answer, then (same, comparisons) under exact, ordered, weighted
    ([[A], [B], [C]], [[A], [B], [C]], (3, 3), (3, 3), (3, 3)),
    ([[A], [B], [C]], [[C], [B], [A]], (0, 3), (0, 3), (0, 3)),
    ([[A], [B], [C]], [[A, B], [C]], (2, 3), (2, 2), (2.5, 3)),
    ([[A], [B], [C]], [[A, B, C]], (0, 3), (0, 0), (1.5, 3)),
    ([[A, B, C]], [[A, B, C]], (3, 3), (0, 0), (3, 3)),
    ([[A, B], [C]], [[C], [A], [B]], (0, 3), (0, 2), (0.5, 3)),
]


@pytest.mark.parametrize("measure", ["exact", "ordered", "weighted"])
@pytest.mark.parametrize("case", WORTH)
def test_an_answer_is_worth_what_the_projects_measure_says(measure: str, case: tuple[Any, ...]) -> None:
    people = cast(agreement_measure=measure)
    reference, said, *expected = case
    (item, *_rest) = add_gold(people)
    named = item.task.responses
    GoldItem.objects.filter(pk=item.pk).update(reference=[[named[place] for place in tier] for tier in reference])
    user = people.annotators[0]
    slot = gold_lease(user=user, project=people.project, now=timezone.now(), gold=item)
    scores = {named[place]: 4 - number for number, tier in enumerate(said) for place in tier}
    submit(user, slot, answer_by(scores, slot.display_order))
    probe = Probe.objects.get()
    assert (probe.n_same, probe.n_comparisons) == expected[["exact", "ordered", "weighted"].index(measure)]
    assert probe.answered_at is not None


def measure_on(people: Cast, user: User, items: list[GoldItem], worth: list[int]) -> list[bool]:
    """Let a person answer hidden gold, `worth` right comparisons each, until they are paused; return after which."""
    paused: list[bool] = []
    for item, n_right in zip(items, worth, strict=True):
        if True in paused:
            break
        slot = gold_lease(user=user, project=people.project, now=timezone.now(), gold=item)
        submit(user, slot, answer_worth(slot, n_right))
        paused.append(Membership.objects.get(user=user).paused_at is not None)
    return paused


@pytest.mark.parametrize("seed", range(4))
def test_falling_below_the_mark_over_the_newest_answers_pauses_just_then(seed: int) -> None:
    people = cast(gold_window=5, gold_min=3, gold_mark=0.7)
    items = add_gold(people, 4)
    numbers = random.Random(seed)
    worth = [numbers.choice([3, 3, 3, 2, 1]) for _ in range(12)] + [0] * 4
    items = items[: len(worth)]
    user, other = people.annotators
    paused = measure_on(people, user, items, worth)
    below = [
        len(worth[: n + 1]) >= 3 and sum(worth[: n + 1][-5:]) / (3 * len(worth[: n + 1][-5:])) < 0.7
        for n in range(len(worth))
    ]
    first = below.index(True)
    assert paused == [False] * first + [True]
    membership = Membership.objects.get(user=user)
    assert membership.pause_reason
    assert Event.objects.filter(kind="person_pause", subject_id=membership.pk, actor=None).count() == 1
    told = set(Notice.objects.filter(kind=NoticeKind.PERSON_PAUSED).values_list("user_id", flat=True))
    assert told >= {user.pk, people.lead.pk, people.owner.pk}
    assert other.pk not in told
    assert Membership.objects.get(user=other).paused_at is None
    assert claim(user, people) is None


def test_at_the_mark_nobody_is_paused_and_before_enough_answers_neither(people: Cast) -> None:
    people.project.gold_min, people.project.gold_window, people.project.gold_mark = 3, 4, 2 / 3
    people.project.save()
    items = add_gold(people, 2)
    one, two = people.annotators
    assert measure_on(people, one, items[:5], [2, 2, 2, 2, 2]) == [False] * 5
    assert measure_on(people, two, items[:3], [0, 0, 1]) == [False, False, True]


def test_whoever_works_again_starts_anew(people: Cast) -> None:
    people.project.gold_min, people.project.gold_window = 2, 10
    people.project.save()
    items = add_gold(people, 2)
    user = people.annotators[0]
    assert measure_on(people, user, items[:2], [0, 0]) == [False, True]
    Membership.objects.filter(user=user).update(paused_at=None, pause_reason="", resumed_at=timezone.now())
    assert measure_on(people, user, items[2:5], [0, 3, 3]) == [False, True]
    Membership.objects.filter(user=user).update(paused_at=None, pause_reason="", resumed_at=timezone.now())
    assert measure_on(people, user, items[5:8], [3, 3, 3]) == [False, False, False]


def shape(value: Any, path: str = "") -> set[tuple[str, str]]:
    """Return every (path, type) in a JSON value, and the order of each object's keys."""
    if isinstance(value, dict):
        rows = {(path, "keys " + ",".join(value))}
        return rows.union(*(shape(held, f"{path}.{key}") for key, held in value.items()))
    if isinstance(value, list):
        return {(path, "list")}.union(*(shape(held, f"{path}[]") for held in value))
    return {(path, type(value).__name__)}


def test_nothing_that_an_annotator_is_sent_tells_a_measuring_slot_from_work() -> None:
    people = cast(gold_share=0.3, gold_mark=0.0, repeat_share=0.3, repeat_gap=2)
    add_gold(people, 5)
    add_prompts(people.project, 6)
    client = people.client(people.annotators[0])
    claims = f"/api/projects/{people.project.pk}/assignments/claim"
    seen: dict[str, list[dict[str, Any]]] = {"work": [], "gold": [], "repeat": []}
    shapes: dict[str, set[frozenset[tuple[Any, ...]]]] = {kind: set() for kind in seen}
    for number in range(45):
        claimed = client.post(claims, {"count": 1}, format="json")
        if not claimed.json()["assignments"]:
            break
        (task,) = claimed.json()["assignments"]
        slot = Assignment.objects.get(handle=task["id"])
        at = f"/api/assignments/{task['id']}"
        token = {"token": task["token"]}
        said: list[Any] = [claimed]
        said.append(client.post(f"{at}/renew", token, format="json"))
        said.append(client.post(f"{at}/renew", {"token": task["token"] + 1}, format="json"))
        answer = {
            **token,
            "idempotency_key": str(uuid4()),
            "scores": {"1": 5, "2": 3, "3": 3},
            "order": [[1], [2, 3]],
            "seconds": 12.5,
        }
        said.append(client.post(f"{at}/submit", {**answer, "order": [[1], [2]]}, format="json"))
        # Of every kind some are skipped, whichever slots measure.
        if len(seen[slot.kind]) % 5 == 2:
            said.append(client.post(f"{at}/skip", {**token, "reason": "other"}, format="json"))
            ending = "skipped"
        else:
            said.append(client.post(f"{at}/submit", answer, format="json"))
            said.append(client.post(f"{at}/submit", answer, format="json"))
            ending = "submitted"
        said.append(client.post(f"{at}/submit", {**answer, "idempotency_key": str(uuid4())}, format="json"))
        said.append(client.post(f"{at}/renew", token, format="json"))
        said.append(client.post(f"{at}/skip", {**token, "reason": "other"}, format="json"))
        seen[slot.kind].append({**task, "at": number})
        shapes[slot.kind].add(
            frozenset(
                (ending, str(step), answer.status_code, *sorted(answer.headers), code_of(answer), pair)
                for step, answer in enumerate(said)
                for pair in shape(answer.json() if answer.content else None)
            )
        )
    assert all(len(tasks) >= 5 for tasks in seen.values()), {kind: len(tasks) for kind, tasks in seen.items()}
    assert shapes["gold"] == shapes["work"]
    assert shapes["repeat"] == shapes["work"]
    tasks = sorted((task for held in seen.values() for task in held), key=lambda task: task["at"])
    handles = [task["id"] for task in tasks]
    assert len(set(handles)) == len(handles)
    rising = sum(one < two for one, two in pairwise(handles))
    assert 0.15 < rising / len(handles) < 0.85
    for task in tasks:
        assert task["returned"] is None
        assert task["prompt"]["number"] == task["id"] % 1_000_000
        assert [response["id"] for response in task["responses"]] == [1, 2, 3]
        assert set(task["prompt"]) == {"number", "text", "system"}
    assert {task["token"] for task in seen["gold"] + seen["repeat"]} <= {task["token"] for task in seen["work"]}


def code_of(answer: Any) -> str:
    """Return the code of a refusal, "" for anything else."""
    return str(answer.json().get("code", "")) if answer.status_code >= 400 else ""


def test_a_measuring_slot_that_ran_out_is_renewed_like_work(people: Cast) -> None:
    people.project.gold_share, people.project.gold_mark = 0.5, 0.0
    people.project.save()
    add_gold(people, 3)
    add_prompts(people.project, 6)
    client = people.client(people.annotators[0])
    claims = f"/api/projects/{people.project.pk}/assignments/claim"
    answers: dict[str, set[tuple[int, str]]] = {"work": set(), "gold": set()}
    for _ in range(12):
        (task,) = client.post(claims, {"count": 1}, format="json").json()["assignments"]
        slot = Assignment.objects.get(handle=task["id"])
        Assignment.objects.filter(pk=slot.pk).update(lease_expires_at=timezone.now() - timedelta(minutes=1))
        revived = client.post(f"/api/assignments/{task['id']}/renew", {"token": task["token"]}, format="json")
        answers[slot.kind].add((revived.status_code, code_of(revived)))
        slot.refresh_from_db()
        submit(people.annotators[0], slot, answer_by(GOOD, slot.display_order))
    assert answers["gold"] == answers["work"] == {(200, "")}


def test_what_measures_one_person_is_nothing_to_another(people: Cast) -> None:
    (item, *_rest) = add_gold(people)
    one, two = people.annotators
    slot = gold_lease(user=one, project=people.project, now=timezone.now(), gold=item)
    with pytest.raises(Conflict):
        annotation_submit(
            user=two, assignment_id=slot.pk, token=1, idempotency_key=uuid4(), answer=answer_worth(slot, 3)
        )
    assert not Annotation.objects.exists()
