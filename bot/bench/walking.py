"""A crowd on the road: people who answer one question after the other, without any messenger.

The one rule: their presses carry what the bot's own letters said, so that nothing is answered that was not asked.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from adapters.base import Batch, Inbound, Place
from bot import letters
from bot.letters import Whole
from bot.office import Publication, publish
from bot.road import Road, Thought
from bot.scene import Rules
from flows.events import Pressed, Said
from flows.flow import Flow
from flows.load import load_text
from storage import migrate
from storage.database import Database

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
PER_BATCH = 100
"""How many updates one answer of Telegram holds at most."""


def flow_text(questions: int) -> str:
    """A consultation of so many questions with four choices each."""
    steps = "".join(
        f"  - ask: q{i}\n    text: Que pensez-vous du point {i} ?\n    dont_know: true\n"
        "    one_of: {oui: Plutôt pour, non: Plutôt contre, autre: Autre chose, attendre: Attendre encore}\n"
        for i in range(1, questions + 1)
    )
    return f"palabre: 1\nid: mesure\nlang: fr\ntitle: Une mesure\nsteps:\n{steps}  - end: merci\n    text: Merci !\n"


def road_on(database: Database, *, alone: bool = True) -> Road:
    return Road(database, Rules(), lambda: START, alone=alone)


def make_road(folder: str, questions: int) -> tuple[Road, Flow]:
    """A road on a fresh database with one open consultation."""
    database = Database(f"sqlite:///{folder}/bench.db")
    migrate.upgrade(database)
    loaded = load_text(flow_text(questions), "bench")
    assert loaded.flow is not None, loaded.mistakes
    road = road_on(database)
    with database.transaction() as connection:
        scene = road.scene(connection)
        publish(scene, Publication(flow=loaded.flow, source=loaded.source, who="bench", at_once=True), "fr")
        scene.flush()
    while road.think().events:
        pass
    return road, loaded.flow


def through(road: Road, items: Sequence[Inbound], at_once: int = PER_BATCH) -> Iterator[Thought]:
    """Send `items` down the road, batch by batch, until nothing waits."""
    for start in range(0, len(items), at_once):
        thought = road.turn([("telegram", Batch(cursor=str(start), items=tuple(items[start : start + at_once])))])
        while thought.events or thought.left:
            yield thought
            thought = road.think()


def timed(road: Road, items: Sequence[Inbound], at_once: int = PER_BATCH) -> tuple[float, list[Thought]]:
    """How many seconds that took, and what came of it."""
    began = time.perf_counter()
    thoughts = list(through(road, items, at_once))
    return time.perf_counter() - began, thoughts


def openings(citizens: int) -> list[Inbound]:
    """Everybody says /start."""
    return [_said(person, "/start") for person in range(citizens)]


def _said(person: int, text: str) -> Inbound:
    place = Place("telegram", str(10_000 + person))
    return Inbound(key=f"s{person}", place=place, person=place.chat, event=Said(at=START, text=text), private=True)


def presses(said: Iterable[tuple[str, str, str]], round: int) -> Iterator[Inbound]:
    """Everybody presses a button of the question that they were just asked: (key, place, payload) of each letter."""
    at = START + timedelta(seconds=round + 1)
    for key, where, payload in said:
        whole = letters.read(payload)
        prompt = whole.message.prompt if isinstance(whole, Whole) else None
        if prompt is None or not prompt.id:
            continue
        place = Place.parse(where)
        data = prompt.buttons[int(place.chat) % 4].data
        event = Pressed(at=at, data=data, message=key)
        yield Inbound(key=f"{round}.{place.chat}", place=place, person=place.chat, event=event, private=True)


def answers(thoughts: Iterable[Thought], round: int) -> list[Inbound]:
    new = (
        (letter.key, letter.place, letter.payload)
        for thought in thoughts
        for letter in thought.letters
        if letter.replaces is None
    )
    return list(presses(new, round))
