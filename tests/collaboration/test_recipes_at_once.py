"""Several workers that look at a recipe in the same moment queue its next step once."""

from typing import Any

from annotate.models import PreferenceSet
from annotate.services.sets import set_freeze
from collaboration.models import AblationVariant, DistantRun
from collaboration.services.recipe_preparing import recipe_prepare
from collaboration.services.waking import wake_all
from rm_training.models import ScoringJob, TrainingRun
from tests.annotate.at_once import at_once
from tests.annotate.distant import unhurried
from tests.collaboration.kitchen import Kitchen
from tests.people import cast
from tests.rm_training.conftest import finished


def look() -> str:
    wake_all()
    return ""


def test_two_who_look_at_once_queue_every_step_once(committed: None, stand_in: None, settings: Any) -> None:
    settings.JOB_HEARTBEAT_SECONDS = 60
    kitchen = Kitchen(cast(), confirm_filter=False, margin=0.0)
    recipe = kitchen.recipe
    assert recipe.human_run is not None
    finished(recipe.human_run, 70)
    assert at_once(look, look, look) == ["", "", ""]
    assert (DistantRun.objects.get().state, ScoringJob.objects.count()) == ("scoring", 1)

    kitchen.recipe = DistantRun.objects.get()
    assert kitchen.score() == "preparing"

    def prepare() -> str:
        recipe_prepare(recipe_id=recipe.pk)
        return ""

    assert at_once(prepare, prepare) == ["", ""]
    kitchen.recipe = DistantRun.objects.get()
    assert (kitchen.recipe.state, PreferenceSet.objects.count()) == ("freezing", 2)
    with unhurried():
        set_freeze(set_id=kitchen.recipe.derived_set_id or 0)
    assert at_once(look, look, look) == ["", "", ""]
    kitchen.recipe = DistantRun.objects.get()
    assert (kitchen.recipe.state, TrainingRun.objects.count()) == ("training", 2)
    kitchen.train()

    def ablate() -> str:
        return str(kitchen.client.post(f"/api/recipes/{recipe.pk}/ablation").status_code)

    assert set(at_once(ablate, ablate)) == {"200"}
    assert AblationVariant.objects.count() == 6
    assert PreferenceSet.objects.count() == 2 + 4
    for row in AblationVariant.objects.filter(state="freezing"):
        set_freeze(set_id=row.set_id)
    assert at_once(look, look) == ["", ""]
    assert TrainingRun.objects.count() == 2 + 4
    assert AblationVariant.objects.filter(state="training").count() == 4
