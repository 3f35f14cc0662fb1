"""Palabre's web server as it is put together for a town with every messenger, on a real port, with something in it.

    async with House(folder) as house:
        answer = await house.ask("GET", "/c/hidden", cookie=ANA)

The one rule: what is asked goes over the wire as it is written. A client library would tidy the address up, and it is
the untidy ones that are of interest.
"""

from __future__ import annotations

import asyncio
import io
import json
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any
from uuid import UUID, uuid4

from PIL import Image
from running import until

from bot import office
from bot.app import Service, open_database
from bot.cli.consultations import publication
from bot.config import Settings
from bot.server import listen, serve_on
from flows.load import load_text
from storage import consultations
from storage.database import Connection

ANA, BO = "a" * 32, "b" * 32
"""The cookies of two people."""
TELEGRAM, MATRIX = "secret of telegram", "secret of the homeserver"
OURS = {"X-Palabre": "1", "Sec-Fetch-Site": "same-origin", "Content-Type": "application/json"}
HOOK = "/telegram/hook"
WORDS, DRAFT, YEARS = "zqwords", "zqdraft", "41"
"""What Ana wrote, what a draft asks, and how old she is, which is personal."""
AT = "2026-03-02T09:00:00+00:00"
RUNNING = ("hidden", "live", "after", "closed")
FLOW = """\
palabre: 1
id: {id}
lang: en
title: The square ({id})
results: {results}
{window}recap: false
steps:
  - ask: way
    text: How do you come to the {id} square?
    one_of: {{velo: By bike, bus: By bus, pied: On foot}}
  - ask: age
    text: Your age?
    number: {{min: 12, max: 110}}
    personal: true
  - ask: idea
    text: An idea?
    short_text: true
    optional: true
  - ask: shot
    text: A picture?
    photo: true
    optional: true
  - end: thanks
    text: Thank you!
"""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


def photo(colour: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(out, "JPEG")
    return out.getvalue()


def settings_of(folder: Path, url: str = "") -> Settings:
    return Settings.model_validate(
        {
            "database": {"url": url or f"sqlite:///{folder / 'palabre.db'}"},
            "telegram": {
                "token": "4242:secret",
                "mode": "webhook",
                "webhook_url": f"https://town.example{HOOK}",
                "webhook_secret": TELEGRAM,
            },
            "matrix": {
                "homeserver": "http://127.0.0.1:9",
                "user": "@palabre:town.example",
                "mode": "appservice",
                "as_token": "secret of ours",
                "hs_token": MATRIX,
                "store": folder / "keys",
            },
            "web": {"listen": "127.0.0.1:8080", "url": "https://town.example"},
            "locale": "en",
        }
    )


class House:
    """The service does everything but speak with messengers; what they push is taken and thrown away."""

    def __init__(self, folder: Path, *, votes: str = "1") -> None:
        clock = folder / "clock"
        clock.write_text(AT)
        self.settings = settings_of(folder).model_copy(update={"clock": clock})
        self.service = Service(self.settings, open_database(self.settings), say=lambda _said: None)
        self.app = self.service.web()
        self.shot = ""
        self._votes = votes
        self._tasks: list[asyncio.Task[Any]] = []

    async def __aenter__(self) -> House:
        listening = listen("127.0.0.1", 0)
        self.port: int = listening.getsockname()[1]
        some = (
            serve_on(self.app, listening),
            self.service._listen("web", self.service.adapters["web"]),
            self.service._think(),
            self.service.deliverer.run(),
            self._drain_telegram(),
            self._drain_matrix(),
        )
        self._tasks = [asyncio.create_task(one) for one in some]
        await self._furnish()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for adapter in self.service.adapters.values():
            await adapter.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.service.storage.close()

    async def _drain_telegram(self) -> None:
        async for _taken in self.service.adapters["telegram"]._pushes.updates():  # type: ignore[attr-defined]
            pass

    async def _drain_matrix(self) -> None:
        pushes = self.service.adapters["matrix"]._pushes  # type: ignore[attr-defined]
        while True:
            await pushes.wait()
            pushes.take()
            pushes.settle()

    # --- What is in it -----------------------------------------------------------------------------------------------

    async def _furnish(self) -> None:
        await self.service.storage.within(self._draft)
        for id, results in (("hidden", "at_close"), ("live", "live"), ("after", "after_vote"), ("closed", "live")):
            await self._publish(FLOW.format(id=id, results=results, window=""))
        hours = "window: {opens: 2099-01-01T08:00, closes: 2099-02-01T08:00}\n"
        await self._publish(FLOW.format(id="later", results="live", window=hours), at_once=False)
        for id in RUNNING:
            for text in (f"/start {id}", self._votes, YEARS, WORDS):
                await self.say(ANA, text)
            await self.send_photo(ANA)
            await self.say(BO, f"/start {id}")
        await self.quiet()
        await self._close("closed")

    def _draft(self, connection: Connection) -> None:
        source = FLOW.format(id="draft", results="live", window="").replace("An idea?", DRAFT)
        flow = load_text(source, "flow.yaml", lang="en").flow
        assert flow is not None
        scene = self.service.road.scene(connection)
        asked = office.Publication(flow=flow, source=source, who="test", draft=True)
        office.publish(scene, asked, "en")
        scene.flush()

    async def _publish(self, source: str, *, at_once: bool = True) -> None:
        loaded = load_text(source, "flow.yaml", lang="en")
        assert loaded.flow is not None, [str(one) for one in loaded.mistakes]
        await self.service._perform(publication(loaded, (), None, None, at_once=at_once, lang="en"))

    async def _close(self, id: str) -> None:
        for act in (office.begin_closing, office.follow_count):
            await self.service.storage.within(lambda connection, act=act: self._act(connection, id, act))  # type: ignore[misc]
        self.service._work.set()
        await until(lambda: self._state(id) == "closed", "closed")

    def _act(self, connection: Connection, id: str, act: Callable[..., Any]) -> None:
        scene = self.service.road.scene(connection)
        act(scene, consultations.get(connection, id))
        scene.flush()

    def _state(self, id: str) -> str:
        return self.rows("SELECT state FROM consultations WHERE id = ?", id)[0][0]  # type: ignore[no-any-return]

    def rows(self, query: str, *values: object) -> list[Any]:
        """Ask the database from outside."""
        path = self.service.storage.database.path
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            return connection.execute(query, values).fetchall()

    async def quiet(self) -> None:
        left = "SELECT count(*) FROM inbox WHERE state = 'new'"
        await until(lambda: not self.rows(left)[0][0] and not self.service.deliverer.waiting, "quiet")

    # --- People ------------------------------------------------------------------------------------------------------

    async def say(self, cookie: str, text: str) -> None:
        self.service.adapters["web"].allowance._spent.clear()  # type: ignore[attr-defined]
        body = json.dumps({"key": str(uuid4()), "text": text}).encode()
        answer = await self.ask("POST", "/chat/say", cookie=cookie, headers=OURS, body=body)
        assert answer.status == 200, answer.text

    async def send_photo(self, cookie: str) -> None:
        """The newest of them can be had at `shot`."""
        path = f"/chat/photo?key={UUID(int=7)}"
        answer = await self.ask("POST", path, cookie=cookie, headers=OURS, body=photo())
        assert answer.status == 200, answer.text
        found = self.rows("SELECT entry FROM shown WHERE entry LIKE '%/chat/photo/%'")
        self.shot = json.loads(found[-1][0])["image"]["src"]

    # --- Asking ------------------------------------------------------------------------------------------------------

    async def ask(
        self, method: str, path: str, *, cookie: str = "", headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Answer:
        """One request, on a connection of its own; of a stream, what it begins with."""
        told = {"Host": "town.example", "Connection": "close", "Content-Length": str(len(body)), **(headers or {})}
        if cookie:
            told["Cookie"] = f"palabre={cookie}"
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items())]
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=10_000_000)
        try:
            writer.write("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
            async with asyncio.timeout(60):
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                first, *fields = head.strip().split("\r\n")
                found = {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
                streams = found.get("content-type", "").startswith("text/event-stream") and method != "HEAD"
                data = await (reader.readuntil(b"event: ready") if streams else reader.read())
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
        return Answer(int(first.split()[1]), found, data)
