"""Consultations, the versions of their flows, where they were announced.

The one rule: a state changes only by compare-and-set along `ALLOWED`; a second closing finds nothing to change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from storage.tables import announcements, consultations, flow_versions
from storage.writing import Row, upsert

ALLOWED = {
    "draft": ("scheduled", "open"),
    "scheduled": ("open", "draft"),
    "open": ("closing",),
    "closing": ("closed",),
    "closed": ("answered", "archived"),
    "answered": ("archived",),
    "archived": (),
}


@dataclass(frozen=True, slots=True)
class Consultation:
    """One run of a flow. Wall times are ISO texts in `zone`; `_ms` are UTC."""

    id: str
    version: str
    state: str
    results: str
    secrecy: str
    zone: str
    opens_wall: str | None
    closes_wall: str | None
    opens_ms: int | None
    closes_ms: int | None
    every: str | None
    until_wall: str | None
    occurrence: int
    series: str
    opened_ms: int | None
    cut_ms: int | None
    closed_ms: int | None
    forgotten_ms: int | None
    result: str | None
    since_ms: int
    key: bytes | None


_COLUMNS: tuple[Any, ...] = tuple(consultations.c[name] for name in Consultation.__slots__)
_BY_ID: Any = select(*_COLUMNS).where(consultations.c.id.in_(bindparam("ids", expanding=True)))
_ALL: Any = select(*_COLUMNS).order_by(consultations.c.since_ms)


def by_id(connection: Connection, ids: Sequence[str]) -> dict[str, Consultation]:
    if not ids:
        return {}
    return {row[0]: Consultation(*row) for row in connection.execute(_BY_ID, {"ids": list(ids)})}


def get(connection: Connection, id: str) -> Consultation | None:
    return by_id(connection, [id]).get(id)


def all_of(connection: Connection, *states: str) -> list[Consultation]:
    """Every consultation, oldest first; only those in `states` when some are named."""
    query = _ALL.where(consultations.c.state.in_(states)) if states else _ALL
    return [Consultation(*row) for row in connection.execute(query)]


def add(connection: Connection, row: Row) -> None:
    connection.execute(consultations.insert(), [row])


def change_state(connection: Connection, id: str, before: str, after: str, **values: Any) -> bool:
    """Move from `before` to `after`; False when somebody was faster. ValueError for a move that is not allowed."""
    if after not in ALLOWED[before]:
        raise ValueError(f"a consultation cannot go from {before} to {after}")
    done = connection.execute(
        update(consultations)
        .where(consultations.c.id == id, consultations.c.state == before)
        .values(state=after, **values)
    )
    return done.rowcount == 1


def set_times(connection: Connection, id: str, **values: Any) -> None:
    connection.execute(update(consultations).where(consultations.c.id == id).values(**values))


def destroy_key(connection: Connection, id: str, at_ms: int) -> bool:
    """Unlink ballots and persons for good; False when that was done already."""
    done = connection.execute(
        update(consultations)
        .where(consultations.c.id == id, consultations.c["key"].is_not(None))
        .values(key=None, forgotten_ms=at_ms)
    )
    return done.rowcount == 1


def add_version(connection: Connection, version: str, flow: str, source: str, at_ms: int) -> None:
    """Keep the text of a flow for ever, by its hash."""
    row = {"version": version, "flow": flow, "source": source, "since_ms": at_ms}
    upsert(connection, flow_versions, [row], update=())


def source(connection: Connection, version: str) -> str:
    """The text of a flow version; KeyError when it is not here."""
    found = connection.execute(select(flow_versions.c.source).where(flow_versions.c.version == version)).scalar()
    if found is None:
        raise KeyError(version)
    return str(found)


def announce(connection: Connection, id: str, place: str) -> None:
    upsert(connection, announcements, [{"consultation": id, "place": place}], update=())


def announced(connection: Connection, id: str) -> list[str]:
    """The places where a consultation was announced."""
    query = select(announcements.c.place).where(announcements.c.consultation == id).order_by(announcements.c.place)
    return list(connection.execute(query).scalars())


def move_place(connection: Connection, before: str, after: str) -> None:
    connection.execute(update(announcements).where(announcements.c.place == before).values(place=after))
