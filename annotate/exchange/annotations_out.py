"""Raw annotations (FORMATS 4): one line per comparison that somebody said; people are pseudonyms."""

from collections.abc import Iterator
from datetime import UTC
from typing import Any

from annotate.exchange.ranked import RankedPrompt


def annotation_lines(prompt: RankedPrompt, set_label: str) -> Iterator[dict[str, Any]]:
    """Yield every comparison of a prompt, those that were overruled too."""
    for said in prompt.said:
        yield {
            "prompt_id": prompt.external_id,
            "response_a": said.response_a,
            "response_b": said.response_b,
            "verdict": said.verdict,
            "by": said.by,
            "kind": said.kind,
            "pass": said.pass_number,
            "position_a": said.position_a,
            "position_b": said.position_b,
            "seconds": said.seconds,
            "at": said.at.astimezone(UTC).isoformat(),
            "set": set_label,
            "final": said.final,
        }
