"""Tasks, and the slots in which people do them."""

import secrets

from django.conf import settings
from django.db import models

from annotate.domain.states import AssignmentKind, AssignmentState
from annotate.models.category import Category
from annotate.models.columns import only, word
from annotate.models.project import Project
from annotate.models.prompt import Prompt


class Task(models.Model):
    """One set of neighbours on a prompt's ring of responses; `responses` holds their ids in ring order."""

    prompt = models.ForeignKey(Prompt, on_delete=models.CASCADE, related_name="tasks")
    index = models.PositiveSmallIntegerField()
    responses = models.JSONField()
    # The ring was rebuilt without one of its responses; what was said in it still counts.
    retired = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["prompt", "index"], name="task_once")]


class Seat(models.Model):
    """The one pass of a prompt that a person serves in: nobody serves in two, and the database holds it so."""

    prompt = models.ForeignKey(Prompt, on_delete=models.CASCADE, related_name="seats")
    annotator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="seats")
    pass_number = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["annotator", "prompt"], name="seat_once")]


def random_handle() -> int:
    """Return a number that tells nothing of when or for what a row was made; exact in JavaScript."""
    return secrets.randbits(52)


class Assignment(models.Model):
    """One slot: a task in a pass. It has one holder column, so two people can never hold it.

    A slot that measures a person (gold, repeat, exam) stands outside the passes and belongs to them from the start; it
    ends submitted or cancelled. `handle` is the slot's name outside the server: it does not tell one kind from another.

    `token` grows with every lease and fences off a holder whose lease ran out. Slots are dealt by `place`, which is
    that of their prompt (domain.dealing.dealing_place), and then by id: rows are created prompt by prompt.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="assignments")
    prompt = models.ForeignKey(Prompt, on_delete=models.CASCADE, related_name="assignments")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="assignments")
    # The top-level category, by which slots are dealt.
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="assignments")
    kind = word(AssignmentKind, default=AssignmentKind.WORK)
    handle = models.BigIntegerField(unique=True, default=random_handle)
    pass_number = models.PositiveSmallIntegerField(null=True)
    state = word(AssignmentState, default=AssignmentState.OPEN)
    # Rejected work that goes back to the person who did it.
    reserved_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="reserved_assignments"
    )
    annotator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="assignments"
    )
    token = models.PositiveIntegerField(default=0)
    lease_expires_at = models.DateTimeField(null=True)
    leased_at = models.DateTimeField(null=True)
    display_order = models.JSONField(default=list)
    place = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "pass_number"], name="assignment_once"),
            only("assignment", "state", AssignmentState),
            only("assignment", "kind", AssignmentKind),
            models.CheckConstraint(
                condition=models.Q(kind="work", pass_number__isnull=False)
                | (~models.Q(kind="work") & ~models.Q(state="open") & models.Q(pass_number__isnull=True)),
                name="assignment_kind_pass",
            ),
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
                fields=["project", "category", "place", "id"],
                name="assignment_open",
                condition=models.Q(state=AssignmentState.OPEN),
            ),
            models.Index(
                fields=["reserved_for", "project"],
                name="assignment_reserved",
                condition=models.Q(reserved_for__isnull=False),
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


class Draft(models.Model):
    """Work in progress that its author's browser has saved, until it is submitted or given back.

    `content` is the browser's own and is handed back as it came. `version` grows with every save, so that two windows
    of one person cannot overwrite each other unseen. A draft outlives the lease it was made under.
    """

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="drafts")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts")
    content = models.JSONField()
    version = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assignment", "author"], name="draft_once")]
