"""Automatic checks of texts: faults, share of Chinese, near-duplicates (PROTOCOL 2 and 10)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from annotate.domain.types import DomainError

TextFault = Literal["nul", "lone_surrogate", "blank", "too_long"]

Ints = NDArray[np.int64]

_NOT_HAN = re.compile("[^\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_NOT_LETTER_OR_DIGIT = re.compile(r"[\W_]")

_GRAM = 3
_BITS = 21  # of a code point
_PADDING = (1 << _BITS) - 1  # beyond every code point
_BATCH_COST = 1 << 22  # array elements at once: bounds the memory to some 100 MB


def text_fault(text: str, max_chars: int) -> TextFault | None:
    """Why a text cannot be stored or shown, or None.

    blank: nothing but white space and invisible characters. too_long: more than max_chars code points.
    """
    if "\0" in text:
        return "nul"
    if not _encodable(text):
        return "lone_surrogate"
    if all(character.isspace() or not character.isprintable() for character in text):
        return "blank"
    return "too_long" if len(text) > max_chars else None


def chinese_share(text: str) -> float:
    """Share of Chinese characters among the letters and digits of a text; 0.0 if it has neither.

    White space, punctuation and symbols do not count, so that only words of another language, code and
    figures lower the share.
    """
    counted = len(_NOT_LETTER_OR_DIGIT.sub("", text))
    return len(_NOT_HAN.sub("", text)) / counted if counted else 0.0


def near_duplicate_clusters(texts: Sequence[str], threshold: float = 0.8) -> Ints:
    """int[len(texts)]: a cluster for each text, the same for near-duplicates, numbered by first appearance.

    Two texts are near-duplicates if the Jaccard similarity of their sets of character 3-grams reaches the
    threshold, after folding of case, width, white space and punctuation; clusters are the connected
    components of that relation. No near-duplicate is missed and the result is deterministic: candidates come
    from prefix filtering, which is exact, not from a sketch. Time grows with the number of text pairs that
    share one of their rarest 3-grams. Source: Chaudhuri, Ganti, Kaushik, "A Primitive Operator for Similarity
    Joins in Data Cleaning", ICDE 2006; Bayardo, Ma, Srikant, "Scaling Up All Pairs Similarity Search", WWW
    2007. DomainError("invalid_threshold") for a threshold outside (0, 1].
    """
    if not 0 < threshold <= 1:
        raise DomainError("invalid_threshold", "The threshold must lie in (0, 1].", field="threshold")
    if not texts:
        return np.empty(0, dtype=np.int64)
    place: dict[str, int] = {}
    of_text = [place.setdefault(folded(text), len(place)) for text in texts]
    return _similar_sets(_incidence([_grams(text) for text in place]), threshold)[of_text]


def folded(text: str) -> str:
    """The text without what does not make it another text: case, width, white space, punctuation.

    Operators stay, since 3+5 is not 3-5; a text of nothing else keeps what it has.
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    return plain.translate(_FOLDING) or plain


class _Folding(dict[int, int | None]):
    """Code point -> itself or None (dropped), filled as characters turn up."""

    def __missing__(self, code: int) -> int | None:
        kept = chr(code) in "+-*/%#@&\\" or unicodedata.category(chr(code))[0] not in "PZC"
        self[code] = code if kept else None
        return self[code]


_FOLDING = _Folding()


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _grams(text: str) -> Ints:
    """The set of 3-grams, each packed into one integer, ascending; a shorter text is padded to one gram."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.int64)
    if len(codes) < _GRAM:
        codes = np.pad(codes, (0, _GRAM - len(codes)), constant_values=_PADDING)
    return np.unique(codes[:-2] << 2 * _BITS | codes[1:-1] << _BITS | codes[2:])


def _incidence(sets: Sequence[Ints]) -> csr_array:
    """sets x elements, 0 or 1; elements are numbered from the rarest up, ascending in each row."""
    starts = np.cumsum([0, *map(len, sets)])
    _, element, frequency = np.unique(np.concatenate(sets), return_inverse=True, return_counts=True)
    rarity = np.empty(len(frequency), dtype=np.int64)
    rarity[np.argsort(frequency, kind="stable")] = np.arange(len(frequency))
    ones = np.ones(len(element), dtype=np.int32)
    incidence = csr_array((ones, rarity[element], starts), shape=(len(sets), len(frequency)))
    incidence.sort_indices()
    return incidence


def _similar_sets(incidence: csr_array, threshold: float) -> Ints:
    """Connected components of the sets whose Jaccard similarity reaches the threshold.

    Each set is checked first against the first one that shares a rare element with it: that joins large
    clusters with few checks, and what is joined already need not be checked pair by pair.
    """
    rows, columns = _prefixes(incidence, threshold)
    first = np.full(incidence.shape[1], incidence.shape[0])
    np.minimum.at(first, columns, rows)
    labels = np.arange(incidence.shape[0])
    labels = _joined(labels, incidence, first[columns], rows, threshold)
    undecided = np.zeros(incidence.shape[1], dtype=bool)
    undecided[columns[labels[first[columns]] != labels[rows]]] = True
    kept = undecided[columns]
    for left, right in _pairs_sharing_a_column(rows[kept], columns[kept], incidence.shape):
        labels = _joined(labels, incidence, left, right, threshold)
    return _numbered_by_appearance(labels)


def _prefixes(incidence: csr_array, threshold: float) -> tuple[Ints, Ints]:
    """The (row, column) entries of which two similar sets share at least one.

    Similar sets share at least ceil(threshold * size) elements, whichever of the two sizes is taken. With the
    elements of both in one order, they therefore meet among the first size - ceil(threshold * size) + 1 of
    each.
    """
    sizes = np.diff(incidence.indptr)
    rounding = 1e-9  # keeps 0.8 * 5 from becoming more than 4
    lengths = sizes - np.ceil(threshold * sizes - rounding).astype(np.int64) + 1
    position = np.arange(incidence.nnz) - np.repeat(incidence.indptr[:-1], sizes)
    kept = position < np.repeat(lengths, sizes)
    rows = np.repeat(np.arange(len(sizes)), sizes)
    return rows[kept], incidence.indices[kept].astype(np.int64)


def _pairs_sharing_a_column(rows: Ints, columns: Ints, shape: tuple[int, int]) -> Iterator[tuple[Ints, Ints]]:
    """The pairs (left < right) of rows with an entry in the same column, each once, in batches."""
    entries = coo_array((np.ones(len(rows), dtype=np.int32), (rows, columns)), shape=shape).tocsr()
    transposed = entries.T.tocsr()
    for batch in _batches(entries @ np.diff(transposed.indptr)):
        shared = (entries[batch] @ transposed).tocoo()
        left, right = shared.coords[0].astype(np.int64) + batch.start, shared.coords[1].astype(np.int64)
        yield left[left < right], right[left < right]


def _joined(labels: Ints, incidence: csr_array, left: Ints, right: Ints, threshold: float) -> Ints:
    """The labels after joining the clusters of every pair (left, right) that is similar."""
    sizes = np.diff(incidence.indptr)
    size_ratio = np.minimum(sizes[left], sizes[right]) / np.maximum(sizes[left], sizes[right])
    open_pairs = (labels[left] != labels[right]) & (size_ratio >= threshold)
    left, right = np.unique(np.stack([left[open_pairs], right[open_pairs]]), axis=1)
    similar = np.zeros(len(left), dtype=bool)
    for batch in _batches(sizes[left] + sizes[right]):
        shared = incidence[left[batch]].multiply(incidence[right[batch]]).sum(axis=1)
        union = sizes[left[batch]] + sizes[right[batch]] - shared
        similar[batch] = shared / union >= threshold
    edges = (labels[left[similar]], labels[right[similar]])
    joins = coo_array((np.ones(int(similar.sum())), edges), shape=(len(labels), len(labels)))
    return np.asarray(connected_components(joins, directed=False)[1][labels], dtype=np.int64)


def _batches(costs: Ints) -> Iterator[slice]:
    """Consecutive slices of about _BATCH_COST each; one item may cost more than that alone."""
    bounds = np.flatnonzero(np.diff(np.cumsum(costs) // _BATCH_COST)) + 1
    for start, stop in pairwise([0, *bounds.tolist(), len(costs)]):
        yield slice(start, stop)


def _numbered_by_appearance(labels: Ints) -> Ints:
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[inverse]
