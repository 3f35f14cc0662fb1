"""A row in every table that has none, so that whatever is copied, moved or counted meets all of them.

The one rule: made from the tables themselves, so that a table added tomorrow is filled tomorrow.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Connection, Float, Integer, LargeBinary, Table, func, select

from storage.tables import metadata


def fill(connection: Connection) -> list[str]:
    """Fill what is empty; which tables that were."""
    empty = [table for table in metadata.sorted_tables if not _size(connection, table)]
    for number, table in enumerate(empty):
        connection.execute(table.insert(), [_row(connection, table, number)])
    return [table.name for table in empty]


def sizes(connection: Connection) -> dict[str, int]:
    """How many rows each table holds."""
    return {table.name: _size(connection, table) for table in metadata.sorted_tables}


def _size(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def _row(connection: Connection, table: Table, number: int) -> dict[str, Any]:
    return {column.name: _value(connection, column, number) for column in table.columns}


def _value(connection: Connection, column: Any, number: int) -> Any:
    for key in column.foreign_keys:
        return connection.execute(select(key.column).limit(1)).scalar_one()
    match column.type:
        case Boolean():
            return True
        case LargeBinary():
            return bytes(range(256))
        case Float():
            return 48.1 + number / 7
        case Integer():
            return (1 << 62) - number if isinstance(column.type, BigInteger) and column.primary_key else number + 7
        case _:
            return f"é–{number}"
