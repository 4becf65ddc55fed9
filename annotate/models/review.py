"""Cascaded review: samples, reviews, what was rejected, and whole batches sent back (PROTOCOL 6)."""

from django.conf import settings
from django.db import models

from annotate.domain.states import ReturnTo, ReviewKind, ReviewStage, ReviewState
from annotate.models.annotation import Annotation
from annotate.models.category import Category
from annotate.models.columns import only, word
from annotate.models.project import Project
from annotate.models.prompt import Prompt
from annotate.models.task import Assignment, random_handle


class Stratum(models.Model):
    """How many settled prompts of one annotator in one top-level category a stage's sample has seen and drawn."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="strata")
    stage = word(ReviewStage)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+")
    annotator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    n_seen = models.PositiveIntegerField(default=0)
    n_drawn = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            only("stratum", "stage", ReviewStage),
            models.UniqueConstraint(fields=["project", "stage", "category", "annotator"], name="stratum_once"),
            models.CheckConstraint(condition=models.Q(n_drawn__lte=models.F("n_seen")), name="stratum_drawn_range"),
        ]


class SampleDraw(models.Model):
    """Whether a stage's sample holds a prompt: drawn once, when the prompt is settled for the first time.

    `position` counts the prompts of the stratum before this one, so that every draw can be repeated from the seed.
    """

    prompt = models.ForeignKey(Prompt, on_delete=models.PROTECT, related_name="draws")
    stratum = models.ForeignKey(Stratum, on_delete=models.PROTECT, related_name="draws")
    stage = word(ReviewStage)
    position = models.PositiveIntegerField()
    share = models.FloatField()
    drawn = models.BooleanField()

    class Meta:
        constraints = [
            only("sample_draw", "stage", ReviewStage),
            models.UniqueConstraint(fields=["prompt", "stage"], name="sample_draw_once"),
            models.UniqueConstraint(fields=["stratum", "position"], name="sample_draw_position_once"),
        ]


class ReviewGold(models.Model):
    """A finished review whose right outcome the teams agreed on; it is mixed into other reviewers' work."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="review_gold")
    source = models.OneToOneField("annotate.Review", on_delete=models.PROTECT, related_name="made_gold")
    approve = models.BooleanField()
    reason = models.TextField()
    active = models.BooleanField(default=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    created_at = models.DateTimeField(auto_now_add=True)


class Review(models.Model):
    """One prompt before one stage. `shown` holds the ids of the comparisons that stood when it was opened.

    Gold reviews belong to `reserved_for` from the start and move nothing. `handle` is the review's name outside.
    """

    prompt = models.ForeignKey(Prompt, on_delete=models.PROTECT, related_name="reviews")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="reviews")
    stage = word(ReviewStage)
    kind = word(ReviewKind, default=ReviewKind.WORK)
    state = word(ReviewState, default=ReviewState.WAITING)
    round = models.PositiveSmallIntegerField()
    handle = models.BigIntegerField(unique=True, default=random_handle)
    shown = models.JSONField()
    gold = models.ForeignKey(ReviewGold, on_delete=models.PROTECT, null=True, related_name="reviews")
    reserved_for = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="reviews")
    reason = models.TextField(blank=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            only("review", "stage", ReviewStage),
            only("review", "kind", ReviewKind),
            only("review", "state", ReviewState),
            models.UniqueConstraint(
                fields=["prompt"],
                condition=models.Q(kind=ReviewKind.WORK, state=ReviewState.WAITING),
                name="review_waiting_once",
            ),
            models.UniqueConstraint(
                fields=["gold", "reserved_for"], condition=models.Q(kind=ReviewKind.GOLD), name="review_gold_once"
            ),
            models.CheckConstraint(
                condition=models.Q(kind=ReviewKind.WORK, gold__isnull=True)
                | models.Q(kind=ReviewKind.GOLD, gold__isnull=False, reserved_for__isnull=False),
                name="review_kind_gold",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[ReviewState.WAITING, ReviewState.WITHDRAWN])
                | models.Q(reviewer__isnull=False, closed_at__isnull=False),
                name="review_closed_by",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=[ReviewState.REJECTED, ReviewState.OVERRULED]) | ~models.Q(reason=""),
                name="review_refused_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=["project", "stage", "opened_at", "id"],
                name="review_queue",
                condition=models.Q(state=ReviewState.WAITING),
            ),
            models.Index(fields=["reviewer", "closed_at"], name="review_by_reviewer"),
        ]


class Rejection(models.Model):
    """One annotation that a review rejected, why, and where in the responses the fault lies.

    spans: [{"response": id, "start": int, "end": int, "text": str}], characters of the raw text, end exclusive.
    """

    review = models.ForeignKey(Review, on_delete=models.PROTECT, null=True, related_name="rejections")
    batch = models.ForeignKey("annotate.BatchReturn", on_delete=models.PROTECT, null=True, related_name="rejections")
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="rejections")
    annotation = models.OneToOneField(Annotation, on_delete=models.PROTECT, related_name="rejection")
    reason = models.TextField()
    spans = models.JSONField(default=list)
    return_to = word(ReturnTo)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            only("rejection", "return_to", ReturnTo),
            models.CheckConstraint(condition=~models.Q(reason=""), name="rejection_has_reason"),
            models.CheckConstraint(
                condition=models.Q(review__isnull=False, batch__isnull=True)
                | models.Q(review__isnull=True, batch__isnull=False),
                name="rejection_from_one",
            ),
        ]
        indexes = [models.Index(fields=["assignment", "-id"], name="rejection_by_assignment")]


class BatchReturn(models.Model):
    """All of an annotator's unfinished work of a category sent back, since too much of a sample was rejected."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="batch_returns")
    stage = word(ReviewStage)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+")
    annotator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="batch_returns")
    n_reviewed = models.PositiveIntegerField()
    n_rejected = models.PositiveIntegerField()
    n_returned = models.PositiveIntegerField(default=0)
    heartbeat_at = models.DateTimeField(null=True)
    worker = models.CharField(max_length=64, blank=True)
    done_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [only("batch_return", "stage", ReviewStage)]
        indexes = [models.Index(fields=["annotator", "-id"], name="batch_return_by_annotator")]
