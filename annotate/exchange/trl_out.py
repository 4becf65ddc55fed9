"""TRL's explicit preference format (FORMATS 3), one line per training pair."""

from collections.abc import Iterator
from typing import Any

from annotate.exchange.ranked import RankedPrompt


def trl_lines(prompt: RankedPrompt) -> Iterator[dict[str, Any]]:
    """Yield the training pairs of a prompt as message lists."""
    system = [{"role": "system", "content": prompt.system}] if prompt.system else []
    for winner, loser in prompt.supported:
        yield {
            "prompt": [*system, {"role": "user", "content": prompt.text}],
            "chosen": [{"role": "assistant", "content": prompt.responses[winner]}],
            "rejected": [{"role": "assistant", "content": prompt.responses[loser]}],
        }


def standard(line: dict[str, Any]) -> dict[str, str]:
    """Return a conversational line as TRL's standard one: strings, with a system message in front of the prompt."""
    return {name: "\n\n".join(message["content"] for message in messages) for name, messages in line.items()}
