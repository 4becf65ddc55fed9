"""How a preference set was made of judges' comparisons (distant supervision)."""

from django.db import models

from annotate.models.judging import JudgeRun
from annotate.models.preference_set import PreferenceSet


class JudgeSource(models.Model):
    """The recipe of a set that is derived from a frozen one and from what judges said.

    The benchmark is that of `human_set`, file for file; its training prompts come along where `include_human`. Of the
    comparisons of `judge_runs` those are kept that the rewards uphold by `margin` (null: without that filter), then
    `use_debias` levels their lengths, drawing by the seed of the set. The rewards lie in the artifact store under
    `rewards_name`, as columns `responses` (ids, ascending) and `rewards`.
    """

    set = models.OneToOneField(PreferenceSet, on_delete=models.PROTECT, related_name="judge_source")
    human_set = models.ForeignKey(PreferenceSet, on_delete=models.PROTECT, related_name="derived")
    include_human = models.BooleanField()
    judge_runs = models.ManyToManyField(JudgeRun, related_name="judge_sources")
    margin = models.FloatField(null=True)
    use_debias = models.BooleanField()
    rewards_name = models.CharField(max_length=100, blank=True)
    rewards_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(margin__isnull=True) | models.Q(margin__gte=0), name="judge_source_margin_range"
            ),
            models.CheckConstraint(
                condition=models.Q(margin__isnull=True) | ~models.Q(rewards_name=""), name="judge_source_filter_rewards"
            ),
            models.CheckConstraint(condition=~models.Q(set=models.F("human_set")), name="judge_source_of_another_set"),
        ]
