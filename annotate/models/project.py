"""A project: the protocol's settings, and who takes part in what role."""

from django.conf import settings
from django.db import models

from annotate.domain.states import RoleName
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
    delivery_share = models.FloatField(default=0.30)
    operations_share = models.FloatField(default=0.30)
    research_share = models.FloatField(default=1.0)
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
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person in a project, under the pseudonym that others there know them by."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    pseudonym = models.CharField(max_length=16)
    # No assignment with a smaller id was claimable by this person when the floor was set: the next claim starts its
    # search here instead of walking over everything already done.
    claim_floor = models.BigIntegerField(default=0)
    claim_floor_at = models.DateTimeField(null=True)

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
