"""The loop at work: begins rounds that are due, and takes those under way a step further.

Whoever is woken looks at the rows. What takes long (clustering texts, comparing two models) is done outside any
transaction, and then written only if the round is still where it was: two who look at once do nothing twice.
"""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from annotate.domain.states import (
    LOOP_OPEN,
    LoopStart,
    LoopState,
    NoticeKind,
    PromotionState,
    Subset,
)
from annotate.problems import Problem
from annotate.selectors.set_contents import set_changes
from annotate.selectors.sets import DamagedSet, set_frozen_get
from annotate.services.jobs import failure_reason
from annotate.services.queue import SET_FREEZE, enqueue
from annotate.services.sets import set_store
from collaboration.models import LoopRound, LoopRule
from collaboration.selectors.loop import round_due, set_before
from collaboration.services.loop_guard import benchmark_leaks
from collaboration.services.loop_moves import round_fail, round_locked, round_move, round_tell
from collaboration.services.loop_rounds import round_start
from collaboration.services.waits import run_ended, set_ended
from rm_training import model_selectors
from rm_training.evaluations import evaluation_queue
from rm_training.outcomes import OutcomesDiffer, surely_better, surely_worse
from rm_training.promotions import model_promote_by_loop, promotion_figures
from rm_training.services import run_queue

if TYPE_CHECKING:
    from annotate.models import PreferenceSet
    from rm_training.models import RewardModel

logger = logging.getLogger(__name__)


def loop_resume(project_id: int | None) -> None:
    """Begin the rounds that are due, and take every round under way as far as it gets now."""
    rules, rounds = LoopRule.objects.all(), LoopRound.objects.filter(state__in=LOOP_OPEN)
    if project_id is not None:
        rules, rounds = rules.filter(project=project_id), rounds.filter(project=project_id)
    for rule in rules.filter(paused_at__isnull=True):
        _start_if_due(rule)
    for pk in list(rounds.values_list("pk", flat=True)):
        _advance(pk)


def _start_if_due(rule: LoopRule) -> None:
    # Looked at without the lock first: most of the time nothing is due.
    if not round_due(rule, timezone.now()):
        return
    with transaction.atomic():
        locked = LoopRule.objects.select_for_update().get(pk=rule.pk)
        if round_due(locked, timezone.now()):
            round_start(project_id=locked.project_id, reason=LoopStart(locked.trigger))


def _advance(pk: int) -> None:
    """Take a round from step to step until it has to wait or has ended; what goes wrong ends it with a reason."""
    state = None
    while True:
        row = LoopRound.objects.select_related("set", "run").get(pk=pk)
        if row.state == state or row.state not in STEPS:
            return
        state = LoopState(row.state)
        try:
            STEPS[state](row)
        except Problem as problem:
            round_fail(row, code=problem.code, detail=str(problem.message))
        except DamagedSet as damage:
            round_fail(row, code="set_damaged", detail=str(damage))
        except (OperationalError, InterfaceError):
            # The database is what failed, not the round: it is looked at again.
            raise
        # Broad on purpose: whatever goes wrong must end on the loop's page, not in a log alone.
        except Exception as error:
            logger.exception("Round %s of the loop failed.", pk)
            round_fail(row, code="unexpected", detail=failure_reason(error))


def _freezing(row: LoopRound) -> None:
    if row.set is None:
        _freeze(row)
        return
    ended = set_ended(row.set)
    if ended is not None and ended.code:
        round_fail(row, code=ended.code, detail=ended.message)
    elif ended is not None:
        _train(row, row.set)


@transaction.atomic
def _freeze(row: LoopRound) -> None:
    rule = LoopRule.objects.select_related("project").select_for_update(of=("self",)).get(project=row.project_id)
    locked = round_locked(row.pk)
    if locked.state != LoopState.FREEZING or locked.set_id is not None:
        return
    chosen = set_store(
        project=rule.project,
        user=locked.started_by,
        name=rule.set_name,
        filters=rule.filters,
        benchmark_share=rule.benchmark_share,
        seed=0,
        note="",
    )
    locked.set = chosen
    locked.save(update_fields=["set"])
    enqueue(SET_FREEZE, chosen.pk)


def _train(row: LoopRound, chosen: "PreferenceSet") -> None:
    leaks = benchmark_leaks(chosen)
    if leaks:
        round_fail(row, code="benchmark_leak", detail="\n".join([str(len(leaks)), *(text[:200] for text in leaks[:3])]))
        return
    before = set_before(row)
    changes = set_changes(chosen, before.set if before else None)
    with transaction.atomic():
        rule = LoopRule.objects.get(project=row.project_id)
        locked = round_locked(row.pk)
        if locked.state == LoopState.FREEZING and locked.set_id == chosen.pk:
            run = run_queue(chosen=chosen, base=rule.base, params=rule.params, created_by=locked.started_by)
            round_move(locked, "train", run=run, changes=changes)


def _training(row: LoopRound) -> None:
    ended = run_ended(row.run)
    if ended is not None and ended.code:
        round_fail(row, code=ended.code, detail=ended.message)
    elif ended is not None:
        round_move(row, "compare")


def _comparing(row: LoopRound) -> None:
    """Decide as the project's promotion rule did, where it has one and promoted; else by the same measure ourselves."""
    assert row.run is not None, "the database refuses a round that compares without a run"
    assert row.set_id is not None, "the database refuses a round that compares without a set"
    model = row.run.reward_model
    proposal = model_selectors.proposal_of(model.pk)
    if proposal is not None and proposal.state == PromotionState.WAITING:
        return
    if proposal is not None and proposal.state == PromotionState.PROMOTED:
        told = {"against": proposal.against, "figures": proposal.figures, "promotion": proposal}
        round_move(row, "promote", code=proposal.code, **told)
        return
    current = model_selectors.current_promotion(row.project_id)
    against = current.reward_model if current else None
    if model_selectors.evaluation_of(model.pk, row.set_id) is None:
        round_move(row, "keep", code="no_benchmark", against=against)
    elif against == model:
        figures = promotion_figures(model, None, row.set_id, None)
        round_move(row, "promote", code="by_hand", promotion=current, figures=figures)
    elif against is None:
        _promote(row, model, None, "first", promotion_figures(model, None, row.set_id, None))
    else:
        _compare(row, model, against)


def _compare(row: LoopRound, model: "RewardModel", against: "RewardModel") -> None:
    assert row.set_id is not None, "the database refuses a round that compares without a set"
    missing = [one for one in (model, against) if model_selectors.outcomes_folder(one.pk, row.set_id) is None]
    if missing:
        _have_measured(row, missing)
        return
    try:
        compared = model_selectors.comparison(model.pk, against.pk, row.set_id) or {}
    except OutcomesDiffer as error:
        round_fail(row, code="outcomes_differ", detail=str(error))
        return
    figures = promotion_figures(model, against, row.set_id, compared)
    if surely_better(compared):
        _promote(row, model, against, "better", figures)
    elif surely_worse(compared):
        _regress(row, against, figures)
    else:
        code = "not_surely_better" if len(compared) == len(Subset) else "one_subset"
        round_move(row, "keep", code=code, against=against, figures=figures)


def _have_measured(row: LoopRound, missing: "list[RewardModel]") -> None:
    """Queue what is not measured yet; what was queued in this step and ended without figures ends the round."""
    assert row.set_id is not None, "the database refuses a round that compares without a set"
    stopped = model_selectors.evaluation_stopped([model.pk for model in missing], row.set_id, row.step_at)
    if stopped is not None:
        round_fail(row, code="unmeasured", detail=stopped.error)
        return
    for model in missing:
        try:
            evaluation_queue(model=model, chosen=set_frozen_get(row.set_id), created_by=None)
        except Problem as problem:
            if problem.code != "being_measured":
                raise


@transaction.atomic
def _promote(
    row: LoopRound, model: "RewardModel", against: "RewardModel | None", code: str, figures: dict[str, Any]
) -> None:
    """Make the model the current one, unless that has changed since: then the round is looked at again."""
    locked = round_locked(row.pk)
    if locked.state != LoopState.COMPARING or locked.set_id is None:
        return
    promotion = model_promote_by_loop(
        model=model,
        set_id=locked.set_id,
        against=against,
        code=f"loop_{code}",
        figures=figures,
        reason=f"#{locked.number}",
    )
    if promotion is not None:
        round_move(locked, "promote", code=code, against=against, figures=figures, promotion=promotion)


@transaction.atomic
def _regress(row: LoopRound, against: "RewardModel", figures: dict[str, Any]) -> None:
    if round_move(row, "regress", code="worse", against=against, figures=figures):
        round_tell(row, NoticeKind.LOOP_REGRESSION)


STEPS: dict[str, Callable[[LoopRound], None]] = {
    LoopState.FREEZING: _freezing,
    LoopState.TRAINING: _training,
    LoopState.COMPARING: _comparing,
}
