"""An annotator takes back what they submitted, as long as nobody else built on it (docs/decisions/0009)."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from annotate.domain.states import ASSIGNMENT_MOVES, AssignmentKind, AssignmentState, PromptState
from annotate.models import Annotation, Assignment, Probe, Project, Prompt, User
from annotate.permissions import Right
from annotate.problems import Conflict, Forbidden
from annotate.selectors.access import at_work_get, scoped_get
from annotate.selectors.withdrawals import submissions, why_kept
from annotate.services.events import event
from annotate.services.figures import day_touch
from annotate.services.review_moves import reviews_withdraw
from annotate.services.rework import may_work, prompt_send_back, unsay


@transaction.atomic
def assignment_withdraw(*, user: User, assignment_id: int) -> Assignment:
    """Give a person's submitted slot back into their hands, as it was shown; what was said there counts no more.

    A prompt that its slots had completed is annotated again. A second call returns the slot that the first gave back.
    Raises Forbidden (paused, not_qualified), or Conflict: not_submitted, reviewed, discussed, superseded, in_set.
    """
    slot = scoped_get(user, Assignment.objects.all(), assignment_id, Right.ANNOTATE)
    # Before the prompt's row, as whoever freezes a set takes them: none begins on the prompt while it is taken back.
    project = Project.objects.select_for_update(no_key=True).get(pk=slot.project_id)
    # As in a submission and in a review, so that of a reviewer and an annotator who come at once one finds it moved.
    # Not its key: whoever ends a lease holds the slot's row while a new line of the log refers to the prompt.
    rows = Prompt.objects.select_for_update(of=("self",), no_key=True).select_related("project", "category")
    prompt = rows.get(pk=slot.prompt_id)
    at_work_get(user, slot.project_id)
    slot = Assignment.objects.select_related("task").get(pk=slot.pk)
    until = timezone.now() + timedelta(minutes=project.lease_minutes)
    if not _renewed(user, slot, until):
        said = _taken_back(user, slot)
        _move(user, slot, said, until)
        _unsay(user, slot, said, prompt)
    slot.refresh_from_db()
    return slot


def _renewed(user: User, slot: Assignment, until: datetime) -> bool:
    """Extend the lease of a slot that its person took back before and still holds; tell whether it was one."""
    if slot.state != AssignmentState.LEASED or slot.annotator_id != user.pk:
        return False
    last = Annotation.objects.filter(assignment=slot, annotator=user).order_by("-id").first()
    if last is None or not last.withdrawn:
        return False
    # A lease that runs out just now ends without the prompt's lock.
    rows = Assignment.objects.filter(pk=slot.pk, state=AssignmentState.LEASED, annotator=user, token=slot.token)
    return rows.update(lease_expires_at=until) == 1


def _taken_back(user: User, slot: Assignment) -> Annotation:
    """Return what a person said in a slot, if they may take it back."""
    said = submissions(user).filter(assignment=slot).order_by("-id").first()
    if said is None:
        raise Conflict("not_submitted", _("You have not submitted this task."))
    why = why_kept(said)
    if why is not None:
        raise Conflict(why, _refusals()[why])
    if not may_work(slot, user.pk):
        raise Forbidden("not_qualified", _("You do no tasks of this category any more."))
    return said


def _refusals() -> dict[str, str]:
    return {
        "reviewed": _("This task has been reviewed; it can no longer be taken back."),
        "discussed": _("This prompt is or was discussed; change your verdicts in the discussion."),
        "superseded": _("This task went on without this submission; it can no longer be taken back."),
        "in_set": _("This prompt is part of a preference set; it can no longer be taken back."),
    }


def _move(user: User, slot: Assignment, said: Annotation, until: datetime) -> None:
    """Move a slot back to its person, shown as before and first in their queue, since `leased_at` stays."""
    move = ASSIGNMENT_MOVES["withdraw"]
    rows = Assignment.objects.filter(pk=slot.pk, state__in=move.before, annotator=user, token=slot.token)
    if rows.update(state=move.after, token=F("token") + 1, lease_expires_at=until) != 1:
        raise Conflict("superseded", _refusals()["superseded"])
    event(
        project_id=slot.project_id,
        prompt_id=slot.prompt_id,
        kind="assignment_withdraw",
        subject=slot,
        actor=user,
        before=slot.state,
        after=move.after,
        data={"pass": slot.pass_number, "token": slot.token + 1, "annotation": said.pk},
    ).save()


def _unsay(user: User, slot: Assignment, said: Annotation, prompt: Prompt) -> None:
    """Take what was said out of everything that counts it."""
    if slot.kind != AssignmentKind.WORK:
        _unmeasure(slot, said)
        return
    unsay(slot, said, withdrawn=True)
    # What a person said again is no longer compared with this.
    for at in Probe.objects.filter(repeats=said, answered_at__isnull=False).values_list("answered_at", flat=True):
        day_touch(project_id=slot.project_id, at=at)
    if prompt.state != PromptState.ANNOTATING:
        reviews_withdraw(prompt=prompt)
        prompt_send_back(prompt=prompt, actor=user, reason="", action="withdraw")


def _unmeasure(slot: Assignment, said: Annotation) -> None:
    Annotation.objects.filter(pk=said.pk).update(current=False, withdrawn=True)
    probe = Probe.objects.get(assignment=slot)
    for at in (probe.answered_at, said.created_at):
        day_touch(project_id=slot.project_id, at=at)
    Probe.objects.filter(pk=probe.pk).update(n_same=None, n_comparisons=None, answered_at=None)
