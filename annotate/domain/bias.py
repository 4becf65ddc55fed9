"""Position and length bias: how often the response shown first is preferred, by place and by difference of length.

A comparison is turned so that A is the response that its author saw first. Columns of one stream of comparisons (of
people, or of a judge): prompt: int[C], which prompt; place: int[C], the places of A and B as 16 * place of A + place of
B; difference: int[C], characters of A less those of B; verdict: int[C], 1 where A is preferred, -1 where B is, 0 for a
tie.

Ties are counted "half", as half a preference for either, or set "apart": left out, their share told beside it. All
intervals are at 95% and by prompts, since what is said of one prompt hangs together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from annotate.domain.figures import MOST_CELLS, places_of
from annotate.domain.statistics import Interval, Z, ratio_interval
from annotate.domain.types import DomainError

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Ties = Literal["half", "apart"]

PLACES = 16
# Where one bin of differences ends and the next begins; 0 lies in the middle one.
LENGTH_EDGES = (-500, -200, -100, -50, -20, -5, 6, 21, 51, 101, 201, 501)
# Characters to which one unit of the fitted slope belongs, and beyond which a difference counts no more.
UNIT, MOST = 100, 1000
STEPS, TOLERANCE = 50, 1e-10


@dataclass(frozen=True, slots=True)
class Stream:
    """Comparisons of one kind of author, as the columns above; by: int[C], who said each."""

    prompt: Ints
    by: Ints
    place: Ints
    difference: Ints
    verdict: Ints

    def __post_init__(self) -> None:
        columns = (self.prompt, self.by, self.place, self.difference, self.verdict)
        if len({column.shape for column in columns}) != 1:
            raise DomainError("different_lengths", "The columns of a stream must be of one length.")

    def where(self, chosen: NDArray[np.bool_] | Ints | slice) -> Stream:
        """The comparisons that a mask, or their places, choose."""
        return Stream(*(column[chosen] for column in (self.prompt, self.by, self.place, self.difference, self.verdict)))

    def __len__(self) -> int:
        return len(self.verdict)


@dataclass(frozen=True, slots=True)
class Cell:
    """Share of A preferred in one group of comparisons; share and interval are None where nothing counts."""

    n: int
    n_ties: int
    share: float | None
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class Coefficient:
    """A coefficient of the logistic fit with its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Fit:
    """logit P(A preferred) = first + length * difference / UNIT.

    first: what being shown first adds between responses of equal length; length: what each UNIT characters more add.
    """

    first: Coefficient
    length: Coefficient


def whole_by(stream: Stream, group: Ints, n_groups: int, ties: Ties) -> list[Cell]:
    """`whole` of the comparisons of each group 0..n_groups - 1; group: int[C]."""
    return _cells(stream, group, n_groups, ties)


def longer_by(stream: Stream, group: Ints, n_groups: int, ties: Ties) -> list[Cell]:
    """`longer_preferred` of the comparisons of each group 0..n_groups - 1; group: int[C]."""
    unequal = np.flatnonzero(stream.difference)
    rows, signs = stream.where(unequal), np.sign(stream.difference[unequal])
    turned = Stream(rows.prompt, rows.by, rows.place, rows.difference * signs, rows.verdict * signs)
    return _cells(turned, group[unequal], n_groups, ties)


def length_bins(difference: ArrayLike) -> Ints:
    """int[C]: the bin of each difference, 0..len(LENGTH_EDGES); a bin takes its lower edge."""
    return np.searchsorted(LENGTH_EDGES, np.asarray(difference), side="right").astype(np.int64)


def length_curve(stream: Stream, ties: Ties) -> list[Cell]:
    """Share of A preferred in every bin of length differences, from B much longer to A much longer."""
    return _cells(stream, length_bins(stream.difference), len(LENGTH_EDGES) + 1, ties)


def place_curve(stream: Stream, ties: Ties) -> dict[tuple[int, int], Cell]:
    """Share of A preferred by the places (0 first) at which A and B stood, those that occur, in order."""
    codes, numbers = np.unique(stream.place, return_inverse=True)
    cells = _cells(stream, numbers, len(codes), ties)
    return {divmod(int(code), PLACES): cell for code, cell in zip(codes, cells, strict=True)}  # type: ignore[misc]


def whole(stream: Stream, ties: Ties) -> Cell:
    """Share of A preferred among all comparisons: one half where nobody minds what stands first."""
    return whole_by(stream, np.zeros(len(stream), dtype=np.int64), 1, ties)[0]


def longer_preferred(stream: Stream, ties: Ties) -> Cell:
    """Share of comparisons of responses of unequal length in which the longer one is preferred."""
    return longer_by(stream, np.zeros(len(stream), dtype=np.int64), 1, ties)[0]


def logistic_fit(stream: Stream, ties: Ties) -> Fit | None:
    """Fit position and length together by maximum likelihood; a tie counted half is half of either outcome.

    Differences are cut off at MOST characters, or a few very long texts would decide. Intervals are by the sandwich
    estimate clustered by prompt (K.-Y. Liang, S. Zeger, 1986, with the factor G / (G - 1)). None where there is no
    finite fit or fewer than two prompts: all outcomes alike, all lengths alike, or separated by length.
    """
    kept = stream.where(_counts(stream, ties))
    if not len(kept):
        return None
    steps = np.clip(kept.difference, -MOST, MOST) + MOST
    x = np.arange(-MOST, MOST + 1) / UNIT
    halves = kept.verdict + 1
    names, (cluster,) = places_of([kept.prompt])
    fitted = _newton(x, np.bincount(steps, minlength=len(x)), np.bincount(steps, halves, minlength=len(x)) / 2)
    n_clusters = len(names)
    if fitted is None or n_clusters < 2:
        return None
    beta, information = fitted
    residual = halves / 2 - _sigmoid(beta[0] + beta[1] * x)[steps]
    scores = np.stack([np.bincount(cluster, residual), np.bincount(cluster, residual * x[steps])])
    bread = np.linalg.inv(information)
    variance = bread @ (scores @ scores.T) @ bread * n_clusters / (n_clusters - 1)
    half = Z * np.sqrt(np.diag(variance))
    first, length = (Coefficient(float(b), float(b - h), float(b + h)) for b, h in zip(beta, half, strict=True))
    return Fit(first, length)


def _newton(x: Floats, count: Ints, success: Floats) -> tuple[Floats, Floats] | None:
    """(coefficients, information) at the maximum of the likelihood, None where it has none.

    count, success: how many outcomes there are at each x, and how many of them are successes.
    """
    design = np.stack([np.ones_like(x), x])
    beta = np.zeros(2)
    for _ in range(STEPS):
        expected = _sigmoid(beta @ design)
        information = (design * (count * expected * (1 - expected))) @ design.T
        if np.linalg.cond(information) > 1e10:
            return None
        step = np.linalg.solve(information, design @ (success - count * expected))
        beta = beta + step
        if np.abs(step).max() < TOLERANCE:
            return beta, information
    return None


def _sigmoid(values: Floats) -> Floats:
    return np.asarray(0.5 * (1 + np.tanh(values / 2)))


def _counts(stream: Stream, ties: Ties) -> NDArray[np.bool_] | slice:
    """Which comparisons count; a slice of all of them costs no copy."""
    if ties not in ("half", "apart"):
        raise DomainError("unknown_ties", f"{ties!r} is no way to count ties.", field="ties")
    return slice(None) if ties == "half" else stream.verdict != 0


def _cells(stream: Stream, group: Ints, n_groups: int, ties: Ties) -> list[Cell]:
    """One cell for each group 0..n_groups - 1."""
    tied = np.bincount(group[stream.verdict == 0], minlength=n_groups)
    n_all = np.bincount(group, minlength=n_groups)
    counts = _counts(stream, ties)
    outcomes = _outcomes(group[counts], stream.prompt[counts], stream.verdict[counts] + 1, n_groups)
    return [_cell(int(n), int(t), found) for n, t, found in zip(n_all, tied, outcomes, strict=True)]


def _cell(n: int, n_ties: int, outcomes: Sequence[tuple[float, float, int]]) -> Cell:
    total = sum(of * count for _same, of, count in outcomes)
    if not total:
        return Cell(n, n_ties, None, None)
    return Cell(n, n_ties, sum(same * count for same, _of, count in outcomes) / total, ratio_interval(outcomes))


def _outcomes(group: Ints, prompt: Ints, halves: Ints, n_groups: int) -> list[list[tuple[float, float, int]]]:
    """Of each group: (preferred, compared, in how many prompts), as statistics.ratio_interval takes it."""
    found: list[list[tuple[float, float, int]]] = [[] for _ in range(n_groups)]
    if not len(group):
        return found
    names, (number,) = places_of([prompt])
    cells, compared, preferred = _added(group * len(names) + number, halves, n_groups * len(names))
    base = 2 * int(compared.max()) + 1
    codes, counts = np.unique((cells // len(names) * base + preferred) * base + compared, return_counts=True)
    for code, count in zip(codes.tolist(), counts.tolist(), strict=True):
        of_group, same, total = code // base // base, code // base % base, code % base
        found[of_group].append((same / 2, total, count))
    return found


def _added(cell: Ints, halves: Ints, n_cells: int) -> tuple[Ints, Ints, Ints]:
    """(cells that occur, how often, sum of their halves); few enough cells are counted without sorting."""
    if n_cells > MOST_CELLS:
        cells, cell = np.unique(cell, return_inverse=True)
    else:
        cells = np.arange(n_cells)
    n, sums = np.bincount(cell, minlength=len(cells)), np.bincount(cell, halves, minlength=len(cells))
    present = np.flatnonzero(n)
    return cells[present], n[present], sums[present].astype(np.int64)
