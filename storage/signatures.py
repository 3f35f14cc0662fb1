"""Signatures under a petition, and the goals that were reached.

The one rule: one signature a person and petition, by its key; and a goal is reached once, by its key too, so that what
it fires is fired once however many people sign in the same second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from storage import locks
from storage.tables_proposals import goals, signatures
from storage.writing import upsert


@dataclass(frozen=True, slots=True)
class Signature:
    """`shown` is `name`, `initials` or `hidden`; `contact`: the author of the petition may write to the person."""

    question: str
    shown: str
    name: str
    reason: str
    contact: bool


_READ: Any = (
    signatures.c.question,
    signatures.c.shown,
    signatures.c.name,
    signatures.c.reason,
    signatures.c.contact,
)


def put(connection: Connection, consultation: str, token: str, signature: Signature) -> None:
    """Sign, or sign otherwise."""
    row = {"consultation": consultation, "token": token, **{f: getattr(signature, f) for f in Signature.__slots__}}
    upsert(connection, signatures, [row], update=("shown", "name", "reason", "contact"))


def take(connection: Connection, consultation: str, token: str, question: str) -> bool:
    """Take a signature back; False when there is none."""
    done = connection.execute(
        delete(signatures).where(
            signatures.c.consultation == consultation, signatures.c.token == token, signatures.c.question == question
        )
    )
    return done.rowcount == 1


def of_token(connection: Connection, consultation: str, token: str) -> list[Signature]:
    """What somebody signed in a consultation."""
    query = select(*_READ).where(signatures.c.consultation == consultation, signatures.c.token == token)
    return [Signature(*row) for row in connection.execute(query.order_by(signatures.c.question))]


def all_of(connection: Connection, consultation: str, question: str) -> list[tuple[str, Signature]]:
    """(token, signature) of everybody who signed a petition, by token: not in the order in which they came."""
    query = select(signatures.c.token, *_READ).where(
        signatures.c.consultation == consultation, signatures.c.question == question
    )
    return [(row[0], Signature(*row[1:])) for row in connection.execute(query.order_by(signatures.c.token))]


def count(connection: Connection, consultation: str, question: str) -> int:
    query = (
        select(func.count())
        .select_from(signatures)
        .where(signatures.c.consultation == consultation, signatures.c.question == question)
    )
    return int(connection.execute(query).scalar_one())


def leave(connection: Connection, consultation: str, token: str) -> None:
    """Somebody goes and takes their signatures along."""
    connection.execute(delete(signatures).where(signatures.c.consultation == consultation, signatures.c.token == token))


def hide(connection: Connection, consultation: str, token: str) -> None:
    """Somebody goes once the signatures are counted: the number stays, their name and their words do not."""
    connection.execute(
        update(signatures)
        .where(signatures.c.consultation == consultation, signatures.c.token == token)
        .values(shown="hidden", name="", reason="", contact=False)
    )


# --- Goals -----------------------------------------------------------------------------------------------------------


def reached(connection: Connection, consultation: str, question: str) -> list[tuple[int, int]]:
    """(number of signatures, when) of each goal that was reached, the lowest first."""
    query = select(goals.c.at, goals.c.reached_ms).where(
        goals.c.consultation == consultation, goals.c.question == question
    )
    return [(row[0], row[1]) for row in connection.execute(query.order_by(goals.c.at))]


def reach(connection: Connection, consultation: str, question: str, at: Sequence[int], now_ms: int) -> list[int]:
    """Note that goals are reached; those that were not yet. Signatures that are taken back later change nothing."""
    locks.alone(connection, "consultation", consultation)
    known = {goal for goal, _when in reached(connection, consultation, question)}
    new = [goal for goal in sorted(at) if goal not in known]
    if new:
        row = {"consultation": consultation, "question": question, "reached_ms": now_ms}
        connection.execute(insert(goals), [{**row, "at": goal} for goal in new])
    return new
