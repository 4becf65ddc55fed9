"""TRL in an environment of its own, made once: its versions must not mix with the engine's."""

import subprocess
import sys
from pathlib import Path

# transformers as the engine has it, so that both run the same model code. A torch without a pin may pull gigabytes.
PINS = ("trl==1.16.0", "torch==2.13.0", "transformers==5.23.0", "peft==0.21.2")


class NoTrl(Exception):
    """The environment cannot be made or does not work; the message says why and what can be done."""


def trl_python(folder: Path) -> Path:
    """The Python that has TRL, installed into `folder` unless it is there already. Raises NoTrl."""
    python, stamp = folder / "bin" / "python", folder / "installed.txt"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == "\n".join(PINS):
        return python
    print(f"installing {', '.join(PINS)} into {folder}", flush=True)
    _run([sys.executable, "-m", "venv", str(folder)])
    _run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PINS])
    check(python)
    stamp.write_text("\n".join(PINS), encoding="utf-8")
    return python


def check(python: Path) -> None:
    """Raise NoTrl unless TRL's RewardTrainer can be imported by `python`."""
    _run([str(python), "-c", "from trl import RewardTrainer"])


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        raise NoTrl(_message(command, str(error))) from error
    if done.returncode:
        raise NoTrl(_message(command, done.stderr.strip()[-2000:]))


def _message(command: list[str], reason: str) -> str:
    return (
        f"TRL's environment cannot be made.\n{' '.join(command)}\n{reason}\n"
        "Name a Python that has TRL with --trl-python, or leave TRL out with --without-trl."
    )
