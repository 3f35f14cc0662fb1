"""Times as the tables keep them: whole milliseconds since 1970, UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


def ms(at: datetime) -> int:
    """Milliseconds since 1970 of an aware time."""
    return (at - _EPOCH) // _MS


def when(at_ms: int) -> datetime:
    """The UTC time of some milliseconds since 1970."""
    return _EPOCH + at_ms * _MS
