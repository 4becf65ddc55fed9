"""Every query about reward models, how they were measured, and which is current, scoped to a person."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Case, Prefetch, QuerySet, When
from django.utils.translation import gettext as _

from annotate.domain.states import (
    Adapter,
    BoardKind,
    EvaluationState,
    ModelKind,
    PromotionRule,
    PromotionState,
    Subset,
)
from annotate.permissions import Right
from annotate.problems import Conflict
from annotate.selectors.access import project_get, scoped_get
from annotate.selectors.sets import sets_sharing_benchmark
from rm_training.models import Evaluation, EvaluationJob, Promotion, PromotionSetting, RewardModel
from rm_training.outcomes import OutcomesDiffer, outcomes_compare, outcomes_exist
from rm_training.selectors import base_location, run_folder

if TYPE_CHECKING:
    from annotate.models import PreferenceSet, User

LEADERBOARD_ROWS = 500
SUBSETS = tuple(subset.value for subset in Subset)


def model_rows() -> QuerySet[RewardModel]:
    """Return reward models with all that a page shows of them, in two queries however many they are."""
    evaluations = Prefetch("evaluations", queryset=Evaluation.objects.select_related("set").order_by("id"))
    return RewardModel.objects.select_related("run").prefetch_related(evaluations)


def model_list(user: "User", project_id: int) -> QuerySet[RewardModel]:
    """Return the reward models of a project, for people who may train there."""
    return model_rows().filter(project=project_get(user, project_id, Right.TRAIN))


def model_get(user: "User", model_id: int) -> RewardModel:
    """Return a reward model. Raises NotFound to strangers, Forbidden to members who may not train."""
    return scoped_get(user, model_rows(), model_id, Right.TRAIN)


def evaluation_job_list(user: "User", model_id: int) -> QuerySet[EvaluationJob]:
    """Return the evaluation jobs of a model, for people who may train there."""
    return EvaluationJob.objects.filter(reward_model=model_get(user, model_id)).select_related("set")


def evaluation_job_get(user: "User", job_id: int) -> EvaluationJob:
    """Return an evaluation job. Raises NotFound to strangers, Forbidden to members who may not train."""
    rows = EvaluationJob.objects.select_related("set", "reward_model")
    return scoped_get(user, rows, job_id, Right.TRAIN, through="reward_model__project")


def evaluation_stopped(model_ids: Iterable[int], set_id: int, since: datetime) -> EvaluationJob | None:
    """Return a job asked for since then that was to measure one of some models on a set and ended without figures."""
    ended = EvaluationJob.objects.filter(state__in=(EvaluationState.FAILED, EvaluationState.CANCELLED))
    return ended.filter(reward_model__in=list(model_ids), set=set_id, created_at__gte=since).order_by("-id").first()


def model_location(model: RewardModel) -> str:
    """Return what the engine is to load for a model: its run's model folder, a folder of the bases, or a name."""
    return str(run_folder(model.run_id) / "model") if model.run_id else base_location(model.source)


def evaluation_folder(job_id: int) -> Path:
    """Return where everything that an evaluation job reads and writes lies."""
    return Path(settings.RUNS_DIR) / "evaluations" / str(job_id)


def measured_folder(evaluation: Evaluation) -> Path:
    """Return where the outcomes of an evaluation lie: with the job that made it, or with the run."""
    if evaluation.job_id is not None:
        return evaluation_folder(evaluation.job_id)
    run_id = evaluation.reward_model.run_id
    assert run_id is not None, "what was measured without a job was measured by its run"
    return run_folder(run_id)


def comparable(evaluation: Evaluation) -> bool:
    """Tell whether the outcomes behind an evaluation are there; those of an old engine are not."""
    return outcomes_exist(measured_folder(evaluation), evaluation.metrics)


def evaluation_of(model_id: int, set_id: int) -> Evaluation | None:
    """Return how a model did on the benchmark of a set, be it measured on that set or on another that shares it."""
    rows = Evaluation.objects.select_related("reward_model", "set").filter(reward_model_id=model_id)
    own_first = Case(When(set_id=set_id, then=0), default=1)
    return rows.filter(set__in=sets_sharing_benchmark(set_id)).order_by(own_first, "-id").first()


def outcomes_folder(model_id: int, set_id: int) -> Path | None:
    """Return where the outcomes of a model on the benchmark of a set lie; None where they are not there."""
    evaluation = evaluation_of(model_id, set_id)
    return measured_folder(evaluation) if evaluation and comparable(evaluation) else None


def comparison(ours: int, theirs: int, set_id: int) -> dict[str, Any] | None:
    """Return what the paired bootstrap says of two models on one set; None where the outcomes of either lack.

    Raises OutcomesDiffer.
    """
    folders = [outcomes_folder(model_id, set_id) for model_id in (ours, theirs)]
    return outcomes_compare(*folders) if all(folders) else None  # type: ignore[arg-type]


def verdict_get(user: "User", project_id: int, *, ours: int, theirs: int, set_id: int) -> dict[str, Any]:
    """Return what the paired bootstrap says of two models of a project on one set.

    Raises Conflict `not_comparable` where one of them was not measured there, or they were not asked the same.
    """
    project = project_get(user, project_id, Right.TRAIN)
    known = RewardModel.objects.filter(project=project, pk__in=(ours, theirs)).count()
    try:
        compared = comparison(ours, theirs, set_id) if known == len({ours, theirs}) else None
    except OutcomesDiffer as error:
        raise Conflict("not_comparable", str(error)) from error
    if compared is None:
        raise Conflict("not_comparable", _("Both models must first be measured on the benchmark of this set."))
    return compared


def promotion_rule(project_id: int) -> str:
    """Return the rule by which the current model of a project is replaced."""
    setting = PromotionSetting.objects.filter(project_id=project_id).first()
    return setting.rule if setting else PromotionRule.OFF


def proposal_of(model_id: int) -> Promotion | None:
    """Return what the rule of its project made of a model that was just trained; None where there was no rule."""
    return promotion_rows().filter(reward_model_id=model_id, by_rule=True).order_by("id").first()


def promotion_rows() -> QuerySet[Promotion]:
    """Return promotions with what a page shows of them, in one query."""
    return Promotion.objects.select_related("reward_model", "against", "set", "actor")


def promotion_list(user: "User", project_id: int) -> QuerySet[Promotion]:
    """Return the promotions of a project and what came of them, for people who may train there."""
    return promotion_rows().filter(project=project_get(user, project_id, Right.TRAIN))


def current_promotion(project_id: int) -> Promotion | None:
    """Return the promotion that made the project's current model the current one."""
    return current_promotions(project_id, promotion_rows()).first()


def current_promotions(project: Any, rows: QuerySet[Promotion] | None = None) -> QuerySet[Promotion]:
    """Return what was promoted in a project (an id, or an expression for one), the current model's promotion first."""
    chosen = Promotion.objects.all() if rows is None else rows
    return chosen.filter(project_id=project, state=PromotionState.PROMOTED).order_by("-decided_at", "-id")


def evaluation_to_show(model_id: int, other_id: int | None) -> Evaluation | None:
    """Return the newest evaluation of a model, of those on a benchmark of the other's too if there is one."""
    rows = Evaluation.objects.select_related("set", "reward_model").filter(reward_model_id=model_id).order_by("-id")
    shared = Evaluation.objects.filter(reward_model_id=other_id).values("set__benchmark_sha256")
    return rows.filter(set__benchmark_sha256__in=shared).first() or rows.first()


def figures_of(evaluation: Evaluation) -> dict[str, Any]:
    """Return the four figures of an evaluation, their intervals, and the overall one."""
    return {
        **{subset: subset_figures(evaluation.metrics.get(subset)) for subset in SUBSETS},
        "overall": evaluation.overall,
        "overall_interval": evaluation.metrics.get("overall_interval"),
    }


def subset_figures(measured: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return of a subset's figures those that a table shows: not its categories, nor its diagram."""
    if measured is None:
        return None
    names = ("accuracy", "exact_match", "n_prompts", "n_pairs")
    return {name: measured.get(name) for name in names} | {"intervals": measured.get("intervals")}


@dataclass(frozen=True, slots=True)
class LeaderboardRow:
    """A model, or the judge of a joint run, on one benchmark, which bears the name of the first set that had it."""

    evaluation: Evaluation
    benchmark: "PreferenceSet"
    kind: BoardKind
    figures: Mapping[str, Any]
    current: bool

    @property
    def overall(self) -> float | None:
        """Return the mean of the four figures."""
        return self.figures.get("overall")


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """Rows, best first, and the first set with each benchmark on which anything was measured, oldest first."""

    sets: list["PreferenceSet"]
    rows: list[LeaderboardRow]


def leaderboard(user: "User", project_id: int, set_id: int | None = None) -> Leaderboard:
    """Return the leaderboard of a project, of the benchmark of one set or of all; three queries however long it is.

    What was measured on sets that share a benchmark stands together; of a model measured twice, the newest counts.
    """
    project = project_get(user, project_id, Right.TRAIN)
    measured = Evaluation.objects.filter(reward_model__project=project)
    chosen = measured.filter(set__in=sets_sharing_benchmark(set_id)) if set_id is not None else measured
    chosen = chosen.select_related("set", "reward_model__run__set").order_by("-id")[:LEADERBOARD_ROWS]
    newest: dict[tuple[int, str], Evaluation] = {}
    for evaluation in chosen:
        newest.setdefault((evaluation.reward_model_id, evaluation.set.benchmark_sha256), evaluation)
    benchmarks: dict[str, PreferenceSet] = {}
    for row in project.sets.filter(pk__in=measured.values("set")).order_by("id"):
        benchmarks.setdefault(row.benchmark_sha256, row)
    current = current_promotion(project_id)
    rows = [
        row
        for (_model, benchmark), evaluation in newest.items()
        for row in _board_rows(evaluation, benchmarks[benchmark], current)
    ]
    rows.sort(key=lambda row: (row.overall is None, -(row.overall or 0), row.evaluation.pk))
    return Leaderboard(list(benchmarks.values()), rows)


def _board_rows(
    evaluation: Evaluation, benchmark: "PreferenceSet", current: Promotion | None
) -> Iterator[LeaderboardRow]:
    model = evaluation.reward_model
    is_current = current is not None and current.reward_model_id == model.pk
    external = BoardKind.JUDGE if model.adapter == Adapter.GENERATIVE else BoardKind.EXTERNAL
    kind = BoardKind.TRAINED if model.kind == ModelKind.TRAINED else external
    yield LeaderboardRow(evaluation, benchmark, kind, evaluation.metrics | {"overall": evaluation.overall}, is_current)
    # A joint run has a judge in the same weights, which is measured beside the head.
    if judge := evaluation.metrics.get("judge"):
        yield LeaderboardRow(evaluation, benchmark, BoardKind.JUDGE, judge, False)
