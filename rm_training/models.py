"""Training runs, the reward models they make, and how those did on a benchmark."""

from typing import Any

from django.conf import settings
from django.db import models

from annotate.domain.states import (
    Adapter,
    EvaluationState,
    ModelKind,
    PromotionRule,
    PromotionState,
    RunState,
    ScoringState,
)


class Job(models.Model):
    """What a worker of the queue `gpu` carries out by a child process. The database is the truth about it.

    `worker` is the claim that holds it and `heartbeat_at` that claim's last sign of life; of a queued job,
    `heartbeat_at` says when a message was last sent for it. `attempts` counts the starts since somebody asked for the
    job.
    """

    project: Any
    state = models.CharField(max_length=20, default=RunState.QUEUED)
    cancel_requested = models.BooleanField(default=False)
    attempts = models.PositiveIntegerField(default=0)
    error_code = models.CharField(max_length=50, blank=True)
    error = models.TextField(blank=True)
    worker = models.CharField(max_length=200, blank=True)
    heartbeat_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class TrainingRun(Job):
    """One training of a reward model."""

    project = models.ForeignKey("annotate.Project", on_delete=models.PROTECT, related_name="runs")
    set = models.ForeignKey("annotate.PreferenceSet", on_delete=models.PROTECT, related_name="runs")
    name = models.CharField(max_length=200)
    base = models.CharField(max_length=500)
    params = models.JSONField(default=dict)
    cloned_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="clones")
    step = models.PositiveIntegerField(default=0)
    total_steps = models.PositiveIntegerField(default=0)

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
    """A reward model: trained here by `run`, or an external one that lies at `source` and is asked by `adapter`.

    Of a trained one `sha256` is of the weights, `files` lists name and size of all that lies in the model folder, and
    `training` holds the engine's figures: steps, losses, seconds, pairs used and skipped.
    """

    project = models.ForeignKey("annotate.Project", on_delete=models.PROTECT, related_name="reward_models")
    kind = models.CharField(max_length=10, default=ModelKind.TRAINED)
    run = models.OneToOneField(TrainingRun, on_delete=models.PROTECT, null=True, related_name="reward_model")
    source = models.CharField(max_length=500, blank=True)
    adapter = models.CharField(max_length=20, default=Adapter.AUTO)
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, blank=True)
    bytes = models.PositiveBigIntegerField(default=0)
    files = models.JSONField(default=list)
    training = models.JSONField(default=dict)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(models.Q(kind=ModelKind.TRAINED, run__isnull=False, source="") & ~models.Q(sha256=""))
                | (models.Q(kind=ModelKind.EXTERNAL, run__isnull=True) & ~models.Q(source="")),
                name="reward_model_origin",
            ),
            models.CheckConstraint(
                condition=models.Q(adapter__in=[item.value for item in Adapter]), name="reward_model_adapter_known"
            ),
            models.UniqueConstraint(
                fields=["project", "source", "adapter"],
                condition=models.Q(kind=ModelKind.EXTERNAL),
                name="external_model_once",
            ),
        ]
        indexes = [models.Index(fields=["project", "-id"], name="reward_model_newest")]


class EvaluationJob(Job):
    """The measuring of a reward model on the benchmark of a set; what comes of it is an Evaluation."""

    reward_model = models.ForeignKey(RewardModel, on_delete=models.PROTECT, related_name="evaluation_jobs")
    set = models.ForeignKey("annotate.PreferenceSet", on_delete=models.PROTECT, related_name="evaluation_jobs")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[item.value for item in EvaluationState]),
                name="evaluation_job_state_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=EvaluationState.FAILED) | ~models.Q(error=""),
                name="evaluation_job_failed_why",
            ),
            models.UniqueConstraint(
                fields=["reward_model", "set"],
                condition=models.Q(state__in=[EvaluationState.QUEUED.value, EvaluationState.RUNNING.value]),
                name="evaluation_job_one_at_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "heartbeat_at"], name="evaluation_job_alive"),
            models.Index(fields=["reward_model", "-id"], name="evaluation_job_newest"),
        ]

    @property
    def project(self) -> Any:
        """Return the project of the model."""
        return self.reward_model.project


class Evaluation(models.Model):
    """How a reward model did on the benchmark of a set (PROTOCOL 10).

    What it made of every prompt lies in the folder of the job that measured it, or of the run that trained it.
    """

    reward_model = models.ForeignKey(RewardModel, on_delete=models.PROTECT, related_name="evaluations")
    set = models.ForeignKey("annotate.PreferenceSet", on_delete=models.PROTECT, related_name="evaluations")
    job = models.OneToOneField(EvaluationJob, on_delete=models.PROTECT, null=True, related_name="evaluation")
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


class ScoringJob(Job):
    """The scoring of every usable response of some prompts by a reward model; the rewards lie in the job's folder.

    `n_done` of `n_prompts` says how far it is.
    """

    reward_model = models.ForeignKey(RewardModel, on_delete=models.PROTECT, related_name="scoring_jobs")
    prompt_ids = models.JSONField(default=list)
    n_prompts = models.PositiveIntegerField(default=0)
    n_done = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[item.value for item in ScoringState]), name="scoring_job_state_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(state=ScoringState.FAILED) | ~models.Q(error=""), name="scoring_job_failed_why"
            ),
        ]
        indexes = [models.Index(fields=["state", "heartbeat_at"], name="scoring_job_alive")]

    @property
    def project(self) -> Any:
        """Return the project of the model."""
        return self.reward_model.project


class PromotionSetting(models.Model):
    """By which rule a project's current model is replaced; a project without a row has the rule `off`."""

    project = models.OneToOneField("annotate.Project", on_delete=models.PROTECT, related_name="promotion_setting")
    rule = models.CharField(max_length=10, default=PromotionRule.OFF)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(rule__in=[item.value for item in PromotionRule]), name="promotion_rule_known"
            ),
        ]


class Promotion(models.Model):
    """A proposal to make `reward_model` the current one of its project, and what came of it.

    The current model is that of the last one that ended in `promoted`. `by_rule` tells a proposal of the rule from a
    person's, which has a reason and is decided at once. `against` is what was current then; `figures` is what was known
    of both on the benchmark of `set` when it was decided, `code` why the rule decided so. `heartbeat_at` says when a
    message was last sent for it.
    """

    project = models.ForeignKey("annotate.Project", on_delete=models.PROTECT, related_name="promotions")
    reward_model = models.ForeignKey(RewardModel, on_delete=models.PROTECT, related_name="promotions")
    against = models.ForeignKey(RewardModel, on_delete=models.PROTECT, null=True, related_name="challenges")
    set = models.ForeignKey("annotate.PreferenceSet", on_delete=models.PROTECT, related_name="promotions")
    by_rule = models.BooleanField(default=False)
    state = models.CharField(max_length=10, default=PromotionState.WAITING)
    reason = models.TextField(blank=True)
    code = models.CharField(max_length=30, blank=True)
    figures = models.JSONField(default=dict)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    heartbeat_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[item.value for item in PromotionState]), name="promotion_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(by_rule=True) | ~models.Q(reason=""), name="promotion_by_hand_reasoned"
            ),
            models.CheckConstraint(
                condition=models.Q(state=PromotionState.WAITING, decided_at__isnull=True)
                | (~models.Q(state=PromotionState.WAITING) & models.Q(decided_at__isnull=False)),
                name="promotion_decided_when",
            ),
            models.UniqueConstraint(
                fields=["reward_model"],
                condition=models.Q(state=PromotionState.WAITING),
                name="promotion_one_waiting",
            ),
        ]
        indexes = [
            models.Index(fields=["project", "-id"], name="promotion_newest"),
            models.Index(fields=["project", "state", "-decided_at", "-id"], name="promotion_current"),
        ]
