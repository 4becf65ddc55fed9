"""Which model of a project is the current one: by hand with a reason, or by the rule, by a paired bootstrap.

A proposal of the rule waits until both models are measured on the benchmark of the new one's set; what is missing is
queued. Every step looks at the rows again, so that a message may come twice, or late.
"""

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from annotate.domain.states import PROMOTION_MOVES, PromotionRule, PromotionState
from annotate.permissions import Right
from annotate.problems import Conflict, Problem
from annotate.selectors.access import project_get
from annotate.selectors.sets import set_frozen_get
from rm_training import model_selectors
from rm_training.evaluations import evaluation_queue
from rm_training.jobs import REMIND_FACTOR, silent_since
from rm_training.models import Promotion, PromotionSetting, RewardModel
from rm_training.moves import PROMOTION_CONSIDER, send_after_commit
from rm_training.outcomes import OutcomesDiffer, surely_better

if TYPE_CHECKING:
    from annotate.models import User


@transaction.atomic
def promotion_rule_set(*, user: "User", project_id: int, rule: PromotionRule) -> None:
    """Choose by which rule the current model of a project is replaced."""
    project = project_get(user, project_id, Right.TRAIN)
    before = model_selectors.promotion_rule(project_id)
    PromotionSetting.objects.update_or_create(project=project, defaults={"rule": rule})
    project.events.create(
        kind="promotion_rule", subject="project", subject_id=project.pk, actor=user, before=before, after=rule
    )


@transaction.atomic
def model_promote(*, user: "User", project_id: int, model_id: int, reason: str) -> Promotion:
    """Make a measured model the current one of its project, newer or older than that, and return the promotion.

    Raises Conflict `not_measured`, `already_current`, and NotFound for a model of another project.
    """
    project_get(user, project_id, Right.TRAIN)
    model = model_selectors.model_get(user, model_id)
    if model.project_id != project_id:
        raise Conflict("foreign_model", _("This model belongs to another project."))
    _locked_rule(project_id)
    current = model_selectors.current_promotion(project_id)
    before = current.reward_model if current else None
    if before == model:
        raise Conflict("already_current", _("This model is the current one already."))
    shown = model_selectors.evaluation_to_show(model.pk, before.pk if before else None)
    if shown is None:
        raise Conflict("not_measured", _("This model has not been measured on any benchmark yet."))
    promotion = Promotion.objects.create(
        project_id=project_id,
        reward_model=model,
        against=before,
        set=shown.set,
        state=PromotionState.PROMOTED,
        reason=reason,
        figures=_figures_at_hand(model, before, shown.set_id),
        actor=user,
        decided_at=timezone.now(),
    )
    _log(promotion, "model_promote", PromotionState.WAITING)
    return promotion


def _figures_at_hand(model: RewardModel, before: RewardModel | None, set_id: int) -> dict[str, Any]:
    """Return the figures a person decided by, compared with the current model's where both were measured."""
    try:
        compared = model_selectors.comparison(model.pk, before.pk, set_id) if before else None
    except OutcomesDiffer:
        compared = None
    return promotion_figures(model, before, set_id, compared)


def promotion_figures(model: RewardModel, before: RewardModel | None, set_id: int, compared: Any) -> dict[str, Any]:
    """Return what a promotion keeps of both models: their figures on the benchmark of a set, and how they compare."""
    ours = model_selectors.evaluation_of(model.pk, set_id)
    theirs = model_selectors.evaluation_of(before.pk, set_id) if before else None
    return {
        "model": model_selectors.figures_of(ours) if ours else None,
        "against": model_selectors.figures_of(theirs) if theirs else None,
        "comparison": compared,
    }


@transaction.atomic
def model_promote_by_loop(
    *, model: RewardModel, set_id: int, against: RewardModel | None, code: str, figures: dict[str, Any], reason: str
) -> Promotion | None:
    """Make a model that the loop trained the current one; None where `against` is no longer the current model."""
    _locked_rule(model.project_id)
    current = model_selectors.current_promotion(model.project_id)
    if (current.reward_model if current else None) != against:
        return None
    promotion = Promotion.objects.create(
        project_id=model.project_id,
        reward_model=model,
        against=against,
        set_id=set_id,
        by_rule=True,
        state=PromotionState.PROMOTED,
        code=code,
        reason=reason,
        figures=figures,
        decided_at=timezone.now(),
    )
    _log(promotion, "model_promote", PromotionState.WAITING)
    return promotion


def promotion_propose(model: RewardModel, set_id: int) -> None:
    """Have the rule of its project look at a model that was just trained on a set, if there is a rule."""
    if model_selectors.promotion_rule(model.project_id) == PromotionRule.OFF:
        return
    promotion = Promotion.objects.create(
        project_id=model.project_id, reward_model=model, set_id=set_id, by_rule=True, heartbeat_at=timezone.now()
    )
    send_after_commit(PROMOTION_CONSIDER, promotion.pk)


def promotion_consider(*, promotion_id: int) -> None:
    """Decide a waiting proposal of the rule, or queue what must be measured before it can be decided."""
    promotion = Promotion.objects.select_related("reward_model").get(pk=promotion_id)
    if promotion.state != PromotionState.WAITING:
        return
    current = model_selectors.current_promotion(promotion.project_id)
    against = current.reward_model if current else None
    if against is None or against == promotion.reward_model:
        _end(promotion, "keep", code="no_current" if against is None else "is_current", against=against)
        return
    pair = (promotion.reward_model, against)
    missing = [model for model in pair if model_selectors.outcomes_folder(model.pk, promotion.set_id) is None]
    if missing:
        _have_measured(promotion, against, missing)
    else:
        _compare(promotion, against)


def _compare(promotion: Promotion, against: RewardModel) -> None:
    try:
        compared = model_selectors.comparison(promotion.reward_model.pk, against.pk, promotion.set_id) or {}
    except OutcomesDiffer:
        _end(promotion, "fail", code="outcomes_differ", against=against)
        return
    figures = promotion_figures(promotion.reward_model, against, promotion.set_id, compared)
    action, code = ("promote", "better") if surely_better(compared) else ("keep", "not_surely_better")
    _end(promotion, action, code=code, against=against, figures=figures)


def _have_measured(promotion: Promotion, against: RewardModel, missing: list[RewardModel]) -> None:
    """Queue what is not measured; a proposal whose measuring has ended without figures ends, too."""
    wanted = [model.pk for model in missing]
    if model_selectors.evaluation_stopped(wanted, promotion.set_id, promotion.created_at) is not None:
        _end(promotion, "fail", code="unmeasured", against=against)
        return
    for model in missing:
        try:
            evaluation_queue(model=model, chosen=set_frozen_get(promotion.set_id), created_by=None)
        except Problem as problem:
            if problem.code != "being_measured":
                _end(promotion, "fail", code=problem.code, against=against)
                return


@transaction.atomic
def _end(
    promotion: Promotion,
    action: str,
    *,
    code: str,
    against: RewardModel | None,
    figures: dict[str, Any] | None = None,
) -> None:
    """Decide a proposal, unless `against` is no longer the current model: then it is looked at again."""
    rule = _locked_rule(promotion.project_id)
    current = model_selectors.current_promotion(promotion.project_id)
    if (current.reward_model if current else None) != against:
        send_after_commit(PROMOTION_CONSIDER, promotion.pk)
        return
    if rule == PromotionRule.OFF:
        action, code = "keep", "rule_off"
    move = PROMOTION_MOVES[action]
    rows = Promotion.objects.filter(pk=promotion.pk, state__in=move.before)
    decided = {"code": code[:30], "against": against, "figures": figures or {}, "decided_at": timezone.now()}
    if rows.update(state=move.after, **decided) == 1:
        promotion.refresh_from_db()
        _log(promotion, f"model_{action}", PromotionState.WAITING)


def _locked_rule(project_id: int) -> str:
    """Return the rule of a project; until the transaction ends nobody else decides about its current model."""
    PromotionSetting.objects.get_or_create(project_id=project_id)
    return PromotionSetting.objects.select_for_update().get(project_id=project_id).rule


def _log(promotion: Promotion, kind: str, before: str) -> None:
    promotion.project.events.create(
        kind=kind,
        subject="promotion",
        subject_id=promotion.pk,
        actor=promotion.actor,
        before=before,
        after=promotion.state,
        reason=promotion.reason or promotion.code,
    )


@transaction.atomic
def promotions_resume(project_id: int | None = None) -> int:
    """Send a message again for the waiting proposals of a project, or of all for those long unheard of."""
    rows = Promotion.objects.filter(state=PromotionState.WAITING)
    if project_id is not None:
        rows = rows.filter(project_id=project_id)
    else:
        rows = rows.filter(heartbeat_at__lt=silent_since(REMIND_FACTOR))
    waiting = list(rows.values_list("pk", flat=True))
    Promotion.objects.filter(pk__in=waiting).update(heartbeat_at=timezone.now())
    for pk in waiting:
        send_after_commit(PROMOTION_CONSIDER, pk)
    return len(waiting)
