"""Slots: what a person holds, what they could take, and why there is nothing."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from annotate.domain.states import AssignmentState
from annotate.models import Annotation, Assignment, Guideline, Prompt, Response, Seat, Skip, User
from annotate.selectors.categories import guidelines_nearest

UNFINISHED = (AssignmentState.OPEN, AssignmentState.LEASED)


def leases_held(user: User, project_id: int) -> QuerySet[Assignment]:
    """Return what a person holds in a project, oldest lease first."""
    rows = Assignment.objects.filter(annotator=user, project_id=project_id, state=AssignmentState.LEASED)
    return rows.select_related("task").order_by("leased_at", "id")


def claimable(user: User, project_id: int, floor: int) -> QuerySet[Assignment]:
    """Return the open slots from id `floor` on that a person may take, in the order they are dealt.

    Left out: slots of prompts in whose other pass they serve; slots they skipped; slots of a pass that has more people
    than another unfinished one, for somebody who would be new to the prompt. The last rule keeps a few people who work
    at the same time from all sitting down in the first pass, which would leave nobody for the second.
    """
    seats = Seat.objects.filter(annotator=user, prompt=OuterRef("prompt"))
    seated_here = seats.filter(pass_number=OuterRef("pass_number"))
    seated_elsewhere = seats.exclude(pass_number=OuterRef("pass_number"))
    skipped = Skip.objects.filter(annotator=user, assignment=OuterRef("pk"))
    emptier_pass = (
        Assignment.objects.filter(prompt=OuterRef("prompt"), state__in=UNFINISHED)
        .annotate(n_seats=_n_seats())
        .filter(n_seats__lt=OuterRef("n_seats"))
    )
    return (
        Assignment.objects.filter(project_id=project_id, state=AssignmentState.OPEN, pk__gte=floor)
        .annotate(n_seats=_n_seats())
        .filter(~Exists(seated_elsewhere), ~Exists(skipped))
        .filter(Exists(seated_here) | ~Exists(emptier_pass))
        .select_related("task")
        .order_by("id")
    )


def _n_seats() -> Coalesce:
    """Return how many people sit in the pass of an assignment's prompt."""
    same_pass = Seat.objects.filter(prompt=OuterRef("prompt"), pass_number=OuterRef("pass_number"))
    counted = same_pass.order_by().values("prompt").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


def why_none_claimable(user: User, project_id: int) -> str:
    """Say why a person gets no slot: "already_in_other_pass", "all_leased" (others hold the rest) or "none_left"."""
    rows = Assignment.objects.filter(project_id=project_id)
    if rows.filter(state=AssignmentState.OPEN).exists():
        return "already_in_other_pass"
    if rows.filter(state=AssignmentState.LEASED).exists():
        return "all_leased"
    return "none_left"


def done_today(user: User, project_id: int) -> int:
    """Return how many tasks a person has submitted in a project since midnight, local time."""
    midnight = timezone.make_aware(datetime.combine(timezone.localdate(), time.min))
    rows = Annotation.objects.filter(
        annotator=user, created_at__gte=midnight, created_at__lt=midnight + timedelta(days=1)
    )
    return rows.filter(assignment__project_id=project_id).count()


@dataclass(frozen=True, slots=True)
class Work:
    """What an annotator needs to do one assignment; model names are not fetched at all."""

    assignment: Assignment
    prompt: Prompt
    texts: dict[int, str]
    guideline: Guideline | None


def work_of(assignments: list[Assignment]) -> list[Work]:
    """Return the work of leased assignments, in three queries for all of them."""
    shown = [pk for assignment in assignments for pk in assignment.display_order]
    texts = dict(Response.objects.filter(pk__in=shown).values_list("pk", "text"))
    keys = {assignment.prompt_id for assignment in assignments}
    prompts = {row.pk: row for row in Prompt.objects.filter(pk__in=keys).select_related("category")}
    guidelines = guidelines_nearest(prompt.category for prompt in prompts.values())
    return [
        Work(slot, prompts[slot.prompt_id], texts, guidelines.get(prompts[slot.prompt_id].category_id))
        for slot in assignments
    ]
