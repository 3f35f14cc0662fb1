"""One database, opened the only safe way, and transactions on it.

The one rule on SQLite: there is one writing connection, used from one thread, and each transaction begins as a writer
(`BEGIN IMMEDIATE`). SQLite's default of a transaction that starts as a reader loses updates silently (336 of 400 in a
test) or fails at once with "database is locked". On PostgreSQL several processes write; see `storage.server` for the
settings and `storage.locks` for who goes first.

Why each setting of SQLite: WAL lets the command line read while the service writes; `synchronous=FULL` keeps a
confirmed answer through a power cut; `foreign_keys` keeps rows from being orphaned; `secure_delete` overwrites erased
answers; `trusted_schema=OFF` and `cell_size_check=ON` distrust a damaged file. A page cache of 64 MB and a checkpoint
every 40 MB keep a vote about as cheap with a million ballots on file as with a hundred: without them each commit writes
pages from all over the table (2,300 presses a second instead of 3,300, measured at a million).
"""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy import Connection as Connection
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.pool import StaticPool

from storage import server
from storage.errors import Again as Again
from storage.errors import Away as Away
from storage.errors import Broken as Broken
from storage.errors import Full as Full
from storage.errors import Locked as Locked
from storage.errors import StorageError as StorageError
from storage.errors import TooNew as TooNew

T = TypeVar("T")

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


TIMES = 8
"""So often a transaction is run before it is left to the caller."""
OVERTAKEN = 2
"""So often it is run again when somebody else was faster to add the same row; then the mistake is ours."""
PAUSE = 0.01
"""Seconds before the second time; twice as long before each further one, up to half a second, and never the same for
two who stood in each other's way."""


class Database:
    """An open database. `transaction()` commits at its end and rolls back on any exception."""

    def __init__(self, url: str, *, read_only: bool = False) -> None:
        try:
            parsed = make_url(url)
        except ArgumentError:
            sentence = "PALABRE_DATABASE__URL is not an address of a database, such as sqlite:///palabre.db."
            raise StorageError(sentence) from None
        self.path: Path | None = None
        self.name = _named(parsed)
        """What the database is called in a sentence: its file, or its address without the password."""
        if parsed.get_backend_name() == "sqlite":
            if parsed.database not in (None, "", ":memory:"):
                self.path = Path(str(parsed.database))
            self.engine = _sqlite(url, read_only=read_only)
        elif server.is_server(parsed):
            self.engine = server.open_server(parsed, read_only=read_only)
        else:
            raise StorageError(
                "PALABRE_DATABASE__URL names a database that cannot be used here: "
                "Palabre works on SQLite (sqlite:///palabre.db) and on PostgreSQL (postgresql://...)."
            )

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        try:
            with self.engine.begin() as connection:
                yield connection
        except DBAPIError as error:
            if _is_ours(error):
                raise
            raise explain(error) from error

    def within(self, function: Callable[[Connection], T]) -> T:
        """`function(connection)` in a transaction of its own, run again when somebody else's stood in its way.

        The one rule: the function touches nothing but the database, or nothing that a second time would change. Then
        the whole of it can be run again, because the first time has left nothing behind.
        """
        for time_ in range(TIMES - 1):
            try:
                with self.transaction() as connection:
                    return function(connection)
            except Again:
                _pause(time_)
            except IntegrityError as error:
                if time_ >= OVERTAKEN or not server.was_overtaken(error):
                    raise
                _pause(time_)
        with self.transaction() as connection:
            return function(connection)

    def checkpoint(self) -> None:
        """Carry the write-ahead log of a file into it and empty the log. A server does this by itself."""
        if self.engine.dialect.name != "sqlite":
            return
        raw = self.engine.raw_connection()
        try:
            raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as error:
            raise _explained(error) from error
        finally:
            raw.close()

    def close(self) -> None:
        self.engine.dispose()


def _named(url: URL) -> str:
    if url.get_backend_name() == "sqlite":
        return url.database or ":memory:"
    return URL.create("postgresql", host=url.host, port=url.port, database=url.database).render_as_string()


def _pause(time_: int) -> None:
    time.sleep(random.uniform(0.5, 1.5) * min(0.5, PAUSE * 2**time_))


def _is_ours(error: DBAPIError) -> bool:
    """Is this a mistake in what we asked for, and not trouble with the database? Not so a right that we lack, which
    PostgreSQL reports among the former."""
    if getattr(error.orig, "sqlstate", None) == "42501":
        return False
    return isinstance(error, (IntegrityError, DataError, ProgrammingError))


def _sqlite(url: str, *, read_only: bool) -> Engine:
    engine = create_engine(
        url, poolclass=StaticPool, hide_parameters=True, connect_args={"check_same_thread": False, "timeout": 5.0}
    )

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


def explain(error: DBAPIError) -> StorageError:
    """The database's own error as one of ours."""
    origin = error.orig
    return _explained(origin) if isinstance(origin, sqlite3.Error) else server.explain(error)


def _explained(origin: sqlite3.Error) -> StorageError:
    match getattr(origin, "sqlite_errorcode", 0) & 0xFF:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return Locked("The database is locked by another program.")
        case sqlite3.SQLITE_FULL | sqlite3.SQLITE_READONLY | sqlite3.SQLITE_IOERR | sqlite3.SQLITE_CANTOPEN:
            return Full(f"The database cannot be written: {origin}.")
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return Broken(f"The database file is damaged or is not a database: {origin}.")
        case _:
            return StorageError(f"The database refused: {origin}.")
