"""Prompts and their responses."""

from django.db import models

from annotate.domain.states import Arm, PromptState, Subset
from annotate.models.category import Category
from annotate.models.columns import only, word
from annotate.models.import_job import ImportJob
from annotate.models.project import Project


class Prompt(models.Model):
    """A prompt on its way from import to a ranking (domain.states.PROMPT_MOVES).

    `priority` is its turn among the prompts of its top-level category that nobody had begun when a model ranked them, 1
    the first; without one it comes after those that have one. `arm` says whether it was such a model's choice; it is
    drawn once, and what was chosen is never measured with.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="prompts")
    import_job = models.ForeignKey(ImportJob, on_delete=models.PROTECT, null=True, related_name="prompts")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="prompts")
    external_id = models.CharField(max_length=200)
    text = models.TextField()
    text_sha256 = models.CharField(max_length=64)
    system = models.TextField(blank=True)
    source = models.CharField(max_length=100)
    subset = word(Subset)
    state = word(PromptState, default=PromptState.STAGED)
    drop_reason = models.CharField(max_length=200, blank=True)
    agreement = models.FloatField(null=True)
    n_differing = models.PositiveIntegerField(null=True)
    # How often the prompt has been settled: once, and again after every rejection.
    rounds = models.PositiveSmallIntegerField(default=0)
    priority = models.PositiveIntegerField(null=True)
    arm = word(Arm, blank=True, default="")
    state_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "external_id"], name="prompt_id_once"),
            models.UniqueConstraint(fields=["project", "text_sha256"], name="prompt_text_once"),
            only("prompt", "state", PromptState),
            only("prompt", "subset", Subset),
            models.CheckConstraint(
                condition=models.Q(arm__in=["", *(item.value for item in Arm)]), name="prompt_arm_known"
            ),
            models.CheckConstraint(
                condition=models.Q(agreement__isnull=True) | models.Q(agreement__gte=0, agreement__lte=1),
                name="prompt_agreement_range",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=PromptState.DROPPED) | ~models.Q(drop_reason=""), name="prompt_dropped_why"
            ),
        ]
        indexes = [
            # The rows are wide with text: what figures sum up of prompts by state stands in the index.
            models.Index(fields=["project", "state", "id", "agreement", "category", "source"], name="prompt_by_state"),
            models.Index(fields=["project", "state", "state_at", "id"], name="prompt_by_age"),
            models.Index(fields=["project", "source", "id"], name="prompt_by_source"),
            models.Index(fields=["category", "id"], name="prompt_by_category"),
        ]


class Response(models.Model):
    """One model's response. Rows of a prompt are created in ring order, so that their ids tell nothing of the model."""

    prompt = models.ForeignKey(Prompt, on_delete=models.CASCADE, related_name="responses")
    ring_index = models.PositiveSmallIntegerField()
    model = models.CharField(max_length=200)
    text = models.TextField()
    text_sha256 = models.CharField(max_length=64)
    discarded = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["prompt", "ring_index"], name="response_ring_once"),
            models.UniqueConstraint(fields=["prompt", "text_sha256"], name="response_text_once"),
        ]


class Ranking(models.Model):
    """The partial ranking of a prompt (PROTOCOL 7): tiers of response ids, best first, and what was merged for it."""

    prompt = models.OneToOneField(Prompt, on_delete=models.PROTECT, related_name="ranking")
    tiers = models.JSONField()
    merged = models.JSONField()
    n_comparisons = models.PositiveIntegerField()
    n_conflicts = models.PositiveIntegerField()
    n_ordered_pairs = models.PositiveIntegerField()
    computed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(n_conflicts__lte=models.F("n_comparisons")), name="ranking_conflicts_range"
            )
        ]
        indexes = [models.Index(fields=["computed_at"], name="ranking_by_time")]
