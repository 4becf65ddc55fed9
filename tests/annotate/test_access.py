"""Who may reach what, and what nobody may learn: walked over every address of the schema, not a list by hand."""

import base64
import json
import re
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from annotate.domain.masking import MASK
from annotate.models import Category, Exam, GoldItem, Project, Response, Review
from annotate.services.assignments import assignment_claim
from annotate.services.drafts import draft_save
from annotate.services.exams import exam_start
from annotate.services.gold import gold_create
from tests.annotate.judged import endpoint, settled_prompts, trial
from tests.annotate.sampled import sampling, waiting_prompts
from tests.people import PASSWORD, Cast, add_prompts, annotate_all

pytestmark = pytest.mark.django_db

# What the path parameters of the schema stand for; an address with another one is new and belongs in here.
PLACES = {
    "project",
    "project_id",
    "prompt",
    "category",
    "assignment",
    "job_id",
    "set_id",
    "run_id",
    "round_id",
    "model_id",
    "evaluation_id",
    "name",
    "person",
    "exam",
    "gold",
    "review",
    "filter_run",
    "flag",
    "endpoint",
    "judge_run",
    "sampling_run",
    "suspicion",
    "recipe",
}


def operations() -> list[tuple[str, str]]:
    """Return every (method, path) of the API."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    return [
        (method, path)
        for path, methods in sorted(schema["paths"].items())
        for method in methods
        if method in {"get", "post", "put", "patch", "delete"}
    ]


@pytest.fixture
def at_work(people: Cast) -> Cast:
    """Return the cast with prompts in discussion, before delivery's review, in an exam and under annotation."""
    disputed, _open = add_prompts(people.project, 2)
    one, two = people.annotators
    responses = list(disputed.responses.order_by("ring_index").values_list("pk", flat=True))
    everything = dict.fromkeys(range(10_000), 3)
    annotate_all(one, people.project, everything)
    reverse = {**everything, **dict(zip(responses, (1, 2, 3, 4, 5), strict=True))}
    annotate_all(two, people.project, reverse)
    Project.objects.filter(pk=people.project.pk).update(delivery_share=1.0)
    add_prompts(people.project, 1, start=5)
    for person in (one, two):
        annotate_all(person, people.project, everything)
    (examined,) = add_prompts(people.project, 1, start=7, category="考试")
    tiers = [[pk] for pk in examined.responses.order_by("id").values_list("pk", flat=True)]
    gold_create(
        user=people.lead,
        project_id=people.project.pk,
        prompt_id=examined.pk,
        order=tiers,
        reason="参考",
        in_exam=True,
        hidden=False,
    )
    exam_start(user=one, project_id=people.project.pk, category_id=examined.category_id)
    add_prompts(people.project, 1, start=10)
    (held,) = assignment_claim(user=one, project_id=people.project.pk, count=1).assignments
    draft_save(user=one, assignment_id=held.pk, version=0, content={"notes": "半句"})
    judge = endpoint(people, "http://127.0.0.1:9/v1", key_variable="CHEEMS_KEY_OF_THE_HOUSE")
    settled_prompts(people.project, 1, tag="j")
    judged = trial(people, judge)
    prompt = people.project.prompts.get(external_id="j0")
    first, second, _third = prompt.responses.order_by("id")
    judged.calls.create(
        prompt=prompt, first=first, second=second, state="done", outcome="answered", verdict="a", answers=[JUDGE_SAID]
    )
    waiting_prompts(people.project, 1)
    sampling(people, [judge])
    disputed.refresh_from_db()
    assert disputed.state == "discussion"
    return people


def address(path: str, cast: Cast) -> str:
    """Fill in an address with things of the project."""
    disputed = cast.project.prompts.get(state="discussion")
    values: dict[str, Any] = dict.fromkeys(PLACES, 1)
    values.update(
        project=cast.project.pk,
        project_id=cast.project.pk,
        prompt=disputed.pk,
        category=Category.objects.get(project=cast.project, name="数学").pk,
        assignment=cast.project.assignments.filter(state="leased", kind="work").order_by("-id")[0].handle,
        review=Review.objects.get(project=cast.project, state="waiting").handle,
        exam=Exam.objects.get(membership__project=cast.project).pk,
        gold=GoldItem.objects.filter(project=cast.project).earliest("id").pk,
        person=cast.project.memberships.get(user=cast.annotators[0]).pk,
        name="manifest.json",
        endpoint=cast.project.endpoints.get().pk,
        judge_run=cast.project.judgeruns.get().pk,
        sampling_run=cast.project.samplingruns.get().pk,
    )
    assert set(re.findall(r"\{(\w+)\}", path)) <= PLACES, path
    return re.sub(r"\{(\w+)\}", lambda match: str(values[match.group(1)]), path)


JUDGE_SAID = "评审的原话：A 更好"
OPEN_TO_ALL = {"/api/session", "/api/schema"}
OPEN_TO_PEOPLE = OPEN_TO_ALL | {"/api/projects", "/api/hyperparameters", "/api/notices", "/api/notices/read"}


def test_without_a_session_every_address_asks_to_log_in(at_work: Cast) -> None:
    answers = {
        (method, path): getattr(APIClient(), method)(address(path, at_work), {}, format="json").status_code
        for method, path in operations()
        if path not in OPEN_TO_ALL
    }
    assert set(answers.values()) == {401}, {k: v for k, v in answers.items() if v != 401}


def test_to_an_outsider_nothing_of_a_project_exists(at_work: Cast) -> None:
    client = at_work.client(at_work.outsider)
    answers = {
        (method, path): getattr(client, method)(address(path, at_work), VALID.get(path, {}), format="json").status_code
        for method, path in operations()
        if path not in OPEN_TO_PEOPLE
    }
    # An unreadable body may be refused before anything is looked up; it says nothing of what exists.
    assert set(answers.values()) <= {404, 400}, {k: v for k, v in answers.items() if v not in {404, 400}}
    assert all(status == 404 for (method, _), status in answers.items() if method == "get")


VALID = {
    "/api/projects/{project}/assignments/claim": {"count": 1},
    "/api/prompts/{prompt}/drop": {"reason": "x"},
    "/api/disputes/{prompt}/decision": {"verdicts": [], "reason": "x"},
    "/api/disputes/{prompt}/escalate": {"reason": "x"},
    "/api/discussions/{prompt}/messages": {"text": "x"},
    "/api/discussions/{prompt}/revise": {"task": 1, "response_a": 1, "response_b": 2, "verdict": "a"},
    "/api/discussions/{prompt}/discard": {"response": 1, "marked": True},
    "/api/discussions/{prompt}/escalate": {"reason": "x"},
    "/api/categories/{category}/guideline/read": {"version": 1},
    "/api/projects/{project}/guidelines/amend": {"category": 1, "text": "x", "note": "x"},
    "/api/assignments/{assignment}/renew": {"token": 1},
    "/api/assignments/{assignment}/skip": {"token": 1, "reason": "other"},
    "/api/assignments/{assignment}/draft": {"version": 0, "content": {}},
    "/api/categories/{category}/guideline": {"text": "x"},
    "/api/people/{person}": {"daily_limit": 1},
    "/api/people/{person}/pause": {"reason": "x"},
    "/api/people/{person}/expertise": {"category": 1, "state": "open"},
    "/api/categories/{category}": {"daily_limit": 1},
    "/api/categories/{category}/pause": {"reason": "x"},
    "/api/projects/{project}/pause": {"reason": "x"},
    "/api/projects/{project}/exams": {"category": 1},
    "/api/projects/{project}/gold": {"prompt": 1, "order": [[1]], "reason": "x"},
    "/api/gold/{gold}": {"active": False},
    "/api/reviews/{review}/reject": {"reason": "x", "return_to": "same", "slots": []},
    "/api/reviews/{review}/overrule": {"reason": "x", "verdicts": []},
    "/api/reviews/{review}/gold": {"approve": True, "reason": "x"},
    "/api/review-gold/{gold}": {"active": False},
    "/api/projects/{project_id}/runs": {"set": 1, "base": "tiny", "params": {}},
    "/api/projects/{project_id}/models": {"source": "lab/model"},
    "/api/projects/{project_id}/promotion": {"rule": "off"},
    "/api/projects/{project_id}/promotions": {"model": 1, "reason": "x"},
    "/api/models/{model_id}/evaluations": {"set": 1},
    "/api/projects/{project_id}/loop": {"trigger": "nightly", "base": "tiny", "set_name": "x"},
    "/api/filters/{filter_run}/apply": {"codes": ["notice"]},
    "/api/flags/{flag}/overrule": {"reason": "x"},
    "/api/endpoints/{endpoint}": {"model": "x"},
    "/api/projects/{project}/endpoints": {"name": "x", "base_url": "http://x/v1", "model": "x"},
    "/api/projects/{project}/judge-templates": {"language": "zh", "text": "x", "criteria": "x"},
    "/api/projects/{project}/judge-runs": {"endpoint": 1},
    "/api/projects/{project}/sampling-runs": {"mix": [{"endpoint": 1}]},
    "/api/projects/{project}/colleague": {"queue_size": 10},
    "/api/suspicions/{suspicion}/decide": {"verdict": "a"},
    "/api/projects/{project}/recipes": {"name": "x", "human_set": 1, "judge_runs": [1], "base": "tiny"},
    "/api/recipes/{recipe}/confirm": {"margin": 0},
}

READABLE = {
    "annotator": {
        "/api/projects/{project}/exams",
        "/api/projects/{project}",
        "/api/projects/{project}/categories",
        "/api/categories/{category}/guideline",
        "/api/projects/{project}/discussions",
        "/api/discussions/{prompt}",
        "/api/projects/{project}/my-returned",
        "/api/projects/{project}/my-figures",
        "/api/projects/{project}/assignments/recent",
        "/api/assignments/{assignment}/draft",
        "/api/exams/{exam}",
    },
    "lead": {
        "/api/projects/{project}/gold",
        "/api/projects/{project}",
        "/api/projects/{project}/categories",
        "/api/projects/{project}/figures",
        "/api/projects/{project}/statistics",
        "/api/projects/{project}/bias",
        "/api/projects/{project}/planning",
        "/api/projects/{project}/filters",
        "/api/projects/{project}/flags",
        "/api/projects/{project}/protocol",
        "/api/projects/{project}/people",
        "/api/people/{person}",
        "/api/categories/{category}/guideline",
        "/api/projects/{project}/disputes",
        "/api/disputes/{prompt}",
        "/api/projects/{project}/queues",
        "/api/projects/{project}/discussions",
        "/api/discussions/{prompt}",
        "/api/prompts/{prompt}/effects",
        "/api/projects/{project}/reviews",
        "/api/reviews/{review}",
        "/api/projects/{project}/review-gold",
        "/api/projects/{project}/colleague",
        "/api/projects/{project}/suspicion-runs",
        "/api/projects/{project}/suspicions",
        "/api/projects/{project}/suspicions/figures",
    },
}


@pytest.mark.parametrize("role", ["annotator", "lead"])
def test_a_role_reads_just_what_is_its_own(at_work: Cast, role: str) -> None:
    client = at_work.client(at_work.lead if role == "lead" else at_work.annotators[0])
    read = {
        path
        for method, path in operations()
        if method == "get" and path not in OPEN_TO_PEOPLE and client.get(address(path, at_work)).status_code == 200
    }
    assert read == READABLE[role]


@pytest.mark.parametrize("role", ["annotator", "lead"])
def test_blindness_no_answer_to_annotators_or_reviewers_tells_a_model_or_a_name(at_work: Cast, role: str) -> None:
    user = at_work.lead if role == "lead" else at_work.annotators[0]
    client = at_work.client(user)
    Response.objects.filter(prompt__project=at_work.project).update(text="回答 0：我是通义千问，Qwen 家族的模型。")
    bodies = [
        client.get(address(path, at_work)).content.decode()
        for method, path in operations()
        if method == "get" and path not in OPEN_TO_ALL
    ]
    claimed = client.post(f"/api/projects/{at_work.project.pk}/assignments/claim", {"count": 3}, format="json")
    bodies.append(claimed.content.decode())
    told = "\n".join(bodies)
    assert "回答 0" in told
    assert told.count(MASK) == 2 * told.count("回答 0")
    others = [at_work.owner, at_work.researcher, at_work.lead, *at_work.annotators]
    secrets = [
        "评审",
        "judge-model",
        "CHEEMS_KEY",
        "secret-model",
        "通义",
        "千问",
        "Qwen",
        *(other.username for other in others if other != user),
    ]
    assert [secret for secret in secrets if secret in told] == []


def test_a_researcher_reads_what_a_judge_said_and_nobody_is_told_a_key(
    at_work: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHEEMS_KEY_OF_THE_HOUSE", "sk-never-told")
    client = at_work.client(at_work.researcher)
    told = "\n".join(
        client.get(address(path, at_work)).content.decode()
        for method, path in operations()
        if method == "get" and path not in OPEN_TO_ALL
    )
    assert JUDGE_SAID in told
    assert "CHEEMS_KEY_OF_THE_HOUSE" in told
    assert "sk-never-told" not in told


def test_an_annotator_is_not_told_which_pass_or_task_a_slot_is(at_work: Cast) -> None:
    client = at_work.client(at_work.annotators[0])
    path = f"/api/projects/{at_work.project.pk}/assignments/claim"
    (slot,) = client.post(path, {"count": 1}, format="json").json()["assignments"]
    assert set(slot) == {
        "id",
        "token",
        "lease_expires_at",
        "project",
        "category",
        "prompt",
        "responses",
        "guideline_version",
        "returned",
        "previous",
        "draft",
    }
    assert [response["id"] for response in slot["responses"]] == [1, 2, 3]
    assert slot["prompt"]["number"] == slot["id"] % 1_000_000
    assert all(set(response) == {"id", "text", "masks"} for response in slot["responses"])


def test_logging_in_needs_the_right_password_and_a_csrf_token(people: Cast) -> None:
    client = APIClient(enforce_csrf_checks=True)
    credentials = {"username": people.lead.username, "password": PASSWORD}
    assert client.post("/api/session", credentials, format="json").status_code == 403
    client.get("/api/session")
    headers = {"HTTP_X_CSRFTOKEN": client.cookies["csrftoken"].value}
    wrong = client.post("/api/session", {**credentials, "password": "wrong"}, format="json", **headers)
    assert (wrong.status_code, wrong.json()["code"]) == (400, "wrong_credentials")
    right = client.post("/api/session", credentials, format="json", **headers)
    assert right.json()["user"]["username"] == people.lead.username
    assert right.json()["memberships"][0]["roles"] == ["delivery_reviewer"]


def test_the_submit_address_stores_once_and_names_what_is_wrong(people: Cast) -> None:
    add_prompts(people.project)
    client = people.client(people.annotators[0])
    path = f"/api/projects/{people.project.pk}/assignments/claim"
    (slot,) = client.post(path, {"count": 1}, format="json").json()["assignments"]
    ids = [response["id"] for response in slot["responses"]]
    body = {
        "token": slot["token"],
        "idempotency_key": "6b1f4f0e-5b0e-4a53-8f5c-0e6f6a0e3b7d",
        "scores": {str(pk): score for pk, score in zip(ids, (5, 3, 3), strict=True)},
        "order": [[ids[0]], [ids[1], ids[2]]],
        "discarded": [],
        "seconds": 20,
    }
    submit_to = f"/api/assignments/{slot['id']}/submit"

    def refused(**changes: Any) -> tuple[int, str]:
        answer = client.post(submit_to, {**body, **changes}, format="json")
        return answer.status_code, answer.json()["code"]

    assert refused(scores={**body["scores"], str(ids[0]): 9}) == (400, "invalid_score")
    assert refused(scores={**body["scores"], "seven": 1}) == (400, "foreign_response")
    assert refused(scores={**body["scores"], "9" * 5_000: 1}) == (400, "foreign_response")
    assert refused(scores={key: [1] for key in body["scores"]}) == (400, "invalid_score")
    assert refused(order=[[10**30]]) == (400, "foreign_response")
    assert refused(notes="\0") == (400, "invalid")
    assert refused(seconds=float("1e300")) == (400, "invalid")
    assert refused(order=[[ids[0]], [ids[1], 424242]]) == (400, "foreign_response")
    assert refused(token=slot["token"] + 1) == (409, "stale_token")
    assert refused(idempotency_key="no uuid") == (400, "invalid")
    stored = client.post(submit_to, body, format="json")
    assert (stored.status_code, stored.json()["today"]) == (201, 1)
    again = client.post(submit_to, body, format="json")
    assert (again.status_code, again.json()) == (200, stored.json())
    other_key = {**body, "idempotency_key": "0e8aaf6f-6f40-4c48-a7dc-1b2c1c1a4a3b"}
    second = client.post(submit_to, other_key, format="json")
    assert (second.status_code, second.json()["code"]) == (409, "already_submitted")


def test_lists_are_paged_by_key_and_lose_nothing(people: Cast, django_assert_max_num_queries) -> None:
    add_prompts(people.project, 23)
    client = people.client(people.researcher)
    path = f"/api/projects/{people.project.pk}/prompts?limit=10"
    seen: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        with django_assert_max_num_queries(8):
            page = client.get(path + (f"&cursor={cursor}" if cursor else "")).json()
        seen += [row["id"] for row in page["results"]]
        cursor = page["next"]
    assert seen == sorted(people.project.prompts.values_list("pk", flat=True), reverse=True)
    ours_not = [b"nonsense", b'["abc"]', b"[{}]", b"[1, 2]", b"5", b"[null]", b"[1e400]"]
    for forged in [base64.urlsafe_b64encode(body).decode() for body in ours_not] + ["\u00b2", "%"]:
        answer = client.get(path, {"limit": 10, "cursor": forged})
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor"), forged


def test_addresses_with_what_is_no_text_or_number_are_refused_by_name(people: Cast) -> None:
    client = people.client(people.researcher)
    path = f"/api/projects/{people.project.pk}/prompts"
    for query in ({"q": "a\0b"}, {"source": "\0"}, {"category": "\u00b2"}, {"category": "x"}, {"limit": "many"}):
        answer = client.get(path, query)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid"), query
    assert client.get(path, {"category": "99999999999999999999999"}).status_code == 404
    assert client.get("/api/prompts/99999999999999999999999").status_code == 404


def test_the_project_keeps_its_settings_in_their_ranges_and_its_last_owner(people: Cast) -> None:
    client = people.client(people.owner)
    path = f"/api/projects/{people.project.pk}"
    assert client.patch(path, {"agreement_threshold": 0.8}, format="json").json()["agreement_threshold"] == 0.8
    assert client.patch(path, {"agreement_threshold": 1.8}, format="json").status_code == 400
    assert people.client(people.researcher).patch(path, {"passes": 1}, format="json").status_code == 403
    add_prompts(people.project)
    assert client.patch(path, {"passes": 1}, format="json").json()["code"] == "has_tasks"
    gone = client.put(f"{path}/members", {"username": people.owner.username, "roles": []}, format="json")
    assert (gone.status_code, gone.json()["code"]) == (409, "last_owner")


def test_a_guideline_is_versioned_inherited_and_shown_with_its_version(people: Cast) -> None:
    add_prompts(people.project)
    category = Category.objects.get(project=people.project)
    child = Category.objects.create(
        project=people.project, parent=category, name="代数", path=["数学", "代数"], key="数学/代数"
    )
    client = people.client(people.researcher)
    for text in ("第一版", "第二版"):
        client.put(f"/api/categories/{category.pk}/guideline", {"text": text}, format="json")
    body = people.client(people.annotators[0]).get(f"/api/categories/{child.pk}/guideline").json()
    assert (body["version"], body["text"], body["inherited_from"]) == (2, "第二版", ["数学"])


def test_refusals_speak_the_persons_language(people: Cast) -> None:
    client = people.client(people.annotators[0])
    path = f"/api/projects/{people.project.pk}/figures"
    chinese = client.get(path).json()["message"]
    client.patch("/api/session", {"language": "en"}, format="json")
    people.annotators[0].refresh_from_db()
    english = client.get(path).json()["message"]
    assert english == "Your role in this project does not allow this."
    assert re.search(r"[\u4e00-\u9fff]", chinese)


def test_the_schema_is_json_and_names_every_operation_once(people: Cast) -> None:
    schema = SchemaGenerator().get_schema(request=None, public=True)
    names = [body["operationId"] for methods in schema["paths"].values() for body in methods.values()]
    assert len(names) == len(set(names))
    assert json.loads(json.dumps(schema))
