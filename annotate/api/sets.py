"""Preference sets: freeze, read, download."""

from typing import Any

from django.http import StreamingHttpResponse
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotate.api.base import CURSOR, LIMIT, checked, keyset_page, person
from annotate.api.errors import ErrorSerializer
from annotate.domain.states import SetState
from annotate.selectors.set_texts import failure_text
from annotate.selectors.sets import set_get, sets_of
from annotate.services.set_downloads import Download, set_file_download, set_zip_download
from annotate.services.sets import set_create

REFUSALS = {400: ErrorSerializer, 403: ErrorSerializer, 404: ErrorSerializer}
COMPRESS = OpenApiParameter("compress", str, enum=["gz", "zst"], description="compress while sending")
FORMAT = OpenApiParameter(
    "format", str, enum=["conversational", "standard"], description="trl.jsonl only: message lists or strings"
)


class SetFiltersSerializer(serializers.Serializer[Any]):
    """Which accepted prompts go into a set; an empty list or null leaves all."""

    categories = serializers.ListField(
        child=serializers.IntegerField(), default=list, help_text="with all categories below them"
    )
    sources = serializers.ListField(child=serializers.CharField(), default=list)
    min_agreement = serializers.FloatField(min_value=0, max_value=1, allow_null=True, default=None)


class SetRequestSerializer(serializers.Serializer[Any]):
    """What to freeze."""

    name = serializers.CharField(max_length=100)
    filters = SetFiltersSerializer(required=False)
    benchmark_share = serializers.FloatField(min_value=0, max_value=0.9, default=0.2)
    seed = serializers.IntegerField(min_value=0, max_value=2**31 - 1, default=0)
    note = serializers.CharField(default="", allow_blank=True, max_length=2000)


class SetProgressSerializer(serializers.Serializer[Any]):
    """Prompts written of prompts to write."""

    done = serializers.IntegerField()
    total = serializers.IntegerField()


class SplitCountsSerializer(serializers.Serializer[Any]):
    """How much one side of the split holds."""

    prompts = serializers.IntegerField()
    responses = serializers.IntegerField()
    pairs = serializers.IntegerField()


class SetCountsSerializer(serializers.Serializer[Any]):
    """Training side and both benchmark subsets."""

    train = SplitCountsSerializer()
    open = SplitCountsSerializer()
    human = SplitCountsSerializer()


class SetCategorySerializer(serializers.Serializer[Any]):
    """Prompts of one top-level category on each side."""

    name = serializers.CharField()
    train = serializers.IntegerField()
    open = serializers.IntegerField()
    human = serializers.IntegerField()


class SetLengthsSerializer(serializers.Serializer[Any]):
    """Mean characters; chosen and rejected over all ordered pairs."""

    prompt = serializers.FloatField(allow_null=True)
    chosen = serializers.FloatField(allow_null=True)
    rejected = serializers.FloatField(allow_null=True)


class SetFileSerializer(serializers.Serializer[Any]):
    """One file of a set."""

    name = serializers.CharField()
    bytes = serializers.IntegerField()
    sha256 = serializers.CharField()


class SetOriginSerializer(serializers.Serializer[Any]):
    """The set whose benchmark and people's comparisons a derived set has taken over."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    version = serializers.IntegerField()
    sha256 = serializers.CharField()


class SetJudgeSerializer(serializers.Serializer[Any]):
    """A judge run whose comparisons a derived set holds."""

    run = serializers.IntegerField()
    name = serializers.CharField()
    model = serializers.CharField()
    language = serializers.CharField()
    order = serializers.CharField()


class SetRecipeSerializer(serializers.Serializer[Any]):
    """How a set was derived from another one and from judges' comparisons, and what became of every one of them.

    lineage: {"human" or "judge": {fate: comparisons}}, as the file lineage.jsonl has them line by line.
    """

    human_set = SetOriginSerializer()
    include_human = serializers.BooleanField()
    judges = SetJudgeSerializer(many=True)
    margin = serializers.FloatField(allow_null=True, help_text="null without the filter")
    debias = serializers.BooleanField()
    lineage = serializers.DictField(child=serializers.DictField(child=serializers.IntegerField()))
    length_groups = serializers.DictField(
        child=serializers.DictField(child=serializers.IntegerField()),
        help_text='{"before" and "after" length debias: {"longer", "shorter", "equal"}}',
    )


class SetSerializer(serializers.Serializer[Any]):
    """A preference set. Figures are null, and lists empty, until it is frozen."""

    id = serializers.IntegerField()
    project = serializers.IntegerField(source="project_id")
    name = serializers.CharField()
    version = serializers.IntegerField()
    state = serializers.ChoiceField(choices=[item.value for item in SetState])
    error = serializers.SerializerMethodField()
    sha256 = serializers.CharField()
    note = serializers.CharField()
    filters = SetFiltersSerializer()
    benchmark_share = serializers.FloatField()
    seed = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    frozen_at = serializers.DateTimeField(allow_null=True)
    progress = serializers.SerializerMethodField()
    counts = serializers.SerializerMethodField()
    by_category = serializers.SerializerMethodField()
    lengths = serializers.SerializerMethodField()
    agreement_mean = serializers.SerializerMethodField()
    conflict_rate = serializers.SerializerMethodField()
    longer_chosen_share = serializers.SerializerMethodField()
    files = serializers.SerializerMethodField()
    derived = serializers.SerializerMethodField()
    recipe = serializers.SerializerMethodField()
    manifest = serializers.JSONField(help_text="the manifest of the export; empty in lists")

    def get_error(self, row: Any) -> str:
        """Return why freezing failed, in the language of the request."""
        return failure_text(row.error)

    @extend_schema_field(SetProgressSerializer)
    def get_progress(self, row: Any) -> dict[str, int]:
        """Return how far freezing is."""
        return {"done": row.progress_done, "total": row.progress_total}

    @extend_schema_field(SetCountsSerializer(allow_null=True))
    def get_counts(self, row: Any) -> Any:
        """Return prompts, responses and pairs by side."""
        return row.statistics.get("counts")

    @extend_schema_field(SetCategorySerializer(many=True))
    def get_by_category(self, row: Any) -> Any:
        """Return prompts by top-level category and side."""
        return row.statistics.get("by_category", [])

    @extend_schema_field(SetLengthsSerializer(allow_null=True))
    def get_lengths(self, row: Any) -> Any:
        """Return mean characters."""
        return row.statistics.get("lengths")

    @extend_schema_field(serializers.FloatField(allow_null=True))
    def get_agreement_mean(self, row: Any) -> Any:
        """Return the mean agreement of the prompts."""
        return row.statistics.get("agreement_mean")

    @extend_schema_field(serializers.FloatField(allow_null=True))
    def get_conflict_rate(self, row: Any) -> Any:
        """Return the share of final comparisons that the rankings contradict."""
        return row.statistics.get("conflict_rate")

    @extend_schema_field(serializers.FloatField(allow_null=True))
    def get_longer_chosen_share(self, row: Any) -> Any:
        """Return the share of ordered pairs whose chosen response is the longer one."""
        return row.statistics.get("longer_chosen_share")

    @extend_schema_field(SetFileSerializer(many=True))
    def get_files(self, row: Any) -> Any:
        """Return the files to download."""
        return row.statistics.get("files", [])

    def get_derived(self, row: Any) -> bool:
        """Tell whether it is made by distant supervision."""
        return hasattr(row, "judge_source")

    @extend_schema_field(SetRecipeSerializer(allow_null=True))
    def get_recipe(self, row: Any) -> Any:
        """Return how a derived set was made; null for one of people's prompts alone, and until it is frozen."""
        return row.statistics.get("recipe")


class SetPageSerializer(serializers.Serializer[Any]):
    """A page of preference sets."""

    results = SetSerializer(many=True)
    next = serializers.CharField(allow_null=True)


def _render(rows: list[Any]) -> list[Any]:
    for row in rows:
        row.manifest = {}
    return list(SetSerializer(rows, many=True).data)


class SetsView(APIView):
    """The preference sets of a project."""

    @extend_schema(operation_id="sets_list", parameters=[CURSOR, LIMIT], responses={200: SetPageSerializer, **REFUSALS})
    def get(self, request: Request, project_id: int) -> Response:
        """List the preference sets of a project, newest first."""
        rows = sets_of(person(request), project_id).defer("manifest")
        return Response(keyset_page(request, rows, ["-id"], _render))

    @extend_schema(
        operation_id="sets_create",
        request=SetRequestSerializer,
        responses={201: SetSerializer, **REFUSALS},
    )
    def post(self, request: Request, project_id: int) -> Response:
        """Freeze the accepted prompts that match the filters, as the next version of the name."""
        data = checked(SetRequestSerializer, request.data)
        row = set_create(
            user=person(request),
            project_id=project_id,
            name=data["name"],
            filters=data.get("filters", {}),
            benchmark_share=data["benchmark_share"],
            seed=data["seed"],
            note=data["note"],
        )
        return Response(SetSerializer(row).data, status=status.HTTP_201_CREATED)


class SetView(APIView):
    """One preference set."""

    @extend_schema(operation_id="sets_read", responses={200: SetSerializer, **REFUSALS})
    def get(self, request: Request, set_id: int) -> Response:
        """Tell what a set holds, or how far freezing it is."""
        return Response(SetSerializer(set_get(person(request), set_id)).data)


class OneRendering(BaseContentNegotiation):
    """A file is a file whatever the browser accepts, and `format` is a parameter of the file, not of the answer."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        """Take the first parser."""
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        """Render refusals as JSON."""
        return renderers[0], renderers[0].media_type


def _streamed(download: Download) -> StreamingHttpResponse:
    response = StreamingHttpResponse(download.chunks, content_type=download.content_type)
    response.headers["Content-Disposition"] = download.disposition
    if download.n_bytes is not None:
        response.headers["Content-Length"] = str(download.n_bytes)
    return response


class SetFileView(APIView):
    """One file of a frozen set."""

    content_negotiation_class = OneRendering

    @extend_schema(
        operation_id="sets_file",
        parameters=[COMPRESS, FORMAT],
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY, **REFUSALS},
    )
    def get(self, request: Request, set_id: int, name: str) -> StreamingHttpResponse:
        """Download one file of a frozen set."""
        download = set_file_download(
            preference_set=set_get(person(request), set_id),
            name=name,
            compress=request.query_params.get("compress", ""),
            trl_format=request.query_params.get("format", "conversational"),
        )
        return _streamed(download)


class SetZipView(APIView):
    """All files of a frozen set."""

    content_negotiation_class = OneRendering

    @extend_schema(
        operation_id="sets_zip",
        responses={(200, "application/zip"): OpenApiTypes.BINARY, **REFUSALS},
    )
    def get(self, request: Request, set_id: int) -> StreamingHttpResponse:
        """Download all files of a frozen set as one ZIP."""
        return _streamed(set_zip_download(preference_set=set_get(person(request), set_id)))


urlpatterns = [
    path("projects/<int:project_id>/sets", SetsView.as_view()),
    path("sets/<int:set_id>", SetView.as_view()),
    path("sets/<int:set_id>/files/<path:name>", SetFileView.as_view()),
    path("sets/<int:set_id>/export.zip", SetZipView.as_view()),
]
