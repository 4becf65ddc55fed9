"""Settles disagreements: a QA lead gives a verdict on every comparison on which the passes differ, and says why."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from annotate.domain.agreement import passes_agreement
from annotate.domain.states import ESCALATED, ComparisonKind, PromptState, ReviewStage, Verdict
from annotate.models import Comparison, Decision, Prompt, User
from annotate.permissions import Right
from annotate.problems import Conflict, Invalid
from annotate.selectors.access import scoped_get
from annotate.selectors.prompts import verdicts_by_pass
from annotate.services.pairs import smaller_first
from annotate.services.prompts import prompt_settle

Key = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Settled:
    """The verdict given on one comparison of one task."""

    task: int
    response_a: int
    response_b: int
    verdict: str


@transaction.atomic
def decision_record(*, user: User, prompt_id: int, settled: list[Settled], reason: str, clause: str) -> Prompt:
    """Record a decision on a prompt in discussion, overrule the differing verdicts, rank the prompt and accept it.

    `settled` must name every differing comparison once. Raises Invalid (incomplete, not_differing, reason_required) or
    Conflict (already_decided, own_work).
    """
    scoped_get(user, Prompt.objects.exclude(state=PromptState.STAGED), prompt_id, Right.SETTLE)
    prompt = Prompt.objects.select_for_update(of=("self",)).select_related("project").get(pk=prompt_id)
    if prompt.state not in ESCALATED:
        raise Conflict("already_decided", _("This prompt has been settled already."))
    if prompt.seats.filter(annotator=user).exists():
        raise Conflict("own_work", _("You annotated this prompt; somebody else must settle it."))
    if not reason.strip():
        raise Invalid("reason_required", _("Give the reason for your decision."))
    verdicts = _checked(prompt, settled)
    decision = Decision.objects.create(
        prompt=prompt, decider=user, reason=reason.strip(), clause=clause.strip(), stage=ReviewStage.DELIVERY
    )
    for task, a, b in verdicts:
        said = Comparison.objects.filter(prompt=prompt, kind=ComparisonKind.HUMAN, task_id=task)
        said.filter(response_a_id=a, response_b_id=b).update(final=False)
    discarded = set(prompt.responses.filter(discarded=True).values_list("pk", flat=True))
    Comparison.objects.bulk_create(
        Comparison(
            prompt=prompt,
            task_id=task,
            decision=decision,
            response_a_id=a,
            response_b_id=b,
            verdict=verdict,
            kind=ComparisonKind.ADJUDICATION,
            author=user,
            final=discarded.isdisjoint((a, b)),
        )
        for (task, a, b), verdict in verdicts.items()
    )
    prompt_settle(prompt=prompt, action="adjudicate", actor=user, reason=reason.strip())
    return prompt


def _checked(prompt: Prompt, settled: list[Settled]) -> dict[Key, Verdict]:
    """Return {(task, a, b): verdict} with a < b, or raise Invalid unless it covers just what differs."""
    differing = set(passes_agreement(verdicts_by_pass(prompt)).differing)
    given: dict[Key, Verdict] = {}
    for item in settled:
        a, b, verdict = smaller_first(item.response_a, item.response_b, item.verdict)
        if (item.task, a, b) not in differing or (item.task, a, b) in given:
            raise Invalid("not_differing", _("A verdict is given twice, or on a comparison on which the passes agree."))
        given[item.task, a, b] = verdict
    if len(given) != len(differing):
        missing = len(differing) - len(given)
        raise Invalid("incomplete", _("%(n)d differing comparisons still need a verdict.") % {"n": missing})
    return given
