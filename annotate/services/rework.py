"""Rejected work goes back: one slot, or all that an annotator has unfinished of a category (PROTOCOL 6)."""

import logging
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from annotate.domain.states import (
    ASSIGNMENT_MOVES,
    IN_REVIEW,
    AssignmentKind,
    AssignmentState,
    ComparisonKind,
    ExpertiseState,
    NoticeKind,
    ReturnTo,
    ReviewStage,
    RoleName,
)
from annotate.models import (
    Annotation,
    Assignment,
    BatchReturn,
    Comparison,
    DiscardMark,
    Expertise,
    Membership,
    MembershipRole,
    Prompt,
    Rejection,
    Skip,
    User,
)
from annotate.permissions import STAGE_ROLES
from annotate.problems import Conflict
from annotate.selectors.rework import rejection_counts
from annotate.services.events import event
from annotate.services.figures import task_touch
from annotate.services.jobs import JobTaken, job_beat, job_take
from annotate.services.moves import finals_set, prompt_move
from annotate.services.notices import notify
from annotate.services.queue import BATCH_RETURN, enqueue
from annotate.services.review_moves import reviews_withdraw

logger = logging.getLogger(__name__)

SKIPPED_RETURNED = "returned"
SHUT_OUT = (ExpertiseState.BARRED, ExpertiseState.FAILED)


def slot_reopen(*, slot: Assignment, actor: User | None, reason: str, return_to: str) -> None:
    """Open a submitted slot again, for the person who did it or for anybody else.

    Where the person no longer annotates, is paused, or may not do the category any more, others do it. What was said
    stays, but no longer counts, nor does a decision about it. Call it inside a transaction, with the prompt's row
    locked. Raises Conflict.
    """
    annotation = Annotation.objects.get(assignment=slot, current=True)
    annotator_id = annotation.annotator_id
    same = return_to == ReturnTo.SAME and may_work(slot, annotator_id)
    move = ASSIGNMENT_MOVES["reopen"]
    values: dict[str, Any] = {
        "state": move.after,
        "annotator": None,
        "reserved_for_id": annotator_id if same else None,
        # With the display order goes the way to revive the old lease; the next one shows another order.
        "token": slot.token + 1,
        "display_order": [],
    }
    if Assignment.objects.filter(pk=slot.pk, state__in=move.before, token=slot.token).update(**values) != 1:
        raise Conflict("already_moved", _("Somebody else has moved this prompt on; reload it."))
    if not same:
        Skip.objects.get_or_create(
            assignment=slot, annotator_id=annotator_id, defaults={"reason": SKIPPED_RETURNED, "note": reason}
        )
    unsay(slot, annotation)
    event(
        project_id=slot.project_id,
        prompt_id=slot.prompt_id,
        kind="assignment_reopen",
        subject=slot,
        actor=actor,
        before=AssignmentState.SUBMITTED,
        after=move.after,
        reason=reason,
        data={
            "pass": slot.pass_number,
            "token": slot.token + 1,
            "annotation": annotation.pk,
            "return_to": ReturnTo.SAME if same else ReturnTo.OTHER,
        },
    ).save()


def may_work(slot: Assignment, user_id: int) -> bool:
    """Tell whether a person is an annotator of a slot's project, is not paused, and may do its category."""
    members = Membership.objects.filter(project_id=slot.project_id, user_id=user_id, roles__role=RoleName.ANNOTATOR)
    members = members.filter(paused_at__isnull=True, user__is_active=True)
    shut_out = Expertise.objects.filter(membership=OuterRef("pk"), category=slot.category_id, state__in=SHUT_OUT)
    return members.filter(~Exists(shut_out)).exists()


def unsay(slot: Assignment, annotation: Annotation, *, withdrawn: bool = False) -> None:
    """Take what an annotation said out of what its author holds, and decisions on the same comparisons with it."""
    Annotation.objects.filter(pk=annotation.pk).update(current=False, withdrawn=withdrawn)
    DiscardMark.objects.filter(annotation=annotation).update(current=False)
    Comparison.objects.filter(annotation=annotation).update(current=False, final=False)
    decided = Comparison.objects.filter(prompt_id=slot.prompt_id, task_id=slot.task_id)
    decided.filter(kind=ComparisonKind.ADJUDICATION).update(current=False, final=False)
    task_touch(project_id=slot.project_id, task_id=slot.task_id)


def prompt_send_back(*, prompt: Prompt, actor: User | None, reason: str, action: str = "reject") -> None:
    """Move a prompt whose slots go back to be annotated; it has no agreement until they are in again."""
    finals_set(prompt=prompt)
    prompt_move(prompt=prompt, action=action, actor=actor, reason=reason, agreement=None, n_differing=None)


def batch_check(*, prompt: Prompt, stage: ReviewStage, annotators: Iterable[int]) -> None:
    """Send an annotator's whole batch back where the share of rejected annotations has passed the project's limit.

    Counted are the annotations that `stage` has reviewed in the prompt's top-level category since the person's last
    batch there. Call it after a verdict, inside its transaction.
    """
    project, category_id = prompt.project, prompt.category.root_pk
    for annotator_id in sorted(annotators):
        if not _over_limit(prompt, stage, annotator_id):
            continue
        # Two verdicts at once see each other here, so that one batch is not sent back twice.
        Membership.objects.select_for_update().filter(project=project, user_id=annotator_id).first()
        counts = _over_limit(prompt, stage, annotator_id)
        if counts is None:
            continue
        n_reviewed, n_rejected = counts
        batch = BatchReturn.objects.create(
            project=project,
            stage=stage,
            category_id=category_id,
            annotator_id=annotator_id,
            n_reviewed=n_reviewed,
            n_rejected=n_rejected,
        )
        event(
            project_id=project.pk,
            kind="batch_return",
            subject=batch,
            data={"stage": stage, "category": category_id, "n_reviewed": n_reviewed, "n_rejected": n_rejected},
        ).save()
        enqueue(BATCH_RETURN, batch.pk)


def _over_limit(prompt: Prompt, stage: ReviewStage, annotator_id: int) -> tuple[int, int] | None:
    """Return (reviewed, rejected) where the limit is passed, else None."""
    project = prompt.project
    n_reviewed, n_rejected = rejection_counts(project.pk, stage, prompt.category.root_pk, annotator_id)
    if n_rejected == 0 or n_reviewed < project.rejection_min or n_rejected / n_reviewed <= project.rejection_limit:
        return None
    return n_reviewed, n_rejected


def batch_return(*, batch_id: int) -> None:
    """Reopen what an annotator has of a batch in prompts under review, prompt by prompt.

    Starts again where it was interrupted; does nothing where another worker holds the batch or it is done.
    """
    worker = job_take(rows=batches_undone(), job_id=batch_id)
    if worker is None:
        return
    try:
        batch = BatchReturn.objects.select_related("project", "category").get(pk=batch_id)
        for prompt_id in _prompts_of(batch):
            _prompt_return(batch, prompt_id, worker)
        _finish(batch, worker)
    except JobTaken:
        logger.warning("Batch %s is no longer ours to send back.", batch_id)


def batches_undone() -> QuerySet[BatchReturn]:
    """Return the batches that have not all gone back yet."""
    return BatchReturn.objects.filter(done_at__isnull=True)


def _slots_of(batch: BatchReturn) -> QuerySet[Assignment]:
    """Return the slots to reopen: done before the batch was sent back, in prompts that are not accepted yet."""
    return Assignment.objects.filter(
        project_id=batch.project_id,
        category_id=batch.category_id,
        kind=AssignmentKind.WORK,
        state=AssignmentState.SUBMITTED,
        annotator_id=batch.annotator_id,
        prompt__state__in=IN_REVIEW,
        task__retired=False,
        annotations__current=True,
        annotations__created_at__lte=batch.created_at,
    )


def _prompts_of(batch: BatchReturn) -> list[int]:
    return list(_slots_of(batch).order_by("prompt_id").values_list("prompt_id", flat=True).distinct())


@transaction.atomic
def _prompt_return(batch: BatchReturn, prompt_id: int, worker: str) -> None:
    """Reopen the batch's slots of one prompt; a prompt that has left review meanwhile is left alone."""
    prompt = Prompt.objects.select_for_update(of=("self",)).select_related("project").get(pk=prompt_id)
    slots = list(_slots_of(batch).filter(prompt=prompt).order_by("id"))
    job_beat(rows=batches_undone(), job_id=batch.pk, worker=worker, n_returned=F("n_returned") + len(slots))
    if not slots:
        return
    reason = _("Too much of a sample of your work was rejected (%(n)d of %(of)d): the whole batch goes back.") % {
        "n": batch.n_rejected,
        "of": batch.n_reviewed,
    }
    for slot in slots:
        Rejection.objects.create(
            batch=batch,
            assignment=slot,
            annotation=Annotation.objects.get(assignment=slot, current=True),
            reason=reason,
            return_to=ReturnTo.SAME,
        )
        slot_reopen(slot=slot, actor=None, reason=reason, return_to=ReturnTo.SAME)
    reviews_withdraw(prompt=prompt, reason=reason)
    prompt_send_back(prompt=prompt, actor=None, reason=reason)


@transaction.atomic
def _finish(batch: BatchReturn, worker: str) -> None:
    """Mark a batch as done, and tell the annotator and the people who lead the stage."""
    job_beat(rows=batches_undone(), job_id=batch.pk, worker=worker, done_at=timezone.now())
    batch.refresh_from_db()
    data = {
        "category": batch.category.name,
        "n": batch.n_returned,
        "n_reviewed": batch.n_reviewed,
        "n_rejected": batch.n_rejected,
    }
    kind = NoticeKind.BATCH_RETURNED
    notify(users=[batch.annotator_id], project_id=batch.project_id, kind=kind, data=data)
    member = Membership.objects.filter(project_id=batch.project_id, user_id=batch.annotator_id).first()
    if member is not None:
        of_whom = {"person": member.pk, "pseudonym": member.pseudonym}
        leads = _leads(batch) - {batch.annotator_id}
        notify(users=leads, project_id=batch.project_id, kind=kind, data={**data, **of_whom})


def _leads(batch: BatchReturn) -> set[int]:
    roles = [STAGE_ROLES[ReviewStage(batch.stage)], RoleName.OWNER]
    rows = MembershipRole.objects.filter(membership__project_id=batch.project_id, role__in=roles)
    return set(rows.values_list("membership__user_id", flat=True))
