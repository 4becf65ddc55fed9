"""Figures of groups of facts: agreement, alpha, tau, accuracy, conflicts and rejections, with their intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan
from typing import Any

import numpy as np

from annotate.domain.figures import (
    Facts,
    Floats,
    Ints,
    Outcomes,
    What,
    agreement_outcomes,
    alphas,
    both_sides,
    interval_of,
    outcomes_of,
    places_of,
    said_of,
    taus,
)
from annotate.domain.statistics import Interval, wilson_interval

# The columns that make a group.
GROUPS: dict[str, tuple[str, ...]] = {
    "total": (),
    "day": ("day",),
    "category": ("category",),
    "source": ("source",),
    "annotator": ("annotator",),
    "pair": ("annotator", "partner"),
    "heat": ("category", "annotator"),
    "annotator_day": ("annotator", "day"),
}
RATES = {"gold": What.GOLD, "consistency": What.REPEAT, "rejection": What.REVIEW}


@dataclass(frozen=True, slots=True)
class Groups:
    """Figures by group; every array and table has one entry or row for each of `keys`."""

    keys: list[tuple[int, ...]]
    tasks: Ints
    seconds: Ints
    agreement: Outcomes
    gold: Outcomes
    consistency: Outcomes
    rejection: Outcomes
    conflict: Outcomes
    alphas: Floats
    taus: Floats

    def rate(self, name: str, group: int) -> dict[str, Any] | None:
        """Return {rate, low, high, n} of a group, n the units; None where there are none."""
        return rate_body(getattr(self, name).of(group), trials=name == "rejection")

    def plain(self, name: str, group: int) -> tuple[float, float]:
        """Return (same, total) of a group."""
        found = getattr(self, name).of(group)
        return sum(same * n for same, _, n in found), sum(total * n for _, total, n in found)


def rate_body(outcomes: list[tuple[float, float, int]], *, trials: bool = False) -> dict[str, Any] | None:
    """Return {rate, low, high, n} of (same, total, count) outcomes; `trials` are independent and of one each."""
    n, same, total = 0, 0.0, 0.0
    for one, of, count in outcomes:
        if of:
            n, same, total = n + count, same + one * count, total + of * count
    if not n:
        return None
    found = wilson_interval(same, total) if trials else interval_of(tuple(outcomes))
    interval = found or Interval(0.0, 1.0)
    return {"rate": same / total, "low": interval.low, "high": interval.high, "n": n}


def known(value: float) -> float | None:
    """Return a figure, or None for nan."""
    return None if isnan(value) else float(value)


def groups_of(facts: Facts, by: str, measure: str) -> Groups:
    """Group facts by one of GROUPS. A task that two people did counts in full for each, where groups are of people."""
    columns = GROUPS[by]
    of_people = "annotator" in columns
    units = both_sides(facts.units, (*columns, "kind", "count")) if of_people and by != "pair" else facts.units
    told = [name for name in (*columns, "same", "total", "count") if name != "partner"]
    tables: dict[str, Mapping[str, Ints]] = {
        "units": units,
        "work": facts.work,
        "conflict": facts.about(What.OWN_CONFLICT if of_people else What.CONFLICT, told),
        **{name: facts.about(what, told) for name, what in RATES.items()},
    }
    if by == "pair":
        nothing = np.zeros(0, dtype=np.int64)
        tables = {
            name: table if name == "units" else {**dict.fromkeys(table, nothing), "partner": nothing}
            for name, table in tables.items()
        }
    keys, group = _numbered(tables, columns)
    n = len(keys)

    def outcomes(name: str) -> Outcomes:
        table = tables[name]
        return outcomes_of(group[name], table["same"], table["total"], table["count"], n)

    said = said_of(facts.kinds, group["units"], units["kind"], units["count"], n)
    done = tables["work"]["tasks"], group["work"]
    if by == "pair":
        done = units["count"], group["units"]
    return Groups(
        keys=keys,
        tasks=_sum(*done, n),
        seconds=_sum(tables["work"]["seconds"], group["work"], n),
        agreement=agreement_outcomes(said, measure),
        gold=outcomes("gold"),
        consistency=outcomes("consistency"),
        rejection=outcomes("rejection"),
        conflict=outcomes("conflict"),
        alphas=alphas(said),
        taus=taus(said),
    )


def _sum(values: Ints, group: Ints, n: int) -> Ints:
    return np.bincount(group, weights=values, minlength=n).astype(np.int64)


def _numbered(
    tables: Mapping[str, Mapping[str, Ints]], columns: tuple[str, ...]
) -> tuple[list[tuple[int, ...]], dict[str, Ints]]:
    """Return the groups' keys in order, and for every table the number of the group that each row belongs to."""
    if not columns:
        return [()], {
            name: np.zeros(len(table["count" if "count" in table else "tasks"]), np.int64)
            for name, table in tables.items()
        }
    base = 1 + max((int(table[columns[-1]].max()) for table in tables.values() if len(table[columns[-1]])), default=0)
    codes = {
        name: table[columns[0]] * base + table[columns[1]] if len(columns) == 2 else table[columns[0]]
        for name, table in tables.items()
    }
    found, places = places_of(list(codes.values()))
    keys = [divmod(code, base) if len(columns) == 2 else (code,) for code in found.tolist()]
    return keys, dict(zip(codes, places, strict=True))
