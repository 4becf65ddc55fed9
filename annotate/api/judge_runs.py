"""AI judges: trials, their release, the runs of released judges, and what they said. For researchers only."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.api.base import CURSOR, LIMIT, checked, keyset_page, person, query_text
from annotate.api.call_shapes import OUTCOME, BudgetRequestSerializer, CallRunSerializer, CallSerializer, outcome_asked
from annotate.api.errors import REFUSALS
from annotate.api.statistics import IntervalSerializer
from annotate.domain.states import JudgeLanguage, JudgeOrder, JudgeScope, Verdict
from annotate.selectors.judging import judge_calls_of, judge_run_get, judge_runs_of
from annotate.services.judge_runs import (
    agreement_reached,
    judge_release,
    judge_run_cancel,
    judge_run_create,
    judge_run_resume,
    judge_trial_create,
)

LANGUAGES = [item.value for item in JudgeLanguage]
CATEGORIES = serializers.ListField(child=serializers.IntegerField(), default=list, max_length=1000)


class ShareSerializer(serializers.Serializer[Any]):
    """k of n; value and interval are null where n is 0."""

    k = serializers.FloatField()
    n = serializers.IntegerField()
    value = serializers.FloatField(allow_null=True)
    interval = IntervalSerializer(allow_null=True)


class JudgeAgreementSerializer(serializers.Serializer[Any]):
    """A judge against people: share of all pairs, share of those that people order, Cohen's kappa."""

    n_prompts = serializers.IntegerField()
    same = ShareSerializer()
    ordered = ShareSerializer()
    kappa = serializers.FloatField(allow_null=True)
    kappa_interval = IntervalSerializer(allow_null=True)


class JudgeReportSerializer(serializers.Serializer[Any]):
    """How a judge did. `first`: share of its ordering verdicts for the response shown first."""

    n_calls = serializers.IntegerField()
    unreadable = ShareSerializer()
    equal = ShareSerializer()
    first = ShareSerializer()
    consistent = ShareSerializer()
    conflicts = ShareSerializer()
    agreement = JudgeAgreementSerializer(allow_null=True)


class JudgeRunSerializer(CallRunSerializer):
    """A judge run; without `trial` it is a trial itself. The report is there once it has ended."""

    endpoint = serializers.IntegerField(source="endpoint_id")
    model = serializers.CharField(source="endpoint_settings.model")
    language = serializers.ChoiceField(LANGUAGES)
    order = serializers.ChoiceField([item.value for item in JudgeOrder])
    scope = serializers.ChoiceField([item.value for item in JudgeScope])
    categories = serializers.ListField(child=serializers.CharField(), source="category_keys")
    trial = serializers.IntegerField(source="trial_id", allow_null=True)
    released_at = serializers.DateTimeField(allow_null=True)
    threshold = serializers.FloatField(source="project.judge_threshold")
    agreement_reached = serializers.SerializerMethodField()
    report = JudgeReportSerializer(allow_null=True)

    @extend_schema_field(serializers.BooleanField())
    def get_agreement_reached(self, run: Any) -> bool:
        """Tell whether the judge agrees with people as well as the project wants."""
        return agreement_reached(run)


class JudgeRunPageSerializer(serializers.Serializer[Any]):
    """A page of judge runs, newest first."""

    results = JudgeRunSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class JudgeTrialRequestSerializer(BudgetRequestSerializer):
    """Which judge to try, on how many prompts that people have settled."""

    endpoint = serializers.IntegerField(min_value=1)
    language = serializers.ChoiceField(LANGUAGES, default="zh")
    order = serializers.ChoiceField([item.value for item in JudgeOrder], default=JudgeOrder.RANDOM)
    n_prompts = serializers.IntegerField(min_value=1, max_value=100_000, default=100)
    categories = CATEGORIES


class JudgeRunRequestSerializer(BudgetRequestSerializer):
    """What the judge of a released trial shall compare; without `n_prompts`, all there is."""

    scope = serializers.ChoiceField([item.value for item in JudgeScope], default=JudgeScope.UNANNOTATED)
    n_prompts = serializers.IntegerField(min_value=1, max_value=10_000_000, allow_null=True, default=None)
    categories = CATEGORIES


class JudgeCallSerializer(CallSerializer):
    """One pair as it was shown; verdict "a" is for the first one, "" where none could be read."""

    first = serializers.IntegerField(source="first_id")
    second = serializers.IntegerField(source="second_id")
    first_model = serializers.CharField(source="first.model")
    second_model = serializers.CharField(source="second.model")
    verdict = serializers.ChoiceField([item.value for item in Verdict], allow_blank=True)


class JudgeCallPageSerializer(serializers.Serializer[Any]):
    """A page of calls, newest first."""

    results = JudgeCallSerializer(many=True)
    next = serializers.CharField(allow_null=True)


def _run(request: Request, run_id: int, code: int = status.HTTP_200_OK) -> Response:
    return Response(JudgeRunSerializer(judge_run_get(person(request), run_id)).data, status=code)


@extend_schema(
    operation_id="judge_runs_list",
    methods=["GET"],
    parameters=[CURSOR, LIMIT],
    responses={200: JudgeRunPageSerializer, **REFUSALS},
)
@extend_schema(
    operation_id="judge_trials_create",
    methods=["POST"],
    request=JudgeTrialRequestSerializer,
    responses={201: JudgeRunSerializer, **REFUSALS},
)
@api_view(["GET", "POST"])
def judge_runs(request: Request, project: int) -> Response:
    """List a project's judge runs, or try a judge on prompts that people have settled."""
    user = person(request)
    if request.method == "POST":
        given = checked(JudgeTrialRequestSerializer, request.data)
        run = judge_trial_create(
            user=user,
            project_id=project,
            endpoint_id=given.pop("endpoint"),
            category_ids=given.pop("categories"),
            **given,
        )
        return _run(request, run.pk, status.HTTP_201_CREATED)
    rows = judge_runs_of(user, project)
    return Response(keyset_page(request, rows, ["-id"], lambda runs: list(JudgeRunSerializer(runs, many=True).data)))


@extend_schema(operation_id="judge_runs_get", responses={200: JudgeRunSerializer, **REFUSALS})
@api_view(["GET"])
def judge_run(request: Request, judge_run: int) -> Response:
    """Return a judge run with its counters and, once it has ended, its report."""
    return _run(request, judge_run)


@extend_schema(
    operation_id="judge_runs_create",
    request=JudgeRunRequestSerializer,
    responses={201: JudgeRunSerializer, **REFUSALS},
)
@api_view(["POST"])
def loose(request: Request, judge_run: int) -> Response:
    """Let the judge of a released trial compare the prompts of a scope."""
    given = checked(JudgeRunRequestSerializer, request.data)
    run = judge_run_create(user=person(request), trial_id=judge_run, category_ids=given.pop("categories"), **given)
    return _run(request, run.pk, status.HTTP_201_CREATED)


@extend_schema(operation_id="judge_runs_release", request=None, responses={200: JudgeRunSerializer, **REFUSALS})
@api_view(["POST"])
def release(request: Request, judge_run: int) -> Response:
    """Release the judge of a trial that agrees with people well enough."""
    judge_release(user=person(request), run_id=judge_run)
    return _run(request, judge_run)


@extend_schema(operation_id="judge_runs_cancel", request=None, responses={200: JudgeRunSerializer, **REFUSALS})
@api_view(["POST"])
def cancel(request: Request, judge_run: int) -> Response:
    """Stop a run: at once if it is queued, else as soon as what has been asked is answered."""
    judge_run_cancel(user=person(request), run_id=judge_run)
    return _run(request, judge_run)


@extend_schema(
    operation_id="judge_runs_resume",
    request=BudgetRequestSerializer,
    responses={200: JudgeRunSerializer, **REFUSALS},
)
@api_view(["POST"])
def resume(request: Request, judge_run: int) -> Response:
    """Take a run up again under this budget; what has been answered is not asked again."""
    given = checked(BudgetRequestSerializer, request.data)
    judge_run_resume(user=person(request), run_id=judge_run, **given)
    return _run(request, judge_run)


@extend_schema(
    operation_id="judge_calls_list",
    parameters=[CURSOR, LIMIT, OUTCOME, OpenApiParameter("verdict", str, enum=[item.value for item in Verdict])],
    responses={200: JudgeCallPageSerializer, **REFUSALS},
)
@api_view(["GET"])
def calls(request: Request, judge_run: int) -> Response:
    """List the ended calls of a run with their raw answers."""
    rows = judge_calls_of(
        person(request), judge_run, outcome=outcome_asked(request), verdict=query_text(request, "verdict")
    )
    return Response(keyset_page(request, rows, ["-id"], lambda page: list(JudgeCallSerializer(page, many=True).data)))


urlpatterns = [
    path("projects/<int:project>/judge-runs", judge_runs),
    path("judge-runs/<int:judge_run>", judge_run),
    path("judge-runs/<int:judge_run>/runs", loose),
    path("judge-runs/<int:judge_run>/release", release),
    path("judge-runs/<int:judge_run>/cancel", cancel),
    path("judge-runs/<int:judge_run>/resume", resume),
    path("judge-runs/<int:judge_run>/calls", calls),
]
