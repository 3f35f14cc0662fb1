"""What leaves: an answer to a press by webhook, a broadcast at the platform's pace, a bad day.

The one rule: the emulator keeps the limits and the faults, not the bot; what it refused with 429 is counted by it.
"""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot.bench.road import flow_text
from bot.bench.telegram import PATIENCE, ask, crowd, emulator, processing, processor

ORGANISER = 9
CALL = 0.05
"""Seconds that each call of the Bot API takes."""
ALLOWED = 30.0
"""Messages a second. https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this"""
THINK = 6.0
"""Seconds between two presses of one person, so that the limit of a single chat (5 messages in 5 s) stays away."""
KINDS = ("bad_gateway", "later", "lost")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """Presses at a steady rate: milliseconds until the waiting sign stops, and until the message changes."""

    per_second: float
    answer_p50_ms: float
    answer_p95_ms: float
    edit_p50_ms: float
    edit_p95_ms: float
    cpu_ms: float


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Faulty:
    """The same crowd on a good and on a bad day: presses a second, and whether every vote counted once."""

    good: float
    bad: float
    met: int
    exact: bool


class Bot:
    """A Palabre in a folder of its own, in front of an emulator."""

    def __init__(self, folder: str, url: str, token: str, questions: int, **settings: str) -> None:
        self.folder, self.url = folder, url
        (Path(folder) / "bench.yaml").write_text(flow_text(questions))
        self.environment = {
            **os.environ,
            "PALABRE_TELEGRAM__TOKEN": token,
            "PALABRE_TELEGRAM__BASE_URL": url,
            "PALABRE_WEB__ENABLED": "false",
            "PALABRE_OWNERS": f"telegram:{ORGANISER}",
            "PALABRE_QUIET": "23:58-23:59",
            "PALABRE_LOG": "ERROR",
            **{f"PALABRE_{name}": value for name, value in settings.items()},
        }
        self.command = [sys.executable, "-m", "bot.cli"]
        publish = [*self.command, "publish", "bench.yaml", "--open", "now"]
        subprocess.run(publish, cwd=folder, env=self.environment, check=True, stdout=subprocess.DEVNULL)

    def running(self, **settings: str) -> Any:
        more = {f"PALABRE_{name}": value for name, value in settings.items()}
        return processing([*self.command, "run"], self.folder, self.environment | more)

    def one(self, query: str) -> Any:
        with sqlite3.connect(f"file:{self.folder}/palabre.db?mode=ro", uri=True, timeout=30) as connection:
            row = connection.execute(query).fetchone()
        return row[0] if row else None

    def until(self, query: str, wanted: object) -> None:
        end = time.monotonic() + PATIENCE
        while self.one(query) != wanted:
            if time.monotonic() > end:
                raise RuntimeError(f"still not {wanted}: {query}")
            time.sleep(0.1)


def _port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def measure_webhook(rate: float, seconds: float) -> Answered:
    """Presses at `rate` a second for so many seconds, pushed to the bot; each call of the Bot API takes 50 ms."""
    people, presses = 60, max(3, round(rate * seconds / 60))
    with TemporaryDirectory() as folder, emulator() as (url, token):
        port = _port()
        bot = Bot(
            folder,
            url,
            token,
            presses,
            TELEGRAM__MODE="webhook",
            TELEGRAM__WEBHOOK_URL=f"http://127.0.0.1:{port}/telegram/in",
            TELEGRAM__RATE_LIMITS="false",
            WEB__ENABLED="true",
            WEB__LISTEN=f"127.0.0.1:{port}",
        )
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


def measure_faults(people: int, questions: int) -> Faulty:
    """A crowd in good weather; then as many others, while one press in five happens twice and of all calls 2 % each
    end in 502, in 429 and in a lost answer."""
    with TemporaryDirectory() as folder, emulator() as (url, token):
        bot = Bot(folder, url, token, questions, TELEGRAM__RATE_LIMITS="false")
        with bot.running():
            crowd(url, people=1, presses=1, first=900_000)
            good = crowd(url, people=people, presses=questions, first=1_000_000, think=0.5)
            for kind in KINDS:
                ask(url, {"do": "fault", "method": "*", "kind": kind, "times": -1, "seconds": 1, "rate": 0.02})
            bad = crowd(url, people=people, presses=questions, first=2_000_000, think=0.5, twice=0.2)
            met = sum(ask(url, {"do": "status"})["faults"].values())
            ask(url, {"do": "calm"})
            ballots = bot.one("SELECT count(*) FROM ballots")
            counted = bot.one("SELECT sum(n) FROM tallies WHERE code = 'n:answered'")
    wanted = 2 * people * questions + 1
    return Faulty(
        good=good["presses"] / good["seconds"],
        bad=bad["presses"] / bad["seconds"],
        met=met,
        exact=ballots == counted == wanted,
    )
