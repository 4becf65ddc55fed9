"""Gold reviews: made from finished reviews, mixed into reviewers' work, and never told from it (PROTOCOL 6)."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from annotate.domain.seeded import seeded_bits, seeded_fraction
from annotate.domain.states import PromptState, ReviewKind, ReviewStage, ReviewState
from annotate.models import MembershipRole, Project, Review, ReviewGold, Seat, User
from annotate.permissions import STAGE_ROLES, Right
from annotate.problems import Conflict, Invalid
from annotate.selectors.access import scoped_get
from annotate.selectors.review_gold import UNMEASURED
from annotate.selectors.reviews import CLOSED, review_find, seated
from annotate.services.events import event
from annotate.services.review_moves import review_move

# A gold review falls due within so many seconds of the work review that it comes with, as another prompt might.
GOLD_DELAY = 900


@transaction.atomic
def review_gold_create(*, user: User, handle: int, approve: bool, reason: str) -> ReviewGold:
    """Make a closed review a gold one: `approve` is what a reviewer should say of it.

    Raises Invalid (reason_required) or Conflict (own_work, not_closed, already_gold).
    """
    review = review_find(user, handle, Right.MANAGE_GOLD)
    if not reason.strip():
        raise Invalid("reason_required", _("Say why this is the right outcome."))
    if seated(user, review.prompt):
        raise Conflict("own_work", _("You annotated this prompt; somebody else must review it."))
    if review.state not in CLOSED:
        raise Conflict("not_closed", _("Only a finished review can become a gold one."))
    # A reviewer's own gold review answers like one that somebody else has made a gold one.
    if review.kind == ReviewKind.GOLD or ReviewGold.objects.filter(source=review).exists():
        raise Conflict("already_gold", _("This review is a gold one already."))
    gold = ReviewGold.objects.create(
        project_id=review.project_id, source=review, approve=approve, reason=reason.strip(), created_by=user
    )
    event(
        project_id=review.project_id,
        kind="review_gold_create",
        subject=gold,
        actor=user,
        reason=gold.reason,
        data={"approve": approve},
    ).save()
    return gold


@transaction.atomic
def review_gold_update(*, user: User, gold_id: int, active: bool) -> ReviewGold:
    """Take a gold review out of use, or back in; nobody gets it any more who has not answered it yet."""
    rows = ReviewGold.objects.select_for_update(of=("self",))
    gold = scoped_get(user, rows, gold_id, Right.MANAGE_GOLD)
    if gold.active == active:
        return gold
    gold.active = active
    gold.save(update_fields=["active"])
    if not active:
        for review in Review.objects.filter(gold=gold, state=ReviewState.WAITING):
            review_move(review=review, action="withdraw", actor=None)
    event(
        project_id=gold.project_id,
        kind="review_gold_update",
        subject=gold,
        actor=user,
        data={"before": {"active": not active}, "after": {"active": active}},
    ).save()
    return gold


def review_gold_mix(*, review: Review) -> None:
    """Give gold reviews to reviewers of the stage at which a work review has just been opened.

    A stage's reviewers share its work, so each is drawn with the project's share divided by their number: of what
    one of them does, that share is gold. What is not due yet does not exist to anybody, so that a gold review turns up
    just as a work review would, and neither its age nor its place among the others tells it.
    """
    project, stage = review.project, ReviewStage(review.stage)
    if project.gold_share == 0 or not _usable(project.pk, stage).exists():
        return
    reviewers = _measured(project, stage)
    for user_id in reviewers:
        draw = (project.seed, "review_gold", review.pk, user_id)
        if seeded_fraction(*draw) < project.gold_share / len(reviewers):
            _give(review, user_id, draw)


def _usable(project_id: int, stage: ReviewStage) -> QuerySet[ReviewGold]:
    """Return the gold reviews of a stage in use; a prompt not accepted yet could still come by as work."""
    rows = ReviewGold.objects.filter(project_id=project_id, active=True, source__stage=stage)
    return rows.filter(source__prompt__state=PromptState.ACCEPTED)


def _measured(project: Project, stage: ReviewStage) -> list[int]:
    """Return the ids of the reviewers of a stage who are measured."""
    rows = MembershipRole.objects.filter(
        membership__project=project,
        membership__paused_at__isnull=True,
        membership__user__is_active=True,
        role=STAGE_ROLES[stage],
    ).exclude(membership__roles__role__in=UNMEASURED)
    return list(rows.order_by("membership__user_id").values_list("membership__user_id", flat=True))


def _give(review: Review, user_id: int, draw: tuple[int | str, ...]) -> None:
    """Give a reviewer one of the gold reviews that are new to them, if there is any."""
    of_prompt = Review.objects.filter(prompt=OuterRef("source__prompt"))
    rows = _usable(review.project_id, ReviewStage(review.stage)).exclude(created_by=user_id)
    rows = rows.exclude(Exists(of_prompt.filter(reviewer_id=user_id)) | Exists(of_prompt.filter(reserved_for=user_id)))
    rows = rows.exclude(Exists(Seat.objects.filter(prompt=OuterRef("source__prompt"), annotator_id=user_id)))
    choices = list(rows.select_related("source").order_by("id"))
    if not choices:
        return
    gold = choices[seeded_bits(*draw, "which") % len(choices)]
    source = gold.source
    Review.objects.create(
        prompt_id=source.prompt_id,
        project_id=source.project_id,
        stage=source.stage,
        kind=ReviewKind.GOLD,
        round=source.round,
        shown=source.shown,
        gold=gold,
        reserved_for_id=user_id,
        opened_at=review.opened_at + timedelta(seconds=GOLD_DELAY * seeded_fraction(*draw, "when")),
    )
