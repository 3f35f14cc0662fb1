"""Whatever people write or send, and wherever: Palabre speaks to the servers that its settings name, and to nobody
else. It follows no link, fetches nothing by its address, and no answer of a messenger leads it to another server."""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit
from uuid import uuid4

import connections
import httpx
import orjson
import pytest
from aiohttp import web
from running import free_port, until
from telegram.request import RequestData

from adapters.base import SendError
from adapters.matrix.fetching import flow_file
from adapters.matrix.transport import Homeserver as Client
from adapters.matrix.transport import Unanswered
from adapters.telegram import TelegramAdapter, TelegramSettings
from adapters.telegram.transport import Lost, Transport
from adapters.telegram_emulator import Emulator
from bot import doctor_machine
from bot.app import Service, open_database
from bot.cli.consultations import publication
from bot.commands.register import ALL
from bot.config import Settings
from bot.doctor import examine
from flows.load import load_text
from storage import desks

ELSEWHERE = (
    "http://169.254.169.254/latest/meta-data/",
    "http://[::1]:22/",
    "http://[::ffff:10.0.0.1]/",
    "http://10.0.0.1:8080/admin",
    "http://localhost:25/",
    "http://2852039166/",
    "http://0x7f.1:6379/",
    "http://metadata.google.internal/",
    "https://user:pass@192.168.1.1/",
    "//169.254.169.254/x",
    "file:///etc/passwd",
    "gopher://127.0.0.1:70/_x",
    "ftp://127.0.0.1/x",
    "mxc://169.254.169.254/x",
    "mxc://../../../../_matrix/client/v3/account/whoami",
    "matrix:u/x:169.254.169.254",
    "@x:169.254.169.254",
    "#x:10.0.0.1",
    "tg://resolve?domain=169.254.169.254",
    "telegram:@169.254.169.254",
    "data:text/html,<img src=http://10.0.0.1/>",
    "<img src='http://10.0.0.1/x.png'>",
    "![x](http://10.0.0.1/x.png)",
    "\\\\10.0.0.1\\share\\x",
)
BOT, LEA, MAYOR = "@palabre:town.test", "@lea:town.test", "@mayor:town.test"
ROOM, TOWN_HALL = "!lea:town.test", "!mayor:town.test"
GROUP = -1001234567890
KEYS = {
    "device_one_time_keys_count": {"signed_curve25519": 50},
    "device_unused_fallback_key_types": ["signed_curve25519"],
}
FLOW = """\
palabre: 1
id: place
lang: en
title: "The square http://169.254.169.254/title"
summary: "See http://[::1]:22/ and file:///etc/passwd"
results: live
recap: false
steps:
  - say: hello
    text: "Read http://10.0.0.1/ first, or ![x](http://10.0.0.1/x.png)"
  - ask: way
    text: "http://169.254.169.254/ ?"
    one_of: {a: "http://10.0.0.1/a", b: "//10.0.0.2/b"}
    optional: true
  - ask: shot
    text: A picture?
    photo: true
    optional: true
  - propose: idea
    text: What should be done?
    photo: shot
    max: 1000
    most: 50
    moderate: before
    optional: true
  - ask: words
    text: Anything else?
    short_text: true
    optional: true
  - end: thanks
    text: "Thank you! http://169.254.169.254/end"
"""


# --- Servers that mean ill -------------------------------------------------------------------------------------------


@asynccontextmanager
async def listening(answer: Callable[[web.Request], Any]) -> AsyncIterator[str]:
    """A server that answers so; its address."""
    app = web.Application(client_max_size=50_000_000)
    app.router.add_route("*", "/{tail:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield f"http://127.0.0.1:{port}"
    await runner.cleanup()


@dataclass
class Trap:
    """A server that nothing names: whoever comes was led there."""

    url: str = ""
    visits: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        self.visits.append(request.raw_path)
        return web.json_response({"ok": True, "result": {}, "user_id": BOT})


@asynccontextmanager
async def trapped() -> AsyncIterator[Trap]:
    trap = Trap()
    async with listening(trap.answer) as trap.url:
        yield trap
    assert trap.visits == []


@dataclass
class Turncoat:
    """Sends whoever asks elsewhere, with this status; a file of Telegram is said to be where `file` says."""

    trap: Trap
    status: int
    file: str = "photos/1.jpg"
    asked: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.raw_path)
        if request.path.endswith("/getFile"):
            return web.json_response({"ok": True, "result": {"file_id": "x", "file_path": self.file}})
        return web.Response(status=self.status, headers={"Location": f"{self.trap.url}/{request.raw_path}"})


@dataclass
class Homeserver:
    """As much of a homeserver as an application service needs; pictures are said to be at the trap."""

    trap: Trap
    events: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    async def answer(self, request: web.Request) -> web.Response:
        path, query = unquote(request.raw_path.partition("?")[0]), request.query
        self.asked.append(path)
        match path.removeprefix("/_matrix/client/").split("/"):
            case ["v3", "account", "whoami"]:
                return web.json_response({"user_id": BOT, "device_id": query.get("device_id")})
            case ["v3", "sync"]:
                await asyncio.sleep(0.3)
                return web.json_response({"next_batch": f"s{next(self._numbers)}", **KEYS})
            case ["v3", "keys", "upload"]:
                return web.json_response({"one_time_key_counts": {"signed_curve25519": 50}})
            case ["v3", "rooms", room, "state"]:
                return web.Response(body=orjson.dumps(self._state(room)), content_type="application/json")
            case ["v3", "rooms", _room, "event", event] if event in self.events:
                return web.json_response(self.events[event])
            case ["v3", "rooms", _room, "send", _kind, _txn]:
                return web.json_response({"event_id": f"$ours{next(self._numbers)}"})
            case [_, "media", "download", *_rest]:
                return web.Response(status=302, headers={"Location": self.trap.url})
            case known if "m.direct" in known:
                return web.json_response({}, status=404)
            case _:
                return web.json_response({"content_uri": "mxc://town.test/ours"})

    def _state(self, room: str) -> list[Any]:
        other = LEA if room == ROOM else MAYOR
        far = {"avatar_url": "http://169.254.169.254/face.png", "displayname": "http://10.0.0.1/"}
        return [
            self.event("m.room.create", {"room_version": "11"}, room, other, state_key=""),
            self.event("m.room.avatar", {"url": "http://10.0.0.1/x.png"}, room, other, state_key=""),
            self.event("m.room.member", {"membership": "join", **far}, room, other, state_key=other),
            self.event("m.room.member", {"membership": "join"}, room, BOT, state_key=BOT),
        ]

    def event(self, kind: str, content: Any, room: str = ROOM, sender: str = LEA, **more: Any) -> dict[str, Any]:
        id = f"$e{next(self._numbers)}"
        made = {"type": kind, "event_id": id, "room_id": room, "sender": sender, "content": content, **more}
        self.events[id] = made | {"origin_server_ts": 1_772_438_400_000}
        return dict(self.events[id])


# --- A town ----------------------------------------------------------------------------------------------------------


@dataclass
class Town:
    """The service, with every messenger there is."""

    service: Service
    telegram: Emulator
    home: Homeserver
    web: httpx.AsyncClient
    file: Path
    _txns: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    async def matrix(self, *events: dict[str, Any]) -> None:
        """The homeserver pushes."""
        headers = {"Authorization": "Bearer secret here"}
        path, said = f"/_matrix/app/v1/transactions/{next(self._txns)}", {"events": events}
        answer = await self.web.put(path, headers=headers, content=orjson.dumps(said))
        assert answer.status_code == 200, answer.text

    async def page(self, what: str, **body: str) -> None:
        """Somebody does something in the web chat."""
        headers = {"X-Palabre": "1", "Sec-Fetch-Site": "same-origin"}
        answer = await self.web.post(f"/chat/{what}", headers=headers, json={"key": str(uuid4()), **body})
        assert answer.status_code in (200, 422, 429), answer.text

    def unread(self) -> int:
        """So many events wait to be handled."""
        connection = sqlite3.connect(f"file:{self.file}?mode=ro", uri=True)
        try:
            (found,) = connection.execute("SELECT count(*) FROM inbox WHERE state = 'new'").fetchone()
        finally:
            connection.close()
        return int(found)

    async def quiet(self) -> None:
        """Until everything is handled and what could leave has left."""

        def busy() -> bool:
            waits = self.telegram.world.queue or self.service.deliverer.waiting
            return bool(waits or self.unread())

        await until(lambda: not busy(), "quiet")

    async def publish(self, source: str, *places: str) -> None:
        loaded = load_text(source, "flow.yaml", lang="en")
        assert loaded.flow is not None, [str(one) for one in loaded.mistakes]
        await self.service._perform(publication(loaded, places, None, None, at_once=True, lang="en"))


@asynccontextmanager
async def town(folder: Path, trap: Trap) -> AsyncIterator[tuple[Town, Settings]]:
    home, port = Homeserver(trap), free_port()
    file = folder / "palabre.db"
    async with Emulator() as telegram, listening(home.answer) as homeserver:
        settings = Settings.model_validate(
            {
                "database": {"url": f"sqlite:///{file}"},
                "telegram": {"token": telegram.token, "base_url": telegram.url, "rate_limits": False},
                "matrix": {
                    "homeserver": homeserver,
                    "user": BOT,
                    "mode": "appservice",
                    "as_token": "secret there",
                    "hs_token": "secret here",
                    "store": folder / "keys",
                },
                "web": {"listen": f"127.0.0.1:{port}"},
                "owners": f"telegram:1,matrix:{MAYOR}",
                "locale": "en",
                "tick": 1.0,
            }
        )
        database = open_database(settings)
        service = Service(settings, database, say=lambda _said: None)
        await service.storage.within(lambda connection: desks.place(connection, "*", f"telegram:{GROUP}", 0))
        running = asyncio.create_task(service.run())
        base = f"http://127.0.0.1:{port}"
        try:
            async with httpx.AsyncClient(base_url=base, timeout=30, trust_env=False) as browser:
                await until(lambda: telegram.calls["getupdates"], "Telegram is read")
                await until(lambda: "/_matrix/client/v3/sync" in home.asked, "Matrix is read")
                yield Town(service, telegram, home, browser, file), settings
        finally:
            service.stop()
            await running


def named(settings: Settings) -> set[connections.Address]:
    """The servers that the settings name."""
    addresses = (settings.telegram.base_url, settings.matrix.homeserver or "", f"http://{settings.web.listen}")
    return {(parts.hostname or "", parts.port) for parts in map(urlsplit, addresses)}


# --- What people do --------------------------------------------------------------------------------------------------


async def test_whatever_people_write_and_send(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with connections.heard() as known:
        async with trapped() as trap, town(tmp_path, trap) as (here, settings):
            await here.publish(FLOW, f"telegram:{GROUP}")
            await here.publish(FLOW.replace("id: place", "id: far"), *_far_away())
            await organisers_send_files(here)
            await people_answer(here)
            await people_command(here)
            await everybody_looks(here)
            await here.quiet()
            told = await examine(settings, tmp_path / "palabre.db")
            assert {one.check for one in told} >= {"telegram", "matrix", "clock"}
    assert known <= named(settings), known - named(settings)
    assert known == named(settings), "it is heard when somebody is spoken to"


def _far_away() -> list[str]:
    """Places where nobody of ours is."""
    return ["matrix:!x:169.254.169.254", "matrix:http://10.0.0.1/", "telegram:@169.254.169.254", "telegram:-99/1"]


async def organisers_send_files(here: Town) -> None:
    """A flow by file, and by addresses of one."""
    mayor = here.telegram.citizen(1, "http://10.0.0.1/", "en")
    mayor.say("/new")
    mayor.send_file("flow.yaml", FLOW.replace("id: place", "id: byfile").encode(), caption="http://10.0.0.1/")
    mayor.send_file("flow.yaml", b"use: http://10.0.0.1/block.yaml\nsteps: file:///etc/passwd\n")
    for address in ELSEWHERE:
        content = {"msgtype": "m.file", "body": "flow.yaml", "filename": "flow.yaml", "url": address}
        info = {"thumbnail_url": address, "thumbnail_file": {"url": address}, "size": 10}
        await here.matrix(here.home.event("m.room.message", {**content, "info": info}, TOWN_HALL, MAYOR))
    await here.quiet()
    assert [path for path in here.home.asked if "/media/" in path], (
        "the one proper address was asked for, at our server"
    )


async def people_answer(here: Town) -> None:
    """In the consultation: presses, words, pictures by whatever address, proposals with them."""
    lea = here.telegram.citizen(7, "http://169.254.169.254/", "en")
    lea.say("/start place")
    await here.web.get("/start/place")
    await here.page("say", text="/start place")
    await here.matrix(here.home.event("m.room.message", {"msgtype": "m.text", "body": "!start place"}))
    pushed = []
    for address in ELSEWHERE:
        lea.say(address)
        await here.page("say", text=address)
        await here.page("press", data=address[:60], label=address)
        picture = {"msgtype": "m.image", "body": address, "url": address, "filename": address}
        words = {"msgtype": "m.text", "body": address, "format": "org.matrix.custom.html"}
        markup = {"formatted_body": f'<a href="{address}"><img src="{address}"></a>'}
        file = {"msgtype": "m.image", "body": "x", "file": {"url": address, "key": {"k": "x"}, "iv": "x"}}
        pushed += [picture, {**words, **markup}, file, {**picture, "msgtype": "m.video"}]
    await here.matrix(*(here.home.event("m.room.message", content) for content in pushed))
    await a_picture_is_looked_at(here)
    await here.quiet()


async def a_picture_is_looked_at(here: Town) -> None:
    """A proposal with a picture of Matrix goes to the moderators on Telegram."""
    words = ("!start far", "1", None, "http://10.0.0.1/ should go", "1", "skip", "skip")
    for word in words:
        content = {"msgtype": "m.text", "body": word}
        if word is None:
            content = {"msgtype": "m.image", "body": "x.png", "url": "mxc://town.test/x"}
        await here.matrix(here.home.event("m.room.message", content))
        await here.quiet()
    await until(lambda: any("/media/download/" in path for path in here.home.asked), "the picture is asked for")


async def people_command(here: Town) -> None:
    """Every command, with an address for what it asks for; by those who may use it and those who may not."""
    group = here.telegram.group(GROUP, "http://10.0.0.1/", admin=True)
    mayor, tom = here.telegram.citizen(1), here.telegram.citizen(8, "Tom", "en")
    addresses = itertools.cycle(ELSEWHERE)
    for command in ALL:
        address = next(addresses)
        for who in (mayor, tom):
            who.say(f"/{command.name} {address}")
            who.say(f"/{command.name} place {next(addresses)}", group=group)
        tom.say(next(addresses), group=group)
    for line in (
        f'/poll "{ELSEWHERE[0]} ?" "{ELSEWHERE[3]}" "{ELSEWHERE[1]}"',
        f"/answer place 1 studied {ELSEWHERE[0]}",
    ):
        mayor.say(line)
        mayor.say(line, group=group)
    await here.quiet()


async def everybody_looks(here: Town) -> None:
    """The pages, under addresses that name other servers, and asked for in the name of others."""
    for address in ELSEWHERE:
        for path in ("/c/{}", "/start/{}", "/chat/photo/{}.jpg", "/chat/image/{}.png", "/c?lang={}", "/?next={}"):
            answer = await here.web.get(path.format(quote(address, safe="")), headers={"Referer": "http://10.0.0.1/"})
            assert answer.status_code in (200, 404), (path, address)
    for path in ("/", "/c", "/c/place", "/c/place/chart.png", "/c/place/trash", "/c/far", "/health", "/metrics"):
        others = {"Host": "169.254.169.254", "X-Forwarded-Host": "10.0.0.1", "Forwarded": "host=10.0.0.1"}
        answer = await here.web.get(path, headers=others)
        assert answer.status_code == 200, path
    await here.service._perform({"do": "close", "id": "place", "reason": ELSEWHERE[0], "lang": "en"})
    await here.quiet()


# --- What messengers answer ------------------------------------------------------------------------------------------

REDIRECTS = pytest.mark.parametrize("status", [301, 302, 303, 307, 308])


@asynccontextmanager
async def turncoat(status: int, **more: Any) -> AsyncIterator[tuple[Turncoat, str]]:
    """A messenger that sends us elsewhere; only it may be spoken to."""
    with connections.heard() as known:
        async with trapped() as trap:
            coat = Turncoat(trap, status, **more)
            async with listening(coat.answer) as url:
                yield coat, url
        parts = urlsplit(url)
    assert known == {(parts.hostname, parts.port)}


@REDIRECTS
async def test_telegram_sends_us_elsewhere(status: int) -> None:
    async with turncoat(status) as (coat, url):
        transport = Transport(url, "4242:secret")
        assert not (await transport.call("sendMessage", {"chat_id": 7})).ok
        assert not (await transport.upload("sendPhoto", {}, "photo", b"x")).ok
        with pytest.raises(Lost):
            await transport.download("photos/1.jpg", 100, seconds=5)
        found, _body = await transport.do_request(f"{url}/bot4242:secret/setMyCommands", "POST", RequestData())
        assert found == status
        await transport.shutdown()
    assert len(coat.asked) == 4


@pytest.mark.parametrize(
    "path", [*ELSEWHERE, "../../x", "@169.254.169.254/x", "/etc/passwd", ":22/", "\\\\10.0.0.1\\x"]
)
async def test_a_file_of_telegram_is_at_telegram(path: str) -> None:
    async with turncoat(302, file=path) as (coat, url):
        adapter = TelegramAdapter(TelegramSettings(token="4242:secret", base_url=url))
        with pytest.raises(SendError):
            await adapter.fetch("telegram:x")
        await adapter.close()
    assert len(coat.asked) == 2


@REDIRECTS
async def test_matrix_sends_us_elsewhere(status: int) -> None:
    async with turncoat(status) as (coat, url):
        server = Client(url, "secret")
        for ask in (server.call("GET", "/sync"), server.call("PUT", "/send", {}), server.upload(b"x", "image/png")):
            with pytest.raises(Unanswered, match="PALABRE_MATRIX__HOMESERVER"):
                await ask
        reply, data = await server.download("/_matrix/client/v1/media", "town.test", "x", 100)
        assert (reply.status, data) == (status, b"")
        await server.close()
    assert len(coat.asked) == 4


@REDIRECTS
async def test_the_doctor_is_not_sent_elsewhere(status: int) -> None:
    async with turncoat(status) as (coat, url):
        settings = Settings.model_validate({"matrix": {"homeserver": url}})
        ((well, _said),) = await doctor_machine.clock(settings, lambda: datetime.now(UTC))
        assert well
    assert coat.asked == ["/"]


@pytest.mark.parametrize(
    "address", [*ELSEWHERE, "mxc://town.test/..", "mxc://town.test/a/b", "mxc://a b/c", "mxc://x", 7]
)
async def test_a_picture_of_matrix_has_an_address_of_matrix(address: Any) -> None:
    """What is no such address is not asked for; what is one, is asked for at our homeserver."""
    async with trapped() as trap:
        asked: list[str] = []

        async def answer(request: web.Request) -> web.Response:
            asked.append(request.raw_path)
            return web.Response(status=302, headers={"Location": trap.url})

        with connections.heard() as known:
            async with listening(answer) as url:
                server = Client(url, "secret")
                assert await flow_file(server, {"url": address}) == ""
                assert await flow_file(server, {"file": {"url": address}, "url": address}) == ""
                await server.close()
        parts = urlsplit(url)
        assert known <= {(parts.hostname, parts.port)}
    proper = address == "mxc://169.254.169.254/x"
    assert asked == ["/_matrix/client/v1/media/download/169.254.169.254/x"] * 2 * proper
