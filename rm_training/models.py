"""Training runs, the reward models they make, and how those did on a benchmark."""

from django.conf import settings
from django.db import models

from annotate.domain.states import RunState


class TrainingRun(models.Model):
    """One training of a reward model. The database is the truth about it.

    `worker` is the claim that holds it and `heartbeat_at` that claim's last sign of life; of a queued run,
    `heartbeat_at` says when a message was last sent for it. `attempts` counts the starts since somebody asked for the
    run.
    """

    project = models.ForeignKey("annotate.Project", on_delete=models.PROTECT, related_name="runs")
    set = models.ForeignKey("annotate.PreferenceSet", on_delete=models.PROTECT, related_name="runs")
    name = models.CharField(max_length=200)
    base = models.CharField(max_length=500)
    params = models.JSONField(default=dict)
    state = models.CharField(max_length=20, default=RunState.QUEUED)
    cancel_requested = models.BooleanField(default=False)
    attempts = models.PositiveIntegerField(default=0)
    step = models.PositiveIntegerField(default=0)
    total_steps = models.PositiveIntegerField(default=0)
    error_code = models.CharField(max_length=50, blank=True)
    error = models.TextField(blank=True)
    worker = models.CharField(max_length=200, blank=True)
    heartbeat_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[item.value for item in RunState]), name="run_state_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(state=RunState.FAILED) | ~models.Q(error=""), name="run_failed_why"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "heartbeat_at"], name="run_alive"),
            models.Index(fields=["project", "-id"], name="run_newest"),
        ]


class RewardModel(models.Model):
    """A trained reward model.

    `sha256` is of the weights, `files` lists name and size of all that lies in the model folder, `training` holds the
    engine's figures: steps, losses, seconds, pairs used and skipped.
    """

    run = models.OneToOneField(TrainingRun, on_delete=models.PROTECT, related_name="reward_model")
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    bytes = models.PositiveBigIntegerField()
    files = models.JSONField(default=list)
    training = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(sha256=""), name="reward_model_hashed"),
        ]


class Evaluation(models.Model):
    """How a reward model did on the benchmark of a set (PROTOCOL 10)."""

    reward_model = models.ForeignKey(RewardModel, on_delete=models.PROTECT, related_name="evaluations")
    set = models.ForeignKey("annotate.PreferenceSet", on_delete=models.PROTECT, related_name="evaluations")
    metrics = models.JSONField()
    overall = models.FloatField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reward_model", "set"], name="evaluation_once"),
            models.CheckConstraint(
                condition=models.Q(overall__isnull=True) | models.Q(overall__gte=0, overall__lte=1),
                name="evaluation_overall_range",
            ),
        ]
