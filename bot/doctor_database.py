"""The doctor on the database: its shape, its settings, whether it is whole, and what waits in it for too long."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bot.config import Settings
from locales import tr, trn
from storage import audit, inspecting, migrate, pulse
from storage.database import Database, StorageError

Line = tuple[bool, str]

TOO_LONG = timedelta(minutes=1)
"""For which an event may wait while the service works."""


def lines(settings: Settings, path: Path | None, now_ms: int) -> list[Line]:
    lang = settings.locale
    if path is not None and not path.exists():
        return [(True, tr(lang, "Database: none yet; `palabre run` makes it."))]
    try:
        database = Database(settings.database.url, read_only=True)
        try:
            return _looked_at(lang, database, now_ms)
        finally:
            database.close()
    except StorageError as error:
        return [(False, tr(lang, "Database: {trouble}", trouble=error))]


def _looked_at(lang: str, database: Database, now_ms: int) -> list[Line]:
    revision = migrate.current(database)
    version = tr(lang, "Database: version {found}, this Palabre knows {known}.", found=revision, known=migrate.known())
    told: list[Line] = [(revision == migrate.known(), version)]
    with database.transaction() as connection:
        wrong = inspecting.astray(connection)
        for one in wrong:
            text = tr(lang, "Database: {setting} is {found}; it should be {wanted}. A power cut may lose answers.",
                      setting=one.name, found=one.found, wanted=one.wanted)  # fmt: skip
            told.append((False, text))
        size = f"{inspecting.size(connection) / 1_000_000:.1f}"
        if not wrong:
            text = tr(lang, "Database: {n} MB; what is confirmed survives a power cut.", n=size)
            told.append((True, text))
        if database.path is not None and (damage := inspecting.damage(database.path)):
            text = tr(lang, "Database: damaged ({what}). Stop Palabre and run: palabre restore FILE", what=damage)
            told.append((False, text))
        broken = audit.verify(connection)
        if broken is None:
            told.append((True, tr(lang, "Audit: the chain of acts is whole.")))
        else:
            told.append((False, tr(lang, "Audit: row {n} was changed from outside.", n=broken)))
        if revision is not None:
            told += _waiting(lang, pulse.read(connection, now_ms), now_ms)
    return told


def _waiting(lang: str, found: pulse.Pulse, now_ms: int) -> list[Line]:
    told: list[Line] = []
    since = found.lanes_since_ms
    if since is not None and now_ms - since > TOO_LONG // timedelta(milliseconds=1):
        text = trn(
            lang,
            "Work: {n} conversation waits, for {time} s. Is Palabre running? See: palabre status",
            "Work: {n} conversations wait, the first for {time} s. Is Palabre running? See: palabre status",
            found.lanes,
            time=(now_ms - since) // 1000,
        )
        told.append((False, text))
    if found.aside:
        text = trn(
            lang,
            "Work: {n} event failed and was set aside. See: palabre status",
            "Work: {n} events failed and were set aside. See: palabre status",
            found.aside,
        )
        told.append((False, text))
    return told or [(True, tr(lang, "Work: nothing waits for long, nothing was set aside."))]
