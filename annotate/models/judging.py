"""AI judges: the templates they are asked with, their runs, and every call of those."""

from django.conf import settings
from django.db import models

from annotate.domain.states import JudgeLanguage, JudgeOrder, JudgeScope, Verdict
from annotate.models.call_run import Call, CallRun, call_constraints, run_constraints
from annotate.models.category import Category
from annotate.models.columns import only, word
from annotate.models.endpoint import Endpoint
from annotate.models.project import Project
from annotate.models.prompt import Prompt, Response


class JudgeTemplate(models.Model):
    """One version of what judges of a category are asked; without a category, of every one that has none of its own.

    It is never edited: a change is a new version. The shipped templates are version 0 of every project.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="judge_templates")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, related_name="judge_templates")
    language = word(JudgeLanguage)
    version = models.PositiveIntegerField()
    text = models.TextField()
    criteria = models.TextField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["category", "language", "version"],
                condition=models.Q(category__isnull=False),
                name="judge_template_version_once",
            ),
            models.UniqueConstraint(
                fields=["project", "language", "version"],
                condition=models.Q(category__isnull=True),
                name="judge_template_general_version_once",
            ),
            only("judge_template", "language", JudgeLanguage),
            models.CheckConstraint(condition=models.Q(version__gte=1), name="judge_template_version_positive"),
        ]


class JudgeRun(CallRun):
    """A judge at work on the pairs of some prompts.

    Without `trial` it is a trial itself, on prompts that people have settled. Only a released trial lets the same judge
    loose: a run that names it asks the same model with the same templates. `endpoint_settings` and `templates` are what
    it asks with, copied when it was made: {category key, "" for every other: {"version", "text", "criteria"}}.
    """

    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="judge_runs")
    endpoint_settings = models.JSONField()
    language = word(JudgeLanguage)
    templates = models.JSONField()
    order = word(JudgeOrder, default=JudgeOrder.RANDOM)
    scope = word(JudgeScope, default=JudgeScope.ANNOTATED)
    category_keys = models.JSONField(default=list)
    trial = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="runs")
    report = models.JSONField(null=True)
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            *run_constraints("judge_run"),
            only("judge_run", "language", JudgeLanguage),
            only("judge_run", "order", JudgeOrder),
            only("judge_run", "scope", JudgeScope),
            models.CheckConstraint(
                condition=models.Q(trial__isnull=False) | models.Q(scope=JudgeScope.ANNOTATED),
                name="judge_run_trial_on_annotated",
            ),
            models.CheckConstraint(
                condition=models.Q(released_at__isnull=True) | models.Q(trial__isnull=True),
                name="judge_run_trial_released",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "heartbeat_at"], name="judge_run_alive"),
            models.Index(fields=["project", "-id"], name="judge_run_newest"),
        ]


class JudgeCall(Call):
    """A pair as a judge was shown it, and what it said: verdict "a" means that the one shown first is better.

    It is no comparison of people and never enters their preference graph.
    """

    run = models.ForeignKey(JudgeRun, on_delete=models.PROTECT, related_name="calls")
    prompt = models.ForeignKey(Prompt, on_delete=models.PROTECT, related_name="judge_calls")
    first = models.ForeignKey(Response, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Response, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=5, blank=True)

    class Meta:
        constraints = [
            *call_constraints("judge_call"),
            models.UniqueConstraint(fields=["run", "first", "second"], name="judge_call_once"),
            models.CheckConstraint(condition=~models.Q(first=models.F("second")), name="judge_call_two_responses"),
            models.CheckConstraint(
                condition=models.Q(verdict__in=["", *(item.value for item in Verdict)]), name="judge_call_verdict_known"
            ),
        ]
        indexes = [
            models.Index(fields=["run", "state", "id"], name="judge_call_by_state"),
            models.Index(fields=["run", "outcome", "id"], name="judge_call_by_outcome"),
        ]
