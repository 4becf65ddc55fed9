"""The engine's part of the benchmark: a whole training process followed from outside, and scoring as a library.

python -m bench.rm.ours job.json scores; training is `python -m rm_training.engine.train`, started by `train`.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench.rm.comparisons import MAX_LENGTH, PAIRS, RESPONSES

_NEVER = 10**9
_POLL_SECONDS = 0.2


def config(job: dict[str, Any], out: Path, *, epochs: int, token_budget: int) -> dict[str, Any]:
    """run.json of the engine for `job`."""
    values = {
        "base": job["model"], "train": [job["comparisons"]], "out": str(out), "max_length": MAX_LENGTH,
        "learning_rate": job["learning_rate"], "scheduler": "constant", "warmup_ratio": 0.0,
        "batch_responses": job["batch_prompts"] * RESPONSES, "epochs": epochs,
        "regularization": job["regularization"], "precision": job["dtype"], "device": job["device"],
        "token_budget": token_budget, "attention": job["attention"], "save_steps": _NEVER,
    }  # fmt: skip
    return values | ({"lora": job["lora_rank"], "lora_alpha": 2.0 * job["lora_rank"]} if job["lora_rank"] else {})


def train(job: dict[str, Any], out: Path, token_budget: int, env: dict[str, str]) -> tuple[float, float]:
    """Seconds of one epoch by the run's own progress file, and its seconds of CPU: the second of three epochs.

    The first epoch warms up. The run is killed in its third, as nothing that it would save is wanted.
    Raises RuntimeError where it ends before.
    """
    process = _start(job, out, 3, token_budget, env)
    cpu: dict[int, float] = {}  # at the first sight of each epoch's last line
    try:
        while process.poll() is None and not _in_epoch(out, 3):
            time.sleep(_POLL_SECONDS)
            for epoch in (1, 2):
                if epoch not in cpu and _pairs(out, epoch) == job["prompts"] * PAIRS:
                    cpu[epoch] = _cpu_seconds(process.pid)
    finally:
        process.kill()
        process.wait()
    if not (_in_epoch(out, 3) and len(cpu) == 2):
        raise RuntimeError(
            f"the engine's run ended early, or left pairs out:\n{(out / 'stderr.txt').read_text()[-2000:]}"
        )
    first, second = _in_epoch(out, 1)[-1], _in_epoch(out, 2)[-1]
    return second["seconds"] - first["seconds"], cpu[2] - cpu[1]


def _pairs(out: Path, epoch: int) -> int:
    """Pairs that the lines of `epoch` count; the progress file adds up those of the epochs before."""
    until = {number: lines[-1]["pairs_used"] for number in (epoch - 1, epoch) if (lines := _in_epoch(out, number))}
    return int(until.get(epoch, 0)) - int(until.get(epoch - 1, 0))


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(") ")[2].split()
    user, system = fields[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def losses(job: dict[str, Any], out: Path, token_budget: int, env: dict[str, str]) -> list[float]:
    """Losses of `job["steps"]` epochs of one step each."""
    if _start(job, out, job["steps"], token_budget, env).wait():
        raise RuntimeError(f"the engine's run failed:\n{(out / 'stderr.txt').read_text()[-2000:]}")
    return [line["loss"] for line in _lines(out)]


def _start(
    job: dict[str, Any], out: Path, epochs: int, token_budget: int, env: dict[str, str]
) -> "subprocess.Popen[bytes]":
    out.mkdir(parents=True)
    run = out / "run.json"
    run.write_text(json.dumps(config(job, out, epochs=epochs, token_budget=token_budget)), encoding="utf-8")
    with (out / "stderr.txt").open("wb") as stderr:
        return subprocess.Popen(
            [sys.executable, "-m", "rm_training.engine.train", str(run)], stdout=stderr, stderr=stderr, env=env
        )


def _in_epoch(out: Path, epoch: int) -> list[dict[str, Any]]:
    return [line for line in _lines(out) if line["epoch"] == epoch]


def _lines(out: Path) -> list[dict[str, Any]]:
    path = out / "progress.jsonl"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]


def score(job: dict[str, Any]) -> dict[str, Any]:
    """Time to score every response once, by the fastest of the token budgets, without tokenisation."""
    from rm_training.engine.data import Prompt, read_training
    from rm_training.engine.encode import Encoder
    from rm_training.engine.inference import rewards_of
    from rm_training.engine.model import Runtime, load_for_scoring

    model = load_for_scoring(job["model"], Runtime.choose(job["device"], job["dtype"]))
    prompts = read_training([Path(job["comparisons"])])
    encoder = Encoder(model.tokenizer, MAX_LENGTH)

    def spent(chosen: list[Prompt], budget: int) -> list[float]:
        times = [_now()]
        encoder.encode([(prompt.text, response) for prompt in chosen for response in prompt.responses])
        times.append(_now())
        rewards_of(model, chosen, max_length=MAX_LENGTH, token_budget=budget)
        times.append(_now())
        return [(end - middle) - (middle - start) for start, middle, end in zip(*times, strict=True)]

    few = prompts[: job["sweep_prompts"]]
    spent(few[:1], job["candidates"][0])
    by_cpu = job["device"] == "cpu"
    budget = min(job["candidates"], key=lambda candidate: spent(few, candidate)[by_cpu])
    return {"score": spent(prompts, budget), "setting": {"tokens a pass, score": budget}}


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def main(path: str) -> None:
    job = json.loads(Path(path).read_text(encoding="utf-8"))
    Path(job["result"]).write_text(json.dumps(score(job)), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
