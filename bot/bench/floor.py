"""The floor under the road: the rows that the road wrote, written once more by nothing but the database's own driver.

    taken = record(folder, citizens, questions)     the road answers; what each batch wrote is noted
    on_sqlite(taken)                                the same rows in the same batches, by plain sqlite3
    on_postgres(taken, url)                         the same by plain psycopg

On PostgreSQL the driver is given each row (`executemany`), as it offers by itself; the road gives it all rows of a
statement at once, so that it may come nearer to this floor than its thinking alone would let it.

The one rule: it is the same. Played on SQLite, what was noted must end in the same database as the road did, table by
table and row by row, or the floor is refused. What passes within a batch is written too: an event is stored as new and
marked as done, its lane is hung up and taken down.
"""

from __future__ import annotations

import importlib
import shutil
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from bot.bench import walking
from bot.bench.walking import PER_BATCH
from storage.database import PRAGMAS, Connection, Database

FLAGS = {"private", "resend"}
"""Columns that are true or false on PostgreSQL, and 1 or 0 on SQLite."""


Row: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One statement, and the rows whose values fill its blanks (`?`), named by `columns`."""

    sql: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """The database before, the one after, and what was written from one to the other: one transaction a batch."""

    before: Path
    after: Path
    batches: tuple[tuple[Write, ...], ...]
    events: int


def record(folder: Path, citizens: int, questions: int, at_once: int = PER_BATCH) -> Recording:
    """Let `citizens` people answer all questions, `at_once` events in each batch, and note what that writes."""
    road, _flow = walking.make_road(str(folder), questions)
    items = walking.answers(list(walking.through(road, walking.openings(citizens))), 0)
    road.database.close()
    after, before = folder / "bench.db", folder / "before.db"
    shutil.copy(after, before)
    database = Database(f"sqlite:///{after}")
    road, noted = walking.road_on(database), []
    with database.transaction() as connection:
        known = _Known(connection)
    for round in range(1, questions + 1):
        thoughts = []
        for start in range(0, len(items), at_once):
            thoughts += list(walking.through(road, items[start : start + at_once], at_once))
            with database.transaction() as connection:
                noted.append(tuple(_written(connection, known)))
        items = walking.answers(thoughts, round)
    database.close()
    return Recording(before=before, after=after, batches=tuple(noted), events=citizens * questions)


# --- Noting ----------------------------------------------------------------------------------------------------------


class _Known:
    """What was there before a batch, of the tables in which it shows by comparing."""

    def __init__(self, connection: Connection) -> None:
        self.event, self.letter = _last(connection, "inbox"), _last(connection, "outbox")
        self.rows = {table: set(_select(connection, table)[1]) for table in _COMPARED}

    def new(self, connection: Connection, table: str) -> tuple[tuple[str, ...], tuple[Row, ...]]:
        """The rows that are new or changed since the last time that somebody asked."""
        columns, rows = _select(connection, table)
        fresh = tuple(row for row in rows if row not in self.rows[table])
        self.rows[table] = set(rows)
        return columns, fresh


_COMPARED = ("ballots", "tallies", "cursors")
_SAVED = ("version", "lane", "place", "state", "stage", "seq", "last_ms", "id")


def _last(connection: Connection, table: str) -> int:
    return int(connection.exec_driver_sql(f"SELECT coalesce(max(id), 0) FROM {table}").scalar() or 0)


def _select(connection: Connection, table: str, where: str = "", *values: object) -> tuple[tuple[str, ...], list[Row]]:
    found = connection.exec_driver_sql(f"SELECT * FROM {table} {where}", values)
    return tuple(found.keys()), [tuple(row) for row in found]


def _written(connection: Connection, known: _Known) -> Iterator[Write]:
    """What one batch wrote, in the order in which the road writes it."""
    columns, events = _select(connection, "inbox", "WHERE id > ?", known.event)
    at = {name: place for place, name in enumerate(columns)}
    since = max(row[at["at_ms"]] for row in events)
    lanes = sorted({(row[at["lane"]], since) for row in events})
    theirs = _select(connection, "sessions", "WHERE lane IN (SELECT lane FROM inbox WHERE id > ?)", known.event)
    asked = _select(connection, "prompts", "WHERE id IN (SELECT prompt FROM outbox WHERE id > ?)", known.letter)
    yield _insert("inbox", columns, ((*row[: at["state"]], "new", *row[at["state"] + 1 :]) for row in events))
    yield _insert("lanes", ("lane", "since_ms"), lanes, key=("lane",))
    yield _insert("cursors", *known.new(connection, "cursors"), key=("adapter",))
    yield _update("sessions", *theirs)
    yield _insert("ballots", *known.new(connection, "ballots"), key=("consultation", "token", "question"))
    yield _insert("tallies", *known.new(connection, "tallies"), key=("consultation", "question", "code"))
    yield _insert("prompts", *asked)
    yield _insert("outbox", *_select(connection, "outbox", "WHERE id > ?", known.letter))
    ids = tuple((row[at["id"]],) for row in events)
    yield Write(sql="UPDATE inbox SET state = 'done' WHERE id = ?", columns=("id",), rows=ids)
    gone = tuple((lane,) for lane, _since in lanes)
    yield Write(sql="DELETE FROM lanes WHERE lane = ?", columns=("lane",), rows=gone)
    known.event, known.letter = _last(connection, "inbox"), _last(connection, "outbox")


def _insert(table: str, columns: tuple[str, ...], rows: Iterable[Row], *, key: tuple[str, ...] = ()) -> Write:
    """Where `key` is taken, the other columns are replaced."""
    blanks = ", ".join("?" * len(columns))
    sql = f"INSERT INTO {table} ({_listed(columns)}) VALUES ({blanks})"
    if key:
        others = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in key)
        sql += f" ON CONFLICT ({_listed(key)}) DO UPDATE SET {others}"
    return Write(sql=sql, columns=columns, rows=tuple(rows))


def _update(table: str, columns: tuple[str, ...], rows: Iterable[Row]) -> Write:
    """Those columns of a session that an answer can change, found by its id."""
    changed = ", ".join(f"{name} = ?" for name in _SAVED[:-1])
    picked = tuple(tuple(row[columns.index(name)] for name in _SAVED) for row in rows)
    return Write(sql=f"UPDATE {table} SET {changed} WHERE id = ?", columns=_SAVED, rows=picked)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


# --- Writing it once more --------------------------------------------------------------------------------------------


def on_sqlite(taken: Recording) -> float:
    """Events a second. Raises `AssertionError` when what was written is not what the road has written."""
    file = taken.after.with_name("floor.db")
    shutil.copy(taken.before, file)
    with closing(sqlite3.connect(file, isolation_level=None)) as raw:
        for name, value in PRAGMAS.items():
            raw.execute(f"PRAGMA {name} = {value}")
        began = time.perf_counter()
        for batch in taken.batches:
            raw.execute("BEGIN IMMEDIATE")
            for write in batch:
                raw.executemany(write.sql, write.rows)
            raw.execute("COMMIT")
        spent = time.perf_counter() - began
        with closing(sqlite3.connect(taken.after)) as road:
            assert _contents(raw) == _contents(road), "the floor has not written what the road wrote"
    file.unlink()
    return taken.events / spent


def _contents(raw: sqlite3.Connection) -> dict[str, list[Row]]:
    names = raw.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").fetchall()
    return {name: sorted(raw.execute(f"SELECT * FROM {name}"), key=repr) for (name,) in names}


def on_postgres(taken: Recording, url: str) -> float:
    """Events a second on a copy of the database before. Letters wait there for whoever holds the messenger."""
    psycopg: Any = importlib.import_module("psycopg")
    batches = [[(_spoken(write), _typed(write)) for write in batch] for batch in taken.batches]
    with psycopg.connect(url, autocommit=True) as raw, raw.cursor() as cursor:
        began = time.perf_counter()
        for batch in batches:
            cursor.execute("BEGIN")
            for sql, rows in batch:
                cursor.executemany(sql, rows)
            cursor.execute("COMMIT")
        spent = time.perf_counter() - began
        written = cursor.execute("SELECT count(*) FROM ballots").fetchone()[0]
        assert written == taken.events, f"{written} ballots of {taken.events}"
    return taken.events / float(spent)


def _spoken(write: Write) -> str:
    return write.sql.replace("?", "%s")


def _typed(write: Write) -> list[Row]:
    flags = [place for place, name in enumerate(write.columns) if name in FLAGS]
    typed = [tuple(bool(cell) if place in flags else cell for place, cell in enumerate(row)) for row in write.rows]
    if "coalesce" not in write.columns:
        return typed
    state = write.columns.index("state")
    return [(*row[:state], "waiting", *row[state + 1 :]) for row in typed]
