"""Counting many ballots, and a card in a group whose tally is alive.

The one rule: what grows is measured against what does not. A count stands beside a plain loop that reads the same
ballots once, a press with a million ballots on file beside one with a hundred.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from tempfile import TemporaryDirectory
from typing import Any

import orjson

from adapters.base import Batch, Inbound, Place
from bot.office import Publication, publish
from bot.road import Road
from bot.scene import Rules
from bot.showing import Showing
from bot.thread import StorageThread
from flows.events import Pressed
from flows.flow import Flow
from flows.load import load_text
from flows.prompts import card
from flows.session import Answer, Given, Session, Stage, Value
from flows.tally import counts
from flows.tally.counts import Ballot
from storage import ballots, cards, consultations, migrate
from storage.database import PRAGMAS, Connection, Database

OPTIONS = tuple(f"o{at}" for at in range(10))
RANKED = ("schulze", "irv", "borda", "stv")
GRADES = ("g1", "g2", "g3", "g4", "g5", "g6")


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How long one method took, and how long it took to read the same ballots once."""

    name: str
    seconds: float
    floor: float


# --- A count ---------------------------------------------------------------------------------------------------------


def measure_counts(voters: int) -> Iterator[Counted]:
    """Count `voters` ballots by each method, as at a closing: from ballots to the whole result."""
    dice = random.Random(1)
    orders = _file(voters, lambda: _order(dice))
    for method in RANKED:
        seats = "    seats: 3\n" if method == "stv" else ""
        yield _counted(method, f"rank: q\n    method: {method}\n{seats}    at_most: 10\n{_options()}", orders)
    scales = ", ".join(f"{grade}: {grade}" for grade in GRADES)
    judged = _file(voters, lambda: tuple((code, dice.choice(GRADES)) for code in OPTIONS))
    yield _counted("majority judgment", f"grade: q\n    grades: {{{scales}}}\n{_options()}", judged)
    costs = [(code, 1000 + 137 * at) for at, code in enumerate(OPTIONS * 2)]
    projects = ", ".join(f"p{at}: {{label: P{at}, cost: {cost}}}" for at, (_code, cost) in enumerate(costs))
    baskets = _file(voters, lambda: tuple(f"p{at}" for at in sorted(dice.sample(range(20), 6))))
    budget = f"budget: q\n    limit: 15000\n    currency: EUR\n    projects: {{{projects}}}\n"
    yield _counted("equal shares", budget, baskets)


def _order(dice: random.Random) -> tuple[str, ...]:
    """A ranking with a taste: who likes the first ones likes them more or less in turn. Some stop early."""
    ranked = sorted(OPTIONS, key=lambda code: int(code[1:]) + dice.gauss(0, 4))
    return tuple(ranked[: dice.randrange(3, len(OPTIONS) + 1)])


def _options() -> str:
    return f"    options: {{{', '.join(f'{code}: Option {code}' for code in OPTIONS)}}}\n"


def _file(voters: int, value: Callable[[], Value]) -> list[Ballot]:
    return [Ballot(f"{at:032x}", "q", Answer(Given.ANSWER, value()), "w") for at in range(voters)]


def _counted(name: str, step: str, file: list[Ballot]) -> Counted:
    flow = _loaded(f"  - {step}    text: Alors ?\n    optional: true\n")
    began = time.perf_counter()
    read: Counter[object] = Counter()
    for ballot in file:
        value = ballot.answer.value
        read.update(value if isinstance(value, tuple) else ())
    floor = time.perf_counter() - began
    began = time.perf_counter()
    result = counts.count(flow, file, consultation="bench")
    seconds = time.perf_counter() - began
    outcome = result.questions[0].outcome
    assert outcome is not None
    assert outcome.voters == len(file)
    return Counted(name=name, seconds=seconds, floor=floor)


def _loaded(steps: str) -> Flow:
    source = _source(steps)
    loaded = load_text(source, "bench")
    assert loaded.flow is not None, loaded.mistakes
    return loaded.flow


def _source(steps: str) -> str:
    head = "palabre: 1\nid: carte\nlang: fr\ntitle: Une mesure\nresults: live\nsecrecy: open\n"
    return f"{head}steps:\n{steps}  - end: merci\n    text: Merci !\n"


# --- A card ----------------------------------------------------------------------------------------------------------

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
GROUP = Place("telegram", "-100")
DAYS = ("mardi", "jeudi", "samedi")
DATES = ", ".join(f"{day}: {day}" for day in DAYS)
CARD = f"  - vote: q\n    text: Quel jour ?\n    optional: true\n    options: {{{DATES}}}\n"
PER_BATCH = 100
"""How many presses one answer of Telegram holds at most; half of them by people who have voted before."""
SEEDED_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Alive:
    """A card with `on_file` ballots: presses a second, processor time of each, milliseconds to draw it."""

    on_file: int
    per_second: float
    cpu_us: float
    draw_ms: float


def measure_card(on_file: int, presses: int, draws: int = 100) -> Alive:
    """Presses on the card of a poll in which `on_file` people have voted."""
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/bench.db")
        migrate.upgrade(database)
        road = Road(database, Rules(), lambda: START)
        flow = _hung(road)
        _seed(road, flow, on_file)
        per_second, cpu_us = _pressed(road, on_file, presses)
        draw_ms = asyncio.run(_drawn(road, draws)) * 1000
        with database.transaction() as connection:
            kept = ballots.counters(connection, flow.id)["q"]
            assert kept["n:answered"] == ballots.voters(connection, flow.id), "the tally and the ballots differ"
        database.close()
        return Alive(on_file=on_file, per_second=per_second, cpu_us=cpu_us, draw_ms=draw_ms)


def _hung(road: Road) -> Flow:
    """An open poll, its card hung in a group."""
    source, flow = _source(CARD), _loaded(CARD)
    with road.database.transaction() as connection:
        scene = road.scene(connection)
        asked = Publication(flow=flow, source=source, who="bench", places=(str(GROUP),), at_once=True)
        publish(scene, asked, "fr")
        scene.flush()
        cards.hang(connection, [{"of": flow.id, "at": str(GROUP), "new_ref": "1"}])
    while road.think().events:
        pass
    return flow


def _seed(road: Road, flow: Flow, voters: int) -> None:
    """Everything that `voters` people leave behind who have each pressed once."""
    raw = _raw(road.database)
    (usual,) = raw.execute("PRAGMA cache_size").fetchone()
    raw.execute("PRAGMA cache_size = -1000000")
    raw.execute("PRAGMA synchronous = off")
    with road.database.transaction() as connection:
        run = consultations.get(connection, flow.id)
        assert run is not None
        assert run.key is not None
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = on")
        for first in range(0, voters, SEEDED_AT_ONCE):
            some = range(first, min(voters, first + SEEDED_AT_ONCE))
            _seed_some(connection, flow, run.key, some, (1 << 62) // voters)
        kept = {("carte", "q", "n:answered"): voters}
        kept |= {("carte", "q", f"c:{day}"): len(range(at, voters, 3)) for at, day in enumerate(DAYS)}
        ballots.count(connection, kept)
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.execute(f"PRAGMA synchronous = {PRAGMAS['synchronous']}")
    raw.execute(f"PRAGMA cache_size = {usual}")
    raw.execute("PRAGMA shrink_memory")


def _raw(database: Database) -> Any:
    with database.transaction() as connection:
        return connection.connection.dbapi_connection


def _seed_some(connection: Connection, flow: Flow, key: bytes, people: range, apart: int) -> None:
    """`apart` lies between the numbers of one participant and the next, so that newcomers come to lie among them."""
    state = {
        day: orjson.dumps(
            Session(
                id="0", flow=flow.version, lang="fr", stage=Stage.SENT, answers={"q": Answer(Given.ANSWER, day)}
            ).to_json()
        ).decode()
        for day in DAYS
    }
    rows: dict[str, list[tuple[object, ...]]] = {table: [] for table in _SEEDS}
    for at in people:
        id, day, person = at * apart, DAYS[at % 3], str(at + 1)
        lane = f"{GROUP}|{person}"
        rows["participants"].append((id, "fr", 0))
        rows["identities"].append((f"telegram:{person}", id))
        rows["conversations"].append((lane, str(GROUP), id, 1, 0))
        rows["sessions"].append((id, id, flow.id, flow.version, "", "", state[day], "sent", 1, 0))
        rows["ballots"].append((flow.id, ballots.token(key, id), "q", f'["answer","{day}"]', flow.asks[0].wording))
    for table, columns in _SEEDS.items():
        places = ", ".join("?" * len(columns.split()))
        sql = f"INSERT INTO {table} ({', '.join(columns.split())}) VALUES ({places})"
        connection.exec_driver_sql(sql, rows[table])


_SEEDS = {
    "participants": "id lang since_ms",
    "identities": "identity participant",
    "conversations": "lane place participant reachable private",
    "sessions": "id participant consultation version lane place state stage seq last_ms",
    "ballots": "consultation token question answer wording",
}


def _pressed(road: Road, on_file: int, presses: int) -> tuple[float, float]:
    """Presses a second, and microseconds of processor time for each. The first batches, which read what later ones
    find in memory, are not counted."""
    dice = random.Random(2)
    newcomer, spent, worked, counted = on_file, 0.0, 0.0, 0
    for number in range(-3, presses // PER_BATCH):
        known = dice.sample(range(on_file), PER_BATCH // 2)
        people = [*known, *range(newcomer, newcomer + PER_BATCH // 2)]
        newcomer += PER_BATCH // 2
        at = START + timedelta(seconds=number)
        items = tuple(_press(person, number, at, dice.randrange(3)) for person in people)
        began, processor = time.perf_counter(), time.process_time()
        thought = road.turn([("telegram", Batch(cursor=str(number), items=items))])
        while thought.events:
            thought = road.think()
        if number >= 0:
            spent += time.perf_counter() - began
            worked += time.process_time() - processor
            counted += len(items)
    return counted / spent, worked / counted * 1_000_000


def _press(at: int, number: int, when: datetime, choice: int) -> Inbound:
    person = str(at + 1)
    event = Pressed(at=when, data=card("carte", str(choice)), message="1")
    return Inbound(key=f"{number}.{person}", place=GROUP, person=person, event=event, private=False)


async def _drawn(road: Road, times: int) -> float:
    """Seconds that it takes to draw the card: the median of so many times."""
    showing = Showing(road, StorageThread(road.database))
    spent = []
    for _ in range(times):
        began = time.perf_counter()
        await showing.card("carte", "fr", GROUP)
        spent.append(time.perf_counter() - began)
    return statistics.median(spent)
