"""What every run of calls to models has, and every one of its calls."""

from django.conf import settings
from django.db import models

from annotate.domain.states import CallOutcome, CallRunState, CallState
from annotate.models.columns import only, word
from annotate.models.project import Project


class CallRun(models.Model):
    """A run of calls. The row is the truth about it: who works on it, how far it is, what it has spent.

    Money is in millionths. `spent` is settled; `reserved` is the most that the calls under way can cost; `unsure` is
    the most that calls of which no answer came may have cost. The three together never pass the budget.
    `prompt_ids` are the prompts it is about, chosen once, and `n_prompts_planned` how many of them have their calls;
    until they are chosen, `n_prompts` is how many are wanted, 0 for all.
    `worker` is the claim that holds it and `heartbeat_at` that claim's last sign of life.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="%(class)ss")
    name = models.CharField(max_length=200)
    state = word(CallRunState, default=CallRunState.QUEUED)
    cancel_requested = models.BooleanField(default=False)
    seed = models.PositiveIntegerField(default=0)
    prompt_ids = models.JSONField(null=True)
    n_prompts = models.PositiveIntegerField(default=0)
    n_prompts_planned = models.PositiveIntegerField(default=0)
    n_calls = models.PositiveIntegerField(default=0)
    n_done = models.PositiveIntegerField(default=0)
    n_failed = models.PositiveIntegerField(default=0)
    # {outcome: how many calls ended so}
    outcomes = models.JSONField(default=dict)
    budget_micros = models.PositiveBigIntegerField(null=True)
    budget_tokens = models.PositiveBigIntegerField(null=True)
    spent_micros = models.PositiveBigIntegerField(default=0)
    spent_tokens = models.PositiveBigIntegerField(default=0)
    reserved_micros = models.PositiveBigIntegerField(default=0)
    reserved_tokens = models.PositiveBigIntegerField(default=0)
    unsure_micros = models.PositiveBigIntegerField(default=0)
    unsure_tokens = models.PositiveBigIntegerField(default=0)
    n_unsure = models.PositiveIntegerField(default=0)
    # Of all answers, so that the mean latency needs no row.
    answer_seconds = models.FloatField(default=0.0)
    n_answers = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    error_code = models.CharField(max_length=50, blank=True)
    error = models.TextField(blank=True)
    worker = models.CharField(max_length=64, blank=True)
    heartbeat_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class Call(models.Model):
    """One call to a model. `answers` keeps every answer that came, as it came; `unsure` counts lost attempts."""

    state = word(CallState, default=CallState.PLANNED)
    outcome = models.CharField(max_length=20, blank=True)
    detail = models.CharField(max_length=400, blank=True)
    answers = models.JSONField(default=list)
    tries = models.PositiveSmallIntegerField(default=0)
    unsure = models.PositiveSmallIntegerField(default=0)
    prompt_tokens = models.PositiveIntegerField(default=0)
    completion_tokens = models.PositiveIntegerField(default=0)
    cost_micros = models.PositiveBigIntegerField(default=0)
    seconds = models.FloatField(default=0.0)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


def run_constraints(model: str) -> list[models.CheckConstraint]:
    """Return what must hold of every run."""
    budgeted = models.Q(budget_micros__isnull=False) | models.Q(budget_tokens__isnull=False)
    return [
        only(model, "state", CallRunState),
        models.CheckConstraint(condition=budgeted, name=f"{model}_budgeted"),
        models.CheckConstraint(
            condition=~models.Q(state=CallRunState.FAILED) | ~models.Q(error_code=""), name=f"{model}_failed_why"
        ),
    ]


def call_constraints(model: str) -> list[models.CheckConstraint]:
    """Return what must hold of every call."""
    outcomes = ["", *(item.value for item in CallOutcome)]
    ended = models.Q(state__in=[CallState.DONE, CallState.FAILED])
    return [
        only(model, "state", CallState),
        models.CheckConstraint(condition=models.Q(outcome__in=outcomes), name=f"{model}_outcome_known"),
        models.CheckConstraint(condition=~ended | ~models.Q(outcome=""), name=f"{model}_ended_how"),
    ]
