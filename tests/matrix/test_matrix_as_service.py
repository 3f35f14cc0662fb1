"""The adapter as an application service, on a small homeserver that pushes and answers `/sync` as the test says."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import orjson
import pytest
from aiohttp import web
from running import free_port

from adapters.base import Batch
from adapters.matrix import MatrixAdapter, MatrixSettings
from adapters.matrix.registration import Registration
from flows.events import Said

BOT, LEA, ROOM = "@palabre:ville.fr", "@lea:ville.fr", "!chat:ville.fr"
REGISTRATION = Registration(
    id="palabre", url="http://127.0.0.1:1", user=BOT, as_token="secret there", hs_token="secret here"
)


def event(kind: str, content: dict[str, Any], number: str, sender: str = LEA, **more: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "event_id": f"${number}",
        "room_id": ROOM,
        "sender": sender,
        "origin_server_ts": 1_772_438_400_000,
        "content": content,
        **more,
    }


def said(text: str) -> dict[str, Any]:
    return event("m.room.message", {"msgtype": "m.text", "body": text}, text)


STATE = [
    event("m.room.create", {"room_version": "11"}, "create", state_key=""),
    event("m.room.member", {"membership": "join"}, "lea", state_key=LEA),
    event("m.room.member", {"membership": "join"}, "bot", BOT, state_key=BOT),
]


@dataclass
class Homeserver:
    """What it was asked, and what it answers."""

    token: str = "secret there"
    ping: int = 200
    old: bool = False
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    position: int = 0
    timelines: asyncio.Queue[list[Any]] = field(default_factory=asyncio.Queue)

    async def answer(self, request: web.Request) -> web.Response:
        path, query = unquote(request.raw_path.partition("?")[0]), dict(request.query)
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return web.json_response({"errcode": "M_UNKNOWN_TOKEN", "error": "unknown"}, status=401)
        self.asked.append((request.method, path, query))
        match path.removeprefix("/_matrix/client/"):
            case "v3/register":
                return web.json_response({"errcode": "M_USER_IN_USE"}, status=400)
            case "v3/account/whoami":
                known = {} if self.old else {"device_id": query.get("device_id")}
                return web.json_response({"user_id": query.get("user_id"), **known})
            case "v1/appservice/palabre/ping":
                return web.json_response({"duration_ms": 1}, status=self.ping)
            case "v3/sync":
                return await self.sync(query)
            case known if known.endswith("/state"):
                return web.Response(body=orjson.dumps(STATE), content_type="application/json")
            case known if "m.direct" in known:
                return web.json_response({}, status=404)
            case _:
                return web.json_response({})

    async def sync(self, query: dict[str, str]) -> web.Response:
        """Held open as long as it is asked for, unless there is something to say."""
        happened: list[Any] = []
        try:
            async with asyncio.timeout(min(int(query["timeout"]) / 1000, 0.3)):
                happened = await self.timelines.get()
        except TimeoutError:
            pass
        self.position += 1
        rooms = {"join": {ROOM: {"timeline": {"events": happened}}}} if happened else {}
        return web.json_response({"next_batch": f"s{self.position}", "rooms": rooms})

    def paths(self) -> list[str]:
        return [path.rpartition("/")[2] for _method, path, _query in self.asked]


@dataclass
class Service:
    homeserver: Homeserver
    adapter: MatrixAdapter
    stored: list[str] = field(default_factory=list)

    async def push(self, number: str, *events: Any) -> int:
        pushes = self.adapter._pushes
        assert pushes is not None
        return await pushes.transaction(number, orjson.dumps({"events": events}))

    async def reading(self) -> None:
        """A road that stores everything."""
        async for batch in self.adapter.receive("s0"):
            self.stored += texts(batch)

    async def until(self, *wanted: str) -> None:
        async with asyncio.timeout(20):
            while self.stored != list(wanted):
                await asyncio.sleep(0.01)


def texts(batch: Batch) -> list[str]:
    return [item.event.text for item in batch.items if isinstance(item.event, Said)]


@asynccontextmanager
async def service(folder: Path, homeserver: Homeserver, *, reads: bool = True) -> AsyncIterator[Service]:
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", homeserver.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    settings = MatrixSettings(
        homeserver=f"http://127.0.0.1:{port}",
        user=BOT,
        store=folder / "keys",
        registration=REGISTRATION,
        retry=(0.01, 0.05),
        back_off=(0.01, 0.05),
    )
    run = Service(homeserver, MatrixAdapter(settings))
    task = asyncio.create_task(run.reading() if reads else asyncio.sleep(0))
    yield run
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await run.adapter.close()
    await runner.cleanup()


async def test_it_speaks_for_its_account_and_its_device(tmp_path: Path) -> None:
    async with service(tmp_path, Homeserver()) as run:
        async with asyncio.timeout(20):
            while "ping" not in run.homeserver.paths():
                await asyncio.sleep(0.01)
        (_, made, whose) = next(one for one in run.homeserver.asked if one[0] == "PUT")
        device = made.rpartition("/")[2]
        assert whose == {"user_id": BOT}
        for _method, path, query in run.homeserver.asked:
            if path.endswith(("/sync", "/query", "/upload", "/ping")):
                assert (query["user_id"], query["device_id"]) == (BOT, device), path
        assert "login" not in run.homeserver.paths()
    again = Homeserver()
    async with service(tmp_path, again) as run:
        async with asyncio.timeout(20):
            while "ping" not in again.paths():
                await asyncio.sleep(0.01)
    assert device in again.paths(), "the same device for ever"
    assert "secret" not in (tmp_path / "keys" / "account.json").read_text()


async def test_whatever_comes_first_counts_and_the_second_does_not(tmp_path: Path) -> None:
    async with service(tmp_path, Homeserver()) as run:
        assert await run.push("1", said("un")) == 200
        assert run.stored == ["un"]
        run.homeserver.timelines.put_nowait([said("un"), said("deux")])
        await run.until("un", "deux")
        assert await run.push("2", said("deux"), said("trois"), {"type": "nonsense"}) == 200
        assert await run.push("2", said("deux"), said("trois"), {"type": "nonsense"}) == 200
        assert run.stored == ["un", "deux", "trois"]
        assert run.adapter.malformed == 1
        # A push of long ago about who is here changes nothing of what is known.
        gone = event("m.room.member", {"membership": "leave"}, "left", state_key=LEA)
        assert await run.push("3", gone, said("quatre")) == 200
        await run.until("un", "deux", "trois", "quatre")


async def test_a_push_is_answered_when_the_next_batch_is_asked_for(tmp_path: Path) -> None:
    async with service(tmp_path, Homeserver(), reads=False) as run:
        assert run.adapter.routes(), "the web server lets the homeserver in before anything is read"
        pushed = asyncio.create_task(run.push("1", said("un")))
        reading = run.adapter.receive("s0")
        async with asyncio.timeout(20):
            async for batch in reading:
                if texts(batch):
                    break
            await asyncio.sleep(0.05)
            assert not pushed.done(), "not stored yet"
            # The road broke before it was stored: it is handed out again, and the same push is answered then.
            await reading.aclose()  # type: ignore[attr-defined]
            reading = run.adapter.receive("s0")
            found: list[str] = []
            async for batch in reading:
                found += texts(batch)
                if pushed.done():
                    break
            await reading.aclose()  # type: ignore[attr-defined]
        assert (found, pushed.result()) == (["un"], 200)


async def test_a_homeserver_that_does_not_reach_us_is_read_all_the_same(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    homeserver = Homeserver(ping=502)
    async with service(tmp_path, homeserver) as run:
        homeserver.timelines.put_nowait([said("un")])
        await run.until("un")
        async with asyncio.timeout(20):
            while "does not reach Palabre at http://127.0.0.1:1" not in caplog.text:
                await asyncio.sleep(0.01)
        homeserver.ping = 200
        async with asyncio.timeout(20):
            while homeserver.asked[-1][1].endswith("ping") or homeserver.paths().count("ping") < 2:
                await asyncio.sleep(0.01)
    assert "secret" not in caplog.text


@pytest.mark.parametrize(
    ("homeserver", "sentence"),
    [
        (Homeserver(token="another"), "does not know the application service"),
        (Homeserver(old=True), "Use PALABRE_MATRIX__MODE=sync"),
    ],
)
async def test_a_homeserver_that_does_not_let_it_speak_is_named_in_the_log(
    homeserver: Homeserver, sentence: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    async with service(tmp_path, homeserver) as run:
        async with asyncio.timeout(20):
            while sentence not in caplog.text:
                await asyncio.sleep(0.01)
        assert not run.adapter.reachable
