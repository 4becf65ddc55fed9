"""Preference sets derived from a frozen one and from judges' comparisons: what may be asked for, and asking."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from annotate.domain.states import CallRunState, CallState, SetState
from annotate.models import JudgeCall, JudgeRun, JudgeSource, PreferenceSet, User
from annotate.problems import Conflict, Invalid
from annotate.services.judge_judgements import StoredRewards
from annotate.services.queue import SET_FREEZE, enqueue
from annotate.services.sets import set_store


@dataclass(frozen=True, slots=True)
class DerivedWish:
    """What a derived set is to hold. margin: None without the filter, which then needs no rewards."""

    include_human: bool
    margin: float | None
    use_debias: bool
    seed: int


@transaction.atomic
def derived_create(
    *,
    human_set: PreferenceSet,
    runs: Sequence[JudgeRun],
    rewards: StoredRewards | None,
    wish: DerivedWish,
    name: str,
    note: str,
    user: User | None,
) -> PreferenceSet:
    """Queue the next version of a derived set; the caller may use all that it is made of."""
    row = set_store(
        project=human_set.project,
        user=user,
        name=name,
        filters={},
        benchmark_share=human_set.benchmark_share,
        seed=wish.seed,
        note=note,
    )
    source = JudgeSource.objects.create(
        set=row,
        human_set=human_set,
        include_human=wish.include_human,
        margin=wish.margin,
        use_debias=wish.use_debias,
        rewards_name=rewards.name if rewards else "",
        rewards_sha256=rewards.sha256 if rewards else "",
    )
    source.judge_runs.set(runs)
    enqueue(SET_FREEZE, row.pk)
    return row


def judge_runs_usable(*, human_set: PreferenceSet, run_ids: Sequence[int]) -> list[JudgeRun]:
    """Return the judge runs by id. Raises Invalid and Conflict with the field that is wrong.

    Codes: set_not_frozen, derived_set, no_judge_run, foreign_judge_run, judge_not_released, judge_at_work,
    nothing_judged.
    """
    if human_set.state != SetState.FROZEN:
        message = _("Only a frozen preference set can be built upon; wait until it is frozen.")
        raise Conflict("set_not_frozen", message)
    if JudgeSource.objects.filter(set=human_set).exists():
        message = _("This set was itself made of judges' comparisons; choose one that is of people's alone.")
        errors = [{"field": "human_set", "code": "derived_set", "message": message}]
        raise Invalid("derived_set", message, errors=errors)
    if not run_ids:
        raise _refused("no_judge_run", _("Choose at least one run of a released judge."))
    runs = list(JudgeRun.objects.filter(project_id=human_set.project_id, pk__in=run_ids).order_by("pk"))
    if len(runs) != len(set(run_ids)):
        raise _refused("foreign_judge_run", _("This project has no such judge run."))
    for run in runs:
        _check_run(run, human_set)
    return runs


def _check_run(run: JudgeRun, human_set: PreferenceSet) -> None:
    if run.trial_id is None and run.released_at is None:
        message = _("“%(name)s” is a trial that nobody has released; release it, or choose another run.")
        raise _refused("judge_not_released", message % {"name": run.name})
    if run.state in (CallRunState.QUEUED, CallRunState.RUNNING):
        message = _("“%(name)s” is still at work; wait until it has ended, or cancel it.")
        raise _refused("judge_at_work", message % {"name": run.name})
    known = human_set.items.values("prompt_id")
    if not JudgeCall.objects.filter(run=run, state=CallState.DONE).exclude(prompt__in=known).exists():
        message = _("“%(name)s” has judged nothing but prompts that the human set holds; it adds nothing to it.")
        raise _refused("nothing_judged", message % {"name": run.name})


def _refused(code: str, message: str) -> Invalid:
    return Invalid(code, message, errors=[{"field": "judge_runs", "code": code, "message": message}])


def margin_check(margin: float) -> None:
    """Raise Invalid `invalid_margin` for a margin that is negative or no number."""
    if not (math.isfinite(margin) and margin >= 0):
        message = _("The margin must be 0 or more.")
        raise Invalid(
            "invalid_margin", message, errors=[{"field": "margin", "code": "invalid_margin", "message": message}]
        )
