"""The loop that freezes, trains, compares and promotes by itself: its rule, and every round of it."""

from django.conf import settings
from django.db import models

from annotate.domain.states import LOOP_OPEN, LoopStart, LoopState, LoopTrigger

SETTLED = (LoopState.PROMOTED, LoopState.KEPT, LoopState.REGRESSION)


class LoopRule(models.Model):
    """When a project's loop begins a round, what it freezes then, and how it trains.

    `hour` is of the site's time zone. `base` and `params` are those of a training run, `filters` and `benchmark_share`
    those of a set, whose versions bear `set_name`. `armed_at`: since when `trigger` holds, so that nothing is due for a
    night before the rule was made, changed or resumed.
    """

    project = models.OneToOneField("annotate.Project", on_delete=models.PROTECT, related_name="loop_rule")
    trigger = models.CharField(max_length=10, default=LoopTrigger.EVERY_N)
    n = models.PositiveIntegerField(default=100)
    hour = models.PositiveSmallIntegerField(default=2)
    base = models.CharField(max_length=500)
    params = models.JSONField(default=dict)
    set_name = models.CharField(max_length=100)
    filters = models.JSONField(default=dict)
    benchmark_share = models.FloatField(default=0.2)
    armed_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True)
    paused_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(trigger__in=[item.value for item in LoopTrigger]), name="loop_rule_trigger_known"
            ),
            models.CheckConstraint(condition=models.Q(n__gte=1), name="loop_rule_n_positive"),
            models.CheckConstraint(condition=models.Q(hour__lte=23), name="loop_rule_hour_of_day"),
            models.CheckConstraint(
                condition=models.Q(benchmark_share__gte=0, benchmark_share__lt=1), name="loop_rule_share_range"
            ),
            models.CheckConstraint(
                condition=models.Q(paused_at__isnull=True, paused_by__isnull=True)
                | models.Q(paused_at__isnull=False, paused_by__isnull=False),
                name="loop_rule_paused_by_whom",
            ),
        ]


class LoopRound(models.Model):
    """One round: the set it froze, the run that trained on it, and what came of comparing the model with the current.

    `against` is the model that was current then, `promotion` what made the new one current. `code` says why it ended
    so, `detail` what the failed step itself said. `figures` are those of both models on the set's benchmark, as a
    promotion keeps them; `changes` what came with the set since the last round's. `step_at`: when its state began.
    """

    project = models.ForeignKey("annotate.Project", on_delete=models.PROTECT, related_name="loop_rounds")
    number = models.PositiveIntegerField()
    reason = models.CharField(max_length=10)
    state = models.CharField(max_length=10, default=LoopState.FREEZING)
    set = models.ForeignKey("annotate.PreferenceSet", on_delete=models.PROTECT, null=True, related_name="+")
    run = models.ForeignKey("rm_training.TrainingRun", on_delete=models.PROTECT, null=True, related_name="+")
    against = models.ForeignKey("rm_training.RewardModel", on_delete=models.PROTECT, null=True, related_name="+")
    promotion = models.ForeignKey("rm_training.Promotion", on_delete=models.PROTECT, null=True, related_name="+")
    code = models.CharField(max_length=50, blank=True)
    detail = models.TextField(blank=True)
    figures = models.JSONField(default=dict)
    changes = models.JSONField(default=dict)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField()
    step_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="loop_round_numbered_once"),
            models.UniqueConstraint(
                fields=["project"],
                condition=models.Q(state__in=[state.value for state in LOOP_OPEN]),
                name="loop_round_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[item.value for item in LoopState]), name="loop_round_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(reason__in=[item.value for item in LoopStart]), name="loop_round_reason_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=[LoopState.FAILED.value, *(state.value for state in SETTLED)])
                | ~models.Q(code=""),
                name="loop_round_ended_why",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in LOOP_OPEN], finished_at__isnull=True)
                | (~models.Q(state__in=[state.value for state in LOOP_OPEN]) & models.Q(finished_at__isnull=False)),
                name="loop_round_finished_when",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=[state.value for state in (LoopState.COMPARING, *SETTLED)])
                | models.Q(set__isnull=False, run__isnull=False),
                name="loop_round_compares_a_run",
            ),
        ]
        indexes = [models.Index(fields=["project", "-id"], name="loop_round_newest")]
