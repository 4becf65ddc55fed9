"""Writes JSONL files of an export and takes their hashes on the way."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self


class JsonLinesFile:
    """A JSONL file that knows its size and SHA-256; both are whole once it is closed."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self.path = folder / name
        self.n_bytes = 0
        self._digest = hashlib.sha256()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self.path.open("wb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, lines: Iterable[dict[str, Any]]) -> None:
        """Append lines."""
        for line in lines:
            raw = f"{json.dumps(line, ensure_ascii=False)}\n".encode()
            self._digest.update(raw)
            self.n_bytes += len(raw)
            self._file.write(raw)

    @property
    def entry(self) -> dict[str, Any]:
        """Return what a manifest says of the file."""
        return {"name": self.name, "bytes": self.n_bytes, "sha256": self._digest.hexdigest()}


def write_document(folder: Path, name: str, value: Any) -> dict[str, Any]:
    """Write one JSON document and return what a list of files says of it."""
    raw = f"{json.dumps(value, ensure_ascii=False, indent=2)}\n".encode()
    (folder / name).write_bytes(raw)
    return {"name": name, "bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest()}


def joint_sha256(entries: Iterable[dict[str, Any]]) -> str:
    """Return the hash of a set of files: that of their names and hashes, by name."""
    listing = "".join(f"{entry['sha256']}  {entry['name']}\n" for entry in sorted(entries, key=lambda e: e["name"]))
    return hashlib.sha256(listing.encode()).hexdigest()
