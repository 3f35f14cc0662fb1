"""Small pools of proposals from which the next cards are chosen.

The one rule: each pool is the beginning of an index, minus what the person has judged or wrote, so that it is read in
the same time however many proposals and stances there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, exists, or_, select

from flows.exposure import NEW_UNDER, Candidate
from storage.proposals import ORGANISER, PUBLISHED
from storage.tables import ballots
from storage.tables_proposals import proposals, stances


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """For whom cards are chosen. `side` is (question, the person's own answer as JSON text) where only what the other
    sides wrote is shown."""

    consultation: str
    pool: str
    token: str
    side: tuple[str, str] | None = None


_CARD = (
    proposals.c.number,
    proposals.c.seen,
    proposals.c.agree,
    proposals.c.disagree,
    proposals.c.neutral,
    proposals.c.author,
    proposals.c.category,
)


def least_seen(connection: Connection, reader: Reader, n: int) -> list[Candidate]:
    """Those that the fewest people have had in front of them; among equals, by their lot."""
    return _serve(connection, reader, _SEEN, n)


def least_judged(connection: Connection, reader: Reader, n: int) -> list[Candidate]:
    """New ones: those with the fewest votes, as long as they are few."""
    return _serve(connection, reader, _NEW, n)


def most_heated(connection: Connection, reader: Reader, n: int) -> list[Candidate]:
    """Those that divide most."""
    return _serve(connection, reader, _HEATED, n)


def by_lot(connection: Connection, reader: Reader, start: int, n: int) -> list[Candidate]:
    """Any: those whose lot comes next after `start`, around the end to the beginning."""
    found = _serve(connection, reader, _LOT_UP, n, start=start)
    if len(found) < n:
        found += _serve(connection, reader, _LOT_ROUND, n - len(found), start=start)
    return found


def _serve(connection: Connection, reader: Reader, statements: tuple[Any, Any], n: int, **more: int) -> list[Candidate]:
    values: dict[str, Any] = {"of": reader.consultation, "in_pool": reader.pool, "by_token": reader.token, "most": n}
    if reader.side is not None:
        question, mine = reader.side
        values |= {"question": question, "mine": mine}
    rows = connection.execute(statements[reader.side is not None], {**values, **more})
    return [_candidate(*row) for row in rows]


def _candidate(
    number: int, seen: int, agree: int, disagree: int, neutral: int, author: str | None, category: str | None
) -> Candidate:
    return Candidate(
        number=number,
        seen=seen,
        agree=agree,
        disagree=disagree,
        neutral=neutral,
        author=author or "",
        category=category or "",
    )


def _serving(order: tuple[Any, ...], *further: Any) -> tuple[Any, Any]:
    """The statement for everybody, and the one that shows the other sides only."""
    judged = exists().where(
        stances.c.consultation == bindparam("of"),
        stances.c.token == bindparam("by_token"),
        stances.c.proposal == proposals.c.id,
    )
    query = (
        select(*_CARD)
        .where(
            proposals.c.consultation == bindparam("of"),
            proposals.c.pool == bindparam("in_pool"),
            proposals.c.state == PUBLISHED,
            or_(proposals.c.author.is_(None), proposals.c.author != bindparam("by_token")),
            ~judged,
            *further,
        )
        .order_by(*order)
        .limit(bindparam("most"))
    )
    other = exists().where(
        ballots.c.consultation == bindparam("of"),
        ballots.c.token == proposals.c.author,
        ballots.c.question == bindparam("question"),
        ballots.c.answer.like('["answer",%'),
        ballots.c.answer != bindparam("mine"),
    )
    return query, query.where(or_(proposals.c.source == ORGANISER, other))


_SEEN = _serving((proposals.c.seen, proposals.c.lot))
_NEW = _serving((proposals.c.votes, proposals.c.lot), proposals.c.votes < NEW_UNDER)
_HEATED = _serving((proposals.c.heat.desc(),), proposals.c.heat > 0)
_LOT_UP = _serving((proposals.c.lot,), proposals.c.lot >= bindparam("start"))
_LOT_ROUND = _serving((proposals.c.lot,), proposals.c.lot < bindparam("start"))
