"""Slots: what a person holds, what they could take, and what they need to do one."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from annotate.domain.states import AssignmentKind, AssignmentState
from annotate.models import (
    Annotation,
    Assignment,
    Draft,
    Fault,
    Guideline,
    Prompt,
    Rejection,
    Response,
    Seat,
    Skip,
    Task,
    User,
)
from annotate.permissions import Right
from annotate.problems import NotFound
from annotate.selectors.access import project_ids_with
from annotate.selectors.categories import guidelines_nearest
from annotate.selectors.delivered import Delivered, delivered, rejected_span
from annotate.selectors.drafts import drafts_of
from annotate.selectors.remarks import Previous, faults_of, passage_of

UNFINISHED = (AssignmentState.OPEN, AssignmentState.LEASED)


def slot_get(user: User, handle: int) -> Assignment:
    """Return the slot that a handle names, for somebody of its project. Raises NotFound.

    The slots of an exam are answered there, so here they do not exist.
    """
    rows = Assignment.objects.filter(handle=handle, project_id__in=project_ids_with(user, Right.SEE))
    slot = rows.exclude(kind=AssignmentKind.EXAM).first()
    if slot is None:
        raise NotFound("not_found", _("There is no such thing, or you may not see it."))
    return slot


def leases_held(user: User, project_id: int) -> QuerySet[Assignment]:
    """Return what a person holds in a project, oldest lease first; what ran out and the tasks of an exam do not count.

    A measuring slot stays leased for a while after it ran out, since its person may renew it like any other.
    """
    rows = Assignment.objects.filter(annotator=user, project_id=project_id, state=AssignmentState.LEASED)
    rows = rows.filter(lease_expires_at__gt=timezone.now()).exclude(kind=AssignmentKind.EXAM)
    return rows.select_related("task").order_by("leased_at", "id")


def claimable(user: User, project_id: int, category_id: int, floor: int) -> QuerySet[Assignment]:
    """Return a category's open slots from place `floor` on that a person may take, in the order they are dealt.

    Left out: slots of prompts in whose other pass they serve; slots they skipped; slots that go back to whom they were
    rejected; slots of a pass that has more people than another unfinished one, for somebody who would be new to the
    prompt. The last rule keeps a few people who work at the same time from all sitting down in the first pass, which
    would leave nobody for the second.
    """
    seats = Seat.objects.filter(annotator=user, prompt=OuterRef("prompt"))
    seated_here = seats.filter(pass_number=OuterRef("pass_number"))
    emptier_pass = (
        Assignment.objects.filter(
            prompt=OuterRef("prompt"), kind=AssignmentKind.WORK, state__in=UNFINISHED, reserved_for=None
        )
        .annotate(n_seats=_n_seats())
        .filter(n_seats__lt=OuterRef("n_seats"))
    )
    return (
        open_slots(project_id, category_id)
        .filter(place__gte=floor, reserved_for=None, task__retired=False)
        .annotate(n_seats=_n_seats())
        .filter(~Exists(seated_elsewhere(user)), ~Exists(skipped(user)))
        .filter(Exists(seated_here) | ~Exists(emptier_pass))
        .select_related("task")
        .order_by("place", "id")
    )


def open_slots(project_id: int, category_id: int | OuterRef) -> QuerySet[Assignment]:
    """Return the open slots of a top-level category."""
    return Assignment.objects.filter(project_id=project_id, category=category_id, state=AssignmentState.OPEN)


def seated_elsewhere(user: User) -> QuerySet[Seat]:
    """Return a person's seat in another pass of the outer slot's prompt."""
    return Seat.objects.filter(annotator=user, prompt=OuterRef("prompt")).exclude(pass_number=OuterRef("pass_number"))


def skipped(user: User) -> QuerySet[Skip]:
    """Return that a person gave the outer slot back."""
    return Skip.objects.filter(annotator=user, assignment=OuterRef("pk"))


def with_share_left(rows: QuerySet[Assignment], user: User, people_a_pass: int) -> QuerySet[Assignment]:
    """Keep the slots of prompts of which a person has not had as many tasks as everybody's share.

    That is domain.dealing.tasks_a_person, as a condition: had < ceil(tasks / people) is had * people < tasks.
    """
    if people_a_pass == 1:
        return rows
    # Counted by prompt, and not by person, of whose slots there are far more.
    slots = Assignment.objects.filter(prompt=OuterRef("prompt"), kind=AssignmentKind.WORK)
    tasks = Task.objects.filter(prompt=OuterRef("prompt"), retired=False)
    rows = rows.annotate(n_had=_count(slots, Q(annotator=user)), n_tasks=_count(tasks))
    return rows.filter(n_tasks__gt=F("n_had") * people_a_pass)


def returned_to(user: User, project_id: int, category_ids: list[int]) -> QuerySet[Assignment]:
    """Return the open slots that wait for a person because a review rejected what they did there."""
    rows = Assignment.objects.filter(project_id=project_id, reserved_for=user, state=AssignmentState.OPEN)
    rows = rows.filter(~Exists(skipped(user)), category__in=category_ids, task__retired=False)
    return rows.select_related("task").order_by("id")


def _count(rows: QuerySet[Any], which: Q | None = None) -> Coalesce:
    """Return how many of `rows`, all of one prompt, there are, or how many of them are `which`."""
    return Coalesce(Subquery(rows.order_by().values("prompt").annotate(n=Count("pk", filter=which)).values("n")), 0)


def _n_seats() -> Coalesce:
    """Return how many people sit in the pass of an assignment's prompt."""
    same_pass = Seat.objects.filter(prompt=OuterRef("prompt"), pass_number=OuterRef("pass_number"))
    counted = same_pass.order_by().values("prompt").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


def done_today_by_category(user: User, project_id: int) -> dict[int, int]:
    """Return {top-level category: tasks that a person has submitted there since midnight, local time}; no exams."""
    midnight = timezone.make_aware(datetime.combine(timezone.localdate(), time.min))
    rows = Annotation.objects.filter(
        annotator=user, created_at__gte=midnight, created_at__lt=midnight + timedelta(days=1)
    )
    rows = rows.filter(assignment__project_id=project_id, withdrawn=False).exclude(assignment__kind=AssignmentKind.EXAM)
    return dict(rows.values_list("assignment__category_id").annotate(n=Count("pk")).order_by())


def done_today(user: User, project_id: int) -> int:
    """Return how many tasks a person has submitted in a project since midnight, local time; no exams."""
    return sum(done_today_by_category(user, project_id).values())


@dataclass(frozen=True, slots=True)
class Work:
    """What an annotator needs to do one assignment; model names are not fetched at all.

    `rejected` are the spans that a reviewer found fault with, in the texts as they are delivered.
    """

    assignment: Assignment
    prompt: Prompt
    texts: dict[int, Delivered]
    guideline: Guideline | None
    rejection: Rejection | None
    rejected: list[dict[str, Any]]
    previous: Previous | None
    draft: Draft | None


def work_of(assignments: list[Assignment]) -> list[Work]:
    """Return the work of leased assignments, in a fixed number of queries for all of them."""
    shown = [pk for assignment in assignments for pk in assignment.display_order]
    raw = dict(Response.objects.filter(pk__in=shown).values_list("pk", "text"))
    keys = {assignment.prompt_id for assignment in assignments}
    prompts = {row.pk: row for row in Prompt.objects.filter(pk__in=keys).select_related("category", "project")}
    texts = {
        slot.pk: {pk: delivered(prompts[slot.prompt_id], raw[pk]) for pk in slot.display_order} for slot in assignments
    }
    guidelines = guidelines_nearest(prompt.category for prompt in prompts.values())
    # Nothing was said in a slot that is leased for the first time.
    again = [slot for slot in assignments if slot.token > 1]
    # In the order of their making, so that the newest stands.
    rejections = Rejection.objects.filter(assignment__in=again).select_related("annotation").order_by("id")
    newest = {row.assignment_id: row for row in rejections}
    said = _said_before(again)
    faults = faults_of(row.pk for row in said.values())
    drafts = drafts_of(assignments)
    return [
        Work(
            assignment=slot,
            prompt=prompts[slot.prompt_id],
            texts=texts[slot.pk],
            guideline=guidelines.get(prompts[slot.prompt_id].category_id),
            rejection=newest.get(slot.pk),
            rejected=_rejected(newest.get(slot.pk), texts[slot.pk]),
            previous=_previous(said.get(slot.pk), faults, texts[slot.pk]),
            draft=drafts.get(slot.pk),
        )
        for slot in assignments
    ]


def _said_before(assignments: list[Assignment]) -> dict[int, Annotation]:
    """Return {slot: what its present holder said there last} of what was rejected or withdrawn; nobody else's words."""
    rows = Annotation.objects.filter(assignment__in=assignments, annotator=F("assignment__annotator"), current=False)
    return {row.assignment_id: row for row in rows.order_by("id")}


def _rejected(rejection: Rejection | None, texts: dict[int, Delivered]) -> list[dict[str, Any]]:
    return [rejected_span(span, texts[span["response"]]) for span in rejection.spans] if rejection else []


def _previous(said: Annotation | None, faults: dict[int, list[Fault]], texts: dict[int, Delivered]) -> Previous | None:
    if said is None:
        return None
    return Previous(said, [passage_of(row, texts[row.response_id]) for row in faults.get(said.pk, [])])
