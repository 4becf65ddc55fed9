"""Gold items and answers of known worth, for what measures people."""

from collections.abc import Sequence

from annotate.models import Assignment, GoldItem, Prompt
from annotate.services.annotations import Answer
from annotate.services.gold import gold_create
from tests.people import Cast, add_prompts, answer_by

REASON = "先看是否答对，再看是否讲清。"


def ring(prompt: Prompt) -> list[int]:
    """Return a prompt's responses in ring order."""
    return list(prompt.responses.order_by("ring_index").values_list("pk", flat=True))


def make_gold(cast: Cast, prompt: Prompt, *, in_exam: bool = False, hidden: bool = True) -> list[GoldItem]:
    """Make gold of a prompt, its responses ranked as they stand on the ring."""
    return gold_create(
        user=cast.lead,
        project_id=cast.project.pk,
        prompt_id=prompt.pk,
        order=[[response] for response in ring(prompt)],
        reason=REASON,
        in_exam=in_exam,
        hidden=hidden,
    )


def add_gold(
    cast: Cast, n: int = 1, *, category: str = "数学", start: int = 1000, in_exam: bool = False, hidden: bool = True
) -> list[GoldItem]:
    """Return the gold items of `n` new prompts, five of each."""
    prompts = add_prompts(cast.project, n, category=category, start=start)
    return [item for prompt in prompts for item in make_gold(cast, prompt, in_exam=in_exam, hidden=hidden)]


def places_right(reference: Sequence[int], n_right: int) -> list[int]:
    """Return three things in an order of which `n_right` of the three pairs stand as in `reference`."""
    best, middle, worst = reference
    return {
        3: [best, middle, worst],
        2: [middle, best, worst],
        1: [worst, best, middle],
        0: [worst, middle, best],
    }[n_right]


def answer_worth(slot: Assignment, n_right: int) -> Answer:
    """Return an answer to a slot on a ranked ring of which `n_right` of three comparisons are right."""
    order = places_right(sorted(slot.display_order), n_right)
    return answer_by({response: 5 - place for place, response in enumerate(order)}, slot.display_order)
