"""Decisions that somebody contests: what may be contested, what was, and handing it to the organisers.

The one rule: a decision is contested once. The subject of the second case names the decision (`appeal:<case>:<when it
was decided>`) or the sanction (`appeal:s<sanction>`), and subjects are unique.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select, update

from storage import cases as stored
from storage.cases import DECIDED, OPEN, Case
from storage.tables import cases


def subject(case: Case, sanction: int | None = None) -> str:
    """What the second case about this is called."""
    return f"appeal:s{sanction}" if sanction is not None else f"appeal:{case.id}:{case.decided_ms}"


def sanction_of(case: Case) -> int | None:
    """The sanction that is contested, where it is one and not the decision itself."""
    number = case.subject.removeprefix("appeal:s")
    return int(number) if case.kind == "appeal" and number.isdecimal() else None


def decided_against(connection: Connection, author: int, outcomes: Collection[str], since_ms: int) -> list[Case]:
    """What was decided against somebody since then, the newest first."""
    query = select(cases.c.id).where(
        cases.c.author == author,
        cases.c.state == DECIDED,
        cases.c.outcome.in_(list(outcomes)),
        cases.c.decided_ms >= since_ms,
    )
    ids = connection.execute(query.order_by(cases.c.decided_ms.desc(), cases.c.id.desc())).scalars()
    return [found for id in ids if (found := stored.by_id(connection, id)) is not None]


def of_case(connection: Connection, id: int) -> list[Case]:
    """The appeals against what was decided in a case, the newest first."""
    ids = connection.execute(select(cases.c.id).where(cases.c.appeal_of == id).order_by(cases.c.id.desc())).scalars()
    return [found for one in ids if (found := stored.by_id(connection, one)) is not None]


def hand_up(connection: Connection, id: int) -> None:
    """Nobody but the organisers can decide this one."""
    connection.execute(update(cases).where(cases.c.id == id, cases.c.state == OPEN).values(escalated=True))


def step(connection: Connection, found: Case) -> bool:
    """Take the next step in a decided case, as the first one; False when somebody else has."""
    done = connection.execute(
        update(cases)
        .where(cases.c.id == found.id, cases.c.state == DECIDED, cases.c.turn == found.turn)
        .values(turn=found.turn + 1)
    )
    return done.rowcount == 1
