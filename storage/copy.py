"""Copy a live SQLite database whole.

The one rule: never copy the file. A copy of the main file of a database in use lacks what is still in the write-ahead
log ("no such table" in a test); SQLite's own backup takes everything. It is read in one transaction, opened before the
first page: without it SQLite begins anew each time somebody writes, and beside a busy service it would never end.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from storage.errors import Broken, Full, StorageError

PAGES = 2_000
"""So many pages are copied between two looks at how far it is."""


def copy_to(source: Path, target: Path, progress: Callable[[int, int], None] = lambda _done, _all: None) -> None:
    """A consistent copy of `source` at `target`. Raises `StorageError`."""
    try:
        with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
            live.execute("BEGIN")
            live.execute("SELECT count(*) FROM sqlite_master").fetchone()
            live.backup(copy, pages=PAGES, progress=lambda _status, left, all_: progress(all_ - left, all_))
    except sqlite3.Error as error:
        raise _explained(error, source, target) from error


def whole(file: Path) -> bool:
    """Is this a SQLite database of which nothing is damaged?"""
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
    except sqlite3.Error:
        return False


def _explained(error: sqlite3.Error, source: Path, target: Path) -> StorageError:
    if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return Broken(f"{source} is not a database, or it is damaged: {error}.")
    return Full(f"{target} cannot be written: {error}.")
