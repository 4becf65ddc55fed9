"""What people compared on a day, as a packed table of whole numbers: one row a comparison."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from annotate.domain.bias import PLACES, Stream
from annotate.domain.figures import packed
from annotate.domain.ordering import comparisons_from_order
from annotate.domain.types import VERDICT_SIGNS, DomainError

Ints = NDArray[np.int32]

COLUMNS = ("prompt", "by", "place", "difference", "verdict")


def compared_rows(
    prompt: int, by: int, shown: Sequence[int], order: Sequence[Sequence[int]], lengths: Mapping[int, int]
) -> Iterable[tuple[int, ...]]:
    """The rows of one annotation: every pair of its responses, the one shown earlier as A.

    shown: the responses in the order of display. order: tiers, best first. lengths: characters by response.
    """
    place = {response: number for number, response in enumerate(shown)}
    for said in comparisons_from_order(shown, order):
        places = place[said.a] * PLACES + place[said.b]
        yield prompt, by, places, lengths[said.a] - lengths[said.b], VERDICT_SIGNS[said.verdict]


def table_packed(rows: Sequence[tuple[int, ...]]) -> bytes:
    """Rows as they are stored; the same rows in any order give the same bytes."""
    return packed(rows, len(COLUMNS)) if rows else b""


def stream_unpacked(tables: Iterable[bytes]) -> Stream:
    """The comparisons of many days. DomainError("damaged") where a table cannot be read."""
    try:
        days = [_unpacked(table) for table in tables if table]
    except (zlib.error, ValueError) as error:
        raise DomainError("damaged", f"A stored table of comparisons cannot be read: {error}") from error
    whole = np.hstack(days, dtype=np.int64) if days else np.zeros((len(COLUMNS), 0), dtype=np.int64)
    return Stream(**dict(zip(COLUMNS, whole, strict=True)))


def _unpacked(table: bytes) -> Ints:
    # Not kept as figures.unpacked keeps its tables: these are larger, and read for one page alone.
    return np.frombuffer(zlib.decompress(table), dtype="<i4").reshape(len(COLUMNS), -1)
