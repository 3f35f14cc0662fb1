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
    assert params["max_connections"] == 100
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
    other = adapters(settings=webhook | {"token": "2:another"})
    assert one._pushes.secret == two._pushes.secret, "a push may reach any worker"
    assert one._pushes.secret != other._pushes.secret
    assert len(one._pushes.secret) > 30
    (route,) = one.routes()
    assert getattr(route, "path") == "/telegram/in"  # noqa: B009
    assert adapters().routes() == []


# --- The answer to a press in the answer to its push ------------------------------------------------------------------


def press(number: int) -> bytes:
    message = {"message_id": 5, "chat": {"id": 7, "type": "private"}, "date": 1}
    query = {"id": f"q{number}", "from": {"id": 7}, "message": message, "data": "x.y"}
    return orjson.dumps({"update_id": number, "callback_query": query})


async def pressed(pushes: Pushes, number: int, payload: dict[str, Any] | None, *, after: float = 0.0) -> bytes:
    """Push a press, have it stored, answer it `after` so many seconds; what the push was answered."""
    push = asyncio.create_task(pushes.endpoint(press(number), SECRET))
    async with aclosing(pushes.updates()) as stream:
        await anext(stream)
        following = asyncio.create_task(anext(stream))
        await asyncio.sleep(after)
        taken = payload is not None and pushes.answer(f"q{number}", payload)
        status, body = await push
        assert status == 200
        assert taken == bool(body)
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
    return body


async def test_the_word_to_the_presser_travels_in_the_answer_to_the_push() -> None:
    body = await pressed(Pushes(SECRET), 1, {"callback_query_id": "q1", "text": "Noté"})
    assert orjson.loads(body) == {"method": "answerCallbackQuery", "callback_query_id": "q1", "text": "Noté"}


async def test_a_word_that_comes_too_late_is_not_taken() -> None:
    assert await pressed(Pushes(SECRET), 1, {"callback_query_id": "q1"}, after=0.25) == b""
    pushes = Pushes(SECRET)
    assert await pressed(pushes, 1, None) == b""
    assert not pushes.answer("q1", {})


async def test_the_same_press_pushed_twice_at_once_is_answered_once() -> None:
    pushes = Pushes(SECRET)
    both = [asyncio.create_task(pushes.endpoint(press(1), SECRET)) for _ in range(2)]
    async with aclosing(pushes.updates()) as stream:
        await anext(stream)
        following = asyncio.create_task(anext(stream))
        await asyncio.sleep(0)
        assert pushes.answer("q1", {"callback_query_id": "q1"})
        assert not pushes.answer("q1", {"callback_query_id": "q1"})
        bodies = sorted([body for _status, body in await asyncio.gather(*both)])
        assert bodies[0] == b""
        assert b"answerCallbackQuery" in bodies[1]
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


async def test_a_press_is_answered_once_in_its_push_or_by_a_call(telegram: Emulator) -> None:
    port = await free_port()
    adapter = pushed_to(telegram, port)
    lea = telegram.citizen(7)
    rows = ({"text": "Oui", "callback_data": "x.y"},)
    answered: list[str] = []
    telegram.world.on_answered = lambda person, text: answered.append(text)
    async with served(adapter, port):
        lea.say("hello")
        for late in (False, True):
            async with aclosing(adapter.receive(None)) as stream:  # type: ignore[type-var]
                if not late:
                    assert await take(stream, 1) == ["hello"]
                    keyboard = orjson.dumps({"inline_keyboard": [rows]}).decode()
                    shown = {"chat_id": 7, "text": "Alors ?", "reply_markup": keyboard}
                    await adapter._transport.call("sendMessage", shown)
                following: asyncio.Task[Batch] = asyncio.create_task(anext(stream))  # type: ignore[arg-type]
                await asyncio.sleep(0.05)
                before = telegram.calls["answercallbackquery"]
                lea.press("Oui")
                async with asyncio.timeout(5):
                    (item,) = (await following).items
                    more: asyncio.Task[Batch] = asyncio.create_task(anext(stream))  # type: ignore[arg-type]
                    await asyncio.sleep(0.3 if late else 0)
                    await adapter.note(item.key, "late" if late else "in time")
                    while telegram.calls["answercallbackquery"] == before:
                        await asyncio.sleep(0.01)
                await asyncio.sleep(0.05)
                more.cancel()
                await asyncio.gather(more, return_exceptions=True)
    await telegram.stop()
    await adapter.close()
    assert answered == ["in time", "late"]
    assert telegram.calls["answercallbackquery"] == 2
