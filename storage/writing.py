"""Insert-or-update in one statement, the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

Row = dict[str, Any]


def upsert(connection: Connection, table: Table, rows: Sequence[Row], *, update: tuple[str, ...]) -> None:
    """Insert `rows`; where the primary key is taken, replace the columns `update` (none: leave the row alone)."""
    if rows:
        connection.execute(_statement(connection.dialect.name, table, update, None), rows)


def insert_new(connection: Connection, table: Table, rows: Sequence[Row], *, key: tuple[str, ...]) -> None:
    """Insert those of `rows` whose unique `key` is not there yet."""
    if rows:
        connection.execute(_statement(connection.dialect.name, table, (), key), rows)


@lru_cache(maxsize=64)
def _statement(dialect: str, table: Table, update: tuple[str, ...], key: tuple[str, ...] | None) -> Any:
    statement: Any = (sqlite if dialect == "sqlite" else postgresql).insert(table)
    target = list(key) if key else [column.name for column in table.primary_key]
    if not update:
        return statement.on_conflict_do_nothing(index_elements=target)
    return statement.on_conflict_do_update(
        index_elements=target, set_={name: statement.excluded[name] for name in update}
    )
