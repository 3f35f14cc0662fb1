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
    if exists(wall, zone):
        return moment
    before, after = local.utcoffset(), local.replace(fold=1).utcoffset()
    assert before is not None
    assert after is not None
    jump = abs(after - before)
    edge = wall.replace(minute=0, second=0, microsecond=0) + jump
    return edge.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def exists(wall: datetime, zone: str) -> bool:
    """Do clocks in `zone` ever show `wall`?"""
    local = wall.replace(tzinfo=ZoneInfo(zone))
    return local.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall


def local(at: datetime, zone: str) -> datetime:
    """What clocks in `zone` show at the instant `at`; naive."""
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def following(wall: datetime, every: Every) -> datetime:
    """The same wall time one period later; the 31st becomes the last day of a shorter month."""
    match every:
        case Every.DAY:
            return wall + timedelta(days=1)
        case Every.WEEK:
            return wall + timedelta(days=7)
        case Every.MONTH:
            year, month = (wall.year + 1, 1) if wall.month == 12 else (wall.year, wall.month + 1)
            day = min(wall.day, calendar.monthrange(year, month)[1])
            return wall.replace(year=year, month=month, day=day)


def after_quiet(at: datetime, zone: str, quiet: tuple[time, time]) -> datetime:
    """`at`, or the end of the quiet hours (local, `start` to `end`, over midnight) if it falls into them."""
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
    return instant(datetime.combine(day, end), zone)
