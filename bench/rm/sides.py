"""The three trainers of the benchmark as processes: jobs in, figures out; each gets the same environment."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.rm import ours
from bench.rm.comparisons import PAIRS, Ranked, write_cheems, write_trl

ENGINE, TRL, LOOP = "engine", "TRL RewardTrainer", "padded loop"

_LEARNING_RATE = 1e-4
_MOST_THREADS = 8  # the engine's own limit on a CPU, so the others get no more
_TRL_WORKER = Path(__file__).with_name("trl_worker.py")


@dataclass(frozen=True)
class Plan:
    """How much is measured, in prompts, and which settings each side may choose its best from.

    A pass is of `tokens` for the engine, of `loop` prompts for the loop, of `trl` pairs for TRL.
    """

    prompts: int
    batch: int  # of one optimiser step
    sweep: int  # on which the settings are tried
    tokens: tuple[int, ...]
    loop: tuple[int, ...]
    trl: tuple[int, ...]


PLANS = {
    "cpu": Plan(prompts=12, batch=4, sweep=1, tokens=(4096,), loop=(1, 2, 4), trl=(5, 10)),
    "cuda": Plan(
        prompts=256, batch=32, sweep=32, tokens=(16384, 32768, 65536), loop=(2, 4, 8, 16, 32), trl=(4, 8, 16, 32, 64)
    ),
    "cuda, large": Plan(
        prompts=64, batch=16, sweep=16, tokens=(8192, 16384, 32768), loop=(1, 2, 4, 8), trl=(2, 4, 8, 16)
    ),
}


class Sides:
    """Runs jobs on one model, device and precision; everything they write goes under `folder`."""

    def __init__(self, folder: Path, common: dict[str, Any], plan: Plan, trl: Path | None):
        self.folder, self.plan, self.trl = folder, plan, trl
        self.common = common | {
            "learning_rate": _LEARNING_RATE, "sweep_prompts": plan.sweep, "sweep_pairs": plan.sweep * PAIRS,
        }  # fmt: skip
        self.env = environment(common["device"])

    def speeds(self, items: list[Ranked]) -> dict[str, dict[str, Any]]:
        """Of each side what training and scoring all of `items` take, as (seconds, seconds of CPU), and its setting."""
        job = self._job("speed", items, batch=self.plan.batch, regularization=0.1, steps=1)
        figures = {LOOP: self._loop(job)}
        if self.trl:
            figures[TRL] = self._trl(job)
        return figures | {ENGINE: self._engine(job)}

    def curves(self, items: list[Ranked], regularization: float, steps: int) -> dict[str, list[float]]:
        """Losses of `steps` steps on all of `items` at once, so that every side has the same batches."""
        job = self._job("curve", items, batch=len(items), regularization=regularization, steps=steps)
        curves = {LOOP: self._loop(job)["losses"]}
        if self.trl and not regularization:  # TRL penalises (r_w + r_l)^2 instead, which is another loss
            curves[TRL] = self._trl(job)["losses"]
        return curves | {ENGINE: ours.losses(job, self._new("curve"), self.plan.tokens[0], self.env)}

    def _job(self, kind: str, items: list[Ranked], *, batch: int, regularization: float, steps: int) -> dict[str, Any]:
        return self.common | {
            "kind": kind, "prompts": len(items), "batch_prompts": batch, "batch_pairs": batch * PAIRS,
            "regularization": regularization, "steps": steps, "scratch": str(self.folder / "scratch"),
            "comparisons": str(write_cheems(self.folder / f"{kind}.jsonl", items)),
            "pairs": str(write_trl(self.folder / f"{kind}-pairs.jsonl", items)),
        }  # fmt: skip

    def _loop(self, job: dict[str, Any]) -> dict[str, Any]:
        return self._work([sys.executable, "-m", "bench.rm.literal"], LOOP, job, self.plan.loop)

    def _trl(self, job: dict[str, Any]) -> dict[str, Any]:
        return self._work([str(self.trl), str(_TRL_WORKER)], TRL, job, self.plan.trl)

    def _engine(self, job: dict[str, Any]) -> dict[str, Any]:
        budgets = self.plan.tokens
        budget = budgets[0] if len(budgets) == 1 else self._fastest_budget(job)
        trained = ours.train(job, self._new("train"), budget, self.env)
        scored = self._work([sys.executable, "-m", "bench.rm.ours"], ENGINE, job, budgets)
        setting = {"tokens a pass, train": budget, "attention": job["attention"], **scored["setting"]}
        return scored | {"train": trained, "setting": setting}

    def _fastest_budget(self, job: dict[str, Any]) -> int:
        few = job | {"prompts": self.plan.sweep, "comparisons": str(self.folder / "few.jsonl")}
        lines = Path(job["comparisons"]).read_text(encoding="utf-8").splitlines(keepends=True)
        Path(few["comparisons"]).write_text("".join(lines[: self.plan.sweep]), encoding="utf-8")
        times: dict[int, float] = {}
        for budget in self.plan.tokens:
            try:
                times[budget] = ours.train(few, self._new("train"), budget, self.env)[0]
            except RuntimeError as error:
                print(f"token budget {budget} is left out: {error}", file=sys.stderr)
        return min(times, key=lambda budget: times[budget])

    def _work(self, command: list[str], name: str, job: dict[str, Any], candidates: tuple[int, ...]) -> dict[str, Any]:
        """Give `job` to a worker process and read what it found. Raises RuntimeError where it fails."""
        print(f"{name}: {job['kind']}", file=sys.stderr, flush=True)
        path, result = self.folder / "job.json", self.folder / "result.json"
        result.unlink(missing_ok=True)
        path.write_text(json.dumps(job | {"candidates": candidates, "result": str(result)}), encoding="utf-8")
        done = subprocess.run([*command, str(path)], capture_output=True, text=True, env=self.env, check=False)
        if done.returncode or not result.exists():
            raise RuntimeError(f"{name} failed:\n{done.stderr[-3000:]}")
        figures: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
        return figures

    def _new(self, name: str) -> Path:
        folder = self.folder / f"engine-{name}"
        shutil.rmtree(folder, ignore_errors=True)
        return folder


def environment(device: str) -> dict[str, str]:
    """The same threads for all sides, no download, one card at most."""
    threads = os.environ.get("OMP_NUM_THREADS", str(min(len(os.sched_getaffinity(0)), _MOST_THREADS)))
    cards = os.environ.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0] if device == "cuda" else ""
    return os.environ | {
        "OMP_NUM_THREADS": threads, "OMP_WAIT_POLICY": "PASSIVE", "CUDA_VISIBLE_DEVICES": cards,
        "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "true",
    }  # fmt: skip


def largest_difference(a: list[float], b: list[float]) -> float:
    return max(abs(x - y) for x, y in zip(a, b, strict=True))
