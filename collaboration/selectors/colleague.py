"""Second opinions of models, and what QA made of the votes that they doubt, as a person may see them."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, Exists, OuterRef, Prefetch, Q, QuerySet, When
from django.utils import timezone

from annotate.domain.states import ModelKind, SecondOpinionState, SuspicionState
from annotate.domain.suspicion import DECILES, lift
from annotate.models import Comparison, Seat, User
from annotate.permissions import Right
from annotate.selectors.access import project_get, scoped_get
from collaboration.models import ColleagueSetting, PriorityRun, Suspicion, SuspicionRun
from rm_training.models import Promotion, RewardModel, ScoringJob

ENSEMBLE = 3
SHOWN_RUNS = 50
DECIDED = (SuspicionState.UPHELD, SuspicionState.OVERRULED)


def setting_of(project_id: int) -> ColleagueSetting:
    """Return how a project works with its model, unsaved where nobody has said."""
    row = ColleagueSetting.objects.filter(project_id=project_id).first()
    return row or ColleagueSetting(project_id=project_id)


def setting_get(user: User, project_id: int) -> ColleagueSetting:
    """Return how a project works with its model. Raises NotFound, Forbidden."""
    return setting_of(project_get(user, project_id, Right.SEE_FIGURES).pk)


def models_asked(promotion: Promotion) -> list[RewardModel]:
    """Return the models of a second opinion: the promoted one, and the newest others measured on the same benchmark."""
    others = RewardModel.objects.filter(
        project=promotion.project_id, kind=ModelKind.TRAINED, evaluations__set=promotion.set_id
    )
    others = others.exclude(pk=promotion.reward_model_id).distinct().order_by("-pk")
    return [promotion.reward_model, *others[: ENSEMBLE - 1]]


def _jobs() -> "Prefetch[str]":
    """Return the scorings of a second opinion with their models; of which prompts is large and not shown."""
    return Prefetch("jobs", ScoringJob.objects.select_related("reward_model").defer("prompt_ids"))


def suspicion_runs_of(user: User, project_id: int) -> QuerySet[SuspicionRun]:
    """Return a project's searches for doubtful votes. Raises NotFound, Forbidden."""
    rows = SuspicionRun.objects.filter(project=project_get(user, project_id, Right.SEE_FIGURES))
    return rows.prefetch_related(_jobs())


def priority_runs_of(user: User, project_id: int) -> QuerySet[PriorityRun]:
    """Return a project's rankings of prompts. Raises NotFound, Forbidden."""
    rows = PriorityRun.objects.filter(project=project_get(user, project_id, Right.TRAIN))
    return rows.prefetch_related(_jobs())


def newest_done(project_id: int) -> SuspicionRun | None:
    """Return the run whose queue QA works on: the newest that came to an end."""
    rows = SuspicionRun.objects.filter(project_id=project_id, state=SecondOpinionState.DONE)
    return rows.order_by("-pk").first()


def suspicions_waiting(user: User, project_id: int) -> QuerySet[Suspicion]:
    """Return what a person may be asked about: what they look at already, then in the order of the queue.

    Never what they annotated, nor what somebody else looks at.
    """
    run = newest_done(project_id)
    rows = Suspicion.objects.filter(run=run, state=SuspicionState.WAITING) if run else Suspicion.objects.none()
    seated = Seat.objects.filter(prompt=OuterRef("prompt"), annotator=user)
    free = Q(held_until=None) | Q(held_until__lte=timezone.now()) | Q(held_by=user)
    theirs = Case(When(held_by=user, then=0), default=1)
    return rows.filter(free, ~Exists(seated)).order_by(theirs, "place")


def suspicion_get(user: User, handle: int) -> Suspicion:
    """Return a pair by its handle, with all that a page shows of it. Raises NotFound, Forbidden."""
    rows = Suspicion.objects.select_related("prompt__project", "prompt__category", "response_a", "response_b")
    found = rows.filter(handle=handle).values_list("pk", flat=True).first()
    return scoped_get(user, rows, found or 0, Right.SETTLE)


def suspicions_decided(
    user: User, project_id: int, *, decile: int | None = None, control: bool = False, state: str = ""
) -> QuerySet[Suspicion]:
    """Return what QA decided, narrowed to one tenth of the queues, to controls, or to one outcome where asked.

    Raises NotFound, Forbidden.
    """
    rows = Suspicion.objects.filter(project=project_get(user, project_id, Right.SEE_FIGURES), state__in=DECIDED)
    if decile is not None:
        rows = rows.filter(decile=decile)
    if control:
        rows = rows.filter(control=True)
    if state:
        rows = rows.filter(state=state)
    return rows.select_related("prompt__category")


def votes_of(suspicion: Suspicion) -> list[Comparison]:
    """Return the votes that stood when the pair was found."""
    return list(Comparison.objects.filter(pk__in=suspicion.votes).order_by("pass_number", "pk"))


@dataclass(frozen=True, slots=True)
class Tally:
    """Pairs asked about, decided, and overruled."""

    asked: int = 0
    decided: int = 0
    overruled: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.asked + other.asked, self.decided + other.decided, self.overruled + other.overruled)


@dataclass(frozen=True, slots=True)
class Precision:
    """What QA made of a queue: the suspects, its tenths (the first the most suspicious), and the control sample."""

    suspects: Tally
    deciles: list[Tally]
    control: Tally

    @property
    def lift(self) -> Any:
        """Return how many times as often suspects are overruled as controls, with its interval; None if unknown."""
        return lift(self.suspects.overruled, self.suspects.decided, self.control.overruled, self.control.decided)


def precisions(user: User, project_id: int) -> dict[int, Precision]:
    """Return {run: precision} of a project's newest runs, from one query. Raises NotFound, Forbidden.

    A pair that is a suspect and in the control sample counts for both.
    """
    project = project_get(user, project_id, Right.SEE_FIGURES)
    newest = SuspicionRun.objects.filter(project=project).order_by("-pk")[:SHOWN_RUNS]
    runs = list(newest.values_list("pk", flat=True))
    rows = Suspicion.objects.filter(run__in=runs).exclude(state=SuspicionState.LAPSED)
    counted = rows.order_by().values_list("run_id", "decile", "control", "state").annotate(n=Count("pk"))
    tallies: dict[int, tuple[list[Tally], list[Tally]]] = {run: ([Tally()] * DECILES, [Tally()]) for run in runs}
    for run, tenth, control, state, n in counted:
        tally = Tally(n, n * (state in DECIDED), n * (state == SuspicionState.OVERRULED))
        deciles, controls = tallies[run]
        if tenth is not None:
            deciles[tenth - 1] += tally
        if control:
            controls[0] += tally
    return {run: Precision(sum(deciles, Tally()), deciles, control) for run, (deciles, (control,)) in tallies.items()}


def together(found: dict[int, Precision]) -> Precision:
    """Return the precision over several runs."""
    runs = list(found.values())
    return Precision(
        sum((one.suspects for one in runs), Tally()),
        [sum((one.deciles[place] for one in runs), Tally()) for place in range(DECILES)],
        sum((one.control for one in runs), Tally()),
    )
