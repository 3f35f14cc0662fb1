"""Leases: who of several processes does what only one may do at a time, such as reading Telegram.

The one rule: a lease is a claim in time, an epoch is a fact. The time, told by the database's clock alone because the
clocks of machines differ, says when somebody else may take over; it proves nothing, because a process can stand still
between looking and writing. So whoever writes as the holder calls `confirm` in the same transaction: it reads the epoch
under a share lock, which nobody can take over before that transaction has ended.

A lease whose row is locked by a transaction that lives is not taken, however late it is: its holder is at work.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, literal_column, select, update

from storage.database import StorageError
from storage.tables import leases
from storage.writing import insert_new

_CLOCK = {
    "postgresql": "(extract(epoch from clock_timestamp()) * 1000)::bigint",
    "sqlite": "cast((julianday('now') - 2440587.5) * 86400000 as integer)",
}


@dataclass(frozen=True, slots=True)
class Lease:
    """What a process holds; `epoch` grows each time that the lease changes hands."""

    name: str
    owner: str
    epoch: int


class LeaseLost(StorageError):
    """Another process holds these leases by now; nothing was written."""

    def __init__(self, names: frozenset[str]) -> None:
        super().__init__(f"Another process works on {', '.join(sorted(names))} by now.")
        self.names = names


def take(connection: Connection, name: str, owner: str, seconds: float) -> Lease | None:
    """The lease, when nobody holds it or its time is over."""
    insert_new(connection, leases, [{"name": name, "owner": "", "until_ms": 0, "epoch": 0}], key=("name",))
    now = _now(connection)
    late = leases.c.until_ms <= now
    free = select(leases.c.name).where(leases.c.name == name, late).with_for_update(skip_locked=True)
    epoch = connection.execute(
        update(leases)
        .where(leases.c.name == free.scalar_subquery(), late)
        .values(owner=owner, until_ms=now + _ms(seconds), epoch=leases.c.epoch + 1)
        .returning(leases.c.epoch)
    ).scalar()
    return Lease(name, owner, int(epoch)) if epoch is not None else None


def renew(connection: Connection, lease: Lease, seconds: float) -> bool:
    """Hold it for longer; False when somebody else has taken it. A lease that nobody took is ours however late."""
    until = _now(connection) + _ms(seconds)
    return bool(connection.execute(update(leases).where(*_is(lease)).values(until_ms=until)).rowcount)


def give_back(connection: Connection, lease: Lease) -> None:
    """Let another process take it at once. The epoch stays, so that it can never come again."""
    connection.execute(update(leases).where(*_is(lease)).values(until_ms=0, owner=""))


def confirm(connection: Connection, held: Mapping[str, int]) -> None:
    """Prove that these leases (name -> epoch) are still ours, until this transaction ends. Raises `LeaseLost`."""
    if not held:
        return
    query = select(leases.c.name, leases.c.epoch).where(leases.c.name.in_(sorted(held))).order_by(leases.c.name)
    found = {row[0]: row[1] for row in connection.execute(query.with_for_update(read=True))}
    lost = frozenset(name for name, epoch in held.items() if found.get(name) != epoch)
    if lost:
        raise LeaseLost(lost)


def holders(connection: Connection) -> dict[str, str]:
    """Who holds what now; leases whose time is over are left out."""
    query = select(leases.c.name, leases.c.owner).where(leases.c.until_ms > _now(connection))
    return {row[0]: row[1] for row in connection.execute(query)}


def now(connection: Connection) -> int:
    """What time it is for the database, in milliseconds."""
    return int(connection.execute(select(_now(connection))).scalar_one())


def _is(lease: Lease) -> tuple[Any, ...]:
    return (leases.c.name == lease.name, leases.c.owner == lease.owner, leases.c.epoch == lease.epoch)


def _now(connection: Connection) -> Any:
    return literal_column(_CLOCK[connection.dialect.name])


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
