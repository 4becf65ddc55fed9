"""Tasks, and the slots in which people do them."""

from django.conf import settings
from django.db import models

from annotate.domain.states import AssignmentState
from annotate.models.columns import only, word
from annotate.models.project import Project
from annotate.models.prompt import Prompt


class Task(models.Model):
    """One set of neighbours on a prompt's ring of responses; `responses` holds their ids in ring order."""

    prompt = models.ForeignKey(Prompt, on_delete=models.CASCADE, related_name="tasks")
    index = models.PositiveSmallIntegerField()
    responses = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["prompt", "index"], name="task_once")]


class Seat(models.Model):
    """The one pass of a prompt that a person serves in: nobody serves in two, and the database holds it so."""

    prompt = models.ForeignKey(Prompt, on_delete=models.CASCADE, related_name="seats")
    annotator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="seats")
    pass_number = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["annotator", "prompt"], name="seat_once")]


class Assignment(models.Model):
    """One slot: a task in a pass. It has one holder column, so two people can never hold it.

    `token` grows with every lease and fences off a holder whose lease ran out. Rows are created prompt by prompt, so
    that their ids are the order in which they are dealt.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="assignments")
    prompt = models.ForeignKey(Prompt, on_delete=models.CASCADE, related_name="assignments")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="assignments")
    pass_number = models.PositiveSmallIntegerField()
    state = word(AssignmentState, default=AssignmentState.OPEN)
    annotator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="assignments"
    )
    token = models.PositiveIntegerField(default=0)
    lease_expires_at = models.DateTimeField(null=True)
    leased_at = models.DateTimeField(null=True)
    display_order = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "pass_number"], name="assignment_once"),
            only("assignment", "state", AssignmentState),
            models.CheckConstraint(
                condition=models.Q(state="open", annotator__isnull=True, lease_expires_at__isnull=True)
                | models.Q(state="cancelled", annotator__isnull=True, lease_expires_at__isnull=True)
                | models.Q(state="leased", annotator__isnull=False, lease_expires_at__isnull=False)
                | models.Q(state="submitted", annotator__isnull=False, lease_expires_at__isnull=True),
                name="assignment_holder",
            ),
        ]
        indexes = [
            models.Index(
                fields=["project", "id"], name="assignment_open", condition=models.Q(state=AssignmentState.OPEN)
            ),
            models.Index(
                fields=["project", "lease_expires_at"],
                name="assignment_lease",
                condition=models.Q(state=AssignmentState.LEASED),
            ),
            models.Index(
                fields=["annotator", "project"],
                name="assignment_held",
                condition=models.Q(state=AssignmentState.LEASED),
            ),
        ]


class Skip(models.Model):
    """A slot that a person gave back with a reason; it is never offered to them again."""

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="skips")
    annotator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    reason = models.CharField(max_length=30)
    note = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assignment", "annotator"], name="skip_once")]
