"""Who may do what category: gold tasks, entrance exams, and what measured people said (PROTOCOL 6)."""

from django.conf import settings
from django.db import models

from annotate.domain.states import AssignmentKind, ExamState, ExpertiseState
from annotate.models.annotation import Annotation
from annotate.models.category import Category
from annotate.models.columns import only, word
from annotate.models.project import Membership, Project
from annotate.models.task import Assignment, Task


class GoldItem(models.Model):
    """A task whose right order the teams agreed on. `reference` holds its responses in tiers, best first."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="gold_items")
    task = models.OneToOneField(Task, on_delete=models.PROTECT, related_name="gold")
    # The top-level category.
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="gold_items")
    reference = models.JSONField()
    reason = models.TextField()
    in_exam = models.BooleanField(default=True)
    hidden = models.BooleanField(default=True)
    active = models.BooleanField(default=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~models.Q(reason=""), name="gold_item_has_reason")]
        indexes = [
            models.Index(fields=["project", "category", "id"], name="gold_item_active", condition=models.Q(active=True))
        ]


class Expertise(models.Model):
    """Where a member stands in a top-level category.

    `weight` is their record there (gold accuracy, agreement, rejections) as a factor for dealing, 1 without one; the
    worker refreshes it. No slot with a place below `claim_floor` was claimable by them when the floor was set: the next
    claim starts there instead of walking over everything already done.
    """

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="expertise")
    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="expertise")
    state = word(ExpertiseState, default=ExpertiseState.OPEN)
    retake_at = models.DateTimeField(null=True)
    weight = models.FloatField(default=1.0)
    claim_floor = models.BigIntegerField(default=0)
    claim_floor_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            only("expertise", "state", ExpertiseState),
            models.UniqueConstraint(fields=["membership", "category"], name="expertise_once"),
        ]


class Exam(models.Model):
    """One attempt at a category's entrance exam; `items` holds the gold items' ids in the order they are asked."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="exams")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="exams")
    attempt = models.PositiveSmallIntegerField()
    state = word(ExamState, default=ExamState.RUNNING)
    items = models.JSONField()
    accuracy = models.FloatField(null=True)
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            only("exam", "state", ExamState),
            models.UniqueConstraint(fields=["membership", "category", "attempt"], name="exam_attempt_once"),
            models.UniqueConstraint(
                fields=["membership", "category"],
                condition=models.Q(state=ExamState.RUNNING),
                name="exam_running_once",
            ),
        ]


class Probe(models.Model):
    """A slot that measures its annotator, and how the answer compares with what is known.

    Known is the gold item's reference, or what the annotator said of the same task before.
    """

    assignment = models.OneToOneField(Assignment, on_delete=models.CASCADE, related_name="probe")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="probes")
    annotator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="probes")
    kind = word(AssignmentKind)
    gold = models.ForeignKey(GoldItem, on_delete=models.PROTECT, null=True, related_name="probes")
    repeats = models.ForeignKey(Annotation, on_delete=models.PROTECT, null=True, related_name="repeated_by")
    exam = models.ForeignKey(Exam, on_delete=models.PROTECT, null=True, related_name="probes")
    n_comparisons = models.PositiveSmallIntegerField(null=True)
    n_same = models.FloatField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            only("probe", "kind", AssignmentKind),
            models.CheckConstraint(
                condition=models.Q(kind="gold", gold__isnull=False, repeats__isnull=True, exam__isnull=True)
                | models.Q(kind="exam", gold__isnull=False, repeats__isnull=True, exam__isnull=False)
                | models.Q(kind="repeat", gold__isnull=True, repeats__isnull=False, exam__isnull=True),
                name="probe_kind_matches",
            ),
            models.CheckConstraint(
                condition=models.Q(answered_at__isnull=True, n_same__isnull=True, n_comparisons__isnull=True)
                | models.Q(answered_at__isnull=False, n_same__isnull=False, n_comparisons__isnull=False),
                name="probe_answered_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["project", "annotator", "kind", "answered_at"], name="probe_by_annotator"),
        ]
