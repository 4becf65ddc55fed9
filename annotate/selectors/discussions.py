"""Alignment discussions: who takes part, what one person has to discuss, and one discussion in full."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, Max, OuterRef, QuerySet
from django.utils.translation import gettext as _

from annotate.domain.states import AssignmentKind, DiscussionState, PromptState
from annotate.models import (
    Annotation,
    Comparison,
    DiscardMark,
    Discussion,
    DiscussionMessage,
    Guideline,
    Prompt,
    Response,
    Seat,
    User,
)
from annotate.permissions import Right, allowed
from annotate.problems import Forbidden, NotFound
from annotate.selectors.access import project_get, pseudonyms, roles_of, scoped_get
from annotate.selectors.categories import guidelines_nearest
from annotate.selectors.disputes import open_to_reviewers
from annotate.selectors.prompts import HeldVerdict, Key, Standing, standing, verdicts_held
from annotate.selectors.remarks import Remark, remarks_of, words_held


def current_work(prompt_id: int) -> QuerySet[Annotation]:
    """Return what annotators hold of a prompt's tasks now; what merely measures them is not among it."""
    return Annotation.objects.filter(
        assignment__prompt_id=prompt_id, assignment__kind=AssignmentKind.WORK, current=True
    )


def participants(prompt_id: int) -> dict[int, int]:
    """Return {user: pass} of those who have a seat in a prompt and work in it that counts."""
    authors = current_work(prompt_id).values("annotator")
    rows = Seat.objects.filter(prompt_id=prompt_id, annotator__in=authors).order_by("pass_number", "annotator_id")
    return dict(rows.values_list("annotator_id", "pass_number"))


def discussion_rows(user: User, project_id: int, *, closed: bool) -> QuerySet[Discussion]:
    """Return the open discussions that a person takes part in, or the last of each prompt where it is closed."""
    project_get(user, project_id, Right.DISCUSS)
    work = current_work(OuterRef("prompt_id")).filter(annotator=user)  # type: ignore[arg-type]  # a column, not an id
    rows = Discussion.objects.filter(prompt__project_id=project_id, prompt__seats__annotator=user)
    rows = rows.filter(Exists(work)).select_related("prompt", "prompt__category")
    if closed:
        later = Discussion.objects.filter(prompt=OuterRef("prompt"), pk__gt=OuterRef("pk"))
        return rows.exclude(state=DiscussionState.OPEN).filter(~Exists(later))
    return rows.filter(state=DiscussionState.OPEN)


def turns(user: User, discussions: list[Discussion]) -> set[int]:
    """Return the ids of the discussions in which the others spoke or revised last, or nobody has yet."""
    mine: dict[int, datetime] = {}
    theirs: dict[int, datetime] = {}
    said = DiscussionMessage.objects.filter(discussion__in=discussions).annotate(prompt=F("discussion__prompt_id"))
    revised = Comparison.objects.filter(prompt__in=[row.prompt_id for row in discussions], revises__isnull=False)
    rows: list[tuple[Any, ...]] = [
        *said.values_list("prompt", "author").annotate(at=Max("created_at")).order_by(),
        *revised.values_list("prompt", "author").annotate(at=Max("created_at")).order_by(),
    ]
    for prompt, author, at in rows:
        last = mine if author == user.pk else theirs
        last[prompt] = max(at, last.get(prompt, at))
    return {
        row.pk
        for row in discussions
        if row.prompt_id not in mine or mine[row.prompt_id] < theirs.get(row.prompt_id, mine[row.prompt_id])
    }


@dataclass(frozen=True, slots=True)
class DiscussionRecord:
    """One discussion with all that its people need. `people` maps users to passes, `names` to pseudonyms."""

    prompt: Prompt
    discussion: Discussion
    me: User
    people: dict[int, int]
    names: dict[int, str]
    responses: list[Response]
    verdicts: dict[Key, list[HeldVerdict]]
    standing: Standing
    remarks: list[Remark]
    marks: list[DiscardMark]
    seen: set[int]
    messages: list[DiscussionMessage]
    guideline: Guideline | None

    @property
    def is_open(self) -> bool:
        """Tell whether the discussion still goes on."""
        return self.discussion.state == DiscussionState.OPEN

    def may_mark(self, response_id: int) -> bool:
        """Tell whether this person may mark a response as garbage for their pass, or take their mark back."""
        number = self.people.get(self.me.pk)
        of_pass = [mark for mark in self.marks if mark.response_id == response_id and mark.pass_number == number]
        free = not of_pass or any(mark.author_id == self.me.pk for mark in of_pass)
        return self.is_open and free and response_id in self.seen


def discussion_record(user: User, prompt_id: int) -> DiscussionRecord:
    """Return the last discussion of a prompt to its people, and to reviewers who did not annotate it, to read.

    Raises NotFound for prompts without one and for annotators who have no part in it.
    """
    rows = Prompt.objects.exclude(state=PromptState.STAGED).select_related("project", "category")
    prompt = scoped_get(user, rows, prompt_id, Right.DISCUSS)
    people = participants(prompt_id)
    discussion = discussion_of(user, prompt, people)
    comparisons = list(Comparison.objects.filter(prompt=prompt).select_related("annotation").order_by("id"))
    responses = list(prompt.responses.order_by("ring_index"))
    return DiscussionRecord(
        prompt=prompt,
        discussion=discussion,
        me=user,
        people=people,
        names=pseudonyms(prompt.project_id),
        responses=responses,
        verdicts=verdicts_held(comparisons),
        standing=standing(prompt),
        remarks=remarks_of(prompt, words_held(comparisons), responses),
        marks=list(DiscardMark.objects.filter(prompt=prompt, current=True).order_by("id")),
        seen=responses_seen(user, prompt_id),
        messages=list(discussion.messages.order_by("id")),
        guideline=guidelines_nearest([prompt.category]).get(prompt.category_id),
    )


def discussion_of(user: User, prompt: Prompt, people: dict[int, int]) -> Discussion:
    """Return a prompt's last discussion if a person may read it.

    Raises NotFound, or Forbidden while the prompt is annotated again, and to reviewers while it is in review.
    """
    settles = allowed(roles_of(user, prompt.project_id), Right.SETTLE)
    seated = prompt.seats.filter(annotator=user).exists()
    discussion = prompt.discussions.order_by("id").last()
    if discussion is None or (user.pk not in people and (seated or not settles)):
        raise NotFound("not_found", _("There is no such thing, or you may not see it."))
    if user.pk not in people:
        open_to_reviewers(user, prompt)
    if prompt.state == PromptState.ANNOTATING:
        raise Forbidden("not_complete", _("This prompt is still being annotated."))
    return discussion


def responses_seen(user: User, prompt_id: int) -> set[int]:
    """Return the responses of a prompt that a person's work is about."""
    shown = current_work(prompt_id).filter(annotator=user).values_list("display_order", flat=True)
    return {response for order in shown for response in order}
