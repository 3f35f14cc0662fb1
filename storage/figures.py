"""What moderators did, as plain rows to be counted: cases, decisions, reports, sanctions of one scope.

The one rule: nobody's name leaves this file, neither a moderator's nor an author's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from storage.tables import cases, decisions, reports, sanctions


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """`opened`: (when, kind). `decided`: (when, outcome, reason, milliseconds from opening or None).
    `reported`: when. `sanctioned`: (when, kind)."""

    opened: list[tuple[int, str]]
    decided: list[tuple[int, str, str | None, int | None]]
    reported: list[int]
    sanctioned: list[tuple[int, str]]


def rows(connection: Connection, scope: str) -> Rows:
    """Everything of one scope."""
    there: Any = cases.c.scope == scope
    took = select(
        decisions.c.at_ms, decisions.c.outcome, decisions.c.reason, cases.c.opened_ms, cases.c.decided_ms
    ).join(cases, cases.c.id == decisions.c.case)
    reported = select(reports.c.at_ms).join(cases, cases.c.id == reports.c.case).where(there)
    return Rows(
        opened=[(row[0], row[1]) for row in connection.execute(select(cases.c.opened_ms, cases.c.kind).where(there))],
        decided=[
            (at, outcome, reason, at - opened if at == decided else None)
            for at, outcome, reason, opened, decided in connection.execute(took.where(there))
        ],
        reported=[int(at) for at in connection.execute(reported).scalars()],
        sanctioned=[
            (row[0], row[1])
            for row in connection.execute(
                select(sanctions.c.since_ms, sanctions.c.kind).where(sanctions.c.scope == scope)
            )
        ],
    )
