"""Who may go ahead when several processes work on one PostgreSQL.

    share    many at once: the answers of people in one consultation
    alone    one at a time: closing and counting it, whatever is numbered in it, the chain of the audit

The one rule: **take the lock, then read.** Each statement sees what was committed before it began, so what was read
before the lock may be old by the time the lock is had. Without the lock on a consultation that answers share and the
counting has alone, 43 of 60 test runs published a result that differed from the ballots.

These are advisory locks of PostgreSQL that end with the transaction, and not locks on rows, for two reasons. They stand
in line: whoever closes a busy consultation is served after those who came before, whereas locks on a row that answers
share can go on being shared past somebody who waits. And they write nothing, whereas a shared lock on a row is written
into it. They need no session, so they work through a pooler.

Locks that are taken in one call are taken in order, so that two who need the same ones do not wait for each other;
where it happens all the same, the server takes one of them back and it is run again (`Database.within`).

On SQLite there is one writer, and nothing to do.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

from sqlalchemy import Connection, text

_SHARED = text("SELECT pg_advisory_xact_lock_shared(key) FROM unnest(CAST(:keys AS bigint[])) AS key")
_ALONE = text("SELECT pg_advisory_xact_lock(key) FROM unnest(CAST(:keys AS bigint[])) AS key")
_HELD = "palabre locks"
"""Where the connection remembers what its transaction holds, so that nothing is asked for twice."""


def share(connection: Connection, kind: str, *names: str) -> None:
    """From here to the end of the transaction nobody has these alone."""
    _take(connection, kind, names, alone=False)


def alone(connection: Connection, kind: str, *names: str) -> None:
    """From here to the end of the transaction nobody else has any of these in whatever way."""
    _take(connection, kind, names, alone=True)


def begin(connection: Connection) -> None:
    """A transaction begins: nothing is held yet."""
    connection.info.pop(_HELD, None)


def _take(connection: Connection, kind: str, names: Iterable[str], *, alone: bool) -> None:
    if connection.dialect.name != "postgresql":
        return
    held: dict[int, bool] = connection.info.setdefault(_HELD, {})
    wanted = {_key(kind, name) for name in names}
    keys = sorted(key for key in wanted if key not in held or (alone and not held[key]))
    if keys:
        connection.execute(_ALONE if alone else _SHARED, {"keys": keys})
        held.update(dict.fromkeys(keys, alone))


def _key(kind: str, name: str) -> int:
    return int.from_bytes(blake2b(f"{kind}:{name}".encode(), digest_size=8).digest(), "big", signed=True)
