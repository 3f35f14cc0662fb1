"""The doctor on the machine: disk, clock, time zones, versions.

The one rule: what cannot be compared is said, never taken for wrong.
"""

from __future__ import annotations

import platform
import shutil
import sqlite3
import sys
import tempfile
import zoneinfo
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from importlib import import_module
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

import aiohttp
from packaging.requirements import InvalidRequirement, Requirement

from bot.config import Settings
from locales import tr

Line = tuple[bool, str]

ROOM = 200_000_000
"""Bytes that should be free."""
OFFSET = timedelta(seconds=5)
"""By so much the clock may differ: the closing of a consultation is a promise to the second."""
SECONDS = 10.0
OLD = 1
"""Years after which time zone tables miss the laws of somewhere."""
SQLITE = (3, 35, 0)
"""RETURNING, which we use. https://www.sqlite.org/lang_returning.html"""


def disk(lang: str, folders: Iterable[Path]) -> list[Line]:
    """Each folder once: can something be written there, and is there room?"""
    return [_folder(lang, folder) for folder in dict.fromkeys(folder.absolute() for folder in folders)]


def _folder(lang: str, folder: Path) -> Line:
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"palabre")
            probe.flush()
    except OSError as error:
        text = tr(lang, "Disk: the folder {folder} cannot be written to ({why}).", folder=folder, why=error.strerror)
        return False, text
    free = shutil.disk_usage(folder).free
    return _room(lang, folder, free)


def _room(lang: str, folder: Path, free: int) -> Line:
    if free < ROOM:
        text = tr(lang, "Disk: only {n} MB free in {folder}. Make room.", n=free // 1_000_000, folder=folder)
        return False, text
    return True, tr(lang, "Disk: {n} MB free in {folder}.", n=free // 1_000_000, folder=folder)


async def clock(settings: Settings, now: Callable[[], datetime]) -> list[Line]:
    """Our clock beside that of the messenger's server, whose answers tell the time."""
    lang = settings.locale
    server = settings.telegram.base_url if settings.telegram.token is not None else settings.matrix.homeserver
    if server is None:
        return [(True, tr(lang, "Clock: there is no messenger's clock to compare it with."))]
    try:
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            before = now()
            async with session.get(server, allow_redirects=False) as answer:
                told = answer.headers.get("Date", "")
            ours = before + (now() - before) / 2
        theirs = parsedate_to_datetime(told)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
        return [(True, tr(lang, "Clock: {server} does not tell the time; not compared.", server=server))]
    return [_offset(lang, ours - theirs.replace(tzinfo=theirs.tzinfo or UTC))]


def _offset(lang: str, offset: timedelta) -> Line:
    n = f"{abs(offset.total_seconds()):.0f}"
    if abs(offset) <= OFFSET:
        return True, tr(lang, "Clock: right to within {n} s.", n=n)
    if offset > timedelta(0):
        return False, tr(lang, "Clock: {n} s fast. Switch on the synchronisation of time (NTP).", n=n)
    return False, tr(lang, "Clock: {n} s slow. Switch on the synchronisation of time (NTP).", n=n)


def time_zones(lang: str, now: datetime, folders: Sequence[str] = zoneinfo.TZPATH) -> list[Line]:
    """The tables that are used are the first that are found: the system's, else those that were installed with us."""
    found = next((told for folder in folders if (told := _version_in(Path(folder)))), None) or _installed_tables()
    if found is None:
        return [(False, tr(lang, "Time zones: there are no tables. Run: pip install tzdata"))]
    if int(found[:4]) < now.year - OLD:
        text = tr(lang, "Time zones: the tables are those of {version}. Bring the system's tzdata up to date.",
                  version=found)  # fmt: skip
        return [(False, text)]
    return [(True, tr(lang, "Time zones: tables of {version}.", version=found))]


def _version_in(folder: Path) -> str | None:
    """https://data.iana.org/time-zones/tz-link.html: the first line of tzdata.zi, or a file with the version."""
    for name in ("tzdata.zi", "+VERSION"):
        try:
            with (folder / name).open() as lines:
                words = lines.readline().split()
        except OSError:
            continue
        if words and words[-1][:4].isdecimal():
            return words[-1]
    return None


def _installed_tables() -> str | None:
    try:
        return str(import_module("tzdata").IANA_VERSION)
    except ImportError:
        return None


def versions(
    lang: str,
    wanted: Iterable[str] | None = None,
    sqlite: tuple[int, ...] = sqlite3.sqlite_version_info,
) -> list[Line]:
    """Python, SQLite, and every library that we said we need."""
    told: list[Line] = []
    if sqlite < SQLITE:
        needed, there = (".".join(map(str, one)) for one in (SQLITE, sqlite))
        text = tr(lang, "Versions: SQLite {found} is too old; {needed} is needed.", found=there, needed=needed)
        told.append((False, text))
    for needs in (requires("palabre") or ()) if wanted is None else wanted:
        wrong = _unmet(needs)
        if wrong is not None:
            name, found = wrong
            said = tr(lang, "Versions: {library} is needed, {found} is installed. Run: make run",
                      library=name, found=found or tr(lang, "nothing"))  # fmt: skip
            told.append((False, said))
    if told:
        return told
    text = tr(lang, "Versions: Palabre {palabre}, Python {python}, SQLite {sqlite}; every library fits.",
              palabre=version("palabre"), python=platform.python_version(), sqlite=sqlite3.sqlite_version)  # fmt: skip
    return [(sys.version_info >= (3, 11), text)]


def _unmet(text: str) -> tuple[str, str | None] | None:
    """(what is needed, what is there) when they do not fit. An extra is looked at only where it is installed."""
    try:
        needed = Requirement(text)
    except InvalidRequirement:
        return None
    marker = str(needed.marker or "")
    if needed.marker is not None and "extra" not in marker and not needed.marker.evaluate():
        return None
    try:
        found = version(needed.name)
    except PackageNotFoundError:
        return None if "extra" in marker else (f"{needed.name}{needed.specifier}", None)
    fits = needed.specifier.contains(found, prereleases=True)
    return None if fits else (f"{needed.name}{needed.specifier}", found)
