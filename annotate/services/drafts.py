"""Drafts: kept for their author until the task is submitted or given back (docs/decisions/0009)."""

import json
import math
import re
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from annotate.domain.states import AssignmentState
from annotate.models import Assignment, Draft, User
from annotate.permissions import Right
from annotate.problems import Conflict, Invalid, NotFound
from annotate.selectors.access import scoped_get
from annotate.selectors.drafts import may_draft

MOST_BYTES = 200_000
# Deeper than any page nests what it holds; a database refuses, or chokes on, what nests without end.
DEEPEST = 32
# What a browser can hold in a text, but PostgreSQL cannot: NUL, and halves of a character.
UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def draft_save(*, user: User, assignment_id: int, version: int, content: dict[str, Any]) -> Draft:
    """Keep a person's draft of a slot in place of the one of `version` (0: of none) and return it.

    Whoever holds or held the slot may, also while they are paused: what is typed must never be lost. What is kept
    already is not kept again, so that a save whose answer got lost can be repeated. Raises NotFound, Invalid
    (draft_too_large, invalid), or Conflict: draft_newer, already_submitted.
    """
    slot = scoped_get(user, Assignment.objects.all(), assignment_id, Right.ANNOTATE)
    kept = _storable(content, DEEPEST)
    if len(json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode()) > MOST_BYTES:
        raise Invalid("draft_too_large", _("This draft is too large to be kept on the server."))
    return _store(user, slot.pk, version, kept)


def _storable(value: Any, depth: int) -> Any:
    """Return `value` with U+FFFD for every character that no database takes. Raises Invalid."""
    if isinstance(value, str):
        return UNSTORABLE.sub("\ufffd", value)
    if depth == 0 or (isinstance(value, float) and not math.isfinite(value)):
        raise Invalid("invalid", _("This is no draft of a task."))
    if isinstance(value, dict):
        return {_storable(key, depth): _storable(item, depth - 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_storable(item, depth - 1) for item in value]
    return value


@transaction.atomic
def _store(user: User, assignment_id: int, version: int, content: dict[str, Any]) -> Draft:
    # A submission moves the slot before it drops the draft: a save that comes at the same time waits here, and then
    # finds the slot submitted, instead of leaving a draft of what is done. Saves of one slot take turns here too.
    slot = Assignment.objects.select_for_update(no_key=True).get(pk=assignment_id)
    if not may_draft(user, slot):
        raise NotFound("not_found", _("There is no such thing, or you may not see it."))
    if slot.state == AssignmentState.SUBMITTED:
        raise Conflict("already_submitted", _("This task has been submitted already."))
    rows = Draft.objects.filter(assignment=slot, author=user)
    if rows.filter(version=version).update(content=content, version=F("version") + 1, saved_at=timezone.now()) == 1:
        return rows.get()
    stored = rows.first()
    if stored is not None and stored.content == content:
        return stored
    if stored is not None or version:
        raise Conflict("draft_newer", _("Another window has saved this draft since."))
    return Draft.objects.create(assignment=slot, author=user, content=content, saved_at=timezone.now())


def draft_drop(*, user: User, slot: Assignment) -> None:
    """Remove a person's draft of a slot that they submitted or gave back. Call it after the slot's move, within it."""
    Draft.objects.filter(assignment=slot, author=user).delete()
