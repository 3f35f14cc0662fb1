"""A town hall in which everybody writes what they should not: the real road, a real database, all that is shown."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import everywhere
import orjson
import pytest
from postgres import hear_question_marks

from adapters.base import Batch, Inbound, Place
from bot import letters, office
from bot.letters import Do, Whole
from bot.moderation import opening
from bot.road import Road
from bot.scene import Rules, Scene
from bot.showing import Showing
from bot.thread import StorageThread
from bot.turn import Turn
from flows.events import Event, Overheard, Pressed, Said, to_json
from flows.load import from_source
from flows.messages import Message, plain_text
from storage import ballots, cases, consultations, desks, inbox, migrate, people, proposals, signatures, stances
from storage.cases import Case
from storage.consultations import Consultation
from storage.database import Connection, Database
from storage.instants import ms
from storage.proposals import Proposal
from storage.signatures import Signature
from storage.stances import Stance

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ID = "place"
SOURCE = """\
palabre: 1
id: place
lang: en
title: The square
results: live
recap: false
steps:
  - propose: idea
    text: What should be done?
    max: 1000
    most: 50
    moderate: before
    answers: {due: 30d, confirm: Did this answer you?}
    optional: true
  - react: cards
    text: What do you think of these?
    of: idea
    statements: {trees: We should plant trees}
    optional: true
  - sign: petition
    text: Do you sign for the lime trees?
    goals: [{at: 3, say: Three of us!}]
    optional: true
  - ask: words
    text: Anything else?
    short_text: true
    optional: true
  - end: thanks
    text: Thank you!
"""


def _link(_adapter: str, payload: str) -> str | None:
    """As the adapter of Telegram: none for what an address cannot carry."""
    return f"https://t.example/?start={payload}" if re.fullmatch(r"[A-Za-z0-9_-]{0,64}", payload) else None


class Hall:
    """Everything said by `name` comes from telegram:<name>; moderators sit in telegram:-100, people talk in -200."""

    desk, square = "telegram:-100", "telegram:-200"

    def __init__(self, file: Path, url: str = "") -> None:
        self.now = START
        self.database = Database(url or f"sqlite:///{file}")
        hear_question_marks(self.database.engine)
        migrate.upgrade(self.database)
        self.rules = Rules(lang="en", link=_link, public_url="https://palabre.example")
        self.road = Road(self.database, self.rules, lambda: self.now)
        self.storage = StorageThread(self.database)
        self.showing = Showing(self.road, self.storage)
        self.notes: dict[str, str] = {}
        self.looked = 0
        self._n = 0
        self._publish()
        for name in ("ana", "tom"):
            self.gets(name, "moderator")
        self.gets("maire", "owner")
        self.read(lambda connection: desks.place(connection, "*", self.desk, ms(self.now)))

    def _publish(self) -> None:
        publication = office.Publication(
            flow=from_source(SOURCE), source=SOURCE, who="test", places=(self.square,), at_once=True
        )
        with self.database.transaction() as connection:
            scene = self.road.scene(connection)
            office.publish(scene, publication, "en")
            scene.flush()
        self.think()

    def close(self) -> None:
        for act in (office.begin_closing, office.follow_count):
            with self.database.transaction() as connection:
                scene = self.road.scene(connection)
                act(scene, self.run(connection))
                scene.flush()
        self.think()

    # --- What happens ------------------------------------------------------------------------------------------------

    def happens(self, name: str, event: Event, *, place: str = "") -> str:
        """Somebody does something; the word that they read if it was a press."""
        self._n += 1
        where = Place.parse(place or f"telegram:{name}")
        item = Inbound(key=f"k{self._n}", place=where, person=name, event=event, private=not place, locale="en")
        self.road.receive("telegram", Batch(cursor=str(self._n), items=(item,)))
        self.think()
        return self.notes.get(item.key, "")

    def says(self, name: str, text: str, *, place: str = "", quoted: tuple[str, ...] = ()) -> list[str]:
        """What is answered where it was said."""
        where = place or f"telegram:{name}"
        before = len(self.letters(where))
        self.happens(name, Said(at=self.now, text=text, quoted=quoted), place=place)
        return [_said(letter) for letter in self.letters(where)[before:]]

    def presses(self, name: str, label: str) -> bool:
        """Press the newest button of this label; False when there is none."""
        for letter in reversed(self.letters(f"telegram:{name}")):
            prompt = letter.message.prompt if isinstance(letter, Whole) else None
            for button in prompt.buttons if prompt else ():
                if button.label == label:
                    self.happens(name, Pressed(at=self.now, data=button.data))
                    return True
        return False

    def decides(self, name: str, case: Case, token: str) -> str:
        """Press a button of a case."""
        fresh = self.read(lambda connection: cases.by_id(connection, case.id))
        return self.happens(name, Pressed(at=self.now, data=f"m.{case.id}.{fresh.turn}.{token}"), place=self.desk)

    def overhears(self, name: str, text: str, ref: str) -> Case:
        def hear(connection: Connection) -> Case:
            event = Overheard(at=self.now, text=text, ref=ref, flags=("link",))
            scene, turn = self._turn(connection, name, place=self.square, event=event)
            case = opening.overheard(turn, event)
            scene.flush()
            return case

        found: Case = self.read(hear)
        self.think()
        return found

    def think(self) -> None:
        while (thought := self.road.think()).events:
            self.notes |= {note.inbound_key: note.text for note in thought.notes}

    def later(self, **span: float) -> None:
        until = self.now + timedelta(**span)
        while self.now < until:
            self.now = min(until, self.now + timedelta(hours=6))
            self.road.ring()
            self.think()

    # --- On file, also what the conversation would not take ----------------------------------------------------------

    def submits(self, name: str, text: str, *, parent: int | None = None) -> tuple[Proposal, Case]:
        """A proposal as if the conversation had taken it, in front of the moderators."""
        self.says(name, f"/start {ID}")

        def submit(connection: Connection) -> tuple[Proposal, Case]:
            run = self.run(connection)
            added = proposals.add(
                connection,
                consultation=ID,
                pool="idea",
                text=text,
                lang="en",
                source=proposals.PARTICIPANT,
                state=proposals.WAITING,
                lot=self._n,
                since_ms=ms(self.now),
                author=self.token(connection, name),
                parent=parent,
            )
            scene, turn = self._turn(connection, name)
            case = opening.submitted(turn, run, added, flags=())
            scene.flush()
            return added, case

        found: tuple[Proposal, Case] = self.read(submit)
        self.think()
        return found

    def signs(self, name: str, text: str) -> None:
        self.says(name, f"/start {ID}")

        def sign(connection: Connection) -> None:
            one = Signature("petition", "name", text[:120], text[:280], True)
            signatures.put(connection, ID, self.token(connection, name), one)

        self.read(sign)

    def votes(self, voter: int, proposal: int, value: str) -> None:
        self.read(lambda connection: stances.put(connection, ID, f"{voter:032x}", proposal, Stance(value)))

    def _turn(
        self, connection: Connection, name: str, *, place: str = "", event: Event | None = None
    ) -> tuple[Scene, Turn]:
        self._n += 1
        where, happened = place or f"telegram:{name}", event or Said(at=self.now, text="")
        item = inbox.Pending(
            id=1_000_000 + self._n,
            adapter="telegram",
            key=f"k{self._n}",
            lane=f"{where}|{name}",
            place=where,
            person=name,
            event=orjson.dumps(to_json(happened)).decode(),
            private=not place,
            locale="en",
            attempts=0,
        )
        scene = self.road.scene(connection)
        scene.load([item])
        return scene, Turn(scene, item, happened)

    # --- People ------------------------------------------------------------------------------------------------------

    def id_of(self, name: str) -> int:
        known = self.read(lambda connection: people.by_identity(connection, [f"telegram:{name}"]))
        if not known:
            self.says(name, "/help")
            return self.id_of(name)
        return int(known[f"telegram:{name}"][0])

    def token(self, connection: Connection, name: str) -> str:
        key = self.run(connection).key
        assert key is not None
        known = people.by_identity(connection, [f"telegram:{name}"])
        return ballots.token(key, known[f"telegram:{name}"][0])

    def gets(self, name: str, role: str, scope: str = "*") -> None:
        who = self.id_of(name)
        self.read(lambda connection: people.grant(connection, who, role, scope, ms(self.now)))

    def run(self, connection: Connection) -> Consultation:
        found = consultations.get(connection, ID)
        assert found is not None
        return found

    # --- Looking -----------------------------------------------------------------------------------------------------

    def read(self, look: Any) -> Any:
        with self.database.transaction() as connection:
            return look(connection)

    def rows(self, sql: str, *values: object) -> list[Any]:
        return list(self.read(lambda connection: [tuple(row) for row in connection.exec_driver_sql(sql, values)]))

    def one(self, sql: str, *values: object) -> Any:
        return self.rows(sql, *values)[0][0]

    def letters(self, place: str) -> list[letters.Letter]:
        rows = self.rows("SELECT payload FROM outbox WHERE place = ? AND payload != '' ORDER BY id", place)
        return [letters.read(payload) for (payload,) in rows]

    def last(self, name: str) -> str:
        return _said(self.letters(f"telegram:{name}")[-1])

    def look(self) -> list[Message]:
        """Show everything that left since the last look on every messenger, and judge it."""
        query = "SELECT id, place, payload FROM outbox WHERE id > ? AND payload != '' ORDER BY id"
        found = []
        for id, place, payload in {row[1:]: row for row in self.rows(query, self.looked)}.values():
            self.looked = max(self.looked, id)
            letter = letters.read(payload)
            if isinstance(letter, Do):
                continue
            made = letter.message if isinstance(letter, Whole) else self._made(letter, place)
            everywhere.shown(made)
            found.append(made)
        for note in self.notes.values():
            assert "\x00" not in note
        return found

    def _made(self, letter: Any, place: str) -> Message:
        return asyncio.run(self.showing.letter(letter, Place.parse(place)))


def _said(letter: letters.Letter) -> str:
    return plain_text(letter.message.body) if isinstance(letter, Whole) else type(letter).__name__


@pytest.fixture
def make_hall(tmp_path: Path) -> Iterator[Callable[..., Hall]]:
    made: list[Hall] = []

    def make(name: str, url: str = "") -> Hall:
        made.append(Hall(tmp_path / f"{name}.db", url))
        return made[-1]

    yield make
    for one in made:
        one.storage.close()
        one.database.close()


@pytest.fixture
def hall(make_hall: Callable[[str], Hall]) -> Hall:
    return make_hall("hall")
