"""What happens to a prompt: its tasks are set up, its passes are compared, it is ranked, or it leaves the flow."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from annotate.domain.dealing import dealing_place
from annotate.domain.design import ring_tasks
from annotate.domain.states import PROMPT_MOVES, AssignmentKind, PromptState
from annotate.models import Assignment, Event, Project, Prompt, Response, Task, User
from annotate.permissions import Right
from annotate.problems import Conflict, Invalid
from annotate.selectors.access import at_work_get, scoped_get
from annotate.selectors.assignments import UNFINISHED
from annotate.selectors.prompts import Standing, standing
from annotate.services.events import event
from annotate.services.moves import discussion_open, finals_set, prompt_leave, prompt_move, prompt_rank
from annotate.services.reviews import prompt_route

TASK_BATCH = 200


def tasks_set_up(*, project: Project, beat: Callable[[], None] | None = None) -> int:
    """Give every imported prompt of a project its ring of tasks and their slots; return how many prompts got them.

    Works in short transactions and starts again where it was interrupted. `beat` is called after each batch.
    """
    n_done = 0
    while True:
        with transaction.atomic():
            rows = Prompt.objects.select_for_update(of=("self",)).select_related("category")
            rows = rows.filter(project=project, state=PromptState.IMPORTED)
            prompts = list(rows.order_by("id")[:TASK_BATCH])
            if prompts:
                _tasks_create(project, prompts)
        if not prompts:
            return n_done
        n_done += len(prompts)
        if beat is not None:
            beat()


def _tasks_create(project: Project, prompts: list[Prompt]) -> None:
    """Create tasks and slots of `prompts` and move them on; slots of one prompt get neighbouring ids."""
    responses: dict[int, list[int]] = {prompt.pk: [] for prompt in prompts}
    rows = Response.objects.filter(prompt__in=prompts, discarded=False).order_by("prompt_id", "ring_index")
    for prompt_id, response_id in rows.values_list("prompt_id", "id"):
        responses[prompt_id].append(response_id)
    tasks = [
        Task(prompt=prompt, index=index, responses=[responses[prompt.pk][place] for place in places])
        for prompt in prompts
        for index, places in enumerate(ring_tasks(len(responses[prompt.pk]), project.responses_per_task))
    ]
    Task.objects.bulk_create(tasks, batch_size=1000)
    of_prompt: dict[int, list[Task]] = {prompt.pk: [] for prompt in prompts}
    for task in tasks:
        of_prompt[task.prompt_id].append(task)
    slots = [
        Assignment(
            project=project,
            prompt_id=task.prompt_id,
            task=task,
            category_id=prompt.category.root_pk,
            pass_number=number,
            place=dealing_place(prompt.priority, prompt.pk),
        )
        for prompt in prompts
        for number in range(1, project.passes + 1)
        for task in of_prompt[prompt.pk]
    ]
    Assignment.objects.bulk_create(slots, batch_size=1000)
    move = PROMPT_MOVES["set_up_tasks"]
    before = PromptState.IMPORTED
    keys = [prompt.pk for prompt in prompts]
    Prompt.objects.filter(pk__in=keys, state__in=move.before).update(state=move.after, state_at=timezone.now())
    Event.objects.bulk_create(
        event(
            project_id=project.pk,
            prompt_id=prompt.pk,
            kind="prompt_set_up_tasks",
            subject=prompt,
            before=before,
            after=move.after,
        )
        for prompt in prompts
    )


def prompt_evaluate(*, prompt: Prompt) -> None:
    """Compare the passes of a prompt once all its work is in, and move it on (PROTOCOL 5); else do nothing.

    Call it inside the transaction of what may have completed it, with the prompt's row locked.
    """
    unfinished = Assignment.objects.filter(prompt=prompt, kind=AssignmentKind.WORK, state__in=UNFINISHED)
    if prompt.state != PromptState.ANNOTATING or unfinished.exists():
        return
    finals_set(prompt=prompt)
    held = standing(prompt)
    columns: dict[str, Any] = {"agreement": held.rate, "n_differing": len(held.differing)}
    if aligned(prompt, held):
        prompt_settle(prompt=prompt, action="agree", **columns)
    else:
        prompt_move(prompt=prompt, action="disagree", **columns)
        discussion_open(prompt=prompt)


def aligned(prompt: Prompt, held: Standing) -> bool:
    """Tell whether the passes of a prompt agree well enough to settle it: in their verdicts and on every discard."""
    rate = held.settled_rate
    return (rate is None or rate >= prompt.project.agreement_threshold) and not held.discards


def prompt_settle(
    *, prompt: Prompt, action: str, actor: User | None = None, reason: str = "", **columns: object
) -> None:
    """Settle a prompt ("agree", "align" or "adjudicate"): rank it and send it to the review it was drawn for.

    Call it inside a transaction, with the prompt's row locked.
    """
    prompt_move(prompt=prompt, action=action, actor=actor, reason=reason, rounds=prompt.rounds + 1, **columns)
    prompt_rank(prompt=prompt)
    prompt_route(prompt=prompt)


@transaction.atomic
def prompt_drop(*, user: User, prompt_id: int, reason: str) -> Prompt:
    """Take a prompt out of the flow, by hand and with a reason; its free and leased slots are cancelled."""
    prompt = scoped_get(user, Prompt.objects.exclude(state=PromptState.STAGED), prompt_id, Right.SETTLE)
    at_work_get(user, prompt.project_id)
    if not reason.strip():
        raise Invalid("reason_required", _("Say why the prompt leaves the flow."))
    prompt = Prompt.objects.select_for_update().get(pk=prompt_id)
    if prompt.state == PromptState.DROPPED:
        raise Conflict("already_dropped", _("This prompt has left the flow already."))
    prompt_leave(prompt=prompt, reason=reason, actor=user)
    return prompt
