"""Reviews: the queue of a stage, what a reviewer is shown, and rejected work as its annotator sees it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from annotate.domain.agreement import passes_agreement
from annotate.domain.graph import conflicts, cycle_edges, preference_graph, rank_prompt
from annotate.domain.states import ComparisonKind, ReviewKind, ReviewStage, ReviewState
from annotate.domain.types import Agreement
from annotate.models import Annotation, Comparison, Guideline, Membership, Prompt, Rejection, Review, Seat, User
from annotate.permissions import Right, stages_of
from annotate.problems import Forbidden, Invalid
from annotate.selectors.access import roles_of, scoped_get
from annotate.selectors.categories import category_key, guidelines_nearest
from annotate.selectors.delivered import Delivered, delivered
from annotate.selectors.prompts import Key, PromptRecord, said_of
from annotate.selectors.remarks import Remark, remarks_of

Slot = tuple[int, int]
CLOSED = (ReviewState.APPROVED, ReviewState.OVERRULED, ReviewState.REJECTED)


def reviews_waiting(user: User, project_id: int) -> QuerySet[Review]:
    """Return what waits for a person's review at their stages, never a prompt that they annotated.

    Gold reviews are due at a moment of their own: before it they do not exist to anybody.
    """
    stages = stages_of(roles_of(user, project_id))
    rows = Review.objects.filter(project_id=project_id, state=ReviewState.WAITING, stage__in=stages)
    rows = rows.filter(Q(kind=ReviewKind.WORK) | Q(reserved_for=user), opened_at__lte=timezone.now())
    return rows.filter(~Exists(Seat.objects.filter(prompt=OuterRef("prompt"), annotator=user)))


def review_rows(
    user: User, project_id: int, *, stage: str = "", category_path: list[str] | None = None
) -> QuerySet[Review]:
    """Return a person's queue, narrowed to one stage and to one category with its subtree where these are given.

    Raises Invalid for an unknown stage, Forbidden for one that is not theirs.
    """
    rows = reviews_waiting(user, project_id).select_related("prompt__category")
    if stage:
        _stage_check(user, project_id, stage)
        rows = rows.filter(stage=stage)
    if category_path:
        key = category_key(category_path)
        rows = rows.filter(Q(prompt__category__key=key) | Q(prompt__category__key__startswith=f"{key}/"))
    return rows


def _stage_check(user: User, project_id: int, stage: str) -> None:
    if stage not in set(ReviewStage):
        raise Invalid("invalid", _("There is no such stage."))
    if stage not in stages_of(roles_of(user, project_id)):
        raise Forbidden("other_stage", _("Another team reviews at this stage."))


def review_find(user: User, handle: int, right: Right) -> Review:
    """Return a review by its handle to somebody with a right; gold reviews exist for their one person only.

    Raises NotFound, or Forbidden.
    """
    rows = Review.objects.filter(Q(kind=ReviewKind.WORK) | Q(reserved_for=user), opened_at__lte=timezone.now())
    rows = rows.select_related("prompt__category", "prompt__project")
    found = rows.filter(handle=handle).values_list("pk", flat=True).first()
    return scoped_get(user, rows, found or 0, right)


def review_get(user: User, handle: int) -> Review:
    """Return a review, open or closed, to somebody of its stage. Raises NotFound, or Forbidden."""
    review = review_find(user, handle, Right.SETTLE)
    _stage_check(user, review.project_id, review.stage)
    return review


def seated(user: User, prompt: Prompt) -> bool:
    """Tell whether a person annotated a prompt."""
    return prompt.seats.filter(annotator=user).exists()


def reviewer_paused(user: User, project_id: int) -> bool:
    """Tell whether a person is paused in a project."""
    return Membership.objects.filter(user=user, project_id=project_id, paused_at__isnull=False).exists()


@dataclass(frozen=True, slots=True)
class Shown:
    """The words that stood when a review was opened: verdicts by pass, decisions in their place, and whose they were.

    `annotations` maps (task, pass) to what was said there; `decided` maps (task, a, b) to the decision's comparison.
    """

    comparisons: list[Comparison]
    annotations: dict[Slot, Annotation]
    decided: dict[Key, Comparison]

    @property
    def slots(self) -> dict[Slot, Annotation]:
        """Return what can be rejected: nobody does a task again that left the ring."""
        return {key: row for key, row in self.annotations.items() if not row.assignment.task.retired}

    @property
    def keys(self) -> set[Key]:
        """Return every (task, response a, response b) that a pass compared."""
        return {key_of(row) for row in self.comparisons if row.kind == ComparisonKind.HUMAN}


def key_of(row: Comparison) -> Key:
    """Return the (task, response a, response b) of a comparison in a task."""
    return row.task_id or 0, row.response_a_id, row.response_b_id


def shown_of(review: Review) -> Shown:
    """Return what a review shows, in two queries; for gold reviews too, whatever became of the prompt since."""
    rows = Comparison.objects.filter(pk__in=review.shown).select_related("decision").order_by("id")
    comparisons = list(rows)
    keys = {row.annotation_id for row in comparisons if row.annotation_id is not None}
    annotations = Annotation.objects.filter(pk__in=keys).select_related("assignment__task").order_by("id")
    return Shown(
        comparisons=comparisons,
        annotations={(row.assignment.task_id, row.assignment.pass_number or 0): row for row in annotations},
        decided={key_of(row): row for row in comparisons if row.kind == ComparisonKind.ADJUDICATION},
    )


@dataclass(frozen=True, slots=True)
class ReviewRecord:
    """Everything that a reviewer sees of a prompt; nobody's name, and nothing of who reviewed it before.

    `rejected` are the texts that the spans of `earlier` mark.
    """

    review: Review
    record: PromptRecord
    shown: Shown
    agreement: Agreement[Key]
    remarks: list[Remark]
    guideline: Guideline | None
    earlier: list[Rejection]
    rejected: dict[int, Delivered]
    may_act: bool


def review_record(user: User, handle: int) -> ReviewRecord:
    """Return what a review shows. Raises NotFound, or Forbidden."""
    review = review_get(user, handle)
    prompt = review.prompt
    if seated(user, prompt):
        raise Forbidden("own_work", _("You annotated this prompt; somebody else must review it."))
    shown = shown_of(review)
    record, agreement = _as_it_stood(prompt, shown)
    earlier = Rejection.objects.filter(review__prompt=prompt, review__stage=review.stage)
    earlier = earlier.filter(review__round__lt=review.round).select_related("assignment").order_by("id")
    marked = {span["response"] for rejection in earlier for span in rejection.spans}
    return ReviewRecord(
        review=review,
        record=record,
        shown=shown,
        agreement=agreement,
        remarks=remarks_of(prompt, shown.annotations, record.responses),
        guideline=guidelines_nearest([prompt.category]).get(prompt.category_id),
        earlier=list(earlier),
        rejected={row.pk: delivered(prompt, row.text) for row in record.responses if row.pk in marked},
        may_act=review.state == ReviewState.WAITING and not reviewer_paused(user, review.project_id),
    )


def _as_it_stood(prompt: Prompt, shown: Shown) -> tuple[PromptRecord, Agreement[Key]]:
    """Return the record of a prompt from the comparisons shown, and the passes' agreement on them."""
    responses = list(prompt.responses.order_by("ring_index"))
    nodes = [row.pk for row in responses if not row.discarded]
    usable = [row for row in shown.comparisons if {row.response_a_id, row.response_b_id} <= set(nodes)]
    final = [row for row in usable if row.kind == ComparisonKind.ADJUDICATION or key_of(row) not in shown.decided]
    said = said_of(final)
    graph, ranking = preference_graph(nodes, said), rank_prompt(nodes, said)
    agreement = passes_agreement(_by_pass(usable, prompt.project.passes), prompt.project.agreement_measure)
    record = PromptRecord(
        prompt=prompt,
        responses=responses,
        comparisons=usable,
        contradicted={row.pk: wrong for row, wrong in zip(final, conflicts(said, ranking), strict=True)},
        ranking=ranking,
        edges=dict(graph.edges),
        cycles=cycle_edges(graph, ranking),
        events=[],
    )
    return record, agreement


def _by_pass(comparisons: Sequence[Comparison], passes: int) -> list[dict[Key, Any]]:
    verdicts: list[dict[Key, Any]] = [{} for _ in range(passes)]
    for row in comparisons:
        if row.kind == ComparisonKind.HUMAN and row.pass_number is not None:
            verdicts[row.pass_number - 1][key_of(row)] = row.verdict
    return verdicts


def returned_rows(user: User, project_id: int) -> QuerySet[Rejection]:
    """Return a person's rejected work in a project, with `redone_by`: who has done it again since, if anybody has."""
    again = Annotation.objects.filter(assignment=OuterRef("assignment"), created_at__gt=OuterRef("created_at"))
    again = again.filter(withdrawn=False)
    rows = Rejection.objects.filter(annotation__annotator=user, assignment__project_id=project_id)
    rows = rows.annotate(redone_by=again.order_by("id").values("annotator_id")[:1])
    return rows.select_related("assignment__category", "annotation")
