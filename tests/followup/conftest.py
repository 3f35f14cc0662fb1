"""A town hall in which people put something forward: the real road on a real database, a clock that stands still."""

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
from flows.messages import Message, plain_text
from storage import ballots, consultations, migrate, people, proposals, stances
from storage.consultations import Consultation
from storage.database import Database
from storage.instants import ms
from storage.proposals import Proposal
from storage.stances import Stance

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
GROUP = "telegram:-100"

QUESTIONS = """\
palabre: 1
id: elus
lang: en
title: {en: Ask your officials, fr: Interrogez vos élus}
recap: false
steps:
  - ask: who
    text: {en: Whom do you ask?, fr: À qui ?}
    one_of:
      dupont: {en: Ms Dupont, fr: Mme Dupont}
      martin: {en: Mr Martin, fr: M. Martin}
  - propose: question
    text: {en: Your question?, fr: Votre question ?}
    category: who
    similar: false
    most: 5
    moderate: after
    answers:
      by: who
      due: 30d
      remind: [7d, 21d]
      states: {answered: {en: Answered, fr: Répondu}, refused: {en: Refused, fr: Refusé}}
      confirm: {en: Did this answer you?, fr: Cela répond-il à votre question ?}
  - end: bye
    text: {en: Thank you!, fr: Merci !}
"""
IDEAS = """\
palabre: 1
id: idees
lang: en
title: {en: The square, fr: La place}
recap: false
steps:
  - propose: idea
    text: {en: What should we do?, fr: Que faut-il faire ?}
    similar: false
    most: 5
    moderate: after
    answers: {due: 30d}
  - end: bye
    text: {en: Thank you!, fr: Merci !}
"""
REPORTS = """\
palabre: 1
id: rue
lang: en
title: In the street
recap: false
steps:
  - propose: report
    text: What did you see?
    similar: false
    most: 5
    moderate: after
    answers:
      due: 15d
      states: {open: Open, taken: Taken up, planned: Planned, done: Done, refused: Refused}
      confirm: Is it really fixed?
  - end: bye
    text: Thank you!
"""
PETITION = """\
palabre: 1
id: arbres
lang: en
title: Keep the trees
recap: false
steps:
  - sign: petition
    text: Do you sign?
    named: false
    reason: 0
    goals:
      - {at: 2, say: Two of us!}
      - {at: 3, open: idees}
  - end: bye
    text: Thank you!
"""


class Agora:
    """Everything said by `name` comes from telegram:<name>; in the group from telegram:-100."""

    def __init__(self, url: str, lang: str = "en") -> None:
        self.now = START
        self.lang = lang
        self.database = Database(url)
        hear_question_marks(self.database.engine)
        migrate.upgrade(self.database)
        link = "https://t.example/?start={}".format
        self.rules = Rules(lang=lang, link=lambda _adapter, payload: link(payload))
        self.road = Road(self.database, self.rules, lambda: self.now)
        self.notes: list[str] = []
        """What people were told who pressed a button."""
        self._n = 0

    # --- Time and the office -----------------------------------------------------------------------------------------

    def later(self, **span: float) -> None:
        """Let time pass, stopping at each moment for which something is planned."""
        target = self.now + timedelta(**span)
        while True:
            planned = self.one("SELECT min(due_ms) FROM timers")
            if planned is None or planned > ms(target):
                break
            self.now = max(self.now, datetime.fromtimestamp(planned / 1000, UTC))
            self.ring()
        self.now = target
        self.ring()

    def ring(self) -> None:
        self.think()
        while self.road.ring():
            self.think()

    def think(self) -> None:
        while (thought := self.road.think()).events:
            self.notes += [note.text for note in thought.notes]

    def publish(self, source: str, *, group: bool = False, **asked: Any) -> str:
        places = (GROUP,) if group else ()
        publication = office.Publication(flow=from_source(source), source=source, who="test", places=places, **asked)
        with self.database.transaction() as connection:
            scene = self.road.scene(connection)
            found = office.publish(scene, publication, self.lang)
            scene.flush()
        self.think()
        return found.id

    def run(self, id: str) -> Consultation:
        with self.database.transaction() as connection:
            found = consultations.get(connection, id)
        assert found is not None
        return found

    # --- People ------------------------------------------------------------------------------------------------------

    def happens(self, name: str, event: Event, *, group: bool = False) -> None:
        self._n += 1
        place = Place.parse(GROUP) if group else Place("telegram", name)
        locale = "fr" if name.startswith("F") else "en"
        item = Inbound(key=f"k{self._n}", place=place, person=name, event=event, private=not group, locale=locale)
        self.road.receive("telegram", Batch(cursor=item.key, items=(item,)))
        self.ring()

    def says(self, name: str, text: str, *, group: bool = False, quoted: tuple[str, ...] = ()) -> list[str]:
        """What is answered where it was said."""
        place = GROUP if group else f"telegram:{name}"
        before = self.last
        self.happens(name, Said(at=self.now, text=text, quoted=quoted), group=group)
        return self.texts(place, after=before)

    def presses(self, name: str, label: str) -> list[str]:
        """Press the newest button of this label, or of this command."""
        before = self.last
        data = next(
            button.data
            for said in reversed(self.letters(f"telegram:{name}"))
            for button in (said.prompt.buttons if said.prompt else ())
            if button.label == label or button.data.startswith(f"c.{label}.")
        )
        self.happens(name, Pressed(at=self.now, data=data))
        return self.texts(name, after=before)

    def id_of(self, name: str) -> int:
        with self.database.transaction() as connection:
            known = people.by_identity(connection, [f"telegram:{name}"])
        if not known:
            self.says(name, "/help")
            return self.id_of(name)
        return known[f"telegram:{name}"][0]

    def gets(self, name: str, role: str, scope: str = "*") -> None:
        who = self.id_of(name)
        with self.database.transaction() as connection:
            people.grant(connection, who, role, scope, ms(self.now))

    def code(self, name: str) -> str:
        who = self.id_of(name)
        with self.database.transaction() as connection:
            return people.code_of(connection, who)

    def agrees(self, name: str, id: str, number: int) -> None:
        """Somebody who takes part supports a proposal."""
        self.says(name, f"/start {id}")
        run = self.run(id)
        assert run.key is not None
        token = ballots.token(run.key, self.id_of(name))
        with self.database.transaction() as connection:
            found = proposals.by_number(connection, id, number)
            assert found is not None
            stances.put(connection, id, token, found.id, Stance("agree"))

    # --- Looking -----------------------------------------------------------------------------------------------------

    def proposal(self, id: str, number: int) -> Proposal:
        with self.database.transaction() as connection:
            found = proposals.by_number(connection, id, number)
        assert found is not None
        return found

    @property
    def last(self) -> int:
        """The row of the newest letter."""
        return int(self.one("SELECT coalesce(max(id), 0) FROM outbox"))

    def letters(self, place: str, *, after: int = 0) -> list[Message]:
        """What was sent to a place and not emptied since."""
        found = []
        query = "SELECT payload FROM outbox WHERE place = ? AND id > ? AND payload != '' ORDER BY id"
        for (payload,) in self.rows(query, place, after):
            letter = read(payload)
            if isinstance(letter, Whole):
                found.append(letter.message)
        return found

    def texts(self, place: str, *, after: int = 0) -> list[str]:
        address = place if ":" in place else f"telegram:{place}"
        return [plain_text(said.body) for said in self.letters(address, after=after)]

    def rows(self, sql: str, *values: object) -> list[Any]:
        with self.database.transaction() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(sql, values)]

    def one(self, sql: str, *values: object) -> Any:
        return self.rows(sql, *values)[0][0]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    on_both(metafunc, "agora")


@pytest.fixture
def agora(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> Iterator[Agora]:
    made = Agora(address(request, kind, tmp_path / "agora.db"))
    yield made
    made.database.close()


@pytest.fixture
def flow_texts() -> dict[str, str]:
    return {"questions": QUESTIONS, "ideas": IDEAS, "reports": REPORTS, "petition": PETITION}
