"""What one vote costs as a consultation grows: a poll in a group whose tally is alive.

The one rule: what grows is measured against what does not, in processor time, because other work on the machine does
not count there. Half of the presses come from people who have voted before.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from tempfile import TemporaryDirectory
from typing import Any

import orjson

from adapters.base import Batch, Inbound, Place
from bot.bench.counting import loaded, poll_text
from bot.bench.figure import Figure, Found, Size, at_most, median
from bot.office import Publication, publish
from bot.road import Road
from bot.scene import Rules
from bot.showing import Showing
from bot.thread import StorageThread
from flows.events import Pressed
from flows.flow import Flow
from flows.prompts import card
from flows.session import Answer, Given, Session, Stage
from storage import ballots, cards, consultations, migrate
from storage.database import PRAGMAS, Connection, Database

GROUP = "scale"
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
PLACE = Place("telegram", "-100")
DAYS = ("mardi", "jeudi", "samedi")
DATES = ", ".join(f"{day}: {day}" for day in DAYS)
CARD = f"  - vote: q\n    text: Quel jour ?\n    optional: true\n    options: {{{DATES}}}\n"
ON_FILE = (1_000, 10_000, 100_000, 1_000_000)
VOTES = 500
"""So many votes are one measurement; each is taken some times over, and the median counts."""
TIMES = 5
BY_HALVES = 50
"""How many people who have voted, and how many who have not, press in one batch."""
FEW = 10
FLAT = 1.2
DRAWS = 100
SEEDED_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Alive:
    """A card: presses a second, microseconds of processor time for each, milliseconds to draw it."""

    per_second: float
    cpu_us: float
    draw_ms: float


def figures(size: Size) -> Iterator[Found]:
    yield _pair(FEW, 10_000)
    first: Alive | None = None
    for on_file in ON_FILE:
        on_file //= size.share
        found = measure_card(on_file, BY_HALVES)
        first = first or found
        named, least = f"with {on_file:,} ballots on file", f"{ON_FILE[0] // size.share:,}"
        yield Figure(
            group=GROUP,
            name=f"a vote {named}",
            value=found.cpu_us,
            unit="us of processor",
            floor=first.cpu_us,
            reach=at_most(found.cpu_us / first.cpu_us, FLAT, f"flat: at most {FLAT} times that with {least}"),
            note=f"{found.per_second:,.0f} presses/s",
        )
        yield Figure(group=GROUP, name=f"the card drawn {named}", value=found.draw_ms, unit="ms", floor=first.draw_ms)


def _pair(few: int, many: int) -> Figure:
    """A poll of ten beside one of ten thousand, twenty presses a batch."""
    least, most = measure_card(few, few), measure_card(many, few)
    return Figure(
        group=GROUP,
        name=f"a vote with {many:,} votes in the poll, beside {few}",
        value=most.cpu_us,
        unit="us of processor",
        floor=least.cpu_us,
        reach=at_most(most.cpu_us / least.cpu_us, FLAT, f"at most {FLAT} times"),
        note=f"{2 * few} presses a batch",
    )


def measure_card(on_file: int, half: int) -> Alive:
    """Presses on the card of a poll in which `on_file` people have voted, `half` of them in each batch."""
    with filled(on_file) as (road, flow):
        spent = list(pressed(road, on_file, half))
        draw_ms = asyncio.run(_drawn(road)) * 1000
        with road.database.transaction() as connection:
            kept = ballots.counters(connection, flow.id)["q"]
            assert kept["n:answered"] == ballots.voters(connection, flow.id), "the tally and the ballots differ"
        return Alive(
            per_second=VOTES / median([wall for wall, _worked in spent]),
            cpu_us=median([worked for _wall, worked in spent]) / VOTES * 1_000_000,
            draw_ms=draw_ms,
        )


def pressed(road: Road, on_file: int, half: int, times: int = TIMES) -> Iterator[tuple[float, float]]:
    """Seconds by the clock and of the processor for each five hundred presses. The first, which read what later ones
    find in memory, are not counted."""
    dice, newcomer, number = random.Random(2), on_file, 0
    for time_ in range(-1, times):
        spent = worked = 0.0
        for _ in range(VOTES // (2 * half)):
            number += 1
            people = [*dice.sample(range(on_file), half), *range(newcomer, newcomer + half)]
            newcomer += half
            at = START + timedelta(seconds=number)
            items = tuple(_press(person, number, at, dice.randrange(3)) for person in people)
            began, processor = time.perf_counter(), time.process_time()
            thought = road.turn([("telegram", Batch(cursor=str(number), items=items))])
            while thought.events:
                thought = road.think()
            spent += time.perf_counter() - began
            worked += time.process_time() - processor
        if time_ >= 0:
            yield spent, worked


def _press(at: int, number: int, when: datetime, choice: int) -> Inbound:
    person = str(at + 1)
    event = Pressed(at=when, data=card("carte", str(choice)), message="1")
    return Inbound(key=f"{number}.{person}", place=PLACE, person=person, event=event, private=False)


async def _drawn(road: Road) -> float:
    """Seconds that it takes to draw the card: the median of some times."""
    showing, spent = Showing(road, StorageThread(road.database)), []
    for _ in range(DRAWS):
        began = time.perf_counter()
        await showing.card("carte", "fr", PLACE)
        spent.append(time.perf_counter() - began)
    return statistics.median(spent)


# --- What is on file -------------------------------------------------------------------------------------------------


@contextmanager
def filled(voters: int) -> Iterator[tuple[Road, Flow]]:
    """A road, and a poll in which so many people have voted."""
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/bench.db")
        migrate.upgrade(database)
        road = Road(database, Rules(), lambda: START)
        flow = _hung(road)
        _seed(road, flow, voters)
        yield road, flow
        database.close()


def _hung(road: Road) -> Flow:
    """An open poll, its card hung in a group."""
    source, flow = poll_text(CARD), loaded(poll_text(CARD))
    with road.database.transaction() as connection:
        scene = road.scene(connection)
        asked = Publication(flow=flow, source=source, who="bench", places=(str(PLACE),), at_once=True)
        publish(scene, asked, "fr")
        scene.flush()
        cards.hang(connection, [{"of": flow.id, "at": str(PLACE), "new_ref": "1"}])
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
        lane = f"{PLACE}|{person}"
        rows["participants"].append((id, "fr", 0))
        rows["identities"].append((f"telegram:{person}", id))
        rows["conversations"].append((lane, str(PLACE), id, 1, 0))
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
