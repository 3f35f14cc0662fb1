"""What an open session costs in memory.

The one rule: sessions live in the database, so the cost is the slope between few and many, not what the process weighs;
what grows with them (the database's page cache, up to 64 MB on SQLite) is part of it.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from tempfile import TemporaryDirectory

from bot.bench.figure import Figure, Found, Size
from bot.bench.service import Bot, clean_environment, crowd, emulator, memory

GROUP = "memory"
AT_ONCE = 1_000
MORE = 10
"""So many times as many people come afterwards."""
PER = 100_000
LIBRARIES = "sqlalchemy, telegram.ext"
"""What a bot of this kind imports at least."""
WEIGH = f"import {LIBRARIES}, re; print(re.search(r'VmRSS:\\s+(\\d+)', open('/proc/self/status').read())[1])"


def figures(size: Size) -> Iterator[Found]:
    people = AT_ONCE // size.share
    few, many = measure_sessions(people)
    grown = people * MORE
    yield Figure(
        group=GROUP,
        name=f"resident memory with {people:,} open sessions",
        value=few,
        unit="MB",
        floor=bare(),
        note=f"the floor is Python that has imported {LIBRARIES}",
    )
    yield Figure(group=GROUP, name=f"resident memory with {people + grown:,} open sessions", value=many, unit="MB")
    yield Figure(
        group=GROUP,
        name=f"more for {PER:,} open sessions",
        value=(many - few) * PER / grown,
        unit="MB",
        note="extrapolated by the slope between the two; SQLite's page cache ends at 64 MB, the slope does not",
    )


def measure_sessions(people: int) -> tuple[float, float]:
    """Megabytes with so many people who have answered one of two questions, and with eleven times as many."""
    with TemporaryDirectory() as folder, emulator() as (url, token):
        bot = Bot(folder, url, token, 2, TELEGRAM__RATE_LIMITS="false")
        with bot.running() as process:
            weights = []
            for number in range(MORE + 1):
                crowd(url, people=people, presses=1, first=1_000_000 + number * people)
                bot.until("SELECT count(*) FROM outbox WHERE state <> 'sent'", 0)
                weights.append(memory(process.pid))
            opened = bot.one("SELECT count(*) FROM sessions WHERE stage = 'active'")
            assert opened == people * (MORE + 1), f"{opened} sessions are open"
    return weights[0], weights[-1]


def bare() -> float:
    said = subprocess.run([sys.executable, "-c", WEIGH], env=clean_environment(), capture_output=True, check=True)
    return int(said.stdout) / 1000
