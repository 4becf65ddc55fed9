"""A second look at one pair of an accepted prompt: what QA says, judged blindly, in place of what stands."""

from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from annotate.domain.states import ComparisonKind, PromptState, Verdict
from annotate.models import Comparison, Decision, Prompt, User
from annotate.permissions import Right, stages_of
from annotate.problems import Conflict
from annotate.selectors.access import at_work_get, roles_of, scoped_get
from annotate.services.decisions import comparisons_decide
from annotate.services.events import event
from annotate.services.moves import prompt_rank

Pair = tuple[int, int]


@transaction.atomic
def prompt_look_again(*, user: User, prompt_id: int, pair: Pair, votes: Collection[int]) -> Prompt:
    """Return an accepted prompt, locked, to somebody who may say again how a pair of its responses compares.

    votes: ids of the final comparisons of the pair that they look at again. Raises NotFound, Forbidden (paused) or
    Conflict (own_work; votes_changed where others stand by now, or the prompt is no longer accepted).
    """
    found = scoped_get(user, Prompt.objects.exclude(state=PromptState.STAGED), prompt_id, Right.SETTLE)
    at_work_get(user, found.project_id)
    prompt = Prompt.objects.select_for_update(of=("self",)).select_related("project", "category").get(pk=prompt_id)
    if prompt.seats.filter(annotator=user).exists():
        raise Conflict("own_work", _("You annotated this prompt; somebody else must look at it again."))
    if not votes_stand(prompt, pair, votes):
        raise Conflict("votes_changed", _("What was said of this pair has changed since; it is no longer asked."))
    return prompt


def votes_stand(prompt: Prompt, pair: Pair, votes: Collection[int]) -> bool:
    """Tell whether a prompt is accepted and just these comparisons are the final ones of a pair."""
    final = Comparison.objects.filter(prompt=prompt, response_a=pair[0], response_b=pair[1], final=True)
    return prompt.state == PromptState.ACCEPTED and set(final.values_list("pk", flat=True)) == set(votes)


@transaction.atomic
def pair_overrule(*, user: User, prompt: Prompt, pair: Pair, verdict: Verdict, reason: str) -> Decision:
    """Put `verdict` in place of everything that stands for a pair (a < b), and rank the prompt again.

    The prompt stays accepted; sets that were frozen before keep what they hold. `prompt` is that of prompt_look_again,
    in the same transaction.
    """
    standing = Comparison.objects.filter(prompt=prompt, response_a=pair[0], response_b=pair[1], final=True)
    tasks = set(standing.exclude(kind=ComparisonKind.JUDGE).values_list("task_id", flat=True)) - {None}
    decision = Decision.objects.create(
        prompt=prompt,
        decider=user,
        reason=reason,
        stage=stages_of(roles_of(user, prompt.project_id))[-1],
    )
    comparisons_decide(prompt=prompt, decision=decision, verdicts={(task or 0, *pair): verdict for task in tasks})
    prompt_rank(prompt=prompt)
    event(
        project_id=prompt.project_id,
        prompt_id=prompt.pk,
        kind="pair_overrule",
        subject=decision,
        actor=user,
        reason=reason,
        data={"response_a": pair[0], "response_b": pair[1], "verdict": verdict},
    ).save()
    return decision
