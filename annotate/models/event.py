"""The append-only log. The database itself refuses to change or remove a line of it."""

from django.conf import settings
from django.db import models

from annotate.models.project import Project
from annotate.models.prompt import Prompt


class Event(models.Model):
    """One move: who, when, what, from which state to which, and why. Without `actor` the platform itself moved."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="events")
    prompt = models.ForeignKey(Prompt, on_delete=models.PROTECT, null=True, related_name="events")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)
    kind = models.CharField(max_length=50)
    subject = models.CharField(max_length=30)
    subject_id = models.BigIntegerField()
    before = models.CharField(max_length=30, blank=True)
    after = models.CharField(max_length=30, blank=True)
    reason = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["prompt", "id"], name="event_by_prompt")]
