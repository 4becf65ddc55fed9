"""Randomness that a seed decides: the same in every process and every version, and unpredictable without the seed."""

from __future__ import annotations

from hashlib import blake2b

BITS = 53  # what a float holds exactly


def seeded_bits(*parts: str | int) -> int:
    """A number drawn evenly from 0..2**BITS - 1; the parts name the draw, and one of them is the seed."""
    digest = blake2b("\x1f".join(map(str, parts)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> (64 - BITS)


def seeded_fraction(*parts: str | int) -> float:
    """A float drawn evenly from [0, 1); parts as for seeded_bits."""
    return float(seeded_bits(*parts) / 2**BITS)
