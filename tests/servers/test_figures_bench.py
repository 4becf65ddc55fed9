"""The benchmark of the dashboards makes its rows by SQL of its own: it has to follow the tables, and what it counts."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_rows_of_the_benchmark_are_those_of_the_tables_and_its_figures_a_recount() -> None:
    """How fast it is on this machine, and so its exit code, is not the question here."""
    command = [sys.executable, "-m", "bench.figures", "--scale", "0.01", "--calls", "2"]
    done = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False)
    assert "slowest p95" in done.stdout, done.stderr[-2000:]
    assert "(0 rows differ)" in done.stdout
    assert re.findall(r".* answers \d+", done.stdout) == []
    asked = [line for line in done.stdout.splitlines() if line.startswith(("projects/", "people/"))]
    assert len(asked) == 25
