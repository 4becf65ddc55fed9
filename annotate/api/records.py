"""Shapes shared by the QA lead's and the researcher's view of one prompt: graph, history, letters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from annotate.domain.states import Verdict
from annotate.selectors.prompts import PromptRecord

if TYPE_CHECKING:
    from annotate.models import Event

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class EdgeSerializer(serializers.Serializer[Any]):
    """How often one response was chosen over another, and whether the edge lies on a cycle."""

    chosen = serializers.IntegerField()
    rejected = serializers.IntegerField()
    count = serializers.IntegerField()
    in_cycle = serializers.BooleanField()


class GraphSerializer(serializers.Serializer[Any]):
    """The preference graph of the final comparisons, its merged cycles and its tiers, best first."""

    nodes = serializers.ListField(child=serializers.IntegerField())
    edges = EdgeSerializer(many=True)
    merged = serializers.ListField(child=serializers.ListField(child=serializers.IntegerField()))
    tiers = serializers.ListField(child=serializers.ListField(child=serializers.IntegerField()))


class EventSerializer(serializers.Serializer[Any]):
    """One line of a prompt's history."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    actor = serializers.CharField()
    kind = serializers.CharField()
    before = serializers.CharField(allow_blank=True)
    after = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True)


class VerdictField(serializers.ChoiceField):
    """a, b or equal."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__([item.value for item in Verdict], **kwargs)


def letter(index: int) -> str:
    """Return A, B, C … for a response by its place on the ring, with a number after Z."""
    return LETTERS[index % 26] + (str(index // 26) if index >= 26 else "")


def excerpt(text: str, length: int = 80) -> str:
    """Return the beginning of a text on one line."""
    line = " ".join(text[: length * 4].split())
    return line if len(line) <= length else line[: length - 1] + "…"


def graph_body(record: PromptRecord) -> dict[str, Any]:
    """Return the shape of GraphSerializer."""
    return {
        "nodes": [row.pk for row in record.responses if not row.discarded],
        "edges": [
            {"chosen": chosen, "rejected": rejected, "count": count, "in_cycle": (chosen, rejected) in record.cycles}
            for (chosen, rejected), count in record.edges.items()
        ],
        "merged": record.ranking.merged,
        "tiers": record.ranking.tiers,
    }


def event_body(event: Event, names: dict[int, str]) -> dict[str, Any]:
    """Return the shape of EventSerializer; people appear under their pseudonyms only."""
    actor = _("system") if event.actor_id is None else names.get(event.actor_id, _("former member"))
    return {
        "id": event.pk,
        "at": event.at,
        "actor": actor,
        "kind": event.kind,
        "before": event.before,
        "after": event.after,
        "reason": event.reason,
    }
