"""Keeps the tables of figures: what changed is marked with the change itself, and the worker counts it again."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from annotate.domain.figures import differences
from annotate.domain.types import DomainError
from annotate.models import Annotation, BiasDay, DirtyDay, Expertise, FigureDay, Membership, Project, Ranking
from annotate.selectors.figure_days import (
    RANKED,
    DayCount,
    day_count,
    day_of,
    days_with_work,
    facts_read,
    table_of,
)
from annotate.selectors.figure_groups import groups_of
from annotate.selectors.people_figures import weight_of
from annotate.selectors.statistics import root_names

BATCH = 500


def day_touch(*, project_id: int, at: datetime | None = None) -> None:
    """Mark the day of `at` [now] as changed. Call it in the transaction of the change, after it or before.

    The mark is a row of its own, so nobody waits for anybody, and it is seen just when the change is.
    """
    DirtyDay.objects.create(project_id=project_id, day=day_of(at or timezone.now()))


def task_touch(*, project_id: int, task_id: int) -> None:
    """Mark every day that holds work on a task, and today: call it whenever an annotation of work comes or goes."""
    moments = Annotation.objects.filter(assignment__task_id=task_id).values_list("created_at", flat=True)
    days = {day_of(at) for at in moments} | {day_of(timezone.now())}
    DirtyDay.objects.bulk_create(DirtyDay(project_id=project_id, day=day) for day in sorted(days))


def ranking_touch(*, project_id: int, prompt_id: int) -> None:
    """Mark the day of a prompt's ranking, if it has one: call it when the ranking or what stands on it changes."""
    at = Ranking.objects.filter(prompt_id=prompt_id).values_list("computed_at", flat=True).first()
    if at is not None:
        day_touch(project_id=project_id, at=at)


def move_touch(*, project_id: int, prompt_id: int, before: str, after: str) -> None:
    """Mark what a prompt's move changes: the day of its ranking, where that begins or ceases to stand."""
    if (before in RANKED) != (after in RANKED):
        ranking_touch(project_id=project_id, prompt_id=prompt_id)


def figures_refresh() -> int:
    """Count every day again that changed since it was counted; return how many were."""
    marks: dict[tuple[int, date], list[int]] = defaultdict(list)
    for pk, project_id, day in DirtyDay.objects.order_by("id").values_list("id", "project_id", "day"):
        marks[project_id, day].append(pk)
    n_done = sum(_day_refresh(project_id, day, seen) for (project_id, day), seen in sorted(marks.items()))
    for project_id in sorted({project_id for project_id, _day in marks}):
        weights_refresh(project=Project.objects.get(pk=project_id))
    return n_done


def _day_refresh(project_id: int, day: date, seen: list[int]) -> bool:
    """Count one day, replace its row, and take away the marks in `seen`; tell whether it was us who did.

    The marks were seen before the counting began, so what they stand for has been counted; marks that came since stay.
    The counting happens outside the transaction, which is short; if another worker wrote meanwhile, ours is thrown away
    and the marks stay for the next time.
    """
    row, _created = FigureDay.objects.get_or_create(project_id=project_id, day=day)
    counted = day_count(project_id, day)
    with transaction.atomic():
        if not _replace(row, counted):
            return False
        BiasDay.objects.update_or_create(figure_day=row, defaults={"rows": counted.bias})
        for start in range(0, len(seen), BATCH):
            DirtyDay.objects.filter(pk__in=seen[start : start + BATCH]).delete()
    return True


def _replace(row: FigureDay, counted: DayCount) -> bool:
    table = counted.table
    rows = FigureDay.objects.filter(pk=row.pk, version=row.version)
    n_hit = rows.update(
        sources=table.sources,
        kinds=table.kinds,
        work=table.work,
        units=table.units,
        outcomes=table.outcomes,
        n_annotations=counted.n_annotations,
        n_comparisons=counted.n_comparisons,
        version=F("version") + 1,
        refreshed_at=timezone.now(),
    )
    return n_hit == 1


def figures_recount(*, project: Project) -> int:
    """Count all days of a project again, marked or not; return how many."""
    days = days_with_work(project.pk)
    for day in days:
        seen = list(DirtyDay.objects.filter(project=project, day=day).values_list("id", flat=True))
        _day_refresh(project.pk, day, seen)
    weights_refresh(project=project)
    return len(days)


def figures_check(*, project: Project) -> Iterator[str]:
    """Count all days of a project again and yield a line for each row that is not as it is stored. Changes nothing."""
    stored = {row.day: row for row in FigureDay.objects.filter(project=project)}
    held = BiasDay.objects.filter(figure_day__project=project).values_list("figure_day_id", "rows")
    compared = {pk: bytes(rows) for pk, rows in held}
    for day in days_with_work(project.pk):
        counted = day_count(project.pk, day)
        row = stored.get(day, FigureDay(project=project, day=day))
        for name in ("n_annotations", "n_comparisons"):
            if getattr(row, name) != getattr(counted, name):
                yield f"{day} {name}: stored {getattr(row, name)}, counted {getattr(counted, name)}"
        try:
            told = differences(table_of(row), counted.table)
        except DomainError as error:
            told = [str(error)]
        yield from (f"{day} {line}" for line in told)
        if compared.get(row.pk, b"") != counted.bias:
            yield f"{day} comparisons for the reports of bias: stored otherwise than counted"


def weights_refresh(*, project: Project) -> int:
    """Bring Expertise.weight up to everybody's record; return how many changed. Who has no record weighs 1."""
    members = dict(Membership.objects.filter(project=project).values_list("user_id", "id"))
    roots = root_names(project.pk)
    facts, _days = facts_read(project.pk)
    groups = groups_of(facts, "heat", project.agreement_measure)
    weights = {
        (members[annotator], category): weight_of(groups, group)
        for group, (category, annotator) in enumerate(groups.keys)
        if annotator in members and category in roots
    }
    rows = {(row.membership_id, row.category_id): row for row in Expertise.objects.filter(membership__project=project)}
    changed = [row for key, row in rows.items() if abs(row.weight - weights.get(key, 1.0)) > 1e-9]
    for row in changed:
        row.weight = weights.get((row.membership_id, row.category_id), 1.0)
    Expertise.objects.bulk_update(changed, ["weight"], batch_size=BATCH)
    new = [Expertise(membership_id=m, category_id=c, weight=w) for (m, c), w in weights.items() if (m, c) not in rows]
    Expertise.objects.bulk_create(new, ignore_conflicts=True, batch_size=BATCH)
    return len(changed) + len(new)
