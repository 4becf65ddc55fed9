"""Alignment discussions (PROTOCOL 5): messages, revisions of own verdicts, and handing on what stays unresolved."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from annotate.domain.states import (
    ComparisonKind,
    DiscussionState,
    NoticeKind,
    PromptState,
    ReviewStage,
    RoleName,
)
from annotate.models import (
    Comparison,
    DiscardMark,
    Discussion,
    DiscussionMessage,
    MembershipRole,
    Project,
    Prompt,
    User,
)
from annotate.permissions import STAGE_ROLES, Right
from annotate.problems import Conflict, Forbidden, Invalid, NotFound
from annotate.selectors.access import at_work_get, scoped_get
from annotate.selectors.discussions import current_work, discussion_of, participants
from annotate.selectors.prompts import decided_discards, decided_verdicts, standing
from annotate.services.decisions import stage_to_settle
from annotate.services.discards import prompt_discards
from annotate.services.events import event
from annotate.services.figures import day_touch
from annotate.services.moves import discussion_close, finals_set, prompt_move
from annotate.services.notices import notify
from annotate.services.pairs import smaller_first
from annotate.services.prompts import aligned, prompt_settle

OVERDUE = "overdue"
BATCH = 200
# Where a disagreement goes next.
NEXT = {
    PromptState.DISCUSSION: ReviewStage.DELIVERY,
    PromptState.ESCALATED_DELIVERY: ReviewStage.OPERATIONS,
    PromptState.ESCALATED_OPERATIONS: ReviewStage.RESEARCH,
}


@dataclass(frozen=True, slots=True)
class Place:
    """What a message is about: a comparison of a task, one response, or (nothing given) the whole."""

    task: int | None = None
    response_a: int | None = None
    response_b: int | None = None


@dataclass(frozen=True, slots=True)
class Standpoint:
    """How the passes of a prompt stand after a revision."""

    agreement: float | None
    state: str
    differing: int


def _locked(user: User, prompt_id: int) -> Prompt:
    """Return a prompt of a project in which the person may discuss, its row locked."""
    scoped_get(user, Prompt.objects.exclude(state=PromptState.STAGED), prompt_id, Right.DISCUSS)
    return Prompt.objects.select_for_update(of=("self",)).select_related("project", "category").get(pk=prompt_id)


def _joined(user: User, prompt: Prompt) -> Discussion:
    """Return the open discussion of a locked prompt if the person takes part in it.

    Raises NotFound, Forbidden (not_participant, paused) or Conflict (discussion_closed).
    """
    people = participants(prompt.pk)
    discussion = discussion_of(user, prompt, people)
    if user.pk not in people:
        raise Forbidden("not_participant", _("Only the people of the passes take part in a discussion."))
    at_work_get(user, prompt.project_id)
    if discussion.state != DiscussionState.OPEN:
        raise Conflict("discussion_closed", _("This discussion is closed."))
    return discussion


@transaction.atomic
def message_post(
    *, user: User, prompt_id: int, text: str, parent_id: int | None = None, place: Place | None = None
) -> DiscussionMessage:
    """Say something in the open discussion of a prompt, or reply to a message of it; the others are told.

    Raises Invalid (blank, foreign_message, foreign_task, foreign_response), Conflict (already_posted) for one's last
    message sent twice, and what keeps a person from taking part.
    """
    prompt = _locked(user, prompt_id)
    discussion = _joined(user, prompt)
    if not text.strip():
        raise Invalid("blank", _("A message cannot be empty."))
    place = place or Place()
    _check_place(prompt, discussion, parent_id, place)
    values = {
        "parent_id": parent_id,
        "task_id": place.task,
        "response_a_id": place.response_a,
        "response_b_id": place.response_b,
        "text": text.strip(),
    }
    last = discussion.messages.filter(author=user).order_by("id").last()
    if last is not None and all(getattr(last, name) == value for name, value in values.items()):
        raise Conflict("already_posted", _("You have just sent this message."))
    message = DiscussionMessage.objects.create(discussion=discussion, author=user, **values)
    notify(
        users=participants(prompt.pk).keys() - {user.pk},
        project_id=prompt.project_id,
        kind=NoticeKind.DISCUSSION_REPLY,
        prompt_id=prompt.pk,
        data={"number": prompt.pk},
    )
    return message


def _check_place(prompt: Prompt, discussion: Discussion, parent_id: int | None, place: Place) -> None:
    if parent_id is not None and not discussion.messages.filter(pk=parent_id).exists():
        raise Invalid("foreign_message", _("The message you reply to is not part of this discussion."))
    if place.task is not None and not prompt.tasks.filter(pk=place.task).exists():
        raise Invalid("foreign_task", _("The task is not one of this prompt."))
    named = {pk for pk in (place.response_a, place.response_b) if pk is not None}
    if prompt.responses.filter(pk__in=named).count() != len(named):
        raise Invalid("foreign_response", _("A response is named that is not one of this prompt."))


@transaction.atomic
def verdict_revise(
    *, user: User, prompt_id: int, task: int, response_a: int, response_b: int, verdict: str
) -> Standpoint:
    """Replace one's own verdict on a comparison; the old one is kept. The discussion closes once the passes agree.

    Saying again what one holds changes nothing. Raises NotFound where the prompt has no such comparison, Forbidden
    (not_yours), Conflict (response_discarded, already_decided), and what keeps a person from taking part.
    """
    prompt = _locked(user, prompt_id)
    _joined(user, prompt)
    a, b, said = smaller_first(response_a, response_b, verdict)
    old = _own_comparison(user, prompt, (task, a, b))
    if old.verdict == said:
        return _standpoint(prompt)
    Comparison.objects.filter(pk=old.pk).update(current=False, final=False)
    new = Comparison.objects.create(
        prompt=prompt,
        task_id=task,
        annotation_id=old.annotation_id,
        response_a_id=a,
        response_b_id=b,
        verdict=said,
        kind=ComparisonKind.HUMAN,
        author=user,
        pass_number=old.pass_number,
        position_a=old.position_a,
        position_b=old.position_b,
        revises=old,
    )
    event(
        project_id=prompt.project_id,
        prompt_id=prompt.pk,
        kind="comparison_revise",
        subject=new,
        actor=user,
        before=old.verdict,
        after=said,
        data={"task": task, "response_a": a, "response_b": b, "pass": old.pass_number, "revises": old.pk},
    ).save()
    if old.annotation is not None:
        day_touch(project_id=prompt.project_id, at=old.annotation.created_at)
    return _reconsider(prompt, user)


def _own_comparison(user: User, prompt: Prompt, key: tuple[int, int, int]) -> Comparison:
    """Return what the person holds of a comparison, if they may still revise it."""
    task, a, b = key
    rows = Comparison.objects.filter(prompt=prompt, kind=ComparisonKind.HUMAN, current=True)
    rows = rows.filter(task_id=task, response_a_id=a, response_b_id=b)
    own = rows.filter(author=user).select_related("response_a", "response_b", "annotation").first()
    if own is None and rows.exists():
        raise Forbidden("not_yours", _("You can revise only your own verdicts."))
    if own is None:
        raise NotFound("not_found", _("There is no such thing, or you may not see it."))
    if own.response_a.discarded or own.response_b.discarded:
        raise Conflict("response_discarded", _("The response has been discarded."))
    if key in decided_verdicts(prompt):
        raise Conflict("already_decided", _("A reviewer has decided this comparison."))
    return own


@transaction.atomic
def discard_revise(*, user: User, prompt_id: int, response_id: int, marked: bool) -> Standpoint:
    """Mark a response as garbage for one's pass, or take back one's own mark.

    What every pass marks is discarded at once. Raises NotFound for responses that the person has not annotated,
    Conflict (response_discarded, already_decided), Forbidden (not_yours), and what keeps a person from taking part.
    """
    prompt = _locked(user, prompt_id)
    _joined(user, prompt)
    response = prompt.responses.filter(pk=response_id).first()
    own = current_work(prompt.pk).filter(annotator=user).select_related("assignment").order_by("id")
    annotation = next((row for row in reversed(own) if response_id in row.display_order), None)
    if response is None or annotation is None:
        raise NotFound("not_found", _("There is no such thing, or you may not see it."))
    if response.discarded:
        raise Conflict("response_discarded", _("The response has been discarded."))
    if response_id in decided_discards(prompt):
        raise Conflict("already_decided", _("A reviewer has decided whether this response is discarded."))
    number = annotation.assignment.pass_number
    assert number is not None  # the database gives every work slot a pass
    marks = DiscardMark.objects.filter(prompt=prompt, response=response, pass_number=number, current=True)
    if marks.exists() == marked:
        return _standpoint(prompt)
    if marked:
        DiscardMark.objects.create(
            prompt=prompt, response=response, pass_number=number, author=user, annotation=annotation
        )
    elif marks.filter(author=user).update(current=False) == 0:
        raise Forbidden("not_yours", _("Somebody else of your pass marked this response."))
    event(
        project_id=prompt.project_id,
        prompt_id=prompt.pk,
        kind="discard_revise",
        subject=response,
        actor=user,
        before="" if marked else "marked",
        after="marked" if marked else "",
        data={"pass": number},
    ).save()
    prompt_discards(prompt=prompt, actor=user)
    return _reconsider(prompt, user)


def _reconsider(prompt: Prompt, actor: User) -> Standpoint:
    """Note how the passes stand now, and settle the prompt if they agree."""
    if prompt.state == PromptState.DISCUSSION:
        finals_set(prompt=prompt)
        held = standing(prompt)
        columns: dict[str, Any] = {"agreement": held.rate, "n_differing": len(held.differing)}
        if aligned(prompt, held):
            discussion_close(prompt=prompt, action="agree", actor=actor)
            prompt_settle(prompt=prompt, action="align", actor=actor, **columns)
        else:
            Prompt.objects.filter(pk=prompt.pk).update(**columns)
            prompt.agreement, prompt.n_differing = held.rate, len(held.differing)
    return _standpoint(prompt)


def _standpoint(prompt: Prompt) -> Standpoint:
    return Standpoint(agreement=prompt.agreement, state=prompt.state, differing=prompt.n_differing or 0)


@transaction.atomic
def prompt_escalate(*, user: User, prompt_id: int, reason: str) -> Prompt:
    """Hand a disagreement on with a reason: its people from the discussion, a reviewer from their own stage.

    Raises Invalid (reason_required), Conflict (discussion_closed, last_stage, already_decided), Forbidden and NotFound.
    """
    prompt = _locked(user, prompt_id)
    if prompt.state == PromptState.DISCUSSION or user.pk in participants(prompt.pk):
        _joined(user, prompt)
    else:
        scoped_get(user, Prompt.objects.all(), prompt_id, Right.SETTLE)
        stage_to_settle(user, prompt)
    if not reason.strip():
        raise Invalid("reason_required", _("Say why you hand this on."))
    if prompt.state not in NEXT:
        raise Conflict("last_stage", _("Research has the last word; there is no further stage."))
    _escalate(prompt, user, reason.strip())
    return prompt


def _escalate(prompt: Prompt, actor: User | None, reason: str) -> None:
    """Move a prompt one stage on and tell the people of that stage, or the owners where it has none."""
    stage = NEXT[PromptState(prompt.state)]
    prompt_move(prompt=prompt, action=f"escalate_to_{stage}", actor=actor, reason=reason)
    discussion_close(prompt=prompt, action="escalate", actor=actor)
    seated = set(prompt.seats.values_list("annotator", flat=True))
    members = MembershipRole.objects.filter(membership__project=prompt.project_id)
    people = members.filter(role=STAGE_ROLES[stage])
    users = people if people.exists() else members.filter(role=RoleName.OWNER)
    notify(
        users=set(users.values_list("membership__user", flat=True)) - seated,
        project_id=prompt.project_id,
        kind=NoticeKind.ESCALATION,
        prompt_id=prompt.pk,
        data={"number": prompt.pk, "stage": stage, "reason": reason},
    )


def discussions_escalate() -> int:
    """Hand on every disagreement whose time at its stage has run out; return how many.

    Each in its own transaction, which looks again under the prompt's lock: two workers never move one twice.
    """
    now = timezone.now()
    overdue = Discussion.objects.filter(state=DiscussionState.OPEN, due_at__lte=now).order_by("due_at", "id")
    n_moved = sum(
        _escalate_overdue(prompt_id, _discussion_overdue)
        for prompt_id in overdue.values_list("prompt", flat=True)[:BATCH]
    )
    for project in Project.objects.all():
        since = now - timedelta(hours=project.escalation_hours)
        waiting = Prompt.objects.filter(project=project, state__in=list(NEXT)[1:], state_at__lte=since)
        keys = list(waiting.order_by("state_at", "id").values_list("pk", flat=True)[:BATCH])
        n_moved += sum(_escalate_overdue(prompt_id, _stage_overdue) for prompt_id in keys)
    return n_moved


@transaction.atomic
def _escalate_overdue(prompt_id: int, overdue: Callable[[Prompt], bool]) -> int:
    prompt = Prompt.objects.select_for_update(of=("self",)).select_related("project").get(pk=prompt_id)
    if not overdue(prompt):
        return 0
    _escalate(prompt, None, OVERDUE)
    return 1


def _discussion_overdue(prompt: Prompt) -> bool:
    due = prompt.discussions.filter(state=DiscussionState.OPEN, due_at__lte=timezone.now())
    return prompt.state == PromptState.DISCUSSION and due.exists()


def _stage_overdue(prompt: Prompt) -> bool:
    since = timezone.now() - timedelta(hours=prompt.project.escalation_hours)
    return prompt.state in list(NEXT)[1:] and prompt.state_at <= since
