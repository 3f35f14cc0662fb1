"""The contract of every adapter, on Matrix against a real Synapse: in an encrypted chat and in an open one."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import pytest_asyncio
from nio.crypto.attachments import encrypt_attachment

sys.path.insert(0, str(Path(__file__).parents[1] / "live"))

from running import free_port
from synapse import Client, Registered, Synapse

from adapters.base import Batch, Place
from adapters.matrix import MatrixAdapter, MatrixSettings
from adapters.testing import CHECKS, Check, NotApplicable, Seen, Ward

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Running(MatrixAdapter):
    """An adapter in a service that has read before: without a cursor of its own it goes on from there."""

    before: str | None = None

    def receive(self, cursor: str | None) -> AsyncIterator[Batch]:
        return super().receive(cursor or self.before)


class MatrixRig:
    nowhere = Place("matrix", "!nowhere:town.test")
    redelivers = True

    def __init__(self, synapse: Synapse, bot: Registered, lea: Client, folder: Path) -> None:
        self.synapse = synapse
        self.bot = bot
        self.lea = lea
        self.folder = folder
        self.adapters: list[Running] = []
        self.cursor: str | None = None
        self.secrets = (bot.token, bot.password)
        self.place = Place("matrix", "")
        self.quarter = ""

    def adapter(self) -> Running:
        settings = MatrixSettings(
            homeserver=self.synapse.url,
            user=self.bot.user,
            access_token=self.bot.token,
            device_id=self.bot.device,
            store=self.folder,
            retry=(0.01, 0.1),
        )
        adapter = Running(settings)
        adapter.before = self.cursor
        self.adapters.append(adapter)
        return adapter

    async def known(self, *, encrypted: bool) -> None:
        """Léa wrote to the bot once, which was read and stored."""
        adapter = self.adapter()
        greeting = asyncio.create_task(self._greet(encrypted))
        async for batch in adapter.receive(None):
            self.cursor = batch.cursor
            if any(getattr(item.event, "text", "") == "hello" for item in batch.items):
                break
        self.place = Place("matrix", await greeting)
        await adapter.close()

    async def _greet(self, encrypted: bool) -> str:
        room = await self.lea.direct(self.bot.user, encrypted=encrypted)
        await self.lea.say(room, "hello")
        return room

    async def say(self, text: str) -> None:
        await self.lea.say(self.place.chat, text)

    async def press(self, label: str) -> None:
        raise NotApplicable("no buttons here")

    async def share(self) -> None:
        picture = {"msgtype": "m.image", "body": "a pothole", "url": "mxc://town.test/abc"}
        await self.lea.send(self.place.chat, "m.room.message", picture)

    async def send_photo(self, data: bytes) -> None:
        sealed = data
        content: dict[str, Any] = {"msgtype": "m.image", "body": "photo.jpg"}
        if self.lea.nio.rooms[self.place.chat].encrypted:
            sealed, content["file"] = encrypt_attachment(data)
        address = await self.synapse.upload(self.lea.account.token, sealed)
        if "file" in content:
            content["file"]["url"] = address
        else:
            content["url"] = address
        await self.lea.send(self.place.chat, "m.room.message", content)

    async def group(self) -> Place:
        """A room that Léa made, with Tom in it and the bot as powerful as she is."""
        if self.quarter:
            return Place("matrix", self.quarter)
        self.tom = await self.synapse.citizen(f"tom{len(self.synapse.clients)}")
        encrypted = self.lea.nio.rooms[self.place.chat].encrypted
        adapter = self.adapter()
        made = asyncio.create_task(self._make_group(encrypted))
        async for batch in adapter.receive(self.cursor):
            self.cursor = batch.cursor
            if any(getattr(item.event, "text", "") == "together" for item in batch.items):
                break
        self.quarter = await made
        await adapter.close()
        return Place("matrix", self.quarter)

    async def _make_group(self, encrypted: bool) -> str:
        room = await self.lea.room(self.bot.user, self.tom.user, encrypted=encrypted)
        await self.tom.join(room)
        levels = f"/_matrix/client/v3/rooms/{room}/state/m.room.power_levels"
        held = await self.synapse.ask("GET", levels, self.lea.account.token)
        held["users"][self.bot.user] = 100
        await self.synapse.ask("PUT", levels, self.lea.account.token, held)
        if encrypted:
            bot = self.bot.user
            await self.tom.until(lambda: any(self.tom.nio.device_store.active_user_devices(bot)), "the bot's device")
        await self.tom.until(lambda: self.bot.user in self._inside(room), "the bot in the room")
        await self.tom.say(room, "together")
        return room

    def _inside(self, room: str) -> set[str]:
        known = self.tom.nio.rooms.get(room)
        return set(known.users) - set(known.invited_users) if known is not None else set()

    async def talk(self, text: str) -> tuple[str, str]:
        self.said = await self.tom.say(self.quarter, text)
        return self.said, self.tom.user

    async def ward(self) -> Ward:
        """As the server tells Léa."""
        rooms, token = f"/_matrix/client/v3/rooms/{self.quarter}", self.lea.account.token
        event = await self.synapse.ask("GET", f"{rooms}/event/{quote(self.said)}", token)
        levels = await self.synapse.ask("GET", f"{rooms}/state/m.room.power_levels", token)
        member = await self.synapse.ask("GET", f"{rooms}/state/m.room.member/{self.tom.user}", token)
        muted = levels["users"].get(self.tom.user, 0) < levels.get("events_default", 0)
        return Ward(there=bool(event["content"]), may_speak=member["membership"] != "ban" and not muted)

    async def screen(self) -> list[Seen]:
        """What Léa sees once everything that was sent so far has arrived."""
        mark = await self.lea.send(self.place.chat, "m.room.message", {"msgtype": "m.notice", "body": "mark"})
        await self.lea.until(lambda: any(event.event_id == mark for _room, event in self.lea.events), "the mark")
        return [Seen(one.text) for one in self.lea.screen(self.place.chat)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def synapse(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Synapse]:
    async with Synapse(tmp_path_factory.mktemp("synapse"), free_port()) as synapse:
        yield synapse


@pytest_asyncio.fixture(loop_scope="module", params=["open", "encrypted"])
async def rig(request: pytest.FixtureRequest, synapse: Synapse, tmp_path: Path) -> AsyncIterator[MatrixRig]:
    number = len(synapse.clients)
    bot, lea = await synapse.register(f"bot{number}"), await synapse.citizen(f"lea{number}")
    rig = MatrixRig(synapse, bot, lea, tmp_path / "store")
    await rig.known(encrypted=request.param == "encrypted")
    yield rig
    for adapter in rig.adapters:
        await adapter.close()
    await lea.close()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
async def test_matrix(check: Check, rig: MatrixRig) -> None:
    try:
        await check(rig)
    except NotApplicable as reason:
        pytest.skip(str(reason))
