"""A town hall with moderators: a real database, the real road, people who write in private or in groups."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from postgres import address, hear_question_marks, on_both

from adapters.base import Batch, Inbound, Place
from bot import letters, office
from bot.letters import CaseCard, Do, Letter, Whole
from bot.moderation import card, opening
from bot.road import Road
from bot.scene import Rules, Scene
from bot.turn import Turn
from flows.events import Event, Overheard, Pressed, Said, to_json
from flows.load import from_source
from flows.messages import Message, plain_text
from storage import ballots, cases, consultations, desks, inbox, migrate, people, proposals
from storage.cases import Case
from storage.database import Connection, Database
from storage.instants import ms
from storage.proposals import Proposal

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SOURCE = """\
palabre: 1
id: ideas
lang: en
title: The square
results: live
recap: false
steps:
  - propose: idea
    text: What should be done?
    most: 50
    similar: false
  - end: thanks
    text: Thank you!
"""


class Bench:
    """Everything said by `name` comes from telegram:<name>; in the group from telegram:-100."""

    desk = "telegram:-100"
    square = "telegram:-200"

    def __init__(self, url: str) -> None:
        self.now = START
        self.database = Database(url)
        hear_question_marks(self.database.engine)
        migrate.upgrade(self.database)
        self.rules = Rules(lang="en")
        self.road = Road(self.database, self.rules, lambda: self.now)
        self.notes: dict[str, str] = {}
        self._n = 0
        self.publish()

    def publish(self) -> None:
        publication = office.Publication(flow=from_source(SOURCE), source=SOURCE, who="test")
        with self.database.transaction() as connection:
            scene = self.road.scene(connection)
            office.publish(scene, publication, "en")
            scene.flush()
        self.think()

    # --- What happens ------------------------------------------------------------------------------------------------

    def happens(self, *acts: tuple[str, Event], place: str = "") -> list[str]:
        """Several people do something at once; the words that each presser reads."""
        items = []
        for name, event in acts:
            self._n += 1
            where = Place.parse(place or f"telegram:{name}")
            inbound = Inbound(key=f"k{self._n}", place=where, person=name, event=event, private=not place, locale="en")
            items.append(inbound)
        self.road.receive("telegram", Batch(cursor=str(self._n), items=tuple(items)))
        self.think()
        return [self.notes.get(item.key, "") for item in items]

    def says(self, name: str, text: str, *, place: str = "", reply_to: str | None = None) -> list[str]:
        """What is answered where it was said."""
        where = place or f"telegram:{name}"
        before = len(self.texts(where))
        self.happens((name, Said(at=self.now, text=text, reply_to=reply_to)), place=place)
        return self.texts(where)[before:]

    def presses(self, name: str, case: int, token: str, *, turn: int | None = None) -> str:
        """The word that the presser reads."""
        number = self.case(case).turn if turn is None else turn
        data = f"m.{case}.{number}.{token}"
        return self.happens((name, Pressed(at=self.now, data=data)), place=self.desk)[0]

    def overheard(self, name: str, text: str, ref: str, *flags: str) -> Case:
        """A rule flagged what somebody said in the square."""

        def hear(connection: Connection) -> Case:
            event = Overheard(at=self.now, text=text, ref=ref, flags=flags)
            scene, turn = self.turn_of(connection, name, place=self.square, event=event)
            case = opening.overheard(turn, event)
            scene.flush()
            return case

        found: Case = self.read(hear)
        self.think()
        return found

    def think(self) -> None:
        while True:
            thought = self.road.think()
            self.notes |= {note.inbound_key: note.text for note in thought.notes}
            if not thought.events:
                return

    def later(self, **span: float) -> None:
        """Time passes; what is planned happens on the way, hour by hour."""
        until = self.now + timedelta(**span)
        while self.now < until:
            self.now = min(until, self.now + timedelta(hours=1))
            self.road.ring()
            self.think()

    # --- People and proposals ----------------------------------------------------------------------------------------

    def id_of(self, name: str) -> int:
        known = self.read(lambda connection: people.by_identity(connection, [f"telegram:{name}"]))
        if not known:
            self.says(name, "/help")
            return self.id_of(name)
        return known[f"telegram:{name}"][0]

    def code(self, name: str) -> str:
        who = self.id_of(name)
        return self.read(lambda connection: people.code_of(connection, who))

    def gets(self, name: str, role: str, scope: str = "*") -> None:
        who = self.id_of(name)
        self.read(lambda connection: people.grant(connection, who, role, scope, ms(self.now)))

    def open_desk(self, scope: str = "*", place: str = "") -> None:
        self.read(lambda connection: desks.place(connection, scope, place or self.desk, ms(self.now)))

    def submits(self, name: str, text: str, *flags: str, state: str = proposals.WAITING) -> Case:
        """Somebody who takes part puts a proposal forward, behind the conversation."""
        self.says(name, "/start ideas")
        who = self.id_of(name)

        def submit(connection: Connection) -> Case:
            run = consultations.get(connection, "ideas")
            assert run is not None
            assert run.key is not None
            added = proposals.add(
                connection,
                consultation=run.id,
                pool="idea",
                text=text,
                lang="en",
                source=proposals.PARTICIPANT,
                state=state,
                lot=self._n,
                since_ms=ms(self.now),
                author=ballots.token(run.key, who),
            )
            scene, turn = self.turn_of(connection, name)
            case = opening.submitted(turn, run, added, flags=flags)
            scene.flush()
            return case

        found: Case = self.read(submit)
        return found

    def turn_of(
        self, connection: Connection, name: str, *, place: str = "", event: Event | None = None
    ) -> tuple[Scene, Turn]:
        """A turn of somebody, as if they had just written something."""
        self._n += 1
        where, happened = place or f"telegram:{name}", event or Said(at=self.now, text="")
        said = orjson.dumps(to_json(happened)).decode()
        item = inbox.Pending(
            id=1_000_000 + self._n,
            adapter="telegram",
            key=f"k{self._n}",
            lane=f"{where}|{name}",
            place=where,
            person=name,
            event=said,
            private=not place,
            locale="en",
            attempts=0,
        )
        scene = self.road.scene(connection)
        scene.load([item])
        return scene, Turn(scene, item, happened)

    # --- Looking -----------------------------------------------------------------------------------------------------

    def read(self, look: Any) -> Any:
        with self.database.transaction() as connection:
            return look(connection)

    def case(self, id: int) -> Case:
        found: Case | None = self.read(lambda connection: cases.by_id(connection, id))
        assert found is not None
        return found

    def proposal(self, number: int) -> Proposal:
        found: Proposal | None = self.read(lambda connection: proposals.by_number(connection, "ideas", number))
        assert found is not None
        return found

    def face(self, id: int, place: str = "") -> Message:
        road, where = self.road, place or self.desk
        made: Message = self.read(
            lambda connection: card.draw(connection, road.flows, road.rules, id, "en", where, self.now)
        )
        return made

    def rows(self, sql: str, *values: object) -> list[Any]:
        return list(self.read(lambda connection: [tuple(row) for row in connection.exec_driver_sql(sql, values)]))

    def sent(self, place: str) -> list[Letter]:
        rows = self.rows("SELECT payload FROM outbox WHERE place = ? ORDER BY id", place)
        return [letters.read(payload) for (payload,) in rows if payload]

    def texts(self, place: str) -> list[str]:
        return [_said(letter) for letter in self.sent(place)]

    def done(self, place: str = "") -> list[Do]:
        return [letter for letter in self.sent(place or self.square) if isinstance(letter, Do)]


def _said(letter: Letter) -> str:
    match letter:
        case Whole(message=said):
            return plain_text(said.body)
        case CaseCard(case=id):
            return f"[case {id}]"
        case other:
            return type(other).__name__


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    on_both(metafunc, "bench")


@pytest.fixture
def bench(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> Iterator[Bench]:
    """Ana and Tom are moderators; their group is the desk of everything. Each test on both databases."""
    made = Bench(address(request, kind, tmp_path / "bench.db"))
    made.gets("ana", "moderator")
    made.gets("tom", "moderator")
    made.open_desk()
    yield made
    made.database.close()
