"""What is written: words as markup, errors as one of four, secrets nowhere, waits as long as the server says."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiohttp import web
from running import free_port

from adapters.base import Gone, Later, Refused, SendError
from adapters.matrix import errors
from adapters.matrix.asking import Asking
from adapters.matrix.markup import MAX_TEXT, content, edited
from adapters.matrix.settings import MatrixSettings
from adapters.matrix.store import Account, Store, StoreError
from adapters.matrix.transport import Homeserver, Reply, Unanswered, parse, path
from flows.messages import Bold, Bullets, Italic, Link, Plain, paragraph


def test_nothing_anybody_wrote_becomes_markup() -> None:
    nasty = "</strong><script>alert('x')</script>&amp;"
    said = content((paragraph(Bold(nasty), " ", Link(nasty, 'https://x/"><b>'), Link("x", "javascript:1")),))
    assert said["formatted_body"] == (
        "<p><strong>&lt;/strong&gt;&lt;script&gt;alert('x')&lt;/script&gt;&amp;amp;</strong> "
        "<a href=\"https://x/&quot;&gt;&lt;b&gt;\">&lt;/strong&gt;&lt;script&gt;alert('x')&lt;/script&gt;&amp;amp;</a>"
        "x (javascript:1)</p>"
    )
    assert said["m.mentions"] == {}


def test_plain_words_carry_no_markup_and_lists_have_their_numbers_in_words() -> None:
    assert "formatted_body" not in content((paragraph("a\nb"),))
    said = content((Bullets(((Plain("one"),), (Plain("two"),)), numbered=True), paragraph(Italic("x"))))
    assert said["body"] == "1. one\n2. two\n\nx"
    assert said["formatted_body"] == "<ol><li>one</li><li>two</li></ol><p><em>x</em></p>"


@pytest.mark.parametrize("sign", ["x", "&", "é", "中", "👍", '"', "\\", "\x01", "\u2028"])
def test_the_longest_edit_fits_into_an_encrypted_event(sign: str) -> None:
    units = 2 if sign == "👍" else 1
    said = content((paragraph(Bold(sign * (MAX_TEXT // units))),))
    inside = {"type": "m.room.message", "content": edited(said, "$" + "x" * 43), "room_id": "!" + "r" * 200}
    assert len(orjson.dumps(inside)) * 4 / 3 + 2000 < 65_536


@pytest.mark.parametrize(
    ("status", "body", "in_room", "kind"),
    [
        (429, {"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 1500}, True, Later),
        (401, {"errcode": "M_UNKNOWN_TOKEN"}, True, Later),
        (502, {}, True, Later),
        (403, {"errcode": "M_FORBIDDEN"}, False, Gone),
        (404, {"errcode": "M_NOT_FOUND"}, False, Gone),
        (403, {"errcode": "M_FORBIDDEN"}, True, Refused),
        (413, {"errcode": "M_TOO_LARGE"}, True, Refused),
    ],
)
def test_each_refusal_asks_for_another_thing(
    status: int, body: dict[str, Any], in_room: bool, kind: type[SendError]
) -> None:
    found = errors.failure(Reply(status, body), in_room=in_room)
    assert type(found) is kind
    if status == 429:
        assert isinstance(found, Later)
        assert (found.wait, found.whole) == (1.5, True)


def test_the_header_goes_before_the_body() -> None:
    assert Reply(429, {"retry_after_ms": 100}, "7").wait == 7
    assert Reply(429, {"retry_after_ms": True}).wait is None
    assert Reply(429, {"retry_after_ms": -5}).wait == 0


def test_half_characters_hide_nothing() -> None:
    assert parse(b'{"a": "\\ud800", "b": 1}')["b"] == 1
    assert parse(b"not json") == {}
    assert parse(b"[1]") == {"list": [1]}
    assert path("rooms", "!a/b:c", "send") == "/_matrix/client/v3/rooms/%21a%2Fb%3Ac/send"


@asynccontextmanager
async def server(answer: Callable[[web.Request], Awaitable[web.Response]]) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield f"http://127.0.0.1:{port}"
    await runner.cleanup()


def settings(url: str, folder: Path, **more: Any) -> MatrixSettings:
    return MatrixSettings(homeserver=url, access_token="a secret token", store=folder / "keys", **more)


@pytest.mark.parametrize("status", [500, 502, 401])
async def test_a_server_in_trouble_is_not_hammered(status: int, tmp_path: Path) -> None:
    asked = 0

    async def answer(_request: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        return web.json_response({"errcode": "M_UNKNOWN"}, status=status)

    async def renew() -> None:
        pass

    async with server(answer) as url:
        homeserver = Homeserver(url, "token")
        asking = Asking(settings(url, tmp_path, retry=(0.1, 1.0), back_off=(0.1, 1.0)), homeserver, renew)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.2):
                await asking.ask("GET", path("sync"))
        assert not asking.reachable
        await homeserver.close()
    assert 3 <= asked <= 6, asked


async def test_a_server_that_asks_to_wait_is_obeyed(tmp_path: Path) -> None:
    asked: list[float] = []

    async def answer(_request: web.Request) -> web.Response:
        asked.append(time.monotonic())
        if len(asked) == 1:
            return web.json_response({"errcode": "M_LIMIT_EXCEEDED"}, status=429, headers={"Retry-After": "1"})
        return web.json_response({"next_batch": "x"})

    async def renew() -> None:
        pass

    async with server(answer) as url:
        homeserver = Homeserver(url, "token")
        reply = await Asking(settings(url, tmp_path, retry=(0.01, 0.1)), homeserver, renew).ask("GET", path("sync"))
        await homeserver.close()
    assert reply.ok
    assert asked[1] - asked[0] >= 1


async def test_a_server_that_is_not_there_is_unanswered() -> None:
    homeserver = Homeserver(f"http://127.0.0.1:{free_port()}", "a secret token")
    with pytest.raises(Unanswered) as found:
        await homeserver.call("GET", path("sync"))
    assert "secret" not in str(found.value)
    await homeserver.close()
    with pytest.raises(Unanswered):
        await homeserver.call("GET", path("sync"))


def test_what_is_sealed_is_sealed(tmp_path: Path) -> None:
    store = Store(settings("http://x", tmp_path))
    store.open()
    store.seal("signing.json", b"a seed")
    store.keep_account(Account(homeserver="http://x", user="@a:x", device="D", token="a secret token"))
    assert store.sealed("signing.json") == b"a seed"
    assert b"a seed" not in (tmp_path / "keys" / "signing.json").read_bytes()
    for file in (*(tmp_path / "keys").iterdir(), tmp_path / "keys.key"):
        assert file.stat().st_mode & 0o077 == 0, file
    assert "secret" not in repr(store.account())
    assert "secret" not in repr(settings("http://x", tmp_path))
    store.close()
    other = Store(settings("http://x", tmp_path, store_key="another"))
    (tmp_path / "keys" / "crypto.db").touch()
    other.open()
    with pytest.raises(StoreError, match="locked with another key"):
        other.sealed("signing.json")
    other.close()
    (tmp_path / "keys.key").unlink()
    with pytest.raises(StoreError, match=r"keys\.key"):
        Store(settings("http://x", tmp_path)).open()


def test_settings_say_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="HOMESERVER"):
        MatrixSettings(homeserver="ville.fr", access_token="x")
    with pytest.raises(ValueError, match="palabre matrix login"):
        MatrixSettings(homeserver="https://ville.fr", store=tmp_path)
    with pytest.raises(ValueError, match="USER"):
        MatrixSettings(homeserver="https://ville.fr", password="x", store=tmp_path)
    welcome = settings("http://x", tmp_path, invites="@maire:ville.fr, @*:agglo.fr")
    assert welcome.welcomes("@maire:ville.fr")
    assert welcome.welcomes("@x:agglo.fr")
    assert not welcome.welcomes("@x:ville.fr")
