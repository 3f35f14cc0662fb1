"""Small facts about the database itself: its age, the owner code, the oldest Palabre that may open it."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select

from storage import locks
from storage.tables import meta
from storage.writing import upsert


def get(connection: Connection, name: str) -> str | None:
    found: str | None = connection.execute(select(meta.c.value).where(meta.c.name == name)).scalar()
    return found


def put(connection: Connection, name: str, value: str) -> None:
    upsert(connection, meta, [{"name": name, "value": value}], update=("value",))


def drop(connection: Connection, name: str) -> None:
    connection.execute(delete(meta).where(meta.c.name == name))


def claim(connection: Connection, name: str) -> bool:
    """Is this the first time, on this database, that anybody asks for `name`?"""
    locks.alone(connection, "meta", name)
    if get(connection, name) is not None:
        return False
    put(connection, name, "claimed")
    return True
