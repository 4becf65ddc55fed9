"""How good every response is, which the site is never told, and what follows from it for a single reading."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from simulator.problems import Broken

Response = TypeVar("Response", bound=Hashable)

# Scores 0 to 5 by quality, where the qualities of a prompt's responses have about unit variance.
CUT_POINTS = (-1.5, -0.75, 0.0, 0.75, 1.5)


class Labels(StrEnum):
    """Where the qualities of a prompt's responses come from."""

    HIDDEN = "hidden"
    HUMAN = "human"
    DRAWN = "drawn"


@dataclass(frozen=True, slots=True)
class Quality:
    """{(prompt text, response text): quality}. Texts are the key because the site shows annotators nothing else."""

    by_text: Mapping[tuple[str, str], float]

    def of(self, prompt: str, responses: Mapping[int, str]) -> dict[int, float]:
        """Return {response id: quality} of one prompt. Raises Broken where the site shows a text not of the file."""
        try:
            return {response: self.by_text[prompt, text] for response, text in responses.items()}
        except KeyError as error:
            raise Broken(f"The site shows a text that is not in the input file: {str(error)[:200]}") from error


def tiers(perceived: Mapping[Response, float], band: float) -> list[list[Response]]:
    """Return the responses in tiers, best first.

    A tier holds what lies within `band` of its best, so no two responses further apart than `band` are ever called
    equal, however many lie between them.
    """
    order: list[list[Response]] = []
    for response in sorted(perceived, key=lambda response: -perceived[response]):
        if order and perceived[order[-1][0]] - perceived[response] <= band:
            order[-1].append(response)
        else:
            order.append([response])
    return order


def scores(perceived: Mapping[Response, float], order: list[list[Response]]) -> dict[Response, int]:
    """Return scores of 0 to 5: one for a whole tier, by its mean, so that they never contradict the order."""
    given = {}
    for tier in order:
        mean = sum(perceived[response] for response in tier) / len(tier)
        for response in tier:
            given[response] = sum(mean > cut for cut in CUT_POINTS)
    return given


def verdict(quality_a: float, quality_b: float, band: float) -> str:
    """Return "a", "b" or "equal" for two responses."""
    if abs(quality_a - quality_b) <= band:
        return "equal"
    return "a" if quality_a > quality_b else "b"
