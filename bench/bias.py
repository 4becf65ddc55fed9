"""How long a report of bias takes at full size, and the simulation of a plan: python -m bench.bias

900,000 comparisons of 60 people over 27,861 prompts in the packed tables of 120 days, as the site stores them:
unpacked, the curves by place and length with their intervals, the fit, and the figures of every person. Then a forecast
with the line of its plot, for the usual plan and for the most costly one that the page takes. Fails beyond 1 s for
either; what counts is this process's own time, whatever else the machine does.
"""

from __future__ import annotations

import os

# before numpy is loaded, which reads them once
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np

from annotate.domain.bias import PLACES
from annotate.domain.bias_table import stream_unpacked, table_packed
from annotate.domain.planning import Plan, forecast, sweep
from bench.embedded import embedded

N_COMPARISONS, PEOPLE, PROMPTS, DAYS = 900_000, 60, 27_861, 120
RUNS, MAX_SECONDS = 5, 1.0


def tables(seed: int = 0) -> list[bytes]:
    """A packed table for each day; earlier responses are favoured a little, longer ones more."""
    generator = np.random.default_rng(seed)
    packed = []
    for day in range(DAYS):
        n = N_COMPARISONS // DAYS
        prompt = 1 + (day * PROMPTS // DAYS + generator.integers(0, 2 * PROMPTS // DAYS, n)) % PROMPTS
        place = generator.choice([1, 2, PLACES + 2], n)
        difference = np.rint(generator.standard_normal(n) * 250).astype(int)
        felt = 0.1 + 0.2 * difference / 100 + generator.logistic(size=n)
        verdict = np.where(np.abs(felt) < 0.2, 0, np.sign(felt)).astype(int)
        columns = prompt, generator.integers(1, PEOPLE + 1, n), place, difference, verdict
        packed.append(table_packed(list(zip(*(column.tolist() for column in columns), strict=True))))
    return packed


def seconds(work: Callable[[], Any]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


def main() -> int:
    with embedded():
        return measure()


def measure() -> int:
    import django

    django.setup()
    from annotate.domain.states import ComparisonKind
    from annotate.selectors.bias import Author, figures_of

    stored = tables()
    author = Author(ComparisonKind.HUMAN, "", stream_unpacked(stored), {})
    unpacking = median(seconds(lambda: stream_unpacked(stored)) for _ in range(RUNS))
    telling = median(seconds(lambda: figures_of([author], "half")) for _ in range(RUNS))
    told = figures_of([author], "half")
    fit = told["authors"][0]["fit"]
    print(
        f"{len(author.stream):,} comparisons, {len(told['people'])} people, {sum(map(len, stored)) / 1e6:.1f} MB packed"
    )
    print(
        f"fit: first {fit['first']['value']:.3f} (made with 0.1), length {fit['length']['value']:.3f} (made with 0.2)"
    )
    print(
        f"report    {unpacking + telling:.3f} s ({unpacking:.3f} s of it unpacking); target under {MAX_SECONDS:.0f} s"
    )
    usual = Plan(27_861, 29, 40)
    costly = Plan(27_861, 29, 40, passes=5, responses=12, width=5)
    slowest = unpacking + telling
    for name, plan in (("usual", usual), ("costly", costly)):
        for along, values in (("noise", [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0]), ("passes", [1.0, 2.0, 3.0, 4.0])):
            taken = median(
                seconds(lambda p=plan, a=along, v=values: (forecast(p), sweep(p, a, v))) for _ in range(RUNS)
            )
            slowest = max(slowest, taken)
            print(f"plan, {name:<7} along {along:<7} {taken:.3f} s; target under {MAX_SECONDS:.0f} s")
    return 0 if slowest < MAX_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
