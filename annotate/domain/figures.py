"""A day of a project as small tables of whole numbers, and figures by any grouping of them.

Three tables say everything. `work`: who did how many tasks of which category and source. `units`: which two people said
what of one task, as a kind. `outcomes`: how many of how many were as they should be, for what was measured otherwise.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotate.domain.agreement import alpha_of_counts
from annotate.domain.states import AgreementMeasure
from annotate.domain.statistics import FEW_UNITS, PERCENTILES, Interval, rank_values, ratio_interval
from annotate.domain.types import DomainError

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
# What two people said of one task: for each of its responses the two ranks, as 2 * rank - 2, sorted. Whose rank stands
# first is the one with the smaller id. Agreement by every measure, tau and alpha follow from it.
Kind = tuple[tuple[int, int], ...]

# Into how many steps the range of linearised shares is divided.
GRID = 64
# Up to how many cells a table may have that numbers are looked up or added up in.
MOST_CELLS = 2**21

WORK = ("annotator", "category", "source", "tasks", "seconds")
UNITS = ("annotator", "partner", "category", "source", "kind", "count")
OUTCOMES = ("what", "annotator", "category", "source", "same", "total", "count")


class What(IntEnum):
    """What an outcome is about; `same` of `total`, in halves where a measure counts halves.

    GOLD, REPEAT: comparisons as in the reference, or as before. REVIEW: one reviewed annotation that was rejected (1 of
    1) or not (0 of 1). CONFLICT: of a prompt's comparisons those that its ranking contradicts, all together.
    OWN_CONFLICT: the same of the comparisons of one annotator.
    """

    GOLD = 0
    REPEAT = 1
    REVIEW = 2
    CONFLICT = 3
    OWN_CONFLICT = 4


@dataclass(frozen=True, slots=True)
class Table:
    """Packed tables of a day, as they are stored, with the names that `source` and `kind` point into."""

    sources: list[str]
    kinds: list[str]
    work: bytes
    units: bytes
    outcomes: bytes


@dataclass(slots=True)
class Tally:
    """Counts a day. Annotators and categories are ids; a prompt's own conflicts have the annotator 0."""

    work: dict[tuple[int, int, str], list[int]] = field(default_factory=dict)
    units: Counter[tuple[int, int, int, str, Kind]] = field(default_factory=Counter)
    outcomes: Counter[tuple[int, int, int, str, int, int]] = field(default_factory=Counter)

    def add_work(self, annotator: int, category: int, source: str, seconds: float) -> None:
        """Count one task that somebody did."""
        cell = self.work.setdefault((annotator, category, source), [0, 0])
        cell[0] += 1
        cell[1] += round(seconds)

    def add_unit(self, one: int, other: int, category: int, source: str, kind: Kind) -> None:
        """Count one task that two people did; kind as by kind_of, of (one, other)."""
        if one > other:
            one, other, kind = other, one, tuple(sorted((b, a) for a, b in kind))
        self.units[one, other, category, source, kind] += 1

    def add_outcome(self, what: What, annotator: int, category: int, source: str, same: float, total: int) -> None:
        """Count one outcome: `same` of `total`, both as they are; halves are stored whole."""
        self.outcomes[what, annotator, category, source, round(2 * same), 2 * total] += 1

    def table(self) -> Table:
        """Return the tables; the same counts always give the same bytes."""
        named = [{key[2] for key in self.work}, {key[3] for key in self.units}, {key[3] for key in self.outcomes}]
        sources = sorted(set().union(*named))
        kinds = sorted({key[4] for key in self.units})
        place = {name: index for index, name in enumerate(sources)}
        kind_place = {kind: index for index, kind in enumerate(kinds)}
        return Table(
            sources=sources,
            kinds=[kind_word(kind) for kind in kinds],
            work=packed([(a, c, place[s], *cell) for (a, c, s), cell in self.work.items()], len(WORK)),
            units=packed(
                [(a, b, c, place[s], kind_place[kind], n) for (a, b, c, s, kind), n in self.units.items()], len(UNITS)
            ),
            outcomes=packed(
                [(w, a, c, place[s], same, total, n) for (w, a, c, s, same, total), n in self.outcomes.items()],
                len(OUTCOMES),
            ),
        )


def packed(rows: Sequence[tuple[int, ...]], width: int) -> bytes:
    """Return rows of whole numbers, sorted, as compressed columns. OverflowError beyond 32 bits."""
    columns = np.array(sorted(rows), dtype=np.int32).reshape(-1, width).T
    return zlib.compress(np.ascontiguousarray(columns, dtype="<i4").tobytes(), 1)


@lru_cache(maxsize=1024)
def unpacked(stored: bytes, width: int) -> NDArray[np.int32]:
    """Return what `packed` stored: int[width, n], read-only. Nothing stored is no rows.

    Days gone by hardly change, so what they unpack to is kept, some 100 KB for a day of 2,500 annotations. It is found
    by the bytes themselves: it cannot be outdated, nor another project's.
    """
    if not stored:
        return np.zeros((width, 0), dtype=np.int32)
    return np.frombuffer(zlib.decompress(stored), dtype="<i4").reshape(width, -1)


def kind_of(one: Sequence[Sequence[int]], other: Sequence[Sequence[int]]) -> Kind | None:
    """Return what two orders (tiers of responses, best first) of one task say; None where the responses differ."""
    ranks, others = rank_values(one), rank_values(other)
    if ranks.keys() != others.keys():
        return None
    return tuple(sorted((round(2 * rank) - 2, round(2 * others[node]) - 2) for node, rank in ranks.items()))


def kind_word(kind: Kind) -> str:
    """Return a kind as it is stored."""
    return " ".join(f"{a}-{b}" for a, b in kind)


@lru_cache(maxsize=4096)
def kind_read(word: str) -> Kind:
    """Return what kind_word wrote."""
    return tuple((int(a), int(b)) for a, b in (pair.split("-") for pair in word.split(" ")))


@lru_cache(maxsize=4096)
def kind_share(kind: Kind, measure: str) -> tuple[int, int]:
    """Return (same, total) of a kind's comparisons, both in halves, as agreement.passes_agreement measures them."""
    same = total = 0
    for place, (a, b) in enumerate(kind):
        for c, d in kind[:place]:
            one, other = (a > c) - (a < c), (b > d) - (b < d)
            if measure == AgreementMeasure.ORDERED and not (one and other):
                continue
            total += 2
            if one == other:
                same += 2
            elif measure == AgreementMeasure.WEIGHTED and not (one and other):
                same += 1
    return same, total


@lru_cache(maxsize=4096)
def kind_tau(kind: Kind) -> float:
    """Return Kendall's tau-b of a kind; nan where it is undefined."""
    concordant = ordered_one = ordered_other = 0
    for place, (a, b) in enumerate(kind):
        for c, d in kind[:place]:
            one, other = (a > c) - (a < c), (b > d) - (b < d)
            concordant += one * other
            ordered_one += abs(one)
            ordered_other += abs(other)
    return concordant / sqrt(ordered_one * ordered_other) if ordered_one and ordered_other else float("nan")


def kind_coincidences(kind: Kind, size: int) -> Ints:
    """Return the coincidence matrix of a kind, int[size, size], as statistics.coincidences gives it."""
    matrix = np.zeros((size, size), dtype=np.int64)
    for a, b in kind:
        matrix[a, b] += 1
        matrix[b, a] += 1
    return matrix


@dataclass(frozen=True, slots=True)
class Facts:
    """The cells of many days. Columns by name; `day` holds the place of the day among those that were read."""

    sources: list[str]
    kinds: list[Kind]
    work: dict[str, Ints]
    units: dict[str, Ints]
    outcomes: dict[str, Ints]

    def of(self, *, category: int | None = None, source: str = "") -> Facts:
        """Return the facts of one category, of one source, or both."""
        place = self.sources.index(source) if source in self.sources else -1
        wanted = {"category": category, "source": place if source else None}

        def kept(columns: dict[str, Ints]) -> dict[str, Ints]:
            for name, value in wanted.items():
                if value is not None:
                    columns = chosen(columns, columns[name] == value)
            return columns

        return Facts(self.sources, self.kinds, kept(self.work), kept(self.units), kept(self.outcomes))

    def about(self, what: What, names: Sequence[str]) -> dict[str, Ints]:
        """Return some columns of the outcomes about one thing."""
        return chosen({name: self.outcomes[name] for name in names}, self.outcomes["what"] == what)


def chosen(columns: Mapping[str, Ints], mask: NDArray[np.bool_]) -> dict[str, Ints]:
    """Return the rows that a mask chooses."""
    places = np.flatnonzero(mask)
    return {name: column[places] for name, column in columns.items()}


def places_of(columns: Sequence[Ints]) -> tuple[Ints, list[Ints]]:
    """Return the values of columns, ascending, and for each column the places of its own among them. None below 0."""
    highest = max((int(column.max()) for column in columns if len(column)), default=-1)
    if highest >= MOST_CELLS:
        found = np.unique(np.concatenate(columns))
        return found, [np.searchsorted(found, column) for column in columns]
    # Small numbers need no sorting: a table of all of them says which are there.
    table = np.zeros(highest + 1, dtype=np.int64)
    for column in columns:
        table[column] = 1
    found = np.flatnonzero(table)
    table[found] = np.arange(len(found))
    return found, [table[column] for column in columns]


def facts_of(days: Sequence[Table]) -> Facts:
    """Put the tables of many days together, their sources and kinds under common numbers."""
    sources, source_places = _common([day.sources for day in days])
    kinds, kind_places = _common([day.kinds for day in days])
    return Facts(
        sources,
        [kind_read(word) for word in kinds],
        _columns([day.work for day in days], WORK, source=source_places),
        _columns([day.units for day in days], UNITS, source=source_places, kind=kind_places),
        _columns([day.outcomes for day in days], OUTCOMES, source=source_places),
    )


def _common(named: Sequence[Sequence[str]]) -> tuple[list[str], list[Ints]]:
    """Return all names that lists hold, and for each list the places of its own among them."""
    places: dict[str, int] = {}
    own = [np.array([places.setdefault(name, len(places)) for name in names], dtype=np.int64) for names in named]
    return list(places), own


def _columns(stored: Sequence[bytes], names: tuple[str, ...], **places: Sequence[Ints]) -> dict[str, Ints]:
    """Return the columns of one table of many days, and `day`; `places` translate the numbers in some columns."""
    days = [unpacked(one, len(names)) for one in stored]
    whole = np.hstack(days, dtype=np.int64) if days else np.zeros((len(names), 0), dtype=np.int64)
    sizes = [day.shape[1] for day in days]
    columns = dict(zip(names, whole, strict=True))
    for name, of_day in places.items():
        # Each day's numbers begin where those of the days before end.
        begins = np.cumsum([0, *map(len, of_day)])[:-1]
        columns[name] = np.concatenate([*of_day, [0]])[columns[name] + np.repeat(begins, sizes)]
    return {**columns, "day": np.repeat(np.arange(len(days)), sizes)}


def both_sides(units: Mapping[str, Ints], names: Sequence[str]) -> dict[str, Ints]:
    """Return some columns of units told from each of their two people: twice as many rows, `annotator` whom of."""
    turned = {**units, "annotator": units["partner"], "partner": units["annotator"]}
    return {name: np.concatenate([units[name], turned[name]]) for name in names}


@dataclass(frozen=True, slots=True)
class Said:
    """How often each kind came in each of some groups. cells: (group, kind, count), of which few hold everything."""

    kinds: Sequence[Kind]
    n_groups: int
    group: Ints
    kind: Ints
    count: Ints


def said_of(kinds: Sequence[Kind], group: Ints, kind: Ints, count: Ints, n_groups: int) -> Said:
    """Add up equal kinds in each group: what follows then costs by groups and kinds, no more by tasks."""
    if n_groups * len(kinds) > MOST_CELLS:
        return Said(kinds, n_groups, group, kind, count)
    cells = np.bincount(group * len(kinds) + kind, weights=count, minlength=n_groups * len(kinds))
    present = np.flatnonzero(cells)
    place = np.divmod(present, max(len(kinds), 1))
    return Said(kinds, n_groups, *place, cells[present].astype(np.int64))


def agreement_outcomes(said: Said, measure: str) -> Outcomes:
    """Return, group by group, how many tasks had how many of their comparisons the same."""
    shares = np.array([kind_share(one, measure) for one in said.kinds], dtype=np.int64).reshape(-1, 2)
    same, total = shares[said.kind].T
    return outcomes_of(said.group, same, total, said.count, said.n_groups)


@dataclass(frozen=True, slots=True)
class Outcomes:
    """For groups of units: how often each outcome (same, total) came. counts: int[groups, outcomes]."""

    values: list[tuple[float, float]]
    counts: Ints

    def of(self, group: int) -> list[tuple[float, float, int]]:
        """Return the (same, total, count) of one group, as statistics.ratio_interval takes them."""
        return [
            (same, total, n) for (same, total), n in zip(self.values, self.counts[group].tolist(), strict=True) if n
        ]


def outcomes_of(group: Ints, same: Ints, total: Ints, count: Ints, n_groups: int) -> Outcomes:
    """Group cells by outcome; same and total come in halves and leave as they are."""
    if not len(group):
        return Outcomes([], np.zeros((n_groups, 0), dtype=np.int64))
    base = int(same.max()) + 1
    codes, (places,) = places_of([total * base + same])
    cells = np.bincount(group * len(codes) + places, weights=count, minlength=n_groups * len(codes))
    values = [(code % base / 2, code // base / 2) for code in codes.tolist()]
    return Outcomes(values, cells.reshape(n_groups, len(codes)).astype(np.int64))


@lru_cache(maxsize=16_384)
def interval_of(outcomes: tuple[tuple[float, float, int], ...]) -> Interval | None:
    """Return the 95% interval of a share; outcomes and cases as of statistics.ratio_interval.

    Of few units the bootstrap's distribution is computed instead of drawn: the sum of n draws is distributed as the
    n-fold convolution of one. Where not all units hold as many comparisons, the share is linearised, as the normal
    approximation does. So a table of hundreds of rows costs milliseconds; what is of days gone by never changes, and is
    kept.
    """
    present = [(same, total, count) for same, total, count in outcomes if total and count]
    n = sum(count for _, _, count in present)
    if n < 2 or n >= FEW_UNITS or len({same / total for same, total, _ in present}) == 1:
        return ratio_interval(present)
    same, total, counts = (np.array(column, dtype=np.float64) for column in zip(*present, strict=True))
    whole = float(counts @ total)
    ratio = float(counts @ same) / whole
    step, places = _on_a_grid(same - ratio * total if np.ptp(total) else same)
    of_one = np.bincount(places, weights=counts / n)
    size = n * (len(of_one) - 1) + 1
    of_all = np.cumsum(np.fft.irfft(np.fft.rfft(of_one, size) ** n, size))
    drawn = np.minimum(np.searchsorted(of_all, [percentile / 100 for percentile in PERCENTILES]), size - 1)
    low, high = np.clip(ratio + (drawn - float(counts @ places)) * step / whole, 0.0, 1.0)
    return Interval(float(low), float(high))


def _on_a_grid(values: Floats) -> tuple[float, Ints]:
    """Return values as whole numbers of steps above the least: exact for halves, else of a fine grid."""
    halves = 2 * (values - values.min())
    exact = bool((halves == np.rint(halves)).all())
    step = 0.5 if exact else float(np.ptp(values)) / GRID
    return step, np.rint((values - values.min()) / step).astype(np.int64)


def taus(said: Said) -> Floats:
    """Return the mean tau-b of every group's tasks on which it is defined; nan where there is none."""
    values = np.array([kind_tau(one) for one in said.kinds], dtype=np.float64)[said.kind]
    defined = ~np.isnan(values)
    group, count, values = said.group[defined], said.count[defined], values[defined]
    sums = np.bincount(group, weights=count * values, minlength=said.n_groups)
    n = np.bincount(group, weights=count, minlength=said.n_groups)
    means: Floats = np.divide(sums, n, out=np.full(said.n_groups, np.nan), where=n > 0)
    return means


def alphas(said: Said) -> Floats:
    """Return Krippendorff's alpha, ordinal on ranks, of every group; nan where it is undefined."""
    size: int = 1 + max((rank for one in said.kinds for pair in one for rank in pair), default=0)
    matrices = np.array([kind_coincidences(one, size) for one in said.kinds], dtype=np.int64).reshape(-1, size, size)
    summed = np.zeros((said.n_groups, size, size))
    for a in range(size):
        for b in range(a, size):
            weights = said.count * matrices[said.kind, a, b]
            summed[:, a, b] = summed[:, b, a] = np.bincount(said.group, weights=weights, minlength=said.n_groups)
    found: Floats = alpha_of_counts(summed, 1.0 + np.arange(size) / 2, "ordinal")
    return found


def differences(stored: Table, counted: Table) -> list[str]:
    """Name the rows in which two tables of one day differ, first as stored, then as counted."""
    told = []
    for name, columns in (("work", WORK), ("units", UNITS), ("outcomes", OUTCOMES)):
        first, second = _named(stored, name, columns), _named(counted, name, columns)
        for key in sorted(first.keys() | second.keys(), key=repr):
            if first.get(key) != second.get(key):
                told.append(f"{name} {key}: stored {first.get(key, 0)}, counted {second.get(key, 0)}")
    return told


def _named(table: Table, name: str, columns: tuple[str, ...]) -> dict[tuple[str, ...], tuple[int, ...]]:
    """Return {key with names: counts} of one table. DomainError("damaged") where it cannot be read."""
    n_keys = columns.index("tasks") if "tasks" in columns else columns.index("count")
    named: dict[tuple[str, ...], tuple[int, ...]] = {}
    try:
        for row in unpacked(getattr(table, name), len(columns)).T.tolist():
            key: dict[str, Any] = dict(zip(columns[:n_keys], row, strict=False))
            key["source"] = table.sources[key["source"]]
            if "kind" in key:
                key["kind"] = table.kinds[key["kind"]]
            named[tuple(str(value) for value in key.values())] = tuple(row[n_keys:])
    except (zlib.error, ValueError, IndexError) as error:
        raise DomainError("damaged", f"The stored table {name} cannot be read: {error}", field=name) from error
    return named
