"""Pages, pushes and timers do not care which worker they meet, nor whether workers hear each other's hints."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from aiohttp import web
from running import PATIENCE, until
from walkers import FLOW, Square
from working import INSIST, Worker, Workers, close_and_compare, judge, quiet_port

from adapters.telegram_emulator import Emulator


class Page:
    """Somebody's web page whose every request reaches another worker."""

    def __init__(self, workers: list[Worker]) -> None:
        self.entries: list[dict[str, Any]] = []
        self.notes: list[dict[str, Any]] = []
        self._workers = workers
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self._number = 0

    async def open(self) -> asyncio.Task[None]:
        async with self._session.get(f"{self._workers[0].url}/") as answer:
            assert answer.status == 200
        return asyncio.create_task(self._follow(self._workers[1]))

    async def _follow(self, worker: Worker) -> None:
        timeout = aiohttp.ClientTimeout(total=None)
        async with self._session.get(f"{worker.url}/chat/stream?after=0", timeout=timeout) as stream:
            kind = ""
            async for line in stream.content:
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name == "event":
                    kind = value
                elif name == "data" and kind in ("entry", "note"):
                    (self.entries if kind == "entry" else self.notes).append(json.loads(value))

    async def post(self, path: str, **body: str) -> None:
        worker = self._workers[self._number % len(self._workers)]
        self._number += 1
        headers = {"X-Palabre": "1", "Sec-Fetch-Site": "same-origin", "Accept-Language": "fr"}
        wish = {"key": str(uuid4()), **body}
        async with self._session.post(worker.url + path, json=wish, headers=headers) as answer:
            assert answer.status == 200, await answer.text()

    def shows(self, text: str) -> bool:
        return any(text in json.dumps(entry, ensure_ascii=False) for entry in self.entries)

    def button(self, label: str) -> tuple[str, str] | None:
        """What a button carries, and the message it stands under."""
        for number, entry in reversed(list(enumerate(self.entries, start=1))):
            for face in (face for row in entry.get("rows", ()) for face in row):
                if face["label"] == label:
                    return face["data"], str(number)
        return None

    async def close(self) -> None:
        await self._session.close()


@pytest.mark.parametrize("hints", ["", "off"])
async def test_a_page_speaks_to_one_worker_and_is_answered_by_another(tmp_path: Path, postgresql, hints: str) -> None:
    async with Workers(tmp_path, postgresql, 3, DATABASE__HINTS=hints) as workers:
        await workers.publish(FLOW)
        await workers.start()
        await until(lambda: workers.holder("web"), "somebody writes to the pages")
        page = Page(workers.all)
        stream = await page.open()
        try:
            began = time.monotonic()
            await page.post("/chat/say", text="/start mobilite")
            found = await until(lambda: page.button("En bus"), "the question is shown")
            first = time.monotonic() - began
            await page.post("/chat/press", data=found[0], label="En bus", message=found[1])
            await until(lambda: page.shows("Qu'est-ce qui vous retient ?"), "the next one is shown")
            await page.post("/chat/say", text="1")
            await until(lambda: page.shows("Quelle note donnez-vous ?"), "the third one is shown")
            print(f"\nhints {hints or 'on'}: the first answer after {first:.2f} s")
            assert next(entry for entry in page.entries if entry["kind"] == "mine")["text"] == "/start mobilite"
        finally:
            stream.cancel()
            await asyncio.gather(stream, return_exceptions=True)
            await page.close()


@contextlib.asynccontextmanager
async def balancer(workers: list[Worker], port: int) -> AsyncIterator[list[int]]:
    """Hands each push to any worker that runs."""
    statuses: list[int] = []
    async with aiohttp.ClientSession() as session:

        async def forward(request: web.Request) -> web.Response:
            body, headers = await request.read(), {k: v for k, v in request.headers.items() if k.startswith("X-")}
            worker = random.choice([it for it in workers if it.pid])
            try:
                async with session.post(worker.url + request.path, data=body, headers=headers) as answer:
                    statuses.append(answer.status)
                    kept = {"Retry-After": answer.headers["Retry-After"]} if "Retry-After" in answer.headers else {}
                    return web.Response(
                        status=answer.status,
                        body=await answer.read(),
                        content_type=answer.content_type,
                        headers=kept,
                    )
            except (aiohttp.ClientError, OSError):
                return web.Response(status=502)

        app = web.Application()
        app.router.add_post("/pushed", forward)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        try:
            yield statuses
        finally:
            await runner.cleanup()


async def test_telegram_pushes_to_any_worker_while_one_dies(tmp_path: Path, postgresql) -> None:
    port = quiet_port()
    settings = {"TELEGRAM__MODE": "webhook", "TELEGRAM__WEBHOOK_URL": f"http://127.0.0.1:{port}/pushed"}
    async with Emulator() as telegram, Workers(tmp_path, postgresql, 3, telegram=telegram, **settings) as workers:
        telegram.pusher.retry_unit = 0.05
        await workers.publish(FLOW)
        square = Square(telegram, at_once=12, seed=9, hurry=0.2)
        async with balancer(workers.all, port) as statuses:
            await workers.start()
            await until(lambda: telegram.pusher.url, "Telegram knows where to push")
            square.begin()
            await until(lambda: len(square.walkers) > 25, "people come by", seconds=2 * PATIENCE)
            holder = await until(lambda: workers.holder("telegram"), "somebody writes to Telegram")
            await workers.kill(holder)
            seen = len(square.walkers)
            await until(lambda: len(square.walkers) > seen + 15, "people go on", seconds=2 * PATIENCE)
            await square.finish(patience=INSIST, seconds=2 * PATIENCE)
            await judge(workers, square)
            await close_and_compare(workers, square)
            assert statuses.count(403) == 0


TIMED = """
palabre: 1
id: rappels
lang: fr
title: Rappels
steps:
  - ask: oui
    text: Êtes-vous là ?
    yes_no: true
  - end: fin
    text: Merci.
"""


async def test_timers_ring_once_whoever_rings_them(tmp_path: Path, postgresql) -> None:
    async with Workers(tmp_path, postgresql, 4, WEB__ENABLED="true", TICK="0.05") as workers:
        await workers.publish(TIMED)
        rows = ", ".join(f"('t{n}', 'nothing', 'nobody', 'clock:t{n}', '', NULL, 1, 'fire')" for n in range(400))
        columns = "key, timer, subject, lane, detail, fence, due_ms, late"
        await workers.start()
        workers.rows(f"INSERT INTO timers ({columns}) VALUES {rows}")
        await until(lambda: not workers.value("SELECT count(*) FROM timers WHERE timer = 'nothing'"), "all have rung")
        handled = "SELECT count(*), count(DISTINCT key) FROM inbox WHERE adapter = 'clock' AND key LIKE 't%'"
        assert workers.rows(handled) == [(400, 400)]
        await until(lambda: not workers.value("SELECT count(*) FROM inbox WHERE state = 'new'"), "all is handled")
        assert workers.value("SELECT count(*) FROM inbox WHERE state = 'aside'") == 0
