"""The sampling of responses for prompts that have none."""

from django.db import models

from annotate.models.call_run import Call, CallRun, call_constraints, run_constraints
from annotate.models.columns import between
from annotate.models.endpoint import Endpoint
from annotate.models.prompt import Prompt


class SamplingRun(CallRun):
    """Draws `draws` responses for each prompt from a mix of models, and gives the prompt `keep` different ones.

    `mix` says from where: [{"endpoint", "weight", "temperature", "system", "settings"}], the settings copied when the
    run was made. `n_filled` prompts have got their responses; `n_short` had too few different ones.
    """

    mix = models.JSONField()
    draws = models.PositiveSmallIntegerField(default=8)
    keep = models.PositiveSmallIntegerField(default=5)
    n_filled = models.PositiveIntegerField(default=0)
    n_short = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            *run_constraints("sampling_run"),
            between("sampling_run", "draws", 1, 64),
            models.CheckConstraint(
                condition=models.Q(keep__gte=2, keep__lte=models.F("draws")), name="sampling_run_keep_range"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "heartbeat_at"], name="sampling_run_alive"),
            models.Index(fields=["project", "-id"], name="sampling_run_newest"),
        ]


class SampleCall(Call):
    """One response drawn for a prompt, number `number` of the run's draws; the text is the last of its answers."""

    run = models.ForeignKey(SamplingRun, on_delete=models.PROTECT, related_name="calls")
    prompt = models.ForeignKey(Prompt, on_delete=models.PROTECT, related_name="sample_calls")
    number = models.PositiveSmallIntegerField()
    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="+")
    kept = models.BooleanField(default=False)

    class Meta:
        constraints = [
            *call_constraints("sample_call"),
            models.UniqueConstraint(fields=["run", "prompt", "number"], name="sample_call_once"),
        ]
        indexes = [
            models.Index(fields=["run", "state", "id"], name="sample_call_by_state"),
            models.Index(fields=["run", "outcome", "id"], name="sample_call_by_outcome"),
            models.Index(fields=["run", "prompt"], name="sample_call_by_prompt"),
        ]
