"""Drafts: what was typed is on the server until it is submitted, for its author alone, whatever became of the lease."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotate.models import Annotation, Assignment, Draft, User
from annotate.services.assignments import assignment_claim, assignment_skip, leases_release
from annotate.services.drafts import draft_save
from annotate.services.exams import exam_start, exam_task
from annotate.services.pausing import person_pause
from tests.annotate.at_once import at_once
from tests.annotate.measured import add_gold
from tests.people import Cast, add_prompts, annotate_all, answer_by, cast, submit

pytestmark = pytest.mark.django_db

CONTENT = {"ordering": {"scores": {"1": 5}, "responses": [1, 2, 3]}, "notes": "半句", "faults": [{"start": 0}]}


def claim_one(people: Cast, user: User) -> Assignment:
    return assignment_claim(user=user, project_id=people.project.pk, count=1).assignments[0]


def save(people: Cast, user: User, slot: Assignment, version: int, content: Any = CONTENT) -> tuple[int, Any]:
    """Save a draft through the API; return (status, version or code)."""
    body = {"version": version, "content": content}
    answer = people.client(user).put(f"/api/assignments/{slot.handle}/draft", body, format="json")
    return answer.status_code, answer.json().get("version", answer.json().get("code"))


def kept(people: Cast, user: User, slot: Assignment) -> Any:
    """Return the content of a draft as the API gives it back, None where there is none."""
    answer = people.client(user).get(f"/api/assignments/{slot.handle}/draft")
    return answer.json()["content"] if answer.status_code == 200 else None


def work(people: Cast, user: User, count: int = 1) -> list[dict[str, Any]]:
    path = f"/api/projects/{people.project.pk}/assignments/claim"
    return people.client(user).post(path, {"count": count}, format="json").json()["assignments"]


def send(user: User, slot: Assignment) -> None:
    submit(user, slot, answer_by(dict.fromkeys(slot.display_order, 3), slot.display_order))


def lease_runs_out(slot: Assignment) -> None:
    Assignment.objects.filter(pk=slot.pk).update(lease_expires_at=timezone.now() - timedelta(days=2))
    leases_release()


def test_a_draft_comes_back_with_its_task_as_it_was_saved(people: Cast) -> None:
    add_prompts(people.project)
    user = people.annotators[0]
    (given,) = work(people, user)
    assert given["draft"] is None
    slot = Assignment.objects.get(handle=given["id"])
    assert kept(people, user, slot) is None
    assert save(people, user, slot, 0, {"notes": "半"}) == (200, 1)
    assert save(people, user, slot, 1) == (200, 2)
    (again,) = work(people, user)
    assert (again["draft"]["version"], again["draft"]["content"]) == (2, CONTENT)
    assert kept(people, user, slot) == CONTENT
    assert Draft.objects.get().saved_at <= timezone.now()


def test_of_two_windows_none_overwrites_what_it_has_not_seen(people: Cast) -> None:
    add_prompts(people.project)
    user = people.annotators[0]
    slot = claim_one(people, user)
    save(people, user, slot, 0)
    assert save(people, user, slot, 1, {"notes": "左"}) == (200, 2)
    for seen in (0, 1, 3):
        assert save(people, user, slot, seen, {"notes": "右"}) == (409, "draft_newer")
    assert kept(people, user, slot) == {"notes": "左"}


def test_a_save_whose_answer_was_lost_can_be_repeated(people: Cast) -> None:
    add_prompts(people.project)
    user = people.annotators[0]
    slot = claim_one(people, user)
    assert [save(people, user, slot, 0) for _ in range(2)] == [(200, 1), (200, 1)]
    assert [save(people, user, slot, 1, {"notes": "好"}) for _ in range(2)] == [(200, 2), (200, 2)]


def test_a_draft_outlives_the_lease_and_is_nobody_elses() -> None:
    people = cast(2, passes=1)
    add_prompts(people.project, n_responses=3)
    one, two = people.annotators
    slot = claim_one(people, one)
    save(people, one, slot, 0)
    lease_runs_out(slot)
    assert save(people, one, slot, 1, {"notes": "还在写"}) == (200, 2)
    taken = next(task for task in work(people, two, 3) if task["id"] == slot.handle)
    assert taken["draft"] is None
    assert kept(people, two, slot) is None
    assert save(people, two, slot, 0, {"notes": "别人"}) == (200, 1)
    assert save(people, one, slot, 2, {"notes": "仍在写"}) == (200, 3)
    assert (kept(people, one, slot), kept(people, two, slot)) == ({"notes": "仍在写"}, {"notes": "别人"})


def test_a_pause_does_not_keep_a_draft_from_being_saved(people: Cast) -> None:
    add_prompts(people.project)
    user = people.annotators[0]
    slot = claim_one(people, user)
    person_pause(membership=people.project.memberships.get(user=user), reason="休息")
    assert save(people, user, slot, 0) == (200, 1)
    assert kept(people, user, slot) == CONTENT


def test_submitting_and_skipping_end_a_draft(people: Cast) -> None:
    add_prompts(people.project)
    user = people.annotators[0]
    slot = claim_one(people, user)
    save(people, user, slot, 0)
    send(user, slot)
    assert save(people, user, slot, 1) == (409, "already_submitted")
    assert save(people, user, slot, 0) == (409, "already_submitted")
    skipped = claim_one(people, user)
    save(people, user, skipped, 0)
    assignment_skip(user=user, assignment_id=skipped.pk, token=skipped.token, reason="other", note="")
    assert save(people, user, skipped, 1) == (409, "draft_newer")
    assert not Draft.objects.exists()


def test_a_refused_submission_leaves_the_draft(people: Cast) -> None:
    add_prompts(people.project)
    user = people.annotators[0]
    slot = claim_one(people, user)
    save(people, user, slot, 0)
    answer = people.client(user).post(
        f"/api/assignments/{slot.handle}/submit",
        {
            "token": slot.token,
            "idempotency_key": "6b1f4f0e-5b0e-4a53-8f5c-0e6f6a0e3b7d",
            "scores": {"1": 5},
            "order": [[1]],
            "seconds": 3,
        },
        format="json",
    )
    assert answer.status_code == 400
    assert kept(people, user, slot) == CONTENT


def life(people: Cast, user: User, slot: Assignment) -> list[Any]:
    """Return what a draft of a slot meets from the first word to after the submission."""
    met: list[Any] = [save(people, user, slot, 0), save(people, user, slot, 0, {"notes": "x"})]
    Assignment.objects.filter(pk=slot.pk).update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    leases_release()
    met += [save(people, user, slot, 1, {"notes": "晚了"}), kept(people, user, slot)]
    path = f"/api/assignments/{slot.handle}/renew"
    met.append(people.client(user).post(path, {"token": slot.token}, format="json").status_code)
    send(user, slot)
    return [*met, save(people, user, slot, 2), kept(people, user, slot)]


def test_drafts_do_not_tell_work_from_gold_and_repeats() -> None:
    people = cast(2, gold_share=0.4, gold_mark=0.0, repeat_share=0.4, repeat_gap=0)
    add_gold(people, 2)
    add_prompts(people.project, 4)
    user = people.annotators[0]
    met: dict[str, list[Any]] = {}
    while set(met) != {"work", "gold", "repeat"}:
        slot = claim_one(people, user)
        found = life(people, user, slot)
        assert met.setdefault(slot.kind, found) == found
    assert met["work"] == met["gold"] == met["repeat"]


def test_somebody_who_never_held_a_task_has_no_draft_of_it() -> None:
    people = cast(2, gold_share=0.5, gold_mark=0.0)
    one, two = people.annotators
    add_gold(people, 1)
    add_prompts(people.project, 2)
    met: dict[str, Assignment] = {}
    while set(met) != {"work", "gold"}:
        slot = claim_one(people, one)
        met[slot.kind] = slot
        assignment_skip(user=one, assignment_id=slot.pk, token=slot.token, reason="other", note="")
    for slot in met.values():
        assert save(people, two, slot, 0) == (404, "not_found")
        assert save(people, people.outsider, slot, 0) == (404, "not_found")
        assert save(people, people.lead, slot, 0) == (403, "forbidden")
    assert not Draft.objects.exists()


def test_a_task_of_an_exam_takes_no_draft(people: Cast) -> None:
    (item, *_rest) = add_gold(people, 1, in_exam=True, hidden=False)
    user = people.annotators[0]
    exam = exam_start(user=user, project_id=people.project.pk, category_id=item.category_id).exam
    slot = exam_task(user=user, exam_id=exam.pk).slot
    assert slot is not None
    assert save(people, user, slot, 0) == (404, "not_found")


def nested(depth: int) -> Any:
    return {"in": nested(depth - 1)} if depth else 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({"notes": "字" * 70_000}, "draft_too_large"),
        (nested(40), "invalid"),
        ([1, 2], "invalid"),
        ("text", "invalid"),
        (None, "invalid"),
    ],
)
def test_what_is_no_draft_is_refused_and_the_last_one_stays(people: Cast, content: Any, code: str) -> None:
    add_prompts(people.project)
    user = people.annotators[0]
    slot = claim_one(people, user)
    save(people, user, slot, 0)
    assert save(people, user, slot, 1, content) == (400, code)
    assert kept(people, user, slot) == CONTENT


def test_a_number_beyond_all_bounds_is_refused(people: Cast) -> None:
    add_prompts(people.project)
    user = people.annotators[0]
    slot = claim_one(people, user)
    path = f"/api/assignments/{slot.handle}/draft"
    for body in ('{"version": 0, "content": {"x": 1e400}}', '{"version": 99999999999, "content": {}}'):
        answer = people.client(user).put(path, body, content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_characters_that_no_database_takes_cost_nothing_else(people: Cast) -> None:
    add_prompts(people.project)
    user = people.annotators[0]
    slot = claim_one(people, user)
    body = '{"version": 0, "content": {"notes": "前\\u0000\\ud83d后😀", "k\\u0000": [null, true, 1.5]}}'
    answer = people.client(user).put(
        f"/api/assignments/{slot.handle}/draft", body.encode(), content_type="application/json"
    )
    assert answer.status_code == 200
    assert kept(people, user, slot) == {"notes": "前\ufffd\ufffd后😀", "k\ufffd": [None, True, 1.5]}


def test_drafts_cost_one_query_however_many_tasks_one_holds(people: Cast) -> None:
    add_prompts(people.project)
    user = people.annotators[0]
    slots = assignment_claim(user=user, project_id=people.project.pk, count=3).assignments

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert len(work(people, user, 3)) == 3
        return len(captured)

    cost()
    before = cost()
    for slot in slots:
        save(people, user, slot, 0)
    assert cost() == before


def test_two_windows_that_save_at_once_lose_nothing_unseen(committed: None) -> None:
    people = cast(1)
    add_prompts(people.project)
    user = people.annotators[0]
    slot = claim_one(people, user)

    def window(version: int, text: str) -> str:
        saved = draft_save(user=user, assignment_id=slot.pk, version=version, content={"notes": text})
        return f"saved {saved.version}"

    for version in range(4):
        outcomes = at_once(lambda v=version: window(v, f"左{v}"), lambda v=version: window(v, f"右{v}"))
        assert sorted(outcomes) == ["draft_newer", f"saved {version + 1}"]
        winner = "左右"[outcomes.index(f"saved {version + 1}")]
        assert Draft.objects.get().content == {"notes": f"{winner}{version}"}


def test_a_save_beside_the_submission_leaves_no_draft_of_what_is_done(committed: None) -> None:
    people = cast(1)
    add_prompts(people.project)
    user = people.annotators[0]
    for _ in range(4):
        slot = claim_one(people, user)

        def type_on(slot: Assignment = slot) -> str:
            draft_save(user=user, assignment_id=slot.pk, version=0, content={"notes": "字"})
            return "saved"

        def hand_in(slot: Assignment = slot) -> str:
            send(user, slot)
            return "submitted"

        outcomes = at_once(type_on, hand_in)
        assert outcomes[0] in ("saved", "already_submitted")
        assert outcomes[1] == "submitted"
        assert not Draft.objects.exists()
    assert Annotation.objects.count() == 4


def test_a_draft_of_a_task_that_left_the_flow_harms_nobody(people: Cast) -> None:
    (prompt,) = add_prompts(people.project)
    user = people.annotators[0]
    slot = claim_one(people, user)
    save(people, user, slot, 0)
    drop = people.client(people.lead).post(f"/api/prompts/{prompt.pk}/drop", {"reason": "题目有误"}, format="json")
    assert drop.status_code == 200
    assert save(people, user, slot, 1, {"notes": "白写了"}) == (200, 2)
    add_prompts(people.project, start=5)
    assert annotate_all(user, people.project, dict.fromkeys(range(100_000), 3)) == 5
    assert kept(people, user, slot) == {"notes": "白写了"}
