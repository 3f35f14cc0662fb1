"""Where cards hang: the message that shows a consultation in a group or channel, and its reference there.

The one rule: a place has one card for each consultation. A newer one takes the place of an older one, whose buttons go
on working; only the newest is kept up to date.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from storage.tables import announcements
from storage.writing import Row, many

_HUNG: Any = (
    select(announcements.c.consultation, announcements.c.place)
    .where(announcements.c.consultation.in_(bindparam("ids", expanding=True)), announcements.c.ref.is_not(None))
    .order_by(announcements.c.consultation, announcements.c.place)
)


def hung(connection: Connection, consultations: Collection[str]) -> list[tuple[str, str]]:
    """(consultation, place) of each card that was shown."""
    return [(row[0], row[1]) for row in connection.execute(_HUNG, {"ids": list(consultations)})]


def ref(connection: Connection, consultation: str, place: str) -> str | None:
    """The platform's reference of the card in a place; None while there is none."""
    query = select(announcements.c.ref).where(
        announcements.c.consultation == consultation, announcements.c.place == place
    )
    found = connection.execute(query).scalar()
    return None if found is None else str(found)


_HANG = (
    update(announcements)
    .where(announcements.c.consultation == bindparam("of"), announcements.c.place == bindparam("at"))
    .values(ref=bindparam("new_ref"))
)


def hang(connection: Connection, rows: Sequence[Row]) -> None:
    """Note where cards were shown: rows of `of` (consultation), `at` (place) and `new_ref`."""
    many(connection, _HANG, rows)


def shown_as(connection: Connection, place: str, ref: str) -> str | None:
    """The consultation whose card is the message `ref` in a place; None when it is no card."""
    query = select(announcements.c.consultation).where(announcements.c.place == place, announcements.c.ref == ref)
    found = connection.execute(query).scalar()
    return None if found is None else str(found)
