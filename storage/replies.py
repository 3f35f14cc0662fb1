"""What comes of proposals: the official answer, what people say of it, what was merged, who is told.

The one rule: an answer changes by compare-and-set, so that the same one is never told twice.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, or_, select, update

from storage import locks
from storage.proposals import MERGED, ORGANISER, PUBLISHED, Proposal
from storage.tables import (
    inbox,
    outbox,
    proposals,
    signatures,
    stances,
    subscriptions,
    timers,
    verdicts,
)
from storage.writing import upsert

_ALL: Any = select(*(proposals.c[name] for name in Proposal.__slots__))


def _found(connection: Connection, query: Any) -> list[Proposal]:
    return [Proposal(*row) for row in connection.execute(query)]


# --- Answers that are owed -------------------------------------------------------------------------------------------


def _owed(consultation: str, pools: Collection[str]) -> tuple[Any, ...]:
    c = proposals.c
    return (
        c.consultation == consultation,
        c.pool.in_(list(pools)),
        c.state == PUBLISHED,
        c.source != ORGANISER,
        c.answered_ms.is_(None),
    )


def owed(
    connection: Connection, consultation: str, pools: Collection[str], *, addressee: str | None = None, n: int = 500
) -> list[Proposal]:
    """Published and not answered yet, the first due first; with `addressee` only what is addressed to them."""
    mine = () if addressee is None else (proposals.c.addressee == addressee,)
    query = _ALL.where(*_owed(consultation, pools), *mine).order_by(proposals.c.due_ms, proposals.c.number).limit(n)
    return _found(connection, query)


def count_owed(connection: Connection, consultation: str, pools: Collection[str], *, by_ms: int = 0) -> int:
    """How many answers are owed; with `by_ms` only those that were due by then."""
    late = (proposals.c.due_ms <= by_ms,) if by_ms else ()
    query = select(func.count()).select_from(proposals).where(*_owed(consultation, pools), *late)
    return int(connection.execute(query).scalar_one())


# --- Answers ---------------------------------------------------------------------------------------------------------


def give(connection: Connection, id: int, *, status: str, reply: str, at_ms: int) -> bool:
    """Give a published proposal its answer; False when this is its answer already, or it is not published."""
    c = proposals.c
    other = or_(c.status.is_(None), c.reply.is_(None), c.status != status, c.reply != reply)
    done = connection.execute(
        update(proposals)
        .where(c.id == id, c.state == PUBLISHED, other)
        .values(status=status, reply=reply, answered_ms=at_ms)
    )
    return done.rowcount == 1


def reopen(connection: Connection, id: int, *, before: str, status: str | None, due_ms: int) -> bool:
    """Take an answer back: it is owed again; False when the answer is no longer `before`."""
    done = connection.execute(
        update(proposals)
        .where(proposals.c.id == id, proposals.c.status == before, proposals.c.answered_ms.is_not(None))
        .values(status=status, reply=None, answered_ms=None, due_ms=due_ms)
    )
    return done.rowcount == 1


def answered(connection: Connection, consultation: str, pools: Collection[str]) -> list[Proposal]:
    """Every published proposal that has an answer, in the order in which the answers were given."""
    c = proposals.c
    query = _ALL.where(
        c.consultation == consultation, c.pool.in_(list(pools)), c.state == PUBLISHED, c.answered_ms.is_not(None)
    ).order_by(c.answered_ms, c.number)
    return _found(connection, query)


def count_answered(connection: Connection, consultation: str, pools: Collection[str]) -> int:
    """How many answers were given."""
    c = proposals.c
    query = (
        select(func.count())
        .select_from(proposals)
        .where(
            c.consultation == consultation,
            c.pool.in_(list(pools)),
            c.state == PUBLISHED,
            c.answered_ms.is_not(None),
        )
    )
    return int(connection.execute(query).scalar_one())


def addressed(connection: Connection, consultation: str, pools: Collection[str]) -> list[Proposal]:
    """Every published proposal that is addressed to somebody, answered or not."""
    c = proposals.c
    query = _ALL.where(
        c.consultation == consultation, c.pool.in_(list(pools)), c.state == PUBLISHED, c.addressee.is_not(None)
    ).order_by(c.number)
    return _found(connection, query)


def listed(connection: Connection, consultation: str, pool: str) -> list[Proposal]:
    """What was put to several people at once, in the order of the list."""
    c = proposals.c
    query = _ALL.where(c.consultation == consultation, c.pool == pool).order_by(c.number)
    return _found(connection, query)


def readdress(connection: Connection, id: int, before: str | None, after: str) -> bool:
    """Give a proposal to somebody else to answer; False when it is no longer addressed to `before`, or answered."""
    was = proposals.c.addressee.is_(None) if before is None else proposals.c.addressee == before
    done = connection.execute(
        update(proposals).where(proposals.c.id == id, was, proposals.c.answered_ms.is_(None)).values(addressee=after)
    )
    return done.rowcount == 1


# --- Lineage ---------------------------------------------------------------------------------------------------------


def merged_into(connection: Connection, ids: Collection[int]) -> list[Proposal]:
    """What was merged into any of these, one step down."""
    query = _ALL.where(proposals.c.into.in_(list(ids)), proposals.c.state == MERGED)
    return _found(connection, query.order_by(proposals.c.number))


# --- Who is told -----------------------------------------------------------------------------------------------------


def supporters(connection: Connection, consultation: str, ids: Collection[int]) -> set[str]:
    """The tokens of those who agree with any of these proposals."""
    query = select(stances.c.token).where(
        stances.c.consultation == consultation, stances.c.proposal.in_(list(ids)), stances.c.value == "agree"
    )
    return set(connection.execute(query).scalars())


def unwilling(connection: Connection, consultation: str, participants: Sequence[int]) -> set[int]:
    """Those of these people who want no more news of a consultation."""
    found: set[int] = set()
    for start in range(0, len(participants), 500):
        query = select(subscriptions.c.participant).where(
            subscriptions.c.consultation == consultation,
            subscriptions.c.wants.is_(False),
            subscriptions.c.participant.in_(participants[start : start + 500]),
        )
        found.update(connection.execute(query).scalars())
    return found


# --- Did it answer you? ----------------------------------------------------------------------------------------------


def judge(connection: Connection, proposal: int, token: str, value: str) -> None:
    """What one person says of an answer; the last word holds."""
    upsert(connection, verdicts, [{"proposal": proposal, "token": token, "value": value}], update=("value",))


def judgments(connection: Connection, ids: Collection[int]) -> dict[int, dict[str, int]]:
    """proposal -> value -> how many."""
    query = (
        select(verdicts.c.proposal, verdicts.c.value, func.count())
        .where(verdicts.c.proposal.in_(list(ids)))
        .group_by(verdicts.c.proposal, verdicts.c.value)
    )
    found: dict[int, dict[str, int]] = {}
    for proposal, value, n in connection.execute(query):
        found.setdefault(proposal, {})[value] = int(n)
    return found


def forget_judgments(connection: Connection, proposal: int) -> None:
    """The answer is another one: people are asked anew."""
    connection.execute(delete(verdicts).where(verdicts.c.proposal == proposal))


def leave(connection: Connection, consultation: str, token: str) -> None:
    """Somebody goes: what they said of answers goes with them."""
    here = select(proposals.c.id).where(proposals.c.consultation == consultation)
    connection.execute(delete(verdicts).where(verdicts.c.token == token, verdicts.c.proposal.in_(here)))


# --- Petitions -------------------------------------------------------------------------------------------------------


def lock(connection: Connection, consultation: str) -> None:
    """From here to the commit, nobody else counts the signatures of this consultation: of two people who sign at once,
    the second to count sees both."""
    locks.alone(connection, "consultation", consultation)


def signers(connection: Connection, consultation: str, question: str, *, contact: bool = False) -> set[str]:
    """The tokens of those who signed; with `contact` only those who agreed to be written to."""
    agreed = (signatures.c.contact.is_(True),) if contact else ()
    query = select(signatures.c.token).where(
        signatures.c.consultation == consultation, signatures.c.question == question, *agreed
    )
    return set(connection.execute(query).scalars())


# --- Words that wait for their author --------------------------------------------------------------------------------


def waiting_event(connection: Connection, id: int) -> tuple[str, str, str] | None:
    """(adapter, place, event) of something that was said, as long as it is kept."""
    query = select(inbox.c.adapter, inbox.c.place, inbox.c.event).where(inbox.c.id == id, inbox.c.event != "")
    row = connection.execute(query).first()
    return (row[0], row[1], row[2]) if row else None


def empty_event(connection: Connection, id: int, key: str) -> None:
    """Let go of something that was said, and of the letter that repeated it."""
    connection.execute(update(inbox).where(inbox.c.id == id).values(event=""))
    leaving = outbox.c.state.in_(["waiting", "sending"])
    connection.execute(delete(outbox).where(outbox.c["key"] == key, leaving))
    connection.execute(update(outbox).where(outbox.c["key"] == key).values(payload=""))


def armed(connection: Connection, key: str) -> str | None:
    """The detail of the timer with this key, if there is one."""
    found = connection.execute(select(timers.c.detail).where(timers.c["key"] == key)).scalar()
    return None if found is None else str(found)


def armed_details(connection: Connection, timer: str) -> list[str]:
    """The details of all timers of one name."""
    return list(connection.execute(select(timers.c.detail).where(timers.c.timer == timer)).scalars())
