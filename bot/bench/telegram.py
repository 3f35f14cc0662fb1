"""A crowd through Telegram, polled: people who press as soon as they are answered, then others at half that pace.

The one rule: Palabre and the stock bot meet the same crowd, on the same emulator, in the same run. Palabre does more
for each press (it edits the answered question, then asks the next one); that is not taken off.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryDirectory

from bot.bench.figure import Figure, Found, Size
from bot.bench.service import Bot, clean_environment, crowd, emulator, memory, processing, processor

GROUP = "telegram"
PEOPLE = 50
QUESTIONS = 12
PERCENTILES = (50, 95, 99)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a crowd lived through: presses a second, milliseconds until the reply, the bot's memory and processor."""

    per_second: float
    p50_ms: float
    p95_ms: float
    memory_mb: float
    cpu_ms: float
    """Processor time of the bot for each press."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paced:
    """A crowd at a steady pace: presses a second, milliseconds until the waiting sign stops and until the reply."""

    per_second: float
    answer_ms: dict[str, float]
    reply_ms: dict[str, float]


def figures(size: Size) -> Iterator[Found]:
    ours, stocks = [], []
    for _ in range(size.rounds):
        with palabre(TELEGRAM__RATE_LIMITS="false") as (url, pid):
            ours.append(throughput(url, pid, 10 // size.share))
        with stock() as (url, pid):
            stocks.append(throughput(url, pid, 1))
    own, bare = middle(ours), middle(stocks)
    yield from beside(GROUP, "by polling", own, bare)
    with palabre(TELEGRAM__RATE_LIMITS="false") as (url, _pid):
        paced = at_pace(url, own.per_second / 2, size)
    with stock() as (url, _pid):
        floor = at_pace(url, bare.per_second / 2, size)
    for percent in PERCENTILES:
        yield Figure(
            group=GROUP,
            name=f"reply at half load, p{percent}",
            value=paced.reply_ms[f"p{percent}"],
            unit="ms",
            floor=floor.reply_ms[f"p{percent}"],
            note=f"at {paced.per_second:.0f} presses/s; the floor at {floor.per_second:.0f}, half of what it can do",
        )


def beside(group: str, how: str, own: Run, bare: Run) -> Iterator[Figure]:
    """A whole run beside that of the stock bot."""
    rows = (
        (f"presses {how}", own.per_second, "presses/s", bare.per_second),
        ("reply at full load, p50", own.p50_ms, "ms", bare.p50_ms),
        ("reply at full load, p95", own.p95_ms, "ms", bare.p95_ms),
        ("processor time", own.cpu_ms, "ms/press", bare.cpu_ms),
        ("resident memory", own.memory_mb, "MB", bare.memory_mb),
    )
    for name, value, unit, floor in rows:
        yield Figure(group=group, name=name, value=value, unit=unit, floor=floor)


def middle(runs: list[Run]) -> Run:
    return sorted(runs, key=lambda run: run.per_second)[len(runs) // 2]


@contextmanager
def palabre(program: str | None = None, **settings: str) -> Iterator[tuple[str, int]]:
    """A Palabre with an open consultation before an emulator: (address of the emulator, process id of the bot)."""
    with TemporaryDirectory() as folder, emulator() as (url, token):
        bot = Bot(folder, url, token, QUESTIONS)
        with bot.running(program, **settings) as process:
            yield url, process.pid


@contextmanager
def stock() -> Iterator[tuple[str, int]]:
    """python-telegram-bot as it comes, before an emulator of its own."""
    with TemporaryDirectory() as folder, emulator() as (url, token):
        command = [sys.executable, "-m", "adapters.telegram.stock", url, token, f"{folder}/votes.db"]
        with processing(command, folder, clean_environment()) as process:
            yield url, process.pid


def throughput(url: str, pid: int, crowds: int, people: int = PEOPLE) -> Run:
    """Crowds who press as soon as they are answered, one after the other."""
    crowd(url, people=1, presses=1, first=900_000)
    before = processor(pid)
    found = [
        crowd(url, people=people, presses=QUESTIONS, first=1_000_000 + people * number) for number in range(crowds)
    ]
    spent = processor(pid) - before
    done = sum(figures["presses"] for figures in found)
    middle = sorted(found, key=lambda figures: float(figures["presses_per_second"]))[crowds // 2]
    return Run(
        per_second=done / sum(figures["seconds"] for figures in found),
        p50_ms=middle["reply_ms"]["p50"],
        p95_ms=middle["reply_ms"]["p95"],
        memory_mb=memory(pid),
        cpu_ms=spent * 1000 / done,
    )


def at_pace(url: str, rate: float, size: Size) -> Paced:
    """As many people as presses a second, each pressing about once a second."""
    crowd(url, people=1, presses=1, first=900_000)
    presses = QUESTIONS if size.share == 1 else 3
    found = crowd(url, people=max(1, round(rate)), presses=presses, first=2_000_000, think=1.0)
    return Paced(per_second=found["presses_per_second"], answer_ms=found["answer_ms"], reply_ms=found["reply_ms"])
