"""Many rows at once: as if they had been written one after the other, whatever is in them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, bindparam, delete, event, insert, select, update

from storage import inbox, timers
from storage.database import Connection, Database
from storage.tables import inbox as inbox_table
from storage.tables import meta
from storage.tables import timers as timers_table
from storage.writing import many, upsert

MANY = 150
ODD = (
    "it's \"quoted\" \\ and {'m': [1, null]}",
    "%s %(given)s $1 :name ?",
    "line\nfeed\ttab\r\n\u2028 and \x01",
    "Ünï çödé 🗳️ مرحبا",
    "",
    " null ",
)


def arrived(key: str, lane: str) -> dict[str, Any]:
    named = {"adapter": "telegram", "key": key, "lane": lane, "place": "telegram:1", "person": "1"}
    return {**named, "event": "{}", "private": True, "locale": None, "at_ms": 0, "state": inbox.NEW}


def timer(key: str, **more: Any) -> dict[str, Any]:
    told = {"key": key, "timer": "open", "subject": "x", "lane": "a|1", "detail": "", "fence": None}
    return {**told, "due_ms": 1, "wall": None, "zone": None, "late": "fire", **more}


def set_values(connection: Connection, *pairs: tuple[str, str]) -> None:
    statement = update(meta).where(meta.c.name == bindparam("row")).values(value=bindparam("new_value"))
    many(connection, statement, [{"row": name, "new_value": value} for name, value in pairs])


def values(connection: Connection) -> dict[str, str]:
    return {name: value for name, value in connection.execute(select(meta.c.name, meta.c.value)) if name[:2] == "t:"}


def test_rows_are_numbered_in_the_order_in_which_they_are_given(database: Database) -> None:
    keys = [str(i * 7919 % MANY) for i in range(MANY)]
    with database.transaction() as connection:
        inbox.receive(connection, [arrived(key, f"telegram:{key}|1") for key in keys], 5)
        stored = connection.execute(select(inbox_table.c["key"]).order_by(inbox_table.c.id)).scalars().all()
    assert stored == keys


def test_what_is_there_already_is_left_alone_also_twice_in_the_same_rows(database: Database) -> None:
    with database.transaction() as connection:
        inbox.receive(connection, [arrived("a", "telegram:1|1"), arrived("b", "telegram:1|1")], 5)
        inbox.receive(connection, [arrived(key, "telegram:1|1") for key in ("c", "a", "c", "d")], 5)
        _names, items = inbox.claim(connection, 9)
    assert [item.key for item in items] == ["a", "b", "c", "d"]


def test_any_text_and_any_number_comes_back_as_it_was(database: Database) -> None:
    rows = [timer(f"t:{i}", detail=text, subject=text, fence=None) for i, text in enumerate(ODD)]
    rows += [timer(f"n:{n}", fence=n, due_ms=n) for n in (0, -1, 2**31, 2**62)]
    with database.transaction() as connection:
        timers.arm(connection, rows)
        query = select(timers_table).where(timers_table.c.timer == "open")
        stored = {row["key"]: dict(row) for row in connection.execute(query).mappings()}
    assert stored == {row["key"]: row for row in rows}


def test_of_two_rows_about_the_same_thing_the_last_one_counts(database: Database) -> None:
    with database.transaction() as connection:
        pairs = [("t:a", "1"), ("t:b", "2"), ("t:a", "3")]
        upsert(connection, meta, [{"name": name, "value": value} for name, value in pairs], update=("value",))
        assert values(connection) == {"t:a": "3", "t:b": "2"}
        set_values(connection, ("t:a", "4"), ("t:b", "5"), ("t:b", "6"))
        assert values(connection) == {"t:a": "4", "t:b": "6"}
        upsert(connection, meta, [{"name": name, "value": "x"} for name in ("t:a", "t:c", "t:c")], update=())
        assert values(connection) == {"t:a": "4", "t:b": "6", "t:c": "x"}


def test_only_the_rows_that_are_named_are_changed_or_go(database: Database) -> None:
    names = [f"t:{i}" for i in range(MANY)]
    with database.transaction() as connection:
        upsert(connection, meta, [{"name": name, "value": "old"} for name in names], update=())
        set_values(connection, *((name, f"new {name}") for name in names[:9]), ("t:nowhere", "lost"))
        many(connection, delete(meta).where(meta.c.name == bindparam("gone")), [{"gone": name} for name in names[5:50]])
        left = values(connection)
    assert left == {name: f"new {name}" for name in names[:5]} | dict.fromkeys(names[50:], "old")


def test_bytes_are_written_too(database: Database) -> None:
    kept = Table("kept", MetaData(), Column("id", Integer, primary_key=True), Column("what", LargeBinary))
    with database.transaction() as connection:
        kept.create(connection)
        many(connection, insert(kept), [{"id": i, "what": bytes([i, 0, 255])} for i in range(3)])
        assert connection.execute(select(kept.c.what).order_by(kept.c.id)).scalars().all() == [
            b"\x00\x00\xff",
            b"\x01\x00\xff",
            b"\x02\x00\xff",
        ]


def test_all_rows_together_are_one_statement(database: Database) -> None:
    """One round trip, and on PostgreSQL one statement to read and to plan, where each row used to be one."""
    said: list[tuple[str, bool]] = []

    def hear(_connection: Any, _cursor: Any, sql: str, _values: Any, _context: Any, each: bool) -> None:
        said.append((sql, each))

    event.listen(database.engine, "before_cursor_execute", hear)
    with database.transaction() as connection:
        said.clear()
        timers.arm(connection, [timer(str(i)) for i in range(MANY)])
        assert len(said) == 1
        assert said[0][1] is (connection.dialect.name == "sqlite"), "one row after the other on SQLite alone"
    event.remove(database.engine, "before_cursor_execute", hear)
