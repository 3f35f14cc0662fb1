"""One database, opened the only safe way, and transactions on it.

The one rule: there is one writing connection, used from one thread, and each transaction begins as a writer
(`BEGIN IMMEDIATE`). SQLite's default of a transaction that starts as a reader loses updates silently (336 of 400 in a
test) or fails at once with "database is locked".

Why each setting: WAL lets the command line read while the service writes; `synchronous=FULL` keeps a confirmed answer
through a power cut; `foreign_keys` keeps rows from being orphaned; `secure_delete` overwrites erased answers;
`trusted_schema=OFF` and `cell_size_check=ON` distrust a damaged file. A page cache of 64 MB and a checkpoint every
40 MB keep a vote about as cheap with a million ballots on file as with a hundred: without them each commit writes pages
from all over the table (2,300 presses a second instead of 3,300, measured at a million).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection as Connection
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DataError, IntegrityError, ProgrammingError
from sqlalchemy.pool import StaticPool

PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": "full",
    "cache_size": -64_000,
    "wal_autocheckpoint": 10_000,
    "foreign_keys": "on",
    "secure_delete": "on",
    "busy_timeout": "5000",
    "trusted_schema": "off",
    "cell_size_check": "on",
}


class StorageError(Exception):
    """The database cannot be used; the message is a sentence for the person who runs the server.

    StorageError
    ├── TooNew     the database was written by a newer Palabre
    ├── Locked     another program holds it
    ├── Full       the disk is full, or the file cannot be written
    └── Broken     it is not a database, or it is damaged
    """


class TooNew(StorageError):
    pass


class Locked(StorageError):
    pass


class Full(StorageError):
    pass


class Broken(StorageError):
    pass


class Database:
    """An open database. `transaction()` commits at its end and rolls back on any exception."""

    def __init__(self, url: str, *, read_only: bool = False) -> None:
        self.url = url
        try:
            parsed = make_url(url)
        except ArgumentError:
            sentence = "PALABRE_DATABASE__URL is not an address of a database, such as sqlite:///palabre.db."
            raise StorageError(sentence) from None
        if parsed.get_backend_name() == "sqlite":
            self.path: Path | None = Path(parsed.database) if parsed.database not in (None, "", ":memory:") else None
            self.engine = _sqlite(url, read_only=read_only)
        else:
            self.path = None
            self.engine = _server(url)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        try:
            with self.engine.begin() as connection:
                yield connection
        except (IntegrityError, DataError, ProgrammingError):
            raise
        except DatabaseError as error:
            raise explain(error) from error

    def close(self) -> None:
        self.engine.dispose()


def _server(url: str) -> Engine:
    try:
        return create_engine(url)
    except (ArgumentError, ImportError) as error:
        raise StorageError(f"PALABRE_DATABASE__URL names a database that cannot be used here: {error}.") from None


def _sqlite(url: str, *, read_only: bool) -> Engine:
    engine = create_engine(url, poolclass=StaticPool, connect_args={"check_same_thread": False, "timeout": 5.0})

    @event.listens_for(engine, "connect")
    def _settings(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        for name, value in PRAGMAS.items():
            connection.execute(f"PRAGMA {name} = {value}")
        if read_only:
            connection.execute("PRAGMA query_only = on")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def explain(error: DatabaseError) -> StorageError:
    """The database's own error as one of ours, by SQLite's result code."""
    origin = error.orig
    code = getattr(origin, "sqlite_errorcode", 0) & 0xFF
    match code:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return Locked("The database is locked by another program.")
        case sqlite3.SQLITE_FULL | sqlite3.SQLITE_READONLY | sqlite3.SQLITE_IOERR | sqlite3.SQLITE_CANTOPEN:
            return Full(f"The database cannot be written: {origin}.")
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return Broken(f"The database file is damaged or is not a database: {origin}.")
        case _:
            return StorageError(f"The database refused: {origin}.")
