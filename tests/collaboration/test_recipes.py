"""Distant supervision as a recipe: the whole chain, what is asked of people, and what may not be asked for."""

import json
from collections import Counter
from typing import Any

import pytest
from django.core.files.storage import storages

from annotate.models import Event, JudgeRun, Response
from collaboration.models import DistantRun
from rm_training.models import RewardModel, TrainingRun
from tests.annotate.distant import human_set, judged_run, unsettled
from tests.annotate.finished import texts
from tests.collaboration.kitchen import MARGIN, Kitchen, judge
from tests.people import Cast, cast
from tests.rm_training.conftest import external, finished, messages
from tests.rm_training.stand_in import liking

pytestmark = pytest.mark.django_db


def literal_fates(kitchen: Kitchen, margin: float) -> Counter[str]:
    """Return what a margin makes of every call, read one by one; lengths are not levelled."""
    fates: Counter[str] = Counter()
    for call in kitchen.run.calls.select_related("first", "second"):
        chosen, rejected = (call.first, call.second) if call.verdict == "a" else (call.second, call.first)
        lead = liking(chosen.text, 80) - liking(rejected.text, 80)
        fates["disagrees" if lead <= 0 else "margin" if lead < margin else "kept"] += 1
    return fates


def test_the_chain_goes_from_people_to_a_model_of_both_and_nothing_is_done_twice(people: Cast, stand_in: None) -> None:
    kitchen = Kitchen(people)
    assert kitchen.wake() == "human_training"
    assert kitchen.train_human() == "scoring"
    assert kitchen.recipe.scoring is not None
    assert kitchen.recipe.scoring.prompt_ids == sorted(prompt.pk for prompt in kitchen.prompts)
    assert kitchen.score() == "preparing"
    assert kitchen.prepare() == "deciding"

    for margin in (0.0, MARGIN, 10.0):
        seen, literal = kitchen.read(f"/preview?margin={margin}"), literal_fates(kitchen, margin)
        counts = seen["counts"]
        assert counts["kept"] + counts["length"] == literal["kept"]
        assert {name: counts[name] for name in ("disagrees", "margin")} == {
            name: literal[name] for name in ("disagrees", "margin")
        }
        assert sum(seen["before"].values()) == literal["kept"]
        assert seen["after"]["longer"] == seen["after"]["shorter"]
        assert sum(seen["after"].values()) == counts["kept"]
        assert seen["n_comparisons"] == kitchen.run.calls.count()
    seen = kitchen.read("/preview?margin=1.5")
    answer = kitchen.ask("confirm", {"margin": 1.5})
    assert (answer.status_code, answer.json()["state"]) == (200, "freezing")
    assert (answer.json()["margin"], answer.json()["figures"]) == (1.5, seen)
    assert kitchen.ask("confirm", {"margin": 1.5}).json()["code"] == "not_deciding"

    kitchen.recipe.refresh_from_db()
    assert kitchen.freeze() == "training"
    chosen = kitchen.recipe.derived_set
    assert chosen is not None
    told = chosen.statistics["recipe"]["lineage"]["judge"]
    assert told["kept"] == seen["counts"]["kept"], "what is filtered holds no cycle"
    assert {name: told.get(name, 0) for name in ("disagrees", "margin", "length")} == {
        name: seen["counts"][name] for name in ("disagrees", "margin", "length")
    }
    with storages["artifacts"].open(f"{chosen.folder}/lineage.jsonl") as file:
        leads = [line for line in map(json.loads, file) if line["source"] == "judge"]
    texts_of = {f"{one.prompt.external_id}:r{one.ring_index}": one.text for one in Response.objects.all()}
    for line in leads:
        if line["why"] != "path":
            a, b = (liking(texts_of[line[name]], 80) for name in ("response_a", "response_b"))
            assert line["margin"] == pytest.approx(a - b if line["verdict"] == "a" else b - a)
    assert kitchen.train() == "done"
    body = kitchen.read()
    assert body["final_run"]["state"] == "succeeded"
    assert RewardModel.objects.get(run=kitchen.recipe.final_run).evaluations.get().set == chosen
    moves = Event.objects.filter(subject="distantrun").order_by("id").values_list("kind", flat=True)
    assert list(moves) == [
        *("recipe_create", "recipe_score", "recipe_prepare", "recipe_ask"),
        *("recipe_freeze", "recipe_train", "recipe_finish"),
    ]


def test_without_a_question_and_with_a_model_that_is_there_it_needs_nobody(people: Cast, stand_in: None) -> None:
    model = external(people, "rm-7")
    kitchen = Kitchen(people, model=model.pk, confirm_filter=False, margin=0.0)
    assert (kitchen.recipe.state, TrainingRun.objects.count()) == ("scoring", 0)
    assert kitchen.score() == "preparing"
    assert kitchen.prepare() == "freezing"
    assert kitchen.freeze() == "training"
    assert kitchen.train() == "done"
    assert kitchen.read()["figures"]["margin"] == 0.0


def test_a_margin_that_leaves_nothing_asks_a_person_though_nobody_wished_to_be_asked(
    people: Cast, stand_in: None
) -> None:
    kitchen = Kitchen(people, confirm_filter=False, margin=1000.0)
    kitchen.until("deciding")
    refused = kitchen.ask("confirm", {"margin": 1000.0})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "margin")
    assert kitchen.ask("confirm", {"margin": 0.0}).status_code == 200
    kitchen.recipe.refresh_from_db()
    kitchen.until("done")


def test_each_ending_is_a_message_to_look_again(
    people: Cast, stand_in: None, django_capture_on_commit_callbacks: Any
) -> None:
    kitchen = Kitchen(people)
    messages("cpu")
    wake = ("collaboration.tasks.wake", [people.project.pk])
    assert kitchen.recipe.human_run is not None
    with django_capture_on_commit_callbacks(execute=True):
        finished(kitchen.recipe.human_run, 70)
    assert messages("cpu") == [wake]
    kitchen.wake()
    with django_capture_on_commit_callbacks(execute=True):
        kitchen.score()
    assert sorted(messages("cpu")) == [("collaboration.tasks.recipe_prepare", [kitchen.recipe.pk]), wake]
    kitchen.until("freezing")
    with django_capture_on_commit_callbacks(execute=True):
        kitchen.freeze()
    assert messages("cpu") == [wake]


def test_what_cannot_be_begun_is_refused_with_the_field(people: Cast, stand_in: None) -> None:
    kitchen = Kitchen(people)
    stranger = cast()
    foreign_set = human_set(stranger)
    foreign_run = judged_run(stranger, unsettled(stranger.project, texts(1, 900)), judge)
    known = judged_run(people, [kitchen.base.items.earliest("pk").prompt], judge)
    foreign_model = external(stranger, "rm-7")
    secret = JudgeRun.objects.filter(pk=kitchen.run.trial_id)
    secret.update(released_at=None)
    cases: list[tuple[dict[str, Any], int, str]] = [
        ({"margin": -0.1}, 400, "margin"),
        ({"margin": "viel"}, 400, "margin"),
        ({"margin": "nan"}, 400, "margin"),
        ({"judge_runs": []}, 400, "judge_runs"),
        ({"judge_runs": [kitchen.run.pk, foreign_run.pk]}, 400, "judge_runs"),
        ({"judge_runs": [kitchen.run.trial_id]}, 400, "judge_runs"),
        ({"judge_runs": [known.pk]}, 400, "judge_runs"),
        ({"base": "../etc"}, 400, "base"),
        ({"params": {"epoch": 2}}, 400, "params.epoch"),
        ({"name": ""}, 400, "name"),
    ]
    for changes, status, field in cases:
        answer = kitchen.ask_new(changes)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (status, field), (changes, answer.json())
    assert kitchen.ask_new({"human_set": foreign_set.pk}).status_code == 404
    assert kitchen.ask_new({"model": foreign_model.pk}).status_code == 404
    for person in (people.annotators[0], people.lead):
        client = people.client(person)
        assert client.get(f"/api/recipes/{kitchen.recipe.pk}").status_code == 403
        assert client.post(f"/api/recipes/{kitchen.recipe.pk}/cancel").status_code == 403
    assert DistantRun.objects.count() == 1
    early = kitchen.client.get(f"/api/recipes/{kitchen.recipe.pk}/preview?margin=0")
    assert (early.status_code, early.json()["code"]) == (409, "not_scored")
    kitchen.until("deciding")
    for margin in ("-1", "nan", "x", ""):
        answer = kitchen.client.get(f"/api/recipes/{kitchen.recipe.pk}/preview?margin={margin}")
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "margin"), margin
    assert kitchen.ask("confirm", {"margin": -1}).status_code == 400


def test_lists_and_pages_cost_the_same_however_many_there_are(
    people: Cast, stand_in: None, django_assert_max_num_queries: Any
) -> None:
    kitchen = Kitchen(people)
    kitchen.until("done")
    path = f"/api/projects/{people.project.pk}/recipes"
    for _ in range(4):
        assert kitchen.ask_new({}).status_code == 201
    with django_assert_max_num_queries(6):
        page = kitchen.client.get(path, {"limit": 2}).json()
    assert len(page["results"]) == 2
    with django_assert_max_num_queries(6):
        rest = kitchen.client.get(path, {"cursor": page["next"]}).json()
    assert [row["id"] for row in rest["results"]][-1] == kitchen.recipe.pk
    with django_assert_max_num_queries(5):
        kitchen.read()
