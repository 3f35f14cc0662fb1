"""A broadcast at the platform's pace, alone and while others press.

The one rule: the emulator keeps the limits, not the bot; what it refused with 429 is counted by it.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from tempfile import TemporaryDirectory

from bot.bench.figure import Figure, Found, Size, at_least, at_most
from bot.bench.service import ORGANISER, Bot, ask, crowd, emulator

GROUP = "broadcast"
ALLOWED = 30.0
"""Messages a second. https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this"""
SHARE = 0.94
"""A broadcast is paced at 95 % of what is allowed; what the watch makes of that lies a little to either side."""
TWICE = 2.0
THINK = 6.0
"""Seconds between two presses of one person, so that the limit of a single chat (5 messages in 5 s) stays away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A broadcast: people, messages a second, refusals for haste; and presses without and during one."""

    people: int
    per_second: float
    too_fast: int
    alone_p50_ms: float
    alone_p95_ms: float
    during_p50_ms: float
    during_p95_ms: float
    all_per_second: float


def figures(size: Size) -> Iterator[Found]:
    sent = measure_broadcast(1_200 // size.share)
    yield Figure(
        group=GROUP,
        name=f"to {sent.people:,} people",
        value=sent.per_second,
        unit="messages/s",
        floor=ALLOWED,
        reach=at_least(sent.per_second / ALLOWED, SHARE, f"at least {SHARE:.0%} (paced at 95%)"),
        note=f"the floor is what is allowed; with presses {sent.all_per_second:.1f} messages/s",
    )
    yield Figure(
        group=GROUP,
        name="refused with 429",
        value=sent.too_fast,
        unit="calls",
        reach=at_most(sent.too_fast, 0, "none"),
    )
    rows = (("p50", sent.during_p50_ms, sent.alone_p50_ms), ("p95", sent.during_p95_ms, sent.alone_p95_ms))
    for percentile, during, alone in rows:
        yield Figure(
            group=GROUP,
            name=f"press meanwhile, {percentile}",
            value=during,
            unit="ms",
            floor=alone,
            reach=at_most(during, TWICE * alone, "at most twice as slow"),
            note="the floor is without a broadcast",
        )


def measure_broadcast(people: int) -> Sent:
    """A reminder to so many people within the limits, alone, then with others who press meanwhile."""
    with TemporaryDirectory() as folder, emulator() as (url, token):
        bot = Bot(folder, url, token, 8)
        with bot.running(TELEGRAM__RATE_LIMITS="false"):
            crowd(url, people=people, presses=1, first=1_000_000)
            bot.until("SELECT count(*) FROM outbox WHERE state <> 'sent'", 0)
            ask(url, {"do": "say", "id": ORGANISER, "text": "/help", "lang": "en"})
        ask(url, {"do": "limits", "on": True})
        with bot.running():
            time.sleep(2)
            few = {"people": 18, "presses": max(2, round(people / ALLOWED / THINK * 0.7)), "think": THINK}
            alone = crowd(url, first=2_000_000, **few)
            time.sleep(2)
            ask(url, {"do": "say", "id": ORGANISER, "text": "/remind mesure unfinished yes", "lang": "en"})
            per_second = _rate(url, people)
            bot.until("SELECT state FROM mailings WHERE id = 1", "done")
            with sqlite3.connect(f"{folder}/palabre.db", timeout=30) as connection:
                connection.execute("UPDATE consultations SET reminded_ms = NULL")
            ask(url, {"do": "say", "id": ORGANISER, "text": "/remind mesure unfinished yes", "lang": "en"})
            time.sleep(2)
            before, began = _calls(url), time.monotonic()
            during = crowd(url, first=3_000_000, **few)
            whole = (_calls(url) - before) / (time.monotonic() - began)
            too_fast = ask(url, {"do": "status"})["too_fast"]
    return Sent(
        people=people,
        per_second=per_second,
        too_fast=too_fast,
        alone_p50_ms=alone["reply_ms"]["p50"],
        alone_p95_ms=alone["reply_ms"]["p95"],
        during_p50_ms=during["reply_ms"]["p50"],
        during_p95_ms=during["reply_ms"]["p95"],
        all_per_second=whole,
    )


def _calls(url: str) -> int:
    """How many messages were sent or changed so far."""
    calls = ask(url, {"do": "status"})["calls"]
    return sum(calls.get(method, 0) for method in ("sendmessage", "editmessagetext"))


def _rate(url: str, people: int) -> float:
    """Messages a second in the middle of a broadcast to `people`."""
    start = _calls(url)
    marks: list[tuple[float, int]] = []
    end = time.monotonic() + people / ALLOWED * 2 + 20
    while time.monotonic() < end and (not marks or marks[-1][1] < people * 0.9):
        time.sleep(0.05)
        done = _calls(url) - start
        if done > people * 0.1:
            marks.append((time.monotonic(), done))
    (first, some), (last, many) = marks[0], marks[-1]
    return (many - some) / (last - first)
