"""What was shown in places whose platform keeps nothing for us (the web page): numbered, so that a page can read on.

The one rule: (place, key) is unique, so that showing the same thing twice leaves it there once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, delete, func, select

from storage import locks
from storage.tables import shown


def put(connection: Connection, place: str, key: str, entry: dict[str, Any], at_ms: int) -> int:
    """Append an entry; returns its number, the old one when the key is there already."""
    locks.alone(connection, "shelf", place)  # or two would get the same number
    known = connection.execute(select(shown.c.number).where(shown.c.place == place, shown.c["key"] == key)).scalar()
    if known is not None:
        return int(known)
    last = connection.execute(select(func.max(shown.c.number)).where(shown.c.place == place)).scalar()
    number = int(last or 0) + 1
    row = {"place": place, "number": number, "key": key, "entry": orjson.dumps(entry).decode(), "at_ms": at_ms}
    connection.execute(shown.insert(), [row])
    return number


def since(connection: Connection, place: str, number: int) -> list[tuple[int, dict[str, Any]]]:
    """Entries with a number above `number`, in order."""
    query = (
        select(shown.c.number, shown.c.entry)
        .where(shown.c.place == place, shown.c.number > number)
        .order_by(shown.c.number)
    )
    return [(row[0], orjson.loads(row[1])) for row in connection.execute(query)]


def latest(connection: Connection, places: Sequence[str]) -> dict[str, int]:
    """The number of the last entry of each of some places that have any."""
    found: dict[str, int] = {}
    for start in range(0, len(places), 500):
        some = shown.c.place.in_(places[start : start + 500])
        query = select(shown.c.place, func.max(shown.c.number)).where(some).group_by(shown.c.place)
        found |= {row[0]: row[1] for row in connection.execute(query)}
    return found


def forget(connection: Connection, place: str) -> None:
    connection.execute(delete(shown).where(shown.c.place == place))


def forget_but_last(connection: Connection, place: str) -> None:
    """Forget all but the last entry of a place: numbers go on from it, so that an open page misses nothing."""
    last = select(func.max(shown.c.number)).where(shown.c.place == place).scalar_subquery()
    connection.execute(delete(shown).where(shown.c.place == place, shown.c.number < last))


def empty_old(connection: Connection, before_ms: int) -> None:
    connection.execute(delete(shown).where(shown.c.at_ms < before_ms))


def empty_places(connection: Connection, places: list[str], until_ms: int) -> None:
    """Forget what was shown in some places up to `until_ms`."""
    for start in range(0, len(places), 500):
        some = places[start : start + 500]
        connection.execute(delete(shown).where(shown.c.place.in_(some), shown.c.at_ms <= until_ms))
