"""What Telegram pushes: as fast as it goes, at half that pace, and fifty presses a second with a slow Bot API.

The one rule: a press is answered in the answer to its push, after the commit; the watch of the emulator stops when that
answer has arrived.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from tempfile import TemporaryDirectory

from bot.bench import telegram
from bot.bench.figure import Figure, Found, Size, at_most
from bot.bench.service import Bot, ask, crowd, emulator, free_port, processor, pushed

GROUP = "webhook"
CALL = 0.05
"""Seconds that each call of the Bot API takes."""
RATE = 50
ANSWERED_MS = 15.0
EDITED_MS = 70.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """Presses at a steady rate: milliseconds until the waiting sign stops, and until the message changes."""

    per_second: float
    answer_p50_ms: float
    answer_p95_ms: float
    edit_p50_ms: float
    edit_p95_ms: float
    cpu_ms: float


def figures(size: Size) -> Iterator[Found]:
    ours, stocks = [], []
    for _ in range(size.rounds):
        with telegram.palabre(**pushed(free_port())) as (url, pid):
            ours.append(telegram.throughput(url, pid, 10 // size.share))
        with telegram.stock() as (url, pid):
            stocks.append(telegram.throughput(url, pid, 1))
    own = telegram.middle(ours)
    yield from telegram.beside(GROUP, "by webhook", own, telegram.middle(stocks))
    with telegram.palabre(**pushed(free_port())) as (url, _pid):
        paced = telegram.at_pace(url, own.per_second / 2, size)
    for what, spent in (("answered", paced.answer_ms), ("replied to", paced.reply_ms)):
        for percent in telegram.PERCENTILES:
            yield Figure(
                group=GROUP,
                name=f"press {what} at half load, p{percent}",
                value=spent[f"p{percent}"],
                unit="ms",
                note=f"at {paced.per_second:.0f} presses/s",
            )
    yield from _slow_api(measure_webhook(RATE, 40 // size.share))


def _slow_api(found: Answered) -> Iterator[Figure]:
    note = f"at {found.per_second:.0f} presses/s, each call of the Bot API takes {CALL * 1000:.0f} ms"
    rows = (
        ("answered", "p50", found.answer_p50_ms, None),
        ("answered", "p95", found.answer_p95_ms, ANSWERED_MS),
        ("message changed", "p50", found.edit_p50_ms, None),
        ("message changed", "p95", found.edit_p95_ms, EDITED_MS),
    )
    for what, percentile, value, limit in rows:
        reach = at_most(value, limit, f"at most {limit:.0f} ms") if limit is not None else None
        yield Figure(
            group=GROUP, name=f"slow Bot API: {what}, {percentile}", value=value, unit="ms", reach=reach, note=note
        )
    yield Figure(group=GROUP, name="slow Bot API: processor time", value=found.cpu_ms, unit="ms/press", note=note)


def measure_webhook(rate: float, seconds: float) -> Answered:
    """Presses at `rate` a second for so many seconds, pushed to the bot; each call of the Bot API takes 50 ms."""
    people, presses = 60, max(3, round(rate * seconds / 60))
    with TemporaryDirectory() as folder, emulator() as (url, token):
        bot = Bot(folder, url, token, presses, **pushed(free_port()))
        with bot.running() as process:
            crowd(url, people=1, presses=1, first=900_000)
            ask(url, {"do": "fault", "method": "*", "kind": "slow", "times": -1, "seconds": CALL})
            before = processor(process.pid)
            found = crowd(url, people=people, presses=presses, first=1_000_000, think=people / rate - 2 * CALL)
            spent = processor(process.pid) - before
    return Answered(
        per_second=found["presses_per_second"],
        answer_p50_ms=found["answer_ms"]["p50"],
        answer_p95_ms=found["answer_ms"]["p95"],
        edit_p50_ms=found["reply_ms"]["p50"],
        edit_p95_ms=found["reply_ms"]["p95"],
        cpu_ms=spent * 1000 / found["presses"],
    )
