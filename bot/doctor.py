"""The doctor: looks at everything that usually goes wrong, and says of each in one sentence how it stands."""

from __future__ import annotations

import os
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from bot import standing
from bot.backdoor import Taken, only_one
from bot.config import FILE, Settings
from bot.server import CannotListen, listen
from locales import tr
from storage import audit, migrate, watched
from storage.database import Database, StorageError

_ROOM = 200_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    well: bool
    sentence: str


async def examine(settings: Settings, path: Path | None) -> list[Finding]:
    """All findings, in the order in which one would mend them."""
    lang = settings.locale
    findings = [_settings_file(lang)]
    if path is not None:
        findings += _disk(lang, path)
    findings += _database(lang, settings, path)
    findings.append(_web(lang, settings, path))
    findings.append(await _telegram(lang, settings))
    findings += await _moderation(lang, settings, path)
    return findings


def _settings_file(lang: str) -> Finding:
    file = Path(FILE)
    if not file.exists():
        return Finding(True, tr(lang, "Settings: from the environment, there is no {file}.", file=FILE))
    if os.name == "posix" and stat.S_IMODE(file.stat().st_mode) & 0o077:
        return Finding(False, tr(lang, "Settings: others can read {file}. Run: chmod 600 {file}", file=FILE))
    return Finding(True, tr(lang, "Settings: {file} can be read by its owner only.", file=FILE))


def _disk(lang: str, path: Path) -> list[Finding]:
    folder = path.parent.absolute()
    if not os.access(folder, os.W_OK):
        return [Finding(False, tr(lang, "Disk: the folder {folder} cannot be written to.", folder=folder))]
    free = shutil.disk_usage(folder).free
    text = tr(lang, "Disk: {n} MB free in {folder}.", n=free // 1_000_000, folder=folder)
    return [Finding(free > _ROOM, text)]


def _database(lang: str, settings: Settings, path: Path | None) -> list[Finding]:
    if path is not None and not path.exists():
        return [Finding(True, tr(lang, "Database: none yet; `palabre run` makes it."))]
    try:
        database = Database(settings.database.url, read_only=True)
        revision = migrate.current(database)
        with database.transaction() as connection:
            broken = audit.verify(connection)
            durable = connection.exec_driver_sql("PRAGMA synchronous").scalar() if path else 2
        database.close()
    except StorageError as error:
        return [Finding(False, tr(lang, "Database: {trouble}", trouble=error))]
    findings = [
        Finding(
            revision == migrate.known(),
            tr(lang, "Database: version {found}, this Palabre knows {known}.", found=revision, known=migrate.known()),
        ),
        Finding(durable == 2, tr(lang, "Database: what is confirmed survives a power cut (synchronous=FULL).")),
    ]
    if broken is None:
        findings.append(Finding(True, tr(lang, "Audit: the chain of acts is whole.")))
    else:
        findings.append(Finding(False, tr(lang, "Audit: row {n} was changed from outside.", n=broken)))
    return findings


def _web(lang: str, settings: Settings, path: Path | None) -> Finding:
    host, port = settings.listen
    try:
        listen(host, port).close()
    except CannotListen as error:
        if path is not None and path.exists() and _is_running(path):
            return Finding(True, tr(lang, "Web: Palabre is running on {address}.", address=settings.web.listen))
        return Finding(False, f"Web: {error}")
    return Finding(True, tr(lang, "Web: {address} is free.", address=settings.web.listen))


def _is_running(path: Path) -> bool:
    try:
        with only_one(path):
            return False
    except Taken:
        return True


async def _telegram(lang: str, settings: Settings) -> Finding:
    token = settings.telegram.token
    if token is None:
        return Finding(True, tr(lang, "Telegram: not set up (PALABRE_TELEGRAM__TOKEN is empty)."))
    from adapters.telegram import TelegramSettings, who_am_i

    known = TelegramSettings(token=token.get_secret_value(), base_url=settings.telegram.base_url)
    try:
        name = await who_am_i(known)
    except Exception as error:
        return Finding(False, tr(lang, "Telegram: the token is refused or the server unreachable ({why}).", why=error))
    return Finding(True, tr(lang, "Telegram: the bot is @{name}.", name=name))


async def _moderation(lang: str, settings: Settings, path: Path | None) -> list[Finding]:
    """What may be done in each group that is watched."""
    if path is not None and not path.exists():
        return []
    try:
        database = Database(settings.database.url, read_only=True)
        with database.transaction() as connection:
            places = watched.everywhere(connection)
        database.close()
    except StorageError:
        return []  # said above
    known = await standing.look(settings, path, places) if places else {}
    return [Finding(*standing.told(place, known[place], lang)) for place in places]
