"""What a database holds, in a few numbers that whoever keeps it understands."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Table, func, select

from storage.tables import ballots, consultations, participants, proposals


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    consultations: int
    people: int
    ballots: int
    proposals: int


def held(connection: Connection) -> Held:
    return Held(
        consultations=_size(connection, consultations, consultations.c.state != "internal"),
        people=_size(connection, participants),
        ballots=_size(connection, ballots),
        proposals=_size(connection, proposals),
    )


def _size(connection: Connection, table: Table, *where: object) -> int:
    query = select(func.count()).select_from(table).where(*where)  # type: ignore[arg-type]
    return int(connection.execute(query).scalar_one())
