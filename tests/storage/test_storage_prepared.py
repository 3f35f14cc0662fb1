"""What organisers prepare is no consultation: nothing lists it, and what is left alone goes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot import preparing, upkeep
from bot.visibility import published, shown_to_voter
from storage import consultations, people, sessions
from storage.consultations import ALLOWED, INTERNAL, Consultation
from storage.database import Connection, Database
from storage.instants import ms

NOW = datetime(2026, 3, 10, tzinfo=UTC)


def add(connection: Connection, id: str, state: str) -> Consultation:
    consultations.add_version(connection, "v", "f", "text", 0)
    row = replace(preparing.row(id, "v", 0), state=state)
    consultations.add(connection, row)
    return row


def begin(connection: Connection, id: int, consultation: str, last: datetime) -> None:
    people.add(
        connection,
        [{"id": id, "lang": "fr", "since_ms": 0}],
        [{"identity": f"web:{id}", "participant": id}],
        [],
    )
    row = {"id": id, "participant": id, "consultation": consultation, "version": "v", "lane": "l", "place": "web:1"}
    sessions.add(connection, [{**row, "state": "{}", "stage": "active", "seq": 1, "last_ms": ms(last)}])


def test_no_state_of_a_consultation_leads_there_and_no_list_holds_it(database: Database) -> None:
    assert INTERNAL not in {*ALLOWED, *(to for states in ALLOWED.values() for to in states)}
    with database.transaction() as connection:
        desk = add(connection, "new:poll", INTERNAL)
        add(connection, "banc", "open")
        assert [run.id for run in consultations.all_of(connection)] == ["banc"]
        assert [run.id for run in consultations.all_of(connection, *ALLOWED)] == ["banc"]
    assert not published(desk)
    assert not shown_to_voter(desk)
    assert desk.key is None, "without a key nothing can be a ballot"


def test_what_is_left_alone_for_a_week_is_forgotten_and_nothing_else(database: Database) -> None:
    with database.transaction() as connection:
        add(connection, "new:poll", INTERNAL)
        add(connection, "banc", "open")
        begin(connection, 1, "new:poll", NOW - upkeep.PREPARED - timedelta(minutes=1))
        begin(connection, 2, "new:poll", NOW - timedelta(days=6))
        begin(connection, 3, "banc", NOW - timedelta(days=300))
    upkeep.sweep(database, NOW)
    with database.transaction() as connection:
        assert set(sessions.by_id(connection, [1, 2, 3])) == {2, 3}
