"""What citizens put forward, judged and signed, read for results: counts, and who stands beside whom.

The one rule: nothing is read here with a participant. `stances_after` gives tokens, for the groups alone, a page at a
time so that a consultation with a million reactions does not hold up the others.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, func, select, tuple_

from storage.tables import sessions
from storage.tables_proposals import proposals, servings, signatures, stances


@dataclass(frozen=True, slots=True)
class Put:
    """One proposal or statement, without its author."""

    id: int
    number: int
    pool: str
    code: str | None
    source: str
    text: str
    original: str | None
    lang: str
    category: str | None
    addressee: str | None
    parent: int | None
    into: int | None
    state: str
    seen: int
    status: str | None
    reply: str | None


_PUT = tuple(proposals.c[name] for name in Put.__slots__)


def put_forward(connection: Connection, consultation: str, states: Collection[str]) -> list[Put]:
    """Everything in one of these states, by number."""
    query = (
        select(*_PUT)
        .where(proposals.c.consultation == consultation, proposals.c.state.in_(list(states)))
        .order_by(proposals.c.number)
    )
    return [Put(*row) for row in connection.execute(query)]


def stances_after(
    connection: Connection, consultation: str, after: tuple[str, int], n: int
) -> list[tuple[str, int, str, str, str]]:
    """The next `n` stances as (token, proposal, value, qualifiers, via), in the order of the table's key."""
    query = (
        select(stances.c.token, stances.c.proposal, stances.c.value, stances.c.qualifiers, stances.c.via)
        .where(stances.c.consultation == consultation, tuple_(stances.c.token, stances.c.proposal) > after)
        .order_by(stances.c.token, stances.c.proposal)
        .limit(n)
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in connection.execute(query)]


def version(connection: Connection, consultation: str) -> tuple[int, ...]:
    """Numbers that change when a statement is published or a stance given, changed or taken back, from the counters
    alone."""
    columns = ("votes", "agree", "disagree", "neutral", "shared")
    query = select(func.count(), *(func.coalesce(func.sum(proposals.c[name]), 0) for name in columns)).where(
        proposals.c.consultation == consultation, proposals.c.state.in_(["published", "merged"])
    )
    return tuple(int(one) for one in connection.execute(query).one())


def numbers(connection: Connection, consultation: str) -> tuple[int, int, int]:
    """How many proposals of citizens are published, how many reactions were given, how many people signed."""
    published, reactions = (
        select(func.count()).where(proposals.c.source == "participant", proposals.c.state == "published"),
        select(func.coalesce(func.sum(proposals.c.votes + proposals.c.shared), 0)).where(
            proposals.c.state.in_(["published", "merged"])
        ),
    )
    signed = select(func.count()).select_from(signatures).where(signatures.c.consultation == consultation)
    return (
        int(connection.execute(published.where(proposals.c.consultation == consultation)).scalar_one()),
        int(connection.execute(reactions.where(proposals.c.consultation == consultation)).scalar_one()),
        int(connection.execute(signed).scalar_one()),
    )


def served(connection: Connection, consultation: str) -> list[tuple[str, str, int, str, str]]:
    """(question, policy, seed, pool, chosen) of every choice of cards that was made, the first first."""
    query = (
        select(servings.c.question, servings.c.policy, servings.c.seed, servings.c.pool, servings.c.chosen)
        .where(servings.c.consultation == consultation)
        .order_by(servings.c.id)
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in connection.execute(query)]


def signed(connection: Connection, consultation: str, question: str) -> dict[str, int]:
    """How many signed, by how they wanted to be shown."""
    query = (
        select(signatures.c.shown, func.count())
        .where(signatures.c.consultation == consultation, signatures.c.question == question)
        .group_by(signatures.c.shown)
    )
    return {row[0]: int(row[1]) for row in connection.execute(query)}


def signers(connection: Connection, consultation: str, question: str, most: int) -> list[str]:
    """Those who want to be seen: names in the order of the alphabet, then initials."""
    query = (
        select(signatures.c.name)
        .where(
            signatures.c.consultation == consultation,
            signatures.c.question == question,
            signatures.c.shown != "hidden",
            signatures.c.name != "",
        )
        .order_by(signatures.c.shown.desc(), signatures.c.name)
        .limit(most)
    )
    return list(connection.execute(query).scalars())


def last_active(connection: Connection, consultation: str) -> list[int]:
    """When each session was last active; 0 once that was forgotten."""
    query = select(sessions.c.last_ms).where(sessions.c.consultation == consultation)
    return [int(row[0]) for row in connection.execute(query)]
