"""Slots that measure their annotator: leased instead of work, answered like work, compared with what is known.

From outside nothing tells them from work: they are leased, shown and submitted in the same way, and bear the same kind
of handle. They stand outside the passes: what is said in them never enters a ranking.
"""

from datetime import datetime, timedelta
from itertools import chain
from random import Random
from typing import Any, cast

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from annotate.domain.agreement import share_same
from annotate.domain.dealing import probe_kind
from annotate.domain.design import display_order
from annotate.domain.ordering import comparisons_from_order
from annotate.domain.states import AssignmentKind, AssignmentState
from annotate.domain.types import Verdict
from annotate.models import Annotation, Assignment, Exam, GoldItem, Membership, Probe, Project, Task, User
from annotate.selectors.dealing import categories_allowed
from annotate.selectors.probes import hidden_gold, repeatable, slots_dealt
from annotate.services.events import event
from annotate.services.pausing import person_pause

# So many shuffles are tried for one that differs from how a person saw the task before.
SHUFFLES = 20


def probe_lease(*, user: User, project: Project, membership: Membership, now: datetime) -> Assignment | None:
    """Lease a measuring slot where the person's next slot is to be one and something fits; None asks for work.

    Call it inside the claim's transaction, with the membership's row locked, once for every slot that is dealt.
    """
    if not project.gold_share and not project.repeat_share:
        return None
    n_dealt = slots_dealt(user, project.pk)
    # No annotator is shown the project's seed, so none can tell where the next one comes.
    seed = f"{project.seed}:{membership.pk}"
    kind = probe_kind(n_dealt, seed, project.gold_share, project.repeat_share)
    if kind is None:
        return None
    draw = Random(f"{seed}:{n_dealt}").random()
    categories = categories_allowed(membership, now)
    if kind == "gold":
        gold = _drawn(hidden_gold(user, project.pk, categories).select_related("task"), draw)
        return gold and gold_lease(user=user, project=project, now=now, gold=gold)
    said = _drawn(repeatable(user, project, categories).select_related("assignment__task"), draw)
    return said and _repeat_lease(user, project, now, said)


def _drawn(rows: QuerySet[Any], draw: float) -> Any:
    """Return one of the ordered `rows`, each as likely as any other for a `draw` from [0, 1); None if there is none."""
    n_rows = rows.count()
    return rows[int(draw * n_rows)] if n_rows else None


def gold_lease(
    *, user: User, project: Project, now: datetime, gold: GoldItem, exam: Exam | None = None, token: int = 1
) -> Assignment:
    """Make a slot on a gold item, leased to `user` from the start: hidden in their work, or openly in an exam."""
    slot = _slot(user, project, now, gold.task)
    slot.category_id, slot.token = gold.category_id, token
    slot.kind = AssignmentKind.GOLD if exam is None else AssignmentKind.EXAM
    slot.display_order = display_order(gold.task.responses, f"{project.seed}:{slot.handle}")
    return _saved(slot, Probe(annotator=user, gold=gold, exam=exam))


def _repeat_lease(user: User, project: Project, now: datetime, said: Annotation) -> Assignment:
    """Make a slot that shows a person what they answered before, in another order."""
    slot = _slot(user, project, now, said.assignment.task)
    slot.category_id, slot.kind = said.assignment.category_id, AssignmentKind.REPEAT
    orders = [display_order(slot.task.responses, f"{project.seed}:{slot.handle}:{n}") for n in range(SHUFFLES)]
    slot.display_order = next((order for order in orders if order != said.display_order), orders[0])
    return _saved(slot, Probe(annotator=user, repeats=said))


def _slot(user: User, project: Project, now: datetime, task: Task) -> Assignment:
    return Assignment(
        project=project,
        prompt_id=task.prompt_id,
        task=task,
        state=AssignmentState.LEASED,
        annotator=user,
        token=1,
        leased_at=timezone.now(),
        lease_expires_at=now + timedelta(minutes=project.lease_minutes),
    )


def _saved(slot: Assignment, probe: Probe) -> Assignment:
    """Store a measuring slot with its probe and its line in the log, which knows every slot as open before."""
    slot.save()
    probe.assignment, probe.project, probe.kind = slot, slot.project, slot.kind
    probe.save()
    event(
        project_id=slot.project_id,
        prompt_id=slot.prompt_id,
        kind="assignment_lease",
        subject=slot,
        actor=probe.annotator,
        before=AssignmentState.OPEN,
        after=slot.state,
        data={"pass": None, "token": slot.token},
    ).save()
    return slot


def probe_answer(*, slot: Assignment, annotation: Annotation) -> Probe:
    """Compare a stored answer with what is known, and pause a person whose hidden gold has fallen below the mark.

    Call it in the transaction that stored the answer. What the answer marks as garbage is not compared: the order says
    where it stands.
    """
    probe = Probe.objects.select_related("gold", "repeats", "project").get(assignment=slot)
    known = probe.gold.reference if probe.gold else cast("Annotation", probe.repeats).order
    measure = probe.project.agreement_measure
    probe.n_same, probe.n_comparisons = share_same(_said(annotation.order), _said(known), measure)
    probe.answered_at = timezone.now()
    probe.save(update_fields=["n_same", "n_comparisons", "answered_at"])
    if probe.kind == AssignmentKind.GOLD:
        _mark_check(probe)
    return probe


def _said(order: list[list[int]]) -> dict[tuple[int, int], Verdict]:
    """Return what an order says of each pair, smaller id first."""
    compared = comparisons_from_order(sorted(chain.from_iterable(order)), order)
    return {(said.a, said.b): said.verdict for said in compared}


def _mark_check(probe: Probe) -> None:
    """Pause the person when too little of their newest hidden gold is right (PROTOCOL 6)."""
    project = probe.project
    membership = Membership.objects.select_for_update().get(project=project, user=probe.annotator_id)
    if membership.paused_at is not None:
        return
    rows = Probe.objects.filter(
        project=project, annotator=probe.annotator_id, kind=AssignmentKind.GOLD, answered_at__isnull=False
    )
    if membership.resumed_at is not None:
        rows = rows.filter(answered_at__gt=membership.resumed_at)
    newest = rows.order_by("-answered_at", "-id").values_list("n_same", "n_comparisons")
    answers = [(same or 0.0, of or 0) for same, of in newest[: project.gold_window]]
    n_same, n_comparisons = sum(same for same, _of in answers), sum(of for _same, of in answers)
    if len(answers) >= project.gold_min and n_comparisons and n_same / n_comparisons < project.gold_mark:
        person_pause(membership=membership, reason=_("Accuracy on gold tasks fell below the mark."), actor=None)
