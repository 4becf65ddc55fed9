"""Runs of the filters over a project's responses, and the flags that they found (PROTOCOL 2)."""

from django.conf import settings
from django.db import models

from annotate.domain.states import FilterState, FlagState
from annotate.models.columns import only, word
from annotate.models.project import Project
from annotate.models.prompt import Prompt, Response


class FilterRun(models.Model):
    """One pass of the filters: a dry run, and then perhaps its application.

    rules: where the flags drew their lines. report: histograms, counts, limits and examples of the dry run. codes:
    the flags that were applied.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="filter_runs")
    rules = models.JSONField()
    state = word(FilterState, default=FilterState.CHECKING)
    report = models.JSONField(default=dict)
    codes = models.JSONField(default=list)
    n_responses = models.PositiveIntegerField(default=0)
    n_total = models.PositiveIntegerField(default=0)
    n_done = models.PositiveIntegerField(default=0)
    n_excluded = models.PositiveIntegerField(default=0)
    n_referred = models.PositiveIntegerField(default=0)
    n_dropped = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    heartbeat_at = models.DateTimeField(null=True)
    worker = models.CharField(max_length=64, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    applied_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            only("filter_run", "state", FilterState),
            models.UniqueConstraint(
                fields=["project"],
                condition=models.Q(state__in=[FilterState.CHECKING, FilterState.APPLYING]),
                name="filter_run_one_at_work",
            ),
        ]
        indexes = [models.Index(fields=["state", "heartbeat_at"], name="filter_run_alive")]


class ResponseFlag(models.Model):
    """That a response may not be worth a person's time, for the reason `code` and with the figures it rests on.

    A response is flagged once for a reason: what a person overruled is not found again.
    """

    run = models.ForeignKey(FilterRun, on_delete=models.PROTECT, related_name="flags")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="response_flags")
    prompt = models.ForeignKey(Prompt, on_delete=models.CASCADE, related_name="response_flags")
    response = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="flags")
    code = models.CharField(max_length=30)
    figures = models.JSONField()
    state = word(FlagState, default=FlagState.FOUND)
    reason = models.CharField(max_length=500, blank=True)
    overruled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["response", "code"], name="response_flag_once"),
            only("response_flag", "state", FlagState),
            models.CheckConstraint(
                condition=~models.Q(state=FlagState.OVERRULED) | ~models.Q(reason=""),
                name="response_flag_overruled_why",
            ),
        ]
        indexes = [
            models.Index(fields=["project", "state", "code", "id"], name="response_flag_by_state"),
            models.Index(fields=["project", "code", "id"], name="response_flag_by_code"),
            models.Index(fields=["run", "state", "prompt"], name="response_flag_by_run"),
        ]
