"""What a person submitted lately, and whether they may still take it back (docs/decisions/0009)."""

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from annotate.domain.states import ESCALATED, PROMPT_MOVES, AssignmentKind, PromptState, ReviewKind, SetState
from annotate.models import (
    Annotation,
    Decision,
    Discussion,
    GoldItem,
    PreferenceSet,
    PreferenceSetItem,
    Project,
    Review,
    User,
)
from annotate.selectors.figure_days import day_bounds
from annotate.selectors.reviews import CLOSED

MOST_RECENT = 30
# Why a submission stays.
WHY_KEPT = ("reviewed", "discussed", "superseded", "in_set")


def submissions(user: User) -> QuerySet[Annotation]:
    """Return what a person submitted and did not take back, with what why_kept asks, in one query.

    Only what came after a submission is about it: a review that rejected the one before says nothing of this one.
    """
    prompt = OuterRef("assignment__prompt")
    reviews = Review.objects.filter(prompt=prompt, kind=ReviewKind.WORK, state__in=CLOSED)
    # What a derived set adds to the set of people that it is made of are judges' comparisons: it holds nobody's work.
    of_people = PreferenceSet.objects.filter(judge_source__isnull=True)
    freezing = of_people.filter(project=OuterRef("assignment__project"), state=SetState.FREEZING)
    rows = Annotation.objects.filter(annotator=user, withdrawn=False).select_related(
        "assignment__task", "assignment__prompt__category"
    )
    return rows.annotate(
        reviewed=Exists(reviews.filter(closed_at__gte=OuterRef("created_at"))),
        decided=Exists(Decision.objects.filter(prompt=prompt, created_at__gte=OuterRef("created_at"))),
        made_gold=Exists(GoldItem.objects.filter(task__prompt=prompt)),
        discussed=Exists(Discussion.objects.filter(prompt=prompt, opened_at__gte=OuterRef("created_at"))),
        in_set=Exists(PreferenceSetItem.objects.filter(prompt=prompt, set__judge_source__isnull=True)),
        set_freezing=Exists(freezing),
    )


def why_kept(said: Annotation) -> str | None:
    """Say why one of `submissions` cannot be taken back (one of WHY_KEPT); None if it can."""
    slot, state = said.assignment, said.assignment.prompt.state
    if slot.kind == AssignmentKind.WORK:
        why = _why_work_kept(said, state)
        if why is not None or slot.task.retired:
            return why or "superseded"
    return None if said.current and state != PromptState.DROPPED else "superseded"


def _why_work_kept(said: Annotation, state: str) -> str | None:
    if said.reviewed or said.decided or said.made_gold:  # type: ignore[attr-defined]
        return "reviewed"
    if said.discussed or state in (PromptState.DISCUSSION, *ESCALATED):  # type: ignore[attr-defined]
        return "discussed"
    if said.in_set or (said.set_freezing and state == PromptState.ACCEPTED):  # type: ignore[attr-defined]
        return "in_set"
    return None if state in (PromptState.ANNOTATING, *PROMPT_MOVES["withdraw"].before) else "superseded"


def recent_submissions(user: User, project: Project) -> list[Annotation]:
    """Return a person's last submissions of today in a project, newest first; exams are not among them."""
    begin, end = day_bounds(timezone.localdate())
    rows = submissions(user).filter(Q(created_at__gte=begin, created_at__lt=end), assignment__project=project)
    return list(rows.exclude(assignment__kind=AssignmentKind.EXAM).order_by("-created_at", "-id")[:MOST_RECENT])
