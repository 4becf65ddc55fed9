"""The moment of every day at which something is due by the site's clock, also where that is put on or back."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def night_before(now: datetime, hour: int, zone: ZoneInfo) -> datetime:
    """Return the last moment, up to and with `now`, at which a day of `zone` first reached `hour`.

    now: aware. hour: 0 to 23. Where the clock skips that hour, the moment is when it was put on; where it shows it
    twice, the first time counts, so that every day has one.
    """
    today = now.astimezone(zone).date()
    moments = (_moment(today - timedelta(days=back), hour, zone) for back in range(3))
    return next(moment for moment in moments if moment <= now)


def night_after(now: datetime, hour: int, zone: ZoneInfo) -> datetime:
    """Return the first such moment after `now`."""
    today = now.astimezone(zone).date()
    moments = (_moment(today + timedelta(days=ahead), hour, zone) for ahead in range(-1, 3))
    return next(moment for moment in moments if moment > now)


def _moment(day: date, hour: int, zone: ZoneInfo) -> datetime:
    """fold=0 is the first of two, and in a gap the offset from before it: the moment at which the clock was put on."""
    utc = ZoneInfo("UTC")
    return datetime.combine(day, time(hour), zone).astimezone(utc)
