"""Responses drawn from a mix of models: diverse, paid once, and on their way as if they had been imported."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from annotate.models import Response, Task
from annotate.problems import Invalid
from annotate.services.sampling_runs import sampling_run_resume
from tests.annotate.judged import endpoint
from tests.annotate.sampled import draw, sampling, waiting_prompts
from tests.model_server import Body, ModelServer, Reply, model_server, refused, said
from tests.people import Cast

pytestmark = pytest.mark.django_db


def different(body: Body, n: int) -> Reply:
    return said(f"{body['model']} 的第 {n} 种说法：" + chr(0x4E00 + 97 * n) * 3 + chr(0x5E00 + 31 * n) * 9)


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server() as running:
        running.behave = different
        yield running


@pytest.fixture(autouse=True)
def few_tries(settings: Any) -> None:
    settings.CALL_TRIES = 1


def test_prompts_get_their_responses_and_enter_the_flow(people: Cast, server: ModelServer) -> None:
    prompts = waiting_prompts(people.project, 3)
    mix = [endpoint(people, server.url, model=f"m{n}", system="简短。") for n in range(3)]
    run = draw(sampling(people, mix))
    assert (run.state, run.n_filled, run.n_short, run.n_calls) == ("finished", 3, 0, 18)
    assert len(server.asked) == 18
    for prompt in prompts:
        prompt.refresh_from_db()
        assert prompt.state == "annotating"
        responses = list(prompt.responses.order_by("ring_index"))
        assert [response.ring_index for response in responses] == [0, 1, 2, 3]
        assert set(Counter(response.model for response in responses)) == {"m0", "m1", "m2"}
        assert Task.objects.filter(prompt=prompt).count() == 4
        kept = run.calls.filter(prompt=prompt, kept=True)
        assert {call.answers[-1] for call in kept} == {response.text for response in responses}
    assert {body["messages"][0]["content"] for body in server.asked} == {"简短。\n\n你是一位老师。"}


def test_near_duplicates_are_left_out_and_too_few_different_ones_leave_the_prompt_waiting(
    people: Cast, server: ModelServer
) -> None:
    same, enough = waiting_prompts(people.project, 2)

    def behave(body: Body, n: int) -> Reply:
        if body["messages"][-1]["content"] == same.text:
            return said("千篇一律的回答，一字不差。" + "！" * (n % 3))
        return different(body, n)

    server.behave = behave
    run = draw(sampling(people, [endpoint(people, server.url)]))
    same.refresh_from_db()
    enough.refresh_from_db()
    assert (same.state, enough.state) == ("awaiting_responses", "annotating")
    assert (run.n_filled, run.n_short) == (1, 1)


def test_what_failed_is_drawn_again_when_asked_and_nothing_else_is(people: Cast, server: ModelServer) -> None:
    (prompt,) = waiting_prompts(people.project, 1)
    server.behave = lambda body, n: refused(500) if n in (1, 3, 5) else different(body, n)
    run = draw(sampling(people, [endpoint(people, server.url, concurrency=1)]))
    prompt.refresh_from_db()
    assert (run.state, run.n_failed, prompt.state) == ("finished", 3, "awaiting_responses")
    server.behave = different
    sampling_run_resume(user=people.researcher, run_id=run.pk, budget_micros=None, budget_tokens=10**9)
    run = draw(run)
    prompt.refresh_from_db()
    assert (run.n_filled, prompt.state, len(server.asked)) == (1, "annotating", 9)
    assert run.spent_tokens == 6 * 120


def test_no_two_runs_draw_for_one_prompt(people: Cast, server: ModelServer) -> None:
    waiting_prompts(people.project, 1)
    asked = endpoint(people, server.url)
    first = sampling(people, [asked])
    with pytest.raises(Invalid) as refusal:
        sampling(people, [asked])
    assert refusal.value.code == "no_prompts"
    draw(first)
    draw(first)
    assert len(server.asked) == 6
    assert Response.objects.filter(prompt__project=people.project).count() == 4


@pytest.mark.parametrize(
    ("wishes", "code"),
    [
        ({"budget_tokens": 0}, "budget_zero"),
        ({"keep": 2}, "too_few_kept"),
        ({"keep": 7}, "too_few_kept"),
        ({"category_ids": [424242]}, "unknown_category"),
    ],
)
def test_wishes_that_cannot_be_met_are_refused_by_field(
    people: Cast, server: ModelServer, wishes: dict[str, Any], code: str
) -> None:
    waiting_prompts(people.project, 1)
    with pytest.raises(Invalid) as refusal:
        sampling(people, [endpoint(people, server.url)], **wishes)
    assert (refusal.value.code, bool(refusal.value.errors[0]["field"])) == (code, True)
