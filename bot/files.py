"""Photos on disk: the folder `files` beside the database, or in the working directory where the database is elsewhere.

The one rule: nobody but the service reads them (mode 600, in a folder of mode 700), and none stays for longer than what
it belongs to. What nothing refers to (a photo that was never sent off, a copy that was shown to a moderator) goes after
`UNUSED`; a photo that was given as an answer goes when the answers are no longer linked to anybody.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from datetime import timedelta
from pathlib import Path

from adapters.web.drawer import NAMES
from storage import photos
from storage.database import Connection, Database

UNUSED = timedelta(days=3)
MOST = 2_000_000_000
"""Bytes of all photos together; more are not taken."""
ROOM = 500_000_000
"""Bytes that stay free on the disk for the database."""


class Full(Exception):
    """There is no more room for photos."""


def folder_of(database: Database) -> Path:
    return (database.path.parent if database.path is not None else Path()) / "files"


class Files:
    """A drawer (`adapters.web.drawer`) that is a folder."""

    def __init__(self, folder: Path, *, most: int = MOST) -> None:
        self._folder = folder
        self._most = most
        self._held: int | None = None

    async def put(self, name: str, data: bytes) -> None:
        await asyncio.to_thread(self._put, name, data)

    async def read(self, name: str) -> bytes | None:
        return await asyncio.to_thread(self._read, name)

    def _put(self, name: str, data: bytes) -> None:
        """Whole or not at all: written aside, then put in its place."""
        target = self._path(name)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if target.exists():
            return
        if self._held is None:
            self._held = sum(file.stat().st_size for file in self._folder.iterdir())
        if self._held + len(data) > self._most or shutil.disk_usage(self._folder).free < ROOM:
            self._held = None
            raise Full
        aside = self._folder / f".{name}.{os.getpid()}"
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(target)
        self._held += len(data)

    def _read(self, name: str) -> bytes | None:
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            return None

    def _path(self, name: str) -> Path:
        if not NAMES.fullmatch(name):
            raise ValueError("not a name of a photo")
        return self._folder / f"{name}.jpg"


def copy_photos(before: Path, after: Path) -> int:
    """Copy the photos of one folder that are not in the other yet; how many."""
    if not before.is_dir() or before.absolute() == after.absolute():
        return 0
    after.mkdir(mode=0o700, parents=True, exist_ok=True)
    missing = [photo for photo in before.glob("*.jpg") if not (after / photo.name).exists()]
    for photo in missing:
        shutil.copy2(photo, after / photo.name)
    return len(missing)


def sweep_files(connection: Connection, folder: Path) -> int:
    """Take away what nothing refers to any more; how many. Ages are of the disk: a file is never older than it says."""
    if not folder.is_dir():
        return 0
    before = time.time() - UNUSED.total_seconds()
    old = [file for file in folder.iterdir() if file.stat().st_mtime < before]
    if not old:
        return 0
    used = photos.referred(connection, "web:")
    gone = [file for file in old if f"web:{file.stem}" not in used]
    for file in gone:
        file.unlink(missing_ok=True)
    return len(gone)
