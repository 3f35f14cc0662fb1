"""Write many rows with one statement, the same on SQLite and PostgreSQL.

The one rule: this is the hot path. SQLAlchemy builds each statement once; the rows then go straight to the driver as
tuples, because preparing each row again cost as much as all thinking together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Dialect, Table
from sqlalchemy.dialects import postgresql, sqlite

Row = dict[str, Any]


def upsert(connection: Connection, table: Table, rows: Sequence[Row], *, update: tuple[str, ...]) -> None:
    """Insert `rows`; where the primary key is taken, replace the columns `update` (none: leave the row alone)."""
    if rows:
        many(connection, _insert(connection.dialect.name, table, update, None), rows)


def insert_new(connection: Connection, table: Table, rows: Sequence[Row], *, key: tuple[str, ...]) -> None:
    """Insert those of `rows` whose unique `key` is not there yet."""
    if rows:
        many(connection, _insert(connection.dialect.name, table, (), key), rows)


def many(connection: Connection, statement: Any, rows: Sequence[Row]) -> None:
    """Execute an insert, update or delete once for each row. All rows have the same keys."""
    if not rows:
        return
    sql, blanks, pick = _compiled(connection.dialect, statement, tuple(rows[0]))
    if pick is not None:
        values: Any = list(map(pick, rows))
    elif connection.dialect.positional:
        values = [tuple(row.get(name, default) for name, default in blanks) for row in rows]
    else:
        values = [{name: row.get(name, default) for name, default in blanks} for row in rows]
    connection.exec_driver_sql(sql, values)


@lru_cache(maxsize=256)
def _compiled(
    dialect: Dialect, statement: Any, keys: tuple[str, ...]
) -> tuple[str, tuple[tuple[str, Any], ...], Callable[[Row], Any] | None]:
    """The text of a statement; its blanks in order, each with the value the statement itself gives it; and, where the
    rows give several of them and the statement none, the quickest way from a row to its values."""
    insert = statement.is_insert
    compiled = statement.compile(dialect=dialect, column_keys=list(keys) if insert else None)
    names = compiled.positiontup if dialect.positional else list(compiled.params)
    whole = dialect.positional and len(names) > 1 and set(names) <= set(keys)
    blanks = tuple((name, compiled.params.get(name)) for name in names)
    return str(compiled), blanks, itemgetter(*names) if whole else None


@lru_cache(maxsize=64)
def _insert(dialect: str, table: Table, update: tuple[str, ...], key: tuple[str, ...] | None) -> Any:
    statement: Any = (sqlite if dialect == "sqlite" else postgresql).insert(table)
    target = list(key) if key else [column.name for column in table.primary_key]
    if not update:
        return statement.on_conflict_do_nothing(index_elements=target)
    return statement.on_conflict_do_update(
        index_elements=target, set_={name: statement.excluded[name] for name in update}
    )
