"""The outbox: what must be shown to somebody, until it was.

The one rule: a row stays until it is settled, and its key is made of the inbox row and the number of the effect that
asked for it, so handling an event twice cannot show anything twice.

    waiting -> sending -> sent
                       -> unsure    it may have been sent; `resend` rows go back to waiting, the others stay
                       -> failed    the platform will never take it, or the person is gone

Rows that may be sent again after a crash (`resend`) are born `sending` when they are handed straight to the deliverer:
a crash puts them back to waiting. Rows that may not are marked `sending` just before they leave.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, update

from storage.among import among
from storage.tables import conversations, outbox
from storage.writing import Row, insert_new, many

WAITING, SENDING, SENT, UNSURE, FAILED = "waiting", "sending", "sent", "unsure", "failed"
HELD, DROPPED = "held", "dropped"
"""Letters of a mailing that is paused, and of one that was stopped (`storage.mailings`)."""


class Rank(IntEnum):
    """What goes first when the platform is slow."""

    REPLY = 0
    BROADCAST = 9


@dataclass(frozen=True, slots=True)
class Letter:
    """One message on its way, by its key. `payload` is JSON text (see `bot.letters`)."""

    key: str
    adapter: str
    place: str
    payload: str
    prompt: str | None
    replaces: str | None
    rank: int
    resend: bool
    due_ms: int
    attempts: int
    said: Any = None
    """What `payload` says, when this process wrote it itself and need not read it again."""


@dataclass(slots=True)
class Settlement:
    """How letters ended: rows for `settle`, the references of prompts, of cards and of cases that were shown, the keys
    of letters that leave now and must not be repeated after a crash, and of those that were to leave and have not.
    `taken_back` is the answer: which of `leaving` may not leave."""

    ended: list[Row] = field(default_factory=list)
    shown: list[Row] = field(default_factory=list)
    hung: list[Row] = field(default_factory=list)
    filed: list[Row] = field(default_factory=list)
    leaving: list[str] = field(default_factory=list)
    back: list[str] = field(default_factory=list)
    taken_back: frozenset[str] = frozenset()


_COLUMNS: tuple[Any, ...] = (
    outbox.c["key"],
    outbox.c.adapter,
    outbox.c.place,
    outbox.c.payload,
    outbox.c.prompt,
    outbox.c.replaces,
    outbox.c.rank,
    outbox.c.resend,
    outbox.c.due_ms,
    outbox.c.attempts,
)


def put(connection: Connection, rows: Sequence[Row]) -> None:
    """Insert messages; those whose key is there already are left out."""
    insert_new(connection, outbox, rows, key=("key",))


def drop_waiting(connection: Connection, coalesce: str) -> None:
    """Take back what waits under this name: something else was decided."""
    connection.execute(delete(outbox).where(outbox.c.coalesce == coalesce, outbox.c.state == WAITING))


_DUE: Any = (
    select(*_COLUMNS)
    .where(
        outbox.c.state == WAITING,
        outbox.c.due_ms <= bindparam("now"),
        outbox.c.adapter.in_(bindparam("adapters", expanding=True)),
    )
    .order_by(outbox.c.rank, outbox.c.id)
    .limit(bindparam("n"))
)


def due(connection: Connection, now_ms: int, n: int, held: Collection[str], adapters: Collection[str]) -> list[Letter]:
    """Up to `n` waiting rows that are due, replies first, but for those the deliverer holds already. Only for
    `adapters`: what waits for a messenger that is not set up must not stand in the way of the others."""
    rows = connection.execute(_DUE, {"now": now_ms, "n": n + len(held), "adapters": list(adapters)})
    return [found for found in (Letter(*row) for row in rows) if found.key not in held][:n]


_MARK: Any = (
    update(outbox)
    .where(among(outbox.c["key"], "rows"), outbox.c.state.in_([WAITING, SENDING]))
    .values(state=SENDING)
    .returning(outbox.c["key"])
)


def mark_sending(connection: Connection, keys: Sequence[str]) -> frozenset[str]:
    """Note that these leave now: after a crash nobody can know whether they arrived. Returns those that may not leave,
    because they were taken back or are not there any more."""
    if not keys:
        return frozenset()
    return frozenset(keys).difference(connection.execute(_MARK, {"rows": keys}).scalars())


_BACK = update(outbox).where(outbox.c["key"] == bindparam("row"), outbox.c.state == SENDING).values(state=WAITING)


def put_back(connection: Connection, keys: Sequence[str]) -> None:
    """These were leaving, and have surely not left: they wait again."""
    many(connection, _BACK, [{"row": key} for key in keys])


_SETTLE = (
    update(outbox)
    .where(outbox.c["key"] == bindparam("row"))
    .values(state=bindparam("new_state"), ref=bindparam("new_ref"), reason=bindparam("new_reason"))
)


def settle(connection: Connection, rows: Sequence[Row]) -> None:
    """Note how messages ended: rows of `row` (key), `new_state`, `new_ref`, `new_reason`."""
    many(connection, _SETTLE, rows)


def recover(connection: Connection, adapter: str | None = None) -> tuple[int, int]:
    """After a stop: what was leaving waits again where it may be repeated, else stays unsure. Returns both numbers.
    Of one `adapter`, when another process may be sending for the others."""
    leaving = [outbox.c.state == SENDING, *([outbox.c.adapter == adapter] if adapter is not None else [])]
    again = connection.execute(update(outbox).where(*leaving, outbox.c.resend).values(state=WAITING)).rowcount
    lost = connection.execute(update(outbox).where(*leaving).values(state=UNSURE)).rowcount
    return again, lost


def wait_anew(connection: Connection, adapters: Collection[str]) -> None:
    """What was to leave at once waits instead, where it may be repeated."""
    leaving = (outbox.c.state == SENDING, outbox.c.resend, outbox.c.adapter.in_(list(adapters)))
    connection.execute(update(outbox).where(*leaving).values(state=WAITING))


def let_go_of_due(connection: Connection, now_ms: int) -> int:
    """An older database was put back: what was due by now has been sent by the one that it replaces, or should have
    been; nobody is told it a second time. How many that are."""
    left = outbox.c.state.in_([WAITING, SENDING]), outbox.c.due_ms <= now_ms
    values = {"state": UNSURE, "reason": "an older database was put back"}
    return connection.execute(update(outbox).where(*left).values(**values)).rowcount


def move_place(connection: Connection, before: str, after: str) -> None:
    """Send what still waits for `before` to `after`."""
    connection.execute(
        update(outbox).where(outbox.c.place == before, outbox.c.state.in_([WAITING, SENDING, HELD])).values(place=after)
    )


def wait_again(connection: Connection, place: str) -> None:
    """What was leaving for a place that turned out to have moved has surely not arrived."""
    connection.execute(update(outbox).where(outbox.c.place == place, outbox.c.state == SENDING).values(state=WAITING))


def fail_place(connection: Connection, place: str, reason: str) -> None:
    """The place is gone: what still waits for it will never be sent."""
    connection.execute(
        update(outbox)
        .where(outbox.c.place == place, outbox.c.state.in_([WAITING, HELD]))
        .values(state=FAILED, reason=reason)
    )


def counts(connection: Connection) -> dict[str, int]:
    """How many rows are in each state."""
    query = select(outbox.c.state, func.count()).group_by(outbox.c.state)
    return {row[0]: int(row[1]) for row in connection.execute(query)}


def empty_of(connection: Connection, consultation: str, places: Sequence[str] = ()) -> None:
    """Empty the content of what was sent for a consultation, and of what its people were sent beside it: a copy of
    everything kept about them repeats their answers."""
    settled = outbox.c.state.not_in([WAITING, SENDING, HELD])
    empty = update(outbox).where(settled).values(payload="")
    connection.execute(empty.where(outbox.c.consultation == consultation))
    for start in range(0, len(places), 500):
        some = places[start : start + 500]
        connection.execute(empty.where(outbox.c.consultation.is_(None), outbox.c.place.in_(some)))


def empty_of_one(connection: Connection, consultation: str, place: str) -> None:
    """Empty the content of what was sent in one place for one consultation."""
    settled = outbox.c.state.not_in([WAITING, SENDING, HELD])
    here = (outbox.c.consultation == consultation, outbox.c.place == place)
    connection.execute(update(outbox).where(settled, *here).values(payload=""))


def forget_place(connection: Connection, place: str) -> None:
    """A person erased their data: nothing for this place stays. What is leaving leaves, without a trace."""
    connection.execute(delete(outbox).where(outbox.c.place == place))


def forget_strangers(connection: Connection) -> None:
    """Delete what was sent to places where nobody has a conversation any more: the last word to somebody who left."""
    known = select(conversations.c.place)
    connection.execute(
        delete(outbox).where(outbox.c.state.not_in([WAITING, SENDING, HELD]), outbox.c.place.not_in(known))
    )


def empty_old(connection: Connection, before_ms: int) -> None:
    """Delete rows older than `before_ms`, also those that never found their messenger."""
    connection.execute(delete(outbox).where(outbox.c.due_ms < before_ms))
