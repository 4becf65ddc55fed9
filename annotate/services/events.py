"""Writes the append-only log."""

from typing import Any

from django.db.models import Model

from annotate.models import Event, User


def event(
    *,
    project_id: int,
    kind: str,
    subject: Model,
    prompt_id: int | None = None,
    actor: User | None = None,
    before: str = "",
    after: str = "",
    reason: str = "",
    data: dict[str, Any] | None = None,
) -> Event:
    """Return an unsaved line of the log; save it in the transaction of the move that it records."""
    return Event(
        project_id=project_id,
        prompt_id=prompt_id,
        actor=actor,
        kind=kind,
        subject=subject._meta.model_name or "",
        subject_id=subject.pk,
        before=before,
        after=after,
        reason=reason,
        data=data or {},
    )
