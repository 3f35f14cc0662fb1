"""Pushed updates: 200 means stored."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any

import orjson
import pytest
import uvicorn
from starlette.applications import Starlette

from adapters.base import Batch
from adapters.telegram import TelegramAdapter, TelegramSettings
from adapters.telegram.webhook import MAX_BODY, Pushes
from adapters.telegram_emulator import Emulator
from flows.events import Said

SECRET = "s3cret-s3cret"
Make = Callable[..., TelegramAdapter]


def update(number: int, text: str = "hello") -> bytes:
    chat = {"id": 7, "type": "private"}
    message = {"message_id": number, "from": {"id": 7}, "chat": chat, "date": 1, "text": text}
    return orjson.dumps({"update_id": number, "message": message})


async def test_200_only_after_the_next_batch_was_asked_for() -> None:
    pushes = Pushes(SECRET)
    push = asyncio.create_task(pushes.endpoint(update(1), SECRET))
    async with aclosing(pushes.updates()) as stream:
        taken = await anext(stream)
        assert [one["update_id"] for one in taken.updates] == [1]
        assert taken.cursor is None
        await asyncio.sleep(0.02)
        assert not push.done()
        following = asyncio.create_task(anext(stream))
        assert (await push)[0] == 200
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


async def test_a_reader_that_ends_before_storing_makes_telegram_send_again() -> None:
    pushes = Pushes(SECRET)
    push = asyncio.create_task(pushes.endpoint(update(1), SECRET))
    async with aclosing(pushes.updates()) as stream:
        await anext(stream)
    assert (await push)[0] == 503


async def test_storing_that_takes_too_long_is_503_and_is_not_kept_in_memory() -> None:
    pushes = Pushes(SECRET, patience=0.05)
    assert (await pushes.endpoint(update(1), SECRET))[0] == 503
    push = asyncio.create_task(pushes.endpoint(update(2), SECRET))
    async with aclosing(pushes.updates()) as stream:
        taken = await anext(stream)
        assert [one["update_id"] for one in taken.updates] == [2]
        assert (await push)[0] == 503


@pytest.mark.parametrize("header", [None, "", "wrong", SECRET + "x", SECRET[:-1], "é"])
async def test_the_secret_must_be_right(header: str | None) -> None:
    assert (await Pushes(SECRET).endpoint(update(1), header))[0] == 403


async def test_too_large_and_too_many() -> None:
    pushes = Pushes(SECRET, patience=0.05, room=2)
    assert (await pushes.endpoint(b" " * (MAX_BODY + 1), SECRET))[0] == 413
    statuses = await asyncio.gather(*(pushes.endpoint(update(number), SECRET) for number in range(3)))
    assert [answer for _, answer in statuses] == [b"not stored in time", b"not stored in time", b"too busy"]


@asynccontextmanager
async def served(adapter: TelegramAdapter, port: int) -> AsyncIterator[None]:
    """The adapter's routes in a real web server."""
    config = uvicorn.Config(
        Starlette(routes=adapter.routes()), host="127.0.0.1", port=port, log_config=None, lifespan="off", ws="none"
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield
    server.should_exit = True
    await task


async def free_port() -> int:
    probe = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    port: int = probe.sockets[0].getsockname()[1]
    probe.close()
    await probe.wait_closed()
    return port


def pushed_to(telegram: Emulator, port: int) -> TelegramAdapter:
    return TelegramAdapter(
        TelegramSettings(
            token=telegram.token,
            base_url=telegram.url,
            mode="webhook",
            webhook_url=f"http://127.0.0.1:{port}/telegram/in",
            webhook_secret=SECRET,
        )
    )


async def take(stream: Any, count: int) -> list[str]:
    """The words of the next `count` messages, the last batch not yet confirmed."""
    words: list[str] = []
    async with asyncio.timeout(10):
        while len(words) < count:
            batch: Batch = await anext(stream)
            words += [item.event.text for item in batch.items if isinstance(item.event, Said)]
    return words


async def test_pushed_through_a_web_server_in_order_and_again_until_stored(telegram: Emulator) -> None:
    telegram.pusher.retry_unit = 0.02
    port = await free_port()
    adapter = pushed_to(telegram, port)
    lea = telegram.citizen(7)
    lea.say("one")  # before the webhook is set: kept, then pushed
    async with served(adapter, port):
        async with aclosing(adapter.receive(None)) as stream:  # type: ignore[type-var]
            assert await take(stream, 1) == ["one"]
            assert telegram.unconfirmed == 1
        async with aclosing(adapter.receive(None)) as stream:  # type: ignore[type-var]
            assert await take(stream, 1) == ["one"]
            for number in range(20):
                lea.say(str(number))
            assert await take(stream, 20) == [str(number) for number in range(20)]
            more = asyncio.create_task(anext(stream))
            async with asyncio.timeout(5):
                while telegram.unconfirmed:
                    await asyncio.sleep(0.01)
            more.cancel()
            await asyncio.gather(more, return_exceptions=True)
    await telegram.stop()
    await adapter.close()
    assert 503 in telegram.pusher.statuses
    assert telegram.pusher.statuses[-1] == 200


async def test_the_webhook_is_set_with_the_secret_and_every_kind(telegram: Emulator) -> None:
    adapter = pushed_to(telegram, await free_port())
    stream = adapter.receive(None)
    reader = asyncio.create_task(anext(stream))  # type: ignore[arg-type]
    async with asyncio.timeout(5):
        while not telegram.pusher.url:
            await asyncio.sleep(0.01)
    method, params = telegram.recent[-1]
    assert method == "setwebhook"
    assert params["secret_token"] == SECRET
    assert "callback_query" in params["allowed_updates"]
    assert "drop_pending_updates" not in params
    reader.cancel()
    await asyncio.gather(reader, return_exceptions=True)
    await adapter.close()


async def test_a_push_that_is_no_update_is_taken_and_counted(adapters: Make) -> None:
    adapter = adapters(settings={"mode": "webhook", "webhook_url": "http://127.0.0.1:9/in", "webhook_secret": SECRET})
    stream = adapter.receive(None)
    push = asyncio.create_task(adapter.webhook_endpoint(b"not JSON", SECRET))
    assert (await anext(stream)).items == ()
    assert adapter.malformed == 1
    following = asyncio.create_task(anext(stream))  # type: ignore[arg-type]
    assert (await push)[0] == 200
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)


def test_without_a_secret_one_is_made_up_and_polling_has_no_routes(adapters: Make) -> None:
    webhook = {"mode": "webhook", "webhook_url": "https://x.fr/telegram/in"}
    one, two = adapters(settings=webhook), adapters(settings=webhook)
    assert one._pushes.secret != two._pushes.secret
    assert len(one._pushes.secret) > 30
    (route,) = one.routes()
    assert getattr(route, "path") == "/telegram/in"  # noqa: B009
    assert adapters().routes() == []
