"""What leaves the site of a frozen preference set, as streams."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.files.storage import storages
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from annotate.domain.states import SetState
from annotate.exchange.packing import COMPRESSIONS, compressed, zipped
from annotate.exchange.trl_out import standard
from annotate.models import PreferenceSet
from annotate.problems import Conflict, Invalid, NotFound
from annotate.selectors.sets import (
    CHUNK_BYTES,
    MANIFEST_FILE,
    TRL_FILE,
    set_file,
    set_file_chunks,
    set_file_copy,
    set_frozen_get,
)

TRL_FORMATS = ("conversational", "standard")


@dataclass(frozen=True, slots=True)
class Download:
    """A stream with the headers it needs; `n_bytes` is None where the length shows only at the end."""

    chunks: Iterator[bytes]
    content_type: str
    disposition: str
    n_bytes: int | None


def set_file_download(
    *, preference_set: PreferenceSet, name: str, compress: str = "", trl_format: str = "conversational"
) -> Download:
    """Return one file, compressed if `compress` is "gz" or "zst". Raises NotFound, Invalid."""
    if compress and compress not in COMPRESSIONS:
        raise Invalid("invalid", _("compress is gz or zst."))
    if trl_format not in TRL_FORMATS or (trl_format == "standard" and name != TRL_FILE):
        raise Invalid("invalid", _("format is conversational or standard, and standard is for trl.jsonl only."))
    n_bytes: int | None = _stored(preference_set, name)["bytes"]
    chunks = set_file_chunks(preference_set, name)
    if trl_format == "standard":
        chunks, n_bytes = _standard(chunks), None
    filename = f"{_label(preference_set)}-{name.replace('/', '-')}"
    if not compress:
        content_type = "application/json" if name.endswith(".json") else "application/x-ndjson"
        return Download(chunks, content_type, _attachment(filename), n_bytes)
    packed = compressed(chunks, compress)
    return Download(packed, COMPRESSIONS[compress], _attachment(f"{filename}.{compress}"), None)


def set_zip_download(*, preference_set: PreferenceSet) -> Download:
    """Return all files as one ZIP. Raises Conflict("not_frozen"), NotFound."""
    if preference_set.state != SetState.FROZEN or preference_set.frozen_at is None:
        raise Conflict("not_frozen", _("The preference set is not frozen yet."))
    names = [file["name"] for file in preference_set.statistics["files"]]
    for name in names:
        _stored(preference_set, name)
    files = ((name, set_file_chunks(preference_set, name)) for name in names)
    disposition = _attachment(f"{_label(preference_set)}.zip")
    return Download(zipped(files, preference_set.frozen_at), "application/zip", disposition, None)


def _stored(preference_set: PreferenceSet, name: str) -> dict[str, Any]:
    """Return the entry of a file that is there, so that a refusal comes before the first byte."""
    entry = set_file(preference_set, name)
    if not storages["artifacts"].exists(f"{preference_set.folder}/{name}"):
        raise NotFound("file_missing", _("The file is missing from the artifact store; tell the operator."))
    return entry


def _label(preference_set: PreferenceSet) -> str:
    return f"{preference_set.name}-v{preference_set.version}"


def _attachment(filename: str) -> str:
    return str(content_disposition_header(True, filename))


def _standard(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Rewrite TRL's conversational lines as standard ones."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        if lines:
            yield b"".join(_standard_line(line) for line in lines)


def _standard_line(line: bytes) -> bytes:
    return f"{json.dumps(standard(json.loads(line)), ensure_ascii=False)}\n".encode()


def set_export(*, set_id: int, folder: Path, compress: str = "") -> list[Path]:
    """Copy all files of a frozen set into a folder and return their paths; the manifest is never compressed.

    Raises NotFound, DamagedSet.
    """
    preference_set = set_frozen_get(set_id)
    written = []
    for name in [file["name"] for file in preference_set.statistics["files"]]:
        target = folder / name
        set_file_copy(preference_set, name, target)
        if compress and name != MANIFEST_FILE:
            target = _packed(target, compress)
        written.append(target)
    return written


def _packed(path: Path, compress: str) -> Path:
    """Replace a file by its compressed form."""
    target = path.with_name(f"{path.name}.{compress}")
    with path.open("rb") as source, target.open("wb") as file:
        for chunk in compressed(iter(lambda: source.read(CHUNK_BYTES), b""), compress):
            file.write(chunk)
    path.unlink()
    return target
