"""What an annotation says beyond scores and order: stored as sent, refused with the remedy, shown to whom it may be."""

from typing import Any
from uuid import uuid4

import pytest

from annotate.domain.masking import MASK
from annotate.domain.states import RoleName
from annotate.models import Annotation, Assignment, Comparison, Fault, Project, Prompt, Response, User
from annotate.selectors.assignments import work_of
from annotate.services.assignments import assignment_claim
from annotate.services.withdrawals import assignment_withdraw
from tests.annotate.measured import make_gold
from tests.annotate.reviewing import add_member, reject, waiting
from tests.people import Cast, add_prompts, annotate_all, answer_by, cast, submit

pytestmark = pytest.mark.django_db

TEXT = "👩‍🔬说：𠮷野家的e\u0301claire"


@pytest.fixture
def people() -> Cast:
    return cast(delivery_share=1.0)


def add_prompt(people: Cast, n_responses: int = 3, **options: Any) -> Prompt:
    (prompt,) = add_prompts(people.project, n_responses=n_responses, **options)
    Response.objects.filter(prompt=prompt).update(text=TEXT)
    return prompt


def claimed(people: Cast, user: User) -> dict[str, Any]:
    path = f"/api/projects/{people.project.pk}/assignments/claim"
    answer = people.client(user).post(path, {"count": 1}, format="json")
    assert answer.status_code == 200, answer.content
    return answer.json()


def body_of(task: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return an answer that scores the places 3, 2, 1 …, with the best first."""
    places = [response["id"] for response in task["responses"]]
    return {
        "token": task["token"],
        "idempotency_key": str(uuid4()),
        "scores": {str(place): 3 - index for index, place in enumerate(places)},
        "order": [[place] for place in places],
        "seconds": 20,
        **changes,
    }


def fault(**changes: Any) -> dict[str, Any]:
    return {"response": 2, "start": 4, "end": 7, "kind": "factual", "severity": "major", "note": "店名有误", **changes}


def send(people: Cast, user: User, task: dict[str, Any], body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    answer = people.client(user).post(f"/api/assignments/{task['id']}/submit", body, format="json")
    return answer.status_code, answer.json()


def stored_of(annotation: Annotation) -> list[tuple[Any, ...]]:
    columns = ("response", "start", "end", "kind", "severity", "note")
    return list(Fault.objects.filter(annotation=annotation).order_by("id").values_list(*columns))


REMARKS: dict[str, Any] = {
    "none_acceptable": True,
    "notes": "都欠妥",
    "evidence": [{"url": "https://example.org/a?b=1", "note": ""}, {"url": "", "note": "《辞海》无此说"}],
    "faults": [
        fault(),
        # Over another one, of the last character, and of the whole text.
        fault(start=0, end=5, kind="language", severity="minor", note=""),
        fault(response=3, start=len(TEXT) - 1, end=len(TEXT), severity="critical"),
        fault(response=1, start=0, end=len(TEXT)),
    ],
}


def test_what_is_sent_is_stored_by_responses_in_characters_of_the_text(people: Cast) -> None:
    add_prompt(people)
    one = people.annotators[0]
    claim = claimed(people, one)
    (task,) = claim["assignments"]
    assert claim["fault_kinds"] == people.project.fault_kinds
    assert task["previous"] is None
    assert send(people, one, task, body_of(task, **REMARKS))[0] == 201
    annotation = Annotation.objects.get()
    assert (annotation.none_acceptable, annotation.evidence) == (True, REMARKS["evidence"])
    shown = annotation.display_order
    said = [
        (shown[row["response"] - 1], *(row[name] for name in ("start", "end", "kind", "severity", "note")))
        for row in REMARKS["faults"]
    ]
    assert stored_of(annotation) == said
    assert TEXT[said[0][1] : said[0][2]] == "：𠮷野"


def test_the_same_key_again_changes_nothing(people: Cast) -> None:
    add_prompt(people)
    one = people.annotators[0]
    (task,) = claimed(people, one)["assignments"]
    body = body_of(task, faults=[fault()], evidence=[{"note": "甲"}])
    first = send(people, one, task, body)
    again = send(people, one, task, {**body, "faults": [fault(), fault()], "evidence": [], "none_acceptable": True})
    assert (first[0], again) == (201, (200, first[1]))
    annotation = Annotation.objects.get()
    assert (len(stored_of(annotation)), annotation.evidence) == (1, [{"url": "", "note": "甲"}])
    assert not annotation.none_acceptable


NO_ADDRESSES = ("javascript:alert(1)", "data:text/html,x", "example.org", "http://", "https:///a", "http://[", "//a.b")
REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"faults": [fault(), fault(response=4)]}, "foreign_response", "faults.1.response"),
    ({"faults": [fault(start=len(TEXT) - 1, end=len(TEXT) + 1)]}, "outside_text", "faults.0.end"),
    ({"faults": [fault(start=-1)]}, "outside_text", "faults.0.start"),
    ({"faults": [fault(start=10**30, end=10**31)]}, "outside_text", "faults.0.end"),
    ({"faults": [fault(start=3, end=3)]}, "empty_passage", "faults.0.end"),
    ({"faults": [fault(start=3, end=2)]}, "empty_passage", "faults.0.end"),
    ({"faults": [fault(), fault(kind="taste")]}, "unknown_kind", "faults.1.kind"),
    ({"faults": [fault(), fault(severity="mild")]}, "invalid", "faults.1.severity"),
    ({"faults": [fault(start="x")]}, "invalid", "faults.0.start"),
    ({"faults": [fault(note="长" * 2001)]}, "invalid", "faults.0.note"),
    ({"faults": [fault()] * 201}, "too_many", "faults"),
    ({"evidence": [{"note": "甲"}] * 51}, "too_many", "evidence"),
    ({"evidence": [{"note": "甲"}, {"url": " ", "note": ""}]}, "empty_evidence", "evidence.1"),
    ({"evidence": [{"note": "长" * 2001}]}, "invalid", "evidence.0.note"),
    *(({"evidence": [{"url": url}]}, "bad_url", "evidence.0.url") for url in NO_ADDRESSES),
    ({"none_acceptable": True, "scores": {"1": 4, "2": 2, "3": 0}}, "acceptable_contradiction", "none_acceptable"),
    ({"none_acceptable": "maybe"}, "invalid", "none_acceptable"),
]


@pytest.mark.parametrize(("changes", "code", "field"), REFUSED)
def test_a_bad_remark_is_refused_by_field_and_nothing_is_stored(
    people: Cast, changes: dict[str, Any], code: str, field: str
) -> None:
    add_prompt(people)
    one = people.annotators[0]
    (task,) = claimed(people, one)["assignments"]
    status, said = send(people, one, task, body_of(task, **changes))
    assert (status, said["code"], [row["field"] for row in said["errors"]]) == (400, code, [field])
    assert said["errors"][0]["message"] in said["message"]
    assert (Annotation.objects.count(), Fault.objects.count(), Comparison.objects.count()) == (0, 0, 0)
    assert Assignment.objects.get(state="leased").token == task["token"]
    assert send(people, one, task, body_of(task, **REMARKS))[0] == 201


def test_none_acceptable_changes_no_comparison_and_goes_with_a_middling_score(people: Cast) -> None:
    add_prompt(people)
    for user, marked in zip(people.annotators, (True, False), strict=True):
        (task,) = claimed(people, user)["assignments"]
        assert send(people, user, task, body_of(task, none_acceptable=marked))[0] == 201
    first, second = Annotation.objects.order_by("id")
    assert (first.none_acceptable, second.none_acceptable) == (True, False)
    assert first.comparisons.filter(final=True).count() == second.comparisons.filter(final=True).count() == 3


def test_a_passage_that_touches_a_masked_name_is_stored_with_the_name_and_shown_with_the_mask(people: Cast) -> None:
    prompt = add_prompt(people)
    raw = "你好，我是通义千问。答𠮷"
    Response.objects.filter(prompt=prompt).update(text=raw)
    one, two = people.annotators
    (task,) = claimed(people, one)["assignments"]
    shown = task["responses"][0]["text"]
    assert shown == f"你好，我是{MASK}。答𠮷"
    cut, behind = shown.index(MASK) + 1, shown.index("答")
    marks = [fault(response=1, start=0, end=cut), fault(response=1, start=behind, end=len(shown))]
    assert send(people, one, task, body_of(task, faults=marks))[0] == 201
    annotation = Annotation.objects.get()
    assert [raw[start:end] for _, start, end, *_ in stored_of(annotation)] == ["你好，我是通义千问", "答𠮷"]
    outside = fault(response=1, start=0, end=len(raw))
    (task,) = claimed(people, one)["assignments"]
    assert send(people, one, task, body_of(task, faults=[outside]))[1]["code"] == "outside_text"

    quality = {int(pk): score for pk, score in annotation.scores.items()}
    for user in (one, two):
        annotate_all(user, people.project, quality)
    body = people.client(people.lead).get(f"/api/reviews/{waiting(prompt).handle}").json()
    own, _ = split(annotation, body["remarks"])
    told = [(row["start"], row["end"], row["text"]) for row in own["faults"]]
    assert told == [(0, behind - 1, f"你好，我是{MASK}"), (behind, len(shown), "答𠮷")]


def test_an_exam_takes_remarks_too(people: Cast) -> None:
    prompt = add_prompt(people, category="考试")
    make_gold(people, prompt, in_exam=True, hidden=False)
    one = people.annotators[0]
    client = people.client(one)
    begun = client.post(f"/api/projects/{people.project.pk}/exams", {"category": prompt.category_id}, format="json")
    task = begun.json()["task"]
    path = f"/api/exams/{begun.json()['id']}/answer"
    refused = client.post(path, body_of(task, faults=[fault(response=9)]), format="json")
    assert (refused.status_code, refused.json()["code"]) == (400, "foreign_response")
    answered = client.post(path, body_of(task, **REMARKS), format="json")
    assert answered.status_code == 200, answered.content
    assert len(stored_of(Annotation.objects.get())) == 4
    # It measures the person, and says nothing of the prompt.
    record = people.client(people.researcher).get(f"/api/prompts/{prompt.pk}").json()
    assert record["remarks"] == []


def remarked(people: Cast, *, state: str = "delivery_review") -> tuple[Prompt, Annotation]:
    """Return a prompt in review, or in discussion, and what the first annotator said of one of its tasks."""
    prompt = add_prompt(people)
    one, two = people.annotators
    (task,) = claimed(people, one)["assignments"]
    assert send(people, one, task, body_of(task, **REMARKS))[0] == 201
    annotation = Annotation.objects.get()
    quality = {int(pk): score for pk, score in annotation.scores.items()}
    annotate_all(one, people.project, quality)
    turned = {pk: 4 - score for pk, score in quality.items()}
    annotate_all(two, people.project, quality if state == "delivery_review" else turned)
    prompt.refresh_from_db()
    assert prompt.state == state
    return prompt, annotation


def split(annotation: Annotation, rows: list[dict[str, Any]]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return what is shown of an annotation, and what is shown of all others."""
    key = (annotation.assignment.task_id, annotation.assignment.pass_number)
    (own,) = [row for row in rows if (row["task"], row["pass"]) == key]
    return own, [row for row in rows if row is not own]


def by_response(annotation: Annotation, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return faults sent by places as they are shown by responses, with the words."""
    shown = annotation.display_order
    return [{**row, "response": shown[row["response"] - 1], "text": TEXT[row["start"] : row["end"]]} for row in rows]


def test_rejected_work_comes_back_with_ones_own_last_answer_by_the_places_of_today(people: Cast) -> None:
    prompt, annotation = remarked(people)
    reject(prompt, people.lead, annotation)
    (task,) = claimed(people, people.annotators[0])["assignments"]
    slot = Assignment.objects.get(handle=task["id"])
    assert slot.pk == annotation.assignment_id
    today = {pk: place for place, pk in enumerate(slot.display_order, start=1)}
    then = {place: today[pk] for place, pk in enumerate(annotation.display_order, start=1)}
    assert task["returned"]["reason"] == "顺序有误"
    assert task["previous"] == {
        "scores": {str(then[1]): 3, str(then[2]): 2, str(then[3]): 1},
        "order": [[then[1]], [then[2]], [then[3]]],
        "discarded": [],
        "none_acceptable": True,
        "notes": "都欠妥",
        "evidence": REMARKS["evidence"],
        "faults": [{**row, "response": then[row["response"]]} for row in REMARKS["faults"]],
        "seconds": 20.0,
    }
    # Sent in again as it was shown, it is stored for the same responses.
    previous = {name: value for name, value in task["previous"].items() if name != "seconds"}
    assert send(people, people.annotators[0], task, body_of(task, **previous))[0] == 201
    again = Annotation.objects.get(assignment=slot, current=True)
    assert stored_of(again) == stored_of(annotation)
    assert again.scores == annotation.scores


def test_a_withdrawn_answer_comes_back_to_its_author_and_the_newest_one_stands(people: Cast) -> None:
    add_prompt(people)
    one = people.annotators[0]
    for notes in ("第一次", "第二次"):
        (task,) = claimed(people, one)["assignments"]
        assert send(people, one, task, body_of(task, notes=notes))[0] == 201
        withdrawn = people.client(one).post(f"/api/assignments/{task['id']}/withdraw", {}, format="json")
        assert withdrawn.status_code == 200, withdrawn.content
        assert withdrawn.json()["assignment"]["previous"]["notes"] == notes
    (task,) = claimed(people, one)["assignments"]
    assert (task["previous"]["notes"], task["returned"]) == ("第二次", None)


def test_rejected_work_that_goes_to_somebody_else_shows_them_nothing_of_it(people: Cast) -> None:
    prompt, annotation = remarked(people)
    reject(prompt, people.lead, annotation, return_to="other")
    third = add_member(people, "third", RoleName.ANNOTATOR)
    assert claimed(people, people.annotators[0])["assignments"] == []
    (task,) = claimed(people, third)["assignments"]
    assert Assignment.objects.get(handle=task["id"]).pk == annotation.assignment_id
    assert task["previous"] is None


def test_returned_work_is_loaded_in_seven_queries(people: Cast, django_assert_max_num_queries: Any) -> None:
    prompt, annotation = remarked(people)
    reject(prompt, people.lead, annotation)
    claim = assignment_claim(user=people.annotators[0], project_id=people.project.pk, count=3)
    with django_assert_max_num_queries(7):
        (work,) = work_of(claim.assignments)
    assert work.previous is not None
    assert len(work.previous.faults) == 4


def test_a_reviewer_sees_remarks_by_task_and_pass_and_no_name(people: Cast) -> None:
    prompt, annotation = remarked(people)
    answer = people.client(people.lead).get(f"/api/reviews/{waiting(prompt).handle}")
    body = answer.json()
    own, others = split(annotation, body["remarks"])
    assert own == {
        "task": annotation.assignment.task_id,
        "responses": sorted(annotation.display_order),
        "pass": 1,
        "by": "甲",
        "none_acceptable": True,
        "faults": by_response(annotation, REMARKS["faults"]),
        "evidence": REMARKS["evidence"],
    }
    assert [(row["pass"], row["by"]) for row in others] == [(2, "乙"), (1, "甲"), (2, "乙"), (1, "甲"), (2, "乙")]
    assert not any(row["none_acceptable"] or row["faults"] or row["evidence"] for row in others)
    assert body["fault_kinds"] == people.project.fault_kinds
    assert {row["by"] for row in body["comparisons"][0]["verdicts"]} == {"甲", "乙"}
    assert [name for name in (user.username for user in people.annotators) if name in answer.content.decode()] == []


def test_what_was_rejected_is_not_shown_to_the_next_reviewer(people: Cast) -> None:
    prompt, annotation = remarked(people)
    reject(prompt, people.lead, annotation)
    (slot,) = assignment_claim(user=people.annotators[0], project_id=people.project.pk, count=1).assignments
    quality = {int(pk): score for pk, score in annotation.scores.items()}
    submit(people.annotators[0], slot, answer_by(quality, slot.display_order))
    shown = people.client(people.lead).get(f"/api/reviews/{waiting(prompt).handle}").json()
    assert [row["faults"] for row in shown["remarks"]] == [[]] * 6


def test_a_discussion_and_its_dispute_show_remarks_under_pseudonyms(people: Cast) -> None:
    prompt, annotation = remarked(people, state="discussion")
    one, two = people.annotators
    names = dict(people.project.memberships.values_list("user", "pseudonym"))
    expected = {
        "task": annotation.assignment.task_id,
        "responses": sorted(annotation.display_order),
        "pass": 1,
        "by": names[one.pk],
        "none_acceptable": True,
        "faults": by_response(annotation, REMARKS["faults"]),
        "evidence": REMARKS["evidence"],
    }
    readers = [(one, "discussions"), (two, "discussions"), (people.lead, "discussions"), (people.lead, "disputes")]
    for user, path in readers:
        body = people.client(user).get(f"/api/{path}/{prompt.pk}").json()
        own, others = split(annotation, body["remarks"])
        assert own == expected, path
        assert {row["by"] for row in others if row["pass"] == 2} == {names[two.pk]}
        assert body["fault_kinds"] == people.project.fault_kinds


def test_a_researcher_sees_what_stands_and_what_was_rejected_in_the_raw_texts(people: Cast) -> None:
    prompt = add_prompt(people)
    raw = "你好，我是通义千问\x07。答𠮷"
    Response.objects.filter(prompt=prompt).update(text=raw)
    one, two = people.annotators

    def do_one(notes: str) -> Annotation:
        (task,) = claimed(people, one)["assignments"]
        shown = task["responses"][0]["text"]
        # From inside the mask to the end, and behind it.
        marks = [
            fault(response=1, start=shown.index(MASK) + 1, end=len(shown)),
            fault(response=1, start=shown.index("答"), end=len(shown)),
        ]
        assert send(people, one, task, body_of(task, **{**REMARKS, "faults": marks, "notes": notes}))[0] == 201
        return Annotation.objects.get(assignment__handle=task["id"], current=True)

    withdrawn = do_one("收回的")
    assignment_withdraw(user=one, assignment_id=withdrawn.assignment_id)
    rejected = do_one("退回的")
    quality = {int(pk): score for pk, score in rejected.scores.items()}
    for user in (one, two):
        annotate_all(user, people.project, quality)
    reject(prompt, people.lead, rejected)
    again = do_one("重做的")

    body = people.client(people.researcher).get(f"/api/prompts/{prompt.pk}").json()
    texts = {row["id"]: row["text"] for row in body["responses"]}
    names = dict(people.project.memberships.values_list("user", "pseudonym"))
    slot = rejected.assignment
    own = [row for row in body["remarks"] if (row["task"], row["pass"]) == (slot.task_id, slot.pass_number)]
    assert [(row["id"], row["notes"], row["current"]) for row in own] == [
        (rejected.pk, "退回的", False),
        (again.pk, "重做的", True),
    ]
    for row in own:
        assert row["by"] == names[one.pk]
        assert set(row["responses"]) == set(slot.task.responses)
        assert (row["none_acceptable"], row["evidence"]) == (True, REMARKS["evidence"])
        assert [said["text"] for said in row["faults"]] == ["通义千问\x07。答𠮷", "答𠮷"]
        assert [texts[said["response"]][said["start"] : said["end"]] for said in row["faults"]] == [
            said["text"] for said in row["faults"]
        ]
    assert {row["by"] for row in body["remarks"] if row["pass"] == 2} == {names[two.pk]}
    assert len(body["remarks"]) == 2 * 3 + 1
    assert len(body["comparisons"]) == 3 * len(body["remarks"])
    assert body["fault_kinds"] == people.project.fault_kinds


def test_who_annotates_a_prompt_reads_the_others_remarks_on_its_page_only_when_all_is_in(people: Cast) -> None:
    prompt = add_prompt(people)
    both = add_member(people, "both", RoleName.ANNOTATOR, RoleName.RESEARCHER)
    path = f"/api/prompts/{prompt.pk}"
    assert claimed(people, both)["assignments"] != []
    refused = people.client(both).get(path)
    assert (refused.status_code, refused.json()["code"]) == (403, "own_work")
    annotate_all(both, people.project, dict.fromkeys(range(100_000), 3))
    assert people.client(both).get(path).status_code == 403
    annotate_all(people.annotators[0], people.project, dict.fromkeys(range(100_000), 3))
    assert len(people.client(both).get(path).json()["remarks"]) == 6
    for user in (*people.annotators, people.lead):
        assert people.client(user).get(path).status_code == 403


KIND = {"key": "tone", "zh": "语气", "en": "Tone"}
BAD_SETTINGS: list[tuple[dict[str, Any], str]] = [
    ({"fault_kinds": []}, "fault_kinds"),
    ({"fault_kinds": [{**KIND, "key": f"k{n}"} for n in range(31)]}, "fault_kinds"),
    ({"fault_kinds": [KIND, {**KIND, "zh": "口气"}]}, "fault_kinds"),
    ({"fault_kinds": [{**KIND, "key": "Tone!"}]}, "fault_kinds"),
    ({"fault_kinds": [{"key": "tone", "zh": "语气"}]}, "fault_kinds"),
    ({"mask_names": ["Qwen", "qwen"]}, "mask_names"),
    ({"mask_names": ["Qwen", "qwen?"]}, "mask_names"),
    ({"mask_names": ["?"]}, "mask_names"),
    ({"mask_names": [f"名{n}" for n in range(501)]}, "mask_names"),
]


@pytest.mark.parametrize(("changes", "field"), BAD_SETTINGS)
def test_a_bad_list_is_refused_by_field(people: Cast, changes: dict[str, Any], field: str) -> None:
    path = f"/api/projects/{people.project.pk}"
    answer = people.client(people.owner).patch(path, changes, format="json")
    assert (answer.status_code, [row["field"] for row in answer.json()["errors"]]) == (400, [field])
    kept = Project.objects.get(pk=people.project.pk)
    assert (kept.fault_kinds, kept.mask_names) == (people.project.fault_kinds, people.project.mask_names)


def test_a_projects_own_kinds_are_dealt_with_the_work_and_what_was_marked_before_stays(people: Cast) -> None:
    add_prompt(people, n_responses=4)
    one = people.annotators[0]
    (task,) = claimed(people, one)["assignments"]
    assert send(people, one, task, body_of(task, faults=[fault()]))[0] == 201
    changes = {"fault_kinds": [{**KIND, "zh": " 语气 "}], "mask_names": [" 某模型 ", "Qwen"]}
    answer = people.client(people.owner).patch(f"/api/projects/{people.project.pk}", changes, format="json").json()
    assert (answer["fault_kinds"], answer["mask_names"]) == ([KIND], ["某模型", "Qwen"])
    # To whom shall judge blindly the list would name the candidates.
    told = {
        user: people.client(user).get(f"/api/projects/{people.project.pk}").json()["mask_names"]
        for user in (one, people.lead, people.researcher, people.owner)
    }
    assert told == {one: [], people.lead: [], people.researcher: ["某模型", "Qwen"], people.owner: ["某模型", "Qwen"]}
    claim = claimed(people, one)
    assert claim["fault_kinds"] == [KIND]
    (task,) = claim["assignments"]
    assert send(people, one, task, body_of(task, faults=[fault()]))[1]["code"] == "unknown_kind"
    assert send(people, one, task, body_of(task, faults=[fault(kind="tone")]))[0] == 201
    assert list(Fault.objects.order_by("id").values_list("kind", flat=True)) == ["factual", "tone"]


def test_the_shipped_lists_pass_their_own_check(people: Cast) -> None:
    project = people.project
    lists = {"fault_kinds": project.fault_kinds, "mask_names": project.mask_names, "description": "x"}
    answer = people.client(people.owner).patch(f"/api/projects/{project.pk}", lists, format="json")
    assert answer.status_code == 200, answer.content
