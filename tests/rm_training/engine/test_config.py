import json
from pathlib import Path

import pytest

from rm_training.engine.config import TrainConfig
from rm_training.engine.errors import EngineError

NEEDED = {"base": "b", "train": ["t.jsonl"], "out": "o"}


def refusal(**changes: object) -> EngineError:
    with pytest.raises(EngineError) as caught:
        TrainConfig.from_dict({**NEEDED, **changes})
    return caught.value


def test_what_is_not_set_has_the_default_of_the_protocol() -> None:
    config = TrainConfig.from_dict(NEEDED)

    assert (config.max_length, config.learning_rate, config.warmup_ratio) == (2048, 5e-6, 0.1)
    assert (config.batch_responses, config.epochs, config.regularization) == (256, 2, 0.1)
    assert (config.scheduler, config.truncate) == ("cosine", "drop")


def test_an_unknown_key_is_refused_with_the_nearest_known_one() -> None:
    error = refusal(learning_rat=1e-3)

    assert error.code == "unknown_key"
    assert "'learning_rate'" in error.message


def test_lora_is_a_rank_and_not_a_structure() -> None:
    assert TrainConfig.from_dict({"base": "tiny", "train": ["t"], "out": "o", "lora": 8}).lora == 8
    assert refusal(lora={"r": 8}).code == "invalid_config"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"eval_steps": 5}, "benchmark or a validation_share"),
        ({"keep": "best", "validation_share": 0.1}, "eval_steps and a validation_share"),
        ({"keep": "best", "eval_steps": 5, "benchmark": {"open": "o"}}, "a benchmark chooses nothing"),
        ({"gamma": 0.5}, 'belongs to the objective "joint"'),
        ({"report_to": ["tensorflow"]}, "wandb, swanlab, mlflow"),
    ],
)
def test_settings_that_make_no_sense_together_are_refused(changes: dict[str, object], says: str) -> None:
    error = refusal(**changes)

    assert error.code == "invalid_config"
    assert says in error.message


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("epochs", 0, "at least 1"),
        ("epochs", True, "whole number"),
        ("epochs", 1.5, "whole number"),
        ("learning_rate", 0, "at least"),
        ("learning_rate", float("nan"), "finite number"),
        ("regularization", -0.1, "at least 0"),
        ("warmup_ratio", 1.1, "at most 1"),
        ("seed", 2**32, "at most"),
        ("scheduler", "step", "cosine, linear, constant"),
        ("attention", "flash", "auto, varlen, flex, rows, sdpa, padded"),
        ("gradient_checkpointing", 1, "true or false"),
        ("base", "", "non-empty text"),
        ("train", [], "no file"),
        ("train", "t.jsonl", "list of names"),
        ("benchmark", {"closed": "f"}, "open and human"),
        ("eval_steps", 5, "needs a benchmark"),
    ],
)
def test_a_wrong_value_is_refused_by_name_with_what_would_be_right(name: str, value: object, said: str) -> None:
    error = refusal(**{name: value})

    assert error.code == "invalid_config"
    assert error.message.startswith(name)
    assert said in error.message


def test_a_whole_number_serves_where_a_fraction_is_meant() -> None:
    assert TrainConfig.from_dict({**NEEDED, "regularization": 0}).regularization == 0.0


def test_a_missing_key_is_named() -> None:
    with pytest.raises(EngineError, match="'out'") as caught:
        TrainConfig.from_dict({"base": "b", "train": ["t"]})
    assert caught.value.code == "missing_key"


def test_a_file_that_is_no_json_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("{base: 1}")

    with pytest.raises(EngineError) as caught:
        TrainConfig.from_file(tmp_path / "run.json")
    assert caught.value.code == "invalid_config"


def test_a_configuration_survives_its_file(tmp_path: Path) -> None:
    config = TrainConfig.from_dict({**NEEDED, "benchmark": {"open": "f"}, "epochs": 3})
    (tmp_path / "run.json").write_text(json.dumps(config.as_dict()))

    assert TrainConfig.from_file(tmp_path / "run.json") == config
