"""How much waits where, and what each vote does to a prompt's ranking."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http.response import HttpResponseBase
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.api.base import person
from annotate.api.csv_out import EXPORT, csv_answer
from annotate.api.dispute_shapes import STAGES, STATES
from annotate.api.errors import REFUSALS
from annotate.api.records import VerdictField
from annotate.selectors.disputes import prompt_effects, queues

if TYPE_CHECKING:
    from annotate.selectors.disputes import PromptEffects


class QueueSerializer(serializers.Serializer[Any]):
    """How many prompts wait in one state, and since when the oldest; `mine` where the person works at its stage."""

    name = serializers.ChoiceField(STATES)
    stage = serializers.ChoiceField(STAGES, allow_null=True)
    count = serializers.IntegerField()
    oldest = serializers.DateTimeField(allow_null=True)
    mine = serializers.BooleanField()


class QueuesSerializer(serializers.Serializer[Any]):
    """Every queue in the order of the flow."""

    queues = QueueSerializer(many=True)


class TiersField(serializers.ListField):
    """Groups of response ids."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=serializers.ListField(child=serializers.IntegerField()), **kwargs)


class RankingWithoutSerializer(serializers.Serializer[Any]):
    """The ranking that would be without a vote."""

    tiers = TiersField()
    merged = TiersField()
    n_conflicts = serializers.IntegerField()


class VoteSerializer(serializers.Serializer[Any]):
    """A final comparison and what the ranking would be without it; `by` is empty for a decision."""

    comparison = serializers.IntegerField()
    task = serializers.IntegerField(allow_null=True)
    response_a = serializers.IntegerField()
    response_b = serializers.IntegerField()
    verdict = VerdictField()
    by = serializers.CharField(allow_blank=True)
    final = serializers.BooleanField()
    contradicted = serializers.BooleanField()
    without = RankingWithoutSerializer()
    changes = serializers.BooleanField()

    def get_fields(self) -> dict[str, Any]:
        """Add `pass`, which Python reserves."""
        return {"pass": serializers.IntegerField(allow_null=True), **super().get_fields()}


class EffectsSerializer(serializers.Serializer[Any]):
    """A prompt's ranking, its cycles (each response over the next, the last over the first), and every vote's part."""

    tiers = TiersField()
    merged = TiersField()
    conflicts = serializers.IntegerField()
    n_comparisons = serializers.IntegerField()
    votes = VoteSerializer(many=True)
    cycles = TiersField()


@extend_schema(operation_id="queues_list", parameters=[EXPORT], responses={200: QueuesSerializer, **REFUSALS})
@api_view(["GET"])
def project_queues(request: Request, project: int) -> HttpResponseBase:
    """Show how much waits where, and since when."""
    found = queues(person(request), project)
    if request.query_params.get("export") == "csv":
        columns = ["name", "stage", "count", "oldest", "mine"]
        return csv_answer("queues", columns, ([getattr(row, name) for name in columns] for row in found))
    return Response(QueuesSerializer({"queues": found}).data)


@extend_schema(operation_id="prompts_effects", responses={200: EffectsSerializer, **REFUSALS})
@api_view(["GET"])
def effects(request: Request, prompt: int) -> Response:
    """Show what each vote does to a prompt's ranking."""
    found = prompt_effects(person(request), prompt)
    record = found.record
    body = {
        "tiers": record.ranking.tiers,
        "merged": record.ranking.merged,
        "conflicts": sum(record.contradicted.values()),
        "n_comparisons": len(record.contradicted),
        "votes": _votes(found),
        "cycles": found.cycles,
    }
    return Response(EffectsSerializer(body).data)


def _votes(found: PromptEffects) -> list[dict[str, Any]]:
    final = [row for row in found.record.comparisons if row.final]
    return [
        {
            "comparison": row.pk,
            "task": row.task_id,
            "response_a": row.response_a_id,
            "response_b": row.response_b_id,
            "verdict": row.verdict,
            "by": "" if row.annotation_id is None else found.record.names.get(row.author_id or 0, ""),
            "pass": row.pass_number,
            "final": row.final,
            "contradicted": found.record.contradicted[row.pk],
            "without": {
                "tiers": effect.ranking_without.tiers,
                "merged": effect.ranking_without.merged,
                "n_conflicts": effect.n_conflicts_without,
            },
            "changes": effect.changes,
        }
        for row, effect in zip(final, found.effects, strict=True)
    ]


urlpatterns = [
    path("projects/<int:project>/queues", project_queues),
    path("prompts/<int:prompt>/effects", effects),
]
