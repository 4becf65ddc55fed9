"""How the protocol went in a project: discussions, escalations, samples, reviews, exams, measured people."""

from typing import Any

from django.db.models import Count, Q, Sum

from annotate.domain.states import AssignmentKind, DiscussionState, ExamState, ReviewKind, ReviewStage, ReviewState
from annotate.models import (
    BatchReturn,
    Comparison,
    Decision,
    Discussion,
    Exam,
    Membership,
    Probe,
    Rejection,
    Review,
    SampleDraw,
)

Counts = dict[str, int]


def protocol_figures(project_id: int) -> dict[str, Any]:
    """Return what became of a project's prompts on the way of the protocol, in a fixed number of queries."""
    return {
        "discussions": _by_word(Discussion.objects.filter(prompt__project_id=project_id), "state", DiscussionState),
        "revised_verdicts": Comparison.objects.filter(prompt__project_id=project_id, revises__isnull=False).count(),
        "decisions": _by_word(Decision.objects.filter(prompt__project_id=project_id), "stage", ReviewStage),
        "samples": _samples(project_id),
        "reviews": _reviews(project_id),
        "rejected_annotations": Rejection.objects.filter(assignment__project_id=project_id).count(),
        "batches_returned": BatchReturn.objects.filter(project_id=project_id).count(),
        "exams": _by_word(Exam.objects.filter(membership__project_id=project_id), "state", ExamState),
        "probes": _probes(project_id),
        "paused": list(
            Membership.objects.filter(project_id=project_id, paused_at__isnull=False)
            .order_by("pseudonym")
            .values_list("pseudonym", flat=True)
        ),
    }


def _by_word(rows: Any, column: str, vocabulary: Any) -> Counts:
    """Return {word: rows}, every word of the vocabulary among them."""
    found = dict(rows.order_by().values_list(column).annotate(n=Count("pk")))
    return {word.value: found.get(word.value, 0) for word in vocabulary}


def _samples(project_id: int) -> list[dict[str, Any]]:
    """Return, stage by stage, how many settled prompts the sample has seen and drawn."""
    rows = SampleDraw.objects.filter(prompt__project_id=project_id).order_by().values("stage")
    found = {row["stage"]: row for row in rows.annotate(n_seen=Count("pk"), n_drawn=Count("pk", filter=Q(drawn=True)))}
    nothing = {"n_seen": 0, "n_drawn": 0}
    return [{**nothing, **found.get(stage.value, {}), "stage": stage.value} for stage in ReviewStage]


def _reviews(project_id: int) -> list[dict[str, Any]]:
    """Return, stage by stage, how reviews of real work ended."""
    rows = Review.objects.filter(project_id=project_id, kind=ReviewKind.WORK)
    return [{"stage": stage.value, **_by_word(rows.filter(stage=stage), "state", ReviewState)} for stage in ReviewStage]


def _probes(project_id: int) -> list[dict[str, Any]]:
    """Return, kind by kind, how many measuring tasks were answered, and the share of comparisons said as expected."""
    answered = Probe.objects.filter(project_id=project_id, answered_at__isnull=False).exclude(repeats__withdrawn=True)
    rows = answered.order_by().values("kind")
    sums = {row["kind"]: row for row in rows.annotate(n=Count("pk"), same=Sum("n_same"), said=Sum("n_comparisons"))}
    return [
        {
            "kind": kind.value,
            "n": sums[kind.value]["n"] if kind.value in sums else 0,
            "rate": sums[kind.value]["same"] / sums[kind.value]["said"] if kind.value in sums else None,
        }
        for kind in (AssignmentKind.GOLD, AssignmentKind.REPEAT, AssignmentKind.EXAM)
    ]
