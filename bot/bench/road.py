"""The road alone: events in, letters out, committed, without any messenger.

The one rule: whatever stands beside it writes the same tables with the same durability (`synchronous=FULL`, `fsync`
on), in the same run. The first floor is the database's own driver writing the same rows in the same batches; the second
the same with one transaction an event, as any bot that commits each of them.
"""

from __future__ import annotations

import cProfile
import pstats
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.bench import crew, floor, machine, postgres, walking
from bot.bench.figure import Figure, Found, LeftOut, Size, at_least, median
from bot.bench.postgres import NoServer, Server
from bot.upkeep import calm_collector
from storage import ballots

GROUP = "road"
QUESTIONS = 12
ANSWERED = 5
"""So many of them are answered on PostgreSQL."""
TIMES = 2.5
"""As many times as long as the raw database may the road take."""
WORKERS = (1, 2, 4)
SCALED = 0.9
"""What share of the cores that one worker leaves free four must make use of."""


def figures(size: Size) -> Iterator[Found]:
    citizens = 1000 // size.share
    with TemporaryDirectory() as folder:
        taken = floor.record(Path(folder), citizens, QUESTIONS)
        yield from _on_sqlite(size, taken)
        try:
            with postgres.started() as server:
                yield from _on_postgres(size, taken, server)
        except NoServer as missing:
            yield LeftOut(group=GROUP, sentence=str(missing))


def _on_sqlite(size: Size, taken: floor.Recording) -> Iterator[Found]:
    roads, floors, bares = [], [], []
    with TemporaryDirectory() as folder:
        singly = floor.record(Path(folder), 400 // size.share, QUESTIONS // 2, at_once=1)
        for _ in range(size.rounds):
            roads.append(measure_road(1000 // size.share, QUESTIONS))
            floors.append(floor.on_sqlite(taken))
            bares.append(floor.on_sqlite(singly))
    own, raw, bare = median(roads), median(floors), median(bares)
    yield _beside_raw("road on SQLite, beside the same rows by plain sqlite3", own, raw)
    yield Figure(
        group=GROUP,
        name="road on SQLite, beside one transaction an event",
        value=own,
        unit="events/s",
        floor=bare,
        note="the floor is plain sqlite3, which thinks nothing",
    )


def _beside_raw(name: str, own: float, raw: float) -> Figure:
    reach = at_least(own, raw / TIMES, f"floor within {TIMES} times")
    return Figure(
        group=GROUP,
        name=name,
        value=own,
        unit="events/s",
        floor=raw,
        reach=reach,
        note=f"the raw database is {raw / own:.1f} times as fast",
    )


def _on_postgres(size: Size, taken: floor.Recording, server: Server) -> Iterator[Found]:
    """Each round has a fresh copy of the same database."""
    before = server.new()
    crew.fill(server.url_of(before), taken.before)
    raws: list[float] = []
    rates: dict[int, list[crew.Rate]] = {workers: [] for workers in WORKERS}
    for _ in range(size.rounds):
        name = server.new(of=before)
        raws.append(floor.on_postgres(taken, server.url_of(name)))
        server.drop(name)
        for workers in WORKERS:
            name = server.new(of=before)
            rates[workers].append(crew.measure_crew(server.url_of(name), workers, ANSWERED))
            server.drop(name)
    raw = median(raws)
    middle = {
        workers: sorted(found, key=lambda rate: rate.per_second)[size.rounds // 2] for workers, found in rates.items()
    }
    for workers in WORKERS:
        own = middle[workers].per_second
        named = f"road on PostgreSQL, {workers} {'worker' if workers == 1 else 'workers'}"
        if workers == 1:
            yield _beside_raw(f"{named}, beside the same rows by plain psycopg", own, raw)
        else:
            yield Figure(group=GROUP, name=named, value=own, unit="events/s", floor=raw, note="the same floor")
    yield _scaled(middle[WORKERS[0]], middle[WORKERS[-1]])


def _scaled(one: crew.Rate, most: crew.Rate) -> Figure:
    """Four workers beside one; the cores that one keeps busy, its server included, are not free for the others."""
    cores = machine.cores()
    possible = max(1.0, cores / one.busy) if one.busy else float(cores)
    ratio = most.per_second / one.per_second
    return Figure(
        group=GROUP,
        name=f"{WORKERS[-1]} workers on PostgreSQL, beside 1",
        value=most.per_second,
        unit="events/s",
        floor=one.per_second,
        reach=at_least(ratio, SCALED * possible, f"{SCALED:.0%} of {possible:.2f} times"),
        note=f"one worker and its server keep {one.busy:.1f} of {cores} cores busy, {WORKERS[-1]} keep {most.busy:.1f}",
    )


def measure_road(citizens: int, questions: int) -> float:
    """`citizens` people answer `questions` questions each, all at once, as fast as the road goes: events a second. The
    first question, with which the statements are prepared, is not counted."""
    with TemporaryDirectory() as folder:
        road, _flow = walking.make_road(folder, questions)
        spent, events = 0.0, 0
        items = walking.openings(citizens)
        for round in range(questions + 1):
            seconds, thoughts = walking.timed(road, items)
            if round > 1:
                spent += seconds
                events += len(items)
            items = walking.answers(thoughts, round)
        with road.database.transaction() as connection:
            counted = len(ballots.all_of(connection, "mesure"))
        road.database.close()
        assert counted == citizens * questions, f"{counted} ballots of {citizens * questions}"
        return events / spent


def profile(size: Size) -> list[str]:
    """Where the road on SQLite spends its time: the ten functions with the most time of their own."""
    calm_collector()
    watch = cProfile.Profile()
    watch.enable()
    measure_road(1000 // size.share, QUESTIONS)
    watch.disable()
    found = pstats.Stats(watch)
    rows = found.stats.items()  # type: ignore[attr-defined]
    whole = sum(own for _name, (_calls, _all, own, _with, _callers) in rows)
    slowest = sorted(rows, key=lambda row: -row[1][2])[:10]
    return [
        f"{own / whole:6.1%}  {own:6.2f} s  {calls:9,} calls  {Path(file).name}:{at} {name}"
        for (file, at, name), (_primitive, calls, own, _with, _callers) in slowest
    ]
