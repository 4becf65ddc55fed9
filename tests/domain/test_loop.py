"""When a round is due, against somebody who counts what comes in."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from annotate.domain.loop import Schedule, counted_until
from annotate.domain.states import LoopTrigger

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 3, 27, tzinfo=UTC)
# Minutes at which prompts are accepted (True) or somebody looks (False), over the days around the clock's change.
happenings = st.lists(st.tuples(st.integers(0, 5 * 24 * 60), st.booleans()), max_size=60, unique_by=lambda one: one[0])


def looked(schedule: Schedule, events: list[tuple[int, bool]]) -> list[int]:
    """Return the minutes at which a round begins by the rule."""
    accepted: list[datetime] = []
    last, begun = None, []
    for minute, arrives in sorted(events):
        now = START + timedelta(minutes=minute)
        if arrives:
            accepted.append(now)
            continue
        until = counted_until(schedule, armed_at=START, last=last, now=now)
        new = [at for at in accepted if until is not None and (last is None or at > last) and at <= until]
        if len(new) >= schedule.n_needed:
            begun.append(minute)
            last = now
    return begun


@given(events=happenings, n=st.integers(1, 5))
def test_every_n_begins_once_a_counter_reaches_n(events: list[tuple[int, bool]], n: int) -> None:
    waiting, expected = 0, []
    for minute, arrives in sorted(events):
        if arrives:
            waiting += 1
        elif waiting >= n:
            expected.append(minute)
            waiting = 0
    assert looked(Schedule(LoopTrigger.EVERY_N, n, 0, BERLIN), events) == expected


@given(events=happenings, hour=st.integers(0, 23))
def test_nightly_takes_over_at_the_hour_what_came_before_it(events: list[tuple[int, bool]], hour: int) -> None:
    # Minute by minute with a clock on the wall: at the hour, what waits becomes due; whoever looks then begins.
    waiting = due = 0
    expected = []
    rung = None
    happens = dict(events)
    for minute in range(5 * 24 * 60 + 1):
        local = (START + timedelta(minutes=minute)).astimezone(BERLIN)
        # START itself is armed, so that what its own day has already struck does not count.
        struck = local.hour >= hour and rung != local.date()
        if struck and minute > 0:
            due, waiting = due + waiting, 0
        if struck:
            rung = local.date()
        arrives = happens.get(minute)
        if arrives:
            # Accepted in the very minute that the hour strikes it still counts.
            due, waiting = (due + 1, waiting) if struck and minute > 0 else (due, waiting + 1)
        elif arrives is False and due:
            expected.append(minute)
            waiting = due = 0
    assert looked(Schedule(LoopTrigger.NIGHTLY, 9, hour, BERLIN), events) == expected
