"""The contract of every adapter, on Matrix against a real Synapse: in an encrypted chat and in an open one."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

sys.path.insert(0, str(Path(__file__).parents[1] / "live"))

from running import free_port
from synapse import Client, Registered, Synapse

from adapters.base import Batch, Place
from adapters.matrix import MatrixAdapter, MatrixSettings
from adapters.testing import CHECKS, Check, NotApplicable, Seen

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
