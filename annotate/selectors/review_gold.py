"""Gold reviews: who may see them, and how reviewers did on theirs."""

from django.db.models import Count, Q, QuerySet

from annotate.domain.states import ReviewKind, ReviewState, RoleName
from annotate.models import Review, ReviewGold, User
from annotate.selectors.access import roles_of
from annotate.selectors.reviews import CLOSED

# Whoever sees every gold review cannot be measured by them.
UNMEASURED = (RoleName.OWNER, RoleName.RESEARCHER)
_RIGHT = Q(state=ReviewState.APPROVED, gold__approve=True) | (~Q(state=ReviewState.APPROVED) & Q(gold__approve=False))


def review_gold_rows(user: User, project_id: int) -> QuerySet[ReviewGold]:
    """Return a project's gold reviews, with `n_answers` and `n_right`.

    Reviewers who are measured by gold reviews see only those that they made or whose source they closed themselves.
    """
    rows = ReviewGold.objects.filter(project_id=project_id).select_related("source__prompt__category")
    if roles_of(user, project_id).isdisjoint(UNMEASURED):
        rows = rows.filter(Q(created_by=user) | Q(source__reviewer=user))
    answered = Q(reviews__state__in=CLOSED)
    approved = Q(reviews__state=ReviewState.APPROVED)
    right = answered & ((approved & Q(approve=True)) | (~approved & Q(approve=False)))
    return rows.annotate(n_answers=Count("reviews", filter=answered), n_right=Count("reviews", filter=right))


def review_gold_accuracy(project_id: int) -> dict[int, tuple[int, int]]:
    """Return {user id: (right verdicts, all verdicts)} on gold reviews; right is to approve just what should be."""
    rows = Review.objects.filter(project_id=project_id, kind=ReviewKind.GOLD, state__in=CLOSED).order_by()
    counts = rows.values_list("reviewer_id").annotate(right=Count("id", filter=_RIGHT), n=Count("id"))
    return {reviewer: (right, n) for reviewer, right, n in counts}
