"""Ends leases, of one slot or of many, and looks whether a prompt is complete by that."""

from django.db.models import QuerySet

from annotate.domain.states import AssignmentKind, AssignmentState
from annotate.models import Assignment, Prompt, User
from annotate.services.prompts import prompt_evaluate
from annotate.services.slots import slot_free

MOST_AT_ONCE = 1000


def leases_end(
    held: QuerySet[Assignment], *, actor: User | None, reason: str, skip_locked: bool = False, **values: object
) -> int:
    """End the leases among `held`, each with its line in the log; return how many.

    With `skip_locked` a slot that somebody is at just now is left for the next time. Call it inside a transaction.
    """
    rows = held.filter(state=AssignmentState.LEASED)
    # Whoever submits takes the prompt's lock before a slot's; so must we where ending a lease may complete a prompt.
    unwanted = rows.filter(task__retired=True, kind=AssignmentKind.WORK).values("prompt")
    list(Prompt.objects.select_for_update(of=("self",)).filter(pk__in=unwanted).order_by("id").values_list("pk"))
    if skip_locked:
        rows = rows.select_for_update(skip_locked=True, of=("self",))
    n_ended = 0
    completed = set()
    for slot in rows.select_related("task").order_by("id")[:MOST_AT_ONCE]:
        action = slot_free(slot, held, actor=actor, reason=reason, **values)
        n_ended += action is not None
        if action == "cancel" and slot.kind == AssignmentKind.WORK:
            completed.add(slot.prompt_id)
    # Work that is no longer wanted may have been the last that a prompt waited for.
    for prompt in Prompt.objects.select_for_update(of=("self",)).filter(pk__in=completed).order_by("id"):
        prompt_evaluate(prompt=prompt)
    return n_ended


def leases_of_end(*, user_id: int, project_id: int, actor: User | None, reason: str) -> None:
    """Free the work that a person holds in a project, and cancel what measures them; an exam waits for them."""
    held = Assignment.objects.filter(annotator=user_id, project=project_id).exclude(kind=AssignmentKind.EXAM)
    leases_end(held, actor=actor, reason=reason)
