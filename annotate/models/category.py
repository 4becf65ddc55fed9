"""The category tree and its guidelines."""

from django.conf import settings
from django.db import models

from annotate.models.project import Project


class Category(models.Model):
    """A node of a project's category tree; `path` holds the names from the root down."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="categories")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    name = models.CharField(max_length=100)
    path = models.JSONField()
    # The path as one string, so that the database can hold it unique; roots have no parent to be unique under.
    key = models.CharField(max_length=600)
    # The top-level category above; null for the top level itself. Work is dealt, examined and counted by the top level.
    root = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="descendants")
    # Tasks of this top-level category that one person may do in a day.
    daily_limit = models.PositiveSmallIntegerField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    pause_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "key"], name="category_once"),
            models.CheckConstraint(condition=~models.Q(name=""), name="category_named"),
        ]

    def __str__(self) -> str:
        return " / ".join(self.path)

    @property
    def root_pk(self) -> int:
        """Return the id of the top-level category that this one belongs to."""
        return self.pk if self.root_id is None else self.root_id


class Guideline(models.Model):
    """One version of what annotators of a category go by (Markdown). It is never edited: a change is a new version."""

    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="guidelines")
    version = models.PositiveIntegerField()
    text = models.TextField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)
    # Why it was changed, and the decision that it was changed for.
    note = models.TextField(blank=True)
    decision = models.ForeignKey("annotate.Decision", on_delete=models.PROTECT, null=True, related_name="amendments")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["category", "version"], name="guideline_version_once"),
            models.CheckConstraint(condition=models.Q(version__gte=1), name="guideline_version_positive"),
        ]


class GuidelineRead(models.Model):
    """The newest version of a category's guideline that a person has confirmed to have read."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="guidelines_read")
    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="readers")
    version = models.PositiveIntegerField()
    read_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "category"], name="guideline_read_once")]
