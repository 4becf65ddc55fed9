"""Preference sets: immutable, hashed, versioned, split by prompt."""

from django.conf import settings
from django.db import models

from annotate.domain.states import SetState, Split
from annotate.models.columns import only, word
from annotate.models.project import Project
from annotate.models.prompt import Prompt


class PreferenceSet(models.Model):
    """A frozen selection of finished prompts. Its files lie in the artifact store under `folder`."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="sets")
    name = models.CharField(max_length=100)
    version = models.PositiveIntegerField()
    note = models.TextField(blank=True)
    filters = models.JSONField(default=dict)
    benchmark_share = models.FloatField(default=0.2)
    seed = models.PositiveIntegerField(default=0)
    state = word(SetState, default=SetState.FREEZING)
    error = models.TextField(blank=True)
    progress_done = models.PositiveIntegerField(default=0)
    progress_total = models.PositiveIntegerField(default=0)
    heartbeat_at = models.DateTimeField(null=True)
    worker = models.CharField(max_length=64, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    # Of the benchmark's files alone: what was measured on two sets that share it can be compared.
    benchmark_sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    statistics = models.JSONField(default=dict)
    manifest = models.JSONField(default=dict)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    frozen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "name", "version"], name="set_version_once"),
            only("set", "state", SetState),
            models.CheckConstraint(
                condition=models.Q(benchmark_share__gte=0, benchmark_share__lt=1), name="set_benchmark_share_range"
            ),
            models.CheckConstraint(
                condition=~models.Q(state=SetState.FROZEN) | ~(models.Q(sha256="") | models.Q(benchmark_sha256="")),
                name="set_frozen_hashed",
            ),
        ]

    @property
    def folder(self) -> str:
        """Return where the set's files lie in the artifact store."""
        return f"sets/{self.pk}"


class PreferenceSetItem(models.Model):
    """One prompt of a frozen set, on exactly one side of the split."""

    set = models.ForeignKey(PreferenceSet, on_delete=models.PROTECT, related_name="items")
    prompt = models.ForeignKey(Prompt, on_delete=models.PROTECT, related_name="set_items")
    split = word(Split)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["set", "prompt"], name="set_item_once"),
            only("set_item", "split", Split),
        ]
