"""Entrance exams: what one could be asked, and where one stands."""

from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from annotate.domain.states import ExamState, ExpertiseState
from annotate.models import Category, Exam, Expertise, GoldItem, Probe, Project, User
from annotate.permissions import Right
from annotate.selectors.access import membership_get, project_get, scoped_get
from annotate.selectors.dealing import exam_exists
from annotate.selectors.gold import gold_unknown_to


def exam_choices(user: User, project_id: int) -> QuerySet[GoldItem]:
    """Return the gold items that an exam may ask a person."""
    return gold_unknown_to(user, project_id).filter(in_exam=True)


def exam_draws(user: User, category: Category) -> list[tuple[int, bool]]:
    """Return (id, whether they have met it in any form) of every item that an exam of a category may ask a person."""
    met = Exists(Probe.objects.filter(annotator=user, gold=OuterRef("pk")))
    rows = exam_choices(user, category.project_id).filter(category=category)
    return list(rows.annotate(met=met).order_by("id").values_list("pk", "met"))


def exam_get(user: User, exam_id: int) -> Exam:
    """Return an exam to the person whose it is; to anybody else it does not exist."""
    rows = Exam.objects.filter(membership__user=user).select_related("category", "membership__project")
    return scoped_get(user, rows, exam_id, Right.ANNOTATE, through="membership__project")


def exam_sums(exam: Exam) -> tuple[int, float, int]:
    """Return how many of an exam's items are answered, and the comparisons that were right, of all."""
    answered = Probe.objects.filter(exam=exam, answered_at__isnull=False).values_list("n_same", "n_comparisons")
    rows = [(same or 0.0, of or 0) for same, of in answered]
    return len(rows), sum(same for same, _of in rows), sum(of for _same, of in rows)


def exam_standings(user: User, project_id: int) -> list[dict[str, Any]]:
    """Return where a person stands in each top-level category that has an exam or in which they have a standing.

    Raises NotFound, Forbidden.
    """
    project = project_get(user, project_id, Right.ANNOTATE)
    membership = membership_get(user, project_id)
    choices = exam_choices(user, project_id).order_by().values_list("category")
    available = dict(choices.annotate(n=Count("id")))
    expertise = {row.category_id: row for row in Expertise.objects.filter(membership=membership)}
    exams: dict[int, list[Exam]] = {}
    for exam in Exam.objects.filter(membership=membership).order_by("attempt"):
        exams.setdefault(exam.category_id, []).append(exam)
    stood = [key for key, row in expertise.items() if row.state != ExpertiseState.OPEN]
    rows = Category.objects.filter(project=project, root=None).annotate(has_exam=exam_exists())
    rows = rows.filter(Q(has_exam=True) | Q(pk__in=[*exams, *stood]))
    return [
        {
            "category": {"id": row.pk, "path": row.path},
            "needed": row.has_exam and _state(expertise.get(row.pk)) != ExpertiseState.QUALIFIED,
            "n_items": min(project.exam_items, available.get(row.pk, 0)),
            **_standing(project, expertise.get(row.pk), exams.get(row.pk, [])),
        }
        for row in rows.order_by("key")
    ]


def _state(expertise: Expertise | None) -> str:
    return expertise.state if expertise else ExpertiseState.OPEN


def _standing(project: Project, expertise: Expertise | None, exams: list[Exam]) -> dict[str, Any]:
    """Return what the attempts at one category's exam, oldest first, have come to."""
    running = next((exam for exam in exams if exam.state == ExamState.RUNNING), None)
    ended = [exam for exam in exams if exam.state != ExamState.RUNNING]
    state = _state(expertise)
    return {
        "state": "running" if running else state,
        "exam": running.pk if running else None,
        "mark": project.exam_mark,
        "attempts_left": max(0, project.exam_attempts - len(exams)),
        "retake_at": expertise.retake_at if expertise and state == ExpertiseState.FAILED else None,
        "accuracy": ended[-1].accuracy if ended else None,
    }
