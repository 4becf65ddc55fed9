"""A person's word that the flag of a response is right, where the filters themselves had to leave it in."""

from django.db import transaction
from django.utils.translation import gettext as _

from annotate.domain.states import FLAG_MOVES, PromptState
from annotate.models import Prompt, ResponseFlag, User
from annotate.permissions import Right
from annotate.problems import Conflict
from annotate.selectors.access import at_work_get, scoped_get
from annotate.selectors.flags import EARLY, responses_held
from annotate.services.discards import responses_exclude, responses_strike
from annotate.services.filters import flag_log
from annotate.services.prompts import prompt_evaluate


@transaction.atomic
def flag_confirm(*, user: User, flag_id: int) -> ResponseFlag:
    """Say that a flag that went to QA is right: the response leaves the tasks as one that the filters take out.

    An accepted prompt is ranked anew without it; of one that has left the flow nothing changes but the flag. Raises
    Conflict (not_referred; response_held while somebody has it before them; decided_elsewhere where people are about to
    decide about the prompt), Forbidden (paused).
    """
    flag = scoped_get(user, ResponseFlag.objects.all(), flag_id, Right.OVERRULE_FLAGS)
    at_work_get(user, flag.project_id)
    prompts = Prompt.objects.select_for_update(of=("self",)).select_related("project", "category")
    prompt = prompts.get(pk=flag.prompt_id)
    flag.refresh_from_db()
    move, before = FLAG_MOVES["confirm"], flag.state
    rows = ResponseFlag.objects.filter(pk=flag.pk, state=before, state__in=move.before)
    if rows.update(state=move.after) != 1:
        raise Conflict("not_referred", _("Only a flag that was sent to QA can be confirmed."))
    flag.refresh_from_db()
    flag_log(flag, "confirm", actor=user, before=before)
    _take_out(prompt, flag.response_id, user)
    return flag


def _take_out(prompt: Prompt, response_id: int, actor: User) -> None:
    if prompt.state in EARLY:
        # Nobody's work shall be thrown away while they do it.
        if response_id in responses_held(prompt):
            raise Conflict(
                "response_held", _("Somebody has this response before them now; confirm the flag once they are done.")
            )
        responses_exclude(prompt=prompt, response_ids={response_id}, actor=actor)
        prompt_evaluate(prompt=prompt)
    elif prompt.state == PromptState.ACCEPTED:
        responses_strike(prompt=prompt, response_ids={response_id}, actor=actor)
    elif prompt.state != PromptState.DROPPED:
        message = _("This prompt is under discussion or review, or is a gold item; mark the response as garbage there.")
        raise Conflict("decided_elsewhere", message)
