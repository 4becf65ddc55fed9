"""The one place where a prompt changes its state, and where its ranking is computed."""

from django.utils import timezone
from django.utils.translation import gettext as _

from annotate.domain.graph import conflicts, rank_prompt
from annotate.domain.ranking import ordered_pairs
from annotate.domain.states import PROMPT_MOVES
from annotate.models import Comparison, Prompt, Ranking, User
from annotate.problems import Conflict
from annotate.selectors.prompts import said_of
from annotate.services.events import event


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


def prompt_rank(*, prompt: Prompt) -> Ranking:
    """Compute and store the partial ranking of a prompt from its final comparisons (PROTOCOL 7)."""
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
    return stored
