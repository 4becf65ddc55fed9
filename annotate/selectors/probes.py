"""What a person may be measured on next, without their knowing: hidden gold, and own work shown again."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from annotate.domain.states import AssignmentKind, AssignmentState, PromptState
from annotate.models import Annotation, Assignment, GoldItem, Probe, Project, Skip, User
from annotate.selectors.gold import gold_never_shown, gold_unknown_to


def slots_dealt(user: User, project_id: int) -> int:
    """Return how many slots a person has been dealt in a project: done, given back, or in hand; exams do not count.

    Work that ran out does not count either: the next slot stands in its place.
    """
    slots = Assignment.objects.filter(annotator=user, project_id=project_id).exclude(kind=AssignmentKind.EXAM)
    done = Annotation.objects.filter(annotator=user, assignment__project_id=project_id, withdrawn=False)
    back = Probe.objects.filter(annotator=user, project_id=project_id, assignment__state=AssignmentState.CANCELLED)
    return (
        done.exclude(assignment__kind=AssignmentKind.EXAM).count()
        + Skip.objects.filter(annotator=user, assignment__project_id=project_id).count()
        + back.exclude(kind=AssignmentKind.EXAM).count()
        + slots.filter(state=AssignmentState.LEASED).count()
    )


def hidden_gold(user: User, project_id: int, category_ids: list[int]) -> QuerySet[GoldItem]:
    """Return the hidden gold items of these top-level categories that a person has not met in any form."""
    rows = gold_unknown_to(user, project_id).filter(hidden=True, category__in=category_ids)
    return gold_never_shown(user, rows).order_by("id")


def repeatable(user: User, project: Project, category_ids: list[int]) -> QuerySet[Annotation]:
    """Return the own work of a person that lies far enough back to be shown again, and never was.

    Left out is what they did before a rejection or took back, what they are doing again, and what is no longer asked as
    it was.
    """
    own = Annotation.objects.filter(annotator=user, assignment__project=project, withdrawn=False)
    own = own.exclude(assignment__kind=AssignmentKind.EXAM)
    # The newest annotation that has `repeat_gap` others after it; all older ones have more.
    newest = own.order_by("-id").values_list("id", flat=True)[project.repeat_gap : project.repeat_gap + 1].first()
    if newest is None:
        return Annotation.objects.none()
    shown = Probe.objects.filter(annotator=user, repeats__assignment__task=OuterRef("assignment__task"))
    doing = Assignment.objects.filter(
        Q(annotator=user) | Q(reserved_for=user),
        prompt=OuterRef("assignment__prompt"),
        kind=AssignmentKind.WORK,
        state__in=(AssignmentState.OPEN, AssignmentState.LEASED),
    )
    rows = own.filter(pk__lte=newest, current=True, assignment__kind=AssignmentKind.WORK)
    rows = rows.filter(assignment__task__retired=False, assignment__category__in=category_ids)
    rows = rows.exclude(assignment__prompt__state=PromptState.DROPPED).filter(~Exists(shown), ~Exists(doing))
    return rows.order_by("id")
