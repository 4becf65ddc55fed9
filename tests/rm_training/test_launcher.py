"""The launcher never leaves an engine running unseen, and tells how one ended."""

import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rm_training import launcher
from rm_training.launcher import Ending, Order, Position, ProgressTail, follow
from tests.rm_training.conftest import QUICK, set_files

WAIT_SECONDS = 60


def run_file(folder: Path, base: Path, **params: Any) -> Path:
    """Return the run.json of a run in `folder` on the tiny base, with its data beside it."""
    folder.mkdir(parents=True)
    (folder / "train.jsonl").write_bytes(set_files()["cheems_train.jsonl"])
    configuration = QUICK | params | {"base": str(base), "train": [str(folder / "train.jsonl")], "out": str(folder)}
    path = folder / "run.json"
    path.write_text(json.dumps(configuration))
    return path


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def ended(pid: int) -> bool:
    """Wait until a process has ended, whoever its parent is."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], WAIT_SECONDS)[0])
    finally:
        os.close(descriptor)


def test_a_worker_killed_outright_takes_its_engine_along_which_still_saves(tiny_base: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    configuration = run_file(folder, tiny_base, epochs=500, save_steps=100_000)
    code = f"""
from pathlib import Path
from rm_training.launcher import Order, engine_command, follow
def ask(position):
    print(position.step, flush=True)
    return Order.GO
follow(engine_command("train", {str(configuration)!r}), Path({str(folder)!r}), ask=ask, poll_seconds=0.05)
"""
    with subprocess.Popen(python(code), cwd=launcher.PROJECT_ROOT, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        while int(worker.stdout.readline()) < 2:
            pass
        engine = json.loads((folder / launcher.PID_FILE).read_text())["pid"]
        worker.kill()

    assert ended(engine)
    done = len((folder / "progress.jsonl").read_text().splitlines())
    assert [path.name for path in (folder / "checkpoints").glob("step-*")] == [f"step-{done:08d}"]


def test_a_child_left_behind_is_stopped_before_the_folder_is_used_again(tmp_path: Path) -> None:
    endless = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(10**6)"
    with subprocess.Popen(python(endless), start_new_session=True) as stale:
        launcher._write_pid(tmp_path, stale.pid)
        outcome = follow(python("pass"), tmp_path, ask=lambda position: Order.GO)
        assert stale.wait(WAIT_SECONDS) == -signal.SIGKILL
    assert outcome.ending is Ending.SUCCEEDED
    assert not (tmp_path / launcher.PID_FILE).exists()


def test_a_process_that_got_the_id_of_a_dead_child_is_left_alone(tmp_path: Path) -> None:
    record = {"host": os.uname().nodename, "pid": os.getpid(), "started": "1"}
    (tmp_path / launcher.PID_FILE).write_text(json.dumps(record))
    launcher.stop_stale(tmp_path)
    assert not (tmp_path / launcher.PID_FILE).exists()


def test_a_child_that_will_not_stop_is_killed_after_the_grace_period(tmp_path: Path) -> None:
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "print('deaf', flush=True); time.sleep(10**6)"
    )

    def ask(position: Position) -> Order:
        return Order.CANCEL if "deaf" in launcher.log_tail(tmp_path) else Order.GO

    outcome = follow(python(deaf), tmp_path, ask=ask, poll_seconds=0.02, grace_seconds=0.1)
    assert outcome.ending is Ending.CANCELLED


def test_the_children_of_an_engine_do_not_outlive_it(tmp_path: Path) -> None:
    parent = (
        "import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(10**6)']);"
        "print(child.pid, flush=True)"
    )
    assert follow(python(parent), tmp_path, ask=lambda position: Order.GO).ending is Ending.SUCCEEDED
    assert ended(int(launcher.log_tail(tmp_path)))


@pytest.mark.parametrize(
    ("code", "ending", "reason"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", Ending.KILLED, "killed"),
        ("raise SystemExit(143)", Ending.KILLED, "killed"),
        ("import os; os.abort()", Ending.FAILED, "engine_crashed"),
        ("raise RuntimeError('the reason')", Ending.FAILED, "engine_crashed"),
    ],
)
def test_a_child_that_says_nothing_is_judged_by_how_it_ended(
    tmp_path: Path, code: str, ending: Ending, reason: str
) -> None:
    outcome = follow(python(code), tmp_path, ask=lambda position: Order.GO)
    assert (outcome.ending, outcome.code) == (ending, reason)
    assert ("the reason" in outcome.message) == ("the reason" in code)


def children_of(parent: int) -> list[int]:
    """Return the processes that a process started."""
    listed = Path(f"/proc/{parent}/task/{parent}/children").read_text()
    return [int(pid) for pid in listed.split()]


def test_one_of_several_processes_killed_from_outside_says_nothing_against_the_run(
    tiny_base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    folder = tmp_path / "run"
    command = launcher.training_command(run_file(folder, tiny_base, epochs=500, save_steps=100_000), 2)
    killed: list[int] = []

    def kill_one(position: Position) -> Order:
        if position.step >= 2 and not killed:
            killed.append(children_of(json.loads((folder / launcher.PID_FILE).read_text())["pid"])[-1])
            os.kill(killed[0], signal.SIGKILL)
        return Order.GO

    outcome = follow(command, folder, ask=kill_one, poll_seconds=0.05)
    assert (outcome.ending, outcome.code) == (Ending.KILLED, "killed")

    (folder / "run.json").write_text(json.dumps({"out": str(folder), "epoch": 1}))
    again = follow(command, folder, ask=lambda position: Order.GO)
    assert (again.ending, again.code) == (Ending.FAILED, "unknown_key")


def test_several_processes_do_not_outlive_the_one_that_started_them(
    tiny_base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    folder = tmp_path / "run"
    command = launcher.training_command(run_file(folder, tiny_base, epochs=500, save_steps=100_000), 2)
    ranks: list[int] = []

    def abandon(position: Position) -> Order:
        if position.step >= 2 and not ranks:
            ranks.extend(children_of(json.loads((folder / launcher.PID_FILE).read_text())["pid"]))
        return Order.ABANDON if ranks else Order.GO

    assert follow(command, folder, ask=abandon, poll_seconds=0.05).ending is Ending.ABANDONED
    assert len(ranks) >= 2
    assert all(ended(pid) for pid in ranks)


def test_a_child_sees_no_secret_of_the_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "hush")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    code = "import os; print(os.environ.get('SECRET_KEY'), os.environ.get('HF_HUB_OFFLINE'))"
    follow(python(code), tmp_path, ask=lambda position: Order.GO)
    assert launcher.log_tail(tmp_path) == "None 1"


def row(step: int) -> str:
    return json.dumps({"step": step, "total_steps": 10}) + "\n"


def test_rows_of_an_earlier_attempt_do_not_count_until_the_engine_has_cut_them_back(tmp_path: Path) -> None:
    progress = tmp_path / "progress.jsonl"
    progress.write_text(row(1) + row(2) + row(3))
    tail = ProgressTail(tmp_path)
    assert tail.position() == Position()

    (tmp_path / "new").write_text(row(1) + row(2))
    (tmp_path / "new").replace(progress)
    assert tail.position() == Position(2, 10)


def test_half_a_row_is_read_once_it_is_whole(tmp_path: Path) -> None:
    tail = ProgressTail(tmp_path)
    progress = tmp_path / "progress.jsonl"
    progress.write_text(row(9) + row(10)[:12])
    assert tail.position() == Position(9, 10)
    assert not tail.position().benchmarking
    progress.open("a").write(row(10)[12:])
    assert tail.position().benchmarking
