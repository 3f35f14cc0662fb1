"""A homeserver in trouble: it is asked seldom, what it says is obeyed, and nothing that people say meanwhile is lost.

Between the service and a real Synapse stands a gate that can be shut; it counts what knocks.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from aiohttp import web
from running import free_port, until
from yarl import URL

sys.path.insert(0, str(Path(__file__).parent))

from gathering import new_bot, somebody, town_on
from synapse import Synapse

PEOPLE = 12
STORM_SECONDS = 12.0
MOST = 60
"""Requests that a server which is down for so long may get: those under way when it breaks, then fewer and fewer."""
FLOW = """
palabre: 1
id: bancs
lang: fr
title: Des bancs
results: at_close
recap: false
steps:
  - ask: oui
    text: Faut-il des bancs ?
    yes_no: true
  - ask: ou
    text: Où donc ?
    short_text: true
  - end: merci
    text: Merci !
"""
_HOP = {"connection", "content-length", "content-encoding", "host", "keep-alive", "transfer-encoding"}


class Gate:
    """Hands on to the server what comes, or answers in its place."""

    def __init__(self, server: str, session: aiohttp.ClientSession) -> None:
        self.server = server
        self._session = session
        self.shut: tuple[int, dict[str, str]] | None = None
        """(status, headers) of the answer to everything."""
        self.knocked: list[tuple[float, str]] = []
        """(when, which path) while it was shut."""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        if self.shut is not None:
            return self._refused(request)
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP}
        address = f"{self.server}{request.raw_path}"
        whole = URL(address, encoded=True)
        async with self._session.request(request.method, whole, data=body, headers=headers) as answer:
            data = await answer.read()
            if self.shut is not None:
                return self._refused(request)
            kept = {name: value for name, value in answer.headers.items() if name.lower() not in _HOP}
            return web.Response(status=answer.status, body=data, headers=kept)

    def _refused(self, request: web.Request) -> web.Response:
        assert self.shut is not None
        self.knocked.append((time.monotonic(), request.path))
        status, headers = self.shut
        return web.Response(status=status, headers=headers, text="<html>out of order</html>")


@asynccontextmanager
async def gate_before(server: str) -> AsyncIterator[tuple[Gate, str]]:
    async with aiohttp.ClientSession() as session:
        gate = Gate(server, session)
        app = web.Application(client_max_size=10_000_000)
        app.router.add_route("*", "/{tail:.*}", gate.answer)
        runner = web.AppRunner(app)
        await runner.setup()
        port = free_port()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield gate, f"http://127.0.0.1:{port}"
        await runner.cleanup()


async def test_a_server_that_breaks_is_asked_seldom_and_nothing_is_lost(tmp_path: Path) -> None:
    """Everything answers 502 for a while, with a dozen answers on their way in both directions."""
    async with Synapse(tmp_path / "synapse", free_port()) as synapse, gate_before(synapse.url) as (gate, url):
        bot = await new_bot(synapse)
        async with town_on(synapse, bot, tmp_path) as town:
            town.environment["PALABRE_MATRIX__HOMESERVER"] = url
            await town.publish(FLOW, "--open", "now")
            await town.start()
            people = [await somebody(synapse, "someone", encrypted=False) for _number in range(PEOPLE)]
            rooms = {one: await one.direct(bot.user) for one in people}
            await asyncio.gather(*(one.say(rooms[one], "!start bancs") for one in people))
            for one in people:
                await one.sees(rooms[one], "Faut-il des bancs ?")
            await asyncio.gather(*(one.say(rooms[one], "oui") for one in people))
            handled = "SELECT count(*) FROM ballots WHERE question = 'oui'"
            await until(lambda: town.value(handled) > 0, "the first is counted")
            gate.shut = 502, {}
            began = time.monotonic()
            await asyncio.sleep(STORM_SECONDS)
            knocked = [at for at, _path in gate.knocked]
            assert 0 < len(knocked) <= MOST, len(knocked)
            late = sum(at > began + STORM_SECONDS / 2 for at in knocked)
            assert late <= MOST / 4, f"{late} requests in the second half"
            gate.shut = None
            for one in people:
                await one.sees(rooms[one], "Où donc ?")
                await one.say(rooms[one], "Là-bas")
            for one in people:
                await one.sees(rooms[one], "Merci !")
                asked = [shown for shown in one.texts(rooms[one]) if shown.startswith(("Faut-il", "Où donc", "Merci"))]
                assert len(asked) == 3, asked
            assert town.value(handled) == PEOPLE
            print(f"\n{len(knocked)} requests in {STORM_SECONDS:g} s of 502, {late} of them in the second half")


async def test_retry_after_is_obeyed_by_reading_and_writing(tmp_path: Path) -> None:
    """429 with `Retry-After: 4`: nobody knocks before that, whatever waits."""
    async with Synapse(tmp_path / "synapse", free_port()) as synapse, gate_before(synapse.url) as (gate, url):
        bot = await new_bot(synapse)
        async with town_on(synapse, bot, tmp_path) as town:
            town.environment["PALABRE_MATRIX__HOMESERVER"] = url
            await town.publish(FLOW, "--open", "now")
            await town.start()
            people = [await somebody(synapse, "someone", encrypted=False) for _number in range(4)]
            rooms = {one: await one.direct(bot.user) for one in people}
            for one in people:
                await one.say(rooms[one], "!start bancs")
                await one.sees(rooms[one], "Faut-il des bancs ?")
            gate.shut = 429, {"Retry-After": "4"}
            await asyncio.gather(*(one.say(rooms[one], "oui") for one in people))
            await until(lambda: gate.knocked, "it knocks")
            await asyncio.sleep(3.5)
            for path in {path.split("/")[4] for _at, path in gate.knocked}:
                times = [at for at, asked in gate.knocked if asked.split("/")[4] == path]
                assert len(times) <= 4 or max(times) - min(times) < 0.5, (path, times)
            count = len(gate.knocked)
            assert count <= 8, gate.knocked
            gate.shut = None
            for one in people:
                await one.sees(rooms[one], "Où donc ?")
