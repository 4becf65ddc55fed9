"""What annotations say beyond scores and order, with the passages as the reader's copy of a text has them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter

from annotate.domain.states import AssignmentKind
from annotate.models import Annotation, Comparison, Fault, Prompt, Response
from annotate.selectors.delivered import Delivered, delivered


@dataclass(frozen=True, slots=True)
class Passage:
    """A fault as a reader gets it: where it stands in the delivered text, and the words there."""

    response: int
    start: int
    end: int
    text: str
    kind: str
    severity: str
    note: str


def passage_of(fault: Fault, shown: Delivered) -> Passage:
    """Return a stored fault as a reader of its response gets it."""
    start, end = shown.to_shown(fault.start, fault.end)
    return Passage(fault.response_id, start, end, shown.text[start:end], fault.kind, fault.severity, fault.note)


@dataclass(frozen=True, slots=True)
class Previous:
    """What somebody said of a slot before they got it back."""

    annotation: Annotation
    faults: list[Passage]


@dataclass(frozen=True, slots=True)
class Remark:
    """What one pass says of one task beyond scores and order."""

    task: int
    pass_number: int
    annotation: Annotation
    faults: list[Passage]


def remarks_of(
    prompt: Prompt, said: Mapping[tuple[int, int], Annotation], responses: Iterable[Response]
) -> list[Remark]:
    """Return what annotations of a prompt, by (task, pass), remark of its responses, in one query."""
    found = faults_of(row.pk for row in said.values())
    marked = {fault.response_id for faults in found.values() for fault in faults}
    shown = {row.pk: delivered(prompt, row.text) for row in responses if row.pk in marked}
    return [
        Remark(task, number, row, [passage_of(fault, shown[fault.response_id]) for fault in found.get(row.pk, [])])
        for (task, number), row in sorted(said.items(), key=itemgetter(0))
    ]


def remarks_ever(prompt: Prompt, responses: Iterable[Response]) -> list[Remark]:
    """Return everything remarked of a prompt's responses, with passages of the raw texts, in two queries.

    What was rejected is among it, before what replaced it. What its author took back was never said, and what merely
    measured somebody says nothing of the prompt.
    """
    rows = Annotation.objects.filter(assignment__prompt=prompt, assignment__kind=AssignmentKind.WORK, withdrawn=False)
    rows = rows.select_related("assignment").order_by("assignment__task", "assignment__pass_number", "id")
    found = faults_of(row.pk for row in rows)
    raw = {row.pk: Delivered(row.text) for row in responses}
    return [
        Remark(
            task=row.assignment.task_id,
            pass_number=row.assignment.pass_number or 0,
            annotation=row,
            faults=[passage_of(fault, raw[fault.response_id]) for fault in found.get(row.pk, [])],
        )
        for row in rows
    ]


def words_held(comparisons: Iterable[Comparison]) -> dict[tuple[int, int], Annotation]:
    """Return {(task, pass): the annotation} behind the verdicts that the passes hold now."""
    return {
        (row.task_id or 0, row.pass_number or 0): row.annotation
        for row in comparisons
        if row.current and row.annotation is not None
    }


def faults_of(annotations: Iterable[int]) -> dict[int, list[Fault]]:
    """Return {annotation: its faults, in the order in which they were said}."""
    found: dict[int, list[Fault]] = {}
    for fault in Fault.objects.filter(annotation__in=list(annotations)).order_by("id"):
        found.setdefault(fault.annotation_id, []).append(fault)
    return found
