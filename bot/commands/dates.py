"""Dates as organisers type them after a command: so long, or until when."""

from __future__ import annotations

from datetime import datetime

from bot.polls import when
from flows import times

_UNTIL = ("until", "till", "jusqu'au", "jusqu’au", "jusqu'à", "jusqu’à", "avant le", "before", "to", "by")


def read(words: str, now: datetime, zone: str, *, after: datetime | None = None) -> datetime | None:
    """The wall time that is meant: `2d` (in French also `2j`) is counted from `after`, else from `now` (both naive,
    in `zone`); the rest is a date. None when it is neither."""
    said = words.strip()
    for word in _UNTIL:
        if said.lower().startswith(f"{word} "):
            said = said[len(word) :].strip()
    span = times.duration(said.lower().replace(" ", "").replace("j", "d"))
    if span is not None:
        return (max(now, after or now) + span).replace(second=0, microsecond=0)
    found = when.read(said, now, zone)
    return found if isinstance(found, datetime) else None
