"""Seeded, stratified review samples that hold their share at every moment (PROTOCOL 6)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from annotate.domain.seeded import BITS, seeded_bits
from annotate.domain.types import DomainError


def drawn(position: int, share: float, seed: str) -> bool:
    """Whether the unit at a position of its stratum belongs to the sample: systematic sampling with a random start.

    position: 0 for the first unit of the stratum, in the order in which they arrive. seed: names project, stage and
    stratum, so that the samples of two stages are independent. Of the first n units of a stratum the sample holds more
    than share * n - 1 and fewer than share * n + 1; share 1 draws all, share 0 none.
    DomainError("invalid_share") for a share outside [0, 1].
    """
    if not 0 <= share <= 1:
        raise DomainError("invalid_share", f"{share} is no share.", field="share")
    # Exact arithmetic: a rounded sum that passes a whole number would draw a unit too many, or one too few.
    exact, start = Fraction(share), Fraction(seeded_bits(seed, "sample"), 2**BITS)
    return (exact * (position + 1) + start) // 1 > (exact * position + start) // 1


def stratum_of(annotators: Sequence[int], seed: str) -> int:
    """The annotator for whom a prompt counts in the review sample; every one of them is equally likely.

    seed: names the prompt. Neither the order nor repetitions of the annotators matter.
    DomainError("no_annotators") without any.
    """
    people = sorted(set(annotators))
    if not people:
        raise DomainError("no_annotators", "A prompt without annotators has no stratum.", field="annotators")
    return people[seeded_bits(seed, "stratum") * len(people) >> BITS]
