"""Write many rows with one statement, the same on SQLite and PostgreSQL.

The one rule: this is the hot path. SQLAlchemy builds each statement once; the rows then go straight to the driver,
because preparing each row again cost as much as all thinking together. SQLite is given them one after the other as
tuples. PostgreSQL is given all of them as one JSON text that it reads like a table, because each row by itself was
read, planned and answered as a statement of its own (nothing may stay prepared in it, see `storage.server`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any

import orjson
from sqlalchemy import (
    JSON,
    BigInteger,
    BindParameter,
    Connection,
    Dialect,
    Integer,
    LargeBinary,
    Table,
    bindparam,
    column,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import visitors

Row = dict[str, Any]
Pick = Callable[[Row], Any]


def upsert(connection: Connection, table: Table, rows: Sequence[Row], *, update: tuple[str, ...]) -> None:
    """Insert `rows`; where the primary key is taken, replace the columns `update` (none: leave the row alone)."""
    if rows:
        many(connection, _insert(connection.dialect.name, table, update, None), rows)


def insert_new(connection: Connection, table: Table, rows: Sequence[Row], *, key: tuple[str, ...]) -> None:
    """Insert those of `rows` whose unique `key` is not there yet."""
    if rows:
        many(connection, _insert(connection.dialect.name, table, (), key), rows)


def many(connection: Connection, statement: Any, rows: Sequence[Row]) -> None:
    """Execute an insert, update or delete for each row, in their order. All rows have the same keys."""
    if not rows:
        return
    if connection.dialect.name == "postgresql" and len(rows) > 1:
        together = _together(connection.dialect, statement, tuple(rows[0]))
        if together is not None and together.fits(rows):
            given = orjson.dumps(rows).decode()
            connection.exec_driver_sql(together.sql, {**together.constants, _GIVEN: given})
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
) -> tuple[str, tuple[tuple[str, Any], ...], Pick | None]:
    """The text of a statement; its blanks in order, each with the value the statement itself gives it; and, where the
    rows give several of them and the statement none, the quickest way from a row to its values."""
    insert = statement.is_insert
    compiled = statement.compile(dialect=dialect, column_keys=list(keys) if insert else None)
    names = compiled.positiontup if dialect.positional else list(compiled.params)
    whole = dialect.positional and len(names) > 1 and set(names) <= set(keys)
    blanks = tuple((name, compiled.params.get(name)) for name in names)
    return str(compiled), blanks, itemgetter(*names) if whole else None


# --- All rows as one table -------------------------------------------------------------------------------------------

_GIVEN = "given"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Together:
    """One statement for all rows. `target` reads from a row which one it is about: where two rows are about the same
    one, the second must find what the first has written, and they go one after the other."""

    sql: str
    constants: dict[str, Any]
    target: Pick

    def fits(self, rows: Sequence[Row]) -> bool:
        return len(set(map(self.target, rows))) == len(rows)


@lru_cache(maxsize=256)
def _together(dialect: Dialect, statement: Any, keys: tuple[str, ...]) -> _Together | None:
    """None where the rows hold what JSON cannot."""
    types = _types(statement, keys)
    if any(isinstance(kind, LargeBinary) for kind in types.values()):
        return None
    columns = [column(name, BigInteger() if isinstance(kind, Integer) else kind) for name, kind in types.items()]
    given = func.json_to_recordset(bindparam(_GIVEN, type_=JSON())).table_valued(*columns)
    given = given.render_derived(name=_GIVEN, with_types=True)
    whole: Any
    if statement.is_insert:
        whole = statement.from_select(list(types), select(*(given.c[name] for name in types)))
        target = [name for name in _key(statement) if name in types] or list(types)
    else:

        def filled(element: Any, **_: Any) -> Any:
            return given.c[element.key] if isinstance(element, BindParameter) and element.key in types else None

        whole = visitors.replacement_traverse(statement, {}, filled)
        target = [blank.key for blank in _blanks(statement.whereclause) if blank.key in types]
    compiled = whole.compile(dialect=dialect)
    constants = {name: value for name, value in compiled.params.items() if name != _GIVEN}
    return _Together(sql=str(compiled), constants=constants, target=itemgetter(*target))


def _types(statement: Any, keys: tuple[str, ...]) -> dict[str, Any]:
    """What each blank of the statement, or each column that is inserted, holds."""
    if statement.is_insert:
        return {name: statement.table.c[name].type for name in keys}
    found = {blank.key: blank.type for blank in _blanks(statement)}
    if statement.is_update:  # what is set is typed by its column
        columns = statement.table.c
        values = statement._values.items()
        found |= {blank.key: columns[of].type for of, blank in values if isinstance(blank, BindParameter)}
    return {name: kind for name, kind in found.items() if name in keys}


def _blanks(clause: Any) -> list[BindParameter[Any]]:
    return [part for part in visitors.iterate(clause) if isinstance(part, BindParameter)]


def _key(statement: Any) -> list[str]:
    """The columns by which an inserted row may be there already."""
    clash = statement._post_values_clause
    return list(clash.inferred_target_elements) if clash is not None else []


@lru_cache(maxsize=64)
def _insert(dialect: str, table: Table, update: tuple[str, ...], key: tuple[str, ...] | None) -> Any:
    statement: Any = (sqlite if dialect == "sqlite" else postgresql).insert(table)
    target = list(key) if key else [column.name for column in table.primary_key]
    if not update:
        return statement.on_conflict_do_nothing(index_elements=target)
    return statement.on_conflict_do_update(
        index_elements=target, set_={name: statement.excluded[name] for name in update}
    )
