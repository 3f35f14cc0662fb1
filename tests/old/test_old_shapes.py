"""Old data always opens: every shape ever stored keeps a sample here, and samples are only ever added."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from adapters.base import Batch, Inbound, Place
from bot import letters
from bot.road import Road
from bot.scene import Rules
from flows import events
from flows.events import Said
from flows.session import SHAPE, Session
from storage import ballots, consultations, migrate, outbox
from storage.database import Database

HERE = Path(__file__).parent


def samples(kind: str) -> list[Any]:
    return [row for file in sorted(HERE.glob(f"{kind}-*.json")) for row in json.loads(file.read_text())]


def test_the_current_shape_of_sessions_has_a_sample() -> None:
    assert (HERE / f"sessions-{SHAPE}.json").exists()


@pytest.mark.parametrize("stored", samples("sessions"), ids=lambda row: row["stage"])
def test_an_old_session_opens_and_is_written_as_it_was(stored: dict[str, Any]) -> None:
    session = Session.from_json(stored, id="1", flow="v", seq=3)
    written = session.to_json()
    assert {name: written[name] for name in stored if name != "shape"} == {
        name: value for name, value in stored.items() if name != "shape"
    }
    assert Session.from_json(orjson.loads(orjson.dumps(written)), id="1", flow="v", seq=3) == session


def test_every_kind_of_event_has_a_sample() -> None:
    assert {row["kind"] for row in samples("events")} == set(events._KINDS)


@pytest.mark.parametrize("stored", samples("events"), ids=lambda row: row["kind"])
def test_an_old_event_opens(stored: dict[str, Any]) -> None:
    event = events.from_json(stored)
    assert event.at == datetime.fromisoformat(stored["at"])
    assert events.from_json(orjson.loads(orjson.dumps(events.to_json(event)))) == event


@pytest.mark.parametrize("stored", samples("letters"))
def test_an_old_letter_opens(stored: dict[str, Any]) -> None:
    letter = letters.read(json.dumps(stored))
    assert letters.read(letters.write(letter)) == letter


@pytest.mark.parametrize("dump", sorted(HERE.glob("database-*.sql")), ids=lambda file: file.stem)
def test_a_conversation_goes_on_in_an_old_database(dump: Path, tmp_path: Path) -> None:
    file = tmp_path / "palabre.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(dump.read_text())
    database = Database(f"sqlite:///{file}")
    migrate.upgrade(database)
    now = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
    road = Road(database, Rules(lang="fr"), lambda: now)
    said = Said(at=now, text="33")
    item = Inbound(key="1001", place=Place("telegram", "5"), person="5", event=said, private=True, locale="fr")
    road.receive("telegram", Batch(cursor="1001", items=(item,)))
    assert road.think().events == 1
    with database.transaction() as connection:
        run = consultations.get(connection, "mobilite")
        assert run is not None
        assert sorted((found[1], found[2].value) for found in ballots.all_of(connection, run.id)) == [
            ("age", 33),
            ("age", 41),
            ("freins", ("danger",)),
            ("mode", "bus"),
            ("mode", "velo"),
        ]
        assert ballots.counters(connection, run.id)["age"]["n:answered"] == 2
        for letter in outbox.due(connection, 2**62, 1000, (), ["telegram", "web"]):
            letters.read(letter.payload)
    database.close()
