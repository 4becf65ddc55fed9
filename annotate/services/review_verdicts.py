"""A reviewer's three verdicts: approve, reject, overrule. On a gold review they move nothing, and answer the same."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from annotate.domain.states import NoticeKind, ReviewKind, ReviewStage, ReviewState, Verdict
from annotate.models import Annotation, Decision, Prompt, Rejection, Response, Review, User
from annotate.problems import Conflict, Invalid
from annotate.selectors.access import at_work_get
from annotate.selectors.delivered import delivered
from annotate.selectors.prompts import Key
from annotate.selectors.reviews import Shown, Slot, review_get, seated, shown_of
from annotate.services.decisions import comparisons_decide
from annotate.services.moves import prompt_rank
from annotate.services.notices import notify
from annotate.services.pairs import smaller_first
from annotate.services.review_moves import review_move, review_problem
from annotate.services.reviews import prompt_route
from annotate.services.rework import batch_check, prompt_send_back, slot_reopen


@dataclass(frozen=True, slots=True)
class Span:
    """Characters of a response's text as it is delivered, end exclusive."""

    response: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Refused:
    """One slot that must be done again; where `reason` is empty the rejection's own holds."""

    task: int
    pass_number: int
    reason: str
    spans: list[Span]


@dataclass(frozen=True, slots=True)
class Overruled:
    """The verdict given on one comparison of one task in place of what stands."""

    task: int
    response_a: int
    response_b: int
    verdict: str


@transaction.atomic
def review_approve(*, user: User, handle: int, note: str = "") -> Review:
    """Approve what a review shows; its prompt goes on to the next stage that drew it, or is accepted.

    Raises NotFound, Forbidden or Conflict (own_work, already_reviewed, withdrawn), as the other verdicts do.
    """
    review = _review_take(user, handle)
    review_move(review=review, action="approve", actor=user, reason=note.strip())
    if review.kind == ReviewKind.WORK:
        _go_on(review, user, shown_of(review))
    return review


@transaction.atomic
def review_overrule(*, user: User, handle: int, verdicts: Iterable[Overruled], reason: str, clause: str = "") -> Review:
    """Put `verdicts` in place of those that stand, rank the prompt again, and go on as after an approval.

    Raises Invalid (reason_required, nothing_named, named_twice, not_compared) on top of what review_approve raises.
    """
    review = _review_take(user, handle)
    shown = shown_of(review)
    given = _verdicts_checked(review.prompt, shown, verdicts)
    reason = _reason_checked(reason)
    review_move(review=review, action="overrule", actor=user, reason=reason)
    if review.kind == ReviewKind.WORK:
        decision = Decision.objects.create(
            prompt=review.prompt, decider=user, reason=reason, clause=clause.strip(), stage=review.stage
        )
        comparisons_decide(prompt=review.prompt, decision=decision, verdicts=given)
        prompt_rank(prompt=review.prompt)
        _go_on(review, user, shown)
    return review


@transaction.atomic
def review_reject(*, user: User, handle: int, reason: str, return_to: str, slots: Iterable[Refused]) -> Review:
    """Send just the named slots back, to whoever did them or to others; the prompt waits until they are done again.

    Raises Invalid (reason_required, nothing_named, named_twice, no_such_slot, bad_span) on top of what review_approve
    raises.
    """
    review = _review_take(user, handle)
    shown = shown_of(review)
    refused = _slots_checked(shown, slots)
    spans = _spans_checked(review.prompt, shown, refused)
    reason = _reason_checked(reason)
    review_move(review=review, action="reject", actor=user, reason=reason)
    if review.kind == ReviewKind.WORK:
        for key, item in refused.items():
            annotation, why = shown.slots[key], item.reason.strip() or reason
            Rejection.objects.create(
                review=review,
                assignment=annotation.assignment,
                annotation=annotation,
                reason=why,
                spans=spans[key],
                return_to=return_to,
            )
            slot_reopen(slot=annotation.assignment, actor=user, reason=why, return_to=return_to)
        prompt_send_back(prompt=review.prompt, actor=user, reason=reason)
        _tell(review, [shown.slots[key] for key in refused], return_to)
        _batches(review, shown)
    return review


def _review_take(user: User, handle: int) -> Review:
    """Return a waiting review for its verdict, its prompt locked, so that of two reviewers one finds it closed."""
    review = review_get(user, handle)
    if seated(user, review.prompt):
        raise Conflict("own_work", _("You annotated this prompt; somebody else must review it."))
    at_work_get(user, review.project_id)
    if review.kind == ReviewKind.WORK:
        prompts = Prompt.objects.select_for_update(of=("self",)).select_related("project", "category")
        review.prompt = prompts.get(pk=review.prompt_id)
    review.state = Review.objects.values_list("state", flat=True).get(pk=review.pk)
    if review.state != ReviewState.WAITING:
        raise review_problem(review)
    return review


def _go_on(review: Review, user: User, shown: Shown) -> None:
    prompt_route(prompt=review.prompt, after=ReviewStage(review.stage), actor=user, reason=review.reason)
    _batches(review, shown)


def _batches(review: Review, shown: Shown) -> None:
    annotators = {annotation.annotator_id for annotation in shown.annotations.values()}
    batch_check(prompt=review.prompt, stage=ReviewStage(review.stage), annotators=annotators)


def _tell(review: Review, annotations: list[Annotation], return_to: str) -> None:
    """Leave one notice for everybody whose work was rejected, however many slots it was."""
    counts: dict[int, int] = {}
    for annotation in annotations:
        counts[annotation.annotator_id] = counts.get(annotation.annotator_id, 0) + 1
    for user_id, n in counts.items():
        data = {"category": review.prompt.category.path[-1], "n": n, "reason": review.reason, "return_to": return_to}
        notify(users=[user_id], project_id=review.project_id, kind=NoticeKind.RETURNED_WORK, data=data)


def _reason_checked(reason: str) -> str:
    if not reason.strip():
        raise Invalid("reason_required", _("Give the reason for your verdict."))
    return reason.strip()


def _verdicts_checked(prompt: Prompt, shown: Shown, verdicts: Iterable[Overruled]) -> dict[Key, Verdict]:
    """Return {(task, a, b): verdict} with a < b of comparisons that the review shows, or raise Invalid."""
    discarded = set(prompt.responses.filter(discarded=True).values_list("pk", flat=True))
    given: dict[Key, Verdict] = {}
    for item in verdicts:
        a, b, verdict = smaller_first(item.response_a, item.response_b, item.verdict)
        key = (item.task, a, b)
        if key in given:
            raise _named_twice()
        if key not in shown.keys or not discarded.isdisjoint((a, b)):
            raise Invalid("not_compared", _("A verdict is given on a comparison that nobody made."))
        given[key] = verdict
    if not given:
        raise _nothing_named()
    return given


def _slots_checked(shown: Shown, slots: Iterable[Refused]) -> dict[Slot, Refused]:
    refused: dict[Slot, Refused] = {}
    for item in slots:
        key = (item.task, item.pass_number)
        if key in refused:
            raise _named_twice()
        if key not in shown.slots:
            raise Invalid("no_such_slot", _("A task and pass are named that this review does not show."))
        refused[key] = item
    if not refused:
        raise _nothing_named()
    return refused


def _named_twice() -> Invalid:
    return Invalid("named_twice", _("The same thing is named twice."))


def _nothing_named() -> Invalid:
    return Invalid("nothing_named", _("Name at least one thing that your verdict is about."))


def _spans_checked(prompt: Prompt, shown: Shown, refused: Mapping[Slot, Refused]) -> dict[Slot, list[dict[str, Any]]]:
    """Return the spans of every slot in the raw texts, with the text that they mark there, or raise Invalid."""
    named = {span.response for item in refused.values() for span in item.spans}
    raw = dict(Response.objects.filter(pk__in=named, prompt=prompt).values_list("pk", "text"))
    texts = {pk: delivered(prompt, text) for pk, text in raw.items()}
    found: dict[Slot, list[dict[str, Any]]] = {}
    for key, item in refused.items():
        found[key] = []
        for span in item.spans:
            in_task = span.response in shown.slots[key].display_order
            if not in_task or not 0 <= span.start < span.end <= len(texts[span.response].text):
                raise Invalid("bad_span", _("A marked passage lies outside the responses of its task."))
            start, end = texts[span.response].to_raw(span.start, span.end)
            text = raw[span.response][start:end]
            found[key].append({"response": span.response, "start": start, "end": end, "text": text})
    return found
