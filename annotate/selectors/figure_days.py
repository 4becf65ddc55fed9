"""Counts what happened on a day from the base tables, and reads what was counted."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any, TypeVar

from django.db.models import F, Max, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, Length
from django.utils import timezone

from annotate.domain.bias_table import compared_rows, table_packed
from annotate.domain.figures import Facts, Table, Tally, What, facts_of, kind_of
from annotate.domain.states import (
    IN_REVIEW,
    AssignmentKind,
    ComparisonKind,
    PromptState,
    ReviewKind,
    ReviewState,
)
from annotate.domain.types import verdict_of_tiers
from annotate.models import Annotation, Comparison, DirtyDay, FigureDay, Probe, Ranking, Rejection, Response, Review

T = TypeVar("T")

BATCH = 1000
# The states in which a prompt's ranking stands.
RANKED = (PromptState.SETTLED, *IN_REVIEW, PromptState.ACCEPTED)
MEASURED = {AssignmentKind.GOLD.value: What.GOLD, AssignmentKind.REPEAT.value: What.REPEAT}
CLOSED = (ReviewState.APPROVED, ReviewState.OVERRULED, ReviewState.REJECTED)


def day_of(at: datetime) -> date:
    """Return the day, local time, that a moment counts for."""
    return timezone.localdate(at)


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """Return the first moment of a day, local time, and that of the next."""
    begin = timezone.make_aware(datetime.combine(day, time.min))
    return begin, timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def _within(column: str, day: date) -> Q:
    begin, end = day_bounds(day)
    return Q(**{f"{column}__gte": begin, f"{column}__lt": end})


def _batches(rows: Iterable[T]) -> Iterator[list[T]]:
    batch: list[T] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


@dataclass(frozen=True, slots=True)
class DayCount:
    """What the base tables say of a day."""

    table: Table
    bias: bytes
    n_annotations: int
    n_comparisons: int


def day_count(project_id: int, day: date) -> DayCount:
    """Count a project's day from the base tables, in batches.

    A task that two people did counts for the later one's day, a probe for the day it was answered, a review for the day
    it was closed, a prompt's conflicts for the day of its ranking. Agreement is of what people said first: a verdict
    revised in a discussion changes nothing, work done again after a rejection takes the place of the rejected. What its
    author took back counts nowhere.
    """
    tally = Tally()
    _count_work(tally, project_id, day)
    _count_probes(tally, project_id, day)
    _count_reviews(tally, project_id, day)
    _count_conflicts(tally, project_id, day)
    n_annotations, n_comparisons = totals_of(project_id, [day])
    return DayCount(tally.table(), compared_on(project_id, day), n_annotations, n_comparisons)


def compared_on(project_id: int, day: date) -> bytes:
    """Return what people compared on a day, packed: in work that still holds, as they said it first."""
    rows = Annotation.objects.filter(
        _within("created_at", day),
        assignment__project_id=project_id,
        assignment__kind=AssignmentKind.WORK,
        withdrawn=False,
        current=True,
    )
    columns = ("assignment__prompt_id", "annotator_id", "display_order", "order")
    told: list[tuple[int, ...]] = []
    for batch in _batches(rows.order_by("id").values_list(*columns).iterator(BATCH)):
        shown = {response for row in batch for response in row[2]}
        lengths = dict(Response.objects.filter(pk__in=shown).values_list("pk", Length("text")))
        for prompt, by, display_order, order in batch:
            told += compared_rows(prompt, by, display_order, order, lengths)
    return table_packed(told)


def _count_work(tally: Tally, project_id: int, day: date) -> None:
    rows = Annotation.objects.filter(
        _within("created_at", day),
        assignment__project_id=project_id,
        assignment__kind=AssignmentKind.WORK,
        withdrawn=False,
    ).annotate(
        task=F("assignment__task_id"), category=F("assignment__category_id"), source=F("assignment__prompt__source")
    )
    columns = ("id", "created_at", "annotator_id", "task", "category", "source", "seconds", "current", "order")
    for batch in _batches(rows.order_by("id").values_list(*columns).iterator(BATCH)):
        others = _current_of({row[3] for row in batch if row[7]})
        for pk, at, annotator, task, category, source, seconds, current, order in batch:
            tally.add_work(annotator, category, source, seconds)
            for other_pk, other_at, other, other_order in others[task] if current else ():
                kind = kind_of(order, other_order) if (other_at, other_pk) < (at, pk) else None
                if kind is not None:
                    tally.add_unit(annotator, other, category, source, kind)


def _current_of(tasks: set[int]) -> dict[int, list[tuple[int, datetime, int, Any]]]:
    """Return {task: [(annotation, when, annotator, order)]} of what the passes hold."""
    found: dict[int, list[tuple[int, datetime, int, Any]]] = defaultdict(list)
    rows = Annotation.objects.filter(
        current=True, assignment__task_id__in=tasks, assignment__kind=AssignmentKind.WORK
    ).values_list("assignment__task_id", "id", "created_at", "annotator_id", "order")
    for task, *said in rows:
        found[task].append(tuple(said))
    return found


def _count_probes(tally: Tally, project_id: int, day: date) -> None:
    rows = Probe.objects.filter(
        _within("answered_at", day), project_id=project_id, kind__in=MEASURED, n_comparisons__gt=0
    ).exclude(repeats__withdrawn=True)
    columns = (
        "kind",
        "annotator_id",
        "assignment__category_id",
        "assignment__prompt__source",
        "n_same",
        "n_comparisons",
    )
    for kind, annotator, category, source, n_same, n_comparisons in rows.values_list(*columns):
        tally.add_outcome(MEASURED[kind], annotator, category, source, n_same, n_comparisons)


def _count_reviews(tally: Tally, project_id: int, day: date) -> None:
    """Count every annotation that a review closed on this day showed, once for each review, as rejected or not."""
    rows = Review.objects.filter(
        _within("closed_at", day), project_id=project_id, kind=ReviewKind.WORK, state__in=CLOSED
    ).annotate(root=_root("prompt__category"))
    for batch in _batches(rows.order_by("id").values_list("id", "root", "prompt__source", "shown").iterator(BATCH)):
        said = Comparison.objects.filter(pk__in={pk for row in batch for pk in row[3]}, annotation__isnull=False)
        authors = {pk: rest for pk, *rest in said.values_list("pk", "annotation_id", "annotation__annotator_id")}
        refused = Rejection.objects.filter(review_id__in=[row[0] for row in batch])
        rejected = set(refused.values_list("review_id", "annotation_id"))
        for review, category, source, shown in batch:
            for annotation, annotator in {tuple(authors[pk]) for pk in shown if pk in authors}:
                tally.add_outcome(What.REVIEW, annotator, category, source, (review, annotation) in rejected, 1)


def _root(category: str) -> Coalesce:
    return Coalesce(f"{category}__root_id", f"{category}_id")


def _count_conflicts(tally: Tally, project_id: int, day: date) -> None:
    rows = Ranking.objects.filter(
        _within("computed_at", day), prompt__project_id=project_id, prompt__state__in=RANKED, n_comparisons__gt=0
    ).annotate(root=_root("prompt__category"))
    columns = ("prompt_id", "root", "prompt__source", "tiers", "n_conflicts", "n_comparisons")
    for batch in _batches(rows.order_by("id").values_list(*columns).iterator(BATCH)):
        tiers = {row[0]: {pk: number for number, tier in enumerate(row[3]) for pk in tier} for row in batch}
        places = {row[0]: (row[1], row[2]) for row in batch}
        for _prompt, category, source, _tiers, n_conflicts, n_comparisons in batch:
            tally.add_outcome(What.CONFLICT, 0, category, source, n_conflicts, n_comparisons)
        for (prompt, author), wrong in _contradicted(tiers).items():
            tally.add_outcome(What.OWN_CONFLICT, author, *places[prompt], sum(wrong), len(wrong))


def _contradicted(tiers: dict[int, dict[int, int]]) -> dict[tuple[int, int], list[bool]]:
    """Return {(prompt, annotator): for each of their final comparisons, whether the ranking contradicts it}."""
    found: dict[tuple[int, int], list[bool]] = defaultdict(list)
    rows = Comparison.objects.filter(prompt_id__in=tiers, final=True, kind=ComparisonKind.HUMAN)
    for prompt, author, a, b, verdict in rows.values_list(
        "prompt_id", "author_id", "response_a_id", "response_b_id", "verdict"
    ):
        if author is not None:
            found[prompt, author].append(verdict != verdict_of_tiers(tiers[prompt][a], tiers[prompt][b]))
    return found


def totals_of(project_id: int, days: list[date]) -> tuple[int, int]:
    """Count the current annotations of work, and all that was ever compared in them or decided, on some days."""
    if not days:
        return 0, 0
    annotations = Annotation.objects.filter(
        _any_of("created_at", days),
        assignment__project_id=project_id,
        assignment__kind=AssignmentKind.WORK,
    )
    said = Comparison.objects.filter(
        _any_of("annotation__created_at", days),
        annotation__assignment__project_id=project_id,
        annotation__withdrawn=False,
    )
    decided = Comparison.objects.filter(_any_of("decision__created_at", days), decision__prompt__project_id=project_id)
    return annotations.filter(current=True).count(), said.count() + decided.count()


def _any_of(column: str, days: list[date]) -> Q:
    """Return the condition that a moment lies in one of the days; neighbouring days make one range."""
    condition = Q(pk__in=[])
    numbered = enumerate(sorted(set(days)))
    for _, run in groupby(numbered, key=lambda pair: pair[1] - timedelta(days=pair[0])):
        whole = [day for _, day in run]
        condition |= Q(**{f"{column}__gte": day_bounds(whole[0])[0], f"{column}__lt": day_bounds(whole[-1])[1]})
    return condition


def totals_now(project_id: int) -> tuple[int, int]:
    """Return a project's totals_of over all its days, exact at once: days that changed since are counted anew."""
    changed = list(DirtyDay.objects.filter(project_id=project_id).values_list("day", flat=True).distinct())
    counted = FigureDay.objects.filter(project_id=project_id).exclude(day__in=changed)
    sums = counted.aggregate(a=Coalesce(Sum("n_annotations"), 0), c=Coalesce(Sum("n_comparisons"), 0))
    n_annotations, n_comparisons = totals_of(project_id, changed)
    return sums["a"] + n_annotations, sums["c"] + n_comparisons


def table_of(row: FigureDay) -> Table:
    """Return the tables of a stored day."""
    return Table(row.sources, row.kinds, bytes(row.work), bytes(row.units), bytes(row.outcomes))


def figure_days(project_id: int, first: date | None = None, last: date | None = None) -> QuerySet[FigureDay]:
    """Return the stored days of a project, both ends included, in order."""
    rows = FigureDay.objects.filter(project_id=project_id).order_by("day")
    if first is not None:
        rows = rows.filter(day__gte=first)
    if last is not None:
        rows = rows.filter(day__lte=last)
    return rows


def facts_read(project_id: int, first: date | None = None, last: date | None = None) -> tuple[Facts, list[date]]:
    """Return the facts of some days, and the days, in the order of the facts' column `day`."""
    rows = list(figure_days(project_id, first, last))
    return facts_of([table_of(row) for row in rows]), [row.day for row in rows]


def refreshed_at(project_id: int) -> datetime | None:
    """Return when anything of a project was counted last."""
    newest: datetime | None = FigureDay.objects.filter(project_id=project_id).aggregate(at=Max("refreshed_at"))["at"]
    return newest


def days_with_work(project_id: int) -> list[date]:
    """Return every day on which something happened that a table counts, and those that are stored."""
    moments: list[tuple[QuerySet[Any], str]] = [
        (Annotation.objects.filter(assignment__project_id=project_id, withdrawn=False), "created_at"),
        (Probe.objects.filter(project_id=project_id, answered_at__isnull=False), "answered_at"),
        (Review.objects.filter(project_id=project_id, closed_at__isnull=False), "closed_at"),
        (Ranking.objects.filter(prompt__project_id=project_id), "computed_at"),
        (Comparison.objects.filter(decision__prompt__project_id=project_id), "decision__created_at"),
    ]
    found = set(FigureDay.objects.filter(project_id=project_id).values_list("day", flat=True))
    for rows, column in moments:
        found |= {day.date() for day in rows.datetimes(column, "day")}  # type: ignore[arg-type]
    return sorted(found)
