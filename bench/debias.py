"""How long filter and debias of a whole judged project take: python -m bench.debias

Measures domain/debias.py on a project of the size of CheemsPreference: 332,370 comparisons of a simulated judge with
position bias, length bias and noise, filtered by the rewards of a simulated model, then debiased by length. Says what
each step leaves of the judge's faults, and fails beyond 5 s.
"""

from __future__ import annotations

import os

# before numpy is loaded, which reads them once
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import sys
import time
from statistics import median

import numpy as np

from annotate.domain.debias import Lineage, length_debias, lineage_counts, reward_filter
from annotate.domain.graph import rank_project
from annotate.domain.judge_simulation import Faults, Judged, judge_all, undone

N_COMPARISONS, N_RESPONSES = 332_370, 5
MODEL_NOISE, MARGIN = 0.7, 0.1
RUNS = 7
MAX_SECONDS = 5.0


def project() -> tuple[Judged, np.ndarray]:
    """The judge's comparisons and the model's rewards."""
    judged = judge_all(N_COMPARISONS // 10, N_RESPONSES, Faults(), seed=0)
    noise = np.random.default_rng(1).standard_normal(len(judged.quality))
    return judged, judged.quality + MODEL_NOISE * noise


def main() -> int:
    judged, rewards = project()
    columns = judged.a, judged.b, judged.verdict
    taken = []
    for _ in range(RUNS):
        begin = time.perf_counter()
        filtered = reward_filter(*columns, rewards, MARGIN)
        lineage = length_debias(*columns, judged.lengths, filtered, seed=0)
        taken.append(time.perf_counter() - begin)
    counts = lineage_counts(lineage)
    print(f"{len(judged.a):,} comparisons: " + ", ".join(f"{code.name.lower()} {counts[code]:,}" for code in Lineage))
    print(f"filter and debias {median(taken):.3f} s, median of {RUNS} runs; target under {MAX_SECONDS:.0f} s")
    kept = np.flatnonzero(lineage == Lineage.KEPT)
    ranked = rank_project(len(rewards), *(column[kept] for column in columns))
    if ranked.conflict.any():
        raise AssertionError("what is kept holds a cycle")
    print(f"{'step':<8}{'pairs':>9}{'right':>8}{'longer chosen':>15}{'by place':>10}{'by length':>11}")
    for name, left in undone(judged, rewards, MARGIN).items():
        share = left.groups.longer / max(1, left.groups.longer + left.groups.shorter)
        assert left.fit is not None
        slopes = f"{left.fit.first.value:>10.3f}{left.fit.length.value:>11.3f}"
        print(f"{name:<8}{left.n:>9,}{left.right:>8.3f}{share:>15.3f}{slopes}")
    return 0 if median(taken) < MAX_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
