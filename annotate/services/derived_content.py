"""What goes into a preference set that is derived from a frozen one and from judges' comparisons."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from annotate.domain.debias import Lineage
from annotate.domain.distant import Recipe, Sifted, sift
from annotate.domain.graph import rank_project
from annotate.domain.states import Split
from annotate.models import JudgeRun, JudgeSource, PreferenceSet
from annotate.selectors.judge_columns import JudgeColumns
from annotate.services.jobs import JobFailure
from annotate.services.judge_judgements import StoredRewards, judgements_of, rewarded
from annotate.services.set_figures import SetFigures


@dataclass(frozen=True, slots=True)
class Derived:
    """What goes into a derived set.

    human_keys: prompts of people, in the order of their files. judged_keys: those of which judges' pairs are trained
    on, by id. sides: both, in that order.
    """

    source: JudgeSource
    runs: Sequence[JudgeRun]
    columns: JudgeColumns
    sifted: Sifted
    human_keys: list[int]
    judged_keys: list[int]
    sides: dict[int, Split]


def judge_source(preference_set: PreferenceSet) -> JudgeSource | None:
    """Return how a set is derived; None where it is of people's prompts alone."""
    return JudgeSource.objects.select_related("human_set").filter(set=preference_set).first()


def derived_prepare(*, preference_set: PreferenceSet, source: JudgeSource, earlier_ids: Collection[int]) -> Derived:
    """Decide on every comparison. Raises JobFailure: rewards_damaged, no_judge_pairs."""
    runs = list(source.judge_runs.order_by("pk"))
    columns = judgements_of(
        human_set=source.human_set, runs=runs, include_human=source.include_human, earlier_ids=earlier_ids
    )
    if source.rewards_name:
        columns = rewarded(columns, StoredRewards(source.rewards_name, source.rewards_sha256))
    sifted = sift(columns.judgements, Recipe(source.margin, source.use_debias, preference_set.seed))
    judged = _trained_prompts(columns, sifted)
    if not judged:
        raise JobFailure("no_judge_pairs")
    items = source.human_set.items.order_by("prompt_id").values_list("prompt_id", "split")
    human = {key: Split(split) for key, split in items if source.include_human or split != Split.TRAIN}
    sides = human | dict.fromkeys(judged, Split.TRAIN)
    return Derived(source, runs, columns, sifted, list(human), judged, sides)


def _trained_prompts(columns: JudgeColumns, sifted: Sifted) -> list[int]:
    """Return the prompts of which some kept comparison is not undone by a cycle: those that have training pairs."""
    kept = np.flatnonzero(sifted.lineage == Lineage.KEPT)
    judged = columns.judgements
    ranked = rank_project(len(columns.responses), judged.a[kept], judged.b[kept], judged.verdict[kept])
    return [int(key) for key in np.unique(columns.prompt[kept][~ranked.conflict])]


def derived_recipe(derived: Derived, figures: SetFigures) -> dict[str, Any]:
    """Return what manifest and page say of how a set was made, and of what became of every comparison."""
    source, human_set = derived.source, derived.source.human_set
    return {
        "human_set": {
            "id": human_set.pk,
            "name": human_set.name,
            "version": human_set.version,
            "sha256": human_set.sha256,
        },
        "include_human": source.include_human,
        "judges": [
            {
                "run": run.pk,
                "name": run.name,
                "model": run.endpoint_settings["model"],
                "language": run.language,
                "order": run.order,
            }
            for run in derived.runs
        ],
        "margin": source.margin,
        "debias": source.use_debias,
        "rewards_sha256": source.rewards_sha256,
        "lineage": {name: dict(counts) for name, counts in sorted(figures.lineage.items())},
        "length_groups": {"before": asdict(derived.sifted.before), "after": asdict(derived.sifted.after)},
    }
