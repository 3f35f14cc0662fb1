"""The doctor: looks at everything that usually goes wrong, and says of each in one sentence how it stands."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from adapters.base import Place
from bot import doctor_database, doctor_machine, doctor_matrix, doctor_telegram, standing
from bot.backdoor import Taken, only_one
from bot.clock import now_from
from bot.config import FILE, Settings
from bot.server import CannotListen, listen
from locales import tr
from storage import consultations, watched
from storage.database import Database, StorageError
from storage.instants import ms


@dataclass(frozen=True, slots=True)
class Finding:
    """How one thing stands; `check` names what was looked at, for programs."""

    well: bool
    sentence: str
    check: str = ""


async def examine(settings: Settings, path: Path | None) -> list[Finding]:
    """All findings, in the order in which one would mend them."""
    lang, now = settings.locale, now_from(settings.clock)
    at = now()
    places, watch = _groups(settings, path)
    findings = [_settings_file(lang)]
    findings += _from("disk", doctor_machine.disk(lang, _folders(path)))
    findings += _from("versions", doctor_machine.versions(lang))
    findings += _from("time zones", doctor_machine.time_zones(lang, at))
    findings += _from("clock", await doctor_machine.clock(settings, now))
    findings += _from("database", doctor_database.lines(settings, path, ms(at)))
    findings.append(_web(lang, settings, path))
    there, read = _of(places, "telegram"), _of(watch, "telegram")
    findings += _from("telegram", await doctor_telegram.lines(settings, there, read, at))
    findings += _from("matrix", await doctor_matrix.lines(settings, path))
    findings += await _moderation(lang, settings, path, watch)
    return findings


def _from(check: str, lines: Sequence[tuple[bool, str]]) -> list[Finding]:
    return [Finding(well, sentence, check) for well, sentence in lines]


def _of(places: Sequence[str], adapter: str) -> list[str]:
    """Those that are groups of this messenger."""
    found = (Place.parse(place) for place in places)
    return [str(one) for one in found if one.messenger == adapter and one.chat.startswith("-")]


def _folders(path: Path | None) -> list[Path]:
    """Where the database, the photos and the backups are written, as far as they exist."""
    folder = path.parent if path is not None else Path()
    photos = folder / "files"
    return [folder, *([photos] if photos.exists() else []), Path()]


def _groups(settings: Settings, path: Path | None) -> tuple[list[str], list[str]]:
    """(groups with a card or a desk, groups that are watched)"""
    if path is not None and not path.exists():
        return [], []
    try:
        database = Database(settings.database.url, read_only=True)
        try:
            with database.transaction() as connection:
                return consultations.all_announced(connection), watched.everywhere(connection)
        finally:
            database.close()
    except StorageError:
        return [], []  # said of the database


def _settings_file(lang: str) -> Finding:
    file = Path(FILE)
    if not file.exists():
        return Finding(True, tr(lang, "Settings: from the environment, there is no {file}.", file=FILE), "settings")
    if os.name == "posix" and stat.S_IMODE(file.stat().st_mode) & 0o077:
        text = tr(lang, "Settings: others can read {file}. Run: chmod 600 {file}", file=FILE)
        return Finding(False, text, "settings")
    return Finding(True, tr(lang, "Settings: {file} can be read by its owner only.", file=FILE), "settings")


def _web(lang: str, settings: Settings, path: Path | None) -> Finding:
    host, port = settings.listen
    try:
        listen(host, port).close()
    except CannotListen as error:
        if path is not None and path.exists() and _is_running(path):
            return Finding(True, tr(lang, "Web: Palabre is running on {address}.", address=settings.web.listen), "web")
        return Finding(False, f"Web: {error}", "web")
    return Finding(True, tr(lang, "Web: {address} is free.", address=settings.web.listen), "web")


def _is_running(path: Path) -> bool:
    try:
        with only_one(path):
            return False
    except Taken:
        return True


async def _moderation(lang: str, settings: Settings, path: Path | None, places: Sequence[str]) -> list[Finding]:
    """What may be done in each group that is watched."""
    known = await standing.look(settings, path, places) if places else {}
    return [Finding(*standing.told(place, known[place], lang), "moderation") for place in places]
