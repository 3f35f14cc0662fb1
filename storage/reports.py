"""What a report is weighed by: how many somebody has sent today, how long they are known, what else is on file.

The one rule: only counts and yes or no leave this file. Who reported what is read by nobody but the rules, and by
moderators so far that they may not decide about their own report.
"""

from __future__ import annotations

from sqlalchemy import Connection, func, select, update

from storage.tables import cases, participants, reports, sanctions


def sent_since(connection: Connection, participant: int, since_ms: int) -> int:
    """How many reports somebody has sent since then."""
    query = select(func.count()).where(reports.c.participant == participant, reports.c.at_ms > since_ms)
    return int(connection.execute(query).scalar_one())


def has_reported(connection: Connection, participant: int, subject: str) -> bool:
    """Has somebody reported this before?"""
    query = (
        select(reports.c.case)
        .join(cases, cases.c.id == reports.c.case)
        .where(cases.c.subject == subject, reports.c.participant == participant)
    )
    return connection.execute(query.limit(1)).first() is not None


def weighed(connection: Connection, subject: str) -> bool:
    """Did whoever decided about this last know that it was reported?"""
    query = (
        select(reports.c.case)
        .join(cases, cases.c.id == reports.c.case)
        .where(cases.c.subject == subject, reports.c.at_ms <= cases.c.decided_ms)
    )
    return connection.execute(query.limit(1)).first() is not None


def trusted_in(connection: Connection, case: int) -> int:
    """How many trusted people have reported what a case is about."""
    query = select(func.count()).where(reports.c.case == case, reports.c.trusted)
    return int(connection.execute(query).scalar_one())


def explain(connection: Connection, case: int, participant: int, reason: str) -> bool:
    """Give the reason of one's own report; False when there is no such report."""
    done = connection.execute(
        update(reports).where(reports.c.case == case, reports.c.participant == participant).values(reason=reason)
    )
    return done.rowcount == 1


def known_since(connection: Connection, participant: int) -> int | None:
    """When somebody wrote to us for the first time, in milliseconds."""
    found: int | None = connection.execute(
        select(participants.c.since_ms).where(participants.c.id == participant)
    ).scalar()
    return found


def is_sanctioned(connection: Connection, participant: int, now_ms: int) -> bool:
    """Does anything hold against this person at present, anywhere?"""
    query = select(sanctions.c.id).where(
        sanctions.c.participant == participant, sanctions.c.until_ms > now_ms, sanctions.c.lifted_ms.is_(None)
    )
    return connection.execute(query.limit(1)).first() is not None


def has_case(connection: Connection, place: str, ref: str) -> bool:
    """Has anything been decided, or is anything to be decided, about this message of a group?"""
    query = select(cases.c.id).where(cases.c.kind == "message", cases.c.place == place, cases.c.ref == ref)
    return connection.execute(query.limit(1)).first() is not None
