"""Photos and positions sent to the web chat: only from our page, counted while they arrive, kept once, shown to people
who talk with us."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from PIL import Image
from starlette.applications import Starlette

from adapters.base import File, Later, Outgoing, Part, Place, Refused
from adapters.base import Image as Picture
from adapters.pictures import MAX_BYTES
from adapters.web import MemoryDrawer, MemoryShelf, WebAdapter, WebSettings, build
from adapters.web.guard import person_of
from flows.events import Shared
from flows.messages import paragraph

TOKEN = "0123456789abcdef" * 2
HERE = Place("web", person_of(TOKEN))
OURS = {"X-Palabre": "1", "Sec-Fetch-Site": "same-origin", "Origin": "http://town"}


def photo(side: int = 60) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (side, side // 2), "red").save(out, "JPEG", comment=b"secret")
    return out.getvalue()


class Page:
    """A page of somebody, and the road that stores what comes from it."""

    def __init__(self, **settings: Any) -> None:
        self.shelf, self.drawer = MemoryShelf(), MemoryDrawer()
        known: dict[str, Any] = {"shelf": self.shelf, "files": self.drawer, "stored_within": 2.0}
        self.adapter: WebAdapter = build(WebSettings(**known | settings))
        self.app = Starlette(routes=self.adapter.routes())
        self.stored: list[Any] = []

    async def road(self) -> None:
        async for batch in self.adapter.receive(None):
            self.stored += batch.items

    def client(self, token: str | None = TOKEN, **headers: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app),
            base_url="http://town",
            cookies={"palabre": token} if token else None,
            headers=OURS | headers,
        )

    async def send(self, data: Any, *, key: str | None = None, **how: Any) -> httpx.Response:
        async with self.client(**how) as client:
            return await client.post("/chat/photo", params={"key": key or str(uuid4())}, content=data)

    async def place(self, body: Any) -> httpx.Response:
        async with self.client() as client:
            raw = body if isinstance(body, str) else json.dumps({"key": str(uuid4()), **body})
            return await client.post("/chat/place", content=raw, headers={"Content-Type": "application/json"})

    async def mine(self) -> list[dict[str, Any]]:
        return [entry for _number, entry in await self.shelf.since(str(HERE), 0)]


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    page = Page()
    road = asyncio.create_task(page.road())
    yield page
    road.cancel()
    await asyncio.gather(road, return_exceptions=True)


async def test_a_photo_is_stored_shown_and_fetched(page: Page) -> None:
    assert (await page.send(photo())).status_code == 200
    (item,) = page.stored
    assert isinstance(item.event, Shared)
    assert (item.event.what, item.place, item.private) == ("photo", HERE, True)
    file = await page.adapter.fetch(item.event.ref)
    assert file.mime == "image/jpeg"
    assert b"secret" not in file.data
    (shown,) = await page.mine()
    assert (shown["image"]["width"], shown["image"]["height"]) == (60, 30)
    async with page.client() as client:
        seen = await client.get(shown["image"]["src"])
    assert (seen.status_code, seen.headers["content-type"], seen.content) == (200, "image/jpeg", file.data)


async def test_sent_again_under_the_same_key_it_is_there_once(page: Page) -> None:
    key = str(uuid4())
    for _ in range(2):
        assert (await page.send(photo(), key=key)).status_code == 200
    assert len({item.event.ref for item in page.stored}) == 1
    assert len({item.key for item in page.stored}) == 1
    assert len(await page.mine()) == 1
    await page.send(photo())
    assert len({item.event.ref for item in page.stored}) == 2


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"X-Palabre": "0"}, 403),
        ({"token": None}, 401),
        ({"token": "x"}, 401),
    ],
)
async def test_only_from_our_page_and_from_somebody(page: Page, how: dict[str, Any], status: int) -> None:
    refused = await page.send(photo(), **how)
    assert refused.status_code == status
    assert refused.json()["sentence"]
    assert not page.stored


@pytest.mark.parametrize(
    ("data", "status"),
    [(b"", 415), (b"<html>", 415), (photo()[:100], 422), (b"\xff\xd8\xff" + bytes(MAX_BYTES), 413)],
    ids=["empty", "html", "cut", "large"],
)
async def test_what_is_no_photo_is_refused_with_a_sentence(page: Page, data: bytes, status: int) -> None:
    refused = await page.send(data, **{"Accept-Language": "fr"})
    assert refused.status_code == status
    assert refused.json()["sentence"]
    assert not page.stored
    assert not await page.mine()


async def test_an_endless_photo_is_cut_off(page: Page) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield photo()
        while True:
            sent += 1
            yield bytes(100_000)

    assert (await page.send(endless())).status_code == 413
    assert sent < 200


@pytest.mark.parametrize("key", ["", "x", "../../x", "59d4dc18-f82f-4270-8a28-ab2037d62a160"])
async def test_a_photo_needs_a_key(page: Page, key: str) -> None:
    async with page.client() as client:
        assert (await client.post("/chat/photo", params={"key": key}, content=photo())).status_code == 400
        assert (await client.post("/chat/photo", content=photo())).status_code == 400
    assert not page.stored


async def test_only_so_many_arrive_at_once(page: Page) -> None:
    gate, begun = asyncio.Event(), asyncio.Semaphore(0)

    async def slow() -> AsyncIterator[bytes]:
        begun.release()
        await gate.wait()
        yield photo()

    sending = [asyncio.create_task(page.send(slow())) for _ in range(4)]
    async with asyncio.timeout(5):
        for _ in sending:
            await begun.acquire()
    refused = await page.send(photo())
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
    gate.set()
    assert [(await one).status_code for one in sending] == [200] * 4


async def test_too_many_in_a_row_have_to_wait(page: Page) -> None:
    page = Page(burst=2)
    road = asyncio.create_task(page.road())
    answers = [(await page.send(photo())).status_code for _ in range(3)]
    assert answers == [200, 200, 429]
    road.cancel()


class Broken(MemoryDrawer):
    """A disk that is full."""

    async def put(self, name: str, data: bytes) -> None:
        raise OSError("no space left")

    async def read(self, name: str) -> bytes | None:
        raise OSError("no disk")


async def test_a_full_disk_is_told_and_nothing_is_half_stored() -> None:
    page = Page(files=Broken())
    road = asyncio.create_task(page.road())
    assert (await page.send(photo())).status_code == 503
    assert not page.stored
    assert not await page.mine()
    with pytest.raises(Later):
        await page.adapter.fetch("web:" + "0" * 32)
    shown = Part(body=(paragraph("x"),), image=Picture(data=photo(), alt="", mime="image/jpeg"))
    with pytest.raises(Later):
        await page.adapter.send(Outgoing(key="k", place=HERE, part=shown))
    road.cancel()


async def test_a_photo_of_somebody_else_is_shown_by_its_address(page: Page) -> None:
    file = File(data=photo(), mime="image/jpeg")
    image = Picture(data=file.data, alt="A hole", mime=file.mime)
    for key in ("a", "b"):
        await page.adapter.send(Outgoing(key=key, place=HERE, part=Part(body=(paragraph("x"),), image=image)))
    first, second = await page.mine()
    assert first["image"] == second["image"]
    assert first["image"] | {"src": ""} == {"src": "", "alt": "A hole", "width": 60, "height": 30}
    async with page.client() as client:
        assert (await client.get(first["image"]["src"])).content == file.data


@pytest.mark.parametrize("name", ["0" * 32, "x", "..%2f..%2fetc%2fpasswd", "0" * 31, "0" * 33])
async def test_what_is_not_there_is_not_found(page: Page, name: str) -> None:
    async with page.client() as client:
        assert (await client.get(f"/chat/photo/{name}.jpg")).status_code == 404
    with pytest.raises(Refused):
        await page.adapter.fetch(f"web:{name}")


async def test_who_does_not_talk_with_us_sees_no_photo(page: Page) -> None:
    await page.send(photo())
    (shown,) = await page.mine()
    async with page.client(token=None) as client:
        assert (await client.get(shown["image"]["src"])).status_code == 404


async def test_a_position_is_stored_and_shown(page: Page) -> None:
    assert (await page.place({"lat": 49.036123456, "lon": 2})).status_code == 200
    (item,) = page.stored
    assert item.event == Shared(at=item.event.at, what="location", spot="49.03612,2.00000")
    (shown,) = await page.mine()
    assert shown["spot"] == "49.03612,2.00000"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"lat": 49},
        {"lat": "49", "lon": 2},
        {"lat": True, "lon": 2},
        {"lat": 91, "lon": 2},
        {"lat": 49, "lon": 181},
        {"lat": [], "lon": {}},
        {"lat": 10**400, "lon": 0},
        '{"key": "KEY", "lat": NaN, "lon": Infinity}',
        "[]",
        "x",
    ],
)
async def test_what_is_no_position_is_refused(page: Page, body: Any) -> None:
    if isinstance(body, str):
        body = body.replace("KEY", str(uuid4()))
    assert (await page.place(body)).status_code == 400
    assert not page.stored


async def test_what_a_question_asks_for_travels_with_it(page: Page) -> None:
    await page.adapter.send(Outgoing(key="a", place=HERE, part=Part(body=(paragraph("?"),), wants="photo")))
    await page.adapter.send(Outgoing(key="b", place=HERE, part=Part(body=(paragraph("?"),)), replaces="1"))
    asked, answered = await page.mine()
    assert asked["wants"] == "photo"
    assert "wants" not in answered
