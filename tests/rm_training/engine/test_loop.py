"""What happens around the steps: memory that runs out, held-out prompts, limits of time, curves elsewhere, LoRA."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from rm_training.engine.errors import EngineError
from rm_training.engine.model import RewardModel
from tests.rm_training.engine.conftest import Workshop, losses
from tests.rm_training.engine.samples import preference_rows, write_lines


def lines_of(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "progress.jsonl").read_text(encoding="utf-8").splitlines()]


def training_of(out: Path) -> dict[str, Any]:
    return dict(json.loads((out / "metrics.json").read_text(encoding="utf-8"))["training"])


class SmallDevice:
    """A device that has room for so many tokens a pass, and says so as torch does."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, room: int):
        forward = RewardModel.rewards

        def rewards(model: RewardModel, hidden: Any) -> torch.Tensor:
            if hidden.layout.ids.size > room:
                raise torch.OutOfMemoryError("out of memory")
            return forward(model, hidden)

        monkeypatch.setattr(RewardModel, "rewards", rewards)


def test_where_memory_runs_out_the_budget_is_halved_and_nothing_changes_but_a_note(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = losses(workshop.train("roomy", max_steps=3))
    SmallDevice(monkeypatch, 100)

    out = workshop.train("small", max_steps=3, token_budget=400)

    assert losses(out) == pytest.approx(expected, abs=1e-6)
    notes = ["out of memory: token_budget is halved to 200", "out of memory: token_budget is halved to 100"]
    assert [line.get("notes") for line in lines_of(out)] == [notes, None, None]
    assert training_of(out)["notes"] == notes


def test_memory_for_not_even_one_sample_ends_the_run(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    SmallDevice(monkeypatch, 3)

    with pytest.raises(torch.OutOfMemoryError):
        workshop.train("none")


def test_held_out_prompts_are_measured_not_trained_on_and_choose_what_is_kept(workshop: Workshop) -> None:
    settings = {"validation_share": 0.25, "eval_steps": 1, "save_steps": 100, "epochs": 3, "learning_rate": 0.02}

    best = workshop.train("best", keep="best", **settings)
    last = workshop.train("last", keep="last", **settings)

    lines = lines_of(best)
    accuracies = [line["validation"]["accuracy"] for line in lines]
    assert lines == [line | {k: v for k, v in other.items() if k in ("seconds", "tokens_per_s", "memory_mb")}
                     for line, other in zip(lines_of(last), lines, strict=True)]  # fmt: skip
    assert lines[-1]["pairs_used"] == 3 * 18 * 6
    kept = 1 + accuracies.index(max(accuracies))
    assert training_of(best)["notes"] == [f"the weights of step {kept} are kept, the best on the held-out prompts"]
    same = torch.equal(*(load_file(o / "model" / "model.safetensors")["score.weight"] for o in (best, last)))
    assert same == (kept == len(lines))
    until = workshop.train("until", **settings | {"validation_share": 0.25}, max_steps=len(lines))
    assert losses(until) == losses(best)


def test_the_best_survives_a_resumed_run(workshop: Workshop) -> None:
    settings = {"keep": "best", "validation_share": 0.25, "eval_steps": 1, "save_steps": 1, "epochs": 1}
    out = workshop.train("run", **settings)
    before = training_of(out)["notes"]
    (out / "metrics.json").unlink()

    workshop.train("run", **settings)

    assert training_of(out)["notes"] == before


def test_a_run_ends_at_its_time_limit_with_a_model(workshop: Workshop) -> None:
    out = workshop.train("run", epochs=1000, max_seconds=1)

    done = len(lines_of(out))
    assert 0 < done < 6000
    assert training_of(out)["notes"] == [f"max_seconds ended it after step {done} of 6000"]
    assert (out / "model" / "model.safetensors").exists()


def test_tensorboard_has_the_curves_of_a_run_and_of_its_continuation_once(workshop: Workshop) -> None:
    out = workshop.train("run", max_steps=3)
    workshop.train("run", max_steps=3)

    events = EventAccumulator(str(out / "tensorboard"))
    events.Reload()

    assert [event.step for event in events.Scalars("train/loss")] == [1, 2, 3]
    assert [event.value for event in events.Scalars("train/loss")] == pytest.approx(losses(out), rel=1e-6)
    assert {"train/accuracy", "train/lr", "train/grad_norm", "train/tokens_per_s"} <= set(events.Tags()["scalars"])


RECORDER = """
said = []
def init(**settings): said.append(("init", settings["config"]["learning_rate"]))
def log(scalars, step): said.append((step, scalars["train/loss"]))
def finish(): said.append("finish")
"""


def test_curves_also_go_to_services_that_the_run_names(
    workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "swanlab.py").write_text(RECORDER)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "swanlab", raising=False)

    out = workshop.train("run", max_steps=2, report_to=["swanlab"])

    first, second = losses(out)
    assert sys.modules["swanlab"].said == [("init", 1e-3), (1, first), (2, second), "finish"]  # type: ignore[attr-defined]


def test_a_service_whose_package_is_missing_is_named(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "wandb", None)

    with pytest.raises(EngineError, match="the Python package wandb is not installed") as caught:
        workshop.train("run", report_to=["wandb"])
    assert caught.value.code == "tracker_missing"


def test_lora_trains_adapters_alone_and_saves_them_merged(workshop: Workshop, base: Path, tmp_path: Path) -> None:
    benchmark = {"open": str(write_lines(tmp_path / "open.jsonl", preference_rows(6, seed=8)))}
    out = workshop.train("run", lora=4, lora_alpha=8, learning_rate=3e-3, epochs=4, save_steps=5, benchmark=benchmark)

    assert losses(out)[-1] < losses(out)[0] - 0.05
    before, after = load_file(base / "model.safetensors"), load_file(out / "model" / "model.safetensors")
    changed = {name for name, tensor in after.items() if name in before and not torch.equal(tensor, before[name])}
    assert changed == {name for name in before if "_proj.weight" in name}
    assert not any("lora" in name for name in after)
    assert torch.equal(after["model.embed_tokens.weight"], before["model.embed_tokens.weight"])
    state = torch.load(max((out / "checkpoints").glob("step-*")) / "state.pt", weights_only=True)["model"]
    assert all("lora" in name or "score" in name for name in state)


def test_a_lora_run_stopped_in_mid_epoch_continues_bit_for_bit(workshop: Workshop) -> None:
    settings = {"lora": 4, "save_steps": 1, "max_steps": 4}
    whole = workshop.train("whole", **settings)
    cut = workshop.train("cut", **settings | {"max_steps": 4})
    newest = max((cut / "checkpoints").glob("step-*"))
    (newest / "state.pt").write_bytes(b"")

    workshop.train("cut", **settings)

    assert losses(cut) == losses(whole)
