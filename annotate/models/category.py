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

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "key"], name="category_once"),
            models.CheckConstraint(condition=~models.Q(name=""), name="category_named"),
        ]

    def __str__(self) -> str:
        return " / ".join(self.path)


class Guideline(models.Model):
    """One version of what annotators of a category go by (Markdown). It is never edited: a change is a new version."""

    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="guidelines")
    version = models.PositiveIntegerField()
    text = models.TextField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["category", "version"], name="guideline_version_once"),
            models.CheckConstraint(condition=models.Q(version__gte=1), name="guideline_version_positive"),
        ]
