"""Settles disagreements: a reviewer gives a verdict on everything that the passes differ on, and says why."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from annotate.domain.states import ComparisonKind, PromptState, ReviewStage, Verdict
from annotate.models import Comparison, Decision, Prompt, User
from annotate.permissions import Right, stages_of
from annotate.problems import Conflict, Forbidden, Invalid
from annotate.selectors.access import at_work_get, roles_of, scoped_get
from annotate.selectors.disputes import escalated_stage
from annotate.selectors.prompts import Key, Standing, standing
from annotate.services.discards import prompt_discards
from annotate.services.events import event
from annotate.services.figures import day_touch
from annotate.services.moves import finals_set
from annotate.services.pairs import smaller_first
from annotate.services.prompts import prompt_settle


@dataclass(frozen=True, slots=True)
class Settled:
    """The verdict given on one comparison of one task."""

    task: int
    response_a: int
    response_b: int
    verdict: str


@transaction.atomic
def decision_record(
    *,
    user: User,
    prompt_id: int,
    settled: list[Settled],
    reason: str,
    clause: str,
    discards: Mapping[int, bool] | None = None,
) -> Prompt:
    """Record a decision on a prompt escalated to a stage of the person, and settle it.

    `settled` must name every differing comparison once (those of a response that the decision discards may be left
    out), `discards` every disputed discard. Where a discard leaves pairs that nobody compared the prompt goes back to
    be annotated, and below the least number of responses it leaves. Raises Invalid (incomplete, not_differing,
    reason_required), Forbidden (other_stage, paused) or Conflict (already_decided, in_discussion, own_work).
    """
    scoped_get(user, Prompt.objects.exclude(state=PromptState.STAGED), prompt_id, Right.SETTLE)
    prompt = Prompt.objects.select_for_update(of=("self",)).select_related("project", "category").get(pk=prompt_id)
    stage = stage_to_settle(user, prompt)
    if not reason.strip():
        raise Invalid("reason_required", _("Give the reason for your decision."))
    held = standing(prompt)
    judged = _judged(held, discards or {})
    verdicts = _checked(held, settled, {pk for pk, out in judged.items() if out})
    decision = Decision.objects.create(
        prompt=prompt,
        decider=user,
        reason=reason.strip(),
        clause=clause.strip(),
        stage=stage,
        discards={str(pk): out for pk, out in judged.items()},
    )
    comparisons_decide(prompt=prompt, decision=decision, verdicts=verdicts)
    event(
        project_id=prompt.project_id,
        prompt_id=prompt.pk,
        kind="decision_record",
        subject=decision,
        actor=user,
        after=stage,
        reason=decision.reason,
        data={"verdicts": len(verdicts), "discards": decision.discards},
    ).save()
    escalated = prompt.state
    prompt_discards(prompt=prompt, actor=user)
    if prompt.state == escalated:
        prompt_settle(prompt=prompt, action="adjudicate", actor=user, reason=decision.reason)
    return prompt


def stage_to_settle(user: User, prompt: Prompt) -> ReviewStage:
    """Return the stage that a prompt is escalated to, if this person may act on it there.

    Raises Conflict (already_decided, in_discussion, own_work) or Forbidden (other_stage, paused).
    """
    stage = escalated_stage(prompt.state)
    if stage is None:
        if prompt.state == PromptState.DISCUSSION:
            raise Conflict("in_discussion", _("The people of the passes still discuss this prompt."))
        raise Conflict("already_decided", _("This prompt has been settled already."))
    if prompt.seats.filter(annotator=user).exists():
        raise Conflict("own_work", _("You annotated this prompt; somebody else must settle it."))
    if stage not in stages_of(roles_of(user, prompt.project_id)):
        raise Forbidden("other_stage", _("This prompt waits for another team."))
    at_work_get(user, prompt.project_id)
    return stage


def comparisons_decide(*, prompt: Prompt, decision: Decision, verdicts: Mapping[Key, Verdict]) -> None:
    """Store a decision's verdicts {(task, a, b): verdict}, a < b; they alone then stand for their comparisons.

    What the passes hold stays current, an earlier decision on the same comparison does not. Call it inside a
    transaction, with the prompt's row locked.
    """
    Comparison.objects.bulk_create(
        Comparison(
            prompt=prompt,
            task_id=task,
            decision=decision,
            response_a_id=a,
            response_b_id=b,
            verdict=verdict,
            kind=ComparisonKind.ADJUDICATION,
            author_id=decision.decider_id,
        )
        for (task, a, b), verdict in verdicts.items()
    )
    day_touch(project_id=prompt.project_id)
    finals_set(prompt=prompt)


def _judged(held: Standing, discards: Mapping[int, bool]) -> dict[int, bool]:
    """Return {response: whether it is garbage}, or raise Invalid unless it covers just what is disputed."""
    if not discards.keys() <= held.discards.keys():
        raise Invalid("not_differing", _("A discard is decided that nobody disputes."))
    missing = len(held.discards) - len(discards)
    if missing:
        raise Invalid("incomplete", _("%(n)d disputed discards still need a decision.") % {"n": missing})
    return dict(discards)


def _checked(held: Standing, settled: list[Settled], discarded: set[int]) -> dict[Key, Verdict]:
    """Return {(task, a, b): verdict} with a < b, or raise Invalid unless it covers just what differs."""
    given: dict[Key, Verdict] = {}
    for item in settled:
        a, b, verdict = smaller_first(item.response_a, item.response_b, item.verdict)
        if (item.task, a, b) not in held.differing or (item.task, a, b) in given:
            raise Invalid("not_differing", _("A verdict is given twice, or on a comparison on which the passes agree."))
        given[item.task, a, b] = verdict
    needed = {key for key in held.differing if discarded.isdisjoint(key[1:])}
    missing = len(needed - given.keys())
    if missing:
        raise Invalid("incomplete", _("%(n)d differing comparisons still need a verdict.") % {"n": missing})
    return given
