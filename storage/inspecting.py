"""How a database is set up, and whether that keeps what was promised.

The one rule: it looks and repairs nothing. Settings of SQLite that we make ourselves for each connection are looked at
all the same: a file on a network disk, or a SQLite built otherwise, may not follow.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from storage.database import PRAGMAS

_WORDS = {"synchronous": {"off": 0, "normal": 1, "full": 2, "extra": 3}}
_SWITCHES = {"on": 1, "off": 0}
_SERVER = {"synchronous_commit": ("on", "remote_write", "remote_apply", "local"), "fsync": ("on",),
           "full_page_writes": ("on",), "server_encoding": ("UTF8",)}  # fmt: skip
"""Settings of PostgreSQL without which what was confirmed may be lost, or cannot be written."""
SERVER_VERSION = 130_000


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting that is not as it should be."""

    name: str
    found: str
    wanted: str


def astray(connection: Connection) -> list[Setting]:
    """The settings that are not as they should be."""
    if connection.dialect.name == "sqlite":
        looked_at = (_pragma(connection, name, wanted) for name, wanted in PRAGMAS.items())
        return [one for one in looked_at if one is not None]
    found: list[Setting] = []
    for name, wanted in _SERVER.items():
        there = str(connection.execute(text(f"SHOW {name}")).scalar())
        if there not in wanted:
            found.append(Setting(name, there, wanted[0]))
    number = int(connection.execute(text("SHOW server_version_num")).scalar_one())
    if number < SERVER_VERSION:
        found.append(Setting("server_version_num", str(number), str(SERVER_VERSION)))
    return found


def _pragma(connection: Connection, name: str, wanted: Any) -> Setting | None:
    there = connection.exec_driver_sql(f"PRAGMA {name}").scalar()
    should = _WORDS.get(name, _SWITCHES).get(str(wanted), wanted)
    return None if str(there).lower() == str(should).lower() else Setting(name, str(there), str(wanted))


def size(connection: Connection) -> int:
    """Bytes on the disk of the database."""
    if connection.dialect.name == "sqlite":
        pages, each = (connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("page_count", "page_size"))
        return int(pages or 0) * int(each or 0)
    return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())


def damage(file: Path) -> str:
    """What is damaged in a SQLite file, empty when nothing is."""
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        return str(error)
    return "" if found == "ok" else str(found).splitlines()[0]
