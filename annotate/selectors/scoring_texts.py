"""Prompts with their usable responses, as the engine reads them to score them; ids are those of the responses' rows."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from annotate.models import Response

CHUNK_PROMPTS = 500


def scoring_lines(prompt_ids: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Yield a line of FORMATS 2 for each prompt that has a usable response; one query for every chunk of prompts."""
    for start in range(0, len(prompt_ids), CHUNK_PROMPTS):
        chunk = prompt_ids[start : start + CHUNK_PROMPTS]
        rows = Response.objects.filter(prompt__in=chunk, discarded=False).order_by("prompt_id", "id")
        columns = rows.values_list("prompt_id", "prompt__text", "pk", "text")
        for (_key, text), responses in groupby(columns, key=lambda row: row[:2]):
            listed = [{"id": str(pk), "content": content} for *_prompt, pk, content in responses]
            yield {"input": text, "responses": listed, "annotations": []}
