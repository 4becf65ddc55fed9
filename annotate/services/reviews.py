"""Cascaded review (PROTOCOL 6): where a settled prompt goes, and the reviews that are opened for it."""

from django.utils import timezone

from annotate.domain.states import ComparisonKind, ReviewStage
from annotate.models import Comparison, Prompt, Review, User
from annotate.services.moves import prompt_move
from annotate.services.review_gold import review_gold_mix
from annotate.services.sampling import sample_stages


def prompt_route(
    *, prompt: Prompt, after: ReviewStage | None = None, actor: User | None = None, reason: str = ""
) -> None:
    """Send a prompt to the next stage whose sample holds it, or accept it.

    From `after` on, or from the start where it has just been settled: after a rejection every stage that drew it
    reviews it again. Call it inside a transaction, with the prompt's row locked.
    """
    order = list(ReviewStage)
    passed = 0 if after is None else order.index(after) + 1
    following = next((stage for stage in sample_stages(prompt=prompt) if order.index(stage) >= passed), None)
    if following is None:
        prompt_move(prompt=prompt, action="accept", actor=actor, reason=reason)
    else:
        prompt_move(prompt=prompt, action=f"send_to_{following}", actor=actor, reason=reason)
        _review_open(prompt, following)


def _review_open(prompt: Prompt, stage: ReviewStage) -> None:
    """Open a review of a prompt as it stands; now and then a gold review comes with it."""
    standing = Comparison.objects.filter(prompt=prompt, current=True)
    standing = standing.filter(kind__in=[ComparisonKind.HUMAN, ComparisonKind.ADJUDICATION])
    review = Review.objects.create(
        prompt=prompt,
        project_id=prompt.project_id,
        stage=stage,
        round=prompt.rounds,
        shown=list(standing.order_by("id").values_list("pk", flat=True)),
        opened_at=timezone.now(),
    )
    review_gold_mix(review=review)
