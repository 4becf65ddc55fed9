"""Files of a run folder, written so that a crash leaves the old content or the new, never half of one."""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rm_training.engine.errors import EngineError


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_text(path: Path, text: str) -> None:
    """Replace `path` by `text` in one step."""
    temporary = path.with_name(path.name + ".tmp")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def write_json(path: Path, value: Any) -> None:
    write_text(path, json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n")


def read_json_lines(path: Path) -> list[dict[str, Any]]:
    """The lines of a progress file; a last line torn by a kill is left out."""
    if not path.exists():
        return []
    complete = [line for line in path.read_text(encoding="utf-8").splitlines(keepends=True) if line.endswith("\n")]
    return [json.loads(line) for line in complete]


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """Yield a folder to fill; it takes the place of `target` only once everything in it is on the disk."""
    temporary = target.with_name(f".{target.name}.tmp")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    try:
        yield temporary
        for path in (*(p for p in temporary.rglob("*") if p.is_file()), temporary):
            _sync(path)
        shutil.rmtree(target, ignore_errors=True)
        temporary.replace(target)
        _sync(target.parent)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def require_space(folder: Path, needed: int) -> None:
    """Raise `disk_full` unless `needed` bytes are free where `folder` lies."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise EngineError(
            "disk_full",
            f"Writing to {folder} needs about {needed / 2**20:,.0f} MiB; {free / 2**20:,.0f} MiB are free.",
        )


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the run folder against a second process, which gets `run_locked`; freed when the holder dies."""
    with (folder / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise EngineError("run_locked", f"Another process is training in {folder}.") from None
        yield
