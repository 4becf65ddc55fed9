"""What annotations say beyond scores and order, as those see it who review, discuss or study a prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework import serializers

from annotate.api.assignments import EvidenceSerializer, FaultKindSerializer, FaultSerializer

if TYPE_CHECKING:
    from annotate.selectors.remarks import Remark


class SaidFaultSerializer(FaultSerializer):
    """A passage of a response (by its id) that an annotator holds for faulty; `text` is what stands there."""

    text = serializers.CharField()


class RemarkSerializer(serializers.Serializer[Any]):
    """What one pass says of one task, of which these are the responses, beyond scores and order.

    `by` is as in the verdicts on the same task.
    """

    task = serializers.IntegerField()
    responses = serializers.ListField(child=serializers.IntegerField())
    by = serializers.CharField()
    none_acceptable = serializers.BooleanField()
    faults = SaidFaultSerializer(many=True)
    evidence = EvidenceSerializer(many=True)

    def get_fields(self) -> dict[str, Any]:
        """Add `pass`, which Python reserves."""
        return {"pass": serializers.IntegerField(), **super().get_fields()}


class RemarkedSerializer(serializers.Serializer[Any]):
    """What is remarked, by task and pass, and what the project calls the kinds of fault."""

    remarks = RemarkSerializer(many=True)
    fault_kinds = FaultKindSerializer(many=True)


def remark_body(remark: Remark, by: str) -> dict[str, Any]:
    """Return the shape of RemarkSerializer; `by` names the person, or their pass."""
    return {
        "task": remark.task,
        "responses": sorted(remark.annotation.display_order),
        "pass": remark.pass_number,
        "by": by,
        "none_acceptable": remark.annotation.none_acceptable,
        "faults": remark.faults,
        "evidence": remark.annotation.evidence,
    }
