"""Moves of single slots, each by one conditional UPDATE and with its line in the log."""

from django.db.models import QuerySet

from annotate.domain.states import ASSIGNMENT_MOVES, AssignmentKind
from annotate.models import Assignment, Event, User
from annotate.services.events import event


def slot_log(slot: Assignment, action: str, *, actor: User | None, before: str, reason: str = "") -> Event:
    """Return the unsaved line of the log for a slot that moved along ASSIGNMENT_MOVES."""
    return event(
        project_id=slot.project_id,
        prompt_id=slot.prompt_id,
        kind=f"assignment_{action}",
        subject=slot,
        actor=actor,
        before=before,
        after=ASSIGNMENT_MOVES[action].after,
        reason=reason,
        data={"pass": slot.pass_number, "token": slot.token},
    )


def slot_free(
    slot: Assignment, held: QuerySet[Assignment], *, actor: User | None, reason: str, **values: object
) -> str | None:
    """Take a leased slot from its holder if `held` still finds it; return the action that did, else None.

    Work opens again ("release"). What measures somebody, and work on a task that its ring no longer has, is cancelled
    ("cancel").
    """
    action = "release" if slot.kind == AssignmentKind.WORK and not slot.task.retired else "cancel"
    move = ASSIGNMENT_MOVES[action]
    rows = held.filter(pk=slot.pk, state__in=move.before)
    if rows.update(state=move.after, annotator=None, lease_expires_at=None, **values) != 1:
        return None
    slot_log(slot, action, actor=actor, before=slot.state, reason=reason).save()
    return action
