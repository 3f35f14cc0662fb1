"""Who erased their data, so that a backup from before does not bring them back.

The one rule: nobody can be read from this. What is kept is a keyed hash of the person's number here and of what
messengers call them, and when; it says something only to whoever holds the key and an old copy of the database. It is
written in the transaction that erases, and carried to a list outside the database by `bot.erasures`.

A hash of the person's own number always means that person. One of a messenger's name means them only in a copy that is
older than the erasure: they may have come back since.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, select, update

from storage import meta as facts
from storage import people
from storage.tables import audit, identities, meta, participants
from storage.writing import upsert

PERSON, NAME = "person", "name"
_KEY = "erasures_key"
_PREFIX = "erased:"
_NEW, _KEPT = "new", "kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """One hash, with the key it was made with."""

    key: str
    hash: str
    kind: str
    at_ms: int


def note(connection: Connection, participant: int, at_ms: int) -> None:
    """A person is about to be erased."""
    key = _key(connection)
    told = [(PERSON, str(participant)), *((NAME, name) for name in people.identities_of(connection, participant))]
    _put(connection, [Erased(key=key, hash=_hash(key, text), kind=kind, at_ms=at_ms) for kind, text in told], _NEW)


def new(connection: Connection) -> list[Erased]:
    """What is not in the list outside yet."""
    key = facts.get(connection, _KEY)
    rows = connection.execute(
        select(meta.c.name, meta.c.value).where(meta.c.name.startswith(_PREFIX), meta.c.value.startswith(_NEW))
    )
    return [_read(key, *row) for row in rows] if key is not None else []


def all_of(connection: Connection) -> list[Erased]:
    """Everything that this database remembers."""
    key = facts.get(connection, _KEY)
    rows = connection.execute(select(meta.c.name, meta.c.value).where(meta.c.name.startswith(_PREFIX)))
    return [_read(key, *row) for row in rows] if key is not None else []


def kept(connection: Connection, some: Iterable[Erased]) -> None:
    """These are in the list outside now."""
    for one in some:
        value = f"{_KEPT} {one.kind} {one.at_ms}"
        connection.execute(update(meta).where(meta.c.name == _PREFIX + one.hash).values(value=value))


def forget_old(connection: Connection, before_ms: int) -> None:
    """Let go of what is older than any backup may be."""
    old = [_PREFIX + one.hash for one in all_of(connection) if one.at_ms < before_ms]
    for start in range(0, len(old), 500):
        connection.execute(delete(meta).where(meta.c.name.in_(old[start : start + 500])))


def affected(connection: Connection, known: Sequence[Erased]) -> list[int]:
    """The people in this database who erased their data after it was copied."""
    copied_ms = int(connection.execute(select(func.max(audit.c.at_ms))).scalar() or 0)
    by_key: dict[str, tuple[set[str], set[str]]] = {}
    for one in known:
        persons, names = by_key.setdefault(one.key, (set(), set()))
        if one.kind == PERSON:
            persons.add(one.hash)
        elif one.at_ms > copied_ms:
            names.add(one.hash)
    found: dict[int, None] = {}
    for key, (persons, names) in by_key.items():
        for id in connection.execute(select(participants.c.id)).scalars():
            if _hash(key, str(id)) in persons:
                found[id] = None
        for name, id in connection.execute(select(identities.c.identity, identities.c.participant)):
            if _hash(key, name) in names:
                found[id] = None
    return list(found)


def _key(connection: Connection) -> str:
    key = facts.get(connection, _KEY)
    if key is None:
        key = secrets.token_hex(32)
        facts.put(connection, _KEY, key)
    return key


def _hash(key: str, text: str) -> str:
    return hmac.digest(bytes.fromhex(key), text.encode(), "sha256")[:20].hex()


def _put(connection: Connection, some: Sequence[Erased], state: str) -> None:
    rows = [{"name": _PREFIX + one.hash, "value": f"{state} {one.kind} {one.at_ms}"} for one in some]
    upsert(connection, meta, rows, update=("value",))


def _read(key: str, name: str, value: str) -> Erased:
    _state, kind, at_ms = value.split(" ")
    return Erased(key=key, hash=name.removeprefix(_PREFIX), kind=kind, at_ms=int(at_ms))
