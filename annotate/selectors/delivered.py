"""Texts as annotators and reviewers get them: no model named in them, and nothing that a page could take for a command.

Here, and only here, spans go from these texts to the raw ones, in which they are stored, and back.
"""

from collections.abc import Iterable
from typing import Any

from annotate.domain.masking import Masked
from annotate.domain.masking import delivered as as_delivered
from annotate.models import Prompt, Rejection, Response

Delivered = Masked


def delivered(prompt: Prompt, text: str) -> Delivered:
    """Return the text of one of a prompt's responses as it is delivered; the prompt's project is loaded with it."""
    return as_delivered(text, prompt.project.mask_names, f"{prompt.system}\n{prompt.text}")


def rejected_span(span: dict[str, Any], text: Delivered) -> dict[str, Any]:
    """Return a span of a Rejection as its reader gets it."""
    start, end = text.to_shown(span["start"], span["end"])
    return {"response": span["response"], "start": start, "end": end, "text": text.text[start:end]}


def rejected_texts(rejections: Iterable[Rejection]) -> dict[int, Delivered]:
    """Return {response: its text as it is delivered} of those that spans of rejections mark, in one query."""
    named = {span["response"] for rejection in rejections for span in rejection.spans}
    rows = Response.objects.filter(pk__in=named).select_related("prompt__project")
    return {row.pk: delivered(row.prompt, row.text) for row in rows}
