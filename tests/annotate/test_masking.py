"""What annotators and reviewers read names no model and does nothing; what they mark is stored in the raw texts."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from annotate.domain.masking import MASK
from annotate.models import Fault, Project, Prompt, Rejection, Response
from annotate.services.exams import exam_start
from annotate.services.gold import gold_create
from tests.annotate.reviewing import scores, settled, waiting, words_of
from tests.people import Cast, add_prompts, annotate_all, cast

pytestmark = pytest.mark.django_db

RAW = "你好，我是通义千问2.5，Qwen 家族的模型。\x07完"
SHOWN = f"你好，我是{MASK}，{MASK} 家族的模型。␇完"
MASKS = [{"start": 5, "end": 8}, {"start": 9, "end": 12}]


@pytest.fixture
def people() -> Cast:
    return cast(delivery_share=1.0)


def self_naming(prompts: list[Prompt]) -> None:
    """Make every response of some prompts name its model."""
    Response.objects.filter(prompt__in=prompts).update(text=RAW)
    Prompt.objects.filter(pk__in=[prompt.pk for prompt in prompts]).update(text="你是谁？\x1b 请介绍文心一言。")


def read(people: Cast, user: Any, path: str) -> dict[str, Any]:
    answer = people.client(user).get(path)
    assert answer.status_code == 200, answer.content
    return answer.json()


def claimed(people: Cast, user: Any) -> dict[str, Any]:
    path = f"/api/projects/{people.project.pk}/assignments/claim"
    return people.client(user).post(path, {"count": 1}, format="json").json()["assignments"][0]


def texts_in(body: dict[str, Any]) -> set[tuple[str, str]]:
    return {(row["text"], json.dumps(row["masks"])) for row in body["responses"]}


ALL_MASKED = {(SHOWN, json.dumps(MASKS))}


def test_work_is_delivered_masked_and_harmless_and_nothing_stored_changes(people: Cast) -> None:
    prompts = add_prompts(people.project)
    self_naming(prompts)
    task = claimed(people, people.annotators[0])
    assert texts_in(task) == ALL_MASKED
    assert task["prompt"]["text"] == "你是谁？␛ 请介绍文心一言。"
    assert set(Response.objects.values_list("text", flat=True)) == {RAW}


def test_an_exam_is_masked_too(people: Cast) -> None:
    prompts = add_prompts(people.project, category="考试")
    self_naming(prompts)
    gold_create(
        user=people.lead,
        project_id=people.project.pk,
        prompt_id=prompts[0].pk,
        order=[[pk] for pk in prompts[0].responses.values_list("pk", flat=True)],
        reason="参考",
        in_exam=True,
        hidden=False,
    )
    begun = exam_start(user=people.annotators[0], project_id=people.project.pk, category_id=prompts[0].category_id)
    body = read(people, people.annotators[0], f"/api/exams/{begun.exam.pk}")
    assert texts_in(body["task"]) == ALL_MASKED


def test_discussion_dispute_and_review_are_masked_and_the_researchers_page_is_not(people: Cast) -> None:
    discussed, reviewed = add_prompts(people.project, 2)
    self_naming([discussed, reviewed])
    one, two = people.annotators
    annotate_all(one, people.project, {**scores(discussed), **scores(reviewed)})
    annotate_all(two, people.project, {**scores(discussed, 1, 2, 3, 4, 5), **scores(reviewed)})
    for user in (one, people.lead):
        assert texts_in(read(people, user, f"/api/discussions/{discussed.pk}")) == ALL_MASKED
    dispute = read(people, people.lead, f"/api/disputes/{discussed.pk}")
    assert texts_in(dispute) == ALL_MASKED
    assert dispute["prompt"]["text"] == "你是谁？␛ 请介绍文心一言。"
    review = read(people, people.lead, f"/api/reviews/{waiting(reviewed).handle}")
    assert texts_in(review) == ALL_MASKED
    record = read(people, people.researcher, f"/api/prompts/{reviewed.pk}")
    assert {row["text"] for row in record["responses"]} == {RAW}


def test_the_list_of_a_project_holds_from_the_moment_it_is_changed_and_may_be_empty(people: Cast) -> None:
    self_naming(add_prompts(people.project))
    for names, shown in [(["完"], RAW.replace("完", MASK)), ([], RAW)]:
        Project.objects.filter(pk=people.project.pk).update(mask_names=names)
        (text,) = {text for text, _masks in texts_in(claimed(people, people.annotators[0]))}
        assert text == shown.replace("\x07", "␇")


def test_what_the_prompt_asks_about_stays_unless_the_text_tells_of_itself(people: Cast) -> None:
    prompts = add_prompts(people.project)
    Prompt.objects.filter(pk=prompts[0].pk).update(text="介绍一下通义千问")
    Response.objects.filter(prompt=prompts[0]).update(text="通义千问是语言模型。我是通义千问。")
    (text,) = {text for text, _masks in texts_in(claimed(people, people.annotators[0]))}
    assert text == f"通义千问是语言模型。我是{MASK}。"


def submitted(people: Cast, user: Any, task: dict[str, Any], **changes: Any) -> None:
    body = {
        "token": task["token"],
        "idempotency_key": str(uuid4()),
        "scores": {"1": 5, "2": 4, "3": 3},
        "order": [[1], [2], [3]],
        "seconds": 20,
        **changes,
    }
    answer = people.client(user).post(f"/api/assignments/{task['id']}/submit", body, format="json")
    assert answer.status_code == 201, answer.content


def test_marked_passages_are_stored_in_the_raw_text_with_whole_names_and_shown_in_the_delivered_one(
    people: Cast,
) -> None:
    one = people.annotators[0]
    self_naming(add_prompts(people.project))
    task = claimed(people, one)
    marks = [(6, 7), (3, 9), (9, len(SHOWN)), (13, 15)]
    faults = [{"response": 2, "start": a, "end": b, "kind": "factual", "severity": "minor"} for a, b in marks]
    submitted(people, one, task, faults=faults)
    rows = Fault.objects.order_by("id")
    assert [RAW[row.start : row.end] for row in rows] == [
        "通义千问2.5",
        "我是通义千问2.5，",
        "Qwen 家族的模型。\x07完",
        "家族",
    ]
    assert {row.response_id for row in rows} == {rows[0].annotation.display_order[1]}


def rejected(people: Cast, prompt: Prompt, spans: list[tuple[int, int]]) -> None:
    """Reject a task of the first annotator, with passages of its first response."""
    mine = words_of(prompt, people.annotators[0])[0]
    marked = [{"response": mine.display_order[0], "start": start, "end": end} for start, end in spans]
    slot = {"task": mine.assignment.task_id, "pass": mine.assignment.pass_number, "spans": marked}
    answer = people.client(people.lead).post(
        f"/api/reviews/{waiting(prompt).handle}/reject",
        {"reason": "自报家门", "return_to": "same", "slots": [slot]},
        format="json",
    )
    assert answer.status_code == 200, answer.content


def test_a_reviewers_passages_go_back_to_the_annotator_masked_and_stand_where_they_stood(people: Cast) -> None:
    one = people.annotators[0]
    (prompt,) = settled(people)
    self_naming([prompt])
    rejected(people, prompt, [(0, 7), (13, 15)])
    (rejection,) = Rejection.objects.all()
    assert [(span["start"], span["end"], span["text"]) for span in rejection.spans] == [
        (0, 12, "你好，我是通义千问2.5"),
        (18, 20, "家族"),
    ]
    task = claimed(people, one)
    expected = [(0, 8, f"你好，我是{MASK}"), (13, 15, "家族")]
    (place,) = {span["response"] for span in task["returned"]["spans"]}
    assert task["responses"][place - 1]["text"] == SHOWN
    for spans in (
        task["returned"]["spans"],
        read(people, one, f"/api/projects/{people.project.pk}/my-returned")["results"][0]["spans"],
    ):
        assert [(span["start"], span["end"], span["text"]) for span in spans] == expected
    # The same as before, in whatever order the page shows it now: the passes still agree.
    submitted(people, one, task, scores=task["previous"]["scores"], order=task["previous"]["order"])
    prompt.refresh_from_db()
    earlier = read(people, people.lead, f"/api/reviews/{waiting(prompt).handle}")["earlier"]
    assert [(span["start"], span["end"], span["text"]) for span in earlier[0]["spans"]] == expected


def test_a_passage_beyond_the_delivered_text_is_refused_though_the_raw_one_is_longer(people: Cast) -> None:
    (prompt,) = settled(people)
    self_naming([prompt])
    mine = words_of(prompt, people.annotators[0])[0]
    span = {"response": mine.display_order[0], "start": 0, "end": len(SHOWN) + 1}
    slot = {"task": mine.assignment.task_id, "pass": mine.assignment.pass_number, "spans": [span]}
    body = {"reason": "x", "return_to": "same", "slots": [slot]}
    path = f"/api/reviews/{waiting(prompt).handle}/reject"
    answer = people.client(people.lead).post(path, body, format="json")
    assert len(SHOWN) < len(RAW)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_span")


def test_an_answer_of_the_api_holds_no_mark_up_and_says_the_same(people: Cast) -> None:
    prompts = add_prompts(people.project)
    text = '<script>alert("&")</script>\u2028\u2029<!-- ]]> 1 < 2 && 3 > 2'
    Response.objects.filter(prompt__in=prompts).update(text=text)
    path = f"/api/projects/{people.project.pk}/assignments/claim"
    answer = people.client(people.annotators[0]).post(path, {"count": 1}, format="json")
    assert [byte for byte in (b"<", b">", b"&", b"\xe2\x80\xa8", b"\xe2\x80\xa9") if byte in answer.content] == []
    assert {row["text"] for row in json.loads(answer.content)["assignments"][0]["responses"]} == {text}
    assert answer["Content-Type"] == "application/json"


@pytest.mark.parametrize("path", ["/", "/api/session", "/api/projects", "/api/none", "/api/schema", "/static/none"])
def test_no_answer_may_be_taken_for_something_else_than_it_says(path: str) -> None:
    answer = Client().get(path)
    assert answer.status_code < 500 or path == "/"
    assert answer["X-Content-Type-Options"] == "nosniff"
