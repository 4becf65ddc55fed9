"""The ablation of a recipe: six trainings, of which those that are missing are begun."""

import pytest

from annotate.models import PreferenceSet
from annotate.services.sets import set_freeze
from collaboration.models import AblationVariant
from rm_training.models import TrainingRun
from tests.annotate.distant import unhurried
from tests.collaboration.kitchen import MARGIN, Kitchen
from tests.people import Cast
from tests.rm_training.conftest import finished

pytestmark = pytest.mark.django_db


def test_an_ablation_trains_what_is_missing_and_shows_all_six(people: Cast, stand_in: None) -> None:
    kitchen = Kitchen(people)
    kitchen.until("deciding")
    assert kitchen.ask("ablation").json()["code"] == "recipe_not_done"
    kitchen.until("done")
    assert kitchen.read("/ablation") == {"variants": []}
    variants = kitchen.ask("ablation").json()["variants"]
    names = ["judge", "judge_debias", "judge_filter", "judge_both", "human", "all"]
    assert [one["name"] for one in variants] == names
    assert [one["state"] for one in variants] == ["freezing"] * 4 + ["done"] * 2
    assert variants[4]["run"]["id"] == kitchen.recipe.human_run_id
    assert variants[5]["run"]["id"] == kitchen.recipe.final_run_id
    again = kitchen.ask("ablation").json()["variants"]
    assert [one["set"]["id"] for one in again] == [one["set"]["id"] for one in variants]

    for one in variants[:4]:
        with unhurried():
            set_freeze(set_id=one["set"]["id"])
    kitchen.wake()
    rows = list(AblationVariant.objects.order_by("pk")[:4])
    assert [row.state for row in rows] == ["training"] * 4
    broken = rows[1].run
    assert broken is not None
    for skill, row in zip((40, 50, 60), (rows[0], rows[2], rows[3]), strict=True):
        assert row.run is not None
        assert (row.run.base, row.run.params) == (kitchen.recipe.base, kitchen.recipe.params)
        finished(row.run, skill)
    TrainingRun.objects.filter(pk=broken.pk).update(state="failed", error="out of memory")
    kitchen.wake()
    shown = {one["name"]: one for one in kitchen.read("/ablation")["variants"]}
    failed = shown["judge_debias"]
    assert (failed["state"], failed["error"], failed["figures"]) == ("failed", "out of memory", None)
    assert kitchen.ask("ablation").json()["variants"][1]["state"] == "training"
    broken.refresh_from_db()
    assert broken.state == "queued"
    finished(broken, 45)
    kitchen.wake()
    shown = {one["name"]: one for one in kitchen.read("/ablation")["variants"]}
    assert {one["state"] for one in shown.values()} == {"done"}
    measured = {one["figures"]["open"]["n_pairs"] for one in shown.values()}
    assert len(measured) == 1, "all are measured on one benchmark"
    accuracy = [shown[name]["figures"]["open"]["accuracy"] for name in names]
    assert accuracy[0] < accuracy[2] < accuracy[5]
    recipes = {
        one["name"]: kitchen.client.get(f"/api/sets/{one['set']['id']}").json()["recipe"] for one in shown.values()
    }
    assert recipes["human"] is None
    assert [
        (recipes[name]["margin"], recipes[name]["debias"], recipes[name]["include_human"]) for name in names[:4]
    ] == [
        (None, False, False),
        (None, True, False),
        (MARGIN, False, False),
        (MARGIN, True, False),
    ]
    assert recipes["all"]["include_human"] is True
    pairs = {name: shown[name]["n_pairs"] for name in names}
    assert pairs["judge_filter"] > pairs["judge_both"] > 0
    assert pairs["all"] == pairs["human"] + pairs["judge_both"]


def test_a_row_whose_set_failed_is_frozen_anew(people: Cast, stand_in: None) -> None:
    kitchen = Kitchen(people)
    kitchen.until("done")
    first = kitchen.ask("ablation").json()["variants"][0]
    PreferenceSet.objects.filter(pk=first["set"]["id"]).update(state="failed", error="OSError: disk")
    kitchen.wake()
    assert kitchen.read("/ablation")["variants"][0]["state"] == "failed"
    anew = kitchen.ask("ablation").json()["variants"][0]
    assert anew["state"] == "freezing"
    assert anew["set"]["id"] != first["set"]["id"]
