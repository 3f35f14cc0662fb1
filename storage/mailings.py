"""Mailings: what goes to many people at once, page by page, as fast as their messengers take it.

    running --(a page; its letters leave; the next page ...)--> done
       ^ |
       | v
      paused ------------------------------------------------> stopped

The one rule: a mailing changes by compare-and-set, and what is paused or stopped takes back what waits in the outbox in
the same transaction. Whoever was about to send such a letter learns it from the outbox, whatever they held in memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, case, delete, func, insert, select, update

from storage.outbox import DROPPED, FAILED, HELD, SENDING, SENT, UNSURE, WAITING
from storage.tables import conversations, outbox, participants, sessions, subscriptions
from storage.tables_mailings import mailings

RUNNING, PAUSED, STOPPED, DONE = "running", "paused", "stopped", "done"


@dataclass(frozen=True, slots=True)
class Mailing:
    """`next` is where the next page begins, None when there is none; `asked` says that this page is on its way.
    `people` is how many were to be reached when it began, `left_out` who was not to be written to. `due_ms` is when it
    leaves, `told_ms` when its organiser last saw how far it is; the three counts are written at its end."""

    id: int
    kind: str
    consultation: str
    state: str
    next: str | None
    asked: bool
    pages: int
    people: int
    left_out: int
    due_ms: int
    began_ms: int | None
    told_ms: int
    ended_ms: int | None
    sent: int
    failed: int
    unsure: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How the letters of a mailing stand."""

    waiting: int = 0
    sent: int = 0
    failed: int = 0
    unsure: int = 0


_COLUMNS: tuple[Any, ...] = tuple(mailings.c[name] for name in Mailing.__slots__)


def begin(
    connection: Connection,
    kind: str,
    consultation: str,
    *,
    next: str,
    people: int,
    left_out: int,
    due_ms: int,
) -> int:
    """A new mailing, whose first page is asked for already; its number."""
    row = {
        "kind": kind,
        "consultation": consultation,
        "state": RUNNING,
        "next": next,
        "asked": True,
        "pages": 0,
        "people": people,
        "left_out": left_out,
        "due_ms": due_ms,
        "told_ms": due_ms,
        "sent": 0,
        "failed": 0,
        "unsure": 0,
    }
    return int(connection.execute(insert(mailings).values(**row).returning(mailings.c.id)).scalar_one())


def get(connection: Connection, id: int) -> Mailing | None:
    row = connection.execute(select(*_COLUMNS).where(mailings.c.id == id)).first()
    return Mailing(*row) if row else None


def alive(connection: Connection) -> list[Mailing]:
    """Those that run or are paused, oldest first."""
    query = select(*_COLUMNS).where(mailings.c.state.in_([RUNNING, PAUSED])).order_by(mailings.c.id)
    return [Mailing(*row) for row in connection.execute(query)]


def latest(connection: Connection, n: int) -> list[Mailing]:
    """The last `n` that began, newest first."""
    query = select(*_COLUMNS).order_by(mailings.c.id.desc()).limit(n)
    return [Mailing(*row) for row in connection.execute(query)]


# --- Pages -----------------------------------------------------------------------------------------------------------


def ask(connection: Connection, id: int) -> int | None:
    """Ask for the next page; its number, None when somebody else has, or there is none to be had."""
    wanted = mailings.c.state == RUNNING, mailings.c.next.is_not(None), mailings.c.asked.is_(False)
    values = {"asked": True, "pages": mailings.c.pages + 1}
    query = update(mailings).where(mailings.c.id == id, *wanted).values(**values).returning(mailings.c.pages)
    found: int | None = connection.execute(query).scalar()
    return found


def take_page(connection: Connection, id: int, now_ms: int) -> bool:
    """The page that was asked for is made now; False when the mailing does not run, and it is to be asked for again."""
    mine = mailings.c.id == id, mailings.c.asked
    done = connection.execute(
        update(mailings)
        .where(*mine, mailings.c.state == RUNNING)
        .values(asked=False, next=None, began_ms=func.coalesce(mailings.c.began_ms, now_ms))
    )
    if done.rowcount:
        return True
    connection.execute(update(mailings).where(*mine).values(asked=False))
    return False


def go_on(connection: Connection, id: int, next: str) -> None:
    """There is a further page."""
    connection.execute(update(mailings).where(mailings.c.id == id).values(next=next))


def backlog(connection: Connection, id: int, most: int) -> int:
    """How many of its letters have not left, counted up to `most`."""
    some = select(outbox.c.id).where(outbox.c.mailing == id, outbox.c.state.in_([WAITING, SENDING])).limit(most)
    return int(connection.execute(select(func.count()).select_from(some.subquery())).scalar_one())


# --- Ends and stops --------------------------------------------------------------------------------------------------


def pause(connection: Connection, id: int) -> bool:
    return _change(connection, id, (RUNNING,), PAUSED, (WAITING,), HELD)


def resume(connection: Connection, id: int, now_ms: int) -> bool:
    return _change(connection, id, (PAUSED,), RUNNING, (HELD,), WAITING, told_ms=now_ms)


def stop(connection: Connection, id: int, now_ms: int) -> bool:
    """Nobody else is written to; what is leaving leaves."""
    return _change(connection, id, (RUNNING, PAUSED), STOPPED, (WAITING, HELD), DROPPED, ended_ms=now_ms)


def _change(
    connection: Connection,
    id: int,
    before: tuple[str, ...],
    after: str,
    from_: tuple[str, ...],
    to: str,
    **more: Any,
) -> bool:
    changed = connection.execute(
        update(mailings).where(mailings.c.id == id, mailings.c.state.in_(before)).values(state=after, **more)
    )
    if changed.rowcount:
        waiting = outbox.c.mailing == id, outbox.c.state.in_(from_)
        connection.execute(update(outbox).where(*waiting).values(state=to))
    return bool(changed.rowcount)


def finish(connection: Connection, id: int, now_ms: int) -> bool:
    """All its letters have ended: note how. False when it is not running."""
    found = progress(connection, id)
    values = {"sent": found.sent, "failed": found.failed, "unsure": found.unsure}
    done = connection.execute(
        update(mailings)
        .where(mailings.c.id == id, mailings.c.state == RUNNING)
        .values(state=DONE, ended_ms=now_ms, **values)
    )
    return bool(done.rowcount)


def drop_empty(connection: Connection, id: int) -> None:
    """It turned out that there was nobody to write to."""
    connection.execute(delete(mailings).where(mailings.c.id == id))


def set_told(connection: Connection, id: int, now_ms: int) -> None:
    connection.execute(update(mailings).where(mailings.c.id == id).values(told_ms=now_ms))


def progress(connection: Connection, id: int) -> Progress:
    query = select(outbox.c.state, func.count()).where(outbox.c.mailing == id).group_by(outbox.c.state)
    found = {row[0]: int(row[1]) for row in connection.execute(query)}
    waiting = sum(found.get(state, 0) for state in (WAITING, SENDING, HELD))
    sent, failed, unsure = (found.get(state, 0) for state in (SENT, FAILED, UNSURE))
    return Progress(waiting=waiting, sent=sent, failed=failed, unsure=unsure)


def letter(connection: Connection, key: str) -> tuple[str, str, str | None] | None:
    """The letter of this key: its place, what it says, and the messenger's reference once it was shown."""
    row = connection.execute(
        select(outbox.c.place, outbox.c.payload, outbox.c.ref).where(outbox.c["key"] == key)
    ).first()
    return (row[0], row[1], row[2]) if row else None


# --- Who is reached --------------------------------------------------------------------------------------------------


def taking_part(connection: Connection, consultation: str, stages: tuple[str, ...]) -> dict[str, tuple[int, int]]:
    """Of those who took part and stand in one of `stages` (all, when empty): messenger -> how many can be reached, and
    how many said stop or cannot be reached."""
    stopped = sessions.c.stage.in_(["paused", "declined"])
    wanted = [sessions.c.consultation == consultation]
    if stages:
        wanted.append(sessions.c.stage.in_([*stages, "paused"]))
    out = case((stopped, 1), (conversations.c.reachable.is_(False), 1), else_=0)
    query = select(_messenger(sessions.c.place), out.label("out")).join(
        conversations, conversations.c.lane == sessions.c.lane
    )
    return _summed(connection, query.where(*wanted))


def subscribed(connection: Connection, consultation: str) -> dict[str, tuple[int, int]]:
    """The same of those who asked to be told and have not begun."""
    started = select(sessions.c.participant).where(sessions.c.consultation == consultation)
    out = case((conversations.c.reachable.is_(False), 1), else_=0)
    query = (
        select(_messenger(subscriptions.c.place), out.label("out"))
        .join(participants, participants.c.id == subscriptions.c.participant)
        .join(conversations, conversations.c.lane == subscriptions.c.lane)
        .where(
            subscriptions.c.consultation == consultation,
            subscriptions.c.wants,
            subscriptions.c.participant.not_in(started),
        )
    )
    return _summed(connection, query)


def _messenger(place: Any) -> Any:
    """The first letters of a place: enough to tell messengers apart, and the same on every database. Each further bot
    of Telegram has a pace of its own; its places end in the number of a chat."""
    bot = place.like("telegram.%"), func.rtrim(place, "-/0123456789")
    return case(bot, else_=func.substr(place, 1, 4)).label("messenger")


def _summed(connection: Connection, query: Any) -> dict[str, tuple[int, int]]:
    people = query.subquery()
    columns = people.c.messenger, people.c.out
    found: dict[str, tuple[int, int]] = {}
    for messenger, out, n in connection.execute(select(*columns, func.count()).group_by(*columns)):
        reached, left_out = found.get(messenger, (0, 0))
        found[messenger] = (reached, left_out + int(n)) if out else (reached + int(n), left_out)
    return found
