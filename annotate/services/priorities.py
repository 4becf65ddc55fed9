"""Gives prompts that nobody has begun their turn, as a model ranked them, and their slots with it."""

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.models import Case, OuterRef, Subquery, When

from annotate.domain.states import Arm, AssignmentKind
from annotate.models import Assignment, Expertise, Project, Prompt, User
from annotate.services.events import event

CHUNK = 400


def priorities_write(
    *, project: Project, orders: Sequence[Sequence[int]], arms: Mapping[int, Arm], actor: User | None
) -> int:
    """Write the turns of prompts, category by category in the order given, and return how many that was.

    arms: {prompt: arm}; a prompt that has an arm keeps it. Works in short transactions and may be done again where it
    was interrupted.
    """
    turns = [(prompt, turn) for order in orders for turn, prompt in enumerate(order, start=1)]
    for start in range(0, len(turns), CHUNK):
        _chunk_write(dict(turns[start : start + CHUNK]), arms)
    with transaction.atomic():
        # What was remembered of who found nothing below which place is no longer so.
        Expertise.objects.filter(membership__project=project).update(claim_floor=0, claim_floor_at=None)
        event(
            project_id=project.pk,
            kind="priorities_write",
            subject=project,
            actor=actor,
            data={"prompts": len(turns), "chosen": sum(arm == Arm.CHOSEN for arm in arms.values())},
        ).save()
    return len(turns)


@transaction.atomic
def _chunk_write(turns: Mapping[int, int], arms: Mapping[int, Arm]) -> None:
    for arm in Arm:
        drawn = [prompt for prompt in turns if arms.get(prompt) == arm]
        Prompt.objects.filter(pk__in=drawn, arm="").update(arm=arm)
    Prompt.objects.filter(pk__in=turns).update(
        priority=Case(*(When(pk=prompt, then=turn) for prompt, turn in turns.items()))
    )
    place = Prompt.objects.filter(pk=OuterRef("prompt")).values("priority")
    slots = Assignment.objects.filter(prompt__in=turns, kind=AssignmentKind.WORK)
    slots.update(place=Subquery(place))
