"""Takes in what an annotator says of a task (DESIGN, "the way of one annotation")."""

from dataclasses import asdict, dataclass, field, replace
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from annotate.domain.ordering import comparisons_from_order, order_check
from annotate.domain.states import ASSIGNMENT_MOVES, AssignmentKind, AssignmentState, ComparisonKind
from annotate.domain.types import DomainError
from annotate.models import Annotation, Assignment, Comparison, Prompt, Response, User
from annotate.permissions import Right
from annotate.problems import Conflict, Invalid
from annotate.selectors.access import at_work_get, scoped_get
from annotate.selectors.categories import guidelines_nearest
from annotate.services.assignments import lease_problem
from annotate.services.discards import marks_record, prompt_discards
from annotate.services.drafts import draft_drop
from annotate.services.events import event
from annotate.services.figures import day_touch, task_touch
from annotate.services.pairs import smaller_first
from annotate.services.probes import probe_answer
from annotate.services.prompts import prompt_evaluate
from annotate.services.remarks import (
    Evidence,
    SaidFault,
    acceptable_check,
    evidence_check,
    faults_checked,
    faults_store,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What an annotator says: scores 0-5 by response, tiers best first, what is discarded, remarks, and seconds spent.

    Faults stand in characters of the texts as they are delivered, until they are checked (see faults_checked).
    """

    scores: dict[int, Any]
    order: list[list[int]]
    discarded: list[int]
    notes: str
    seconds: float
    none_acceptable: bool = False
    evidence: list[Evidence] = field(default_factory=list)
    faults: list[SaidFault] = field(default_factory=list)

    def about(self, display_order: list[int]) -> "Answer":
        """Return an answer by places on the page (1 first) as one by responses.

        A place that the page has not got becomes a number that no response has, to be refused as foreign.
        """
        responses = dict(enumerate(display_order, start=1))

        def shown(place: Any) -> Any:
            return responses.get(place, -1 - abs(place)) if isinstance(place, int) else place

        return replace(
            self,
            scores={shown(place): score for place, score in self.scores.items()},
            order=[[shown(place) for place in tier] for tier in self.order],
            discarded=[shown(place) for place in self.discarded],
            faults=[replace(fault, response=shown(fault.response)) for fault in self.faults],
        )


@transaction.atomic
def annotation_submit(
    *, user: User, assignment_id: int, token: int, idempotency_key: UUID, answer: Answer
) -> tuple[Annotation, bool]:
    """Store an answer and return (annotation, whether it is new); the same key again returns the first, unchanged.

    Raises Invalid with the code of the broken rule, Forbidden (paused), or Conflict (lease_expired, already_submitted,
    stale_token, cancelled). Nothing is written then.
    """
    slot = scoped_get(user, Assignment.objects.all(), assignment_id, Right.ANNOTATE)
    # The last two submissions of a prompt must see each other, or neither would find the prompt complete.
    prompt = Prompt.objects.select_for_update(of=("self",)).select_related("project", "category").get(pk=slot.prompt_id)
    stored = Annotation.objects.filter(annotator=user, idempotency_key=idempotency_key).first()
    if stored is not None:
        if stored.assignment_id != slot.pk:
            raise Conflict("idempotency_key_reused", _("This key has been used for another task."))
        return stored, False
    at_work_get(user, slot.project_id)
    slot.refresh_from_db()
    _move(user, slot, token)
    annotation = _store(user, slot, prompt, idempotency_key, _checked(slot, prompt, answer))
    draft_drop(user=user, slot=slot)
    if slot.kind == AssignmentKind.WORK:
        Comparison.objects.bulk_create(_comparisons(user, slot, annotation))
        marks_record(slot=slot, annotation=annotation)
        prompt_discards(prompt=prompt)
        prompt_evaluate(prompt=prompt)
        task_touch(project_id=slot.project_id, task_id=slot.task_id)
    else:
        probe_answer(slot=slot, annotation=annotation)
        day_touch(project_id=slot.project_id, at=annotation.created_at)
    return annotation, True


def answer_take(*, user: User, slot: Assignment, token: int, key: UUID, answer: Answer) -> Annotation:
    """Submit a slot of an exam, answered by places on the page: it is stored with its line in the log, no more.

    Call it inside a transaction. Raises Invalid and Conflict as annotation_submit.
    """
    about = answer.about(slot.display_order)
    _move(user, slot, token)
    return _store(user, slot, slot.prompt, key, _checked(slot, slot.prompt, about))


def _move(user: User, slot: Assignment, token: int) -> None:
    move = ASSIGNMENT_MOVES["submit"]
    rows = Assignment.objects.filter(
        pk=slot.pk, state__in=move.before, annotator=user, token=token, lease_expires_at__gt=timezone.now()
    )
    if rows.update(state=move.after, lease_expires_at=None, reserved_for=None) != 1:
        raise lease_problem(user, slot, token)


def _checked(slot: Assignment, prompt: Prompt, answer: Answer) -> Answer:
    """Return an answer with its faults in characters of the raw texts, as it is stored.

    Raises Invalid in the words of the annotator's page for whatever breaks a rule of PROTOCOL 4.
    """
    try:
        order_check(slot.display_order, answer.scores, answer.order, answer.discarded)
    except DomainError as error:
        message = _refusals().get(error.code, str(error))
        where = error.field or ""
        raise Invalid(error.code, message, errors=[{"field": where, "code": error.code, "message": message}]) from error
    acceptable_check(answer.none_acceptable, answer.scores)
    evidence_check(answer.evidence)
    return replace(answer, faults=faults_checked(slot, prompt, answer.faults))


def _refusals() -> dict[str, str]:
    return {
        "foreign_response": _("A response is named that is not part of this task; reload the task."),
        "incomplete": _("Every response needs a score and a place in the order."),
        "invalid_score": _("Scores are whole numbers from 0 to 5."),
        "invalid_order": _("The order holds a response twice or an empty tier."),
        "discarded_needs_zero": _("A discarded response is scored 0."),
        "contradiction": _(
            "Scores and order contradict each other: a higher score must stand higher. Change one of them."
        ),
    }


def _store(user: User, slot: Assignment, prompt: Prompt, key: UUID, answer: Answer) -> Annotation:
    """Store an answer with its line in the log; what was said here before a rejection is kept, but counts no more."""
    # In a slot that was leased but once, nothing was said before.
    if slot.token > 1:
        replaced = Annotation.objects.filter(assignment=slot, current=True)
        Comparison.objects.filter(annotation__in=replaced, current=True).update(current=False, final=False)
        replaced.update(current=False)
    annotation = Annotation.objects.create(
        assignment=slot,
        annotator=user,
        idempotency_key=key,
        scores={str(response): score for response, score in answer.scores.items()},
        order=answer.order,
        discarded=answer.discarded,
        none_acceptable=answer.none_acceptable,
        display_order=slot.display_order,
        notes=answer.notes,
        evidence=[asdict(item) for item in answer.evidence],
        seconds=answer.seconds,
        guideline=guidelines_nearest([prompt.category]).get(prompt.category_id),
    )
    faults_store(annotation, answer.faults)
    event(
        project_id=slot.project_id,
        prompt_id=slot.prompt_id,
        kind="assignment_submit",
        subject=slot,
        actor=user,
        before=AssignmentState.LEASED,
        after=AssignmentState.SUBMITTED,
        data={"pass": slot.pass_number, "annotation": annotation.pk},
    ).save()
    return annotation


def _comparisons(user: User, slot: Assignment, annotation: Annotation) -> list[Comparison]:
    """Return the pairs that an order says, each with the smaller response id as a; of usable responses, they count."""
    discarded = set(Response.objects.filter(prompt=slot.prompt_id, discarded=True).values_list("pk", flat=True))
    rows = []
    for said in comparisons_from_order(annotation.display_order, annotation.order):
        a, b, verdict = smaller_first(said.a, said.b, said.verdict)
        rows.append(
            Comparison(
                prompt_id=slot.prompt_id,
                task_id=slot.task_id,
                annotation=annotation,
                response_a_id=a,
                response_b_id=b,
                verdict=verdict,
                kind=ComparisonKind.HUMAN,
                author=user,
                pass_number=slot.pass_number,
                position_a=annotation.display_order.index(a),
                position_b=annotation.display_order.index(b),
                final=discarded.isdisjoint((a, b)),
            )
        )
    return rows
