"""Entrance exams of categories: where a person stands, and one exam task by task with feedback."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.api.assignments import (
    AssignmentSerializer,
    CategorySerializer,
    SubmitSerializer,
    answer_of,
    assignment_body,
)
from annotate.api.base import checked, person
from annotate.api.errors import REFUSALS
from annotate.domain.states import ExamState
from annotate.selectors.assignments import work_of
from annotate.selectors.exams import exam_standings
from annotate.services.exams import ExamNow, exam_answer, exam_start, exam_task


class ExamStandingSerializer(serializers.Serializer[Any]):
    """Where one stands in a category; `needed`: it gives no work until its exam is passed."""

    category = CategorySerializer()
    state = serializers.ChoiceField(["open", "running", "qualified", "failed", "barred"])
    exam = serializers.IntegerField(allow_null=True)
    needed = serializers.BooleanField()
    n_items = serializers.IntegerField()
    mark = serializers.FloatField()
    attempts_left = serializers.IntegerField()
    retake_at = serializers.DateTimeField(allow_null=True)
    accuracy = serializers.FloatField(allow_null=True)


class ExamStandingsSerializer(serializers.Serializer[Any]):
    """The categories that have an exam, or in which one stands somewhere."""

    results = ExamStandingSerializer(many=True)


class ExamRequestSerializer(serializers.Serializer[Any]):
    """The top-level category to be examined in."""

    category = serializers.IntegerField()


class ExamSerializer(serializers.Serializer[Any]):
    """An exam as it stands; `index` counts the answered items, `task` is the next one."""

    id = serializers.IntegerField()
    project = serializers.IntegerField()
    category = CategorySerializer()
    state = serializers.ChoiceField([item.value for item in ExamState])
    index = serializers.IntegerField()
    n_items = serializers.IntegerField()
    accuracy = serializers.FloatField(allow_null=True)
    mark = serializers.FloatField()
    task = AssignmentSerializer(allow_null=True)


class ExamFeedbackSerializer(serializers.Serializer[Any]):
    """The reference order and its reason beside the answer; `same` of `comparisons` are as in the reference."""

    reference = serializers.ListField(child=serializers.ListField(child=serializers.IntegerField()))
    reason = serializers.CharField()
    same = serializers.FloatField()
    comparisons = serializers.IntegerField()
    order = serializers.ListField(child=serializers.ListField(child=serializers.IntegerField()))


class ExamAnsweredSerializer(serializers.Serializer[Any]):
    """What the answer was worth, and the exam with its next task."""

    feedback = ExamFeedbackSerializer()
    exam = ExamSerializer()


@extend_schema(operation_id="exams_list", methods=["GET"], responses={200: ExamStandingsSerializer, **REFUSALS})
@extend_schema(
    operation_id="exams_start",
    methods=["POST"],
    request=ExamRequestSerializer,
    responses={201: ExamSerializer, **REFUSALS},
)
@api_view(["GET", "POST"])
def exams(request: Request, project: int) -> Response:
    """Show where one stands in each category, or begin an exam."""
    user = person(request)
    if request.method == "POST":
        given = checked(ExamRequestSerializer, request.data)
        begun = exam_start(user=user, project_id=project, category_id=given["category"])
        return Response(ExamSerializer(_body(begun)).data, status=201)
    return Response(ExamStandingsSerializer({"results": exam_standings(user, project)}).data)


@extend_schema(operation_id="exams_get", responses={200: ExamSerializer, **REFUSALS})
@api_view(["GET"])
def exam_detail(request: Request, exam: int) -> Response:
    """Show one's own exam with the task that is next."""
    return Response(ExamSerializer(_body(exam_task(user=person(request), exam_id=exam))).data)


@extend_schema(
    operation_id="exams_answer", request=SubmitSerializer, responses={200: ExamAnsweredSerializer, **REFUSALS}
)
@api_view(["POST"])
def exam_answered(request: Request, exam: int) -> Response:
    """Answer the task at hand. The same idempotency key again changes nothing and gets the same feedback."""
    given = checked(SubmitSerializer, request.data)
    feedback, now = exam_answer(
        user=person(request),
        exam_id=exam,
        token=given["token"],
        idempotency_key=given["idempotency_key"],
        answer=answer_of(given),
    )
    return Response(ExamAnsweredSerializer({"feedback": feedback, "exam": _body(now)}).data)


def _body(now: ExamNow) -> dict[str, Any]:
    """Return the shape of ExamSerializer."""
    exam = now.exam
    return {
        "id": exam.pk,
        "project": exam.category.project_id,
        "category": {"id": exam.category_id, "path": exam.category.path},
        "state": exam.state,
        "index": now.n_answered,
        "n_items": len(exam.items),
        "accuracy": exam.accuracy,
        "mark": now.mark,
        "task": assignment_body(work_of([now.slot])[0]) if now.slot else None,
    }


urlpatterns = [
    path("projects/<int:project>/exams", exams),
    path("exams/<int:exam>", exam_detail),
    path("exams/<int:exam>/answer", exam_answered),
]
