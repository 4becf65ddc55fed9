"""Disagreements before the reviewers: the queues, one prompt's dispute, and what each vote does to a ranking."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, Min, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from annotate.domain.cycles import short_cycles
from annotate.domain.effects import Effect, vote_effects
from annotate.domain.graph import preference_graph
from annotate.domain.states import ESCALATED, IN_REVIEW, PromptState, ReviewKind, ReviewStage, ReviewState
from annotate.models import (
    Decision,
    DiscardMark,
    Discussion,
    DiscussionMessage,
    Event,
    Guideline,
    Prompt,
    Review,
    Seat,
    User,
)
from annotate.permissions import Right, allowed, stages_of
from annotate.problems import Forbidden
from annotate.selectors.access import project_get, roles_of, scoped_get
from annotate.selectors.categories import guidelines_nearest
from annotate.selectors.prompts import (
    PromptRecord,
    Standing,
    in_category,
    own_work_hidden,
    record_of,
    said_of,
    sees_data,
    standing,
    visible,
)
from annotate.selectors.remarks import Remark, remarks_of, words_held

# The states in which a prompt waits for people who are not its annotators, with the stage that they belong to.
WAITING = {
    PromptState.DISCUSSION: None,
    **dict(zip(ESCALATED, ReviewStage, strict=True)),
    **dict(zip(IN_REVIEW, ReviewStage, strict=True)),
}
NOT_YET = (PromptState.IMPORTED, PromptState.AWAITING_RESPONSES, PromptState.ANNOTATING, PromptState.GOLD)


def escalated_stage(state: str) -> ReviewStage | None:
    """Return the stage that a prompt is escalated to, None in any other state."""
    return WAITING[PromptState(state)] if state in ESCALATED else None


def dispute_rows(
    user: User, project_id: int, *, stage: str = "", category_path: list[str] | None = None
) -> QuerySet[Prompt]:
    """Return the prompts escalated to the stages of a person, or to one of them; none that the person annotated."""
    mine = stages_of(roles_of(user, project_id))
    states = [state for state in ESCALATED if WAITING[state] in mine and stage in ("", WAITING[state])]
    rows = visible(project_id).filter(state__in=states).select_related("category")
    if category_path:
        rows = in_category(rows, category_path)
    return rows.filter(~Exists(Seat.objects.filter(prompt=OuterRef("pk"), annotator=user)))


def escalation_reasons(prompts: Iterable[Prompt]) -> dict[int, str]:
    """Return {prompt: why it was last escalated}."""
    rows = Event.objects.filter(prompt__in=list(prompts), kind__startswith="prompt_escalate_to_").order_by("id")
    return dict(rows.values_list("prompt_id", "reason"))


@dataclass(frozen=True, slots=True)
class DisputeRecord:
    """A prompt with all that a decision about it needs."""

    record: PromptRecord
    standing: Standing
    remarks: list[Remark]
    marks: list[DiscardMark]
    decisions: list[Decision]
    discussion: Discussion | None
    messages: list[DiscussionMessage]
    guideline: Guideline | None
    reason: str
    may_decide: bool
    may_escalate: bool


def dispute_record(user: User, prompt_id: int) -> DisputeRecord:
    """Return the dispute of a prompt to a reviewer who did not annotate it.

    It is closed while the prompt is annotated, and to reviewers while it is in review, who shall judge it by itself.
    """
    rows = Prompt.objects.exclude(state=PromptState.STAGED).select_related("category", "project")
    prompt = scoped_get(user, rows, prompt_id, Right.SETTLE)
    open_to_reviewers(user, prompt)
    discussion = prompt.discussions.order_by("id").last()
    mine = escalated_stage(prompt.state) in stages_of(roles_of(user, prompt.project_id))
    record = record_of(prompt, measures=False)
    return DisputeRecord(
        record=record,
        standing=standing(prompt),
        remarks=remarks_of(prompt, words_held(record.comparisons), record.responses),
        marks=list(DiscardMark.objects.filter(prompt=prompt, current=True).order_by("id")),
        decisions=list(prompt.decisions.prefetch_related("comparisons", "amendments").order_by("id")),
        discussion=discussion,
        messages=list(discussion.messages.order_by("id")) if discussion else [],
        guideline=guidelines_nearest([prompt.category]).get(prompt.category_id),
        reason=escalation_reasons([prompt]).get(prompt.pk, ""),
        may_decide=mine,
        may_escalate=mine and prompt.state != PromptState.ESCALATED_RESEARCH,
    )


def open_to_reviewers(user: User, prompt: Prompt) -> None:
    """Raise Forbidden for own work, for unfinished work, and for what is in review."""
    if prompt.seats.filter(annotator=user).exists():
        raise Forbidden("own_work", _("You annotated this prompt; somebody else must settle it."))
    if prompt.state in NOT_YET:
        raise Forbidden("not_complete", _("This prompt is still being annotated."))
    if prompt.state in IN_REVIEW and not sees_data(user, prompt.project_id):
        raise Forbidden("in_review", _("This prompt is in review; its record opens when the review is done."))


def newest_decision(prompt: Prompt) -> int:
    """Return the id of the decision recorded last on a prompt that has one."""
    return prompt.decisions.order_by("-id").values_list("pk", flat=True)[:1].get()


@dataclass(frozen=True, slots=True)
class PromptEffects:
    """A prompt's ranking, and for each final comparison the ranking that would be without it, in the same order."""

    record: PromptRecord
    effects: list[Effect[int]]
    cycles: list[tuple[int, ...]]


def prompt_effects(user: User, prompt_id: int) -> PromptEffects:
    """Return what each vote does to a prompt's ranking, to researchers, and to reviewers who did not annotate it."""
    rows = Prompt.objects.exclude(state=PromptState.STAGED).select_related("category", "project")
    prompt = scoped_get(user, rows, prompt_id, Right.SEE)
    if sees_data(user, prompt.project_id):
        own_work_hidden(user, prompt)
    elif allowed(roles_of(user, prompt.project_id), Right.SETTLE):
        open_to_reviewers(user, prompt)
    else:
        raise Forbidden("forbidden", _("Your role in this project does not allow this."))
    record = record_of(prompt, measures=False)
    nodes = [row.pk for row in record.responses if not row.discarded]
    said = said_of(row for row in record.comparisons if row.final)
    return PromptEffects(record, vote_effects(nodes, said), short_cycles(preference_graph(nodes, said)))


@dataclass(frozen=True, slots=True)
class Queue:
    """How many prompts wait in one state, since when, and whether for this person."""

    name: str
    stage: ReviewStage | None
    count: int
    oldest: object
    mine: bool


def queues(user: User, project_id: int) -> list[Queue]:
    """Return every queue of a project in the order of the flow, empty ones too.

    A person's own waiting gold reviews are counted with the others, from which nobody can tell them.
    """
    project_get(user, project_id, Right.SEE_FIGURES)
    mine = stages_of(roles_of(user, project_id))
    rows = Prompt.objects.filter(project_id=project_id, state__in=list(WAITING)).values_list("state")
    found = {state: (n, oldest) for state, n, oldest in rows.annotate(n=Count("id"), oldest=Min("state_at")).order_by()}
    gold = Review.objects.filter(
        project_id=project_id,
        kind=ReviewKind.GOLD,
        state=ReviewState.WAITING,
        reserved_for=user,
        opened_at__lte=timezone.now(),
    ).values_list("stage")
    for stage, n, oldest in gold.annotate(n=Count("id"), oldest=Min("opened_at")).order_by():
        name = f"{stage}_review"
        count, since = found.get(name, (0, oldest))
        found[name] = (count + n, min(since, oldest))
    empty = (0, None)
    return [
        Queue(state, stage, *found.get(state, empty), mine=stage is not None and stage in mine)
        for state, stage in WAITING.items()
    ]
