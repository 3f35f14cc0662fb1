"""Throughput on a slow disk beside a fast one, with enough events waiting.

The one rule: nothing differs but the flush. Events wait from the beginning, so that whoever commits has as many of them
to commit as one transaction may take.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.bench import crew, floor, postgres, telegram, walking
from bot.bench.figure import Figure, Found, LeftOut, Size, at_least, median
from bot.bench.postgres import NoServer, Server
from bot.bench.service import free_port, pushed
from bot.bench.slowdisk import SETTING, SlowDisk
from bot.road import LANES

GROUP = "disk"
FAST, SLOW = 0.0001, 0.003
SHARE = 0.9
CITIZENS = 1024
QUESTIONS = 6
PEOPLE = 200
WORKERS = 4


def figures(size: Size) -> Iterator[Found]:
    yield from _road(size)
    yield _beside("presses by webhook", "presses/s", size, lambda flush: _service(flush, size))
    try:
        with postgres.started() as server:
            yield from _on_postgres(size, server)
    except NoServer as missing:
        yield LeftOut(group=GROUP, sentence=str(missing))


def _beside(name: str, unit: str, size: Size, measure: Callable[[float], float], note: str = "") -> Figure:
    """What `measure` finds with a slow flush, beside what it finds with a fast one; in turn."""
    slow, fast = [], []
    for _ in range(size.rounds):
        fast.append(measure(FAST))
        slow.append(measure(SLOW))
    value, base = median(slow), median(fast)
    return Figure(
        group=GROUP,
        name=f"{name}, flush of {SLOW * 1000:.0f} ms beside {FAST * 1000:.1f} ms",
        value=value,
        unit=unit,
        floor=base,
        reach=at_least(value / base, SHARE, f"at least {SHARE:.0%}"),
        note=note,
    )


# --- On SQLite -------------------------------------------------------------------------------------------------------


def _road(size: Size) -> Iterator[Figure]:
    slept: dict[float, list[float]] = {FAST: [], SLOW: []}

    def measure(flush: float) -> float:
        rate, each = measure_road(flush, CITIZENS // size.share)
        slept[flush].append(each * 1000)
        return rate

    found = _beside("road on SQLite", "events/s", size, measure)
    note = f"{LANES} events a commit; the sleeps took {median(slept[SLOW]):.2f} and {median(slept[FAST]):.2f} ms"
    yield Figure(
        group=found.group,
        name=found.name,
        value=found.value,
        unit=found.unit,
        floor=found.floor,
        reach=found.reach,
        note=note,
    )


def measure_road(flush: float, citizens: int) -> tuple[float, float]:
    """Events a second, and how long one flush really took. The first question is not counted: with it statements are
    prepared."""
    with TemporaryDirectory() as folder:
        walking.make_road(folder, QUESTIONS)[0].database.close()
        database = SlowDisk(f"sqlite:///{folder}/bench.db", flush)
        road, spent, events = walking.road_on(database), 0.0, 0
        items = walking.openings(citizens)
        for round in range(QUESTIONS + 1):
            seconds, thoughts = walking.timed(road, items, LANES)
            if round > 1:
                spent += seconds
                events += len(items)
            items = walking.answers(thoughts, round)
        each = database.waited / database.flushes
        database.close()
    return events / spent, each


def _service(flush: float, size: Size) -> float:
    settings = pushed(free_port()) | {SETTING.removeprefix("PALABRE_"): str(flush)}
    with telegram.palabre("bot.bench.slowdisk", **settings) as (url, pid):
        return telegram.throughput(url, pid, max(1, 2 // size.share), PEOPLE // size.share).per_second


# --- On PostgreSQL ---------------------------------------------------------------------------------------------------


def _on_postgres(size: Size, server: Server) -> Iterator[Figure]:
    with TemporaryDirectory() as folder:
        taken = floor.record(Path(folder), CITIZENS // size.share, QUESTIONS)
        before = server.new()
        crew.fill(server.url_of(before), taken.before)

    def measure(flush: float) -> float:
        name = server.new(of=before)
        server.delay_commits(name, flush)
        try:
            return crew.measure_crew(server.url_of(name), WORKERS, QUESTIONS).per_second
        finally:
            server.drop(name)

    note = "commit_delay with commit_siblings = 0, on top of the real flush"
    yield _beside(f"road on PostgreSQL, {WORKERS} workers", "events/s", size, measure, note)
