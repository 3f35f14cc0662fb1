"""Consultations, the versions of their flows, where they were announced.

The one rule: a state changes only by compare-and-set along `ALLOWED`; a second closing finds nothing to change. Hours
and wording change in the same way: whoever decided on something that has changed since, changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, func, or_, select, update

from storage import locks
from storage.tables import (
    announcements,
    consents,
    consultations,
    conversations,
    desks,
    flow_versions,
    sessions,
    subscriptions,
    tallies,
)
from storage.writing import upsert

ALLOWED = {
    "draft": ("review", "scheduled", "open", "archived"),
    "review": ("draft", "scheduled", "open"),
    "scheduled": ("open", "draft"),
    "open": ("closing",),
    "closing": ("closed",),
    "closed": ("answered", "open"),
    "answered": ("archived",),
    "archived": (),
}

INTERNAL = "internal"
"""No state that a consultation comes to: the row only carries conversations in which organisers prepare one. Nothing
that names the states it wants ever finds it, and `all_of` leaves it out."""


@dataclass(frozen=True, slots=True)
class Consultation:
    """One run of a flow. Wall times are ISO texts in `zone`; `_ms` are UTC. `owner` is the participant who made it;
    `touched_ms` is when somebody last worked on the draft, `reminded_ms` when an organiser last reminded people."""

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
    owner: int | None
    touched_ms: int
    reminded_ms: int | None


def blank(id: str, version: str, state: str, *, results: str, secrecy: str, zone: str, now_ms: int) -> Consultation:
    """A consultation as it begins: without hours, owner, key or past."""
    return Consultation(
        id=id,
        version=version,
        state=state,
        results=results,
        secrecy=secrecy,
        zone=zone,
        opens_wall=None,
        closes_wall=None,
        opens_ms=None,
        closes_ms=None,
        every=None,
        until_wall=None,
        occurrence=1,
        series=id,
        opened_ms=None,
        cut_ms=None,
        closed_ms=None,
        forgotten_ms=None,
        result=None,
        since_ms=now_ms,
        key=None,
        owner=None,
        touched_ms=now_ms,
        reminded_ms=None,
    )


_COLUMNS: tuple[Any, ...] = tuple(consultations.c[name] for name in Consultation.__slots__)
_BY_ID: Any = select(*_COLUMNS).where(consultations.c.id.in_(bindparam("ids", expanding=True)))
_ALL: Any = select(*_COLUMNS).order_by(consultations.c.since_ms)


def by_id(connection: Connection, ids: Sequence[str]) -> dict[str, Consultation]:
    if not ids:
        return {}
    return {row[0]: Consultation(*row) for row in connection.execute(_BY_ID, {"ids": list(ids)})}


def get(connection: Connection, id: str) -> Consultation | None:
    return by_id(connection, [id]).get(id)


def taken(connection: Connection) -> frozenset[str]:
    """The ids that are in use."""
    return frozenset(connection.execute(select(consultations.c.id)).scalars())


def all_of(connection: Connection, *states: str) -> list[Consultation]:
    """Every consultation of the public, oldest first; only those in `states` when some are named."""
    wanted = consultations.c.state.in_(states) if states else consultations.c.state != INTERNAL
    query = _ALL.where(wanted)
    if states:
        query = query.order_by(consultations.c.state)  # of two that were made in the same instant, on every database
    return [Consultation(*row) for row in connection.execute(query)]


def add(connection: Connection, made: Consultation) -> None:
    connection.execute(consultations.insert(), [{name: getattr(made, name) for name in Consultation.__slots__}])


def change_state(connection: Connection, id: str, before: str, after: str, **values: Any) -> bool:
    """Move from `before` to `after`; False when somebody was faster. ValueError for a move that is not allowed."""
    if after not in ALLOWED[before]:
        raise ValueError(f"a consultation cannot go from {before} to {after}")
    locks.alone(connection, "consultation", id)
    done = connection.execute(
        update(consultations)
        .where(consultations.c.id == id, consultations.c.state == before)
        .values(state=after, **values)
    )
    return done.rowcount == 1


def set_times(connection: Connection, id: str, **values: Any) -> None:
    locks.alone(connection, "consultation", id)
    connection.execute(update(consultations).where(consultations.c.id == id).values(**values))


def set_version(connection: Connection, id: str, before: str, after: str, at_ms: int) -> bool:
    """Go on with another wording; False when it is no longer the one that was read."""
    locks.alone(connection, "consultation", id)
    done = connection.execute(
        update(consultations)
        .where(consultations.c.id == id, consultations.c.version == before)
        .values(version=after, touched_ms=at_ms)
    )
    return done.rowcount == 1


def put_off(connection: Connection, id: str, before_ms: int | None, wall: str, at_ms: int) -> bool:
    """Move the closing hour; False when it is no longer `before_ms`, or nothing is open or scheduled."""
    locks.alone(connection, "consultation", id)
    done = connection.execute(
        update(consultations)
        .where(
            consultations.c.id == id,
            consultations.c.state.in_(("scheduled", "open")),
            consultations.c.closes_ms.is_(None) if before_ms is None else consultations.c.closes_ms == before_ms,
        )
        .values(closes_wall=wall, closes_ms=at_ms)
    )
    return done.rowcount == 1


def note_reminder(connection: Connection, id: str, at_ms: int, since_ms: int) -> bool:
    """Write down that people are being reminded; False when they were after `since_ms`, or it is not open."""
    locks.alone(connection, "consultation", id)
    done = connection.execute(
        update(consultations)
        .where(
            consultations.c.id == id,
            consultations.c.state == "open",
            or_(consultations.c.reminded_ms.is_(None), consultations.c.reminded_ms <= since_ms),
        )
        .values(reminded_ms=at_ms)
    )
    return done.rowcount == 1


def put_away(connection: Connection, untouched_since_ms: int) -> list[str]:
    """Archive the drafts that nobody has touched for so long; their ids."""
    old = (consultations.c.state == "draft", consultations.c.touched_ms < untouched_since_ms)
    found = list(connection.execute(select(consultations.c.id).where(*old)).scalars())
    connection.execute(update(consultations).where(consultations.c.id.in_(found), *old).values(state="archived"))
    return found


def answered(connection: Connection, id: str) -> bool:
    """Has anybody ever answered, also who took it back? From then on the wording is locked."""
    counted = select(tallies.c.question).where(tallies.c.consultation == id)
    agreed = select(consents.c.purpose).where(consents.c.consultation == id)
    return any(connection.execute(query.limit(1)).first() for query in (counted, agreed))


def unfinished(connection: Connection, id: str) -> int:
    """How many people have begun, not finished, not said stop, and can be written to."""
    query = (
        select(func.count())
        .select_from(sessions.join(conversations, conversations.c.lane == sessions.c.lane))
        .where(
            sessions.c.consultation == id,
            sessions.c.stage.in_(("active", "recap")),
            conversations.c.reachable,
        )
    )
    return int(connection.execute(query).scalar_one())


def waiting(connection: Connection, id: str) -> int:
    """How many people asked to be told, have not begun, and can be written to."""
    begun = select(sessions.c.participant).where(sessions.c.consultation == id)
    query = (
        select(func.count())
        .select_from(subscriptions.join(conversations, conversations.c.lane == subscriptions.c.lane))
        .where(
            subscriptions.c.consultation == id,
            subscriptions.c.wants,
            subscriptions.c.participant.not_in(begun),
            conversations.c.reachable,
        )
    )
    return int(connection.execute(query).scalar_one())


def destroy_key(connection: Connection, id: str, at_ms: int) -> bool:
    """Unlink ballots and persons for good; False when that was done already."""
    locks.alone(connection, "consultation", id)
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


def all_announced(connection: Connection) -> list[str]:
    """Every place that has the card of a consultation which is not over, or is where moderators decide."""
    going = consultations.c.state.in_(["scheduled", "open", "closing"])
    cards = select(announcements.c.place).join(consultations, consultations.c.id == announcements.c.consultation)
    found = {*connection.scalars(cards.where(going)), *connection.scalars(select(desks.c.place))}
    return sorted(found)


def announced(connection: Connection, id: str) -> list[str]:
    """The places where a consultation was announced."""
    query = select(announcements.c.place).where(announcements.c.consultation == id).order_by(announcements.c.place)
    return list(connection.execute(query).scalars())


def move_place(connection: Connection, before: str, after: str) -> None:
    connection.execute(update(announcements).where(announcements.c.place == before).values(place=after, ref=None))
