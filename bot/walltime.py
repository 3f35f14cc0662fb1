"""Wall-clock times and instants: what "8 p.m. in Paris" means on any day of the year.

The one rule: an hour that exists twice (autumn) is its first occurrence; an hour that does not exist (spring) is moved
to the moment the clocks jump to. Quiet hours are local hours too.
"""

from __future__ import annotations

import calendar
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flows.flow import Every


def instant(wall: datetime, zone: str) -> datetime:
    """The UTC time at which clocks in `zone` show `wall` (naive)."""
    local = wall.replace(tzinfo=ZoneInfo(zone), fold=0)
    moment = local.astimezone(UTC)
    return moment if exists(wall, zone) else _jump(local)


def _jump(skipped: datetime) -> datetime:
    """The moment at which the clocks skip over `skipped`. Not every zone jumps at a full hour, or by one hour."""
    skipped = skipped.replace(microsecond=0)
    late, early = skipped.astimezone(UTC), skipped.replace(fold=1).astimezone(UTC)
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) // 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(skipped.tzinfo).utcoffset() == skipped.utcoffset():
            early = middle
        else:
            late = middle
    return late


def exists(wall: datetime, zone: str) -> bool:
    """Do clocks in `zone` ever show `wall`?"""
    local = wall.replace(tzinfo=ZoneInfo(zone))
    return local.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall


def local(at: datetime, zone: str) -> datetime:
    """What clocks in `zone` show at the instant `at`; naive."""
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def following(wall: datetime, every: Every, times: int = 1) -> datetime:
    """The same wall time some periods later; the 31st becomes the last day of a shorter month. Count from the first
    of a series: from one that was shortened, the 31st would never come back."""
    match every:
        case Every.DAY:
            return wall + timedelta(days=times)
        case Every.WEEK:
            return wall + timedelta(days=7 * times)
        case Every.MONTH:
            years, month = divmod(wall.month - 1 + times, 12)
            year = wall.year + years
            day = min(wall.day, calendar.monthrange(year, month + 1)[1])
            return wall.replace(year=year, month=month + 1, day=day)


def after_quiet(at: datetime, zone: str, quiet: tuple[time, time]) -> datetime:
    """`at`, or the end of the quiet hours (local, `start` to `end`, over midnight) if it falls into them. Never
    earlier than `at`, also when the clocks are set back over the end."""
    start, end = quiet
    if start == end:
        return at
    here = local(at, zone)
    now = here.time()
    if start < end:
        inside = start <= now < end
    else:
        inside = now >= start or now < end
    if not inside:
        return at
    day = here.date() + timedelta(days=1) if start > end and now >= start else here.date()
    return max(at, instant(datetime.combine(day, end), zone))
