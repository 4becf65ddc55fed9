"""Responses that passes hold for garbage: marked, discarded once all agree, the ring rebuilt without them."""

from itertools import combinations

from django.db.models import Max
from django.utils.translation import gettext as _

from annotate.domain.dealing import dealing_place
from annotate.domain.design import ring_rebuild, ring_tasks
from annotate.domain.states import AssignmentKind, AssignmentState, PromptState
from annotate.models import Annotation, Assignment, DiscardMark, Event, Prompt, Response, Task, User
from annotate.problems import Conflict
from annotate.selectors.discussions import current_work
from annotate.selectors.flags import tasks_begun
from annotate.selectors.prompts import decided_discards, discard_marks
from annotate.services.events import event
from annotate.services.moves import (
    discussion_close,
    finals_set,
    prompt_leave,
    prompt_move,
    prompt_rank,
    slots_cancel,
)

TOO_FEW_RESPONSES = "too_few_responses"
Pairs = set[frozenset[int]]


def marks_record(*, slot: Assignment, annotation: Annotation) -> None:
    """Record what a work slot's new annotation holds for garbage, in place of the annotation that it replaces."""
    if slot.token > 1:
        replaced = DiscardMark.objects.filter(annotation__assignment=slot, current=True).exclude(annotation=annotation)
        replaced.update(current=False)
    number = slot.pass_number
    assert number is not None  # the database gives every work slot a pass
    DiscardMark.objects.bulk_create(
        DiscardMark(
            prompt_id=slot.prompt_id,
            response_id=response,
            pass_number=number,
            author_id=annotation.annotator_id,
            annotation=annotation,
        )
        for response in annotation.discarded
    )


def prompt_discards(*, prompt: Prompt, actor: User | None = None) -> bool:
    """Discard what every pass, or a decision, holds for garbage; tell whether anything was.

    The ring is rebuilt for the responses left. With too few of them the prompt leaves the flow; where they leave pairs
    that nobody compared, it goes back to be annotated. Call it inside a transaction, with the prompt's row locked.
    """
    marks, decided, passes = discard_marks(prompt), decided_discards(prompt), prompt.project.passes
    if not marks and not decided:
        return False
    responses = list(prompt.responses.order_by("ring_index"))
    new = [row for row in responses if not row.discarded and decided.get(row.pk, len(marks.get(row.pk, ())) == passes)]
    if not new:
        return False
    _go_without(prompt, responses, new, actor)
    return True


def responses_exclude(*, prompt: Prompt, response_ids: set[int], actor: User | None) -> None:
    """Take responses that nobody has worked on out of a prompt, as those that the passes discard.

    A prompt without tasks yet gets them later for what is left. Call it inside a transaction, with the prompt's row
    locked.
    """
    responses = list(prompt.responses.order_by("ring_index"))
    new = [row for row in responses if not row.discarded and row.pk in response_ids]
    if new:
        _go_without(prompt, responses, new, actor)


def responses_strike(*, prompt: Prompt, response_ids: set[int], actor: User | None) -> None:
    """Take responses out of an accepted prompt: it is ranked anew by what was said of the others, and nobody is asked.

    With too few of them left the prompt leaves the flow. Frozen sets stay as they are. Call it inside a transaction,
    with the prompt's row locked.
    """
    usable = list(prompt.responses.filter(discarded=False).order_by("ring_index"))
    new = [row for row in usable if row.pk in response_ids]
    if not new:
        return
    _discard(prompt, new, actor)
    finals_set(prompt=prompt)
    if len(usable) - len(new) < prompt.project.responses_per_task:
        prompt_leave(prompt=prompt, reason=TOO_FEW_RESPONSES, actor=actor)
    else:
        prompt_rank(prompt=prompt)


def _go_without(prompt: Prompt, responses: list[Response], new: list[Response], actor: User | None) -> None:
    """Discard `new` and see what that leaves of a prompt: too few responses, or another ring."""
    _discard(prompt, new, actor)
    discarded = {row.pk for row in responses if row.discarded}
    if len(responses) - len(discarded) < prompt.project.responses_per_task:
        finals_set(prompt=prompt)
        prompt_leave(prompt=prompt, reason=TOO_FEW_RESPONSES, actor=actor)
        return
    if prompt.state == PromptState.IMPORTED:
        return
    added = _rebuild(prompt, [row.pk for row in responses], discarded, actor)
    finals_set(prompt=prompt)
    if added and prompt.state != PromptState.ANNOTATING:
        prompt_move(prompt=prompt, action="rebuild", actor=actor)
        discussion_close(prompt=prompt, action="withdraw", actor=actor)


def response_restore(*, prompt: Prompt, response_id: int, actor: User | None, reason: str) -> None:
    """Bring a response back that a filter took out, with the tasks that its ring then needs.

    Tasks of the smaller ring that nobody has begun are retired. Call it inside a transaction, with the prompt's row
    locked. Raises Conflict: prompt_left, past_annotation.
    """
    if prompt.state == PromptState.DROPPED:
        raise Conflict("prompt_left", _("The prompt has left the flow; its responses cannot come back."))
    if prompt.state not in (PromptState.IMPORTED, PromptState.ANNOTATING):
        raise Conflict("past_annotation", _("The prompt is annotated already; the response can no longer come back."))
    row = prompt.responses.get(pk=response_id)
    row.discarded = False
    row.save(update_fields=["discarded"])
    event(
        project_id=prompt.project_id,
        prompt_id=prompt.pk,
        kind="response_restore",
        subject=row,
        actor=actor,
        before="discarded",
        after="usable",
        reason=reason,
    ).save()
    if prompt.state == PromptState.ANNOTATING:
        _widen(prompt, actor)
        finals_set(prompt=prompt)


def _widen(prompt: Prompt, actor: User | None) -> None:
    """Rebuild the ring with all usable responses, without those of its old tasks that it no longer needs."""
    responses = list(prompt.responses.order_by("ring_index"))
    ring = [row.pk for row in responses if not row.discarded]
    width = prompt.project.responses_per_task
    needed = {frozenset(ring[place] for place in places) for places in ring_tasks(len(ring), width)}
    untouched = prompt.tasks.filter(retired=False).exclude(pk__in=tasks_begun(prompt).values("pk"))
    _retire([task for task in untouched if frozenset(task.responses) not in needed], actor)
    discarded = {row.pk for row in responses if row.discarded}
    _rebuild(prompt, [row.pk for row in responses], discarded, actor)


def _retire(tasks: list[Task], actor: User | None) -> None:
    """Take tasks out of the ring; their free slots are cancelled."""
    Task.objects.filter(pk__in=[task.pk for task in tasks]).update(retired=True)
    unwanted = Assignment.objects.filter(task__in=tasks, kind=AssignmentKind.WORK, state=AssignmentState.OPEN)
    slots_cancel(rows=unwanted, actor=actor, reason="task_retired")


def _discard(prompt: Prompt, responses: list[Response], actor: User | None) -> None:
    for row in responses:
        row.discarded = True
    Response.objects.bulk_update(responses, ["discarded"])
    Event.objects.bulk_create(
        event(
            project_id=prompt.project_id,
            prompt_id=prompt.pk,
            kind="response_discard",
            subject=row,
            actor=actor,
            before="usable",
            after="discarded",
        )
        for row in responses
    )


def _rebuild(prompt: Prompt, ring: list[int], discarded: set[int], actor: User | None) -> bool:
    """Retire the tasks of discarded responses and add those the new ring lacks; tell whether there are new ones."""
    live = list(prompt.tasks.filter(retired=False).order_by("index"))
    shown = [tuple(task.responses) for task in live]
    width = prompt.project.responses_per_task
    change = ring_rebuild(ring, discarded, shown, _covered(prompt), width)
    retired = [task for task in live if tuple(task.responses) in change.retired]
    _retire(retired, actor)
    added = _tasks_add(prompt, list(change.added))
    event(
        project_id=prompt.project_id,
        prompt_id=prompt.pk,
        kind="ring_rebuild",
        subject=prompt,
        actor=actor,
        data={"retired": [task.pk for task in retired], "added": [task.pk for task in added]},
    ).save()
    return bool(added)


def _covered(prompt: Prompt) -> list[Pairs]:
    """Return, pass by pass, the pairs that submitted work has compared."""
    covered: list[Pairs] = [set() for _ in range(prompt.project.passes)]
    rows = current_work(prompt.pk).values_list("assignment__pass_number", "display_order")
    for number, shown in rows:
        covered[(number or 1) - 1] |= {frozenset(pair) for pair in combinations(shown, 2)}
    return covered


def _tasks_add(prompt: Prompt, added: list[tuple[int, ...]]) -> list[Task]:
    """Create tasks after those of a prompt, each with a free slot in every pass."""
    after = (prompt.tasks.aggregate(n=Max("index"))["n"] or 0) + 1
    tasks = Task.objects.bulk_create(
        Task(prompt=prompt, index=after + number, responses=list(responses)) for number, responses in enumerate(added)
    )
    Assignment.objects.bulk_create(
        Assignment(
            project_id=prompt.project_id,
            prompt=prompt,
            task=task,
            category_id=prompt.category.root_pk,
            pass_number=number,
            place=dealing_place(prompt.priority, prompt.pk),
        )
        for number in range(1, prompt.project.passes + 1)
        for task in tasks
    )
    return tasks
