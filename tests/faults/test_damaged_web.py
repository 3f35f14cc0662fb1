"""Damaged requests to the web chat: each is answered by a sentence or taken, none by a failure of ours.

The requests go to the application as a server hands them over, so that headers, addresses and bodies may hold what no
library for clients would send.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID

import pytest
from damaging import NOW, Damage, Mill, sound, told

from adapters.base import Batch
from adapters.web import MemoryShelf, WebAdapter, WebSettings, build
from bot.ports import DatabaseShelf
from bot.server import make_app
from bot.thread import StorageThread
from flows.events import Said

SEED = 20260305
TOKEN = "0123456789abcdef" * 2
KEY = "00000000-0000-4000-8000-{:012d}"
TAKEN, TURNED = 200, {400, 401, 403, 404, 405, 413, 415, 422, 429}
PNG = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0\x90wS\xde"
    b"\0\0\0\x0cIDATx\x9cc\xf8\xcf\xc0\0\0\x03\x01\x01\0"
)
HEADERS = {
    b"host": b"town",
    b"content-type": b"application/json",
    b"x-palabre": b"1",
    b"sec-fetch-site": b"same-origin",
    b"accept-language": b"fr-FR,fr;q=0.9,en;q=0.5",
    b"cookie": b"palabre=" + TOKEN.encode(),
}
VALID: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/chat/say", {"key": KEY, "text": "bonjour"}),
    ("POST", "/chat/say", {"key": KEY, "text": "/start mobilite"}),
    ("POST", "/chat/press", {"key": KEY, "data": "1.abcdefghijkl.0", "label": "En bus", "message": "7"}),
    ("POST", "/chat/press", {"key": KEY, "data": "v.mobilite.0", "message": None}),
    ("POST", "/chat/place", {"key": KEY, "lat": 48.85, "lon": 2.35}),
    ("GET", "/start/mobilite", {}),
    ("GET", "/chat/image/{}.png", {}),
    ("GET", "/chat/photo/{}.jpg", {}),
    ("GET", "/chat/page/chat.js", {}),
    ("GET", "/", {}),
]


class NoPages:
    """A town without public pages."""

    async def nothing(self, *_asked: object) -> None:
        return None

    consultation = trash = chart = download = nothing

    async def listed(self, lang: str) -> Sequence[Any]:
        return ()


async def asked(
    app: Any, method: str, path: str, headers: dict[bytes, bytes], body: Sequence[bytes]
) -> tuple[int, bytes]:
    """One request, as a server hands it over; the status and what was answered."""
    raw, _, query = path.encode("utf-8", "surrogatepass").partition(b"?")
    pieces = [{"type": "http.request", "body": one, "more_body": True} for one in body]
    pieces.append({"type": "http.request", "body": b"", "more_body": False})
    told_: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return pieces.pop(0) if pieces else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        told_.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": raw.decode("utf-8", "replace"),
        "raw_path": raw,
        "query_string": query,
        "headers": list(headers.items()),
        "client": ("127.0.0.1", 1),
        "server": ("town", 80),
    }
    await app(scope, receive, send)
    return told_[0]["status"], b"".join(one.get("body", b"") for one in told_[1:])


def damaged(damage: Damage, number: int) -> tuple[str, str, dict[bytes, bytes], list[bytes]]:
    """A request with wounds in its body, its bytes, its headers or its address."""
    dice = damage.dice
    method, path, fields = dice.choice(VALID)
    value: Any = {name: one.format(number) if name == "key" else one for name, one in fields.items()}
    headers, where = dict(HEADERS), dice.randrange(10)
    body = damage.written(damage.wounded(value) if where < 6 and value else value)
    if where in (6, 7):
        body = damage.torn(body)
    if where == 8:
        name = dice.choice(sorted(headers))
        headers[name] = dice.choice((b"", b"\xff\xfe\0", damage.flipped(headers[name]), headers[name] * 99))
        if dice.random() < 0.5:
            del headers[dice.choice((b"sec-fetch-site", name))]
            headers[b"origin"] = dice.choice((b"", b"null", b"http://town", b"http://[::", b"http://[\xff]", b"\xff\0"))
    if where == 9:
        path = dice.choice(
            (path + "?after=\ud83d&after=" + "9" * 400, path + "/..%00", path.upper(), "/chat/" + "é" * 999)
        )
        method = dice.choice((method, "GET", "POST", "PUT", "BREW"))
    cut = dice.randrange(len(body) + 1)
    return method, path, headers, [body[:cut], body[cut:]] if dice.random() < 0.3 else [body]


@asynccontextmanager
async def town(shelf: Any, takes: Callable[[Batch], Awaitable[None]]) -> AsyncIterator[Any]:
    """The web server, and a road behind it."""
    adapter: WebAdapter = build(WebSettings(shelf=shelf, now=lambda: NOW, burst=10**9))

    async def store() -> None:
        async for batch in adapter.receive(None):
            await takes(batch)

    async def well() -> dict[str, Any]:
        return {"ok": True}

    async def measured() -> str:
        return ""

    app = make_app(chat_routes=adapter.routes(), pages=NoPages(), health=well, metrics=measured)  # type: ignore[arg-type]
    storing = asyncio.create_task(store())
    yield app
    storing.cancel()
    with suppress(asyncio.CancelledError):
        await storing


async def reads(damage: Damage, many: int, app: Any, heard: list[str]) -> None:
    """`many` damaged requests; what is taken is said by `takes`, what is not by a sentence."""
    statuses = []
    for number in range(many):
        method, path, headers, body = damaged(damage, number)
        with told(damage.seed, lambda number=number: number):
            status, answer = await asked(app, method, path, headers, body)
            statuses.append(status)
            assert status == TAKEN or status in TURNED, (status, method, path)
            if path in ("/chat/say", "/chat/press", "/chat/place") and status in TURNED and method == "POST":
                assert json.loads(answer)["sentence"]
            if number % 10 == 9:
                said = json.dumps({"key": str(UUID(int=number)), "text": f"good {number}"}).encode()
                assert (await asked(app, "POST", "/chat/say", HEADERS, [said]))[0] == TAKEN
    assert [one for one in heard if one.startswith("good ")] == [f"good {number}" for number in range(9, many, 10)]
    assert len(set(statuses)) >= 5, "the damage is all of one kind"


def listening(heard: list[str], think: Callable[[Batch], Awaitable[None]] | None = None) -> Callable[..., Any]:
    async def takes(batch: Batch) -> None:
        for item in batch.items:
            sound(item)
            heard.extend([item.event.text] if isinstance(item.event, Said) else [])
        if think is not None:
            await think(batch)

    return takes


@pytest.mark.parametrize("many", [5_000, pytest.param(100_000, marks=pytest.mark.soak)])
async def test_thousands_are_answered(many: int) -> None:
    heard: list[str] = []
    async with town(MemoryShelf(), listening(heard)) as app:
        await reads(Damage(SEED), many, app, heard)


async def test_damaged_photos_are_answered() -> None:
    damage = Damage(SEED + 2)
    headers = HEADERS | {b"content-type": b"image/png"}
    async with town(MemoryShelf(), listening([])) as app:
        for number in range(200):
            with told(damage.seed, lambda number=number: number):
                path = f"/chat/photo?key={UUID(int=number)}"
                status, _answer = await asked(app, "POST", path, headers, [damage.torn(PNG)])
                assert status == TAKEN or status in TURNED


# --- The whole road --------------------------------------------------------------------------------------------------


async def test_hundreds_go_the_whole_road(mill: Mill) -> None:
    heard: list[str] = []
    storage = StorageThread(mill.database)

    async def think(batch: Batch) -> None:
        await storage.call(mill.takes, "web", batch.items)

    async with town(DatabaseShelf(storage, lambda: NOW), listening(heard, think)) as app:
        await reads(Damage(SEED + 1), 300, app, heard)
    mill.fine()
    storage.close()
