"""When the next round of a project's loop is due (PROTOCOL says nothing of it: ours)."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from annotate.domain.nights import night_before
from annotate.domain.states import LoopTrigger


@dataclass(frozen=True, slots=True)
class Schedule:
    """Every `n` newly accepted prompts; or at `hour` of the day in `zone`, where at least one is new."""

    trigger: LoopTrigger
    n: int
    hour: int
    zone: ZoneInfo

    @property
    def n_needed(self) -> int:
        """How many newly accepted prompts a round takes."""
        return self.n if self.trigger == LoopTrigger.EVERY_N else 1


def counted_until(schedule: Schedule, *, armed_at: datetime, last: datetime | None, now: datetime) -> datetime | None:
    """Until when accepted prompts count towards the next round; None where none can be due.

    armed_at: since when the schedule holds. last: when the last round began. A night counts once it has passed, later
    too if the site was down; what is accepted after it waits for the next.
    """
    if schedule.trigger == LoopTrigger.EVERY_N:
        return now
    night = night_before(now, schedule.hour, schedule.zone)
    return night if night > armed_at and (last is None or night > last) else None
