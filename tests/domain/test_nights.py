"""When a nightly round is due, against a clock that is watched quarter of an hour by quarter of an hour."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from annotate.domain.nights import night_after, night_before

# Put on and back at two or one in the morning, at midnight, by half an hour, and never.
ZONES = [
    ZoneInfo(name)
    for name in (
        "Asia/Shanghai",
        "Europe/Berlin",
        "America/New_York",
        "America/Havana",
        "Australia/Lord_Howe",
        "Asia/Kolkata",
        "America/Santiago",
        "UTC",
    )
]
STEP = timedelta(minutes=15)
moments = st.integers(0, 4 * 24 * 366 * 4).map(lambda n: datetime(2023, 1, 1, tzinfo=UTC) + n * STEP)


def watched(now: datetime, hour: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return (last moment up to now, first after it) at which a local day first had its clock at `hour` or beyond."""
    first: dict[object, datetime] = {}
    at = now - timedelta(days=3)
    while at <= now + timedelta(days=3):
        local = at.astimezone(zone)
        if local.hour >= hour:
            first.setdefault(local.date(), at)
        at += STEP
    # The first day was not watched from its beginning.
    found = sorted(first.values())[1:]
    return max(at for at in found if at <= now), min(at for at in found if at > now)


@given(now=moments, hour=st.integers(0, 23), zone=st.sampled_from(ZONES))
@example(now=datetime(2026, 3, 29, 1, 0, tzinfo=UTC), hour=2, zone=ZoneInfo("Europe/Berlin"))
@example(now=datetime(2026, 10, 25, 1, 30, tzinfo=UTC), hour=2, zone=ZoneInfo("Europe/Berlin"))
@example(now=datetime(2024, 11, 3, 5, 30, tzinfo=UTC), hour=0, zone=ZoneInfo("America/Havana"))
def test_every_local_day_has_one_moment_whatever_its_clock_does(now: datetime, hour: int, zone: ZoneInfo) -> None:
    assert (night_before(now, hour, zone), night_after(now, hour, zone)) == watched(now, hour, zone)
