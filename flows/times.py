"""Durations and wall-clock times as organisers write them.

The one rule: a time in a flow is what the clock on the wall of `zone` shows. A time written with an offset is turned
into that wall time once, here; a wall time that the spring change skips is refused.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

DURATION = r"^[1-9][0-9]{0,5}[mhdw]$"
WALL_TIME = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})?$"
LONGEST = timedelta(days=366)
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def duration(text: str) -> timedelta | None:
    """`90m`, `36h`, `2d`, `2w`; None for anything else, or for more than 366 days."""
    if not re.fullmatch(DURATION[1:-1], text, re.ASCII):
        return None
    span = timedelta(**{_UNITS[text[-1]]: int(text[:-1])})
    return span if span <= LONGEST else None


def moment(text: str) -> datetime | None:
    """An ISO date-time, with an offset or without; None for anything else."""
    if not re.fullmatch(WALL_TIME[1:-1], text, re.ASCII):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


@cache
def zones() -> tuple[str, ...]:
    """The names of all time zones."""
    return tuple(sorted(available_timezones()))


def zone(name: str) -> ZoneInfo | None:
    """The time zone called `name`; None when there is none."""
    return ZoneInfo(name) if name in zones() else None


def wall(when: datetime, where: ZoneInfo) -> datetime:
    """The naive time that the clock in `where` shows at `when`."""
    if when.tzinfo is None:
        return when
    try:
        return when.astimezone(where).replace(tzinfo=None)
    except OverflowError:
        return when.replace(tzinfo=None)


def instant(naive: datetime, where: ZoneInfo) -> datetime:
    """The moment when the clock in `where` shows `naive`, in UTC."""
    try:
        return naive.replace(tzinfo=where).astimezone(UTC)
    except OverflowError:
        return naive.replace(tzinfo=UTC)


def skipped(naive: datetime, where: ZoneInfo) -> datetime | None:
    """For a wall time that the spring change skips, the time to propose instead; None for all others."""
    shown = wall(instant(naive, where), where)
    return None if shown == naive else shown
