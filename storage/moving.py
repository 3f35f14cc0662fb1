"""Copy everything from one database into another, empty one: SQLite to PostgreSQL, back, or to a file.

The one rule: all or nothing, and proven. Everything is written in one transaction at the target, read back there, and
held against what the source gave, table by table: number of rows and a checksum. The numbers that will be given next
are carried over as well: an inbox row with the number of one that was deleted long ago would make keys of messages that
were sent already, and they would never leave.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Table, func, inspect, literal, select, text
from sqlalchemy.exc import DataError, IntegrityError

from storage import migrate, server
from storage.database import Broken, Database, StorageError
from storage.revisions import require_known
from storage.tables import metadata

BATCH = 2_000
_OWN = {"alembic_version"}
_ALL_BITS = (1 << 128) - 1

Progress = Callable[[str, int, int], None]
"""Told of the table, how many of all rows were handled, and how many there are; reading back counts as well."""


@dataclass(frozen=True, slots=True)
class Moved:
    """One table, as it was and as it now is elsewhere."""

    table: str
    rows: int
    checksum: str


@dataclass(slots=True)
class Sum:
    """Rows counted and summed up, in whatever order they come."""

    rows: int = 0
    total: int = 0

    def add(self, row: Sequence[Any]) -> None:
        self.rows += 1
        self.total += int.from_bytes(
            blake2b(repr(tuple(row)).encode("utf-8", "surrogatepass"), digest_size=16).digest()
        )
        self.total &= _ALL_BITS


def move(
    source: Database,
    target: Database,
    progress: Progress = lambda _table, _done, _all: None,
    *,
    replace: bool = False,
) -> list[Moved]:
    """Copy every table. The target must be empty, but for `replace`, which empties it in the same transaction; it is
    brought to the newest shape first. Raises `StorageError`, and then nothing was written; the source is only read."""
    with reading(source) as there:
        require_known(there)
        _refuse_strangers(there)
        if not replace:
            with target.transaction() as here:
                _refuse_full(here, target)
        migrate.upgrade(target)
        sizes = {table.name: _size(there, table) for table in metadata.sorted_tables}
        steps = _Steps(progress, 2 * sum(sizes.values()))
        try:
            with target.transaction() as here:
                _without_hurry(here)
                if replace:
                    _empty(here)
                _refuse_full(here, target)
                given = [_copy(there, here, table, steps) for table in metadata.sorted_tables]
                for table in metadata.sorted_tables:
                    _carry_number(there, here, table)
                return [_proven(here, *one, steps) for one in zip(metadata.sorted_tables, given, strict=True)]
        except (DataError, IntegrityError) as error:
            why = str(error.orig).splitlines()[0]
            raise Broken(
                f"The other database does not take a row of the table {steps.table} ({why}). Nothing was moved."
            ) from None


@contextmanager
def reading(database: Database) -> Iterator[Connection]:
    """A database as it stands at one instant, whoever goes on writing to it."""
    with database.transaction() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
        _without_hurry(connection)
        yield connection


def is_empty(connection: Connection) -> bool:
    """Is there nothing at all, or only our own tables without a row?"""
    known = {table.name: table for table in metadata.sorted_tables}
    there = set(inspect(connection).get_table_names()) - _OWN
    held = (
        connection.execute(select(literal(1)).select_from(known[name]).limit(1)).first() for name in there & set(known)
    )
    return there <= set(known) and not any(held)


def _without_hurry(connection: Connection) -> None:
    """A table of millions of rows takes longer than any answer to a person may."""
    server.patiently(connection)
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))


@dataclass(slots=True)
class _Steps:
    tell: Progress
    all: int
    done: int = 0
    table: str = ""

    def take(self, table: str, rows: int) -> None:
        self.table = table
        self.done += rows
        self.tell(table, self.done, self.all)


def _refuse_strangers(connection: Connection) -> None:
    known = {table.name for table in metadata.sorted_tables} | _OWN
    strange = sorted(set(inspect(connection).get_table_names()) - known)
    if strange:
        raise StorageError(
            f"The database holds tables that are not Palabre's ({', '.join(strange)}). Nothing was moved."
        )


def _refuse_full(connection: Connection, target: Database) -> None:
    if not is_empty(connection):
        raise StorageError(f"There is something in {target.name} already. Choose an empty database.")


def _empty(connection: Connection) -> None:
    for table in reversed(metadata.sorted_tables):
        connection.execute(table.delete())


def _size(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def _rows(connection: Connection, table: Table) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of a table, by handfuls."""
    found = connection.execute(select(table), execution_options={"yield_per": BATCH})
    rows = iter(found)
    while some := [tuple(row) for row in islice(rows, BATCH)]:
        yield some


def _copy(there: Connection, here: Connection, table: Table, steps: _Steps) -> Sum:
    names, given = [column.name for column in table.columns], Sum()
    speaks = here.dialect.name
    for some in _rows(there, table):
        steps.take(table.name, 0)
        clean = [tuple(_storable(value, speaks) for value in row) for row in some]
        here.execute(table.insert(), [dict(zip(names, row, strict=True)) for row in clean])
        for row in clean:
            given.add(row)
        steps.take(table.name, len(some))
    return given


def _storable(value: Any, dialect: str) -> Any:
    """PostgreSQL has no text with a NUL character in it."""
    return value.replace("\0", "\ufffd") if dialect == "postgresql" and isinstance(value, str) else value


def _proven(here: Connection, table: Table, given: Sum, steps: _Steps) -> Moved:
    found = Sum()
    for some in _rows(here, table):
        for row in some:
            found.add(row)
        steps.take(table.name, len(some))
    if found != given:
        raise Broken(f"The table {table.name} is not the same after the move. Nothing was moved.")
    return Moved(table.name, found.rows, f"{found.total:032x}")


# --- The numbers that are given next ---------------------------------------------------------------------------------


def _carry_number(there: Connection, here: Connection, table: Table) -> None:
    used = last_number(there, table)
    if used:
        _set_last_number(here, table, used)


def last_number(connection: Connection, table: Table) -> int:
    """The highest number that rows of this table were ever given; 0 where it gives none, or gave none yet."""
    column = table.autoincrement_column
    if column is None:
        return 0
    highest = connection.execute(select(func.max(column))).scalar() or 0
    return max(int(highest), _remembered(connection, table, column.name))


def _remembered(connection: Connection, table: Table, column: str) -> int:
    """What the database itself remembers, also of rows that are gone."""
    if connection.dialect.name == "sqlite":
        if not table.dialect_options["sqlite"]["autoincrement"]:
            return 0
        query = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
        return int(connection.execute(query, {"name": table.name}).scalar() or 0)
    name = _sequence(connection, table, column)
    if name is None:
        return 0
    last, called = connection.execute(text(f"SELECT last_value, is_called FROM {name}")).one()
    return int(last) if called else int(last) - 1


def _set_last_number(connection: Connection, table: Table, used: int) -> None:
    if connection.dialect.name == "sqlite":
        if table.dialect_options["sqlite"]["autoincrement"]:
            connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": table.name})
            row = {"name": table.name, "used": used}
            connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :used)"), row)
        return
    column = table.autoincrement_column
    assert column is not None
    name = _sequence(connection, table, column.name)
    if name is not None:
        connection.execute(text("SELECT setval(CAST(:name AS regclass), :used)"), {"name": name, "used": used})


def _sequence(connection: Connection, table: Table, column: str) -> str | None:
    query = text("SELECT pg_get_serial_sequence(:table, :column)")
    found: str | None = connection.execute(query, {"table": f'"{table.name}"', "column": column}).scalar()
    return found
