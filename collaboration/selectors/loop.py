"""The loop of a project as a person may see it, and whether its next round is due."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet

from annotate.domain.loop import Schedule, counted_until
from annotate.domain.nights import night_after
from annotate.domain.states import LOOP_OPEN, LoopTrigger
from annotate.permissions import Right
from annotate.selectors.access import project_get, scoped_get
from annotate.selectors.set_contents import accepted_between
from collaboration.models import LoopRound, LoopRule

if TYPE_CHECKING:
    from annotate.models import User

NO_FILTERS: dict[str, Any] = {"categories": [], "sources": [], "min_agreement": None}


@dataclass(frozen=True, slots=True)
class LoopStanding:
    """A project's rule and how far its next round is.

    n_new: accepted since the last round began. next_at: the next night that counts; None where the rule counts prompts,
    or is paused. open: the round under way.
    """

    rule: LoopRule | None
    n_new: int
    next_at: datetime | None
    open: LoopRound | None


def loop_standing(user: "User", project_id: int, now: datetime) -> LoopStanding:
    """Return the loop of a project, for people who may train there. Raises NotFound, Forbidden."""
    project = project_get(user, project_id, Right.TRAIN)
    rule = LoopRule.objects.select_related("paused_by").filter(project=project).first()
    under_way = round_rows().filter(project=project, state__in=LOOP_OPEN).first()
    last = last_round(project_id)
    filters = rule.filters if rule else NO_FILTERS
    n_new = accepted_between(project_id, filters, last.started_at if last else None, now)
    next_at = None
    if rule is not None and rule.trigger == LoopTrigger.NIGHTLY and rule.paused_at is None:
        next_at = night_after(now, rule.hour, schedule_of(rule).zone)
    return LoopStanding(rule, n_new, next_at, under_way)


def round_rows() -> QuerySet[LoopRound]:
    """Return rounds with what a page shows of them, in one query."""
    return LoopRound.objects.select_related("set", "run__reward_model", "against", "promotion", "started_by").defer(
        "set__manifest"
    )


def rounds_of(user: "User", project_id: int) -> QuerySet[LoopRound]:
    """Return the rounds of a project. Raises NotFound, Forbidden."""
    return round_rows().filter(project=project_get(user, project_id, Right.TRAIN))


def round_get(user: "User", round_id: int) -> LoopRound:
    """Return a round. Raises NotFound to strangers, Forbidden to members who may not train."""
    return scoped_get(user, round_rows(), round_id, Right.TRAIN)


def last_round(project_id: int) -> LoopRound | None:
    """Return the newest round of a project."""
    return LoopRound.objects.filter(project_id=project_id).order_by("-number").first()


def set_before(row: LoopRound) -> LoopRound | None:
    """Return the newest round before `row` that froze a set and trained on it."""
    earlier = LoopRound.objects.filter(project_id=row.project_id, number__lt=row.number, run__isnull=False)
    return earlier.select_related("set").order_by("-number").first()


def schedule_of(rule: LoopRule) -> Schedule:
    """Return a rule's schedule, by the site's clock."""
    return Schedule(LoopTrigger(rule.trigger), rule.n, rule.hour, ZoneInfo(settings.TIME_ZONE))


def round_due(rule: LoopRule, now: datetime) -> bool:
    """Tell whether a round is to begin by itself: it is due, no other is under way, and nobody paused the loop."""
    last = last_round(rule.project_id)
    if rule.paused_at is not None or (last is not None and last.state in LOOP_OPEN):
        return False
    after, schedule = last.started_at if last else None, schedule_of(rule)
    until = counted_until(schedule, armed_at=rule.armed_at, last=after, now=now)
    if until is None:
        return False
    return accepted_between(rule.project_id, rule.filters, after, until) >= schedule.n_needed
