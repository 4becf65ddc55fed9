"""A run from start to end, cut short, continued and refused."""

import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from rm_training.engine.config import TrainConfig
from rm_training.engine.errors import EngineError, Stopped
from rm_training.engine.files import locked, require_space, sha256_of
from rm_training.engine.loop import run
from rm_training.engine.tiny import build_tiny
from tests.rm_training.engine.conftest import Workshop, losses
from tests.rm_training.engine.samples import preference_rows, write_lines


def refusal(workshop: Workshop, name: str, **changes: Any) -> EngineError:
    with pytest.raises(EngineError) as caught:
        workshop.train(name, **changes)
    return caught.value


def weights(out: Path) -> bytes:
    return (out / "model" / "model.safetensors").read_bytes()


def metrics(out: Path) -> dict[str, Any]:
    return json.loads((out / "metrics.json").read_text(encoding="utf-8"))


def test_a_small_model_learns_to_tell_good_from_bad_on_prompts_it_never_saw(tmp_path: Path) -> None:
    rows = preference_rows(42, seed=4)
    files = {
        "train": write_lines(tmp_path / "train.jsonl", rows[:30]),
        "open": write_lines(tmp_path / "open.jsonl", rows[30:36]),
        "human": write_lines(tmp_path / "human.jsonl", rows[36:]),
    }
    build_tiny([files["train"]], tmp_path / "base", vocab=600, hidden=64, layers=2)

    out = Workshop(tmp_path, tmp_path / "base", files["train"]).train(
        "run", epochs=6, batch_responses=20, benchmark={k: str(files[k]) for k in ("open", "human")}
    )

    measured = metrics(out)
    assert measured["open"]["accuracy"] > 0.85
    assert measured["human"]["accuracy"] > 0.85
    assert measured["training"]["loss_last"] < 0.8 * measured["training"]["loss_first"]


def test_a_run_leaves_progress_metrics_configuration_and_a_model_card(trained: Path, training_file: Path) -> None:
    lines = [json.loads(line) for line in (trained / "progress.jsonl").read_text().splitlines()]
    measured = metrics(trained)
    config = json.loads((trained / "config.json").read_text())

    assert [line["step"] for line in lines] == list(range(1, 13))
    assert {
        "step", "total_steps", "epoch", "loss", "accuracy", "reward_mean", "reward_std", "grad_norm", "lr",
        "tokens_per_s", "pairs_used", "pairs_skipped", "seconds",
    } <= lines[0].keys()  # fmt: skip
    assert lines[-1]["pairs_used"] == measured["training"]["pairs_used"] == 2 * 24 * 6
    assert measured["training"]["steps"] == lines[-1]["total_steps"] == 12
    assert measured["training"]["loss_first"] == lines[0]["loss"]
    figures = [measured[subset][name] for subset in ("open", "human") for name in ("accuracy", "exact_match")]
    assert measured["overall"] == pytest.approx(sum(figures) / 4)
    assert (measured["open"]["n_prompts"], measured["human"]["n_prompts"]) == (8, 4)
    digest = sha256_of(training_file)
    assert config["sha256"][str(training_file)] == digest
    for card in (trained / "README.md", trained / "model" / "README.md"):
        assert digest in card.read_text()
        assert f"{measured['overall']:.4f}" in card.read_text()


def test_the_same_run_twice_is_the_same_bit_for_bit(workshop: Workshop) -> None:
    one, other = workshop.train("one"), workshop.train("other")

    assert losses(one) == losses(other)
    assert weights(one) == weights(other)


def test_a_run_stopped_in_mid_epoch_continues_bit_for_bit(workshop: Workshop) -> None:
    whole = workshop.train("whole", save_steps=100)
    settings = TrainConfig.from_dict(workshop.settings("cut", save_steps=4))

    with pytest.raises(Stopped) as stopped:
        run(settings, SimpleNamespace(requested=15, deferred=False))
    assert stopped.value.exit_code == 143
    assert len(losses(workshop.folder / "cut")) == 1
    continued = workshop.train("cut", save_steps=4)

    assert losses(continued) == losses(whole)
    assert weights(continued) == weights(whole)


def test_a_finished_run_started_again_trains_no_step_twice(workshop: Workshop) -> None:
    out = workshop.train("run")
    before = (out / "progress.jsonl").read_bytes()

    workshop.train("run")

    assert (out / "progress.jsonl").read_bytes() == before


def test_a_damaged_checkpoint_is_passed_over_for_the_one_before(
    workshop: Workshop, capsys: pytest.CaptureFixture[str]
) -> None:
    out = workshop.train("run", save_steps=5)
    expected = losses(out), weights(out)
    assert sorted(path.name for path in (out / "checkpoints").iterdir()) == ["step-00000010", "step-00000012"]
    state = out / "checkpoints" / "step-00000012" / "state.pt"
    state.write_bytes(state.read_bytes()[:-100])
    shutil.rmtree(out / "model")

    workshop.train("run", save_steps=5)

    said = capsys.readouterr().err
    assert "step-00000012 is damaged" in said
    assert "resumed after step 10" in said
    assert (losses(out), weights(out)) == expected


def test_a_checkpoint_that_was_never_completed_does_not_count(workshop: Workshop) -> None:
    out = workshop.train("run", save_steps=5)
    (out / "checkpoints" / ".step-00000099.tmp").mkdir()
    (out / "checkpoints" / "step-00000098").mkdir()

    workshop.train("run", save_steps=5)

    assert len(losses(out)) == 12
    assert not (out / "checkpoints" / ".step-00000099.tmp").exists()


def test_checkpoints_of_other_settings_or_other_data_are_refused(workshop: Workshop, tmp_path: Path) -> None:
    workshop.train("run", max_steps=2)
    other_data = write_lines(tmp_path / "other.jsonl", preference_rows(5, seed=9))

    settings = refusal(workshop, "run", max_steps=2, learning_rate=2e-3)
    data = refusal(workshop, "run", max_steps=2, train=[str(other_data)])

    assert settings.code == data.code == "checkpoint_mismatch"
    assert "learning_rate" in settings.message
    assert "train_sha256" in data.message


def test_gradient_checkpointing_changes_no_loss(workshop: Workshop) -> None:
    plain = workshop.train("plain", max_steps=3)
    saving = workshop.train("saving", max_steps=3, gradient_checkpointing=True)

    assert losses(saving) == pytest.approx(losses(plain), abs=1e-5)


def test_bf16_trains_close_to_fp32(workshop: Workshop) -> None:
    full = workshop.train("full", max_steps=4)
    half = workshop.train("half", max_steps=4, precision="bf16")

    assert losses(half) == pytest.approx(losses(full), abs=0.02)
    assert losses(half) != losses(full)


def test_the_benchmark_is_also_run_every_so_many_steps(workshop: Workshop, training_file: Path) -> None:
    out = workshop.train("run", max_steps=4, eval_steps=2, benchmark={"open": str(training_file)})

    lines = [json.loads(line) for line in (out / "progress.jsonl").read_text().splitlines()]
    assert ["benchmark" in line for line in lines] == [False, True, False, True]
    assert lines[-1]["benchmark"]["open"].items() <= metrics(out)["open"].items()
    assert lines[-1]["benchmark"]["overall"] is None


def test_data_without_an_ordered_pair_is_refused(workshop: Workshop, tmp_path: Path) -> None:
    rows = [row | {"annotations": []} for row in preference_rows(3)]

    error = refusal(workshop, "run", train=[str(write_lines(tmp_path / "none.jsonl", rows))])

    assert error.code == "no_pairs"


def one_long_row() -> dict[str, Any]:
    row = preference_rows(1)[0]
    row["input"] += "多" * 400
    return row


def test_long_responses_are_left_out_and_counted(workshop: Workshop, tmp_path: Path) -> None:
    data = write_lines(tmp_path / "long.jsonl", [*preference_rows(8, seed=3), one_long_row()])

    training = metrics(workshop.train("run", train=[str(data)], max_length=200, epochs=1))["training"]

    assert training["dropped_too_long"] == 4
    assert training["pairs_dropped"] == 6
    assert training["pairs_used"] == 8 * 6


def test_long_responses_are_cut_where_so_set_and_counted(workshop: Workshop, tmp_path: Path) -> None:
    data = write_lines(tmp_path / "long.jsonl", [*preference_rows(8, seed=3), one_long_row()])

    out = workshop.train("run", train=[str(data)], max_length=200, epochs=1, truncate="left")

    training = metrics(out)["training"]
    assert (training["dropped_too_long"], training["truncated"]) == (0, 4)
    assert training["pairs_used"] == 9 * 6


def test_data_of_long_responses_alone_has_no_pairs(workshop: Workshop, tmp_path: Path) -> None:
    data = write_lines(tmp_path / "long.jsonl", [one_long_row()])

    error = refusal(workshop, "run", train=[str(data)], max_length=100)

    assert error.code == "no_pairs"
    assert "max_length (100 tokens)" in error.message


def test_a_loss_that_is_no_number_ends_the_run_before_it_spoils_a_checkpoint(workshop: Workshop) -> None:
    error = refusal(workshop, "run", regularization=1e300)

    assert error.code == "loss_not_finite"
    assert "step 1" in error.message
    assert list((workshop.folder / "run" / "checkpoints").iterdir()) == []


def test_a_disk_too_small_for_what_is_to_be_written_is_told_before(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="MiB are free") as caught:
        require_space(tmp_path, 10**18)
    assert caught.value.code == "disk_full"


def test_a_second_process_on_the_same_folder_is_refused(workshop: Workshop) -> None:
    (workshop.folder / "run").mkdir()

    with locked(workshop.folder / "run"):
        assert refusal(workshop, "run").code == "run_locked"
