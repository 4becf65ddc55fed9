"""Cheems training and benchmark lines (FORMATS 2), as the authors' own loader reads them."""

from typing import Any

from annotate.exchange.ranked import RankedPrompt

CHOSEN = "1"  # the loader counts no other third element


def training_line(prompt: RankedPrompt) -> dict[str, Any]:
    """Return a prompt with the pairs that comparisons back, and its ranking, for trainers that learn from ties."""
    return {**pairs_line(prompt), "rank": _rank(prompt)}


def pairs_line(prompt: RankedPrompt) -> dict[str, Any]:
    """Return a prompt with the pairs that comparisons back, where these are too few to say what is tied."""
    return {
        "input": prompt.text,
        "responses": _responses(prompt),
        "annotations": [[winner, loser, CHOSEN] for winner, loser in prompt.supported],
    }


def benchmark_line(prompt: RankedPrompt) -> dict[str, Any]:
    """Return a prompt with its whole ranking: equal ranks are ties, a lower one is better."""
    return {
        "input": prompt.text,
        "responses": _responses(prompt),
        "annotations": [[winner, loser, CHOSEN] for winner, loser in prompt.ordered],
        "rank": _rank(prompt),
        "category": list(prompt.category),
    }


def _rank(prompt: RankedPrompt) -> dict[str, str]:
    return {response: str(place) for place, tier in enumerate(prompt.tiers, start=1) for response in tier}


def _responses(prompt: RankedPrompt) -> list[dict[str, str]]:
    return [{"id": response, "content": text} for response, text in prompt.responses.items()]
