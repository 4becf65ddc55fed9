"""A project: the protocol's settings, and who takes part in what role."""

from django.conf import settings
from django.db import models

from annotate.domain.states import AgreementMeasure, RoleName
from annotate.models.columns import between, only, word


def default_languages() -> list[str]:
    """Return the languages the texts of a project are expected in."""
    return ["zh"]


class Project(models.Model):
    """One body of prompts annotated under one set of rules. Defaults are the paper's figures (PROTOCOL 3 to 6)."""

    name = models.CharField(max_length=200, unique=True)
    description = models.TextField(blank=True)
    responses_per_task = models.PositiveSmallIntegerField(default=3)
    passes = models.PositiveSmallIntegerField(default=2)
    agreement_threshold = models.FloatField(default=0.90)
    agreement_measure = word(AgreementMeasure, default=AgreementMeasure.EXACT)
    # Hours until a discussion, and then each level of escalation, hands a prompt on.
    discussion_hours = models.PositiveSmallIntegerField(default=48)
    escalation_hours = models.PositiveSmallIntegerField(default=48)
    delivery_share = models.FloatField(default=0.30)
    operations_share = models.FloatField(default=0.30)
    research_share = models.FloatField(default=1.0)
    # Above this share of rejected annotations, among at least so many reviewed, a whole batch goes back.
    rejection_limit = models.FloatField(default=0.20)
    rejection_min = models.PositiveSmallIntegerField(default=10)
    exam_items = models.PositiveSmallIntegerField(default=10)
    exam_mark = models.FloatField(default=0.80)
    exam_attempts = models.PositiveSmallIntegerField(default=3)
    exam_wait_hours = models.PositiveSmallIntegerField(default=24)
    # Below the mark over the last `gold_window` hidden gold tasks, at least `gold_min` of them, a person is paused.
    gold_share = models.FloatField(default=0.05)
    gold_mark = models.FloatField(default=0.70)
    gold_window = models.PositiveSmallIntegerField(default=20)
    gold_min = models.PositiveSmallIntegerField(default=8)
    # Own tasks shown again, after at least `repeat_gap` others.
    repeat_share = models.FloatField(default=0.02)
    repeat_gap = models.PositiveSmallIntegerField(default=20)
    daily_limit = models.PositiveSmallIntegerField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    pause_reason = models.CharField(max_length=200, blank=True)
    lease_minutes = models.PositiveSmallIntegerField(default=60)
    daily_target = models.PositiveSmallIntegerField(default=40)
    languages = models.JSONField(default=default_languages)
    seed = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            between("project", "responses_per_task", 3, 5),
            between("project", "passes", 1, 5),
            between("project", "agreement_threshold", 0, 1),
            between("project", "delivery_share", 0, 1),
            between("project", "operations_share", 0, 1),
            between("project", "research_share", 0, 1),
            between("project", "lease_minutes", 1, 1440),
            only("project", "agreement_measure", AgreementMeasure),
            between("project", "discussion_hours", 1, 2400),
            between("project", "escalation_hours", 1, 2400),
            between("project", "rejection_limit", 0, 1),
            between("project", "exam_items", 1, 200),
            between("project", "exam_mark", 0, 1),
            between("project", "exam_attempts", 1, 100),
            between("project", "gold_share", 0, 0.5),
            between("project", "gold_mark", 0, 1),
            between("project", "gold_min", 1, 1000),
            models.CheckConstraint(
                condition=models.Q(gold_min__lte=models.F("gold_window")), name="project_gold_window_holds_min"
            ),
            between("project", "repeat_share", 0, 0.5),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person in a project, under the pseudonym that others there know them by."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    pseudonym = models.CharField(max_length=16)
    daily_limit = models.PositiveSmallIntegerField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    pause_reason = models.CharField(max_length=200, blank=True)
    # Gold answers from before the last resumption do not count against the mark again.
    resumed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "user"], name="membership_once"),
            models.UniqueConstraint(fields=["project", "pseudonym"], name="membership_pseudonym_once"),
        ]


class MembershipRole(models.Model):
    """One role of a member; a person may hold several."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="roles")
    role = word(RoleName)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["membership", "role"], name="membership_role_once"),
            only("membership_role", "role", RoleName),
        ]
