"""Reading: stored, then confirmed; and what happens when Telegram, the token or the network is wrong."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

import pytest

from adapters.backoff import BackOff
from adapters.base import Batch
from adapters.telegram import TelegramAdapter
from adapters.telegram.polling import APART
from adapters.telegram_emulator import Emulator
from flows.events import Said

Make = Callable[..., TelegramAdapter]


def texts(batch: Batch) -> list[str]:
    return [item.event.text for item in batch.items if isinstance(item.event, Said)]


async def soon(stream: AsyncIterator[Batch]) -> Batch:
    async with asyncio.timeout(5):
        return await anext(stream)


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.005)


def reading(adapter: TelegramAdapter, cursor: str | None = None) -> aclosing[Any]:
    return aclosing(adapter.receive(cursor))  # type: ignore[type-var]


async def test_the_offset_moves_only_when_more_is_asked_for(telegram: Emulator, adapters: Make) -> None:
    lea = telegram.citizen(7)
    lea.say("one")
    lea.say("two")
    async with reading(adapters()) as stream:
        batch = await soon(stream)
        assert texts(batch) == ["one", "two"]
        await asyncio.sleep(0.05)
        assert telegram.unconfirmed == 2
        following = asyncio.create_task(soon(stream))
        await until(lambda: telegram.unconfirmed == 0)
        lea.say("three")
        assert texts(await following) == ["three"]


async def test_killed_between_storing_and_confirming_it_comes_again_under_the_same_key(
    telegram: Emulator, adapters: Make
) -> None:
    telegram.citizen(7).say("one")
    async with reading(adapters()) as stream:
        before = await soon(stream)
    async with reading(adapters()) as stream:
        assert await soon(stream) == before
    telegram.citizen(7).say("two")
    async with reading(adapters(), before.cursor) as stream:
        assert texts(await soon(stream)) == ["two"]


async def test_a_hundred_at_a_time_in_order(telegram: Emulator, adapters: Make) -> None:
    lea = telegram.citizen(7)
    for number in range(230):
        lea.say(str(number))
    heard: list[str] = []
    async with reading(adapters()) as stream:
        for expected in (100, 100, 30):
            batch = await soon(stream)
            assert len(batch.items) == expected
            heard += texts(batch)
    assert heard == [str(number) for number in range(230)]


async def test_who_is_in_trouble_is_asked_less_often(telegram: Emulator, adapters: Make) -> None:
    telegram.faults.add("getUpdates", "bad_gateway")
    lea = telegram.citizen(7)
    clock = asyncio.get_running_loop().time
    async with reading(adapters(settings={"retry": (0.01, 0.1)})) as stream:
        lea.say("0")
        assert texts(await soon(stream)) == ["0"]
        began = clock()
        for number in range(1, 6):
            lea.say(str(number))
            assert texts(await soon(stream)) == [str(number)]
    assert clock() - began >= 4 * APART


async def test_updates_of_no_concern_are_confirmed_too(telegram: Emulator, adapters: Make) -> None:
    message = telegram.citizen(7).say("one")
    telegram.citizen(7).edit(message, "won")
    async with reading(adapters()) as stream:
        batch = await soon(stream)
        assert texts(batch) == ["one"]
        assert batch.cursor == str(telegram.world.last_update + 1)


async def test_one_malformed_update_never_stops_the_others(
    telegram: Emulator, adapters: Make, caplog: pytest.LogCaptureFixture
) -> None:
    lea = telegram.citizen(7)
    lea.say("before")
    for body in (
        b'{"update_id":%d,"message":{"from":{"id":7},"text":"secret words","chat":7}}',
        b'{"update_id":%d,"callback_query":{"id":5,"data":"secret words"}}',
        b'{"update_id":%d,"message":{"from":{},"chat":{"id":1e999},"date":1,"text":"secret words"}}',
    ):
        telegram.world.last_update += 1
        telegram.world.push_raw(body % telegram.world.last_update)
    lea.say("after")
    adapter = adapters()
    with caplog.at_level(logging.DEBUG):
        async with reading(adapter) as stream:
            batch = await soon(stream)
    assert texts(batch) == ["before", "after"]
    assert adapter.malformed == 3
    assert str(telegram.world.last_update - 1) in caplog.text
    assert "secret words" not in caplog.text


async def test_half_characters_do_not_hide_a_batch(telegram: Emulator, adapters: Make) -> None:
    lea = telegram.citizen(7)
    lea.say("before")
    telegram.world.last_update += 1
    who = b'"from":{"id":7},"chat":{"id":7,"type":"private"}'
    body = b'{"update_id":%d,"message":{"message_id":9,' + who + b',"date":1,"text":"a\\ud83d"}}'
    telegram.world.push_raw(body % telegram.world.last_update)
    async with reading(adapters()) as stream:
        assert texts(await soon(stream)) == ["before", "a\ufffd"]


async def test_updates_without_any_number_do_not_spin(telegram: Emulator, adapters: Make) -> None:
    telegram.world.push_raw(b'{"message":{}}')
    async with reading(adapters(settings={"retry": (0.2, 0.2)})) as stream:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await anext(stream)
    assert telegram.calls["getupdates"] < 6


async def test_numbers_that_begin_anew_lower_are_read(telegram: Emulator, adapters: Make) -> None:
    lea = telegram.citizen(7)
    lea.say("one")
    async with reading(adapters()) as stream:
        await soon(stream)
        telegram.world.queue.clear()
        telegram.world.last_update = 500
        lea.say("two")
        assert texts(await soon(stream)) == ["two"]
        lea.say("three")
        batch = await soon(stream)
        assert (texts(batch), batch.cursor) == (["three"], "503")


@pytest.mark.parametrize("kind", ["unauthorized", "not_found"])
async def test_a_wrong_token_names_the_setting_and_is_tried_again(
    telegram: Emulator, adapters: Make, caplog: pytest.LogCaptureFixture, kind: Any
) -> None:
    telegram.fault("*", kind, times=10)
    telegram.citizen(7).say("one")
    async with reading(adapters(settings={"back_off": (0.001, 0.01)})) as stream:
        assert texts(await soon(stream)) == ["one"]
    assert "PALABRE_TELEGRAM__TOKEN" in caplog.text
    assert telegram.token not in caplog.text


async def test_a_token_revoked_while_polling_is_tried_again(telegram: Emulator, adapters: Make) -> None:
    async with reading(adapters(settings={"back_off": (0.001, 0.01)})) as stream:
        telegram.citizen(7).say("one")
        await soon(stream)
        telegram.fault("getUpdates", "unauthorized", times=10)
        telegram.citizen(7).say("two")
        assert texts(await soon(stream)) == ["two"]


@pytest.mark.parametrize("kind", ["bad_gateway", "server_error", "dropped", "lost", "garbage", "later"])
async def test_trouble_passes_and_nothing_is_lost(telegram: Emulator, adapters: Make, kind: Any) -> None:
    lea = telegram.citizen(7)
    async with reading(adapters()) as stream:
        lea.say("one")
        assert texts(await soon(stream)) == ["one"]
        telegram.fault("getUpdates", kind, times=1 if kind == "later" else 4)
        lea.say("two")
        assert texts(await soon(stream)) == ["two"]


async def test_a_server_that_is_not_there_is_waited_for(adapters: Make, telegram: Emulator) -> None:
    port = int(telegram.url.rpartition(":")[2])
    await telegram.stop()
    adapter = adapters()
    async with reading(adapter) as stream:
        waiting = asyncio.create_task(soon(stream))
        await until(lambda: not adapter.reachable)
        telegram.citizen(7).say("one")
        await telegram.start(port)
        assert texts(await waiting) == ["one"]
        assert adapter.reachable


async def test_two_pollers_get_told(telegram: Emulator, adapters: Make, caplog: pytest.LogCaptureFixture) -> None:
    async with reading(adapters()) as first, reading(adapters()) as second:
        one = asyncio.create_task(soon(first))
        await until(lambda: telegram.calls["getupdates"] == 1)
        two = asyncio.create_task(soon(second))
        await until(lambda: "Another program reads updates with the same token" in caplog.text)
        telegram.citizen(7).say("one")
        done, _ = await asyncio.wait({one, two}, return_when=asyncio.FIRST_COMPLETED, timeout=5)
        assert done
        for task in (one, two):
            task.cancel()
        await asyncio.gather(one, two, return_exceptions=True)


async def test_a_forgotten_webhook_is_taken_away(telegram: Emulator, adapters: Make) -> None:
    telegram.pusher.set("http://127.0.0.1:9/none", "s", {})
    async with reading(adapters()) as stream:
        telegram.citizen(7).say("one")
        assert texts(await soon(stream)) == ["one"]
    assert telegram.pusher.url == ""


async def test_a_long_silence_is_told_once(telegram: Emulator, adapters: Make) -> None:
    time = [1000.0]
    adapter = adapters(monotonic=lambda: time[0])
    assert adapter.last_poll_ok is None
    lea = telegram.citizen(7)
    gaps = []
    async with reading(adapter) as stream:
        for seconds in (0, 119, 121, 50):
            time[0] += seconds
            lea.say("hello")
            gaps.append((await soon(stream)).gap)
    assert gaps == [0.0, 0.0, 121.0, 0.0]
    assert adapter.last_poll_ok == time[0]


async def test_presses_older_than_what_telegram_keeps_are_gone_and_words_are_not() -> None:
    time = [1_800_000_000.0]
    async with Emulator(clock=lambda: time[0]) as telegram:
        lea = telegram.citizen(7).known()
        lea.say("words")
        telegram.world.push("callback_query", {"id": "1"}, 7)
        time[0] += 151
        assert len(telegram.world.earliest(100)) == 1
        assert telegram.world.expired == 1


async def test_the_command_menu_goes_up_in_each_language(telegram: Emulator, adapters: Make) -> None:
    menu = {
        "": {"start": "Begin", "help": "How it works"},
        "fr": {"start": "Commencer", "réglages": "Refused by Telegram"},
    }
    telegram.citizen(7).say("/start")
    async with reading(adapters(menu=menu)) as stream:
        await soon(stream)
    assert telegram.world.commands == {
        "": [{"command": "start", "description": "Begin"}, {"command": "help", "description": "How it works"}],
        "fr": [{"command": "start", "description": "Commencer"}],
    }


async def test_a_menu_that_cannot_go_up_stops_nothing(telegram: Emulator, adapters: Make) -> None:
    telegram.fault("setMyCommands", "bad_gateway", times=-1)
    telegram.citizen(7).say("one")
    async with reading(adapters(menu={"": {"start": "Begin"}})) as stream:
        assert texts(await soon(stream)) == ["one"]


async def test_it_asks_for_every_kind_it_reads_and_never_drops(telegram: Emulator, adapters: Make) -> None:
    telegram.citizen(7).say("one")
    async with reading(adapters()) as stream:
        await soon(stream)
    assert telegram.world.allowed == {"message", "edited_message", "callback_query", "my_chat_member"}


def test_waits_double_with_jitter_up_to_the_most_and_start_again() -> None:
    waits = BackOff(5.0, 300.0)
    taken = [waits.wait() for _ in range(10)]
    for wait, middle in zip(taken, [5, 10, 20, 40, 80, 160, 300, 300, 300, 300], strict=True):
        assert 0.8 * middle <= wait <= 1.2 * middle
    waits.reset()
    assert waits.wait() <= 6.0
