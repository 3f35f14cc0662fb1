"""PostgreSQL, opened so that any number of processes can work on it, also behind a pooler of connections.

The one rule: nothing is kept in the session. A pooler such as PgBouncer hands each transaction to another connection of
the server, so what must hold is said inside the transaction: the isolation at its BEGIN, the timeouts by `SET LOCAL`
right after it. Nothing is prepared on the server (`prepare_threshold=None`), and no lock outlives a commit.

READ COMMITTED, with locks where two could do harm (`storage.locks`), and not SERIALIZABLE: each statement sees what was
committed before it, so whoever has waited for a lock reads what the one before has written. SERIALIZABLE would take
back whole batches of a hundred people's answers because two of them were counted in the same row.

So that the same values fit as on SQLite, and come in the same order: texts have no length, whole numbers have 64 bits,
and texts are compared byte by byte (`COLLATE "C"`) whatever the server's language.

What is read by the keepalive settings: a line that went dead without a word (a machine switched off, a cut network) is
noticed in some twenty seconds, not in the two hours of TCP.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import URL, Column, Connection, Engine, create_engine, event
from sqlalchemy.dialects.postgresql.base import PGTypeCompiler
from sqlalchemy.exc import ArgumentError, DBAPIError

from storage import locks
from storage.errors import Again, Away, Broken, Full, Locked, StorageError

CONNECTIONS = 3
"""Of one process; all of them are rarely busy, because one thread does all the storing."""
MORE = 2
LOCK_MS = 10_000
"""Nobody waits longer for somebody else's transaction than this."""
STATEMENT_MS = 120_000
"""Longer than the longest count; what takes still longer has lost its way."""
SILENT_MS = 60_000
"""A transaction whose process says nothing for so long (it was stopped, its machine sleeps) lets go of its locks."""

_LIMITS = (
    f"SET LOCAL lock_timeout = {LOCK_MS}; "
    f"SET LOCAL statement_timeout = {STATEMENT_MS}; "
    f"SET LOCAL idle_in_transaction_session_timeout = {SILENT_MS}"
)
_LINE = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
    "application_name": "palabre",
}
"""See "Connection Strings" in the documentation of libpq. None of it is a setting of the session."""

_AGAIN = {"40001", "40P01", "55P03"}
"""Serialization failure, deadlock, a lock that was not had in time."""
_TWICE = {"23505", "23503"}
"""What somebody else has added, or taken away, in the same instant."""


class _Types(PGTypeCompiler):
    """The types of columns, where tables are made: as wide as SQLite's."""

    def visit_VARCHAR(self, type_: Any, **kw: Any) -> str:
        return self.visit_TEXT(type_, **kw)

    def visit_TEXT(self, type_: Any, **kw: Any) -> str:
        return 'TEXT COLLATE "C"' if _in_a_table(kw) else "TEXT"

    def visit_INTEGER(self, type_: Any, **kw: Any) -> str:
        return "BIGINT" if _in_a_table(kw) else "INTEGER"


def _in_a_table(about: dict[str, Any]) -> bool:
    return isinstance(about.get("type_expression"), Column)


def is_server(url: URL) -> bool:
    """Is this the address of a PostgreSQL server, however it is written?"""
    return url.drivername in ("postgresql", "postgres", "postgresql+psycopg")


def open_server(url: URL, *, read_only: bool) -> Engine:
    """The engine; nothing is connected yet."""
    try:
        engine = create_engine(
            url.set(drivername="postgresql+psycopg"),
            connect_args={**_LINE, "prepare_threshold": None},
            isolation_level="READ COMMITTED",
            hide_parameters=True,
            pool_size=CONNECTIONS,
            max_overflow=MORE,
            pool_pre_ping=True,
            pool_use_lifo=True,
        )
    except (ArgumentError, ImportError) as error:
        raise StorageError(f"PALABRE_DATABASE__URL names a database that cannot be used here: {error}.") from None
    engine.dialect.type_compiler_instance = _Types(engine.dialect)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        locks.begin(connection)
        connection.exec_driver_sql(f"SET TRANSACTION READ ONLY; {_LIMITS}" if read_only else _LIMITS)

    return engine


def patiently(connection: Connection) -> None:
    """Let this transaction take as long as it takes: a change of the tables, a copy of everything."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0")


def was_overtaken(error: DBAPIError) -> bool:
    """Has somebody else, in another process, just added or taken away what this was about? Then it may be run again,
    and will find it."""
    return getattr(error.orig, "sqlstate", None) in _TWICE


def explain(error: DBAPIError) -> StorageError:
    """The server's own error as one of ours, by its SQLSTATE (appendix A of the documentation of PostgreSQL)."""
    code = getattr(error.orig, "sqlstate", None) or ""
    told = _told(error)
    match code:
        case _ if code in _AGAIN:
            return Again("The database was busy with somebody else's change; this one has to be run again.")
        case "57014":
            return Locked("The database took too long over one question.")
        case "53100" | "25006" | "42501" | "53200":
            return Full(f"The database cannot be written: {told}.")
        case "XX001" | "XX002" | "3D000" | "58P01":
            return Broken(f"The database is damaged, or is not there: {told}.")
        case "53300" | "57P01" | "57P02" | "57P03" | "25P03":
            return Away(f"The database server cannot serve us now: {told}.")
        case _ if code.startswith(("08", "28")) or not code:
            return Away(f"The database server cannot be reached: {told}.")
        case _:
            return StorageError(f"The database refused: {told}.")


def _told(error: DBAPIError) -> str:
    """What the server says, without the rows that it quotes."""
    primary = getattr(getattr(error.orig, "diag", None), "message_primary", None)
    text = primary or str(error.orig).strip().partition("\n")[0]
    return text.rstrip(".") or type(error.orig).__name__
