"""What the site lets a person set is what the engine takes."""

from pathlib import Path
from typing import Any

import pytest

from rm_training.engine.config import TrainConfig
from rm_training.engine.errors import EngineError
from rm_training.hyperparameters import HYPERPARAMETERS, Hyperparameter, faults, parsed

PLACES = {"base", "train", "benchmark", "out"}
OPERATORS = {"report_to", "parallel"}
# What some settings need beside them.
COMPANY: dict[str, dict[str, Any]] = {
    "gamma": {"objective": "joint"},
    "keep": {"eval_steps": 5, "validation_share": 0.1},
}


def engine_takes(**given: Any) -> bool:
    places = {"base": "tiny", "train": ["t"], "benchmark": {"open": "o"}, "out": "o"}
    try:
        TrainConfig.from_dict(places | given)
    except EngineError:
        return False
    return True


def extremes(parameter: Hyperparameter) -> list[Any]:
    if parameter.kind == "choice":
        return list(parameter.choices)
    if parameter.kind == "bool":
        return [True, False]
    assert parameter.range is not None
    return [parameter.default, *parameter.range]


def test_site_and_engine_know_the_same_settings_with_the_same_defaults() -> None:
    engine = TrainConfig.from_dict({"base": "tiny", "train": ["t"], "out": "o"}).as_dict()
    ours = {parameter.name: parameter.default for parameter in HYPERPARAMETERS}
    assert {name: value for name, value in engine.items() if name not in PLACES | OPERATORS} == ours


@pytest.mark.parametrize("parameter", HYPERPARAMETERS, ids=lambda parameter: parameter.name)
def test_the_engine_takes_whatever_the_site_lets_through(parameter: Hyperparameter) -> None:
    for value in extremes(parameter):
        given = COMPANY.get(parameter.name, {}) | {parameter.name: value}
        assert faults(given) == []
        assert engine_takes(**given), value


@pytest.mark.parametrize(("name", "value"), [("gamma", 0.5), ("keep", "best")])
def test_what_means_nothing_alone_is_refused_with_what_it_needs(name: str, value: Any) -> None:
    (fault,) = faults({name: value})
    assert (fault.name, fault.code) == (name, "needs")
    assert not engine_takes(**{name: value})


@pytest.mark.parametrize("parameter", HYPERPARAMETERS, ids=lambda parameter: parameter.name)
@pytest.mark.parametrize("value", ["x", [], {}, float("nan"), float("inf"), -1, 10**30, "", True, 1.5])
def test_whatever_the_engine_refuses_the_site_refuses_first(parameter: Hyperparameter, value: Any) -> None:
    if not engine_takes(**{parameter.name: value}):
        assert [fault.name for fault in faults({parameter.name: value})] == [parameter.name]


def test_a_number_beyond_any_float_is_out_of_range() -> None:
    assert [fault.code for fault in faults({"learning_rate": 10**400})] == ["out_of_range"]


def test_an_unknown_name_is_answered_with_the_nearest_known_one() -> None:
    (fault,) = faults({"learning_rat": 1e-5})
    assert (fault.code, fault.hint) == ("unknown_key", "learning_rate")


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("epochs", "3", 3),
        ("learning_rate", "1e-4", 1e-4),
        ("gradient_checkpointing", "true", True),
        ("max_steps", "none", None),
        ("device", "cpu", "cpu"),
        ("epochs", "many", "many"),
    ],
)
def test_a_command_line_spells_values(name: str, text: str, value: Any) -> None:
    assert parsed(name, text) == value


def test_the_table_costs_the_web_process_no_torch() -> None:
    source = Path(__file__).parents[2] / "rm_training" / "hyperparameters.py"
    assert "rm_training.engine" not in source.read_text(encoding="utf-8")
