"""A consultation in which people judge statements: a real database, the real road, votes filed as the road does."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from postgres import address, hear_question_marks, on_both

from adapters.base import Batch, Inbound, Place
from bot import office
from bot.letters import Letter, Map, Whole, read
from bot.road import Road
from bot.scene import Rules
from bot.showing import Showing
from bot.thread import StorageThread
from flows.events import Said
from flows.load import from_source
from flows.messages import plain_text
from storage import ballots, consultations, migrate, people, proposals, signatures, stances
from storage.consultations import Consultation
from storage.database import Database
from storage.signatures import Signature
from storage.stances import Stance

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SOURCE = """\
palabre: 1
id: ville
lang: fr
title: {{fr: La ville demain, en: The town tomorrow}}
results: {results}
recap: false
steps:
  - propose: idee
    text: {{fr: Que faut-il faire ?, en: What should be done?}}
    most: 3
    optional: true
  - react: cartes
    text: {{fr: Que pensez-vous de ces phrases ?, en: What do you think of these?}}
    of: idee
    statements:
      bus: {{fr: Il faut des bus la nuit, en: We should have buses at night}}
    qualifiers:
      agree: {{priority: {{fr: Une priorité, en: A priority}}}}
  - sign: petition
    text: {{fr: Signez-vous pour le parc ?, en: Will you sign for the park?}}
    goals:
      - {{at: 100, say: {{fr: Cent !, en: A hundred!}}}}
      - {{at: 500, say: {{fr: Cinq cents !, en: Five hundred!}}}}
  - end: merci
    text: {{fr: Merci !, en: Thank you!}}
"""
ID = "ville"


class Square:
    """`voter(n)` is the token of the n-th of a crowd that only votes; people who talk are made by `says`."""

    def __init__(self, url: str) -> None:
        self.now = START
        self.database = Database(url)
        hear_question_marks(self.database.engine)
        migrate.upgrade(self.database)
        self.road = Road(self.database, Rules(lang="fr"), lambda: self.now)
        self.storage = StorageThread(self.database)
        self.showing = Showing(self.road, self.storage)
        self._n = 0

    def publish(self, *, results: str = "live") -> None:
        source = SOURCE.format(results=results)
        asked = office.Publication(flow=from_source(source), source=source, who="test")
        with self.database.transaction() as connection:
            scene = self.road.scene(connection)
            office.publish(scene, asked, "fr")
            scene.flush()
        self.think()

    def run(self) -> Consultation:
        with self.database.transaction() as connection:
            found = consultations.get(connection, ID)
        assert found is not None
        return found

    def close(self) -> None:
        for act in (office.begin_closing, office.follow_count):
            with self.database.transaction() as connection:
                scene = self.road.scene(connection)
                run = consultations.get(connection, ID)
                assert run is not None
                act(scene, run)
                scene.flush()
        self.think()

    def think(self) -> None:
        while self.road.think().events:
            pass

    def says(self, name: str, text: str) -> list[str]:
        """What is answered in private."""
        self._n += 1
        place = Place("telegram", name)
        before = len(self.letters(name))
        said = Said(at=self.now, text=text)
        item = Inbound(key=f"k{self._n}", place=place, person=name, event=said, private=True, locale="fr")
        self.road.receive("telegram", Batch(cursor=item.key, items=(item,)))
        self.think()
        return [_words(letter) for letter in self.letters(name)[before:]]

    def letters(self, name: str) -> list[Letter]:
        with self.database.transaction() as connection:
            query = "SELECT payload FROM outbox WHERE place = ? ORDER BY id"
            return [read(row[0]) for row in connection.exec_driver_sql(query, (f"telegram:{name}",))]

    def map_letter(self, name: str) -> Map:
        """The letter that `/map` left in the outbox last."""
        found = [letter for letter in self.letters(name) if isinstance(letter, Map)]
        return found[-1]

    # --- Votes -------------------------------------------------------------------------------------------------------

    def token(self, name: str) -> str:
        """The token of somebody who talked."""
        key = self.run().key
        assert key is not None
        with self.database.transaction() as connection:
            participant = people.by_identity(connection, [f"telegram:{name}"])[f"telegram:{name}"][0]
        return ballots.token(key, participant)

    def propose(self, *texts: str, state: str = proposals.PUBLISHED) -> list[int]:
        """Statements of citizens; their ids."""
        with self.database.transaction() as connection:
            return [
                proposals.add(
                    connection,
                    consultation=ID,
                    pool="idee",
                    text=text,
                    lang="fr",
                    source=proposals.PARTICIPANT,
                    state=state,
                    lot=1,
                    since_ms=1,
                    author="a" * 32,
                ).id
                for text in texts
            ]

    def vote(self, token: str, proposal: int, value: str, *words: str, via: str = "served") -> None:
        with self.database.transaction() as connection:
            stances.put(connection, ID, token, proposal, Stance(value, words, via))
            proposals.shown(connection, proposal)

    def crowd(
        self, proposal: int, agree: int, disagree: int, neutral: int = 0, *, via: str = "served", at: int = 0
    ) -> None:
        """So many people, the first of them the `at`-th of the crowd."""
        values = ["agree"] * agree + ["disagree"] * disagree + ["neutral"] * neutral
        with self.database.transaction() as connection:
            for n, value in enumerate(values, at):
                stances.put(connection, ID, voter(n), proposal, Stance(value, (), via))

    def camps(self, ids: list[int], people: int, *, seed: int = 1) -> None:
        """Two camps that see every statement the other way round, but for the first, which both like."""
        dice = random.Random(seed)
        with self.database.transaction() as connection:
            for n in range(people):
                for at, id in enumerate(ids):
                    likes = at == 0 or (at + n) % 2 == 0
                    sure = dice.random() < 0.9
                    value = "agree" if likes == sure else "disagree"
                    stances.put(connection, ID, voter(n), id, Stance(value))

    def sign(self, n: int, *, shown: str = "name", name: str = "") -> None:
        with self.database.transaction() as connection:
            signature = Signature("petition", shown, name, "", False)
            signatures.put(connection, ID, voter(n), signature)


def voter(n: int) -> str:
    """Tokens are hashes: their order says nothing of their number."""
    return f"{(n * 2654435761) % 2**32:032x}"


def _words(letter: Letter) -> str:
    return plain_text(letter.message.body) if isinstance(letter, Whole) else type(letter).__name__


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    on_both(metafunc, "square")


@pytest.fixture
async def square(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> AsyncIterator[Square]:
    made = Square(address(request, kind, tmp_path / "square.db"))
    yield made
    made.storage.close()
