"""Shapes shared by the QA lead's and the researcher's view of one prompt: graph, history, letters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from annotate.api.assignments import CategorySerializer, PassageSerializer, text_body
from annotate.domain.harmless import visible
from annotate.domain.states import Verdict
from annotate.selectors.delivered import delivered
from annotate.selectors.prompts import PromptRecord

if TYPE_CHECKING:
    from collections.abc import Iterable

    from annotate.models import DiscardMark, DiscussionMessage, Event, Guideline, Prompt
    from annotate.models import Response as StoredResponse

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


class LabelledResponseSerializer(serializers.Serializer[Any]):
    """A response under its letter; the model is not told, and `masks` stand in place of its name."""

    id = serializers.IntegerField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field, not DRF's attribute
    text = serializers.CharField()
    masks = PassageSerializer(many=True)
    discarded = serializers.BooleanField()


class PassMarkSerializer(serializers.Serializer[Any]):
    """Whether one pass holds a response for garbage."""

    marked = serializers.BooleanField()

    def get_fields(self) -> dict[str, Any]:
        """Add `pass`, which Python reserves."""
        return {"pass": serializers.IntegerField(), **super().get_fields()}


class DiscardSerializer(serializers.Serializer[Any]):
    """A response that some passes hold for garbage and others do not."""

    response = serializers.IntegerField()
    passes = PassMarkSerializer(many=True)


class MessageSerializer(serializers.Serializer[Any]):
    """What somebody said in a discussion, of a comparison, of a response, or of the whole."""

    id = serializers.IntegerField()
    parent = serializers.IntegerField(allow_null=True)  # type: ignore[assignment]  # a field, not DRF's attribute
    by = serializers.CharField()
    mine = serializers.BooleanField()
    text = serializers.CharField()
    task = serializers.IntegerField(allow_null=True)
    response_a = serializers.IntegerField(allow_null=True)
    response_b = serializers.IntegerField(allow_null=True)
    at = serializers.DateTimeField()


class ShownGuidelineSerializer(serializers.Serializer[Any]):
    """The guideline in force, with the category that it stands at."""

    category = CategorySerializer()
    version = serializers.IntegerField()
    text = serializers.CharField()


def letter(index: int) -> str:
    """Return A, B, C … for a response by its place on the ring, with a number after Z."""
    return LETTERS[index % 26] + (str(index // 26) if index >= 26 else "")


def excerpt(text: str, length: int = 80) -> str:
    """Return the beginning of a text on one line."""
    line = visible(" ".join(text[: length * 4].split()))
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


def responses_body(prompt: Prompt, responses: Iterable[StoredResponse]) -> list[dict[str, Any]]:
    """Return the shape of LabelledResponseSerializer for each response of a prompt."""
    return [
        {
            "id": row.pk,
            "label": letter(row.ring_index),
            **text_body(delivered(prompt, row.text)),
            "discarded": row.discarded,
        }
        for row in responses
    ]


def discards_body(marks: dict[int, set[int]], passes: int) -> list[dict[str, Any]]:
    """Return the shape of DiscardSerializer for {response: passes that mark it}."""
    return [
        {
            "response": response,
            "passes": [{"pass": number, "marked": number in marked} for number in range(1, passes + 1)],
        }
        for response, marked in marks.items()
    ]


def marks_body(marks: Iterable[DiscardMark], names: dict[int, str]) -> list[dict[str, Any]]:
    """Return who holds which response for garbage."""
    return [{"response": mark.response_id, "by": names.get(mark.author_id, _("former member"))} for mark in marks]


def message_body(message: DiscussionMessage, names: dict[int, str], reader: int | None = None) -> dict[str, Any]:
    """Return the shape of MessageSerializer; `reader` is who reads it."""
    return {
        "id": message.pk,
        "parent": message.parent_id,
        "by": names.get(message.author_id, _("former member")),
        "mine": message.author_id == reader,
        "text": message.text,
        "task": message.task_id,
        "response_a": message.response_a_id,
        "response_b": message.response_b_id,
        "at": message.created_at,
    }


def guideline_body(guideline: Guideline | None) -> dict[str, Any] | None:
    """Return the shape of ShownGuidelineSerializer, None where no guideline holds."""
    if guideline is None:
        return None
    return {
        "category": {"id": guideline.category_id, "path": guideline.category.path},
        "version": guideline.version,
        "text": guideline.text,
    }
