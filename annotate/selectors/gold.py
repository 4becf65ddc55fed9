"""Gold items: the list with what people made of them, and which of them one person may be asked."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from annotate.domain.states import AssignmentKind, PromptState
from annotate.models import Assignment, GoldItem, Probe, Seat, User
from annotate.selectors.categories import category_key


@dataclass(frozen=True, slots=True)
class GoldFigures:
    """How often an item was answered, and the share of comparisons that were as in its reference."""

    n_answers: int
    accuracy: float | None


def gold_rows(
    project_id: int, *, category_path: list[str] | None = None, active: bool | None = None
) -> QuerySet[GoldItem]:
    """Return a project's gold items that match the filters; a category takes its subtree."""
    rows = GoldItem.objects.filter(project_id=project_id).select_related("task__prompt__category")
    if category_path:
        key = category_key(category_path)
        rows = rows.filter(Q(task__prompt__category__key=key) | Q(task__prompt__category__key__startswith=f"{key}/"))
    return rows if active is None else rows.filter(active=active)


def gold_figures(gold_ids: Iterable[int]) -> dict[int, GoldFigures]:
    """Return the figures of every item named, in one query."""
    figures = dict.fromkeys(gold_ids, GoldFigures(0, None))
    rows = Probe.objects.filter(gold__in=list(figures), answered_at__isnull=False).order_by()
    sums = rows.values_list("gold").annotate(n=Count("id"), same=Sum("n_same"), of=Sum("n_comparisons"))
    for gold_id, n_answers, same, of in sums:
        figures[gold_id] = GoldFigures(n_answers, same / of if of else None)
    return figures


def gold_unknown_to(user: User, project_id: int) -> QuerySet[GoldItem]:
    """Return the active items that a person can be measured on: those of prompts that they have never worked on.

    Who made an item knows its answer, so they are not asked either.
    """
    seats = Seat.objects.filter(annotator=user, prompt=OuterRef("task__prompt"))
    # A seat is all that serving in a pass needs; what was submitted is asked for as well, since gold must never err.
    work = Assignment.objects.filter(prompt=OuterRef("task__prompt"), kind=AssignmentKind.WORK, annotator=user)
    rows = GoldItem.objects.filter(project_id=project_id, active=True)
    rows = rows.filter(task__prompt__state__in=(PromptState.ACCEPTED, PromptState.GOLD))
    return rows.exclude(created_by=user).filter(~Exists(seats), ~Exists(work))


def gold_never_shown(user: User, rows: QuerySet[GoldItem]) -> QuerySet[GoldItem]:
    """Return those of `rows` that a person has not been shown, whatever became of the slot.

    A slot that ran out or was skipped counts: the same task under another handle would tell that it measures.
    """
    return rows.filter(~Exists(Probe.objects.filter(annotator=user, gold=OuterRef("pk"))))
