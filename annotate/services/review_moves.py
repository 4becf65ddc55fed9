"""The one place where a review changes its state."""

from django.utils import timezone
from django.utils.translation import gettext as _

from annotate.domain.states import REVIEW_MOVES, ReviewKind, ReviewState
from annotate.models import Prompt, Review, User
from annotate.problems import Conflict
from annotate.services.events import event
from annotate.services.figures import day_touch


def review_move(*, review: Review, action: str, actor: User | None = None, reason: str = "") -> None:
    """Move a review along REVIEW_MOVES, with its line in the log. Raises Conflict if somebody else moved it first."""
    move = REVIEW_MOVES[action]
    before = review.state
    values = {"state": move.after, "reviewer": actor, "reason": reason, "closed_at": timezone.now()}
    if Review.objects.filter(pk=review.pk, state__in=move.before).update(**values) != 1:
        raise review_problem(review)
    for name, value in values.items():
        setattr(review, name, value)
    event(
        project_id=review.project_id,
        # A gold review is no part of its prompt's history.
        prompt_id=review.prompt_id if review.kind == ReviewKind.WORK else None,
        kind=f"review_{action}",
        subject=review,
        actor=actor,
        before=before,
        after=move.after,
        reason=reason,
        data={"stage": review.stage, "round": review.round},
    ).save()
    day_touch(project_id=review.project_id, at=review.closed_at)


def review_problem(review: Review) -> Conflict:
    """Return the Conflict that says why a review takes no verdict any more."""
    if review.state == ReviewState.WITHDRAWN:
        return Conflict("withdrawn", _("The prompt has moved on meanwhile; this review is no longer needed."))
    return Conflict("already_reviewed", _("Somebody else has just reviewed this prompt."))


def reviews_withdraw(*, prompt: Prompt, actor: User | None = None, reason: str = "") -> None:
    """Withdraw the review that a prompt waits for, if it does: the prompt leaves the stage by another way."""
    for review in Review.objects.filter(prompt=prompt, kind=ReviewKind.WORK, state=ReviewState.WAITING):
        review_move(review=review, action="withdraw", actor=actor, reason=reason)
