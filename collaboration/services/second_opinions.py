"""What every second opinion needs: models that score, votes that calibrate them, and an end that is written once."""

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import numpy as np
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from annotate.domain.states import ScoringState, SecondOpinionState
from annotate.domain.suspicion import TieModel, fit_tie_model
from annotate.models import User
from annotate.problems import Conflict
from annotate.services.events import event
from annotate.services.jobs import failure_reason
from collaboration.models import SecondOpinion
from collaboration.selectors.colleague import models_asked
from collaboration.selectors.votes import Pair
from collaboration.services.moves import KINDS, row_move
from rm_training.model_selectors import current_promotion, current_promotions
from rm_training.models import Promotion, ScoringJob
from rm_training.scoring import Rewards, rewards_read, scoring_queue

logger = logging.getLogger(__name__)

Kind = TypeVar("Kind", bound=SecondOpinion)

LEAST_VOTES = 30
HOLD = timedelta(minutes=10)
ENDED_BADLY = (ScoringState.FAILED, ScoringState.CANCELLED)


class NoOpinion(Exception):
    """There is nothing to say, and `code` says why."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code


def promotion_needed(project_id: int) -> Promotion:
    """Return the promotion of the current model. Raises Conflict `no_current_model`."""
    promotion = current_promotion(project_id)
    if promotion is None:
        message = _("This project has no current model yet; promote one on the models' page first.")
        raise Conflict("no_current_model", message)
    return promotion


def promotions_unanswered(answered: QuerySet[Kind], project_id: int | None) -> list[Promotion]:
    """Return the promotions that made a project's current model the current one and are in none of some opinions."""
    newest = current_promotions(OuterRef("project")).values("pk")[:1]
    rows = Promotion.objects.filter(~Exists(answered.filter(promotion=OuterRef("pk"))), pk=Subquery(newest))
    if project_id is not None:
        rows = rows.filter(project_id=project_id)
    return list(rows.select_related("reward_model").order_by("project_id"))


def opinion_begin(
    kind: type[Kind], *, promotion: Promotion, prompt_ids: Collection[int], created_by: User | None
) -> Kind:
    """Queue the scoring of prompts by every model that is asked, and return what waits for it.

    Without prompts it fails at once, with that reason. Raises Conflict `at_work` beside one that is at work.
    """
    try:
        with transaction.atomic():
            row = kind._default_manager.create(
                project_id=promotion.project_id, promotion=promotion, created_by=created_by
            )
            event(
                project_id=row.project_id,
                kind=f"{KINDS[kind].name}_begin",
                subject=row,
                actor=created_by,
                after=row.state,
            ).save()
            if not prompt_ids:
                opinion_end(row, "fail", error_code="no_prompts")
                return row
            asked = models_asked(promotion)
            row.jobs.set([scoring_queue(model=m, prompt_ids=prompt_ids, created_by=created_by) for m in asked])
    except IntegrityError as error:
        raise Conflict("at_work", _("The model is at work on this already; wait until it is done.")) from error
    return row


def opinion_end(row: SecondOpinion, action: str, **values: Any) -> bool:
    """Move a second opinion to its end; False where another worker did so before."""
    return row_move(row, action, finished_at=timezone.now(), **values)


def opinions_resume(kind: type[Kind], project_id: int | None, complete: Callable[[Kind], None]) -> None:
    """Let go on, by `complete`, what waited for scorings that have ended since.

    `complete` writes the end itself, by opinion_end, or raises NoOpinion. May be called at any time, also
    twice at once.
    """
    waiting = kind._default_manager.filter(state=SecondOpinionState.SCORING)
    if project_id is not None:
        waiting = waiting.filter(project_id=project_id)
    for row in waiting.select_related("project", "promotion").order_by("pk"):
        states = set(row.jobs.values_list("state", flat=True))
        if not states.isdisjoint(ENDED_BADLY):
            _fail_with_job(row)
        elif states == {ScoringState.SUCCEEDED} and _take(row):
            _complete(row, complete)


def _take(row: SecondOpinion) -> bool:
    """Hold a second opinion for as long as the work on it may last; False where another worker does."""
    now = timezone.now()
    rows = type(row)._default_manager.filter(pk=row.pk, state=SecondOpinionState.SCORING)
    free = Q(held_until=None) | Q(held_until__lte=now)
    return rows.filter(free).update(held_until=now + HOLD) == 1


def _complete(row: Kind, complete: Callable[[Kind], None]) -> None:
    try:
        complete(row)
    except NoOpinion as reason:
        opinion_end(row, "fail", error_code=reason.code, error=str(reason))
    except (OperationalError, InterfaceError):
        # The database is what failed, not the opinion: it is looked at again once it is no longer held.
        raise
    # Broad on purpose: whatever goes wrong must end on the page, not in a log alone.
    except Exception as error:
        logger.exception("%s %s failed.", type(row).__name__, row.pk)
        opinion_end(row, "fail", error_code="internal", error=failure_reason(error)[:2000])


def _fail_with_job(row: SecondOpinion) -> None:
    job = row.jobs.filter(state__in=ENDED_BADLY).order_by("pk").first()
    if job is not None:
        code = "scoring_cancelled" if job.state == ScoringState.CANCELLED else "scoring_failed"
        opinion_end(row, "fail", error_code=code, error=job.error or job.error_code)


@dataclass(frozen=True, slots=True)
class Ensemble:
    """The models that were asked, their rewards, and how a margin of each becomes chances."""

    jobs: list[ScoringJob]
    rewards: list[Rewards]
    tie_models: list[TieModel]
    n_votes: int

    def margins(self, pairs: Sequence[tuple[int, int]]) -> NDArray[np.float64]:
        """Return float[M, C]: each model's reward of a less that of b; nan where it was not asked of one."""
        return margins_of(self.rewards, pairs)

    def told(self) -> dict[str, Any]:
        """Return how the models were calibrated, as a page shows it."""
        models = [
            {"id": job.reward_model_id, "name": job.reward_model.name, "scale": model.scale, "width": model.width}
            for job, model in zip(self.jobs, self.tie_models, strict=True)
        ]
        return {"models": models, "n_calibration_votes": self.n_votes}


def margins_of(rewards: Sequence[Rewards], pairs: Sequence[tuple[int, int]]) -> NDArray[np.float64]:
    """Return float[M, C], the rewards of a less those of b."""
    ours, theirs = [a for a, _b in pairs], [b for _a, b in pairs]
    return np.array([one.of(ours) - one.of(theirs) for one in rewards]).reshape(len(rewards), len(pairs))


def scored(margins: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return bool[C]: of which pairs every model knows the margin. margins: float[M, C]."""
    known: NDArray[np.bool_] = np.isfinite(margins).min(axis=0, initial=True)
    return known


def ensemble_of(row: SecondOpinion, unseen: Sequence[Pair]) -> Ensemble:
    """Return the models of a second opinion, calibrated on votes on pairs that none of them was trained on.

    Raises NoOpinion `too_few_votes`.
    """
    jobs = list(row.jobs.select_related("reward_model").defer("prompt_ids").order_by("pk"))
    rewards = [rewards_read(job) for job in jobs]
    margins = margins_of(rewards, [(pair.a, pair.b) for pair in unseen])
    known = scored(margins)
    votes = [(place, sign) for place, pair in enumerate(unseen) if known[place] for sign in pair.signs]
    if len(votes) < LEAST_VOTES:
        raise NoOpinion("too_few_votes", f"{len(votes)} < {LEAST_VOTES}")
    places, signs = (np.array(column) for column in zip(*votes, strict=True))
    return Ensemble(jobs, rewards, [fit_tie_model(own[places], signs) for own in margins], len(votes))
