"""Filters of responses: a dry run that changes nothing, what takes effect, and a person's word over it."""

import random
from typing import Any

import pytest

from annotate.domain.states import FlagCode
from annotate.models import Annotation, Assignment, Event, FilterRun, Prompt, Response, ResponseFlag
from annotate.services.assignments import assignment_claim
from annotate.services.filter_apply import filter_write
from annotate.services.filters import filter_check
from annotate.services.jobs import job_take, jobs_requeue
from annotate.services.sets import set_run
from tests.people import Cast, add_prompts, annotate_all, answer_by, cast, submit

pytestmark = pytest.mark.django_db

HAN = [chr(code) for code in range(0x4E00, 0x4E00 + 3000)]
GOOD = "这是一个完整的回答，说明了理由，也给出了结论。编号{n}。"
SPOILED = {
    FlagCode.NOT_CHINESE: "An answer in another language, number {n}.",
    FlagCode.CONTROL_TOKENS: GOOD + "<|im_end|>",
    FlagCode.NOTICE: "很抱歉，我无法回答这个问题，编号{n}。",
    FlagCode.REPETITION: "我们来看第{n}题。" * 40,
    FlagCode.TOO_LONG: "".join(chr(0x4E00 + n) for n in range(4500)) + "{n}",
}


def spoil(prompt: Prompt, **at: FlagCode) -> list[int]:
    """Give a prompt good texts, but spoiled ones at some places (p0=…); return its responses in ring order."""
    rows = list(prompt.responses.order_by("ring_index"))
    for place, row in enumerate(rows):
        code = at.get(f"p{place}")
        words = "".join(random.Random(f"{prompt.pk}-{place}").choices(HAN, k=80))
        row.text = (SPOILED[code] if code else words).replace("{n}", f"{prompt.pk}-{place}")
        row.text_sha256 = f"{prompt.pk}-{place}"
    Response.objects.bulk_update(rows, ["text", "text_sha256"])
    return [row.pk for row in rows]


def post(people: Cast, user: Any, address: str, body: dict[str, Any] | None = None) -> Any:
    return people.client(user).post(f"/api/{address}", body or {}, format="json")


def dry_run(people: Cast, **rules: Any) -> dict[str, Any]:
    """Let the researcher begin a dry run and the worker do it; return what the page shows."""
    answer = post(people, people.researcher, f"projects/{people.project.pk}/filters", rules)
    assert answer.status_code == 201, answer.content
    filter_check(run_id=answer.json()["id"])
    body: dict[str, Any] = people.client(people.researcher).get(f"/api/filters/{answer.json()['id']}").json()
    assert body["state"] == "checked", body
    return body


def applied(people: Cast, run: dict[str, Any], *codes: FlagCode) -> FilterRun:
    answer = post(people, people.researcher, f"filters/{run['id']}/apply", {"codes": list(codes or FlagCode)})
    assert answer.status_code == 200, answer.content
    filter_write(run_id=run["id"])
    done = FilterRun.objects.get(pk=run["id"])
    assert done.state == "applied", done.error
    return done


def flags_of(people: Cast, **query: str) -> list[dict[str, Any]]:
    answer = people.client(people.lead).get(f"/api/projects/{people.project.pk}/flags", query)
    assert answer.status_code == 200, answer.content
    rows: list[dict[str, Any]] = answer.json()["results"]
    return rows


def shown_in_tasks(prompt: Prompt) -> set[int]:
    return {pk for row in prompt.tasks.filter(retired=False).values_list("responses", flat=True) for pk in row}


def test_a_dry_run_finds_every_fault_with_its_figures_and_changes_nothing(people: Cast) -> None:
    first, second = add_prompts(people.project, 2)
    one = spoil(first, p1=FlagCode.NOT_CHINESE, p2=FlagCode.CONTROL_TOKENS, p4=FlagCode.NOTICE)
    two = spoil(second, p0=FlagCode.REPETITION, p3=FlagCode.TOO_LONG)
    Response.objects.filter(pk=two[2]).update(text=Response.objects.get(pk=two[1]).text + "！")
    before = list(Response.objects.values_list("pk", "discarded")), Assignment.objects.count()
    run = dry_run(people)
    found = {(row["response"], row["code"]): row for row in flags_of(people)}
    assert set(found) == {
        (one[1], "not_chinese"),
        (one[2], "control_tokens"),
        (one[4], "notice"),
        (two[0], "repetition"),
        (two[3], "too_long"),
        (two[2], "near_duplicate"),
    }
    assert {row["state"] for row in found.values()} == {"found"}
    assert found[one[2], "control_tokens"]["figures"] == {"tokens": ["<|im_end|>"], "n": 1}
    assert found[two[2], "near_duplicate"]["figures"]["of"] == two[1]
    assert found[two[3], "too_long"]["figures"]["limit"] == 4000
    assert (list(Response.objects.values_list("pk", "discarded")), Assignment.objects.count()) == before
    report = run["report"]
    assert (report["n_responses"], report["n_flagged"], report["n_prompts"], report["n_leaving"]) == (10, 6, 2, 2)
    assert {row["code"]: row["n"] for row in report["flags"]} == dict.fromkeys(FlagCode, 1)
    examples = {row["code"]: row["examples"] for row in report["flags"]}
    assert [row["response"] for row in examples["notice"]] == [one[4]]
    assert examples["notice"][0]["text"].startswith("很抱歉")
    for histogram, flagged in (("lengths", 1), ("shares", 1)):
        assert sum(report[histogram]["all"]) == 10
        assert sum(report[histogram]["flagged"]) == flagged
        assert len(report[histogram]["all"]) == len(report[histogram]["edges"]) + 1
    assert report["limits"] == [{"category": {"id": first.category_id, "path": ["数学"]}, "limit": 4000, "n": 10}]


def test_a_category_is_exempt_from_the_share_of_chinese_with_all_below_it(people: Cast) -> None:
    (code,) = add_prompts(people.project, category="代码", start=0)
    (maths,) = add_prompts(people.project, category="代码外", start=1)
    for prompt in (code, maths):
        spoil(prompt, p1=FlagCode.NOT_CHINESE)
    dry_run(people, exempt=[code.category_id])
    assert [row["prompt"] for row in flags_of(people)] == [maths.pk]
    foreign = add_prompts(cast().project)[0].category_id
    answer = post(people, people.researcher, f"projects/{people.project.pk}/filters", {"exempt": [foreign]})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "exempt")


def test_what_nobody_works_on_leaves_the_tasks_and_the_rest_of_the_ring_is_closed(people: Cast) -> None:
    (prompt,) = add_prompts(people.project)
    ring = spoil(prompt, p2=FlagCode.NOTICE)
    run = applied(people, dry_run(people))
    assert (run.n_excluded, run.n_referred, run.n_dropped) == (1, 0, 0)
    assert Response.objects.get(pk=ring[2]).discarded
    left = [ring[0], ring[1], ring[3], ring[4]]
    assert shown_in_tasks(prompt) == set(left)
    assert Assignment.objects.filter(prompt=prompt, state="open").count() == 8
    assert annotate_all(people.annotators[0], people.project, dict.fromkeys(range(100_000), 3)) == 4
    (line,) = Event.objects.filter(prompt=prompt, kind="flag_exclude")
    assert (line.actor, line.before, line.after, line.data["code"]) == (
        people.researcher,
        "found",
        "excluded",
        "notice",
    )
    assert Event.objects.filter(prompt=prompt, kind="response_discard", subject_id=ring[2]).exists()


@pytest.mark.parametrize("done", [True, False])
def test_what_somebody_has_done_or_holds_stays_and_goes_to_quality_control(people: Cast, done: bool) -> None:
    (prompt,) = add_prompts(people.project)
    ring = spoil(prompt, p2=FlagCode.NOTICE, p4=FlagCode.NOTICE)
    held = assignment_claim(user=people.annotators[0], project_id=people.project.pk, count=1).assignments[0]
    if done:
        submit(people.annotators[0], held, answer_by(dict.fromkeys(ring, 3), held.display_order))
    run = applied(people, dry_run(people))
    shown = set(held.display_order) & {ring[2], ring[4]}
    assert (run.n_excluded, run.n_referred) == (2 - len(shown), len(shown))
    states = {row["response"]: row["state"] for row in flags_of(people)}
    assert states == {pk: "referred" if pk in shown else "excluded" for pk in (ring[2], ring[4])}
    assert {row.pk for row in prompt.responses.filter(discarded=True)} == {ring[2], ring[4]} - shown
    held.refresh_from_db()
    assert held.state == ("submitted" if done else "leased")


def test_a_prompt_with_too_few_usable_responses_leaves_the_flow_with_that_reason(people: Cast) -> None:
    (prompt,) = add_prompts(people.project, n_responses=4)
    spoil(prompt, p0=FlagCode.NOTICE, p1=FlagCode.NOT_CHINESE)
    run = dry_run(people)
    assert run["report"]["n_leaving"] == 1
    assert applied(people, run).n_dropped == 1
    prompt.refresh_from_db()
    assert (prompt.state, prompt.drop_reason) == ("dropped", "too_few_responses")
    assert not Assignment.objects.filter(prompt=prompt).exclude(state="cancelled").exists()


def test_work_that_the_last_open_tasks_held_up_is_compared_once_they_fall_away(people: Cast) -> None:
    (prompt,) = add_prompts(people.project, n_responses=4)
    ring = spoil(prompt, p3=FlagCode.NOTICE)
    everything = dict.fromkeys(ring, 3)
    for user in people.annotators:
        while slots := assignment_claim(user=user, project_id=people.project.pk, count=1).assignments:
            submit(user, slots[0], answer_by(everything, slots[0].display_order))
    prompt.refresh_from_db()
    assert prompt.state == "accepted"
    run = applied(people, dry_run(people))
    assert (run.n_excluded, run.n_referred) == (0, 1)
    prompt.refresh_from_db()
    assert prompt.state == "accepted"


def test_only_the_chosen_flags_take_effect(people: Cast) -> None:
    (prompt,) = add_prompts(people.project)
    ring = spoil(prompt, p1=FlagCode.NOTICE, p2=FlagCode.CONTROL_TOKENS)
    applied(people, dry_run(people), FlagCode.NOTICE)
    assert [row["response"] for row in flags_of(people, state="excluded")] == [ring[1]]
    assert [row["response"] for row in flags_of(people, state="found")] == [ring[2]]
    assert [row["response"] for row in flags_of(people, code="control_tokens")] == [ring[2]]


def test_overruled_before_it_is_applied_a_flag_has_no_effect_and_is_not_found_again(people: Cast) -> None:
    (prompt,) = add_prompts(people.project)
    ring = spoil(prompt, p1=FlagCode.NOTICE)
    run = dry_run(people)
    (flag,) = flags_of(people)
    assert post(people, people.lead, f"flags/{flag['id']}/overrule", {"reason": " "}).status_code == 400
    answer = post(people, people.lead, f"flags/{flag['id']}/overrule", {"reason": "题目要求拒绝"})
    assert (answer.status_code, answer.json()["state"], answer.json()["reason"]) == (200, "overruled", "题目要求拒绝")
    assert post(people, people.lead, f"flags/{flag['id']}/overrule", {"reason": "again"}).status_code == 409
    assert applied(people, run).n_excluded == 0
    assert dry_run(people)["report"]["n_flagged"] == 0
    assert ResponseFlag.objects.get(response=ring[1]).state == "overruled"
    (line,) = Event.objects.filter(kind="flag_overrule")
    assert (line.actor, line.reason, line.before, line.after) == (people.lead, "题目要求拒绝", "found", "overruled")


def test_overruled_after_it_was_taken_out_a_response_comes_back_into_a_whole_ring(people: Cast) -> None:
    (prompt,) = add_prompts(people.project)
    ring = spoil(prompt, p2=FlagCode.NOTICE)
    applied(people, dry_run(people))
    (flag,) = flags_of(people)
    assert post(people, people.researcher, f"flags/{flag['id']}/overrule", {"reason": "可用"}).status_code == 200
    live = {frozenset(row) for row in prompt.tasks.filter(retired=False).values_list("responses", flat=True)}
    assert live == {frozenset(ring[(start + step) % 5] for step in range(3)) for start in range(5)}
    assert Assignment.objects.filter(prompt=prompt, state="open").count() == 10
    quality = {pk: 5 - place for place, pk in enumerate(ring)}
    assert [annotate_all(user, people.project, quality) for user in people.annotators] == [5, 5]
    prompt.refresh_from_db()
    assert prompt.state == "accepted"
    assert prompt.ranking.tiers == [[pk] for pk in ring]


def test_work_done_meanwhile_on_the_smaller_ring_still_counts_when_a_response_comes_back(people: Cast) -> None:
    (prompt,) = add_prompts(people.project)
    ring = spoil(prompt, p2=FlagCode.NOTICE)
    applied(people, dry_run(people))
    slot = assignment_claim(user=people.annotators[0], project_id=people.project.pk, count=1).assignments[0]
    quality = {pk: 5 - place for place, pk in enumerate(ring)}
    submit(people.annotators[0], slot, answer_by(quality, slot.display_order))
    post(people, people.researcher, f"flags/{flags_of(people)[0]['id']}/overrule", {"reason": "可用"})
    assert not slot.task.__class__.objects.get(pk=slot.task_id).retired
    assert shown_in_tasks(prompt) == set(ring)
    for user in people.annotators:
        annotate_all(user, people.project, quality)
    prompt.refresh_from_db()
    assert (prompt.state, Annotation.objects.filter(current=True).count() >= 10) == ("accepted", True)
    assert prompt.ranking.tiers == [[pk] for pk in ring]


def test_a_response_stays_out_while_another_flag_holds_it_out(people: Cast) -> None:
    (prompt,) = add_prompts(people.project)
    ring = spoil(prompt, p2=FlagCode.NOTICE)
    text = Response.objects.get(pk=ring[2]).text + "</s>"
    Response.objects.filter(pk=ring[2]).update(text=text)
    applied(people, dry_run(people))
    one, two = flags_of(people)
    post(people, people.researcher, f"flags/{one['id']}/overrule", {"reason": "可用"})
    assert Response.objects.get(pk=ring[2]).discarded
    post(people, people.researcher, f"flags/{two['id']}/overrule", {"reason": "可用"})
    assert not Response.objects.get(pk=ring[2]).discarded


def test_what_has_left_or_gone_on_cannot_come_back_and_says_so(people: Cast) -> None:
    gone, past = add_prompts(people.project, 2, n_responses=4)
    spoil(gone, p0=FlagCode.NOTICE, p1=FlagCode.NOTICE)
    spoil(past, p0=FlagCode.NOTICE)
    applied(people, dry_run(people))
    for user in people.annotators:
        annotate_all(user, people.project, dict.fromkeys(range(100_000), 3))
    codes = {}
    for flag in flags_of(people):
        answer = post(people, people.researcher, f"flags/{flag['id']}/overrule", {"reason": "可用"})
        codes[flag["prompt"]] = (answer.status_code, answer.json()["code"])
    assert codes == {gone.pk: (409, "prompt_left"), past.pk: (409, "past_annotation")}
    assert not ResponseFlag.objects.filter(state="overruled").exists()


def test_a_newer_dry_run_takes_the_place_of_one_that_was_not_applied(people: Cast) -> None:
    (prompt,) = add_prompts(people.project)
    spoil(prompt, p1=FlagCode.NOTICE)
    old = dry_run(people)
    new = dry_run(people, min_chinese=0.9)
    assert FilterRun.objects.get(pk=old["id"]).state == "superseded"
    assert {row.run_id for row in ResponseFlag.objects.all()} == {new["id"]}
    answer = post(people, people.researcher, f"filters/{old['id']}/apply", {"codes": ["notice"]})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_checked")


def test_one_run_at_a_time_is_at_work_in_a_project(people: Cast) -> None:
    add_prompts(people.project)
    address = f"projects/{people.project.pk}/filters"
    assert post(people, people.researcher, address).status_code == 201
    answer = post(people, people.researcher, address)
    assert (answer.status_code, answer.json()["code"]) == (409, "filters_at_work")


def test_a_killed_worker_leaves_a_run_that_another_finishes_without_counting_twice(people: Cast) -> None:
    prompts = add_prompts(people.project, 3)
    for prompt in prompts:
        spoil(prompt, p1=FlagCode.NOTICE)
    run = FilterRun.objects.get(pk=dry_run(people)["id"])
    post(people, people.researcher, f"filters/{run.pk}/apply", {"codes": ["notice"]})
    dead = job_take(rows=FilterRun.objects.filter(state="applying"), job_id=run.pk)
    assert dead is not None
    run.refresh_from_db()
    from annotate.services.filter_apply import _prompt_apply

    _prompt_apply(run, prompts[0].pk, dead)
    filter_write(run_id=run.pk)
    run.refresh_from_db()
    assert run.state == "applying", "the other worker is taken for alive"
    FilterRun.objects.filter(pk=run.pk).update(heartbeat_at="2020-01-01T00:00Z")
    assert jobs_requeue() == 1
    filter_write(run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.n_excluded, run.n_done, run.n_total) == ("applied", 3, 3, 3)


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        ({"min_chinese": 1.5}, "min_chinese"),
        ({"max_chars": 0}, "max_chars"),
        ({"exempt": ["x"]}, "exempt.0"),
        ({"duplicate_similarity": "no"}, "duplicate_similarity"),
    ],
)
def test_rules_that_make_no_sense_are_refused_by_their_name(people: Cast, rules: dict[str, Any], field: str) -> None:
    answer = post(people, people.researcher, f"projects/{people.project.pk}/filters", rules)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"].split(".")[0] == field.split(".")[0]


def test_no_codes_or_unknown_ones_cannot_be_applied(people: Cast) -> None:
    add_prompts(people.project)
    run = dry_run(people)
    for codes in ([], ["ugly"]):
        assert post(people, people.researcher, f"filters/{run['id']}/apply", {"codes": codes}).status_code == 400


def test_who_may_look_begin_and_overrule(people: Cast) -> None:
    (prompt,) = add_prompts(people.project)
    spoil(prompt, p1=FlagCode.NOTICE)
    run = dry_run(people)
    (flag,) = flags_of(people)
    project, annotator = people.project.pk, people.annotators[0]
    for address in (f"projects/{project}/filters", f"filters/{run['id']}", f"projects/{project}/flags"):
        seen = {
            u.pk: people.client(u).get(f"/api/{address}").status_code for u in (people.lead, annotator, people.outsider)
        }
        assert seen == {people.lead.pk: 200, annotator.pk: 403, people.outsider.pk: 404}
    for address, body in (
        (f"projects/{project}/filters", {}),
        (f"filters/{run['id']}/apply", {"codes": ["notice"]}),
    ):
        assert post(people, people.lead, address, body).status_code == 403
        assert post(people, annotator, address, body).status_code == 403
        assert post(people, people.outsider, address, body).status_code == 404
    overrule = f"flags/{flag['id']}/overrule"
    assert post(people, annotator, overrule, {"reason": "x"}).status_code == 403
    assert post(people, people.outsider, overrule, {"reason": "x"}).status_code == 404
    assert FilterRun.objects.get().state == "checked"


def test_no_model_is_named_in_what_reviewers_read(people: Cast) -> None:
    (prompt,) = add_prompts(people.project)
    ring = spoil(prompt, p1=FlagCode.NOTICE)
    Response.objects.filter(pk=ring[1]).update(text="抱歉，我是通义千问，无法回答。")
    run = dry_run(people)
    (flag,) = flags_of(people)
    assert "通义千问" not in flag["text"]
    assert "▇▇▇" in flag["text"]
    assert "通义千问" not in str(run)
    assert "secret-model" not in str(run) + str(flag)


def referred(people: Cast, **at: FlagCode) -> tuple[Prompt, list[int], dict[str, Any]]:
    """Return a prompt that both passes have settled, its ring, and the flag that then went to QA."""
    (prompt,) = add_prompts(people.project)
    ring = spoil(prompt, **at)
    quality = {pk: 5 - place for place, pk in enumerate(ring)}
    for user in people.annotators:
        annotate_all(user, people.project, quality)
    applied(people, dry_run(people))
    prompt.refresh_from_db()
    (flag,) = flags_of(people, state="referred")
    return prompt, ring, flag


def test_a_confirmed_flag_takes_the_response_out_of_an_accepted_prompt_and_ranks_it_anew(people: Cast) -> None:
    prompt, ring, flag = referred(people, p2=FlagCode.NOTICE)
    assert prompt.state == "accepted"
    answer = post(people, people.lead, f"flags/{flag['id']}/confirm")
    assert (answer.status_code, answer.json()["state"]) == (200, "excluded")
    assert Response.objects.get(pk=ring[2]).discarded
    prompt.refresh_from_db()
    assert prompt.state == "accepted"
    assert prompt.ranking.tiers == [[ring[place]] for place in (0, 1, 3, 4)]
    assert not Assignment.objects.filter(prompt=prompt, state="open").exists(), "nobody is asked again"
    (line,) = Event.objects.filter(kind="flag_confirm")
    assert (line.actor, line.before, line.after, line.data["response"]) == (
        people.lead,
        "referred",
        "excluded",
        ring[2],
    )
    assert Event.objects.filter(kind="response_discard", subject_id=ring[2], actor=people.lead).exists()
    again = post(people, people.lead, f"flags/{flag['id']}/confirm")
    assert (again.status_code, again.json()["code"]) == (409, "not_referred")
    # What was settled can be frozen: the stored ranking is that of the final comparisons.
    chosen = set_run(project=people.project, name="x", filters={}, benchmark_share=0.0, seed=0, note="")
    assert (chosen.state, chosen.statistics["counts"]["train"]["responses"]) == ("frozen", 4)


def test_a_confirmed_flag_leaves_too_few_responses_of_a_small_prompt(people: Cast) -> None:
    (prompt,) = add_prompts(people.project, n_responses=3)
    spoil(prompt, p0=FlagCode.NOTICE)
    for user in people.annotators:
        annotate_all(user, people.project, dict.fromkeys(range(100_000), 3))
    applied(people, dry_run(people))
    (flag,) = flags_of(people)
    assert post(people, people.lead, f"flags/{flag['id']}/confirm").status_code == 200
    prompt.refresh_from_db()
    assert (prompt.state, prompt.drop_reason) == ("dropped", "too_few_responses")


def test_during_annotation_a_flag_is_confirmed_once_nobody_has_the_response_before_them(people: Cast) -> None:
    (prompt,) = add_prompts(people.project)
    ring = spoil(prompt, p2=FlagCode.NOTICE)
    one, two = people.annotators
    quality = {pk: 5 - place for place, pk in enumerate(ring)}
    while True:
        (held,) = assignment_claim(user=one, project_id=people.project.pk, count=1).assignments
        if ring[2] in held.display_order:
            break
        submit(one, held, answer_by(quality, held.display_order))
    applied(people, dry_run(people))
    (flag,) = flags_of(people, state="referred")
    refused = post(people, people.lead, f"flags/{flag['id']}/confirm")
    assert (refused.status_code, refused.json()["code"]) == (409, "response_held")
    assert ResponseFlag.objects.get().state == "referred"
    submit(one, held, answer_by(quality, held.display_order))
    assert post(people, people.lead, f"flags/{flag['id']}/confirm").status_code == 200
    assert shown_in_tasks(prompt) == set(ring) - {ring[2]}
    for user in (one, two):
        annotate_all(user, people.project, quality)
    prompt.refresh_from_db()
    assert prompt.state == "accepted"
    assert prompt.ranking.tiers == [[ring[place]] for place in (0, 1, 3, 4)]


def test_a_flag_is_not_confirmed_past_those_who_are_about_to_decide() -> None:
    people = cast(delivery_share=1.0)
    prompt, ring, flag = referred(people, p2=FlagCode.NOTICE)
    assert prompt.state == "delivery_review"
    answer = post(people, people.lead, f"flags/{flag['id']}/confirm")
    assert (answer.status_code, answer.json()["code"]) == (409, "decided_elsewhere")
    assert not Response.objects.get(pk=ring[2]).discarded
    assert post(people, people.lead, f"prompts/{prompt.pk}/drop", {"reason": "作废"}).status_code == 200
    assert post(people, people.lead, f"flags/{flag['id']}/confirm").json()["state"] == "excluded"
    assert not Response.objects.get(pk=ring[2]).discarded, "what has left the flow stays as it was"


def test_who_may_confirm(people: Cast) -> None:
    _prompt, _ring, flag = referred(people, p2=FlagCode.NOTICE)
    address = f"flags/{flag['id']}/confirm"
    assert post(people, people.annotators[0], address).status_code == 403
    assert post(people, people.outsider, address).status_code == 404
    assert ResponseFlag.objects.get().state == "referred"
    assert post(people, people.researcher, address).status_code == 200
