"""A model as colleague: votes that it doubts and that QA looks at again, and prompts that it ranks."""

from django.conf import settings
from django.db import models

from annotate.domain.states import SecondOpinionState, SuspicionState, Verdict
from annotate.models.columns import between, only, word
from annotate.models.task import random_handle


class ColleagueSetting(models.Model):
    """How a project works with its model; one without a row has the defaults.

    A run asks QA about at most `queue_size` votes that are wrong with a chance of at least `least_error`, and mixes in
    as many random ones as make up `control_share` of the queue. `random_share` of the prompts that nobody has begun are
    kept out of the model's hands.
    """

    project = models.OneToOneField("annotate.Project", on_delete=models.PROTECT, related_name="colleague_setting")
    queue_size = models.PositiveIntegerField(default=200)
    least_error = models.FloatField(default=0.5)
    control_share = models.FloatField(default=0.1)
    random_share = models.FloatField(default=0.2)

    class Meta:
        constraints = [
            between("colleague_setting", "queue_size", 1, 5000),
            between("colleague_setting", "least_error", 0, 1),
            between("colleague_setting", "control_share", 0, 0.5),
            between("colleague_setting", "random_share", 0.05, 1),
        ]


class SecondOpinion(models.Model):
    """What is made of the rewards that the current model, and others beside it, give to some prompts.

    It waits for its scoring `jobs`, one a model. Without `created_by` the promotion of the model asked for it.
    `held_until` keeps two workers from doing the same work; `error_code` says why there is no outcome.
    """

    project = models.ForeignKey("annotate.Project", on_delete=models.PROTECT, related_name="%(class)ss")
    promotion = models.ForeignKey("rm_training.Promotion", on_delete=models.PROTECT, related_name="%(class)ss")
    jobs = models.ManyToManyField("rm_training.ScoringJob", related_name="%(class)ss")
    state = word(SecondOpinionState, default=SecondOpinionState.SCORING)
    error_code = models.CharField(max_length=50, blank=True)
    error = models.TextField(blank=True)
    figures = models.JSONField(default=dict)
    held_until = models.DateTimeField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


def opinion_constraints(name: str) -> list[models.BaseConstraint]:
    """Return what holds of every kind of second opinion."""
    return [
        only(name, "state", SecondOpinionState),
        models.CheckConstraint(
            condition=~models.Q(state=SecondOpinionState.FAILED) | ~models.Q(error_code=""), name=f"{name}_failed_why"
        ),
        models.UniqueConstraint(
            fields=["project"], condition=models.Q(state=SecondOpinionState.SCORING), name=f"{name}_one_at_work"
        ),
    ]


class SuspicionRun(SecondOpinion):
    """A search for votes that the models doubt, once for every promotion and whenever somebody asks.

    figures: how the models were calibrated, and over how many votes the search went.
    """

    class Meta:
        constraints = [
            *opinion_constraints("suspicion_run"),
            models.UniqueConstraint(
                fields=["promotion"], condition=models.Q(created_by=None), name="suspicion_run_once_by_itself"
            ),
        ]
        indexes = [models.Index(fields=["project", "-id"], name="suspicion_run_newest")]


class PriorityRun(SecondOpinion):
    """A ranking of the prompts that nobody has begun.

    figures: how the models were calibrated, how many prompts were ranked, and a histogram of what they are worth.
    """

    class Meta:
        constraints = opinion_constraints("priority_run")
        indexes = [models.Index(fields=["project", "-id"], name="priority_run_newest")]


class Suspicion(models.Model):
    """A compared pair that QA is asked about again: a vote the models doubt, or one of the control sample, or both.

    `votes` are the ids of the final comparisons of the pair (a < b), `standing` is what they say together. `rank`, 1
    the most suspicious, and its `decile` are missing where the pair is a control alone. It is shown at `place` in the
    queue, with response b first where `b_first` is set. `verdict` is what was answered, of a and b as stored. `handle`
    is its name outside, which does not tell one kind from the other.
    """

    run = models.ForeignKey(SuspicionRun, on_delete=models.PROTECT, related_name="suspicions")
    project = models.ForeignKey("annotate.Project", on_delete=models.PROTECT, related_name="suspicions")
    prompt = models.ForeignKey("annotate.Prompt", on_delete=models.PROTECT, related_name="suspicions")
    response_a = models.ForeignKey("annotate.Response", on_delete=models.PROTECT, related_name="+")
    response_b = models.ForeignKey("annotate.Response", on_delete=models.PROTECT, related_name="+")
    votes = models.JSONField()
    standing = word(Verdict)
    expected_error = models.FloatField()
    chances = models.JSONField()
    rank = models.PositiveIntegerField(null=True)
    decile = models.PositiveSmallIntegerField(null=True)
    control = models.BooleanField(default=False)
    place = models.PositiveIntegerField()
    b_first = models.BooleanField()
    handle = models.BigIntegerField(unique=True, default=random_handle)
    state = word(SuspicionState, default=SuspicionState.WAITING)
    held_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    held_until = models.DateTimeField(null=True)
    verdict = word(Verdict, blank=True, default="")
    reason = models.TextField(blank=True)
    decision = models.OneToOneField("annotate.Decision", on_delete=models.PROTECT, null=True, related_name="suspicion")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            only("suspicion", "state", SuspicionState),
            only("suspicion", "standing", Verdict),
            between("suspicion", "expected_error", 0, 1),
            models.UniqueConstraint(fields=["run", "response_a", "response_b"], name="suspicion_once"),
            models.CheckConstraint(
                condition=models.Q(rank__isnull=False, decile__isnull=False)
                | models.Q(rank__isnull=True, decile__isnull=True, control=True),
                name="suspicion_why_asked",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[SuspicionState.WAITING, SuspicionState.LAPSED], verdict="")
                | models.Q(
                    state__in=[SuspicionState.UPHELD, SuspicionState.OVERRULED],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                    verdict__in=[item.value for item in Verdict],
                ),
                name="suspicion_decided_by",
            ),
        ]
        indexes = [
            models.Index(
                fields=["run", "place"], name="suspicion_queue", condition=models.Q(state=SuspicionState.WAITING)
            ),
            models.Index(fields=["project", "state"], name="suspicion_by_state"),
            models.Index(fields=["project", "-decided_at", "-id"], name="suspicion_newest"),
        ]
