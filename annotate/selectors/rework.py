"""How much of what a stage has seen of a person's work it rejected."""

from django.db.models import Exists, OuterRef
from django.db.models.functions import Coalesce, Now

from annotate.domain.states import AssignmentKind, ReviewKind, ReviewStage
from annotate.models import Annotation, BatchReturn, Rejection, Review
from annotate.selectors.reviews import CLOSED


def rejection_counts(project_id: int, stage: ReviewStage, category_id: int, annotator_id: int) -> tuple[int, int]:
    """Return how many of a person's annotations of a top-level category a stage has (reviewed, rejected).

    Counted from their last batch return there on. An annotation is reviewed if it stood when a review of its prompt was
    opened, and counts once, however often that happens. Without a rejection nothing is counted: (0, 0).
    """
    batches = BatchReturn.objects.filter(project_id=project_id, stage=stage, category_id=category_id)
    last = batches.filter(annotator_id=annotator_id).order_by("-id").first()
    rejected = Rejection.objects.filter(review__project_id=project_id, review__stage=stage)
    rejected = rejected.filter(annotation__annotator_id=annotator_id, assignment__category_id=category_id)
    reviews = Review.objects.filter(project_id=project_id, stage=stage, kind=ReviewKind.WORK, state__in=CLOSED)
    if last is not None:
        rejected = rejected.filter(created_at__gt=last.created_at)
        reviews = reviews.filter(closed_at__gt=last.created_at)
    n_rejected = rejected.count()
    if n_rejected == 0:
        return 0, 0
    standing = reviews.filter(
        prompt=OuterRef("assignment__prompt"),
        opened_at__gte=OuterRef("created_at"),
        opened_at__lte=Coalesce(OuterRef("rejection__created_at"), Now()),
    )
    rows = Annotation.objects.filter(annotator_id=annotator_id, assignment__project_id=project_id, withdrawn=False)
    rows = rows.filter(assignment__category_id=category_id, assignment__kind=AssignmentKind.WORK)
    return rows.filter(Exists(standing)).count(), n_rejected
