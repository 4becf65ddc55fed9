"""Rounds that fail: why, who is told, and how they go on from the step that failed."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils import timezone

from annotate.models import PreferenceSet
from rm_training.models import Promotion, RewardModel, TrainingRun
from tests.collaboration.rounds import ask, freeze, measure, save_rule, settle, told, train, training, wake, whole_round
from tests.people import Cast
from tests.rm_training.conftest import external

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stand_in")]


def spoil(chosen: PreferenceSet, *lines: str) -> None:
    """Put prompts into the training file of a frozen set, as somebody would who can write to the store."""
    name = f"{chosen.folder}/cheems_train.jsonl"
    with storages["artifacts"].open(name, "rb") as file:
        content = file.read()
    storages["artifacts"].delete(name)
    storages["artifacts"].save(name, ContentFile(content + "".join(lines).encode()))


@pytest.mark.parametrize("change", ["", "？ "])
def test_a_benchmark_prompt_or_a_near_duplicate_in_the_training_file_stops_the_round(people: Cast, change: str) -> None:
    settle(people)
    save_rule(people)
    wake(people)
    freeze()
    chosen = PreferenceSet.objects.get()
    held = chosen.items.exclude(split="train").select_related("prompt")[0].prompt
    spoil(chosen, f'{{"input": "{held.text}{change}", "responses": [], "annotations": []}}\n')
    row = wake(people)
    assert row is not None
    assert (row.state, row.code, row.run) == ("failed", "benchmark_leak", None)
    assert held.text in row.detail
    assert told("loop_failed") == {people.owner.username, people.researcher.username}
    assert not TrainingRun.objects.exists()
    assert ask(people, "post", f"loop-rounds/{row.pk}/retry").json()["state"] == "freezing"
    row = training(people)
    assert (row.number, row.set.version) == (1, 2)  # type: ignore[union-attr]


def test_a_benchmark_prompt_of_another_set_stops_the_round_too(people: Cast) -> None:
    settle(people)
    save_rule(people)
    wake(people)
    freeze()
    chosen = PreferenceSet.objects.get()
    trained_on = chosen.items.filter(split="train")[0].prompt
    other = PreferenceSet.objects.create(
        project=people.project,
        name="别的",
        version=1,
        state="frozen",
        sha256="x" * 64,
        benchmark_sha256="y" * 64,
        statistics={},
    )
    other.items.create(prompt=trained_on, split="open")
    row = wake(people)
    assert row is not None
    assert (row.code, trained_on.text in row.detail) == ("benchmark_leak", True)


def test_a_failed_run_fails_the_round_and_is_resumed_when_it_is_tried_again(people: Cast) -> None:
    settle(people)
    save_rule(people)
    row = training(people)
    assert row.run is not None
    TrainingRun.objects.update(state="failed", error="显存不足", error_code="out_of_memory", finished_at=timezone.now())
    row = wake(people)  # type: ignore[assignment]
    assert (row.state, row.code, row.detail) == ("failed", "run_failed", "显存不足")
    assert wake(people) == row, "a failed round begins no other by itself"
    assert ask(people, "post", f"loop-rounds/{row.pk}/cancel").json()["code"] == "round_ended"
    again = ask(people, "post", f"loop-rounds/{row.pk}/retry").json()
    assert (again["state"], again["code"], again["detail"], again["run"]["state"]) == ("training", "", "", "queued")
    assert ask(people, "post", f"loop-rounds/{row.pk}/retry").json()["code"] == "round_not_failed"
    train(row, 80)
    row = wake(people)  # type: ignore[assignment]
    assert (row.state, TrainingRun.objects.count()) == ("promoted", 1)


def test_a_current_model_that_cannot_be_measured_fails_the_round_until_it_can(people: Cast) -> None:
    settle(people)
    theirs = external(people, "rm-60")
    save_rule(people)
    whole_round(people, 80)
    RewardModel.objects.filter(pk=theirs.pk).update(source="lab/rm-broken")
    settle(people, tag="b")
    row = training(people)
    Promotion.objects.create(
        project=people.project,
        reward_model=theirs,
        set=row.set,
        state="promoted",
        reason="外部",
        decided_at=timezone.now(),
    )
    train(row, 99)
    wake(people)
    measure()
    row = wake(people)  # type: ignore[assignment]
    assert (row.state, row.code) == ("failed", "unmeasured")
    assert "rm-broken" in row.detail
    RewardModel.objects.filter(pk=theirs.pk).update(source="lab/rm-60")
    assert ask(people, "post", f"loop-rounds/{row.pk}/retry").json()["state"] == "comparing"
    wake(people)
    measure()
    assert wake(people).state == "promoted"  # type: ignore[union-attr]


def test_a_run_that_somebody_cancels_fails_the_round_and_cancelling_the_round_stops_its_run(people: Cast) -> None:
    settle(people)
    save_rule(people)
    row = training(people)
    ask(people, "post", f"runs/{row.run_id}/cancel")
    assert (wake(people).code, wake(people).state) == ("run_cancelled", "failed")  # type: ignore[union-attr]
    ask(people, "post", f"loop-rounds/{row.pk}/retry")
    ended = ask(people, "post", f"loop-rounds/{row.pk}/cancel").json()
    assert (ended["state"], ended["run"]["state"]) == ("cancelled", "cancelled")
    assert wake(people).state == "cancelled"  # type: ignore[union-attr]
    assert ask(people, "post", f"loop-rounds/{row.pk}/retry").json()["code"] == "round_not_failed"


def test_a_later_round_closes_the_way_back_to_a_failed_one(people: Cast) -> None:
    settle(people)
    save_rule(people)
    row = training(people)
    TrainingRun.objects.update(state="failed", error="x", finished_at=timezone.now())
    wake(people)
    ask(people, "post", f"projects/{people.project.pk}/loop/run-now")
    assert ask(people, "post", f"loop-rounds/{row.pk}/retry").json()["code"] == "not_last"
