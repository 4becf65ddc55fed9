"""What people do with the rule of a loop: make and change it, pause it, let it go on."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from annotate.domain.states import LoopTrigger
from annotate.permissions import Right
from annotate.problems import Conflict
from annotate.selectors.access import project_get
from annotate.services.events import event
from annotate.services.sets import set_filters
from collaboration.models import LoopRule
from rm_training.services import run_check

if TYPE_CHECKING:
    from annotate.models import User


@dataclass(frozen=True, slots=True)
class RuleWishes:
    """What a rule is to say; as the columns of LoopRule."""

    trigger: LoopTrigger
    n: int
    hour: int
    base: str
    params: dict[str, Any]
    set_name: str
    filters: dict[str, Any]
    benchmark_share: float


@transaction.atomic
def loop_rule_set(*, user: "User", project_id: int, wishes: RuleWishes) -> LoopRule:
    """Make or change the rule of a project; a round under way goes on, its later steps by the new one.

    Raises Invalid `invalid_base`, `invalid_params`, `unknown_category`, each with its field.
    """
    project = project_get(user, project_id, Right.TRAIN)
    run_check(base=wishes.base, params=wishes.params)
    columns = asdict(wishes) | {"filters": set_filters(project=project, given=wishes.filters), "changed_by": user}
    before = LoopRule.objects.select_for_update().filter(project=project).first()
    if before is None or (before.trigger, before.hour) != (wishes.trigger, wishes.hour):
        columns["armed_at"] = timezone.now()
    rule, _made = LoopRule.objects.update_or_create(project=project, defaults=columns)
    _log(rule, "loop_rule", user, data={"trigger": rule.trigger, "n": rule.n, "hour": rule.hour, "base": rule.base})
    return rule


@transaction.atomic
def loop_pause(*, user: "User", project_id: int) -> None:
    """Let no round begin any more; one under way goes on to its end. Raises Conflict (no_rule, already_paused)."""
    rule = rule_locked(user, project_id)
    if rule.paused_at is not None:
        raise Conflict("already_paused", _("The loop is paused already."))
    rule.paused_at, rule.paused_by = timezone.now(), user
    rule.save()
    _log(rule, "loop_pause", user)


@transaction.atomic
def loop_unpause(*, user: "User", project_id: int) -> None:
    """Let rounds begin again; nights that passed are not made up for. Raises Conflict (no_rule, not_paused)."""
    rule = rule_locked(user, project_id)
    if rule.paused_at is None:
        raise Conflict("not_paused", _("The loop is not paused."))
    rule.paused_at, rule.paused_by, rule.armed_at = None, None, timezone.now()
    rule.save()
    _log(rule, "loop_unpause", user)


def rule_locked(user: "User", project_id: int) -> LoopRule:
    """Return the rule of a project, so that nobody else begins or changes anything until the transaction ends.

    Raises NotFound, Forbidden, and Conflict (no_rule).
    """
    project_get(user, project_id, Right.TRAIN)
    rule = LoopRule.objects.select_for_update().filter(project_id=project_id).first()
    if rule is None:
        raise Conflict("no_rule", _("This project has no rule yet; save one first."))
    return rule


def _log(rule: LoopRule, kind: str, actor: "User", data: dict[str, Any] | None = None) -> None:
    event(project_id=rule.project_id, kind=kind, subject=rule, actor=actor, data=data).save()
