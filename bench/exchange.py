"""How fast prompts come in and preference sets go out, and in how much memory: python -m bench.exchange

Measures, at 2,000 and 20,000 synthetic prompts with 5 responses of the paper's lengths: the import of a .jsonl.gz
(check of every line, staging, publication, tasks), the freezing of a preference set (near-duplicates, split, five files
with their hashes) and its export as a ZIP. Each step runs in a process of its own on the embedded database, whose peak
resident memory is taken; "idle" is that of the same process doing nothing. Fails if ten times the prompts make a step
less than half as fast per prompt, or if the export does not run in constant memory.
"""

import argparse
import gzip
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SIZES = (2_000, 20_000)
STEPS = ("idle", "import", "freeze", "export")
PROJECT = "bench"
N_RESPONSES = 5
PROMPT_CHARS, RESPONSE_CHARS = 180, 430
MIN_SPEED_RATIO = 0.5
MAX_EXPORT_GROWTH_MB = 20


def synthetic_lines(n: int, seed: int = 0) -> Iterator[str]:
    """Yield lines of FORMATS 1 whose words follow Zipf's law, as those of real texts about do."""
    generator = random.Random(seed)
    words = ["".join(chr(generator.randrange(0x4E00, 0x9000)) for _ in range(2)) for _ in range(20_000)]
    weights = [1 / rank for rank in range(1, len(words) + 1)]

    def text(n_chars: int) -> str:
        return "".join(generator.choices(words, weights, k=max(4, round(generator.expovariate(2 / n_chars)))))

    for number in range(n):
        responses = [{"model": f"model-{m}", "text": f"{m}{text(RESPONSE_CHARS)}"} for m in range(N_RESPONSES)]
        line = {
            "id": f"bench-{number}",
            "prompt": f"{text(PROMPT_CHARS)}{number}",
            "category": [f"类别{number % 8}", f"子类{number % 40}"],
            "source": "human" if number % 2 else "open",
            "responses": responses,
        }
        yield json.dumps(line, ensure_ascii=False)


def step(name: str, folder: Path) -> dict[str, Any]:
    """Do one step in this process and return its seconds and the peak of the process in MB."""
    import django

    django.setup()
    from annotate.models import Project

    project = Project.objects.get(name=PROJECT)
    start = time.perf_counter()
    if name == "import":
        _import(project, folder / "prompts.jsonl.gz")
    elif name == "freeze":
        _freeze(project)
    elif name == "export":
        _export(folder / "export.zip")
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def _import(project: Any, path: Path) -> None:
    from django.core.files import File

    from annotate.services.import_write import import_run

    with path.open("rb") as file:
        job = import_run(project=project, file=File(file), filename=path.name, keep_good=False, human_sources=[])
    assert job.state == "done", job.error


def _freeze(project: Any) -> None:
    from annotate.services.sets import set_run

    row = set_run(project=project, name=PROJECT, filters={}, benchmark_share=0.1, seed=0, note="")
    assert row.state == "frozen", row.error


def _export(target: Path) -> None:
    from annotate.models import PreferenceSet
    from annotate.services.set_downloads import set_zip_download

    with target.open("wb") as file:
        for chunk in set_zip_download(preference_set=PreferenceSet.objects.get()).chunks:
            file.write(chunk)


def rank_everything() -> None:
    """Accept every prompt with a ranking from ten comparisons, as annotation would leave it; not measured."""
    import django

    django.setup()
    from annotate.models import Prompt, Response
    from tests.annotate.finished import rank

    keys = list(Prompt.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), 500):
        prompts = list(Prompt.objects.filter(pk__in=keys[start : start + 500]).order_by("pk"))
        responses = list(Response.objects.filter(prompt__in=prompts).order_by("prompt_id", "pk"))
        rank(prompts, responses, tiers=(0, 1, 2, 2, 3))
    Prompt.objects.update(state="settled", agreement=1.0)
    Prompt.objects.update(state="accepted")


def run(arguments: list[str], environment: dict[str, str]) -> str:
    """Run Python in a process of its own and return what it prints."""
    done = subprocess.run([sys.executable, *arguments], env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


def measure(n: int) -> dict[str, dict[str, Any]]:
    """Return {step: seconds and peak} for `n` prompts on a fresh database."""
    with tempfile.TemporaryDirectory(prefix="cheems-bench-") as name:
        folder = Path(name)
        environment = {**os.environ, "CHEEMS_DATA_DIR": name, "DJANGO_SETTINGS_MODULE": "annotation_site.settings"}
        for variable in ("DATABASE_URL", "CELERY_BROKER_URL"):
            environment.pop(variable, None)
        with gzip.open(folder / "prompts.jsonl.gz", "wt", encoding="utf-8", compresslevel=3) as file:
            file.writelines(f"{line}\n" for line in synthetic_lines(n))
        run(["manage.py", "migrate", "-v0"], environment)
        create = f"from annotate.models import Project; Project.objects.create(name={PROJECT!r})"
        run(["manage.py", "shell", "-v0", "-c", create], environment)
        figures = {}
        for name in STEPS:
            if name == "freeze":
                run(["-m", "bench.exchange", "--rank"], environment)
            figures[name] = json.loads(
                run(["-m", "bench.exchange", "--step", name, "--folder", str(folder)], environment)
            )
        return figures


def report(found: dict[int, dict[str, dict[str, Any]]]) -> list[str]:
    """Print the figures and return what is worse than it may be."""
    print(f"{'prompts':>8} {'step':>8} {'seconds':>9} {'prompts/s':>10} {'peak MB':>8}")
    for n, steps in found.items():
        for name, figures in steps.items():
            speed = "" if name == "idle" else f"{n / figures['seconds']:.0f}"
            seconds = "" if name == "idle" else f"{figures['seconds']:.2f}"
            print(f"{n:>8} {name:>8} {seconds:>9} {speed:>10} {figures['peak_mb']:>8.0f}")
    small, large = SIZES
    faults = []
    for name in STEPS[1:]:
        ratio = (large / found[large][name]["seconds"]) / (small / found[small][name]["seconds"])
        if ratio < MIN_SPEED_RATIO:
            faults.append(f"{name} handles {ratio:.2f} times as many prompts a second at {large:,} as at {small:,}")
    growth = found[large]["export"]["peak_mb"] - found[small]["export"]["peak_mb"]
    if growth > MAX_EXPORT_GROWTH_MB:
        faults.append(f"the export takes {growth:.0f} MB more for {large:,} prompts than for {small:,}")
    return faults


def main() -> int:
    """Run the benchmark, or one step of it for the process that does."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--rank", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.rank:
        rank_everything()
        return 0
    if options.step:
        print(json.dumps(step(options.step, options.folder)))
        return 0
    faults = report({n: measure(n) for n in SIZES})
    for fault in faults:
        print(f"FAILED: {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
