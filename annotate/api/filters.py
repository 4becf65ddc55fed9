"""The filters of responses: dry runs with histograms and examples, their application, and single flags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.api.assignments import CategorySerializer
from annotate.api.base import CURSOR, LIMIT, checked, keyset_page, person, query_text
from annotate.api.errors import REFUSALS
from annotate.domain.states import FilterState, FlagCode, FlagState
from annotate.selectors.delivered import delivered
from annotate.selectors.flags import category_paths, filter_run_get, filter_runs, flag_rows, responses_by_id
from annotate.services.filters import filter_apply, filter_create, flag_overrule
from annotate.services.flag_confirm import flag_confirm

if TYPE_CHECKING:
    from annotate.models import FilterRun, ResponseFlag
    from annotate.models import Response as StoredResponse

CODES = [code.value for code in FlagCode]
EXAMPLE_CHARS, TEXT_CHARS = 300, 2000


class FilterRulesSerializer(serializers.Serializer[Any]):
    """Where the flags draw their lines; 0 in length_spread or min_chinese leaves that rule out.

    `exempt` holds categories, with all below them, whose share of Chinese is not looked at.
    """

    max_chars = serializers.IntegerField(min_value=100, max_value=1_000_000, default=4000)
    length_spread = serializers.FloatField(min_value=0, max_value=20, default=3.0)
    min_chinese = serializers.FloatField(min_value=0, max_value=1, default=0.30)
    exempt = serializers.ListField(child=serializers.IntegerField(min_value=1), max_length=1000, default=list)
    max_repetition = serializers.FloatField(min_value=0.05, max_value=1, default=0.5)
    duplicate_similarity = serializers.FloatField(min_value=0.3, max_value=1, default=0.9)


class HistogramSerializer(serializers.Serializer[Any]):
    """Bars: the first ends below edges[0], the last begins with the last edge. flagged: those flagged for just this."""

    edges = serializers.ListField(child=serializers.FloatField())
    all = serializers.ListField(child=serializers.IntegerField())
    flagged = serializers.ListField(child=serializers.IntegerField())


class FlagExampleSerializer(serializers.Serializer[Any]):
    """The beginning of a flagged response; no model is named in it."""

    response = serializers.IntegerField()
    prompt = serializers.IntegerField()
    text = serializers.CharField()


class FlagCountSerializer(serializers.Serializer[Any]):
    """How many responses a flag was found on, and some of them."""

    code = serializers.ChoiceField(CODES)
    n = serializers.IntegerField()
    examples = FlagExampleSerializer(many=True)


class LengthLimitSerializer(serializers.Serializer[Any]):
    """The most characters of a category, and from how many responses that follows."""

    category = CategorySerializer()
    limit = serializers.IntegerField()
    n = serializers.IntegerField()


class FilterReportSerializer(serializers.Serializer[Any]):
    """What a dry run found. `n_leaving` prompts would have too few responses if every flag took effect."""

    lengths = HistogramSerializer()
    shares = HistogramSerializer()
    flags = FlagCountSerializer(many=True)
    limits = LengthLimitSerializer(many=True)
    n_responses = serializers.IntegerField()
    n_flagged = serializers.IntegerField()
    n_prompts = serializers.IntegerField()
    n_leaving = serializers.IntegerField()


class FilterRunSerializer(serializers.Serializer[Any]):
    """A run of the filters and how far it is: responses while it looks, prompts while it is applied."""

    id = serializers.IntegerField()
    project = serializers.IntegerField(source="project_id")
    state = serializers.ChoiceField([item.value for item in FilterState])
    rules = FilterRulesSerializer()
    codes = serializers.ListField(child=serializers.ChoiceField(CODES))
    n_responses = serializers.IntegerField()
    n_flagged = serializers.SerializerMethodField()
    n_total = serializers.IntegerField()
    n_done = serializers.IntegerField()
    n_excluded = serializers.IntegerField()
    n_referred = serializers.IntegerField()
    n_dropped = serializers.IntegerField()
    error = serializers.CharField()
    created_at = serializers.DateTimeField()

    def get_n_flagged(self, run: Any) -> int:
        """Return how many responses a dry run flagged."""
        return int(run.report.get("n_flagged", 0))


class FilterRunDetailSerializer(FilterRunSerializer):
    """A run with what its dry run found."""

    report = serializers.SerializerMethodField()

    @extend_schema_field(FilterReportSerializer(allow_null=True))
    def get_report(self, run: Any) -> Any:
        """Return the report with texts and category paths, None before there is one."""
        return report_body(run) if run.report else None


class FilterRunPageSerializer(serializers.Serializer[Any]):
    """Runs, newest first."""

    results = FilterRunSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class FilterApplySerializer(serializers.Serializer[Any]):
    """The flags that are to take effect."""

    codes = serializers.ListField(child=serializers.ChoiceField(CODES), min_length=1, max_length=len(CODES))


class FlagSerializer(serializers.Serializer[Any]):
    """One flag with its figures; `text` is the beginning of the response, `chars` its whole length.

    `figures` by code: too_long {chars, limit, rule: category | absolute}, not_chinese {share, limit, chars}, repetition
    {share, limit}, near_duplicate {of: a response, similarity, limit}, control_tokens {tokens, n}, notice {phrase}.
    """

    id = serializers.IntegerField()
    code = serializers.ChoiceField(CODES)
    state = serializers.ChoiceField([item.value for item in FlagState])
    figures = serializers.DictField()
    reason = serializers.CharField(allow_blank=True)
    prompt = serializers.IntegerField()
    category = CategorySerializer()
    response = serializers.IntegerField()
    text = serializers.CharField()
    chars = serializers.IntegerField()


class FlagPageSerializer(serializers.Serializer[Any]):
    """A page of flags."""

    results = FlagSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class FlagOverruleSerializer(serializers.Serializer[Any]):
    """Why a flagged response is fine."""

    reason = serializers.CharField(allow_blank=True, max_length=500)


def report_body(run: FilterRun) -> dict[str, Any]:
    """Return the shape of FilterReportSerializer, from two queries."""
    report = run.report
    shown = responses_by_id(run.project_id, [pk for pks in report["examples"].values() for pk in pks])
    paths = category_paths(run.project_id, [row["category"] for row in report["limits"]])
    return {
        **report,
        "flags": [
            {
                "code": code,
                "n": report["counts"][code],
                "examples": [_example(shown[pk]) for pk in report["examples"][code] if pk in shown],
            }
            for code in CODES
        ],
        "limits": [
            {"category": {"id": row["category"], "path": paths[row["category"]]}, "limit": row["limit"], "n": row["n"]}
            for row in report["limits"]
            if row["category"] in paths
        ],
    }


def _example(response: StoredResponse) -> dict[str, Any]:
    text = delivered(response.prompt, response.text).text[:EXAMPLE_CHARS]
    return {"response": response.pk, "prompt": response.prompt_id, "text": text}


def _flag_body(flag: ResponseFlag) -> dict[str, Any]:
    category = flag.prompt.category
    return {
        "id": flag.pk,
        "code": flag.code,
        "state": flag.state,
        "figures": flag.figures,
        "reason": flag.reason,
        "prompt": flag.prompt_id,
        "category": {"id": category.pk, "path": category.path},
        "response": flag.response_id,
        "text": delivered(flag.prompt, flag.response.text).text[:TEXT_CHARS],
        "chars": len(flag.response.text),
    }


@extend_schema(
    operation_id="filters_list",
    methods=["GET"],
    parameters=[CURSOR, LIMIT],
    responses={200: FilterRunPageSerializer, **REFUSALS},
)
@extend_schema(
    operation_id="filters_create",
    methods=["POST"],
    request=FilterRulesSerializer,
    responses={201: FilterRunSerializer, **REFUSALS},
)
@api_view(["GET", "POST"])
def filters(request: Request, project: int) -> Response:
    """List the runs of the filters, or begin a dry run: it looks at every response and changes nothing."""
    user = person(request)
    if request.method == "POST":
        rules = checked(FilterRulesSerializer, request.data)
        run = filter_create(user=user, project_id=project, rules=rules)
        return Response(FilterRunSerializer(run).data, status=201)
    rows = filter_runs(user, project)
    return Response(keyset_page(request, rows, ["-id"], lambda runs: list(FilterRunSerializer(runs, many=True).data)))


@extend_schema(operation_id="filters_read", responses={200: FilterRunDetailSerializer, **REFUSALS})
@api_view(["GET"])
def filter_run(request: Request, filter_run: int) -> Response:
    """Tell how far a run is and what its dry run found."""
    return Response(FilterRunDetailSerializer(filter_run_get(person(request), filter_run)).data)


@extend_schema(
    operation_id="filters_apply", request=FilterApplySerializer, responses={200: FilterRunSerializer, **REFUSALS}
)
@api_view(["POST"])
def apply(request: Request, filter_run: int) -> Response:
    """Let flags take effect: responses that nobody has worked on leave the tasks, the others go to QA."""
    codes = checked(FilterApplySerializer, request.data)["codes"]
    run = filter_apply(user=person(request), run_id=filter_run, codes=codes)
    return Response(FilterRunSerializer(run).data)


@extend_schema(
    operation_id="flags_list",
    parameters=[
        CURSOR,
        LIMIT,
        OpenApiParameter("state", str, enum=[item.value for item in FlagState]),
        OpenApiParameter("code", str, enum=CODES),
    ],
    responses={200: FlagPageSerializer, **REFUSALS},
)
@api_view(["GET"])
def flags(request: Request, project: int) -> Response:
    """List flagged responses with the figures of each flag."""
    state, code = query_text(request, "state"), query_text(request, "code")
    rows = flag_rows(person(request), project, state=state, code=code)
    return Response(keyset_page(request, rows, ["id"], lambda page: [_flag_body(flag) for flag in page]))


@extend_schema(
    operation_id="flags_overrule", request=FlagOverruleSerializer, responses={200: FlagSerializer, **REFUSALS}
)
@api_view(["POST"])
def overrule(request: Request, flag: int) -> Response:
    """Say that a flagged response is fine; it comes back if it had been taken out."""
    reason = checked(FlagOverruleSerializer, request.data)["reason"]
    return Response(_flag_body(flag_overrule(user=person(request), flag_id=flag, reason=reason)))


@extend_schema(operation_id="flags_confirm", request=None, responses={200: FlagSerializer, **REFUSALS})
@api_view(["POST"])
def confirm(request: Request, flag: int) -> Response:
    """Say that the flag of a response that went to QA is right: the response is taken out."""
    return Response(_flag_body(flag_confirm(user=person(request), flag_id=flag)))


urlpatterns = [
    path("projects/<int:project>/filters", filters),
    path("filters/<int:filter_run>", filter_run),
    path("filters/<int:filter_run>/apply", apply),
    path("projects/<int:project>/flags", flags),
    path("flags/<int:flag>/overrule", overrule),
    path("flags/<int:flag>/confirm", confirm),
]
