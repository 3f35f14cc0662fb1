"""The contract of every adapter, on the web chat: a page that posts and reads its stream, without a browser."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any
from uuid import uuid4

import httpx
import pytest
from starlette.applications import Starlette

from adapters.base import Place
from adapters.testing import CHECKS, Check, NotApplicable, Seen, Ward
from adapters.web import MemoryDrawer, MemoryShelf, WebAdapter, WebSettings, build
from adapters.web.guard import person_of

TOKEN = "fedcba9876543210" * 2


class WebRig:
    place = Place("web", person_of(TOKEN))
    nowhere = Place("elsewhere", "nobody")
    secrets = (TOKEN,)
    redelivers = False  # the page keeps what was not stored and sends it again; tests/web shows that

    def __init__(self) -> None:
        self._shelf, self._files = MemoryShelf(), MemoryDrawer()
        self._adapters: list[WebAdapter] = []
        self._posts: list[asyncio.Task[httpx.Response]] = []

    def adapter(self) -> WebAdapter:
        self._adapters.append(build(WebSettings(shelf=self._shelf, files=self._files, burst=1000)))
        return self._adapters[-1]

    async def say(self, text: str) -> None:
        await self._post("/chat/say", {"text": text})

    async def press(self, label: str) -> None:
        for number, entry in reversed(await self._entries()):
            for button in (button for row in entry.get("rows", ()) for button in row):
                if button["label"] == label:
                    body = {"data": button["data"], "label": label, "message": str(number)}
                    await self._post("/chat/press", body)
                    return
        raise LookupError(label)

    async def share(self) -> None:
        await self._post("/chat/place", {"lat": 49.04, "lon": 2.07})

    async def send_photo(self, data: bytes) -> None:
        await self._send(f"/chat/photo?key={uuid4()}", content=data)

    async def group(self) -> Place:
        raise NotApplicable("on the web everybody is alone with us")

    async def talk(self, text: str) -> tuple[str, str]:
        raise NotImplementedError

    async def ward(self) -> Ward:
        raise NotImplementedError

    async def screen(self) -> list[Seen]:
        shown: dict[str, Seen] = {}
        for number, entry in await self._entries():
            if entry["kind"] in ("message", "edit"):
                shown[entry.get("of", str(number))] = _seen(entry)
        return list(shown.values())

    async def close(self) -> None:
        for adapter in self._adapters:
            await adapter.close()
        for post in self._posts:
            post.cancel()
        await asyncio.gather(*self._posts, return_exceptions=True)

    async def _post(self, path: str, body: dict[str, Any]) -> None:
        await self._send(path, json={"key": str(uuid4()), **body})

    async def _send(self, path: str, **what: Any) -> None:
        """A post is answered when the road has stored it, so nobody waits here."""

        async def post() -> httpx.Response:
            transport = httpx.ASGITransport(Starlette(routes=self._adapters[-1].routes()))
            ours = {"X-Palabre": "1", "Sec-Fetch-Site": "same-origin", "Origin": "http://town"}
            async with httpx.AsyncClient(
                transport=transport, base_url="http://town", cookies={"palabre": TOKEN}, headers=ours
            ) as page:
                return await page.post(path, timeout=30, **what)

        self._posts.append(asyncio.create_task(post()))
        await asyncio.sleep(0.02)

    async def _entries(self) -> list[tuple[int, dict[str, Any]]]:
        """What a page that has just been opened is shown."""
        reader = build(WebSettings(shelf=self._shelf))
        entries = []
        async with aclosing(reader.streams.follow(str(self.place), 0)) as stream:  # type: ignore[type-var]
            async for raw in stream:
                lines = dict(
                    line.split(": ", 1) for line in raw.decode().strip().split("\n") if not line.startswith(":")
                )
                if lines.get("event") == "ready":
                    return entries
                if "id" in lines:
                    entries.append((int(lines["id"]), json.loads(lines["data"])))
        return entries


def _seen(entry: dict[str, Any]) -> Seen:
    blocks = []
    for block in entry["body"]:
        if "p" in block:
            blocks.append("".join(words for _, words, *_ in block["p"]))
        else:
            blocks.append("\n".join("".join(words for _, words, *_ in item) for item in block["list"]))
    labels = tuple(button["label"] for row in entry["rows"] for button in row)
    return Seen("\n\n".join(blocks), labels)


@pytest.fixture
async def rig() -> AsyncIterator[WebRig]:
    rig = WebRig()
    yield rig
    await rig.close()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
async def test_web(check: Check, rig: WebRig) -> None:
    try:
        await check(rig)
    except NotApplicable as reason:
        pytest.skip(str(reason))
