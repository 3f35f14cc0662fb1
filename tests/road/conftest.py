"""A town: a real database (each test on both kinds), the real road, a clock that stands still until told, and people
who say things."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from postgres import address, hear_question_marks, on_both

from adapters.base import Batch, Inbound, Place
from bot import office
from bot.letters import Results, Whole, read
from bot.road import Road, Thought
from bot.scene import Rules
from flows.events import Event, Pressed, Said
from flows.load import from_source
from flows.messages import plain_text
from flows.session import Answer
from storage import ballots, consultations, migrate
from storage.consultations import Consultation
from storage.database import Database
from storage.instants import ms

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

FLOW = """\
palabre: 1
id: {id}
lang: en
title: Getting around tomorrow
results: {results}
forget: 7d
{window}recap: false
steps:
  - ask: mode
    text: How do you come to the centre?
    one_of: {{velo: By bike, bus: By bus, pied: On foot}}
    dont_know: true
  - ask: age
    text: Your age?
    number: {{min: 12, max: 110}}
    optional: true
  - ask: idea
    text: An idea?
    short_text: true
    optional: true
  - end: thanks
    text: Thank you!
"""


def source(id: str = "mobilite", *, results: str = "at_close", window: str = "") -> str:
    return FLOW.format(id=id, results=results, window=f"window: {window}\n" if window else "")


_flow = lru_cache(from_source)


class Town:
    def __init__(self, file: Path, rules: Rules | None = None, url: str = "") -> None:
        self.file = file
        self.url = url or f"sqlite:///{file}"
        self.now = START
        self.rules = rules or Rules(lang="en")
        self.open()
        self._n = 0

    def open(self) -> None:
        self.database = Database(self.url)
        hear_question_marks(self.database.engine)
        migrate.upgrade(self.database)
        self.road = Road(self.database, self.rules, lambda: self.now)

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    # --- The office --------------------------------------------------------------------------------------------------

    def publish(self, text: str | None = None, **asked: Any) -> str:
        text = text or source()
        publication = office.Publication(flow=_flow(text), source=text, who="test", **asked)
        with self.database.transaction() as connection:
            scene = self.road.scene(connection)
            found = office.publish(scene, publication, "en")
            scene.flush()
        return found.id

    def run(self, id: str) -> Consultation:
        with self.database.transaction() as connection:
            found = consultations.get(connection, id)
        assert found is not None
        return found

    def cut(self, id: str) -> None:
        with self.database.transaction() as connection:
            scene = self.road.scene(connection)
            found = consultations.get(connection, id)
            assert found is not None
            office.begin_closing(scene, found)
            scene.flush()

    def tally(self, id: str) -> None:
        """What the service does once the messengers have handed over what they held."""
        with self.database.transaction() as connection:
            scene = self.road.scene(connection)
            scene.follow("tally", id, lane=f"consultation:{id}", place="", key=f"tally:{id}")
            scene.flush()

    def close(self, id: str) -> None:
        self.cut(id)
        self.tally(id)
        self.think()

    # --- People ------------------------------------------------------------------------------------------------------

    def inbound(self, person: str, event: Event, adapter: str = "web") -> Inbound:
        self._n += 1
        place = Place(adapter, person)
        return Inbound(key=f"k{self._n}", place=place, person=person, event=event, private=True, locale="en")

    def receive(self, *items: Inbound) -> None:
        by_adapter: dict[str, list[Inbound]] = {}
        for item in items:
            by_adapter.setdefault(item.place.adapter, []).append(item)
        for adapter, some in by_adapter.items():
            self.road.receive(adapter, Batch(cursor=some[-1].key, items=tuple(some)))

    def says(self, person: str, *texts: str, adapter: str = "web") -> Thought:
        thought = Thought()
        for text in texts:
            self.receive(self.inbound(person, Said(at=self.now, text=text), adapter))
            thought = self.think()
        return thought

    def presses(self, person: str, data: str, adapter: str = "web") -> Thought:
        self.receive(self.inbound(person, Pressed(at=self.now, data=data), adapter))
        return self.think()

    # --- Time --------------------------------------------------------------------------------------------------------

    def think(self) -> Thought:
        whole = Thought()
        for _ in range(2000):
            thought = self.road.think()
            whole.events += thought.events
            whole.letters += thought.letters
            whole.notes += thought.notes
            whole.scrub |= thought.scrub
            if not thought.events:
                return whole
        raise AssertionError("thinking never ends")

    def ring(self) -> Thought:
        while self.road.ring():
            pass
        return self.think()

    # --- Looking -----------------------------------------------------------------------------------------------------

    def rows(self, sql: str, *values: object) -> list[Any]:
        with self.database.transaction() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(sql, values)]

    def hurry(self) -> None:
        """Wait for no disk, where nothing is about power cuts. A server of the tests never does."""
        if self.database.path is not None:
            self.rows("SELECT 1")
            with self.database.engine.connect() as connection:
                raw: Any = connection.connection.dbapi_connection
            raw.execute("PRAGMA synchronous = off")

    def one(self, sql: str, *values: object) -> Any:
        return self.rows(sql, *values)[0][0]

    def texts(self, place: str) -> list[str]:
        """What was sent to a place, oldest first; results by their name."""
        found = []
        for (payload,) in self.rows("SELECT payload FROM outbox WHERE place = ? ORDER BY id", place):
            letter = read(payload)
            match letter:
                case Whole(message):
                    found.append(plain_text(message.body))
                case Results(consultation):
                    found.append(f"results:{consultation}")
        return found

    def stored(self, id: str) -> dict[tuple[str, str], Answer]:
        with self.database.transaction() as connection:
            return {(token, question): answer for token, question, answer, _ in ballots.all_of(connection, id)}

    def counters(self, id: str) -> dict[str, dict[str, int]]:
        with self.database.transaction() as connection:
            kept = ballots.counters(connection, id)
        return {question: {code: n for code, n in codes.items() if n} for question, codes in kept.items()}

    @property
    def now_ms(self) -> int:
        return ms(self.now)

    def bytes(self) -> bytes:
        return b"".join(file.read_bytes() for file in sorted(self.file.parent.glob(f"{self.file.name}*")))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    on_both(metafunc, "make_town")


@pytest.fixture
def make_town(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> Iterator[Callable[..., Town]]:
    """The first town is on the database that is asked for, others are beside it in files."""
    made: list[Town] = []

    def make(**rules: Any) -> Town:
        file = tmp_path / f"town{len(made)}.db"
        url = address(request, kind, file) if not made else ""
        made.append(Town(file, Rules(**{"lang": "en", **rules}), url))
        return made[-1]

    yield make
    for town in made:
        town.database.close()


@pytest.fixture
def town(make_town: Callable[..., Town]) -> Town:
    return make_town()


@pytest.fixture
def flow_text() -> Callable[..., str]:
    return source
