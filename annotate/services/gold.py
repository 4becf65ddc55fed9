"""Gold items: made of a prompt whose right order the teams agreed on, and kept fresh."""

from itertools import chain
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from annotate.domain.states import AssignmentKind, AssignmentState, PromptState
from annotate.models import Annotation, Assignment, GoldItem, Prompt, User
from annotate.permissions import Right
from annotate.problems import Conflict, Invalid
from annotate.selectors.access import scoped_get
from annotate.selectors.gold import gold_rows
from annotate.services.events import event
from annotate.services.moves import prompt_move, slots_cancel

CHANGES = ("active", "in_exam", "hidden", "reason")


@transaction.atomic
def gold_create(
    *,
    user: User,
    project_id: int,
    prompt_id: int,
    order: list[list[int]],
    reason: str,
    in_exam: bool = True,
    hidden: bool = True,
) -> list[GoldItem]:
    """Make one gold item of every task of a prompt and return them.

    `order` holds all usable responses of the prompt in tiers, best first. A prompt that nobody has begun leaves
    annotation for it; an accepted one stays what it is. Raises Invalid (reason_required, invalid_order, incomplete) or
    Conflict (already_gold, prompt_in_work, no_tasks).
    """
    rows = Prompt.objects.filter(project=project_id).exclude(state=PromptState.STAGED)
    scoped_get(user, rows, prompt_id, Right.MANAGE_GOLD)
    prompt = Prompt.objects.select_for_update(of=("self",)).select_related("category").get(pk=prompt_id)
    if not reason.strip():
        raise Invalid("reason_required", _("Say why this order is right; people in an exam will read it."))
    _check_order(prompt, order)
    if GoldItem.objects.filter(task__prompt=prompt).exists():
        raise Conflict("already_gold", _("This prompt has gold items already."))
    if prompt.state != PromptState.ACCEPTED:
        _take_out(user, prompt)
    items = _items(prompt, order)
    if not items:
        raise Conflict("no_tasks", _("This prompt has no tasks that people could be asked."))
    for item in items:
        item.reason, item.in_exam, item.hidden, item.created_by = reason.strip(), in_exam, hidden, user
        item.save()
        _log(user, item, "gold_create", {"in_exam": in_exam, "hidden": hidden, "reference": item.reference})
    return items


def _check_order(prompt: Prompt, order: list[list[int]]) -> None:
    """Raise Invalid unless `order` holds every usable response of the prompt once, in tiers."""
    usable = set(prompt.responses.filter(discarded=False).values_list("pk", flat=True))
    named = list(chain.from_iterable(order))
    if not all(order) or len(set(named)) != len(named) or not usable.issuperset(named):
        raise Invalid(
            "invalid_order", _("The order holds a response twice, an empty tier, or one that is not usable here.")
        )
    if len(named) != len(usable):
        raise Invalid("incomplete", _("Every usable response needs a place in the order."))


def _take_out(user: User, prompt: Prompt) -> None:
    """Take a prompt that nobody has begun out of annotation; its slots are cancelled. Raises Conflict."""
    work = Assignment.objects.filter(prompt=prompt, kind=AssignmentKind.WORK)
    begun = work.filter(state__in=(AssignmentState.LEASED, AssignmentState.SUBMITTED)).exists()
    # Work that was rejected leaves no submitted slot, but somebody has seen the prompt.
    done = Annotation.objects.filter(assignment__prompt=prompt).exists()
    if prompt.state != PromptState.ANNOTATING or begun or done:
        raise Conflict(
            "prompt_in_work", _("Only a prompt that is accepted, or that nobody has begun to annotate, can be gold.")
        )
    slots_cancel(rows=work, actor=user, reason="make_gold")
    prompt_move(prompt=prompt, action="make_gold", actor=user)


def _items(prompt: Prompt, order: list[list[int]]) -> list[GoldItem]:
    """Return one unsaved item for every task in use, its reference the part of `order` that the task holds."""
    tiers = {response: number for number, tier in enumerate(order) for response in tier}
    items = []
    for task in prompt.tasks.filter(retired=False).order_by("index"):
        if tiers.keys() >= set(task.responses):
            reference = [[response for response in tier if response in task.responses] for tier in order]
            items.append(
                GoldItem(
                    project_id=prompt.project_id,
                    task=task,
                    category_id=prompt.category.root_pk,
                    reference=[tier for tier in reference if tier],
                )
            )
    return items


@transaction.atomic
def gold_update(*, user: User, gold_id: int, changes: dict[str, Any]) -> GoldItem:
    """Change what an item is used for, or its reason. Raises Invalid (reason_required)."""
    scoped_get(user, GoldItem.objects.all(), gold_id, Right.MANAGE_GOLD)
    item = GoldItem.objects.select_for_update().get(pk=gold_id)
    if not str(changes.get("reason", item.reason)).strip():
        raise Invalid("reason_required", _("Say why this order is right; people in an exam will read it."))
    changed = {name: changes[name] for name in CHANGES if name in changes and changes[name] != getattr(item, name)}
    before = {name: getattr(item, name) for name in changed}
    for name, value in changed.items():
        setattr(item, name, value)
    if changed:
        item.save(update_fields=list(changed))
        _log(user, item, "gold_update", {"before": before, "after": changed})
    return gold_rows(item.project_id).get(pk=gold_id)


def _log(user: User, item: GoldItem, kind: str, data: dict[str, Any]) -> None:
    event(
        project_id=item.project_id,
        prompt_id=item.task.prompt_id,
        kind=kind,
        subject=item,
        actor=user,
        reason=item.reason,
        data=data,
    ).save()
