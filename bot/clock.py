"""The clock: what time it is, and a tick each second.

The one rule: APScheduler is only the clock. Due times live in the database (`storage.timers`); its own job store ran a
job twice in six tests of six with two schedulers, and drops a job that is late by more than a second. Hence one
interval job in memory that is never missed, never doubled, and merged when late.
"""

from __future__ import annotations

from asyncio import CancelledError
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from apscheduler.schedulers.asyncio import AsyncIOScheduler

Now = Callable[[], datetime]


def system_now() -> datetime:
    return datetime.now(UTC)


def now_from(file: Path | None) -> Now:
    """The system's clock, or for black-box tests the time written in `file` (ISO 8601, UTC when it names no offset)."""
    if file is None:
        return system_now

    def read() -> datetime:
        try:
            at = datetime.fromisoformat(file.read_text().strip())
        except (OSError, ValueError):
            return system_now()
        return at if at.tzinfo else at.replace(tzinfo=UTC)

    return read


def start_ticking(tick: Callable[[], Awaitable[None]], seconds: float) -> AsyncIOScheduler:
    """Call `tick` every `seconds` on the running loop until `shutdown()` of what is returned."""

    async def once() -> None:
        with suppress(CancelledError):  # the service stops in the middle of a tick: nothing to report
            await tick()

    scheduler = AsyncIOScheduler(timezone=UTC)
    scheduler.add_job(
        once, "interval", seconds=seconds, misfire_grace_time=None, coalesce=True, max_instances=1, id="tick"
    )
    scheduler.start()
    return scheduler
