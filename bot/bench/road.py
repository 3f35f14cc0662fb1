"""The road alone: events in, letters out, committed, beside a bare loop that opens one transaction an event.

The one rule: both write the same tables with the same durability (`synchronous=FULL`), in the same run. The bare loop
does no thinking at all: it is the floor that any bot which commits per event stands on.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from tempfile import TemporaryDirectory

import orjson

from adapters.base import Batch, Inbound, Place
from bot import letters
from bot.letters import Whole
from bot.office import Publication, publish
from bot.road import Road, Thought
from bot.scene import Rules
from flows.events import Pressed, Said
from flows.flow import Flow
from flows.load import load_text
from storage import ballots, inbox, migrate, outbox, sessions
from storage.database import Database

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
PER_BATCH = 100
"""How many updates one answer of Telegram holds at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How many events in how many seconds."""

    events: int
    seconds: float

    @property
    def per_second(self) -> float:
        return self.events / self.seconds


def flow_text(questions: int) -> str:
    """A consultation of so many questions with four choices each."""
    steps = "".join(
        f"  - ask: q{i}\n    text: Que pensez-vous du point {i} ?\n    dont_know: true\n"
        "    one_of: {oui: Plutôt pour, non: Plutôt contre, autre: Autre chose, attendre: Attendre encore}\n"
        for i in range(1, questions + 1)
    )
    return f"palabre: 1\nid: mesure\nlang: fr\ntitle: Une mesure\nsteps:\n{steps}  - end: merci\n    text: Merci !\n"


def make_road(folder: str, questions: int) -> tuple[Road, Flow]:
    """A road on a fresh database with one open consultation."""
    database = Database(f"sqlite:///{folder}/bench.db")
    migrate.upgrade(database)
    loaded = load_text(flow_text(questions), "bench")
    assert loaded.flow is not None, loaded.mistakes
    road = Road(database, Rules(), lambda: START)
    with database.transaction() as connection:
        scene = road.scene(connection)
        publish(scene, Publication(flow=loaded.flow, source=loaded.source, who="bench", at_once=True), "fr")
        scene.flush()
    while road.think().events:
        pass
    return road, loaded.flow


def measure_road(citizens: int, questions: int) -> Rate:
    """`citizens` people answer `questions` questions each, all at once, as fast as the road goes."""
    with TemporaryDirectory() as folder:
        road, _flow = make_road(folder, questions)
        spent, events = 0.0, 0
        items = [_said(person, "/start") for person in range(citizens)]
        for round in range(questions + 1):
            began = time.perf_counter()
            thoughts = list(_through(road, items))
            if round:
                spent += time.perf_counter() - began
                events += len(items)
            items = [press for thought in thoughts for press in _answers(thought, round)]
        with road.database.transaction() as connection:
            counted = len(ballots.all_of(connection, "mesure"))
        road.database.close()
        assert counted == citizens * questions, f"{counted} ballots of {citizens * questions}"
        return Rate(events=events, seconds=spent)


def _through(road: Road, items: list[Inbound]) -> Iterator[Thought]:
    for start in range(0, len(items), PER_BATCH):
        batch = Batch(cursor=str(start), items=tuple(items[start : start + PER_BATCH]))
        thought = road.turn([("telegram", batch)])
        while thought.events:
            yield thought
            thought = road.think()


def _said(person: int, text: str) -> Inbound:
    place = Place("telegram", str(10_000 + person))
    return Inbound(key=f"s{person}", place=place, person=place.chat, event=Said(at=START, text=text), private=True)


def _answers(thought: Thought, round: int) -> Iterator[Inbound]:
    """Everybody presses a button of the question that they were just asked."""
    at = START + timedelta(seconds=round + 1)
    for letter in thought.letters:
        said = letters.read(letter.payload)
        prompt = said.message.prompt if isinstance(said, Whole) else None
        if prompt is None or not prompt.id or letter.replaces is not None:
            continue
        place = Place.parse(letter.place)
        data = prompt.buttons[int(place.chat) % 4].data
        event = Pressed(at=at, data=data, message=letter.key)
        yield Inbound(key=f"{round}.{place.chat}", place=place, person=place.chat, event=event, private=True)


def measure_bare(events: int) -> Rate:
    """The same rows, one durable transaction an event, nothing else."""
    with TemporaryDirectory() as folder:
        road, flow = make_road(folder, 1)
        database = road.database
        for person in range(50):
            road.receive("telegram", Batch(cursor=None, items=(_said(person, "/start"),)))
        while road.think().events:
            pass
        with database.transaction() as connection:
            known = sessions.page(connection, "mesure", 0, 50)
        began = time.perf_counter()
        for number in range(events):
            _bare(database, known[number % len(known)], number, flow.asks[0].wording)
        spent = time.perf_counter() - began
        database.close()
        return Rate(events=events, seconds=spent)


def _bare(database: Database, session: sessions.Stored, number: int, wording: str) -> None:
    """What one answered question writes: inbox, session, ballot, counter, prompt, two letters."""
    at = 1_772_442_000_000 + number
    row = {
        "adapter": "telegram",
        "key": f"b{number}",
        "lane": session.lane,
        "place": session.place,
        "person": "1",
        "event": "{}",
        "private": True,
        "locale": None,
        "at_ms": at,
        "state": inbox.NEW,
    }
    letter = {
        "adapter": "telegram",
        "place": session.place,
        "payload": session.state,
        "prompt": None,
        "replaces": None,
        "consultation": "mesure",
        "rank": 0,
        "resend": True,
        "due_ms": at,
        "state": outbox.SENDING,
        "coalesce": None,
    }
    saved = {
        "row": session.id,
        "new_state": session.state,
        "new_stage": session.stage,
        "new_seq": number,
        "new_lane": session.lane,
        "new_place": session.place,
        "new_last_ms": at,
    }
    ballot = {"consultation": "mesure", "token": str(session.id), "question": "q1", "wording": wording}
    with database.transaction() as connection:
        inbox.receive(connection, [row], at)
        sessions.by_id(connection, [session.id])
        sessions.save(connection, [saved])
        ballots.put(connection, [{**ballot, "answer": orjson.dumps(["answer", "oui"]).decode()}])
        ballots.count(connection, {("mesure", "q1", "c:oui"): 1})
        prompt = {"id": f"p{number}", "session": session.id, "step": "q1", "place": session.place, "ref": None}
        sessions.add_prompts(connection, [prompt])
        outbox.put(connection, [{**letter, "key": f"{number}.0"}, {**letter, "key": f"{number}.1"}])
        pending = inbox.pending(connection, [session.lane])
        inbox.finish(connection, [item.id for item in pending])
        inbox.release(connection, [session.lane])
