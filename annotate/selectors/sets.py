"""Preference sets as a person may see them, and their files."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.files.storage import storages
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from annotate.domain.states import SetState
from annotate.models import PreferenceSet, User
from annotate.permissions import Right
from annotate.problems import NotFound
from annotate.selectors.access import project_get, scoped_get

CHUNK_BYTES = 256 * 1024
TRAINING_FILE = "cheems_train.jsonl"
TRL_FILE = "trl.jsonl"
ANNOTATIONS_FILE = "annotations.jsonl"
REMARKS_FILE = "remarks.jsonl"
LINEAGE_FILE = "lineage.jsonl"
MANIFEST_FILE = "manifest.json"
BENCHMARK_FILES = {"open": "cheems_bench/open.jsonl", "human": "cheems_bench/human.jsonl"}


class DamagedSet(Exception):
    """A file of a frozen set is missing or is not what was frozen."""


def set_get(user: User, set_id: int) -> PreferenceSet:
    """Return one preference set. Raises NotFound, Forbidden."""
    return scoped_get(user, PreferenceSet.objects.select_related("judge_source"), set_id, Right.SEE_DATA)


def set_frozen_get(set_id: int) -> PreferenceSet:
    """Return a frozen set without asking for whom, for workers and commands. Raises NotFound for any other."""
    preference_set = PreferenceSet.objects.filter(pk=set_id, state=SetState.FROZEN).first()
    if preference_set is None:
        raise NotFound("not_found", _("There is no frozen preference set %(id)s.") % {"id": set_id})
    return preference_set


def sets_of(user: User, project_id: int) -> QuerySet[PreferenceSet]:
    """Return the preference sets of a project. Raises NotFound, Forbidden."""
    rows = PreferenceSet.objects.select_related("judge_source")
    return rows.filter(project=project_get(user, project_id, Right.SEE_DATA))


def sets_sharing_benchmark(set_id: int) -> QuerySet[PreferenceSet]:
    """Return the frozen sets of a project whose benchmark is that of one of them, to the byte; with that one."""
    one = PreferenceSet.objects.filter(pk=set_id)
    rows = PreferenceSet.objects.filter(state=SetState.FROZEN, project__in=one.values("project"))
    return rows.filter(benchmark_sha256__in=one.values("benchmark_sha256"))


def set_file(preference_set: PreferenceSet, name: str) -> dict[str, Any]:
    """Return {"name", "bytes", "sha256"} of one file of a frozen set. Raises NotFound."""
    for file in preference_set.statistics.get("files", []):
        if preference_set.state == SetState.FROZEN and file["name"] == name:
            return dict(file)
    raise NotFound("not_found", _("The preference set has no such file."))


def set_file_chunks(preference_set: PreferenceSet, name: str) -> Iterator[bytes]:
    """Yield the content of one file in pieces."""
    with storages["artifacts"].open(f"{preference_set.folder}/{name}", "rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def set_files_fetch(set_id: int, target: Path) -> None:
    """Copy training and benchmark files of a frozen set into the folder `target`.

    Raises NotFound, and DamagedSet where a file is missing or its SHA-256 is not the frozen one.
    """
    preference_set = set_frozen_get(set_id)
    for name in (TRAINING_FILE, *BENCHMARK_FILES.values()):
        set_file_copy(preference_set, name, target / name)


def set_file_copy(preference_set: PreferenceSet, name: str, target: Path) -> None:
    """Copy one file of a frozen set to the path `target`. Raises NotFound, DamagedSet."""
    expected = set_file(preference_set, name)["sha256"]
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    try:
        with target.open("wb") as file:
            for chunk in set_file_chunks(preference_set, name):
                digest.update(chunk)
                file.write(chunk)
    except FileNotFoundError as error:
        raise DamagedSet(f"{preference_set.folder}/{name} is missing from the artifact store.") from error
    if digest.hexdigest() != expected:
        raise DamagedSet(f"{preference_set.folder}/{name} is not the file that was frozen: its SHA-256 differs.")
