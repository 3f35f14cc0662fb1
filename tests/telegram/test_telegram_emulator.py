"""The emulator is as strict as Telegram: what it must refuse, keep and forget."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, Forbidden

from adapters.telegram.transport import Transport
from adapters.telegram_emulator import TOKEN, Emulator, html


@pytest.fixture
async def web() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def call(web: aiohttp.ClientSession, telegram: Emulator, method: str, **params: Any) -> tuple[int, Any]:
    async with web.post(f"{telegram.url}/bot{telegram.token}/{method}", json=params) as answer:
        body = await answer.json()
        return answer.status, body["result"] if body["ok"] else body["description"]


async def test_unknown_tokens_and_methods(web: aiohttp.ClientSession, telegram: Emulator) -> None:
    for path, status in (
        ("/bot1:wrong/getMe", 401),
        ("/botwrong/getMe", 404),
        (f"/bot{TOKEN}/noSuch", 404),
        ("/", 404),
    ):
        async with web.post(telegram.url + path) as answer:
            assert answer.status == status
            assert (await answer.json())["ok"] is False


async def test_the_stock_library_gets_along_with_it(telegram: Emulator) -> None:
    """`telegram.Bot` parses every answer into its objects: ids, dates, keyboards, presses."""
    lea = telegram.citizen(7).known()
    transport = Transport(telegram.url, telegram.token)
    async with Bot(
        telegram.token, base_url=f"{telegram.url}/bot", request=transport, get_updates_request=transport
    ) as bot:
        assert bot.username == "palabre_bot"
        keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Oui", callback_data="y")]])
        message = await bot.send_message(7, "<b>Hi</b> & you", parse_mode="HTML", reply_markup=keyboard)
        assert (message.text, message.entities[0].type) == ("Hi & you", "bold")
        lea.press("Oui")
        lea.say("/start x")
        press, said = await bot.get_updates(timeout=1)
        assert press.callback_query
        assert press.callback_query.data == "y"
        assert press.callback_query.message
        assert press.callback_query.message.message_id == message.message_id
        assert said.message
        assert said.message.text == "/start x"
        assert await press.callback_query.answer("Noted")
        edited = await bot.edit_message_text("done", 7, message.message_id)
        assert not isinstance(edited, bool)
        assert edited.text == "done"
        with pytest.raises(BadRequest, match="is not modified"):
            await bot.edit_message_text("done", 7, message.message_id)
        assert (await bot.get_webhook_info()).url == ""
        lea.block()
        with pytest.raises(Forbidden, match="bot was blocked by the user"):
            await bot.send_message(7, "x")
    assert lea.notes == ["Noted"]


async def test_forms_as_well_as_json(web: aiohttp.ClientSession, telegram: Emulator) -> None:
    lea = telegram.citizen(7).known()
    url = f"{telegram.url}/bot{telegram.token}/sendMessage"
    keyboard = json.dumps({"inline_keyboard": [[{"text": "Oui", "callback_data": "y"}]]})
    async with web.post(url, data={"chat_id": "7", "text": "é & ü", "reply_markup": keyboard}) as answer:
        assert answer.status == 200
    async with web.get(url, params={"chat_id": "7", "text": "by address"}) as answer:
        assert answer.status == 200
    assert [(one.text, one.labels) for one in lea.screen()] == [("é & ü", ["Oui"]), ("by address", [])]


async def test_updates_stay_until_a_higher_offset(web: aiohttp.ClientSession, telegram: Emulator) -> None:
    lea = telegram.citizen(7)
    for word in ("one", "two", "three"):
        lea.say(word)
    _, first = await call(web, telegram, "getUpdates")
    _, again = await call(web, telegram, "getUpdates", offset=first[0]["update_id"])
    assert [one["message"]["text"] for one in again] == ["one", "two", "three"]
    _, rest = await call(web, telegram, "getUpdates", offset=first[1]["update_id"], limit=1)
    assert [one["message"]["text"] for one in rest] == ["two"]
    _, last = await call(web, telegram, "getUpdates", offset=-1)
    assert [one["message"]["text"] for one in last] == ["three"]
    assert telegram.unconfirmed == 1


async def test_two_waiting_polls(web: aiohttp.ClientSession, telegram: Emulator) -> None:
    first = asyncio.create_task(call(web, telegram, "getUpdates", timeout=5))
    await asyncio.sleep(0.05)
    second = asyncio.create_task(call(web, telegram, "getUpdates", timeout=5))
    status, description = await first
    assert (status, description.partition(":")[0]) == (409, "Conflict")
    telegram.citizen(7).say("one")
    assert len((await second)[1]) == 1


async def test_a_poll_whose_client_died_swallows_nothing(web: aiohttp.ClientSession, telegram: Emulator) -> None:
    dead = asyncio.create_task(call(web, telegram, "getUpdates", timeout=5))
    await asyncio.sleep(0.05)
    dead.cancel()
    await asyncio.gather(dead, return_exceptions=True)
    await asyncio.sleep(0.05)
    telegram.citizen(7).say("one")
    status, updates = await call(web, telegram, "getUpdates", timeout=0)
    assert (status, len(updates)) == (200, 1)


async def test_haste_is_refused_per_person_group_and_bot(web: aiohttp.ClientSession) -> None:
    time = [1_800_000_000.0]
    async with Emulator(limits=True, clock=lambda: time[0]) as telegram:
        telegram.citizen(7).known()
        statuses = [(await call(web, telegram, "sendMessage", chat_id=7, text=str(n)))[0] for n in range(6)]
        assert statuses == [200] * 5 + [429]
        time[0] += 6
        assert (await call(web, telegram, "sendMessage", chat_id=7, text="x"))[0] == 200
        telegram.group(-55)
        time[0] += 10
        statuses = [(await call(web, telegram, "sendMessage", chat_id=-55, text=str(n)))[0] for n in range(21)]
        assert statuses == [200] * 20 + [429]
        time[0] += 100
        for number in range(100, 107):
            telegram.citizen(number).known()
        statuses = [(await call(web, telegram, "sendMessage", chat_id=100 + n // 5, text=str(n)))[0] for n in range(31)]
        assert statuses == [200] * 30 + [429]


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("<b>x", "Can't find end tag"),
        ("x</b>", "Unexpected end tag"),
        ("<b><i>x</b></i>", "Unmatched end tag"),
        ("<script>x</script>", "Unsupported start tag"),
        ("<br/>", "Unsupported start tag"),
        ("1 < 2", "Unclosed start tag"),
        ("a <> b", "Unsupported start tag"),
        ("<b", "Unclosed start tag"),
        ("<span>x</span>", 'must have class "tg-spoiler"'),
        ('<a href="x" !>y</a>', "Unexpected end of name token"),
    ],
)
def test_bad_html(source: str, problem: str) -> None:
    with pytest.raises(html.BadHtml, match=problem.replace("(", "\\(")):
        html.parse(source)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<b>x</b> &amp; &lt;y&gt; &#233; &nbsp; & > é", "x & <y> é &nbsp; & > é"),
        ("  <i> padded </i>\n", "padded"),
        ("<a href='https://x.fr'>x</a><code>y</code>", "xy"),
        ('<span class="tg-spoiler">x</span>', "x"),
        ("a\u202eb\r\x07c", "ab c"),
    ],
)
def test_good_html(source: str, text: str) -> None:
    assert html.parse(source)[0] == text


async def test_what_is_too_much(web: aiohttp.ClientSession, telegram: Emulator) -> None:
    telegram.citizen(7).known()

    def keyboard(*buttons: dict[str, str]) -> dict[str, Any]:
        return {"inline_keyboard": [[button] for button in buttons]}

    for params, sentence in (
        ({"text": "x" * 4097}, "message is too long"),
        ({"text": " "}, "message text is empty"),
        ({"text": "x", "parse_mode": "Word"}, "unsupported parse_mode"),
        ({"text": "x", "reply_markup": keyboard({"text": "x", "callback_data": "y" * 65})}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "reply_markup": keyboard({"text": "x"})}, "Text buttons are unallowed"),
        ({"text": "x", "reply_markup": keyboard(*[{"text": "x", "callback_data": "y"}] * 101)}, "is too long"),
        ({"text": "x", "reply_markup": keyboard({"text": "x", "url": "y"})}, "Wrong HTTP URL"),
        ({"text": "x", "message_thread_id": 3}, "message thread not found"),
    ):
        status, description = await call(web, telegram, "sendMessage", chat_id=7, **params)
        assert (status, sentence in description) == (400, True), description


async def test_groups_in_privacy_mode(telegram: Emulator) -> None:
    lea, group = telegram.citizen(7), telegram.group(-55)
    for text in ("bonjour", "/poll@other_bot", "/poll", "/poll@palabre_bot x"):
        lea.say(text, group=group)
    assert [json.loads(one.body)["message"]["text"] for one in telegram.world.queue] == ["/poll", "/poll@palabre_bot x"]
    telegram.group(-56, admin=True)
    lea.say("bonjour", group=telegram.group(-56))
    assert telegram.unconfirmed == 3


async def test_a_button_that_is_not_there_cannot_be_pressed(telegram: Emulator) -> None:
    with pytest.raises(LookupError):
        telegram.citizen(7).press("Oui")


def control(url: str, **request: Any) -> Any:
    data = json.dumps(request).encode()
    with urllib.request.urlopen(urllib.request.Request(f"{url}/control", data=data), timeout=10) as answer:
        return json.load(answer)


async def test_in_a_process_of_its_own_driven_by_http() -> None:
    command = [sys.executable, "-m", "adapters.telegram_emulator", "--port", "0"]
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        url, token = (await process.stdout.readline()).decode().split()
        await asyncio.to_thread(control, url, do="say", id=7, text="/start")
        transport = Transport(url, token)
        keyboard = {"inline_keyboard": [[{"text": "Oui", "callback_data": "y"}]]}
        reply = await transport.call("sendMessage", {"chat_id": 7, "text": "?", "reply_markup": keyboard})
        assert reply.ok
        answers = await asyncio.to_thread(
            control, url, do="many", acts=[{"do": "press", "id": 7, "button": "Oui"}, {"do": "screen", "id": 7}]
        )
        assert answers[1]["messages"][0]["text"] == "?"
        updates = (await transport.call("getUpdates", {"timeout": 1})).body["result"]
        assert [sorted(one) for one in updates] == [["message", "update_id"], ["callback_query", "update_id"]]
        status = await asyncio.to_thread(control, url, do="status")
        assert status["calls"] == {"sendmessage": 1, "getupdates": 1}
        await asyncio.to_thread(control, url, do="fault", method="getMe", kind="bad_gateway")
        assert (await transport.call("getMe", {})).status == 502
        await transport.shutdown()
        os.kill(process.pid, signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 10) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_a_crowd_presses_as_often_as_told(telegram: Emulator, web: aiohttp.ClientSession) -> None:
    from adapters.telegram_emulator.crowd import Crowd

    crowd = Crowd(telegram, people=5, presses=4)
    crowd.start()
    keyboard = {"inline_keyboard": [[{"text": "a", "callback_data": "a"}, {"text": "b", "callback_data": "b"}]]}

    async def bot() -> None:
        offset = count = 0
        while True:
            _, updates = await call(web, telegram, "getUpdates", offset=offset, timeout=5)
            for update in updates:
                offset = update["update_id"] + 1
                if "message" in update:
                    chat = update["message"]["chat"]["id"]
                    await call(web, telegram, "sendMessage", chat_id=chat, text="?", reply_markup=keyboard)
                    continue
                query, count = update["callback_query"], count + 1
                await call(web, telegram, "answerCallbackQuery", callback_query_id=query["id"])
                where = {"chat_id": query["from"]["id"], "message_id": query["message"]["message_id"]}
                await call(web, telegram, "editMessageText", **where, text=f"? {count}", reply_markup=keyboard)

    task = asyncio.create_task(bot())
    figures = await crowd.finish(10)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert (figures.presses, figures.finished, len(figures.replies), len(figures.answers)) == (20, 5, 20, 20)
    assert crowd.summary()["done"] is True


async def test_a_crowd_answers_a_question_that_was_shown_twice_once(
    telegram: Emulator, web: aiohttp.ClientSession
) -> None:
    """As it is shown when its sending got lost; somebody who pressed both would wait for ever for a reaction. Each
    answer is measured from its own press, also when the screen changed first."""
    from adapters.telegram_emulator.crowd import Crowd

    crowd = Crowd(telegram, people=3, presses=3, think=0.02)
    crowd.start()

    async def ask_twice(chat: int, number: int) -> None:
        keyboard = {"inline_keyboard": [[{"text": "a", "callback_data": str(number)}]]}
        for _ in range(2):
            await call(web, telegram, "sendMessage", chat_id=chat, text=f"Question {number}", reply_markup=keyboard)

    async def bot() -> None:
        offset, met = 0, set()
        while True:
            _, updates = await call(web, telegram, "getUpdates", offset=offset, timeout=5)
            for update in updates:
                offset = update["update_id"] + 1
                if "message" in update:
                    await asyncio.sleep(0.5)
                    await ask_twice(update["message"]["chat"]["id"], 1)
                    continue
                query = update["callback_query"]
                pressed = (query["from"]["id"], query["data"])
                if pressed not in met:
                    met.add(pressed)
                    await ask_twice(query["from"]["id"], int(query["data"]) + 1)
                await call(web, telegram, "answerCallbackQuery", callback_query_id=query["id"])

    task = asyncio.create_task(bot())
    figures = await crowd.finish(10)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert (figures.presses, figures.finished) == (9, 3)
    assert min(figures.answers) < 0.5
