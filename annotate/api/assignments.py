"""The annotator's work: claim, renew, submit, skip."""

from dataclasses import asdict
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.api.base import checked, person
from annotate.api.errors import REFUSALS
from annotate.domain.harmless import visible
from annotate.domain.states import Severity
from annotate.selectors.assignments import Work, done_today, slot_get, work_of
from annotate.selectors.dealing import WHY_NONE
from annotate.selectors.delivered import Delivered
from annotate.services.annotations import Answer, annotation_submit
from annotate.services.assignments import (
    MAX_LEASES,
    SKIP_REASONS,
    assignment_claim,
    assignment_renew,
    assignment_skip,
)
from annotate.services.remarks import Evidence, SaidFault

MOST_DIGITS = 19
# A number to talk about a task by; it is the end of its handle, so that it tells no more than that does.
NUMBERS = 1_000_000


class CategorySerializer(serializers.Serializer[Any]):
    """A category by its path."""

    id = serializers.IntegerField()
    path = serializers.ListField(child=serializers.CharField())


class WorkPromptSerializer(serializers.Serializer[Any]):
    """The prompt as its annotator sees it."""

    number = serializers.IntegerField()
    text = serializers.CharField()
    system = serializers.CharField(allow_blank=True)


class PassageSerializer(serializers.Serializer[Any]):
    """Characters (code points) of a text as it is delivered, end exclusive."""

    start = serializers.IntegerField()
    end = serializers.IntegerField()


class WorkResponseSerializer(serializers.Serializer[Any]):
    """A response as its annotator sees it: nothing tells the model. `id` is its place on the page, from 1.

    `masks` are the passages that stand in place of a model's name.
    """

    id = serializers.IntegerField()
    text = serializers.CharField()
    masks = PassageSerializer(many=True)


class RejectedSpanSerializer(PassageSerializer):
    """Characters of a response that a reviewer found fault with, by the response's place on the page."""

    response = serializers.IntegerField()
    text = serializers.CharField()


class FaultSerializer(PassageSerializer):
    """A passage of a response (by its place on the page) that is at fault: in what, how much, and why."""

    response = serializers.IntegerField(min_value=1)
    kind = serializers.CharField(max_length=40)
    severity = serializers.ChoiceField(
        [item.value for item in Severity],
        error_messages={"invalid_choice": _("The severity is minor, major or critical; choose one of them.")},
    )
    note = serializers.CharField(allow_blank=True, max_length=2_000, default="")


class EvidenceSerializer(serializers.Serializer[Any]):
    """A fact that was checked: an address (http or https), and what was found there; one of them may be empty."""

    url = serializers.CharField(allow_blank=True, max_length=2_000, default="")
    note = serializers.CharField(allow_blank=True, max_length=2_000, default="")


class PreviousSerializer(serializers.Serializer[Any]):
    """What one answered before, by places on the page."""

    scores = serializers.DictField(child=serializers.IntegerField())
    order = serializers.ListField(child=serializers.ListField(child=serializers.IntegerField()))
    discarded = serializers.ListField(child=serializers.IntegerField())
    none_acceptable = serializers.BooleanField()
    notes = serializers.CharField(allow_blank=True)
    evidence = EvidenceSerializer(many=True)
    faults = FaultSerializer(many=True)
    seconds = serializers.FloatField()


class ReturnedSerializer(serializers.Serializer[Any]):
    """Why a task came back."""

    reason = serializers.CharField()
    spans = RejectedSpanSerializer(many=True)


class DraftSerializer(serializers.Serializer[Any]):
    """Work in progress as its author's browser saved it; `version` grows with every save."""

    version = serializers.IntegerField()
    content = serializers.JSONField()
    saved_at = serializers.DateTimeField()


class AssignmentSerializer(serializers.Serializer[Any]):
    """One task to do, its responses in display order."""

    id = serializers.IntegerField()
    token = serializers.IntegerField()
    lease_expires_at = serializers.DateTimeField()
    project = serializers.IntegerField()
    category = CategorySerializer()
    prompt = WorkPromptSerializer()
    responses = WorkResponseSerializer(many=True)
    guideline_version = serializers.IntegerField(allow_null=True)
    returned = ReturnedSerializer(allow_null=True)
    previous = PreviousSerializer(allow_null=True)
    draft = DraftSerializer(allow_null=True)


class FaultKindSerializer(serializers.Serializer[Any]):
    """A kind of fault that a passage can be marked with: its key, and what it is called."""

    key = serializers.CharField(max_length=40)
    zh = serializers.CharField(max_length=100)
    en = serializers.CharField(max_length=100)


class ClaimRequestSerializer(serializers.Serializer[Any]):
    """How many tasks to hold."""

    count = serializers.IntegerField(min_value=1, max_value=MAX_LEASES, default=1)


class WhyDetailsSerializer(serializers.Serializer[Any]):
    """What there is to say of why there is nothing: why one is paused, a limit, the names of categories."""

    reason = serializers.CharField(required=False, allow_blank=True)
    limit = serializers.IntegerField(required=False)
    categories = serializers.ListField(child=serializers.CharField(), required=False)


class ClaimSerializer(serializers.Serializer[Any]):
    """What one holds, oldest lease first, and why there is nothing."""

    assignments = AssignmentSerializer(many=True)
    why_none = serializers.ChoiceField(WHY_NONE, allow_null=True)
    why_details = WhyDetailsSerializer()
    fault_kinds = FaultKindSerializer(many=True)
    today = serializers.IntegerField()
    daily_target = serializers.IntegerField()


class TokenSerializer(serializers.Serializer[Any]):
    """The lease token."""

    token = serializers.IntegerField(min_value=0)


class LeaseSerializer(serializers.Serializer[Any]):
    """When the lease ends."""

    lease_expires_at = serializers.DateTimeField()


class SubmitSerializer(TokenSerializer):
    """An answer by places on the page: scores 0-5, tiers best first, what is discarded; remarks, and active seconds."""

    idempotency_key = serializers.UUIDField()
    scores = serializers.DictField(child=serializers.JSONField())
    order = serializers.ListField(
        child=serializers.ListField(child=serializers.IntegerField(), max_length=64), max_length=64
    )
    discarded = serializers.ListField(child=serializers.IntegerField(), max_length=64, default=list)
    none_acceptable = serializers.BooleanField(default=False)
    notes = serializers.CharField(allow_blank=True, max_length=10_000, default="")
    evidence = EvidenceSerializer(many=True, default=list)
    faults = FaultSerializer(many=True, default=list)
    seconds = serializers.FloatField(min_value=0, max_value=86_400)


class SubmittedSerializer(serializers.Serializer[Any]):
    """The stored annotation, and how many were done today."""

    annotation = serializers.IntegerField()
    today = serializers.IntegerField()


class SkipSerializer(TokenSerializer):
    """Why a task is skipped."""

    reason = serializers.ChoiceField(SKIP_REASONS)
    note = serializers.CharField(allow_blank=True, max_length=2_000, default="")


def text_body(text: Delivered) -> dict[str, Any]:
    """Return a response's text as it is delivered, with the passages that stand in place of a name."""
    return {"text": text.text, "masks": [{"start": start, "end": end} for start, end in text.masks]}


def assignment_body(work: Work) -> dict[str, Any]:
    """Return the shape of AssignmentSerializer; it is the same for whatever a slot is for."""
    slot, prompt = work.assignment, work.prompt
    return {
        "id": slot.handle,
        "token": slot.token,
        "lease_expires_at": slot.lease_expires_at,
        "project": slot.project_id,
        "category": {"id": prompt.category_id, "path": prompt.category.path},
        "prompt": {
            "number": slot.handle % NUMBERS,
            "text": visible(prompt.text),
            "system": visible(prompt.system),
        },
        "responses": [
            {"id": place, **text_body(work.texts[pk])} for place, pk in enumerate(slot.display_order, start=1)
        ],
        "guideline_version": work.guideline.version if work.guideline else None,
        "returned": _returned(work),
        "previous": _previous(work),
        "draft": work.draft,
    }


def _returned(work: Work) -> dict[str, Any] | None:
    if work.rejection is None:
        return None
    places = {pk: place for place, pk in enumerate(work.assignment.display_order, start=1)}
    return {
        "reason": work.rejection.reason,
        "spans": [{**span, "response": places[span["response"]]} for span in work.rejected],
    }


def _previous(work: Work) -> dict[str, Any] | None:
    said = work.previous
    if said is None:
        return None
    places = {pk: place for place, pk in enumerate(work.assignment.display_order, start=1)}
    return {
        "scores": {places[int(pk)]: score for pk, score in said.annotation.scores.items()},
        "order": [[places[pk] for pk in tier] for tier in said.annotation.order],
        "discarded": [places[pk] for pk in said.annotation.discarded],
        "none_acceptable": said.annotation.none_acceptable,
        "notes": said.annotation.notes,
        "evidence": said.annotation.evidence,
        "faults": [{**asdict(fault), "response": places[fault.response]} for fault in said.faults],
        "seconds": said.annotation.seconds,
    }


@extend_schema(
    operation_id="assignments_claim", request=ClaimRequestSerializer, responses={200: ClaimSerializer, **REFUSALS}
)
@api_view(["POST"])
def claim(request: Request, project: int) -> Response:
    """Take work until one holds `count`: answers all that one holds, also beyond `count`, oldest lease first."""
    user = person(request)
    given = checked(ClaimRequestSerializer, request.data)
    claimed = assignment_claim(user=user, project_id=project, count=given["count"])
    work = work_of(claimed.assignments)
    body = {
        "assignments": [assignment_body(item) for item in work],
        "why_none": claimed.why_none,
        "why_details": claimed.why_details,
        "fault_kinds": claimed.fault_kinds,
        "today": claimed.today,
        "daily_target": claimed.daily_target,
    }
    return Response(ClaimSerializer(body).data)


@extend_schema(operation_id="assignments_renew", request=TokenSerializer, responses={200: LeaseSerializer, **REFUSALS})
@api_view(["POST"])
def renew(request: Request, assignment: int) -> Response:
    """Extend a lease, or revive one that ran out while nobody took the task."""
    user = person(request)
    given = checked(TokenSerializer, request.data)
    until = assignment_renew(user=user, assignment_id=slot_get(user, assignment).pk, token=given["token"])
    return Response(LeaseSerializer({"lease_expires_at": until}).data)


@extend_schema(
    operation_id="assignments_submit",
    request=SubmitSerializer,
    responses={200: SubmittedSerializer, 201: SubmittedSerializer, **REFUSALS},
)
@api_view(["POST"])
def submit(request: Request, assignment: int) -> Response:
    """Send in an answer. The same idempotency key again changes nothing and gets 200 with the first answer's body."""
    user = person(request)
    given = checked(SubmitSerializer, request.data)
    slot = slot_get(user, assignment)
    stored, new = annotation_submit(
        user=user,
        assignment_id=slot.pk,
        token=given["token"],
        idempotency_key=given["idempotency_key"],
        answer=answer_of(given).about(slot.display_order),
    )
    body = {"annotation": stored.pk, "today": done_today(user, stored.assignment.project_id)}
    return Response(SubmittedSerializer(body).data, status=201 if new else 200)


def answer_of(given: dict[str, Any]) -> Answer:
    """Return what SubmitSerializer read, still by places on the page (see Answer.about)."""
    # JSON has no integer keys; a key that is no number stays as it is and is refused as foreign.
    places = {key: int(key) for key in given["scores"] if key.isascii() and key.isdigit() and len(key) < MOST_DIGITS}
    scores = {places.get(key, key): score for key, score in given["scores"].items()}
    return Answer(
        scores=scores,
        order=given["order"],
        discarded=given["discarded"],
        notes=given["notes"],
        seconds=given["seconds"],
        none_acceptable=given["none_acceptable"],
        evidence=[Evidence(**item) for item in given["evidence"]],
        faults=[SaidFault(**fault) for fault in given["faults"]],
    )


@extend_schema(operation_id="assignments_skip", request=SkipSerializer, responses={204: None, **REFUSALS})
@api_view(["POST"])
def skip(request: Request, assignment: int) -> Response:
    """Give a task back with a reason."""
    user = person(request)
    given = checked(SkipSerializer, request.data)
    assignment_skip(user=user, assignment_id=slot_get(user, assignment).pk, **given)
    return Response(status=204)
