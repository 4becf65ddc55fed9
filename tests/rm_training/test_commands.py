"""The commands: a tiny base from text, and a run from the command line."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from rm_training import selectors
from rm_training.models import TrainingRun
from tests.people import Cast
from tests.rm_training.conftest import frozen_set


def build(*arguments: str) -> str:
    out = StringIO()
    call_command("build_tiny_base", *arguments, stdout=out)
    return out.getvalue()


def test_the_tiny_base_is_built_once_from_any_text_and_again_only_by_force(settings: Any, tmp_path: Path) -> None:
    settings.BASES_DIR = tmp_path / "bases"
    text = tmp_path / "text.txt"
    text.write_text("春眠不觉晓，处处闻啼鸟。\n夜来风雨声，花落知多少。\n" * 20, encoding="utf-8")
    assert "Built" in build("--text", str(text))
    base = settings.BASES_DIR / "tiny"
    assert {"config.json", "model.safetensors", "tokenizer.json"} <= {path.name for path in base.iterdir()}
    assert selectors.recommended("tiny")["learning_rate"] == 0.001

    (base / "mark").write_text("")
    assert "already" in build("--text", str(text))
    assert (base / "mark").exists()
    build("--text", str(text), "--force")
    assert not (base / "mark").exists()


def test_a_base_that_cannot_be_built_leaves_nothing_behind(settings: Any, tmp_path: Path) -> None:
    settings.BASES_DIR = tmp_path / "bases"
    with pytest.raises(CommandError):
        build("--text", str(tmp_path / "missing.txt"))
    assert list(settings.BASES_DIR.iterdir()) == []


@pytest.mark.django_db
def test_a_run_is_queued_with_the_parameters_given(people: Cast, settings: Any, tmp_path: Path) -> None:
    settings.BASES_DIR = tmp_path
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny" / "config.json").write_text("{}")
    chosen = frozen_set(people.project)
    call_command("train_run", str(chosen.pk), "--param", "epochs=3", "--param", "scheduler=linear", stdout=StringIO())
    run = TrainingRun.objects.get()
    assert (run.set, run.base, run.state, run.created_by) == (chosen, "tiny", "queued", None)
    assert run.params == {"epochs": 3, "scheduler": "linear"}


@pytest.mark.django_db
def test_a_run_takes_what_its_base_recommends_and_above_that_what_it_is_given(
    people: Cast, settings: Any, tmp_path: Path
) -> None:
    settings.BASES_DIR = tmp_path
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny" / "config.json").write_text("{}")
    (tmp_path / "tiny" / "recommended.json").write_text('{"epochs": 6, "max_length": 768}')
    call_command("train_run", str(frozen_set(people.project).pk), "--param", "epochs=3", stdout=StringIO())
    assert TrainingRun.objects.get().params == {"epochs": 3, "max_length": 768}


@pytest.mark.django_db
@pytest.mark.parametrize("param", ["epochs", "epochs=many", "epoch=3"])
def test_a_wrong_parameter_queues_nothing(people: Cast, param: str) -> None:
    with pytest.raises(CommandError):
        call_command("train_run", str(frozen_set(people.project).pk), "--param", param)
    assert not TrainingRun.objects.exists()


@pytest.mark.django_db
def test_a_set_that_is_not_there_queues_nothing() -> None:
    with pytest.raises(CommandError, match="77"):
        call_command("train_run", "77")
