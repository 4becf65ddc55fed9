"""The one place where a prompt changes its state, where its slots are cancelled, and where its ranking is computed."""

from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from annotate.domain.graph import conflicts, rank_prompt
from annotate.domain.ranking import ordered_pairs
from annotate.domain.states import (
    ASSIGNMENT_MOVES,
    DISCUSSION_MOVES,
    PROMPT_MOVES,
    ComparisonKind,
    DiscussionState,
    NoticeKind,
)
from annotate.models import Assignment, Comparison, Discussion, Event, Prompt, Ranking, User
from annotate.problems import Conflict
from annotate.selectors.discussions import participants
from annotate.selectors.prompts import said_of
from annotate.services.events import event
from annotate.services.figures import move_touch, ranking_touch
from annotate.services.notices import notify
from annotate.services.review_moves import reviews_withdraw
from annotate.services.slots import slot_log


def prompt_move(*, prompt: Prompt, action: str, actor: User | None = None, reason: str = "", **columns: object) -> None:
    """Move a prompt along PROMPT_MOVES, with its line in the log. Raises Conflict if somebody else moved it first."""
    move = PROMPT_MOVES[action]
    before = prompt.state
    values = {"state": move.after, "state_at": timezone.now(), **columns}
    moved = Prompt.objects.filter(pk=prompt.pk, state=before, state__in=move.before).update(**values)
    if moved != 1:
        raise Conflict("already_moved", _("Somebody else has moved this prompt on; reload it."))
    for name, value in values.items():
        setattr(prompt, name, value)
    event(
        project_id=prompt.project_id,
        prompt_id=prompt.pk,
        kind=f"prompt_{action}",
        subject=prompt,
        actor=actor,
        before=before,
        after=move.after,
        reason=reason,
    ).save()
    move_touch(project_id=prompt.project_id, prompt_id=prompt.pk, before=before, after=move.after)


def prompt_leave(*, prompt: Prompt, reason: str, actor: User | None = None, **columns: object) -> None:
    """Take a prompt out of the flow: its free and leased slots are cancelled, its discussion and review withdrawn.

    Call it inside a transaction, with the prompt's row locked.
    """
    prompt_move(prompt=prompt, action="drop", actor=actor, reason=reason, drop_reason=reason[:200], **columns)
    slots_cancel(rows=Assignment.objects.filter(prompt=prompt), actor=actor, reason="prompt_dropped")
    discussion_close(prompt=prompt, action="withdraw", actor=actor)
    reviews_withdraw(prompt=prompt, actor=actor, reason=reason)


def slots_cancel(*, rows: QuerySet[Assignment], actor: User | None = None, reason: str = "") -> int:
    """Cancel the free and leased slots among `rows`, each with its line in the log; return how many."""
    move = ASSIGNMENT_MOVES["cancel"]
    slots = list(rows.filter(state__in=move.before).select_for_update(of=("self",)).order_by("id"))
    Assignment.objects.filter(pk__in=[slot.pk for slot in slots]).update(
        state=move.after, annotator=None, lease_expires_at=None
    )
    Event.objects.bulk_create(slot_log(slot, "cancel", actor=actor, before=slot.state, reason=reason) for slot in slots)
    return len(slots)


def discussion_open(*, prompt: Prompt) -> Discussion:
    """Open the discussion of a prompt whose passes differ, and tell the people of its passes."""
    due_at = timezone.now() + timedelta(hours=prompt.project.discussion_hours)
    discussion = Discussion.objects.create(prompt=prompt, due_at=due_at)
    notify(
        users=participants(prompt.pk),
        project_id=prompt.project_id,
        kind=NoticeKind.DISCUSSION_OPENED,
        prompt_id=prompt.pk,
        data={"number": prompt.pk, "differing": prompt.n_differing},
    )
    return discussion


def discussion_close(*, prompt: Prompt, action: str, actor: User | None = None) -> None:
    """Close the open discussion of a prompt along DISCUSSION_MOVES; nothing happens where none is open."""
    move = DISCUSSION_MOVES[action]
    discussion = Discussion.objects.filter(prompt=prompt, state__in=move.before).first()
    if discussion is None:
        return
    discussion.state = DiscussionState(move.after)
    discussion.closed_at = timezone.now()
    discussion.save(update_fields=["state", "closed_at"])
    event(
        project_id=prompt.project_id,
        prompt_id=prompt.pk,
        kind=f"discussion_{action}",
        subject=discussion,
        actor=actor,
        before=DiscussionState.OPEN,
        after=move.after,
    ).save()


def finals_set(*, prompt: Prompt) -> None:
    """Mark which of a prompt's comparisons enter the preference graph.

    Those of usable responses that somebody holds now; where a decision was made, its verdict alone. A decision falls
    away once its comparison has been done again since.
    """
    discarded = set(prompt.responses.filter(discarded=True).values_list("pk", flat=True))
    held = Comparison.objects.filter(prompt=prompt, current=True).exclude(kind=ComparisonKind.JUDGE)
    rows = list(held.order_by("id"))
    newest = {(row.task_id, row.response_a_id, row.response_b_id): row for row in rows}
    final, not_final, outdated = [], [], []
    for row in rows:
        last = newest[row.task_id, row.response_a_id, row.response_b_id]
        decided = last.kind == ComparisonKind.ADJUDICATION
        if row.kind == ComparisonKind.ADJUDICATION and row.pk != last.pk:
            outdated.append(row.pk)
        elif discarded.isdisjoint((row.response_a_id, row.response_b_id)) and (row.pk == last.pk or not decided):
            final.append(row.pk)
        else:
            not_final.append(row.pk)
    Comparison.objects.filter(pk__in=outdated).update(current=False, final=False)
    Comparison.objects.filter(pk__in=not_final, final=True).update(final=False)
    Comparison.objects.filter(pk__in=final, final=False).update(final=True)


def prompt_rank(*, prompt: Prompt) -> Ranking:
    """Compute and store the partial ranking of a prompt from its final comparisons (PROTOCOL 7)."""
    ranking_touch(project_id=prompt.project_id, prompt_id=prompt.pk)
    nodes = list(prompt.responses.filter(discarded=False).order_by("id").values_list("id", flat=True))
    said = said_of(Comparison.objects.filter(prompt=prompt, final=True).order_by("id"))
    ranking = rank_prompt(nodes, said)
    stored, _created = Ranking.objects.update_or_create(
        prompt=prompt,
        defaults={
            "tiers": ranking.tiers,
            "merged": ranking.merged,
            "n_comparisons": len(said),
            "n_conflicts": sum(conflicts(said, ranking)),
            "n_ordered_pairs": len(ordered_pairs(ranking.tiers)),
        },
    )
    ranking_touch(project_id=prompt.project_id, prompt_id=prompt.pk)
    return stored
