"""The first organiser: named in the settings, or whoever sends the one-time code that the first start prints."""

from __future__ import annotations

import secrets
from hashlib import sha256

from storage import meta, people
from storage.database import Connection

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def appoint(connection: Connection, identities: tuple[str, ...], at_ms: int) -> None:
    """Make the people with these identities (such as `telegram:12345`) owners, known already or not."""
    known = people.by_identity(connection, identities)
    for identity in identities:
        if identity not in known:
            participant = people.new_id()
            row = {"id": participant, "lang": None, "since_ms": at_ms}
            people.add(connection, [row], [{"identity": identity, "participant": participant}], [])
        else:
            participant = known[identity][0]
        people.grant(connection, participant, "owner", "*", at_ms)


def owner_code(connection: Connection) -> str | None:
    """A fresh one-time code while nobody is an owner; only its hash is kept."""
    if people.owners(connection):
        meta.drop(connection, "owner_code")
        return None
    code = "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))
    meta.put(connection, "owner_code", sha256(code.encode()).hexdigest())
    return code
