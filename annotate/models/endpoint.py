"""Where models are asked."""

from django.conf import settings
from django.db import models

from annotate.models.columns import between
from annotate.models.project import Project


class Endpoint(models.Model):
    """An OpenAI-compatible chat endpoint and one model of it.

    The key itself is never stored: `key_variable` names the environment variable of the workers that holds it. Prices
    are in millionths of the project's currency for 1,000 tokens.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="endpoints")
    name = models.CharField(max_length=100)
    base_url = models.CharField(max_length=500)
    model = models.CharField(max_length=200)
    key_variable = models.CharField(max_length=100, blank=True)
    system = models.TextField(blank=True)
    temperature = models.FloatField(default=0.0)
    max_tokens = models.PositiveIntegerField(default=1024)
    prompt_price = models.PositiveBigIntegerField(default=0)
    completion_price = models.PositiveBigIntegerField(default=0)
    per_second = models.FloatField(null=True, blank=True)
    concurrency = models.PositiveSmallIntegerField(default=8)
    timeout_seconds = models.PositiveSmallIntegerField(default=60)
    # No longer offered for new runs.
    retired = models.BooleanField(default=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "name"], name="endpoint_name_once"),
            between("endpoint", "temperature", 0, 2),
            between("endpoint", "max_tokens", 1, 32768),
            between("endpoint", "concurrency", 1, 256),
            between("endpoint", "timeout_seconds", 1, 600),
            models.CheckConstraint(
                condition=models.Q(per_second__isnull=True) | models.Q(per_second__gte=0.01, per_second__lte=1000),
                name="endpoint_per_second_range",
            ),
        ]

    def __str__(self) -> str:
        return self.name
