"""Entrance exams: gold items of a category asked openly, each answered with feedback (PROTOCOL 6)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from annotate.domain.design import display_order
from annotate.domain.states import EXAM_MOVES, AssignmentState, ExamState, ExpertiseState, NoticeKind
from annotate.models import (
    Annotation,
    Assignment,
    Category,
    Exam,
    Expertise,
    GoldItem,
    Membership,
    Probe,
    Project,
    User,
)
from annotate.permissions import Right
from annotate.problems import Conflict, NotFound
from annotate.selectors.access import at_work_get, project_get
from annotate.selectors.exams import exam_draws, exam_get, exam_sums
from annotate.services.annotations import Answer, answer_take
from annotate.services.events import event
from annotate.services.notices import notify
from annotate.services.probes import gold_lease, probe_answer


@dataclass(frozen=True, slots=True)
class ExamNow:
    """An exam as it stands: how many items are answered, the mark, and the slot of the next item."""

    exam: Exam
    n_answered: int
    mark: float
    slot: Assignment | None


@transaction.atomic
def exam_start(*, user: User, project_id: int, category_id: int) -> ExamNow:
    """Begin an exam and lease its first item.

    Raises NotFound, Forbidden (paused), and Conflict: exam_running, already_qualified, barred, no_attempts_left,
    too_early, no_exam.
    """
    project = project_get(user, project_id, Right.ANNOTATE)
    category = Category.objects.filter(project=project, root__isnull=True, pk=category_id).first()
    if category is None:
        raise NotFound("not_found", _("There is no such top-level category in this project."))
    # The lock makes two tabs of one person take turns.
    membership = Membership.objects.select_for_update().get(user=user, project=project)
    at_work_get(user, project_id)
    attempt = _attempt(project, membership, category)
    exam = Exam.objects.create(
        membership=membership,
        category=category,
        attempt=attempt,
        items=_draw(user, project, membership, category, attempt),
    )
    _log(exam, "start", before="", data={"attempt": attempt, "items": exam.items})
    return _now(user, exam)


def _attempt(project: Project, membership: Membership, category: Category) -> int:
    """Return the number of the attempt that a person may begin now. Raises Conflict."""
    exams = Exam.objects.filter(membership=membership, category=category)
    expertise = Expertise.objects.filter(membership=membership, category=category).first()
    state = expertise.state if expertise else ExpertiseState.OPEN
    if exams.filter(state=ExamState.RUNNING).exists():
        raise Conflict("exam_running", _("You are in this exam already; go on where you left it."))
    if state == ExpertiseState.QUALIFIED:
        raise Conflict("already_qualified", _("You are qualified for this category."))
    if state == ExpertiseState.BARRED:
        raise Conflict("barred", _("This category is closed to you; ask a QA lead."))
    taken = exams.count()
    if taken >= project.exam_attempts:
        raise Conflict("no_attempts_left", _("You have used all attempts at this exam; ask a QA lead."))
    if expertise and state == ExpertiseState.FAILED and expertise.retake_at and expertise.retake_at > timezone.now():
        raise Conflict("too_early", _("You may take this exam again later; the time is shown with it."))
    return taken + 1


def _draw(user: User, project: Project, membership: Membership, category: Category, attempt: int) -> list[int]:
    """Return the items of an attempt in random order; those the person has met before come last, if at all."""
    choices = exam_draws(user, category)
    if not choices:
        raise Conflict("no_exam", _("There is no exam for this category that you could take."))
    shuffled = display_order(choices, f"{project.seed}:{membership.pk}:{category.pk}:{attempt}")
    return [pk for pk, _met in sorted(shuffled, key=lambda choice: choice[1])][: project.exam_items]


@transaction.atomic
def exam_task(*, user: User, exam_id: int) -> ExamNow:
    """Return one's own exam with the slot of its next item, which is leased now where it is not yet.

    An exam has no time limit: it waits, with the item at hand, however long its person stays away. Raises NotFound, and
    Forbidden (paused) while it runs.
    """
    exam = _locked(user, exam_id)
    if exam.state == ExamState.RUNNING:
        at_work_get(user, exam.membership.project_id)
    return _now(user, exam)


def _locked(user: User, exam_id: int) -> Exam:
    """Return one's own exam, locked, so that two tabs take turns. Raises NotFound."""
    exam = exam_get(user, exam_id)
    Exam.objects.select_for_update().get(pk=exam_id)
    exam.refresh_from_db(fields=["state", "accuracy", "ended_at"])
    return exam


def _now(user: User, exam: Exam) -> ExamNow:
    n_answered = exam_sums(exam)[0]
    project = exam.membership.project
    slot = _slot(user, project, exam, n_answered) if exam.state == ExamState.RUNNING else None
    return ExamNow(exam, n_answered, project.exam_mark, slot)


def _slot(user: User, project: Project, exam: Exam, index: int) -> Assignment:
    """Return the leased slot of the item at `index`.

    Each slot of an exam has a token of its own, so that a tab left open on another one is refused.
    """
    now = timezone.now()
    until = now + timedelta(minutes=project.lease_minutes)
    slots = Assignment.objects.filter(probe__exam=exam, state=AssignmentState.LEASED, annotator=user)
    slot = slots.select_related("task").first()
    if slot is None:
        gold = GoldItem.objects.select_related("task").get(pk=exam.items[index])
        token = exam.probes.count() + 1
        return gold_lease(user=user, project=project, now=now, gold=gold, exam=exam, token=token)
    if slot.lease_expires_at is None or slot.lease_expires_at <= now:
        Assignment.objects.filter(pk=slot.pk, token=slot.token).update(lease_expires_at=until)
        slot.lease_expires_at = until
    return slot


@transaction.atomic
def exam_answer(
    *, user: User, exam_id: int, token: int, idempotency_key: UUID, answer: Answer
) -> tuple[dict[str, Any], ExamNow]:
    """Take in the answer (by places on the page) to the item at hand; return (feedback, the exam with its next item).

    The same key again changes nothing and returns the same feedback. Raises NotFound, Invalid as annotation_submit,
    Forbidden (paused), and Conflict (exam_over, stale_token, idempotency_key_reused).
    """
    exam = _locked(user, exam_id)
    if exam.state == ExamState.RUNNING:
        at_work_get(user, exam.membership.project_id)
    stored = Annotation.objects.filter(annotator=user, idempotency_key=idempotency_key).first()
    if stored is not None:
        probe = Probe.objects.filter(assignment=stored.assignment_id, exam=exam).select_related("gold").first()
        if probe is None:
            raise Conflict("idempotency_key_reused", _("This key has been used for another task."))
        return _feedback(probe, stored), _now(user, exam)
    if exam.state != ExamState.RUNNING:
        raise Conflict("exam_over", _("This exam has ended."))
    slot = cast("Assignment", _now(user, exam).slot)
    annotation = answer_take(user=user, slot=slot, token=token, key=idempotency_key, answer=answer)
    probe = probe_answer(slot=slot, annotation=annotation)
    _finish(user, exam)
    return _feedback(probe, annotation), _now(user, exam)


def _feedback(probe: Probe, annotation: Annotation) -> dict[str, Any]:
    """Return the reference beside the answer, responses named by their place (1 first) on the person's screen."""
    gold = cast("GoldItem", probe.gold)
    place = {response: number for number, response in enumerate(annotation.display_order, start=1)}
    return {
        "reference": [sorted(place[response] for response in tier) for tier in gold.reference],
        "reason": gold.reason,
        "same": probe.n_same,
        "comparisons": probe.n_comparisons,
        "order": [sorted(place[response] for response in tier) for tier in annotation.order],
    }


def _finish(user: User, exam: Exam) -> None:
    """End an exam whose last item is answered: its person is qualified from the mark on."""
    n_answered, n_same, n_comparisons = exam_sums(exam)
    if n_answered < len(exam.items):
        return
    project = exam.membership.project
    # Under the measure of ordered pairs somebody who ties everything has said nothing that could be right.
    accuracy = n_same / n_comparisons if n_comparisons else 0.0
    action = "pass" if accuracy >= project.exam_mark else "fail"
    move = EXAM_MOVES[action]
    values = {"state": move.after, "accuracy": accuracy, "ended_at": timezone.now()}
    if Exam.objects.filter(pk=exam.pk, state__in=move.before).update(**values) != 1:
        raise Conflict("exam_over", _("This exam has ended."))
    before = exam.state
    for name, value in values.items():
        setattr(exam, name, value)
    _log(exam, action, before=before, data={"attempt": exam.attempt, "accuracy": accuracy})
    retake_at = _retake_at(exam)
    _expertise_move(exam, retake_at)
    data = {"category": exam.category.name, "passed": action == "pass", "accuracy": accuracy, "exam": exam.pk}
    if retake_at is not None:
        data["retake_at"] = retake_at.isoformat()
    notify(users=[user.pk], project_id=project.pk, kind=NoticeKind.EXAM_RESULT, data=data)


def _retake_at(exam: Exam) -> datetime | None:
    """Return from when on a failed exam may be tried again; None if it was passed or was the last attempt."""
    project = exam.membership.project
    if exam.state == ExamState.PASSED or exam.attempt >= project.exam_attempts:
        return None
    return timezone.now() + timedelta(hours=project.exam_wait_hours)


def _expertise_move(exam: Exam, retake_at: datetime | None) -> None:
    """Store what an exam came to; what a QA lead has set by hand meanwhile stands."""
    rows = Expertise.objects.select_for_update()
    expertise, _created = rows.get_or_create(membership=exam.membership, category=exam.category)
    before = expertise.state
    if before not in (ExpertiseState.OPEN, ExpertiseState.FAILED):
        return
    passed = exam.state == ExamState.PASSED
    expertise.state = ExpertiseState.QUALIFIED if passed else ExpertiseState.FAILED
    expertise.retake_at = retake_at
    expertise.save(update_fields=["state", "retake_at"])
    event(
        project_id=exam.membership.project_id,
        kind="expertise_set",
        subject=expertise,
        before=before,
        after=expertise.state,
        data={"exam": exam.pk, "category": exam.category_id},
    ).save()


def _log(exam: Exam, action: str, *, before: str, data: dict[str, Any]) -> None:
    event(
        project_id=exam.membership.project_id,
        kind=f"exam_{action}",
        subject=exam,
        actor=exam.membership.user,
        before=before,
        after=exam.state,
        data=data,
    ).save()
