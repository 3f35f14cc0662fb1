"""Put a backup in the place of the database.

The one rule: everything that has to be done to the old data (the newest shape, erasures of since, messages that must
not leave twice) is done to a copy aside; only then, and after the photos that it refers to, it takes the place of what
is there, at once, and what was there stays beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot import backups, erasing, erasures
from bot.backups import Opened, Progress
from bot.clock import Now
from bot.files import folder_of
from bot.road import Road
from bot.scene import Rules
from storage import audit, migrate, outbox
from storage import erasures as stored
from storage.database import Database, StorageError
from storage.erasures import Erased
from storage.instants import ms
from storage.moving import move
from storage.photos import referred
from storage.summing import Held, held


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What came of it. `kept` is where that is what was there before."""

    held: Held
    photos: int
    erased: int
    unsent: int
    kept: Path | None


def restore(file: Path, current: Database, rules: Rules, now: Now, progress: Progress) -> Restored:
    """Raises `StorageError`, and then nothing was replaced. Nobody else may be at work on `current`."""
    known = _known(current)
    beside = current.path.parent if current.path is not None else Path()
    with backups.opened(file, beside) as found:
        there = Database(f"sqlite:///{found.database}")
        try:
            erased = erasing.again(Road(there, rules, now), known)
            with there.transaction() as connection:
                unsent = outbox.let_go_of_due(connection, ms(now()))
                audit.note(connection, at_ms=ms(now()), who="command line", act="restore", subject="", detail=file.name)
                inside, wanted = held(connection), referred(connection, "web:")
        finally:
            there.close()
        erasures.remember(current, known)
        photos = backups.put_photos(found, folder_of(current), wanted)
        kept = _put(current, found, now(), progress)
    return Restored(held=inside, photos=photos, erased=erased, unsent=unsent, kept=kept)


def _known(current: Database) -> list[Erased]:
    """Every erasure that is remembered anywhere. A database that cannot be read any more is why one restores."""
    known = erasures.read(erasures.list_of(current))
    if current.path is not None and not current.path.exists():
        return known
    try:
        if migrate.current(current) is not None:
            with current.transaction() as connection:
                known += stored.all_of(connection)
    except StorageError:
        if current.path is None:
            raise
    return known


def _put(current: Database, found: Opened, at: datetime, progress: Progress) -> Path | None:
    if current.path is not None:
        current.close()
        return backups.replace_file(found, current.path, at)
    kept: Path | None = None
    if migrate.current(current) is not None:
        kept = backups.kept_name(Path("palabre.zip"), at)
        backups.make(current, kept, at, progress)
    source = Database(f"sqlite:///{found.database}", read_only=True)
    try:
        move(source, current, progress, replace=True)
    finally:
        source.close()
    return kept
