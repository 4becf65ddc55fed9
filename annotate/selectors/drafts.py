"""Drafts: a person's own work in progress, which nobody else ever sees."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from annotate.domain.states import AssignmentKind
from annotate.models import Assignment, Draft, Probe, Seat, User
from annotate.problems import NotFound


def draft_get(user: User, slot: Assignment) -> Draft:
    """Return a person's own draft of a slot. Raises NotFound."""
    draft = Draft.objects.filter(assignment=slot, author=user).first()
    if draft is None:
        raise NotFound("not_found", _("There is no draft of this task."))
    return draft


def drafts_of(slots: Iterable[Assignment]) -> dict[int, Draft]:
    """Return {slot: the draft of the person who holds it}, in one query."""
    holders = {slot.pk: slot.annotator_id for slot in slots}
    rows = Draft.objects.filter(assignment__in=holders)
    return {row.assignment_id: row for row in rows if row.author_id == holders[row.assignment_id]}


def may_draft(user: User, slot: Assignment) -> bool:
    """Tell whether a person holds a slot or has held it, whatever became of it since."""
    if slot.annotator_id == user.pk:
        return True
    if slot.kind != AssignmentKind.WORK:
        return Probe.objects.filter(assignment=slot, annotator=user).exists()
    return Seat.objects.filter(prompt=slot.prompt_id, annotator=user, pass_number=slot.pass_number or 0).exists()
