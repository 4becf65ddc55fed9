"""Rankings of the prompts that nobody has begun, by what the models expect to learn from them.

Somebody asks for the first; from then on every new current model ranks anew by itself.
"""

from collections import defaultdict
from collections.abc import Collection

import numpy as np
from django.utils.translation import gettext as _

from annotate.domain.information import NO_JUDGE, arm_of, dealing_order, information
from annotate.domain.states import Arm
from annotate.domain.suspicion import mean_chances
from annotate.models import User
from annotate.permissions import Right
from annotate.problems import Conflict
from annotate.selectors.access import project_get
from annotate.services.priorities import priorities_write
from collaboration.models import PriorityRun
from collaboration.selectors.colleague import setting_of
from collaboration.selectors.votes import (
    begun_by_nobody,
    judged_signs,
    measured_prompts,
    unvoted_pairs,
    voted_pairs,
    voted_prompts,
)
from collaboration.services.second_opinions import (
    Ensemble,
    NoOpinion,
    ensemble_of,
    opinion_begin,
    opinion_end,
    opinions_resume,
    promotion_needed,
    promotions_unanswered,
    scored,
)
from rm_training.models import Promotion

BARS = 20


def priority_run_create(*, user: User, project_id: int) -> PriorityRun:
    """Have the current model rank the prompts that nobody has begun.

    Raises Conflict (no_current_model; nothing_to_rank; at_work beside a ranking that is at work).
    """
    project = project_get(user, project_id, Right.TRAIN)
    return _begin(promotion_needed(project.pk), user)


def _begin(promotion: Promotion, user: User | None) -> PriorityRun:
    waiting = begun_by_nobody(promotion.project_id)
    if not waiting:
        raise Conflict("nothing_to_rank", _("There is no prompt with tasks that nobody has begun."))
    # Votes that no model saw say how a margin is to be read, so their responses are scored along.
    unseen = voted_prompts(measured_prompts(promotion.project_id, promotion.set_id))
    return opinion_begin(PriorityRun, promotion=promotion, prompt_ids=waiting.keys() | unseen, created_by=user)


def priority_runs_resume(project_id: int | None) -> None:
    """Have every new current model rank where somebody once asked for it; finish what is scored."""
    ranked = PriorityRun.objects.all()
    for promotion in promotions_unanswered(ranked, project_id):
        if not ranked.filter(project=promotion.project_id).exists():
            continue
        try:
            _begin(promotion, None)
        except Conflict:
            # Another ranking is at work, or there is nothing to rank yet: the next look decides.
            continue
    opinions_resume(PriorityRun, project_id, _complete)


def _complete(run: PriorityRun) -> None:
    ensemble = ensemble_of(run, voted_pairs(measured_prompts(run.project_id, run.promotion.set_id)))
    waiting = begun_by_nobody(run.project_id)
    if not waiting:
        raise NoOpinion("nothing_to_rank")
    worth = _worth(ensemble, waiting.keys())
    share, seed = setting_of(run.project_id).random_share, str(run.project.seed)
    arms = {prompt: Arm(arm) if arm else arm_of(prompt, share, seed) for prompt, (_category, arm) in waiting.items()}
    of_category: dict[int, dict[int, Arm]] = defaultdict(dict)
    for prompt, (category, _arm) in waiting.items():
        of_category[category][prompt] = arms[prompt]
    orders = [dealing_order(worth, own, share, f"{seed}:{category}") for category, own in of_category.items()]
    n_prompts = priorities_write(project=run.project, orders=orders, arms=arms, actor=run.created_by)
    counts, edges = np.histogram(list(worth.values()), bins=BARS, range=(0, 1))
    figures = {
        **ensemble.told(),
        "n_prompts": n_prompts,
        "n_random": sum(arm == Arm.RANDOM for arm in arms.values()),
        "n_unknown": len(waiting.keys() - worth.keys()),
        "share": share,
        "mean": float(np.mean(list(worth.values()))) if worth else None,
        "edges": edges.tolist(),
        "counts": counts.tolist(),
    }
    opinion_end(run, "finish", figures=figures)


def _worth(ensemble: Ensemble, prompts: Collection[int]) -> dict[int, float]:
    """Return {prompt: expected information} of those prompts of which every model scored a pair."""
    pairs = unvoted_pairs(prompts)
    margins = ensemble.margins([(a, b) for _prompt, a, b in pairs])
    known = scored(margins)
    kept = [pair for pair, is_known in zip(pairs, known, strict=True) if is_known]
    if not kept:
        return {}
    judged = judged_signs(prompts)
    chances = mean_chances(margins[:, known], ensemble.tie_models)
    said = [judged.get((a, b), NO_JUDGE) for _prompt, a, b in kept]
    return information(chances, [prompt for prompt, *_ in kept], said)
