"""The shapes that judge runs and sampling runs share."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from annotate.api.base import query_text
from annotate.api.endpoints import MOST
from annotate.api.records import excerpt
from annotate.domain.states import CallOutcome, CallRunState

OUTCOME = OpenApiParameter("outcome", str, enum=[item.value for item in CallOutcome])


class AmountSerializer(serializers.Serializer[Any]):
    """Tokens and money, the latter in millionths of the currency."""

    tokens = serializers.IntegerField()
    micros = serializers.IntegerField()


class BudgetSerializer(serializers.Serializer[Any]):
    """The most that may be spent; null is no such limit."""

    tokens = serializers.IntegerField(allow_null=True)
    micros = serializers.IntegerField(allow_null=True)


class OutcomeCountSerializer(serializers.Serializer[Any]):
    """How many calls ended in one way."""

    outcome = serializers.ChoiceField([item.value for item in CallOutcome])
    n = serializers.IntegerField()


class BudgetRequestSerializer(serializers.Serializer[Any]):
    """A budget in tokens, in money (millionths), or both."""

    budget_tokens = serializers.IntegerField(min_value=0, max_value=MOST, allow_null=True, default=None)
    budget_micros = serializers.IntegerField(min_value=0, max_value=MOST, allow_null=True, default=None)


class CallRunSerializer(serializers.Serializer[Any]):
    """A run of calls to models.

    `reserved` is the most that the calls under way can cost, `unsure` the most that `n_unsure` calls without an answer
    may have cost; spent, reserved and unsure together never pass the budget.
    """

    id = serializers.IntegerField()
    project = serializers.IntegerField(source="project_id")
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=[item.value for item in CallRunState])
    cancel_requested = serializers.BooleanField()
    n_prompts = serializers.IntegerField()
    n_prompts_planned = serializers.IntegerField()
    n_calls = serializers.IntegerField()
    n_done = serializers.IntegerField()
    n_failed = serializers.IntegerField()
    outcomes = serializers.SerializerMethodField()
    budget = serializers.SerializerMethodField()
    spent = serializers.SerializerMethodField()
    reserved = serializers.SerializerMethodField()
    unsure = serializers.SerializerMethodField()
    n_unsure = serializers.IntegerField()
    mean_seconds = serializers.SerializerMethodField()
    attempts = serializers.IntegerField()
    error_code = serializers.CharField()
    error = serializers.CharField()
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(OutcomeCountSerializer(many=True))
    def get_outcomes(self, run: Any) -> list[dict[str, Any]]:
        """Return how the ended calls ended, in the order of the vocabulary."""
        return [{"outcome": o.value, "n": run.outcomes[o]} for o in CallOutcome if run.outcomes.get(o)]

    @extend_schema_field(BudgetSerializer)
    def get_budget(self, run: Any) -> dict[str, Any]:
        """Return the budget."""
        return {"tokens": run.budget_tokens, "micros": run.budget_micros}

    @extend_schema_field(AmountSerializer)
    def get_spent(self, run: Any) -> dict[str, Any]:
        """Return what has been spent for certain."""
        return {"tokens": run.spent_tokens, "micros": run.spent_micros}

    @extend_schema_field(AmountSerializer)
    def get_reserved(self, run: Any) -> dict[str, Any]:
        """Return what is set aside for the calls under way."""
        return {"tokens": run.reserved_tokens, "micros": run.reserved_micros}

    @extend_schema_field(AmountSerializer)
    def get_unsure(self, run: Any) -> dict[str, Any]:
        """Return what may have been spent without an answer."""
        return {"tokens": run.unsure_tokens, "micros": run.unsure_micros}

    @extend_schema_field(serializers.FloatField(allow_null=True))
    def get_mean_seconds(self, run: Any) -> float | None:
        """Return how long an answer takes."""
        return run.answer_seconds / run.n_answers if run.n_answers else None


class CallSerializer(serializers.Serializer[Any]):
    """One ended call. `answers` holds every answer that came, as it came; `unsure` counts attempts that were lost."""

    id = serializers.IntegerField()
    prompt = serializers.IntegerField(source="prompt_id")
    excerpt = serializers.SerializerMethodField()
    outcome = serializers.ChoiceField([item.value for item in CallOutcome])
    detail = serializers.CharField()
    answers = serializers.ListField(child=serializers.CharField())
    unsure = serializers.IntegerField()
    tokens = serializers.SerializerMethodField()
    micros = serializers.IntegerField(source="cost_micros")
    seconds = serializers.FloatField()

    def get_excerpt(self, call: Any) -> str:
        """Return the beginning of the prompt."""
        return excerpt(call.prompt.text)

    def get_tokens(self, call: Any) -> int:
        """Return the tokens of question and answer."""
        tokens: int = call.prompt_tokens + call.completion_tokens
        return tokens


def outcome_asked(request: Request) -> str:
    """Return the outcome that the address names, "" for all."""
    return query_text(request, "outcome")
