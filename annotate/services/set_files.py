"""Writes the files of a preference set into a folder, prompt by prompt, and moves them into the artifact store."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.storage import storages

from annotate.domain.states import Split
from annotate.exchange.annotations_out import annotation_lines
from annotate.exchange.cheems_out import benchmark_line, training_line
from annotate.exchange.files_out import JsonLinesFile
from annotate.exchange.ranked import RankedPrompt
from annotate.exchange.remarks_out import remark_lines
from annotate.exchange.trl_out import trl_lines
from annotate.models import PreferenceSet
from annotate.selectors.sets import (
    ANNOTATIONS_FILE,
    BENCHMARK_FILES,
    LINEAGE_FILE,
    MANIFEST_FILE,
    REMARKS_FILE,
    TRAINING_FILE,
    TRL_FILE,
)
from annotate.services.set_figures import SetFigures
from annotate.services.set_prompts import ranked_prompts

BEAT_PROMPTS = 100
DATA_FILES = (TRAINING_FILE, *BENCHMARK_FILES.values(), TRL_FILE, ANNOTATIONS_FILE, REMARKS_FILE)


def set_files_write(
    *,
    preference_set: PreferenceSet,
    sides: Mapping[int, Split],
    names: Mapping[int, str],
    folder: Path,
    beat: Callable[[int], None],
) -> tuple[list[dict[str, Any]], SetFigures]:
    """Write every file but the manifest; return what the manifest says of them, and the figures.

    sides: {prompt id: side}, in the order of the files. beat: told how many prompts are done, every so often.
    """
    keys: Sequence[int] = list(sides)
    label = f"{preference_set.name}:v{preference_set.version}"
    figures = SetFigures()
    with ExitStack() as stack:
        files = {name: stack.enter_context(JsonLinesFile(folder, name)) for name in DATA_FILES}
        for n_done, (row, prompt) in enumerate(ranked_prompts(keys, names), start=1):
            side = sides[row.pk]
            _write_side(files, prompt, side)
            files[ANNOTATIONS_FILE].write(annotation_lines(prompt, label))
            files[REMARKS_FILE].write(remark_lines(prompt, label))
            figures.add(prompt, side, row.agreement)
            if n_done % BEAT_PROMPTS == 0:
                beat(n_done)
    return [file.entry for file in files.values()], figures


def _write_side(files: Mapping[str, JsonLinesFile], prompt: RankedPrompt, side: Split) -> None:
    if side == Split.TRAIN:
        files[TRAINING_FILE].write([training_line(prompt)])
        files[TRL_FILE].write(trl_lines(prompt))
    else:
        files[BENCHMARK_FILES[side]].write([benchmark_line(prompt)])


def set_files_store(*, preference_set: PreferenceSet, names: Sequence[str], folder: Path) -> None:
    """Move written files into the artifact store, over what an attempt that was cut off left there."""
    storage = storages["artifacts"]
    for name in names:
        target = f"{preference_set.folder}/{name}"
        storage.delete(target)
        with (folder / name).open("rb") as content:
            stored = storage.save(target, File(content))
        if stored != target:
            raise OSError(f"The artifact store put {target} at {stored}.")


def set_files_remove(*, preference_set: PreferenceSet) -> None:
    """Remove what a freezing that failed has put into the artifact store."""
    for name in (*DATA_FILES, LINEAGE_FILE, MANIFEST_FILE):
        storages["artifacts"].delete(f"{preference_set.folder}/{name}")
