"""A town hall: a real database, the real road, people who write in private or in a group."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from postgres import address, hear_question_marks, on_both

from adapters.base import Batch, Inbound, Place
from bot import office
from bot.letters import Whole, read
from bot.road import Road
from bot.scene import Rules
from flows.events import Event, Pressed, Said
from flows.load import from_source
from flows.messages import plain_text
from storage import consultations, migrate, people
from storage.consultations import Consultation
from storage.database import Database
from storage.instants import ms

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SOURCE = """\
palabre: 1
id: mobilite
lang: en
title: Getting around
results: {results}
{window}recap: false
steps:
  - ask: mode
    text: How?
    one_of: {{velo: By bike, bus: By bus}}
  - ask: age
    text: Your age?
    number: true
    optional: true
  - end: thanks
    text: Thank you!
"""


class Hall:
    """Everything said by `name` comes from telegram:<name>; in the group from telegram:-100."""

    group = "telegram:-100"

    def __init__(self, url: str) -> None:
        self.now = START
        self.database = Database(url)
        hear_question_marks(self.database.engine)
        migrate.upgrade(self.database)
        self.rules = Rules(lang="en")
        self.road = Road(self.database, self.rules, lambda: self.now)
        self._n = 0

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)
        self.road.ring()
        self.think()

    def publish(self, *, results: str = "at_close", window: str = "", **asked: Any) -> str:
        source = SOURCE.format(results=results, window=f"window: {window}\n" if window else "")
        publication = office.Publication(flow=from_source(source), source=source, who="test", **asked)
        with self.database.transaction() as connection:
            scene = self.road.scene(connection)
            found = office.publish(scene, publication, "en")
            scene.flush()
        self.think()
        return found.id

    def run(self, id: str = "mobilite") -> Consultation:
        with self.database.transaction() as connection:
            found = consultations.get(connection, id)
        assert found is not None
        return found

    def count_up(self, id: str = "mobilite") -> None:
        """What the service does once the messengers have handed over what they held."""
        with self.database.transaction() as connection:
            scene = self.road.scene(connection)
            run = consultations.get(connection, id)
            assert run is not None
            office.follow_count(scene, run)
            scene.flush()
        self.think()

    def close(self, id: str = "mobilite") -> None:
        with self.database.transaction() as connection:
            scene = self.road.scene(connection)
            run = consultations.get(connection, id)
            assert run is not None
            office.begin_closing(scene, run)
            scene.flush()
        self.count_up(id)

    # --- People ------------------------------------------------------------------------------------------------------

    def _happens(self, name: str, event: Event, *, group: bool) -> None:
        self._n += 1
        place = Place.parse(self.group) if group else Place("telegram", name)
        item = Inbound(key=f"k{self._n}", place=place, person=name, event=event, private=not group, locale="en")
        self.road.receive("telegram", Batch(cursor=item.key, items=(item,)))
        self.think()

    def says(self, name: str, text: str, *, group: bool = False, admin: bool = False) -> list[str]:
        """What is answered where it was said."""
        place = self.group if group else f"telegram:{name}"
        before = len(self.texts(place))
        self._happens(name, Said(at=self.now, text=text, admin=admin), group=group)
        return self.texts(place)[before:]

    def presses(self, name: str, data: str) -> list[str]:
        before = len(self.texts(f"telegram:{name}"))
        self._happens(name, Pressed(at=self.now, data=data), group=False)
        return self.texts(f"telegram:{name}")[before:]

    def think(self) -> None:
        while self.road.think().events:
            pass

    def id_of(self, name: str) -> int:
        with self.database.transaction() as connection:
            known = people.by_identity(connection, [f"telegram:{name}"])
        if not known:
            self.says(name, "/aide")
            return self.id_of(name)
        return known[f"telegram:{name}"][0]

    def gets(self, name: str, role: str, scope: str = "*") -> None:
        """Somebody gets a role, and has spoken before."""
        who = self.id_of(name)
        with self.database.transaction() as connection:
            people.grant(connection, who, role, scope, ms(self.now))

    def code(self, name: str) -> str:
        who = self.id_of(name)
        with self.database.transaction() as connection:
            return people.code_of(connection, who)

    # --- Looking -----------------------------------------------------------------------------------------------------

    def texts(self, place: str) -> list[str]:
        found = []
        for (payload,) in self.rows("SELECT payload FROM outbox WHERE place = ? ORDER BY id", place):
            letter = read(payload)
            found.append(plain_text(letter.message.body) if isinstance(letter, Whole) else type(letter).__name__)
        return found

    def rows(self, sql: str, *values: object) -> list[Any]:
        with self.database.transaction() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(sql, values)]

    def acts(self, subject: str = "mobilite") -> list[str]:
        return [row[0] for row in self.rows("SELECT act FROM audit WHERE subject = ? ORDER BY id", subject)]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    on_both(metafunc, "hall")


@pytest.fixture
def hall(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> Iterator[Hall]:
    made = Hall(address(request, kind, tmp_path / "hall.db"))
    yield made
    made.database.close()
