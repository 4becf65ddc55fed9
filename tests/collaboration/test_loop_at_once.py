"""Two workers that are woken at the same moment begin and queue nothing twice."""

import pytest
from django.db import transaction

from collaboration.models import LoopRound
from collaboration.services.loop_work import loop_resume
from rm_training.models import TrainingRun
from tests.annotate.at_once import at_once
from tests.collaboration.rounds import freeze, save_rule, settle
from tests.people import cast

pytestmark = pytest.mark.usefixtures("stand_in", "committed")


def test_one_round_and_one_run_come_of_many_who_look_at_once() -> None:
    people = cast()
    with transaction.atomic():
        settle(people, 5)
    save_rule(people, n=10)

    def look() -> str:
        loop_resume(None)
        return "looked"

    assert at_once(*[look] * 4) == ["looked"] * 4
    row = LoopRound.objects.get()
    assert row.set is not None
    freeze()
    assert at_once(*[look] * 4) == ["looked"] * 4
    row = LoopRound.objects.get()
    assert (row.state, row.run) == ("training", TrainingRun.objects.get())
    assert people.project.sets.count() == 1
