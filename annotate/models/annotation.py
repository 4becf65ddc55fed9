"""What annotators said of tasks, the comparisons that follow, and the decisions that settle disagreements."""

from django.conf import settings
from django.db import models

from annotate.domain.states import ComparisonKind, Verdict
from annotate.models.category import Guideline
from annotate.models.columns import between, only, word
from annotate.models.prompt import Prompt, Response
from annotate.models.task import Assignment, Task


class Annotation(models.Model):
    """What one annotator says of one task. Scores and order are kept apart; `scores` maps response ids to 0-5."""

    assignment = models.OneToOneField(Assignment, on_delete=models.PROTECT, related_name="annotation")
    annotator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="annotations")
    idempotency_key = models.UUIDField()
    scores = models.JSONField()
    order = models.JSONField()
    discarded = models.JSONField(default=list)
    display_order = models.JSONField()
    notes = models.TextField(blank=True)
    seconds = models.FloatField()
    guideline = models.ForeignKey(Guideline, on_delete=models.PROTECT, null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["annotator", "idempotency_key"], name="annotation_sent_once"),
            between("annotation", "seconds", 0, 86400),
        ]
        indexes = [models.Index(fields=["annotator", "created_at"], name="annotation_by_day")]


class Decision(models.Model):
    """How a QA lead settled a prompt's disagreement, and why."""

    prompt = models.ForeignKey(Prompt, on_delete=models.PROTECT, related_name="decisions")
    decider = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    reason = models.TextField()
    clause = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~models.Q(reason=""), name="decision_has_reason")]


class Comparison(models.Model):
    """One verdict about a pair of responses, said by an annotator, a judge or a decision.

    `final` is true for the comparisons that enter the preference graph. Positions are the places (0 first) at which the
    person who said it saw the two responses; a decision has none.
    """

    prompt = models.ForeignKey(Prompt, on_delete=models.PROTECT, related_name="comparisons")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, null=True)
    annotation = models.ForeignKey(Annotation, on_delete=models.PROTECT, null=True, related_name="comparisons")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, null=True, related_name="comparisons")
    response_a = models.ForeignKey(Response, on_delete=models.PROTECT, related_name="+")
    response_b = models.ForeignKey(Response, on_delete=models.PROTECT, related_name="+")
    verdict = word(Verdict)
    kind = word(ComparisonKind)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)
    pass_number = models.PositiveSmallIntegerField(null=True)
    position_a = models.PositiveSmallIntegerField(null=True)
    position_b = models.PositiveSmallIntegerField(null=True)
    final = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            only("comparison", "verdict", Verdict),
            only("comparison", "kind", ComparisonKind),
            # One direction per pair, so that the same pair cannot be stored twice under two names.
            models.CheckConstraint(
                condition=models.Q(response_a__lt=models.F("response_b")), name="comparison_pair_ordered"
            ),
            models.UniqueConstraint(fields=["annotation", "response_a", "response_b"], name="comparison_once"),
            models.UniqueConstraint(
                fields=["decision", "task", "response_a", "response_b"], name="comparison_decided_once"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="human", annotation__isnull=False, decision__isnull=True)
                | models.Q(kind="adjudication", annotation__isnull=True, decision__isnull=False)
                | models.Q(kind="judge", annotation__isnull=True, decision__isnull=True),
                name="comparison_has_author",
            ),
        ]
