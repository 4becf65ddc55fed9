"""The commands as a shell sees them: exit codes, files, messages."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rm_training.engine import evaluate, score
from rm_training.engine.tiny import main as tiny_main
from tests.rm_training.engine.conftest import Workshop, losses
from tests.rm_training.engine.samples import preference_rows, write_lines

# One thread, as in the tests' own process: sums over another number of threads differ in the last bit.
ENVIRONMENT = os.environ | {"CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1"}


def engine(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", f"rm_training.engine.{module}", *arguments]


def call(module: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(engine(module, *arguments), capture_output=True, text=True, env=ENVIRONMENT)


def signal_at_step(run_file: Path, step: int, number: signal.Signals) -> int:
    """Start a run, signal it once it says that it has done `step`; its exit code."""
    with subprocess.Popen(engine("train", str(run_file)), stderr=subprocess.PIPE, text=True, env=ENVIRONMENT) as child:
        assert child.stderr is not None
        for line in child.stderr:
            if line.startswith(f"step {step}/"):
                child.send_signal(number)
                break
        child.stderr.read()
    return child.returncode


def test_a_killed_run_continues_from_its_last_checkpoint_bit_for_bit(workshop: Workshop) -> None:
    settings = {"batch_responses": 8, "epochs": 6, "save_steps": 4}
    whole = workshop.train("whole", **settings)

    code = signal_at_step(workshop.run_file("killed", **settings), 10, signal.SIGKILL)
    assert code == -signal.SIGKILL
    assert not (workshop.folder / "killed" / "metrics.json").exists()
    continued = workshop.train("killed", **settings)

    assert losses(continued) == losses(whole)
    assert (continued / "model/model.safetensors").read_bytes() == (whole / "model/model.safetensors").read_bytes()


def test_sigterm_saves_a_checkpoint_and_leaves_with_143(workshop: Workshop) -> None:
    run_file = workshop.run_file("run", batch_responses=8, epochs=500, save_steps=100_000)

    assert signal_at_step(run_file, 5, signal.SIGTERM) == 143

    [checkpoint] = (workshop.folder / "run" / "checkpoints").iterdir()
    assert int(checkpoint.name.removeprefix("step-")) == len(losses(workshop.folder / "run")) >= 5
    assert not (workshop.folder / "run" / "error.json").exists()


def recorded_error(workshop: Workshop) -> dict[str, str]:
    return json.loads((workshop.folder / "run" / "error.json").read_text(encoding="utf-8"))


def test_an_unknown_key_ends_with_2_and_is_recorded_in_the_run_folder(workshop: Workshop) -> None:
    done = call("train", str(workshop.run_file("run", epoch=3)))

    assert done.returncode == 2
    assert done.stderr == "error: unknown_key: Unknown key 'epoch'; did you mean 'epochs'?\n"
    assert recorded_error(workshop)["error"] == "unknown_key"


def test_a_missing_gpu_ends_with_2_and_its_reason(workshop: Workshop) -> None:
    done = call("train", str(workshop.run_file("run", device="cuda")))

    assert done.returncode == 2
    assert recorded_error(workshop)["error"] == "gpu_missing"
    assert "GPU" in recorded_error(workshop)["message"]


def test_a_full_disk_ends_with_2_and_its_reason(workshop: Workshop) -> None:
    out = workshop.folder / "run"
    out.mkdir()
    (out / "config.json.tmp").symlink_to("/dev/full")

    done = call("train", str(workshop.run_file("run")))

    assert done.returncode == 2
    assert recorded_error(workshop)["error"] == "disk_full"


@pytest.mark.parametrize("module", ["train", "score", "evaluate", "tiny"])
def test_help_names_the_exit_codes_without_loading_torch(module: str) -> None:
    program = f"""
import sys
from rm_training.engine.{module} import main
try:
    main(["--help"])
except SystemExit as done:
    assert done.code == 0
assert not {{"torch", "transformers", "django"}} & sys.modules.keys()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert "exit codes" in done.stdout


def test_score_writes_one_line_per_response_whatever_the_token_budget(
    trained: Path, training_file: Path, tmp_path: Path
) -> None:
    scores = []
    for size in ("1", "900"):
        output = tmp_path / f"{size}.jsonl"
        arguments = [
            "--model",
            str(trained / "model"),
            "--input",
            str(training_file),
            "--output",
            str(output),
        ]
        assert score.main([*arguments, "--token-budget", size, "--device", "cpu"]) == 0
        scores.append([json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()])

    rows = preference_rows(24, seed=1)
    asked = [(row["input"], response["id"]) for row in rows for response in row["responses"]]
    for lines in scores:
        assert [(line["input"], line["id"]) for line in lines] == asked
    one, many = ([line["reward"] for line in lines] for lines in scores)
    assert one == pytest.approx(many, abs=1e-5)


def read_lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_evaluate_gives_the_figures_of_the_training_run(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output, outcomes = tmp_path / "metrics.json", tmp_path / "outcomes"

    code = evaluate.main([
        "--model", str(trained / "model"), "--output", str(output), "--device", "cpu", "--token-budget", "300",
        "--benchmark", f"open={trained.parent / 'open.jsonl'}",
        "--benchmark", f"human={trained.parent / 'human.jsonl'}", "--outcomes", str(outcomes),
    ])  # fmt: skip

    expected = json.loads((trained / "metrics.json").read_text())
    del expected["training"]
    assert code == 0
    written = json.loads(output.read_text())
    assert written["overall"] == expected["overall"]
    for subset in ("open", "human"):
        same = ("accuracy", "exact_match", "n_prompts", "n_pairs", "micro", "categories", "intervals", "kendall")
        assert [written[subset][name] for name in same] == [expected[subset][name] for name in same]
        assert written[subset]["ece"] == pytest.approx(expected[subset]["ece"], abs=1e-5)
        low, high = written[subset]["intervals"]["accuracy"]
        assert low <= written[subset]["accuracy"] <= high
        pairs = [pair for line in read_lines(outcomes / f"{subset}.jsonl") for pair in line["pairs"]]
        assert sum(margin > 0 for _, _, margin in pairs) / len(pairs) == written[subset]["micro"]["accuracy"]
    wrong = read_lines(outcomes / "disagreements.jsonl")
    assert [line["margin"] for line in wrong] == sorted(line["margin"] for line in wrong)
    told = capsys.readouterr()
    assert f"overall {written['overall']:.3f} [" in told.out
    assert "human 100% 16/16" in told.err


def test_a_constant_reward_is_never_right(trained: Path, tmp_path: Path) -> None:
    same = [{"id": "a", "content": "甲"}, {"id": "b", "content": "甲"}]
    file = write_lines(tmp_path / "open.jsonl", [{"input": "问", "responses": same, "rank": {"a": "1", "b": "2"}}])
    output = tmp_path / "metrics.json"

    assert evaluate.main([
        "--model", str(trained / "model"), "--output", str(output), "--benchmark", f"open={file}",
    ]) == 0  # fmt: skip

    scores = json.loads(output.read_text())["open"]
    assert (scores["accuracy"], scores["exact_match"], scores["n_pairs"]) == (0.0, 0.0, 1)


def test_an_empty_subset_has_no_figures_and_leaves_no_overall(trained: Path, tmp_path: Path) -> None:
    (tmp_path / "human.jsonl").write_text("")
    output = tmp_path / "metrics.json"

    assert evaluate.main([
        "--model", str(trained / "model"), "--output", str(output),
        "--benchmark", f"open={trained.parent / 'open.jsonl'}", "--benchmark", f"human={tmp_path / 'human.jsonl'}",
    ]) == 0  # fmt: skip

    written = json.loads(output.read_text())
    assert written["human"]["accuracy"] is None
    assert written["overall"] is None


def test_score_and_evaluate_take_a_judge(base: Path, trained: Path, tmp_path: Path) -> None:
    model = ["--model", str(base), "--adapter", "generative", "--device", "cpu"]
    file = trained.parent / "human.jsonl"

    assert evaluate.main([*model, "--benchmark", f"human={file}", "--output", str(tmp_path / "metrics.json")]) == 0
    assert score.main([*model, "--input", str(file), "--output", str(tmp_path / "scores.jsonl")]) == 0

    found = json.loads((tmp_path / "metrics.json").read_text())["human"]
    assert 0 <= found["consistency"] <= 1
    assert 0 <= found["unreadable"] <= 1
    rewards = read_lines(tmp_path / "scores.jsonl")
    assert len(rewards) == 16
    for prompt in {line["input"] for line in rewards}:  # what one response wins, another loses
        assert sum(line["reward"] for line in rewards if line["input"] == prompt) == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize("weights", ["1,x", "1,nan", ""])
def test_weights_that_are_no_numbers_are_refused_before_anything_is_loaded(
    weights: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as refused:
        score.main(["--model", "m", "--input", "i", "--output", "o", f"--weights={weights}"])

    assert refused.value.code == 2
    assert "--weights" in capsys.readouterr().err


def test_bad_input_of_score_ends_with_2_and_the_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in.jsonl").write_text("{}\n")

    code = score.main(["--model", "m", "--input", str(tmp_path / "in.jsonl"), "--output", str(tmp_path / "o")])

    assert code == 2
    assert "invalid_data: in.jsonl, line 1" in capsys.readouterr().err
    assert not (tmp_path / "o").exists()


def test_tiny_builds_the_same_base_from_the_same_text(training_file: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        arguments = ["--text", str(training_file), "--out", str(tmp_path / name), "--vocab", "400"]
        assert tiny_main([*arguments, "--hidden", "32", "--layers", "1"]) == 0

    for file in ("model.safetensors", "tokenizer.json", "config.json"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    assert json.loads((tmp_path / "one" / "config.json").read_text())["model_type"] == "qwen2"


def test_the_tiny_tokenizer_gives_any_text_back_and_keeps_the_chat_marks_whole(base: Path) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(base)
    text = "未见过的字：龘，\t$x^2$ emoji 🐼\n\n  print('hi')"

    assert tokenizer.decode(tokenizer(text)["input_ids"]) == text
    assert len(tokenizer("<|im_start|><|im_end|><|endoftext|>")["input_ids"]) == 3


def test_tiny_refuses_a_file_without_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty.txt").write_text("\n")

    assert tiny_main(["--text", str(tmp_path / "empty.txt"), "--out", str(tmp_path / "base")]) == 2
    assert "no_text" in capsys.readouterr().err
