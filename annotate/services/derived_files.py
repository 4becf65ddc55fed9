"""Writes the files of a derived set: people's prompts as their set froze them, then what is kept of the judges."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from annotate.domain.states import Split
from annotate.exchange.annotations_out import annotation_lines
from annotate.exchange.cheems_out import pairs_line
from annotate.exchange.files_out import JsonLinesFile
from annotate.exchange.lineage_out import HUMAN, JUDGE, Traced, human_traced, lineage_lines
from annotate.exchange.ranked import RankedPrompt
from annotate.exchange.sets_in import PromptLines, lines_in, ranked_in
from annotate.exchange.trl_out import trl_lines
from annotate.models import PreferenceSet
from annotate.selectors.sets import (
    ANNOTATIONS_FILE,
    BENCHMARK_FILES,
    LINEAGE_FILE,
    REMARKS_FILE,
    TRAINING_FILE,
    TRL_FILE,
    set_file,
    set_file_copy,
)
from annotate.services.derived_content import Derived
from annotate.services.derived_prompts import judged_prompts
from annotate.services.set_figures import SetFigures
from annotate.services.set_files import BEAT_PROMPTS

WRITTEN_FILES = (TRAINING_FILE, TRL_FILE, ANNOTATIONS_FILE, REMARKS_FILE, LINEAGE_FILE)


class _Writer:
    """The open files of a derived set, its figures, and how many prompts are done."""

    def __init__(self, files: Mapping[str, JsonLinesFile], label: str, beat: Callable[[int], None]) -> None:
        self.files = files
        self.label = label
        self.figures = SetFigures()
        self._beat = beat
        self._n_done = 0

    def relabelled(self, name: str, lines: list[dict[str, Any]]) -> None:
        """Take lines of another set over as lines of this one."""
        self.files[name].write(line | {"set": self.label} for line in lines)

    def traced(self, prompt_id: str, source: str, traced: Iterator[Traced], pairs: list[tuple[str, str]]) -> None:
        """Write the lineage of a prompt and count it."""
        lines = list(lineage_lines(prompt_id, source, traced, pairs))
        self.files[LINEAGE_FILE].write(lines)
        self.figures.lineage.setdefault(source, Counter()).update(line["why"] for line in lines)

    def done(self, prompt: RankedPrompt, side: Split, agreement: float | None) -> None:
        """Count one prompt of the set, and give a sign of life every so often."""
        self.figures.add(prompt, side, agreement)
        self._n_done += 1
        if self._n_done % BEAT_PROMPTS == 0:
            self._beat(self._n_done)


def derived_files_write(
    *, preference_set: PreferenceSet, derived: Derived, folder: Path, beat: Callable[[int], None]
) -> tuple[list[dict[str, Any]], SetFigures]:
    """Write every file but the manifest; return what the manifest says of them, and the figures.

    Raises DamagedSet where a file of the human set is not the frozen one.
    """
    human_set = derived.source.human_set
    for name in BENCHMARK_FILES.values():
        set_file_copy(human_set, name, folder / name)
    label = f"{preference_set.name}:v{preference_set.version}"
    with ExitStack() as stack:
        files = {name: stack.enter_context(JsonLinesFile(folder, name)) for name in WRITTEN_FILES}
        writer = _Writer(files, label, beat)
        _write_human(writer, derived)
        _write_judges(writer, derived)
    entries = [set_file(human_set, name) for name in BENCHMARK_FILES.values()]
    return entries + [file.entry for file in files.values()], writer.figures


def _write_human(writer: _Writer, derived: Derived) -> None:
    """Take over what the human set holds; all its files have its prompts in the order of their ids."""
    human_set, include = derived.source.human_set, derived.source.include_human
    with TemporaryDirectory(prefix="cheems-human-") as name:
        lines, groups = _human_files(human_set, Path(name))
        columns = ("split", "prompt__external_id", "prompt__category__path", "prompt__agreement")
        items = human_set.items.order_by("prompt_id").values_list(*columns)
        for split, external_id, category, agreement in items.iterator():
            side = Split(split)
            line = next(lines[side])
            said, remarks = (groups[file].take(external_id) for file in (ANNOTATIONS_FILE, REMARKS_FILE))
            pairs = [next(lines[TRL_FILE]) for _pair in line["annotations"]] if side == Split.TRAIN else []
            if side == Split.TRAIN and not include:
                continue
            prompt = ranked_in(line, external_id=external_id, category=category, said=said)
            writer.relabelled(ANNOTATIONS_FILE, said)
            writer.relabelled(REMARKS_FILE, remarks)
            writer.figures.add_remarks(remarks)
            if side == Split.TRAIN:
                writer.files[TRAINING_FILE].write([line])
                writer.files[TRL_FILE].write(pairs)
                writer.traced(external_id, HUMAN, human_traced(prompt), list(prompt.supported))
            writer.done(prompt, side, agreement)


def _human_files(
    human_set: PreferenceSet, folder: Path
) -> tuple[dict[str, Iterator[dict[str, Any]]], dict[str, PromptLines]]:
    """Return the lines of the human set by side (and TRL's), and its lines of what people said, prompt by prompt."""
    sides = {Split.TRAIN.value: TRAINING_FILE, **BENCHMARK_FILES, TRL_FILE: TRL_FILE}
    for name in (*sides.values(), ANNOTATIONS_FILE, REMARKS_FILE):
        set_file_copy(human_set, name, folder / name)
    lines = {side: lines_in(folder / name) for side, name in sides.items()}
    return lines, {name: PromptLines(folder / name) for name in (ANNOTATIONS_FILE, REMARKS_FILE)}


def _write_judges(writer: _Writer, derived: Derived) -> None:
    trained = set(derived.judged_keys)
    for key, judged in judged_prompts(derived):
        ranked = judged.ranked() if key in trained else None
        pairs = list(ranked.supported) if ranked else []
        writer.traced(judged.prompt.external_id, JUDGE, iter(judged.traced), pairs)
        if ranked:
            writer.files[TRAINING_FILE].write([pairs_line(ranked)])
            writer.files[TRL_FILE].write(trl_lines(ranked))
            writer.files[ANNOTATIONS_FILE].write(annotation_lines(ranked, writer.label))
            writer.done(ranked, Split.TRAIN, None)
