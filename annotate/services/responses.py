"""Responses on their way to rows, wherever they come from."""

from collections.abc import Sequence

from annotate.domain.design import ring_order
from annotate.exchange.prompts_in import ResponseIn
from annotate.models import Prompt, Response


def responses_in_ring(prompt: Prompt, found: Sequence[ResponseIn], seed: int) -> list[Response]:
    """Return unsaved responses in ring order, also that of their ids, so that an id tells nothing of the model."""
    return [
        Response(
            prompt=prompt,
            ring_index=ring_index,
            model=found[place].model,
            text=found[place].text,
            text_sha256=found[place].text_sha256,
        )
        for ring_index, place in enumerate(ring_order(len(found), f"{seed}:{prompt.external_id}"))
    ]
