"""Measures as Prometheus reads them, checked by the rules of its text format, from a service that runs."""

from __future__ import annotations

import asyncio
import math
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from running import Town, until

from adapters.telegram_emulator import Emulator
from bot.metrics import Family, Histogram, by, exposition, gauge

FLOW = """\
palabre: 1
id: mobilite
lang: en
title: Getting around
steps:
  - ask: mode
    text: How do you come?
    one_of: {velo: By bike, bus: By bus}
  - end: thanks
    text: Thank you!
"""
_NAME = re.compile(r"palabre_[a-z][a-z0-9_]*")
_SAMPLE = re.compile(r"(?P<name>[a-z_]+)(?:\{(?P<labels>[^}]*)\})? (?P<value>\S+)")
_LABEL = re.compile(r'([a-z_]+)="((?:[^"\\\n]|\\["\\n])*)"')
_UNITS = ("_seconds", "_total", "_bytes", "_info")

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def parse(text: str) -> Samples:
    """https://prometheus.io/docs/instrumenting/exposition_formats/ with nothing forgiven."""
    assert text.endswith("\n")
    samples: Samples = {}
    kinds: dict[str, str] = {}
    about = ""
    for line in text.splitlines():
        if line.startswith("# HELP "):
            about, words = line.split(" ", 3)[2:]
            assert words.endswith("."), line
        elif line.startswith("# TYPE "):
            name, kind = line.split(" ")[2:]
            assert name == about, "HELP and TYPE go together"
            assert name not in kinds, f"{name} comes twice"
            assert _NAME.fullmatch(name), name
            assert (kind == "counter") == name.endswith("_total"), name
            kinds[name] = kind
        else:
            found = _SAMPLE.fullmatch(line)
            assert found, line
            base = found["name"]
            if kinds[about] == "histogram":
                base = re.sub(r"_(bucket|sum|count)$", "", base)
            assert base == about, f"{line} stands under {about}"
            labels = tuple(_LABEL.findall(found["labels"] or ""))
            assert ",".join(f'{name}="{value}"' for name, value in labels) == (found["labels"] or "")
            key = (found["name"], labels)
            assert key not in samples, line
            samples[key] = float(found["value"].replace("Inf", "inf"))
    for name, kind in kinds.items():
        if kind == "histogram":
            _check_histogram(name, samples)
    return samples


def _check_histogram(name: str, samples: Samples) -> None:
    buckets = [
        (float(dict(labels)["le"].replace("Inf", "inf")), n)
        for (of, labels), n in samples.items()
        if of == f"{name}_bucket"
    ]
    assert buckets == sorted(buckets), "each bucket holds those below it"
    assert buckets[-1] == (math.inf, samples[f"{name}_count", ()])
    assert (f"{name}_sum", ()) in samples


def test_what_is_written_can_be_read() -> None:
    took = Histogram("palabre_x_seconds", "How long.", (0.1, 1.0))
    for seconds in (0.05, 0.1, 0.5, 7.0):
        took.observe(seconds)
    odd = Family("palabre_odd", "gauge", "A \\ and a\nline.", (("", {"what": 'a"b\\c\nd'}, 1.5),))
    read = parse(
        exposition(
            [
                took.family(),
                odd,
                gauge("palabre_n", "A number.", 3),
                by("palabre_sends_total", "counter", "Sends.", "outcome", {}),
            ]
        )
    )
    buckets = [read["palabre_x_seconds_bucket", (("le", bound),)] for bound in ("0.1", "1", "+Inf")]
    assert (buckets, read["palabre_x_seconds_sum", ()]) == ([2, 3, 4], 7.65)
    assert read["palabre_odd", (("what", r"a\"b\\c\nd"),)] == 1.5


async def scraped(town: Town) -> Samples:
    async with aiohttp.ClientSession() as session, session.get(f"{town.url}/metrics") as answer:
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        return parse(await answer.text())


async def health(town: Town, path: str = "/health") -> tuple[int, dict[str, Any]]:
    async with aiohttp.ClientSession() as session, session.get(f"{town.url}{path}") as answer:
        return answer.status, await answer.json()


async def test_a_service_that_works_and_one_whose_database_is_locked(tmp_path: Path) -> None:
    async with Emulator() as telegram:
        town = Town(tmp_path, telegram=telegram, LOCALE="en")
        async with town:
            await town.publish(FLOW, "--open", "now", "--close", "2030-01-01T00:00")
            await town.start()
            telegram.citizen(1).say("/start mobilite")
            await until(lambda: town.value("SELECT count(*) FROM outbox WHERE state = 'sent'") >= 1)
            status, well = await health(town)
            assert (status, well["ok"], well["unreachable"], well["inbox_aside"]) == (200, True, [], 0)
            assert well["oldest_event_s"] < 60
            assert (await health(town, "/health/ready"))[0] == 200
            read = await scraped(town)
            assert read["palabre_events_total", ()] >= 1
            assert read["palabre_think_batch_seconds_count", ()] >= 1
            assert read["palabre_sends_total", (("outcome", "sent"),)] >= 1
            assert read["palabre_adapter_up", (("adapter", "telegram"),)] == 1
            assert read["palabre_adapter_circuit_open", (("adapter", "telegram"),)] == 0
            assert read["palabre_timers", ()] >= 1
            assert read["palabre_dead_letters", ()] == 0
            assert read["palabre_database_up", ()] == 1
            for name, _labels in read:
                assert name.endswith((*_UNITS, "_bucket", "_sum", "_count")) or "second" not in name, name
            with closing(sqlite3.connect(town.database, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                told = await until_status(town, 503)
                assert "locked" in told["trouble"] or "does not take" in told["trouble"]
                assert (await health(town, "/health/live"))[0] == 200, "it lives, and cannot work"
                other.execute("ROLLBACK")
            await until_status(town, 200)


async def until_status(town: Town, wanted: int) -> dict[str, Any]:
    async with asyncio.timeout(60):
        while True:
            status, told = await health(town)
            if status == wanted:
                return told
            await asyncio.sleep(0.2)


@pytest.mark.parametrize("path", ["/metrics", "/health", "/health/live"])
async def test_nothing_about_anybody_is_told(tmp_path: Path, path: str) -> None:
    async with Emulator() as telegram:
        town = Town(tmp_path, telegram=telegram, LOCALE="en")
        async with town:
            await town.publish(FLOW, "--open", "now")
            await town.start()
            telegram.citizen(123456789, name="Zénobie").say("/start mobilite")
            await until(lambda: town.value("SELECT count(*) FROM sessions") == 1)
            async with aiohttp.ClientSession() as session, session.get(f"{town.url}{path}") as answer:
                said = await answer.text()
    for mark in ("123456789", "Zénobie", "mobilite", telegram.token):
        assert mark not in said
