"""Annotations task by task: scores, order, and what was remarked beside them; people are pseudonyms."""

from collections.abc import Iterator
from datetime import UTC
from typing import Any

from annotate.domain.states import ComparisonKind
from annotate.exchange.ranked import RankedPrompt


def remark_lines(prompt: RankedPrompt, set_label: str) -> Iterator[dict[str, Any]]:
    """Yield every annotation of a prompt's tasks, those that were rejected and done again too."""
    for said in prompt.tasks_said:
        yield {
            "prompt_id": prompt.external_id,
            "by": said.by,
            "kind": ComparisonKind.HUMAN.value,
            "pass": said.pass_number,
            "scores": said.scores,
            "order": said.order,
            "discarded": said.discarded,
            "none_acceptable": said.none_acceptable,
            "faults": [
                {
                    "response": fault.response,
                    "start": fault.start,
                    "end": fault.end,
                    "text": fault.text,
                    "kind": fault.kind,
                    "severity": fault.severity,
                    "note": fault.note,
                }
                for fault in said.faults
            ],
            "evidence": said.evidence,
            "notes": said.notes,
            "seconds": said.seconds,
            "at": said.at.astimezone(UTC).isoformat(),
            "set": set_label,
            "current": said.current,
        }
