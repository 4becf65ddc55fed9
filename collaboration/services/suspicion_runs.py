"""Searches for votes that the models doubt: by itself after each promotion, or because somebody asks."""

from collections.abc import Sequence

import numpy as np
from django.db import transaction

from annotate.domain.seeded import seeded_bits
from annotate.domain.states import Verdict
from annotate.domain.suspicion import control_sample, decile, expected_errors, mean_chances, mixed, ranked
from annotate.models import User
from annotate.permissions import Right
from annotate.problems import Conflict
from annotate.selectors.access import project_get
from collaboration.models import Suspicion, SuspicionRun
from collaboration.selectors.colleague import DECIDED, setting_of
from collaboration.selectors.votes import Pair, judged_prompts, measured_prompts, voted_pairs, voted_prompts
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

BATCH = 500
VERDICTS = {1: Verdict.A, 0: Verdict.EQUAL, -1: Verdict.B}


def suspicion_run_create(*, user: User, project_id: int) -> SuspicionRun:
    """Have the current model look through a project's votes now.

    Raises Conflict (no_current_model; at_work beside a search that is at work).
    """
    project = project_get(user, project_id, Right.TRAIN)
    return _begin(promotion_needed(project.pk), user)


def _begin(promotion: Promotion, user: User | None) -> SuspicionRun:
    prompts = voted_prompts(judged_prompts(promotion.project_id))
    return opinion_begin(SuspicionRun, promotion=promotion, prompt_ids=prompts, created_by=user)


def suspicion_runs_resume(project_id: int | None) -> None:
    """Begin a search for every new current model, and finish those whose responses are scored."""
    for waiting in promotions_unanswered(SuspicionRun.objects.filter(created_by=None), project_id):
        try:
            _begin(waiting, None)
        except Conflict:
            # Another search of the project is at work, or somebody else has just begun this one: the next look decides.
            continue
    opinions_resume(SuspicionRun, project_id, _complete)


def _complete(run: SuspicionRun) -> None:
    """Rank the votes that were not looked at before, and write the queue with the run's end in one transaction."""
    pairs = voted_pairs(judged_prompts(run.project_id))
    unseen = set(measured_prompts(run.project_id, run.promotion.set_id).values_list("pk", flat=True))
    ensemble = ensemble_of(run, [pair for pair in pairs if pair.prompt in unseen])
    rows, mean_error = _rows(run, pairs, ensemble)
    if not rows:
        raise NoOpinion("nothing_new")
    figures = {
        **ensemble.told(),
        "n_pairs": len(pairs),
        "mean_error": mean_error,
        "n_suspects": sum(row.rank is not None for row in rows),
        "n_controls": sum(row.control for row in rows),
    }
    with transaction.atomic():
        if opinion_end(run, "finish", figures=figures):
            Suspicion.objects.bulk_create(rows, batch_size=BATCH)


def _rows(run: SuspicionRun, pairs: Sequence[Pair], ensemble: Ensemble) -> tuple[list[Suspicion], float]:
    """Return the queue of a run, and the mean expected error of all pairs that it could have held."""
    margins = ensemble.margins([(pair.a, pair.b) for pair in pairs])
    known, asked_before = scored(margins), _asked_before(run.project_id)
    new = [place for place, pair in enumerate(pairs) if known[place] and tuple(pair.votes) not in asked_before]
    if not new:
        return [], 0.0
    kept, margins = [pairs[place] for place in new], margins[:, new]
    errors = expected_errors(margins, [pair.standing for pair in kept], ensemble.tie_models)
    chances = mean_chances(margins, ensemble.tie_models)
    setting, seed = setting_of(run.project_id), f"{run.project.seed}:{run.pk}"
    keys = [pair.votes[0] for pair in kept]
    suspects = ranked(errors, keys, most=setting.queue_size, least=setting.least_error).tolist()
    n_controls = max(1, round(setting.control_share / (1 - setting.control_share) * len(suspects)))
    controls = control_sample(range(len(kept)), n_controls if setting.control_share else 0, seed)
    drawn = set(controls)
    ranks = {place: rank for rank, place in enumerate(suspects, start=1)}
    rows = [
        Suspicion(
            run=run,
            project_id=run.project_id,
            prompt_id=kept[key].prompt,
            response_a_id=kept[key].a,
            response_b_id=kept[key].b,
            votes=kept[key].votes,
            standing=VERDICTS[kept[key].standing],
            expected_error=float(np.clip(errors[key], 0, 1)),
            chances=chances[key].tolist(),
            rank=ranks.get(key),
            decile=decile(ranks[key], len(suspects)) if key in ranks else None,
            control=key in drawn,
            place=place,
            b_first=bool(seeded_bits(seed, "side", kept[key].a, kept[key].b) % 2),
        )
        for place, key in enumerate(mixed(suspects, controls, seed))
    ]
    return rows, float(errors.mean())


def _asked_before(project_id: int) -> set[tuple[int, ...]]:
    """Return the votes, pair by pair, that QA has looked at already."""
    rows = Suspicion.objects.filter(project_id=project_id, state__in=DECIDED)
    return {tuple(votes) for votes in rows.values_list("votes", flat=True)}
