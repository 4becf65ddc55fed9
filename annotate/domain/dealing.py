"""Who is dealt what: by record and load, across people, with measuring tasks mixed in (PROTOCOL 6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log
from typing import Literal

from annotate.domain.seeded import seeded_fraction

MAX_WEIGHT = 1.5
# Beyond every turn that a ranking gives out.
UNRANKED = 2**32


@dataclass(frozen=True, slots=True)
class Standing:
    """A person in a category: the weight of their record there, and how many of its tasks they did today."""

    category: int
    weight: float
    done_today: int


def dealing_place(priority: int | None, prompt: int) -> int:
    """The place at which a prompt's slots are dealt, at least 1: its turn, or after all turns in order of import."""
    return UNRANKED + prompt if priority is None else priority


def record_weight(
    gold: tuple[float, float],
    agreement: tuple[float, float],
    rejections: tuple[float, float],
    *,
    prior_strength: float = 10,
    prior_gold: float = 0.8,
    prior_agreement: float = 0.7,
    prior_rejection: float = 0.1,
) -> float:
    """A person's record as a factor for dealing, in (0, MAX_WEIGHT]; exactly 1 for a person of whom nothing is known.

    gold: comparisons as in the reference, of all on gold tasks. agreement: comparisons on which the other passes say
    the same, of all. rejections: rejected annotations, of all reviewed. Each share is shrunk towards its prior, as if
    prior_strength units with the prior's share had been seen before; the weight is the product of gold accuracy,
    agreement and 1 - rejection rate over that of the priors.
    """

    def shrunk(counts: tuple[float, float], prior: float) -> float:
        hits, total = counts
        return (hits + prior_strength * prior) / (total + prior_strength)

    factors = (
        shrunk(gold, prior_gold) / shrunk((0, 0), prior_gold),
        shrunk(agreement, prior_agreement) / shrunk((0, 0), prior_agreement),
        (1 - shrunk(rejections, prior_rejection)) / (1 - shrunk((0, 0), prior_rejection)),
    )
    return min(MAX_WEIGHT, factors[0] * factors[1] * factors[2])


def category_order(categories: Sequence[Standing], seed: str) -> list[int]:
    """The categories in the order in which to look for a person's next task; each stands first as often as it weighs.

    A category weighs weight / (1 + done_today), so that a person's day spreads over what they are good at. One that
    weighs nothing comes after all others. The order of the input does not matter. Source: Efraimidis and Spirakis,
    "Weighted random sampling with a reservoir", 2006 (keys u ** (1 / weight), here by their logarithm).
    """

    def key(standing: Standing) -> tuple[bool, float, int]:
        if standing.weight <= 0:
            return True, 0.0, standing.category
        drawn = 1.0 - seeded_fraction(seed, "category", standing.category)  # in (0, 1]
        return False, -log(drawn) * (1 + standing.done_today) / standing.weight, standing.category

    return [standing.category for standing in sorted(categories, key=key)]


def people_a_pass(n_people: int, n_passes: int) -> int:
    """How many people share one pass of a prompt, at least one: nobody takes part in two passes."""
    return max(1, n_people // n_passes)


def tasks_a_person(n_tasks: int, n_people: int, n_passes: int) -> int:
    """The most tasks of one prompt that one person takes while others remain.

    n_tasks: the tasks of a prompt in one pass. The people who can take them split over the passes, since nobody takes
    part in two, and share a pass evenly; with too few people for that, one person may take a whole pass.
    """
    return ceil(n_tasks / people_a_pass(n_people, n_passes))


def probe_kind(n_done: int, seed: str, gold_share: float, repeat_share: float) -> Literal["gold", "repeat"] | None:
    """Whether a person's next slot measures them: on a gold task, or on one of their own shown again.

    n_done: slots dealt to this person so far. seed: names the project and the person and holds a secret; without it
    no slot can be told from another. Each slot is drawn on its own, so the shares hold in expectation at every moment.
    """
    drawn = seeded_fraction(seed, "probe", n_done)
    if drawn < gold_share:
        return "gold"
    return "repeat" if drawn < gold_share + repeat_share else None
