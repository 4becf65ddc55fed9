"""What annotators said of tasks, the comparisons that follow, and the decisions that settle disagreements."""

from django.conf import settings
from django.db import models

from annotate.domain.states import ComparisonKind, ReviewStage, Severity, Verdict
from annotate.models.category import Guideline
from annotate.models.columns import between, only, word
from annotate.models.prompt import Prompt, Response
from annotate.models.task import Assignment, Task


class Annotation(models.Model):
    """What one annotator says of one task. Scores and order are kept apart; `scores` maps response ids to 0-5.

    After a rejection the slot is done again: the new annotation is `current`, the old one is kept. The same holds for
    what its author took back before anybody reviewed it; such a one is `withdrawn`, and no work done.

    `none_acceptable` says that no response of the task would do as an answer; it is no place in the order. `evidence`
    holds the facts that were checked: [{"url": str, "note": str}].
    """

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="annotations")
    current = models.BooleanField(default=True)
    withdrawn = models.BooleanField(default=False)
    annotator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="annotations")
    idempotency_key = models.UUIDField()
    scores = models.JSONField()
    order = models.JSONField()
    discarded = models.JSONField(default=list)
    none_acceptable = models.BooleanField(default=False)
    display_order = models.JSONField()
    notes = models.TextField(blank=True)
    evidence = models.JSONField(default=list)
    seconds = models.FloatField()
    guideline = models.ForeignKey(Guideline, on_delete=models.PROTECT, null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["annotator", "idempotency_key"], name="annotation_sent_once"),
            models.UniqueConstraint(
                fields=["assignment"], condition=models.Q(current=True), name="annotation_current_once"
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn=False) | models.Q(current=False), name="annotation_withdrawn_is_past"
            ),
            between("annotation", "seconds", 0, 86400),
        ]
        indexes = [
            models.Index(fields=["annotator", "created_at"], name="annotation_by_day"),
            # The day's figures are counted from the day's annotations.
            models.Index(fields=["created_at"], name="annotation_by_time"),
        ]


class Fault(models.Model):
    """A span of a response that an annotation marks as at fault (PROTOCOL 4.4); spans may overlap.

    `start` and `end` count characters (code points) of the raw text, end exclusive. `kind` is a key of the project's
    list at the time; a kind taken off the list later stays on what it was marked with.
    """

    annotation = models.ForeignKey(Annotation, on_delete=models.PROTECT, related_name="faults")
    response = models.ForeignKey(Response, on_delete=models.PROTECT, related_name="faults")
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    kind = models.CharField(max_length=40)
    severity = word(Severity)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            only("fault", "severity", Severity),
            models.CheckConstraint(condition=models.Q(end__gt=models.F("start")), name="fault_not_empty"),
        ]
        indexes = [models.Index(fields=["response", "annotation"], name="fault_by_response")]


class DiscardMark(models.Model):
    """That a pass holds a response for garbage: marked in an annotation, or by taking the other pass's side later.

    `current` is false once it was withdrawn; the row stays.
    """

    prompt = models.ForeignKey(Prompt, on_delete=models.PROTECT, related_name="discard_marks")
    response = models.ForeignKey(Response, on_delete=models.PROTECT, related_name="discard_marks")
    pass_number = models.PositiveSmallIntegerField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    annotation = models.ForeignKey(Annotation, on_delete=models.PROTECT, null=True, related_name="discard_marks")
    current = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["prompt", "response"], name="discard_mark_by_response")]


class Decision(models.Model):
    """How a reviewer settled what a prompt's annotators left open, or overruled it, and why.

    `discards` maps response ids to whether they are discarded, where the passes disagreed on that.
    """

    prompt = models.ForeignKey(Prompt, on_delete=models.PROTECT, related_name="decisions")
    decider = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    reason = models.TextField()
    clause = models.CharField(max_length=100, blank=True)
    stage = word(ReviewStage)
    discards = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="decision_has_reason"),
            only("decision", "stage", ReviewStage),
        ]


class Comparison(models.Model):
    """One verdict about a pair of responses, said by an annotator, a judge or a decision.

    `current` is true for what its author holds now: a verdict revised in a discussion, replaced by rework or by a later
    decision is kept with `current` false. `final` is true for the comparisons that enter the preference graph, which
    are always current. Positions are the places (0 first) at which the person who said it saw the two responses; a
    decision has none.
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
    revises = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="revised_by")
    current = models.BooleanField(default=True)
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
            models.UniqueConstraint(
                fields=["annotation", "response_a", "response_b"],
                condition=models.Q(current=True),
                name="comparison_once",
            ),
            models.CheckConstraint(
                condition=models.Q(final=False) | models.Q(current=True), name="comparison_final_is_current"
            ),
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
