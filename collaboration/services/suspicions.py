"""QA looks at doubtful votes again: the next one, judged blindly, and what follows from the answer."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from annotate.domain.states import SuspicionState, Verdict
from annotate.models import User
from annotate.permissions import Right
from annotate.problems import Conflict
from annotate.selectors.access import at_work_get, project_get
from annotate.services.second_looks import Pair, pair_overrule, prompt_look_again, votes_stand
from collaboration.models import Suspicion
from collaboration.selectors.colleague import suspicion_get, suspicions_waiting
from collaboration.services.moves import row_move

HOLD = timedelta(minutes=15)
AT_ONCE = 20


def suspicion_next(*, user: User, project_id: int) -> Suspicion | None:
    """Return the next pair that a person is asked about, theirs for a while, or None where there is none.

    What no longer stands as it was found is passed over. Raises NotFound, Forbidden (paused).
    """
    project = project_get(user, project_id, Right.SETTLE)
    at_work_get(user, project.pk)
    # Each row that is passed over waits for this person no more: it lapses, or somebody else holds it.
    while rows := list(suspicions_waiting(user, project.pk).select_related("prompt")[:AT_ONCE]):
        for row in rows:
            if not votes_stand(row.prompt, _pair(row), row.votes):
                row_move(row, "lapse")
            elif _hold(row, user):
                return suspicion_get(user, row.handle)
    return None


def _pair(row: Suspicion) -> Pair:
    return row.response_a_id, row.response_b_id


def _hold(row: Suspicion, user: User) -> bool:
    now = timezone.now()
    free = Q(held_until=None) | Q(held_until__lte=now) | Q(held_by=user)
    rows = Suspicion.objects.filter(free, pk=row.pk, state=SuspicionState.WAITING)
    return rows.update(held_by=user, held_until=now + HOLD) == 1


def suspicion_decide(*, user: User, handle: int, verdict: Verdict, reason: str) -> Suspicion:
    """Take a person's answer, of the responses in the order shown, and put it in place of votes that it contradicts.

    Raises NotFound, Forbidden (paused), or Conflict (own_work, already_decided, not_yours where somebody else looks at
    it by now, votes_changed).
    """
    row = suspicion_get(user, handle)
    try:
        return _decide(row, user, verdict, reason.strip())
    except Conflict as conflict:
        if conflict.code == "votes_changed":
            row_move(row, "lapse")
        raise


@transaction.atomic
def _decide(row: Suspicion, user: User, verdict: Verdict, reason: str) -> Suspicion:
    if row.state != SuspicionState.WAITING:
        raise _already_decided()
    if row.held_by_id != user.pk:
        raise Conflict("not_yours", _("Somebody else is looking at this pair; go on to the next one."))
    prompt = prompt_look_again(user=user, prompt_id=row.prompt_id, pair=_pair(row), votes=row.votes)
    said = verdict.mirrored if row.b_first else verdict
    agrees = said == row.standing
    values = {"verdict": said, "reason": reason, "decided_by": user, "decided_at": timezone.now()}
    if not row_move(row, "uphold" if agrees else "overrule", actor=user, **values):
        raise _already_decided()
    if not agrees:
        why = reason or _("Judged again without knowing the votes, after a model doubted them or by chance.")
        row.decision = pair_overrule(user=user, prompt=prompt, pair=_pair(row), verdict=said, reason=why)
        row.save(update_fields=["decision"])
    return row


def _already_decided() -> Conflict:
    return Conflict("already_decided", _("This pair has been decided already."))
