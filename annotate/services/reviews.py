"""Cascaded review (PROTOCOL 6)."""

from annotate.models import Prompt
from annotate.services.moves import prompt_move


def prompt_route(*, prompt: Prompt) -> None:
    """Send a settled prompt to the next stage whose sample holds it, or accept it."""
    prompt_move(prompt=prompt, action="accept")
