"""Which groups are watched.

The one rule: a group that is not here is not watched. Watching belongs to the whole group, whatever its topics.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, bindparam, select

from storage.tables import chats
from storage.writing import upsert

_WATCHED = select(chats.c.place).where(chats.c.place.in_(bindparam("places", expanding=True)), chats.c.watched)


def among(connection: Connection, places: Collection[str]) -> set[str]:
    """Those of the places that are watched."""
    if not places:
        return set()
    return set(connection.execute(_WATCHED, {"places": list(places)}).scalars())


def is_watched(connection: Connection, place: str) -> bool:
    return place in among(connection, [place])


def watch(connection: Connection, place: str, wanted: bool) -> None:
    """Begin or end watching a group."""
    upsert(connection, chats, [{"place": place, "watched": wanted}], update=("watched",))


def everywhere(connection: Connection) -> list[str]:
    """Every group that is watched."""
    return list(connection.scalars(select(chats.c.place).where(chats.c.watched).order_by(chats.c.place)))
