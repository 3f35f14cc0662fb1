"""Upkeep: what is kept too long goes, forgotten drafts are put away, wall times follow the time zone tables, erased
bytes leave the file."""

from __future__ import annotations

import gc
import logging
from datetime import datetime, timedelta

from bot import erasures
from bot.files import folder_of, sweep_files
from bot.walltime import instant
from storage import audit, cases, consultations, desks, inbox, meta, outbox, sessions, shelf, timers
from storage.database import Connection, Database
from storage.instants import ms

log = logging.getLogger(__name__)

RAW = timedelta(days=14)
SENT = timedelta(days=30)
DRAFT = timedelta(days=30)
"""A draft that nobody touches for so long is put away."""
DECIDED = timedelta(days=365)
"""What a case was about, and what moderators noted on it, is kept for so long after the decision."""
PREPARED = timedelta(days=7)
"""What an organiser began to prepare and left alone for so long is forgotten."""
_HOUR_MS = 3_600_000


def reckon_wall_times(connection: Connection) -> None:
    """Reckon again when timers set by a wall clock ring: the time zone tables may have changed since."""
    for timer in timers.with_wall_time(connection):
        assert timer.wall is not None
        assert timer.zone is not None
        due = ms(instant(datetime.fromisoformat(timer.wall), timer.zone))
        if due != timer.due_ms:
            timers.move(connection, timer.key, due)
            told = {"open": "opens_ms", "close": "closes_ms"}.get(timer.timer)
            if told is not None:
                consultations.set_times(connection, timer.subject, **{told: due})


def sweep(database: Database, now: datetime) -> None:
    """Once an hour, take away what is past its retention."""
    with database.transaction() as connection:
        last = int(meta.get(connection, "swept_ms") or 0)
        if ms(now) - last < _HOUR_MS:
            return
        inbox.empty_old(connection, ms(now - RAW))
        outbox.empty_old(connection, ms(now - SENT))
        outbox.forget_strangers(connection)
        shelf.empty_old(connection, ms(now - SENT))
        desks.empty_notes(connection, cases.empty_old(connection, ms(now - DECIDED)))
        sessions.drop_prepared(connection, ms(now - PREPARED))
        for id in consultations.put_away(connection, ms(now - DRAFT)):
            audit.note(connection, at_ms=ms(now), who="palabre", act="put away", subject=id)
        _sweep_files(connection, database)
        meta.put(connection, "swept_ms", str(ms(now)))
    erasures.forget_old(database, ms(now - erasures.KEPT))
    scrub(database)


def _sweep_files(connection: Connection, database: Database) -> None:
    try:
        sweep_files(connection, folder_of(database))
    except OSError as error:
        log.warning("photos that nothing refers to any more are taken away later: %s", error.strerror)


def scrub(database: Database) -> None:
    """Let erased content leave the write-ahead log too; with `secure_delete` nothing of it stays in the file."""
    database.checkpoint()


def calm_collector() -> None:
    """Look for cyclic garbage less often: what is alive for good is set apart, and a batch makes hardly any cycles.
    Looking through the letters of a crowd, which are alive until they have left, was a tenth of all thinking."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 20, 100)
