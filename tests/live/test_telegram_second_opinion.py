"""Telegram once more, against an emulator that is not ours: telegram-test-api 4.2.1 from npm.

Known faults of that emulator, corrected by the proxy below as the real server behaves: getUpdates answers at once
instead of waiting (a poller would spin), `is_bot` and `chat_instance` are left out, dates of the bot's messages are in
milliseconds, edits and answers to presses give null. It does not know offsets: what was given once is not given again.
"""

import asyncio
import json
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from running import PATIENCE, Town

from adapters.base import Inbound, Outgoing, Part, Place
from adapters.telegram import TelegramSettings, build
from flows.events import Pressed, Said
from flows.messages import Bold, Button, paragraph
from locales import tr

HOME = Path(__file__).parents[2] / "build" / "emulator"
TOKEN = "666:second-opinion-token"
MAIN = """
const TelegramServer = require('telegram-test-api');
const port = Number(process.argv[1]);
new TelegramServer({ port, host: '127.0.0.1' }).start().then(() => console.log('ready'));
"""

if shutil.which("node") is None:
    pytest.skip("Node.js is not here", allow_module_level=True)
if not (HOME / "node_modules" / "telegram-test-api").is_dir():
    pytest.skip("telegram-test-api is not here: sh tests/live/install-emulator.sh", allow_module_level=True)


class SecondOpinion:
    """The foreign emulator behind a correcting proxy at `url`, and one citizen in it."""

    def __init__(self, server: str, session: aiohttp.ClientSession) -> None:
        self.url = ""
        self.token = TOKEN
        self.answered: list[str] = []
        self._server = server
        self._session = session
        self._lea = {"id": 7, "first_name": "Léa", "is_bot": False, "language_code": "fr"}
        self._chat = {"id": 7, "first_name": "Léa", "type": "private"}

    # The citizen

    async def say(self, text: str) -> None:
        message = {"botToken": TOKEN, "date": 1_800_000_000, "from": self._lea, "chat": self._chat, "text": text}
        await self._post("/sendMessage", message)

    async def press(self, label: str) -> None:
        for shown in reversed(await self.screen()):
            for row in shown["buttons"]:
                for button in row:
                    if button["text"] == label:
                        message = {"message_id": shown["id"], "chat": self._chat, "date": 1_800_000_000}
                        query = {"botToken": TOKEN, "from": self._lea, "message": message}
                        await self._post("/sendCallback", query | {"data": button["callback_data"]})
                        return
        raise LookupError(label)

    async def screen(self) -> list[dict[str, Any]]:
        """The bot's messages, oldest first; their text with markup, as sent."""
        history = await self._post("/getUpdatesHistory", {"token": TOKEN})
        return [
            {
                "id": one["messageId"],
                "text": one["message"]["text"],
                "buttons": one["message"].get("reply_markup", {}).get("inline_keyboard", []),
            }
            for one in history
            if "chat_id" in one.get("message", {})
        ]

    async def _post(self, path: str, data: dict[str, Any]) -> Any:
        async with self._session.post(self._server + path, json=data) as answer:
            return (await answer.json())["result"]

    # The proxy

    async def forward(self, request: web.Request) -> web.Response:
        method, body = request.match_info["method"], await request.read()
        path = f"{self._server}/bot{request.match_info['token']}/{method}"
        wait = 0.0
        if method == "getUpdates":
            wait = json.loads(body).get("timeout", 0)
        while True:
            async with self._session.post(path, data=body, headers={"Content-Type": request.content_type}) as answer:
                status, data = answer.status, await answer.json()
            if data.get("result") != [] or wait <= 0:
                return web.json_response(self._corrected(method, data, body), status=status)
            wait -= 0.02
            await asyncio.sleep(0.02)

    def _corrected(self, method: str, data: dict[str, Any], body: bytes) -> dict[str, Any]:
        result = data.get("result")
        match method:
            case "getMe":
                result["is_bot"] = True
            case "sendMessage":
                result["date"] //= 1000
            case "editMessageText":
                sent = json.loads(body)
                result = {"message_id": int(sent["message_id"]), "chat": self._chat, "date": 1_800_000_000}
            case "answerCallbackQuery":
                self.answered.append(json.loads(body).get("text", ""))
                result = True
            case "getUpdates":
                for update in result:
                    if "callback_query" in update:
                        update["callback_query"]["chat_instance"] = "1"
        return data | {"result": result}


@pytest.fixture
async def second() -> AsyncIterator[SecondOpinion]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        "node", "-e", MAIN, str(port), cwd=HOME, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(30):
            line = await process.stdout.readline()
        assert line == b"ready\n", line
        async with aiohttp.ClientSession() as session:
            opinion = SecondOpinion(f"http://127.0.0.1:{port}", session)
            app = web.Application()
            app.router.add_post("/bot{token}/{method}", opinion.forward)
            runner = web.AppRunner(app, shutdown_timeout=0.1)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            opinion.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            yield opinion
            await runner.cleanup()
    finally:
        process.terminate()
        await process.wait()


async def next_item(stream: Any) -> Inbound:
    async with asyncio.timeout(10):
        while True:
            batch = await anext(stream)
            if batch.items:
                (item,) = batch.items
                assert isinstance(item, Inbound)
                return item


async def test_start_question_press_note_edit_and_a_word(second: SecondOpinion) -> None:
    adapter = build(TelegramSettings(token=second.token, base_url=second.url))
    place = Place("telegram", "7")
    async with aclosing(adapter.receive(None)) as stream:  # type: ignore[type-var]
        await second.say("/start mobilite")
        item = await next_item(stream)
        assert isinstance(item.event, Said)
        assert (item.event.text, item.place, item.person) == ("/start mobilite", place, "7")
        assert (item.locale, item.private) == ("fr", True)

        rows = ((Button(label="À vélo", data="1.p.velo"), Button(label="En bus", data="1.p.bus")),)
        question = Part(body=(paragraph(Bold("Comment"), " venez-vous <ici> ?"),), rows=rows)
        sent = await adapter.send(Outgoing(key="k1", place=place, part=question))
        (shown,) = await second.screen()
        assert str(shown["id"]) == sent.ref
        assert shown["text"] == "<b>Comment</b> venez-vous &lt;ici&gt; ?"

        await second.press("En bus")
        item = await next_item(stream)
        assert isinstance(item.event, Pressed)
        assert (item.event.data, item.event.message) == ("1.p.bus", sent.ref)
        await adapter.note(item.key, "Noté")
        assert second.answered == ["Noté"]

        answer = Part(body=(paragraph("✔ En bus"),))
        assert await adapter.send(Outgoing(key="k2", place=place, part=answer, replaces=sent.ref)) == sent
        assert [one["text"] for one in await second.screen()] == ["✔ En bus"]

        await second.say("la deuxième")
        item = await next_item(stream)
        assert isinstance(item.event, Said)
        assert item.event.text == "la deuxième"
    await adapter.close()


FLOW = """
palabre: 1
id: mobilite
lang: fr
title: "Se déplacer demain"
steps:
  - say: hello
    text: "Bonjour et bienvenue."
  - ask: mode
    text: "Comment venez-vous ?"
    one_of: {velo: "À vélo", bus: "En bus"}
    dont_know: true
  - ask: freins
    text: "Qu'est-ce qui vous retient ?"
    any_of: {danger: "Le danger", pluie: "La pluie"}
    dont_know: true
  - ask: idee
    text: "Avez-vous une idée ?"
    short_text: true
    optional: true
  - end: thanks
    text: "Merci beaucoup."
"""


async def test_a_whole_conversation_with_the_real_service(second: SecondOpinion, tmp_path: Path) -> None:
    async def sees(words: str, label: str = "") -> dict[str, Any]:
        """Wait until the newest message says `words`, with a button `label` if asked for."""
        async with asyncio.timeout(PATIENCE):
            while True:
                screen = await second.screen()
                labels = [button["text"] for row in screen[-1]["buttons"] for button in row] if screen else []
                if screen and words in screen[-1]["text"] and (not label or label in labels):
                    return screen[-1]
                await asyncio.sleep(0.05)

    async with Town(
        tmp_path, TELEGRAM__TOKEN=second.token, TELEGRAM__BASE_URL=second.url, TELEGRAM__RATE_LIMITS="false"
    ) as town:
        await town.publish(FLOW, "--open", "now")
        await town.start()
        await second.say("/start mobilite")
        await sees("Comment venez-vous ?", "En bus")
        await second.press("En bus")
        await sees("Qu'est-ce qui vous retient ?", "Le danger")
        await second.press("Le danger")
        await sees("Qu'est-ce qui vous retient ?", "✔ Le danger")
        await second.press(tr("fr", "Done"))
        await sees("Avez-vous une idée ?")
        await second.say("Des bancs & de l'ombre")
        recap = await sees(tr("fr", "Here are your answers. Is everything right?"))
        assert "Des bancs &amp; de l'ombre" in recap["text"]
        await second.press(tr("fr", "Send"))
        await sees("Merci beaucoup.")
        texts = [one["text"] for one in await second.screen()]
        assert [text for text in texts if "✔ En bus" in text] == [
            text for text in texts if "Comment venez-vous ?\n" in text
        ]
        assert len(second.answered) == 4
        await town.palabre("close", "mobilite")
        result = await town.results("mobilite")
        counted = {asked["name"]: {row["code"]: row["count"] for row in asked["rows"]} for asked in result["questions"]}
        assert counted["mode"] == {"velo": 0, "bus": 1}
        assert counted["freins"] == {"danger": 1, "pluie": 0}
