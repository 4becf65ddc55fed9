"""How fast a recipe of distant supervision follows its slider at full size: python -m bench.distant

332,370 comparisons of a simulated judge (10 a prompt) with the rewards of a simulated model lie in the file that a
recipe keeps. Measured is what the server does for every place of the slider: read the file, filter, debias, count.
Fails beyond 1 s; what counts is this process's own time, whatever else the machine does.
"""

from __future__ import annotations

import os

# before numpy is loaded, which reads them once
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np

from annotate.domain.debias import Lineage
from annotate.domain.distant import Judgements
from bench.debias import N_COMPARISONS, project
from bench.embedded import embedded

MARGINS = (0.0, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
MAX_SECONDS = 1.0


def main() -> int:
    with embedded():
        return measure()


def measure() -> int:
    import django

    django.setup()
    from django.test import override_settings

    from annotate.selectors.judge_columns import A_FIRST, JudgeColumns
    from collaboration.models import DistantRun
    from collaboration.selectors.recipe_preview import JUDGEMENTS_FILE, judgements_save, recipe_folder, recipe_preview

    judged, rewards = project()
    n = len(judged.a)
    nothing = np.full(n, Lineage.KEPT, dtype=np.int8)
    judgements = Judgements(judged.a, judged.b, judged.verdict, nothing, judged.lengths, rewards)
    shown, readable = np.full(n, A_FIRST), np.ones(n, dtype=np.bool_)
    columns = JudgeColumns(
        np.ones(n, dtype=np.int64), judged.prompt, shown, readable, np.arange(len(rewards)), judgements
    )
    recipe = DistantRun(pk=1, seed=0)
    with tempfile.TemporaryDirectory() as folder, override_settings(RUNS_DIR=Path(folder)):
        judgements_save(recipe, columns)
        size = (recipe_folder(1) / JUDGEMENTS_FILE).stat().st_size
        taken = []
        for margin in MARGINS:
            begin = time.process_time()
            figures = recipe_preview(recipe, margin)
            taken.append(time.process_time() - begin)
            after, kept = figures["after"], figures["counts"]["kept"]
            print(
                f"margin {margin:<5} kept {kept:>8,} of {n:,}; longer {after['longer']:,}, shorter {after['shorter']:,}"
            )
    print(
        f"one look {median(taken):.3f} s, median of {len(taken)}, at most {max(taken):.3f} s ({size / 1e6:.1f} MB read)"
    )
    print(f"target under {MAX_SECONDS:.0f} s for {N_COMPARISONS:,} comparisons")
    return 0 if max(taken) < MAX_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
