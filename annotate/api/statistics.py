"""Figures about agreement, accuracy and work: of a project by day, category, source, person or pair; and one's own."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import StreamingHttpResponse
from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.api.base import checked
from annotate.api.base import person as asking
from annotate.api.csv_out import EXPORT, csv_answer
from annotate.api.errors import REFUSALS
from annotate.api.people import LimitSerializer, limit_person
from annotate.domain.states import ExpertiseState, RoleName
from annotate.permissions import Right
from annotate.selectors.access import project_get
from annotate.selectors.my_figures import my_figures
from annotate.selectors.people_figures import people_rows, person_record
from annotate.selectors.statistics import BY, Query, statistics


class RateSerializer(serializers.Serializer[Any]):
    """A share with the ends of its 95% interval, and how many units (tasks, prompts, answers) it rests on."""

    rate = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()
    n = serializers.IntegerField()


class StatisticsRowSerializer(serializers.Serializer[Any]):
    """The figures of one group; null is what nothing is known of, or what has no meaning for such a group.

    `person` and `partner` are membership ids, `category` a top-level category.
    """

    key = serializers.CharField()
    name = serializers.CharField()
    category = serializers.IntegerField(allow_null=True)
    person = serializers.IntegerField(allow_null=True)
    partner = serializers.IntegerField(allow_null=True)
    tasks = serializers.IntegerField()
    seconds_mean = serializers.FloatField(allow_null=True)
    prompts = serializers.IntegerField(allow_null=True)
    agreement = RateSerializer(allow_null=True)
    alpha = serializers.FloatField(allow_null=True)
    tau = serializers.FloatField(allow_null=True)
    gold = RateSerializer(allow_null=True)
    consistency = RateSerializer(allow_null=True)
    conflict = RateSerializer(allow_null=True)
    rejection = RateSerializer(allow_null=True)


class StatisticsSerializer(serializers.Serializer[Any]):
    """Groups, the whole, and the moment up to which everything is counted.

    Of pairs at most 500 are told, those with the most tasks in common; the CSV holds all `n_rows`.
    """

    rows = StatisticsRowSerializer(many=True)
    n_rows = serializers.IntegerField()
    total = StatisticsRowSerializer()
    refreshed_at = serializers.DateTimeField(allow_null=True)


class StatisticsQuerySerializer(serializers.Serializer[Any]):
    """What to count, and by what."""

    by = serializers.ChoiceField(BY, default="day")
    to = serializers.DateField(required=False, allow_null=True)
    category = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=2**63 - 1)
    source = serializers.CharField(required=False, allow_blank=True, max_length=100)  # type: ignore[assignment]
    export = serializers.ChoiceField(["csv"], required=False)

    def get_fields(self) -> dict[str, Any]:
        """Add `from`, which Python reserves."""
        return {"from": serializers.DateField(required=False, allow_null=True), **super().get_fields()}


class PersonPauseSerializer(serializers.Serializer[Any]):
    """Since when somebody is paused, and why."""

    at = serializers.DateTimeField()
    reason = serializers.CharField(allow_blank=True)


class PersonCategorySerializer(serializers.Serializer[Any]):
    """Where a person stands in a top-level category, and the weight of their record there in dealing."""

    category = serializers.IntegerField()
    name = serializers.CharField()
    state = serializers.ChoiceField([item.value for item in ExpertiseState])
    weight = serializers.FloatField()


class PersonRowSerializer(serializers.Serializer[Any]):
    """A member under their pseudonym. `spark` counts the tasks of the last 14 days, the oldest first."""

    person = serializers.IntegerField()
    pseudonym = serializers.CharField()
    roles = serializers.ListField(child=serializers.ChoiceField([role.value for role in RoleName]))
    paused = PersonPauseSerializer(allow_null=True)
    daily_limit = serializers.IntegerField(allow_null=True)
    today = serializers.IntegerField()
    tasks = serializers.IntegerField()
    seconds_mean = serializers.FloatField(allow_null=True)
    agreement = RateSerializer(allow_null=True)
    alpha = serializers.FloatField(allow_null=True)
    tau = serializers.FloatField(allow_null=True)
    gold = RateSerializer(allow_null=True)
    consistency = RateSerializer(allow_null=True)
    conflict = RateSerializer(allow_null=True)
    rejection = RateSerializer(allow_null=True)
    weight = serializers.FloatField()
    spark = serializers.ListField(child=serializers.IntegerField())
    categories = PersonCategorySerializer(many=True)


class PeopleSerializer(serializers.Serializer[Any]):
    """Annotators and reviewers, by pseudonym."""

    results = PersonRowSerializer(many=True)
    refreshed_at = serializers.DateTimeField(allow_null=True)


class PersonDaySerializer(serializers.Serializer[Any]):
    """One day of a person."""

    day = serializers.DateField()
    tasks = serializers.IntegerField()
    agreement = RateSerializer(allow_null=True)
    gold = RateSerializer(allow_null=True)
    rejected = RateSerializer(allow_null=True)


class PartnerSerializer(serializers.Serializer[Any]):
    """How a person agrees with one other; `n` counts the tasks that both did."""

    person = serializers.IntegerField(allow_null=True)
    pseudonym = serializers.CharField()
    agreement = RateSerializer(allow_null=True)
    alpha = serializers.FloatField(allow_null=True)
    tau = serializers.FloatField(allow_null=True)
    n = serializers.IntegerField()


class PersonInCategorySerializer(serializers.Serializer[Any]):
    """A person's figures in one top-level category."""

    category = serializers.IntegerField()
    name = serializers.CharField()
    tasks = serializers.IntegerField()
    agreement = RateSerializer(allow_null=True)
    gold = RateSerializer(allow_null=True)
    rejected = RateSerializer(allow_null=True)
    state = serializers.ChoiceField([item.value for item in ExpertiseState])
    weight = serializers.FloatField()


class IntervalSerializer(serializers.Serializer[Any]):
    """The ends of a 95% interval."""

    low = serializers.FloatField()
    high = serializers.FloatField()


class PersonDetailSerializer(PersonRowSerializer):
    """A member in full. The intervals of alpha and tau rest on the latest 200 tasks that somebody else did as well."""

    alpha_interval = IntervalSerializer(allow_null=True)
    tau_interval = IntervalSerializer(allow_null=True)
    days = PersonDaySerializer(many=True)
    partners = PartnerSerializer(many=True)
    categories = PersonInCategorySerializer(many=True)  # type: ignore[assignment]  # more of the same
    review_gold = RateSerializer(allow_null=True)


class MyRateSerializer(serializers.Serializer[Any]):
    """A share and what it rests on."""

    rate = serializers.FloatField()
    n = serializers.IntegerField()


class MyGoldSerializer(serializers.Serializer[Any]):
    """Accuracy on tasks whose right order is known."""

    accuracy = serializers.FloatField()
    n = serializers.IntegerField()


class MyRejectionsSerializer(serializers.Serializer[Any]):
    """How much of one's reviewed work was rejected."""

    rate = serializers.FloatField(allow_null=True)
    n_reviewed = serializers.IntegerField()
    n_rejected = serializers.IntegerField()


class MyDaySerializer(serializers.Serializer[Any]):
    """One day of one's own."""

    day = serializers.DateField()
    tasks = serializers.IntegerField()
    agreement = serializers.FloatField(allow_null=True)


class MyCategorySerializer(serializers.Serializer[Any]):
    """One's own figures in a top-level category."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    tasks = serializers.IntegerField()
    agreement = serializers.FloatField(allow_null=True)
    gold = serializers.FloatField(allow_null=True)
    rejected = serializers.FloatField(allow_null=True)
    state = serializers.ChoiceField([item.value for item in ExpertiseState])


class MyFiguresSerializer(serializers.Serializer[Any]):
    """One's own figures, the last 30 days by day. Gold accuracy is told from a few answers on, never by item."""

    today = serializers.IntegerField()
    total = serializers.IntegerField()
    seconds_mean = serializers.FloatField(allow_null=True)
    agreement = MyRateSerializer(allow_null=True)
    gold = MyGoldSerializer(allow_null=True)
    consistency = MyRateSerializer(allow_null=True)
    rejections = MyRejectionsSerializer()
    days = MyDaySerializer(many=True)
    categories = MyCategorySerializer(many=True)
    refreshed_at = serializers.DateTimeField(allow_null=True)


RATES = ("agreement", "gold", "consistency", "conflict", "rejection")
RATE_COLUMNS = [f"{rate}_{part}" for rate in RATES for part in ("rate", "low", "high", "n")]


def _rate_cells(row: dict[str, Any]) -> list[Any]:
    return [(row[rate] or {}).get(part) for rate in RATES for part in ("rate", "low", "high", "n")]


@extend_schema(
    operation_id="statistics_get",
    parameters=[
        OpenApiParameter("by", str, enum=BY, default="day"),
        OpenApiParameter("from", date, description="first day, local time"),
        OpenApiParameter("to", date, description="last day, local time"),
        OpenApiParameter("category", int, description="a top-level category"),
        OpenApiParameter("source", str),
        EXPORT,
    ],
    responses={200: StatisticsSerializer, **REFUSALS},
)
@api_view(["GET"])
def project_statistics(request: Request, project: int) -> Response | StreamingHttpResponse:
    """Show agreement, accuracy, conflicts and rejections by day, category, source, person, pair, or as a heat map."""
    row = project_get(asking(request), project, Right.SEE_FIGURES)
    given = checked(StatisticsQuerySerializer, request.query_params)
    export = given.pop("export", None)
    query = Query(
        by=given["by"],
        first=given.get("from"),
        last=given.get("to"),
        category=given.get("category"),
        source=given.get("source", ""),
    )
    # A body of a thousand rows goes out as it is: the serializer only says its shape (tested), and would cost more than
    # all the counting.
    if export is None:
        return Response(statistics(row, query))
    body = statistics(row, query, most_pairs=None)
    columns = ["key", "name", "tasks", "prompts", "alpha", "tau", *RATE_COLUMNS]
    rows = ([line[name] for name in columns[:6]] + _rate_cells(line) for line in (*body["rows"], body["total"]))
    return csv_answer(f"statistics-{query.by}", columns, rows)


@extend_schema(operation_id="people_list", parameters=[EXPORT], responses={200: PeopleSerializer, **REFUSALS})
@api_view(["GET"])
def people(request: Request, project: int) -> Response | StreamingHttpResponse:
    """List annotators and reviewers with their figures, under pseudonyms (reviewers, researcher, owner)."""
    row = project_get(asking(request), project, Right.SEE_FIGURES)
    body = people_rows(row)
    if request.query_params.get("export") != "csv":
        return Response(body)
    columns = ["person", "pseudonym", "daily_limit", "today", "tasks", "seconds_mean", "weight", "alpha", "tau"]
    rows = ([line[name] for name in columns] + _rate_cells(line) for line in body["results"])
    return csv_answer("people", [*columns, *RATE_COLUMNS], rows)


@extend_schema(
    methods=["GET"],
    operation_id="people_get",
    parameters=[EXPORT],
    responses={200: PersonDetailSerializer, **REFUSALS},
)
@extend_schema(
    methods=["PATCH"],
    operation_id="people_update",
    request=LimitSerializer,
    responses={200: LimitSerializer, **REFUSALS},
)
@api_view(["GET", "PATCH"])
def person_detail(request: Request, person: int) -> Response | StreamingHttpResponse:
    """Show one member (figures by day, category and whom they were compared with), or set their daily limit."""
    if request.method == "PATCH":
        return limit_person(request, person)
    body = person_record(asking(request), person)
    if request.query_params.get("export") != "csv":
        return Response(body)
    parts = [(rate, part) for rate in ("agreement", "gold", "rejected") for part in ("rate", "low", "high", "n")]
    columns = ["day", "tasks", *(f"{rate}_{part}" for rate, part in parts)]
    rows = (
        [line["day"], line["tasks"], *((line[rate] or {}).get(part) for rate, part in parts)] for line in body["days"]
    )
    return csv_answer(f"person-{body['pseudonym']}", columns, rows)


@extend_schema(operation_id="my_figures_get", responses={200: MyFiguresSerializer, **REFUSALS})
@api_view(["GET"])
def own_figures(request: Request, project: int) -> Response:
    """Show an annotator their own figures, and nobody else's."""
    user = asking(request)
    row = project_get(user, project, Right.ANNOTATE)
    return Response(MyFiguresSerializer(my_figures(user, row)).data)


urlpatterns = [
    path("projects/<int:project>/statistics", project_statistics),
    path("projects/<int:project>/people", people),
    path("projects/<int:project>/my-figures", own_figures),
    path("people/<int:person>", person_detail),
]
