"""The inbox: what was received, in order, until somebody has thought about it.

The one rule: a lane is claimed, never a single event. Claiming events lets two workers handle one person's messages
out of order; the row in `lanes` is what a worker locks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Connection,
    and_,
    bindparam,
    delete,
    exists,
    func,
    literal_column,
    or_,
    select,
    true,
    update,
)

from storage.among import among
from storage.tables import cursors, inbox, lanes
from storage.writing import Row, insert_new, many, upsert

NEW, DONE, ASIDE = "new", "done", "aside"
OWN = ("clock",)
"""What rings by itself is handed over by nobody."""
PER_LANE = 16
"""How many events of one lane are handled in one transaction at most: nobody waits for all that somebody else sent."""
_OFTEN_MS = 1000


@dataclass(frozen=True, slots=True)
class Pending:
    """One event waiting in its lane. `event` is JSON text."""

    id: int
    adapter: str
    key: str
    lane: str
    place: str
    person: str
    event: str
    private: bool
    locale: str | None
    attempts: int


def receive(connection: Connection, rows: Sequence[Row], at_ms: int) -> None:
    """Put events into the inbox; those whose (adapter, key) is known already are left out."""
    if rows:
        insert_new(connection, inbox, rows, key=("adapter", "key"))
        names = sorted({row["lane"] for row in rows})  # in one order everywhere, or two writers could wait in a ring
        upsert(connection, lanes, [{"lane": name, "since_ms": at_ms} for name in names], update=())


def move_cursor(connection: Connection, adapter: str, cursor: str | None, at_ms: int) -> None:
    """Remember where to read on; None keeps the stored cursor and only notes that the platform answered."""
    row = {"adapter": adapter, "cursor": cursor, "polled_ms": at_ms}
    if cursor is not None:
        upsert(connection, cursors, [row], update=("cursor", "polled_ms"))
    else:
        # Processes that updates are pushed to would wait for each other at this row: once a second is enough.
        old = (cursors.c.adapter == adapter, cursors.c.polled_ms < at_ms - _OFTEN_MS)
        connection.execute(update(cursors).where(*old).values(polled_ms=at_ms))
        upsert(connection, cursors, [row], update=())


def cursor(connection: Connection, adapter: str) -> tuple[str | None, int | None]:
    """(cursor, time of the last answer in ms) of an adapter; (None, None) at the very first start."""
    row = connection.execute(select(cursors.c.cursor, cursors.c.polled_ms).where(cursors.c.adapter == adapter)).first()
    return (row[0], row[1]) if row else (None, None)


_CLAIM = select(lanes.c.lane).order_by(lanes.c.since_ms).limit(bindparam("n")).with_for_update(skip_locked=True)


_later = inbox.alias("later")
_NEW: Any = literal_column("'new'")  # written out, or the index of what waits could not be used
_COLUMNS = ("id", "adapter", "key", "lane", "place", "person", "event", "private", "locale", "attempts")
_NAMED = among(lanes.c.lane, "lanes")


def _up_to_the_last() -> Any:
    """The first events of each lane where SQLite answers, which knows no LATERAL: those up to the id of the last."""
    mine = _later.c.lane == lanes.c.lane, _later.c.state == _NEW
    last = select(_later.c.id).where(*mine).order_by(_later.c.id).offset(PER_LANE - 1).limit(1)
    within = inbox.c.id <= func.coalesce(last.correlate(lanes).scalar_subquery(), literal_column(str(2**63 - 1)))
    joined = lanes.join(inbox, inbox.c.lane == lanes.c.lane)
    columns = (inbox.c[name] for name in _COLUMNS)
    return select(*columns).select_from(joined).where(_NAMED, inbox.c.state == _NEW, within).order_by(inbox.c.id)


def _each_of_them() -> Any:
    """The same on PostgreSQL, whose planner would otherwise look at all that waits."""
    mine = inbox.c.lane == lanes.c.lane, inbox.c.state == _NEW
    columns = (inbox.c[name] for name in _COLUMNS)
    first = select(*columns).where(*mine).order_by(inbox.c.id).limit(PER_LANE).lateral("first")
    chosen = (first.c[name] for name in _COLUMNS)
    return select(*chosen).select_from(lanes.join(first, true())).where(_NAMED).order_by(first.c.id)


_PENDING = {"sqlite": _up_to_the_last(), "postgresql": _each_of_them()}


def claim(connection: Connection, n: int) -> tuple[list[str], list[Pending]]:
    """Lock up to `n` lanes with work, oldest first; returns them and their events in order."""
    names = list(connection.execute(_CLAIM, {"n": n}).scalars())
    return names, pending(connection, names)


def pending(connection: Connection, names: Sequence[str]) -> list[Pending]:
    """The events waiting in some lanes, in order, at most `PER_LANE` of each."""
    if not names:
        return []
    rows = connection.execute(_PENDING[connection.dialect.name], {"lanes": names}).all()
    return [Pending(*row) for row in rows]


def hold(connection: Connection, name: str) -> bool:
    """Lock one lane; False when another process holds it, or has handled all of it."""
    query = select(lanes.c.lane).where(lanes.c.lane == name).with_for_update(skip_locked=True)
    return connection.execute(query).scalar() is not None


def rehang(connection: Connection) -> None:
    """Put lanes back that were let go in the very moment in which something new arrived in them. Where several
    processes write, the one that lets go cannot see what another has not committed yet."""
    lost = (
        select(inbox.c.lane, func.min(inbox.c.at_ms))
        .where(inbox.c.state == "new", inbox.c.lane.not_in(select(lanes.c.lane)))
        .group_by(inbox.c.lane)
    )
    rows = [{"lane": row[0], "since_ms": row[1]} for row in connection.execute(lost)]
    upsert(connection, lanes, rows, update=())


_DONE = update(inbox).where(inbox.c.id == bindparam("row")).values(state=DONE)


def finish(connection: Connection, ids: Iterable[int]) -> None:
    """Mark events as handled."""
    many(connection, _DONE, [{"row": id} for id in ids])


_WAITING = exists().where(inbox.c.lane == lanes.c.lane, inbox.c.state == "new")
_RELEASE = delete(lanes).where(_NAMED, ~_WAITING)


_BEHIND = update(lanes).where(_NAMED).values(since_ms=bindparam("at"))


def release(connection: Connection, names: Sequence[str], at_ms: int) -> None:
    """Let go of lanes that have no work left; those that have some go behind all who wait since before `at_ms`."""
    if names:
        gone = connection.execute(_RELEASE, {"lanes": names}).rowcount
        if gone < len(names):
            connection.execute(_BEHIND, {"lanes": names, "at": at_ms})


def failed(connection: Connection, id: int, reason: str, *, give_up_at: int) -> bool:
    """Note a failure of one event; True when it has now failed `give_up_at` times and was set aside."""
    attempts: int = connection.execute(
        update(inbox)
        .where(inbox.c.id == id)
        .values(attempts=inbox.c.attempts + 1, reason=reason)
        .returning(inbox.c.attempts)
    ).scalar_one()
    if attempts < give_up_at:
        return False
    connection.execute(update(inbox).where(inbox.c.id == id).values(state=ASIDE))
    return True


def waiting(connection: Connection) -> int:
    """How many events nobody has thought about yet."""
    return int(connection.execute(select(func.count()).select_from(inbox).where(inbox.c.state == NEW)).scalar_one())


def waiting_with(connection: Connection, adapter: str, start: str) -> bool:
    """Does an event wait whose key begins like this?"""
    key = inbox.c["key"].startswith(start, autoescape=True)
    wanted = exists().where(inbox.c.state == NEW, inbox.c.adapter == adapter, key)
    return bool(connection.execute(select(wanted)).scalar())


def set_aside(connection: Connection) -> int:
    """How many events failed too often and were set aside."""
    return int(connection.execute(select(func.count()).select_from(inbox).where(inbox.c.state == ASIDE)).scalar_one())


def empty_old(connection: Connection, before_ms: int) -> None:
    """Empty the content of handled events older than `before_ms`, and forget their ids a week later."""
    week = 7 * 86_400_000
    old: dict[str, Any] = {"event": "", "person": ""}
    handled = inbox.c.state.in_([DONE, ASIDE])
    connection.execute(update(inbox).where(handled, inbox.c.at_ms < before_ms, inbox.c.event != "").values(**old))
    connection.execute(delete(inbox).where(handled, inbox.c.at_ms < before_ms - week))


def empty_handled(connection: Connection) -> None:
    """Empty the content of everything that was handled; only the ids stay, so that nothing is handled twice."""
    connection.execute(update(inbox).where(inbox.c.state.in_([DONE, ASIDE]), inbox.c.event != "").values(event=""))


def empty_lane(connection: Connection, lane: str) -> None:
    """Empty the content of what somebody said and was handled; the ids stay, so that nothing is handled twice."""
    handled = inbox.c.state.in_([DONE, ASIDE])
    connection.execute(update(inbox).where(handled, inbox.c.lane == lane, inbox.c.event != "").values(event=""))


def forget_lanes(connection: Connection, names: Sequence[str]) -> None:
    """A person erased their data: nothing that they said, and no id of theirs, stays. The platform's number of an
    update does, for as long as it may be handed over again, or it would be handled twice; but not where it names the
    person, as it does on the web (there nobody hands over twice)."""
    if not names:
        return
    theirs = inbox.c.lane.in_(list(names)), inbox.c.state != NEW
    named = or_(_within(inbox.c.person, inbox.c["key"]), _within(inbox.c.place, inbox.c["key"]))
    connection.execute(delete(inbox).where(*theirs, or_(inbox.c.adapter.in_(OWN), named)))
    connection.execute(update(inbox).where(*theirs).values(lane="", place="", person="", event="", locale=None))


def _within(part: Any, whole: Any) -> Any:
    return and_(part != "", func.replace(whole, part, "") != whole)
