"""The model ranks what nobody has begun; chance keeps its share, and nothing that was chosen is measured with."""

import pytest

from annotate.domain.dealing import UNRANKED
from annotate.models import Assignment, Event, Expertise, JudgeCall, PreferenceSetItem, Prompt
from annotate.services.assignments import assignment_claim
from annotate.services.priorities import priorities_write
from collaboration.models import ColleagueSetting, PriorityRun
from tests.annotate.judged import endpoint, trial
from tests.collaboration.colleague import Judged, carried_out, frozen, judged, promote, written
from tests.people import Cast, add_prompts, annotate_all
from tests.rm_training.conftest import external, own_runs, stand_in  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(people: Cast, stand_in: None) -> Judged:  # noqa: F811
    """Return a judged project with twenty more prompts, whose responses the model finds the more alike the later."""
    found = judged(people, n_wrong=1)
    carried_out(people)
    for number, prompt in enumerate(written(people, 20, start=100)):
        for response in prompt.responses.all():
            response.text = "好" * (1 + response.ring_index * (20 - number)) + f"{response.ring_index}。"
            response.save()
    return found


def rank(people: Cast) -> PriorityRun:
    answer = people.client(people.researcher).post(f"/api/projects/{people.project.pk}/priorities")
    assert answer.status_code == 201, answer.content
    carried_out(people)
    run = PriorityRun.objects.latest("pk")
    assert (run.state, run.error) == ("done", "")
    return run


def unbegun(people: Cast) -> list[Prompt]:
    return list(Prompt.objects.filter(project=people.project, state="annotating").order_by("priority"))


def test_what_the_model_is_unsure_of_comes_first_with_random_prompts_between(waiting: Judged) -> None:
    people = waiting.people
    run = rank(people)
    rows = unbegun(people)
    assert [row.priority for row in rows] == list(range(1, 21))
    chosen = [row.pk for row in rows if row.arm == "chosen"]
    assert chosen == sorted(chosen, reverse=True)
    random = [row for row in rows if row.arm == "random"]
    assert 0 < len(random) < 10
    assert {row.arm for row in Prompt.objects.filter(state="accepted")} == {""}
    assert (run.figures["n_prompts"], run.figures["n_random"]) == (20, len(random))
    assert sum(run.figures["counts"]) == 20


def test_prompts_are_dealt_in_that_order_and_what_is_imported_later_comes_after(waiting: Judged) -> None:
    people = waiting.people
    user = people.annotators[0]
    Expertise.objects.update(claim_floor=2**62, claim_floor_at="2099-01-01T00:00:00Z")
    rank(people)
    (later,) = add_prompts(people.project, 1, n_responses=3, start=900)
    dealt: list[int] = []
    quality = dict.fromkeys(range(100_000), 3)
    while (claim := assignment_claim(user=user, project_id=people.project.pk, count=1)).assignments:
        slot = claim.assignments[0]
        if slot.prompt_id not in dealt:
            dealt.append(slot.prompt_id)
        Assignment.objects.filter(pk=slot.pk).update(state="submitted", lease_expires_at=None)
    assert dealt == [*(row.pk for row in unbegun(people) if row.priority), later.pk]
    assert {slot.place for slot in later.assignments.all()} == {UNRANKED + later.pk}
    assert annotate_all(user, people.project, quality) == 0


def test_an_arm_once_drawn_stays_whatever_the_share_or_the_model_becomes(waiting: Judged) -> None:
    people = waiting.people
    rank(people)
    arms = {row.pk: row.arm for row in unbegun(people)}
    ColleagueSetting.objects.update_or_create(project=people.project, defaults={"random_share": 1.0})
    written(people, 3, start=300)
    rank(people)
    after = {row.pk: row.arm for row in unbegun(people)}
    assert {pk: after[pk] for pk in arms} == arms
    assert {arm for pk, arm in after.items() if pk not in arms} == {"random"}


def test_a_new_current_model_ranks_anew_by_itself_once_somebody_has_asked(waiting: Judged) -> None:
    people = waiting.people
    promote(people, external(people, "rm-5"), waiting.benchmark)
    carried_out(people)
    assert not PriorityRun.objects.exists(), "nobody has asked for a ranking here"
    first = rank(people)
    promote(people, external(people, "rm-9"), waiting.benchmark)
    carried_out(people)
    carried_out(people)
    second = PriorityRun.objects.exclude(pk=first.pk).get()
    assert (second.state, second.created_by, second.promotion.reward_model.name) == ("done", None, "rm-9")
    assert second.figures["n_prompts"] == 20


def test_a_judge_who_contradicts_the_model_brings_a_prompt_forward(waiting: Judged) -> None:
    people = waiting.people
    prompt = Prompt.objects.filter(state="annotating", project=people.project).order_by("pk")[0]
    rank(people)
    prompt.refresh_from_db()
    before = prompt.priority
    Prompt.objects.filter(project=people.project, state="annotating").update(arm="chosen")
    run = trial(people, endpoint(people, "http://127.0.0.1:9/v1"))
    responses = list(prompt.responses.order_by("ring_index"))
    for place, first in enumerate(responses):
        for second in responses[place + 1 :]:
            JudgeCall.objects.create(
                run=run, prompt=prompt, first=first, second=second, state="done", outcome="answered", verdict="a"
            )
    rank(people)
    prompt.refresh_from_db()
    assert prompt.priority is not None
    assert before is not None
    assert prompt.priority < before


def test_nothing_that_a_model_chose_gets_onto_the_benchmark_of_a_set(waiting: Judged) -> None:
    people = waiting.people
    rank(people)
    quality = dict.fromkeys(range(100_000), 3)
    for row in unbegun(people):
        quality |= {response.pk: 1 + response.ring_index for response in row.responses.all()}
    for user in people.annotators:
        annotate_all(user, people.project, quality)
    row = frozen(people)
    items = PreferenceSetItem.objects.filter(set=row)
    assert items.filter(prompt__arm="chosen").exists()
    assert set(items.filter(prompt__arm="chosen").values_list("split", flat=True)) == {"train"}
    assert items.filter(prompt__arm="random").exclude(split="train").exists()


def test_writing_turns_twice_is_writing_them_once(people: Cast) -> None:
    prompts = add_prompts(people.project, 3, n_responses=3)
    order = [prompts[2].pk, prompts[0].pk, prompts[1].pk]
    for _ in range(2):
        assert priorities_write(project=people.project, orders=[order], arms={}, actor=people.researcher) == 3
    places = Assignment.objects.order_by("place", "pk").values_list("prompt_id", "place")
    assert list(dict.fromkeys(places)) == [(order[0], 1), (order[1], 2), (order[2], 3)]
    assert Event.objects.filter(kind="priorities_write").count() == 2


def test_there_must_be_a_model_and_something_to_rank(people: Cast, stand_in: None) -> None:  # noqa: F811
    place = f"/api/projects/{people.project.pk}/priorities"
    assert people.client(people.researcher).post(place).json()["code"] == "no_current_model"
    judged(people, n=2, n_wrong=0)
    assert people.client(people.researcher).post(place).json()["code"] == "nothing_to_rank"
    assert people.client(people.lead).post(place).status_code == 403
