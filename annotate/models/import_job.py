"""Imports: a job that first checks every line and then writes, and what was wrong with which line."""

from django.conf import settings
from django.db import models

from annotate.domain.states import ImportState
from annotate.models.columns import only, word
from annotate.models.project import Project


class ImportJob(models.Model):
    """One uploaded file on its way into a project."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="imports")
    file = models.FileField(upload_to="imports/%Y/%m/")
    filename = models.CharField(max_length=255)
    keep_good = models.BooleanField(default=False)
    human_sources = models.JSONField(default=list)
    state = word(ImportState, default=ImportState.CHECKING)
    lines_total = models.PositiveIntegerField(default=0)
    lines_done = models.PositiveIntegerField(default=0)
    n_good = models.PositiveIntegerField(default=0)
    n_bad = models.PositiveIntegerField(default=0)
    n_prompts = models.PositiveIntegerField(default=0)
    n_responses = models.PositiveIntegerField(default=0)
    preview = models.JSONField(default=list)
    error = models.TextField(blank=True)
    heartbeat_at = models.DateTimeField(null=True)
    worker = models.CharField(max_length=64, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [only("import_job", "state", ImportState)]
        indexes = [models.Index(fields=["state", "heartbeat_at"], name="import_job_alive")]


class ImportProblem(models.Model):
    """What is wrong with one line of an import; `code` names it, the interface translates it."""

    job = models.ForeignKey(ImportJob, on_delete=models.CASCADE, related_name="problems")
    line = models.PositiveIntegerField()
    field = models.CharField(max_length=100, blank=True)
    code = models.CharField(max_length=50)
    details = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["job", "line", "id"], name="import_problem_by_line")]
