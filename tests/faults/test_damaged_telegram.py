"""Damaged updates of Telegram: none stops the service, none costs a neighbour in the same batch theirs.

The thousands are read as they come from the wire; some hundreds go the whole road, by long poll and by webhook.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from damaging import NOW, Damage, Mill, sound, told

from adapters.base import Inbound
from adapters.telegram import TelegramAdapter, TelegramSettings
from adapters.telegram.reading import Malformed, Me, callback_id, file_wanted, read
from adapters.telegram.transport import parse
from adapters.telegram_emulator import Emulator
from flows.events import Said

SEED = 20260302
ME = Me(4242, "palabre_bot")
DATE = int(NOW.timestamp())
LEA = {"id": 7, "is_bot": False, "first_name": "Léa", "language_code": "fr"}
TOM = {"id": 8, "is_bot": False, "first_name": "Tom", "language_code": "en-GB"}
UNNAMED = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
HOME = {"id": 7, "type": "private", "first_name": "Léa"}
SQUARE = {"id": -100123, "type": "supergroup", "title": "Quartier", "is_forum": True}
OURS = {"message_id": 3, "from": {"id": 4242, "is_bot": True}, "chat": SQUARE, "date": DATE, "text": "?"}
POLL = {"question": "Quand ?", "options": [{"text": "lundi"}, {"text": "mardi"}], "allows_multiple_answers": True}
SIZES = [{"file_id": f"s{side}", "width": side, "height": side} for side in (90, 320, 1280)]
FILE = {"file_id": "f1", "file_name": "vote.yaml", "mime_type": "text/yaml", "file_size": 900}


def _message(chat: dict[str, Any] = HOME, **fields: Any) -> dict[str, Any]:
    return {"message": {"message_id": 5, "from": LEA, "chat": chat, "date": DATE, **fields}}


def _answer(text: str, original: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return _message(SQUARE, text=text, reply_to_message=original, **fields)


def _press(chat: dict[str, Any], data: str) -> dict[str, Any]:
    carrier = {"message_id": 5, "chat": chat, "date": DATE, "message_thread_id": 12, "is_topic_message": True}
    return {"callback_query": {"id": "900", "from": LEA, "message": carrier, "data": data, "chat_instance": "1"}}


def _member(before: str, after: str, chat: dict[str, Any]) -> dict[str, Any]:
    who = {"id": 4242, "is_bot": True}
    told = {f"{name}_chat_member": {"user": who, "status": now} for name, now in (("old", before), ("new", after))}
    return {"my_chat_member": {"chat": chat, "from": LEA, "date": DATE, **told}}


VALID = [
    _message(text="/start mobilite", entities=[{"type": "bot_command", "offset": 0, "length": 6}]),
    _message(text="1"),
    _message(text="an idea, and why"),
    _message(photo=SIZES, caption="le trou"),
    _message(document=FILE),
    _message(document=FILE | {"mime_type": "image/png"}),
    _message(location={"latitude": 48.85, "longitude": 2.35}, venue={"title": "Mairie"}),
    _message(voice={"file_id": "v", "duration": 3}),
    _message(SQUARE, text="/poll@palabre_bot Pizza ? oui, non", message_thread_id=12, is_topic_message=True),
    _message(SQUARE, text="bonjour à tous"),
    _message(SQUARE, migrate_to_chat_id=-1009),
    _message(SQUARE, text="/poll", sender_chat=SQUARE, **{"from": UNNAMED}),
    _answer("oui", OURS),
    _answer("/report", {"message_id": 4, "from": TOM, "chat": SQUARE, "date": DATE, "text": "achetez !"}),
    _answer("/poll", {"message_id": 4, "from": TOM, "chat": SQUARE, "date": DATE, "poll": POLL}),
    _answer("/help", OURS | {"forum_topic_created": {"name": "Vélo"}}, message_thread_id=1, is_topic_message=True),
    {"edited_message": _message(SQUARE, text="non", edit_date=DATE + 9)["message"]},
    _press(HOME, "1.abcdefghijkl.0"),
    _press(SQUARE, "v.mobilite.0"),
    _press(SQUARE, "m.1.0.ok"),
    _member("member", "kicked", HOME),
    _member("left", "administrator", SQUARE),
]


def _neighbour(number: int) -> dict[str, Any]:
    """Somebody else's good update in the same batch."""
    said = {"message_id": number, "from": TOM, "chat": HOME | {"id": 8}, "date": DATE, "text": f"good {number}"}
    return {"update_id": number, "message": said}


def _good(item: Inbound | None) -> bool:
    return item is not None and isinstance(item.event, Said) and item.event.text == f"good {item.key}"


def _reads(damage: Damage, many: int) -> None:
    """`many` damaged updates, ten in a batch with two good ones, through what reads them."""
    for batch in range(many // 10):
        with told(damage.seed, lambda batch=batch: batch):
            updates = [damage.wounded({"update_id": 100 + at, **damage.dice.choice(VALID)}) for at in range(10)]
            for number in (1, 2):
                updates.insert(damage.dice.randrange(len(updates) + 1), _neighbour(number))
            found = parse(damage.written({"ok": True, "result": updates}))
            assert found.get("ok") is True, "one damaged update hides the whole batch"
            assert sum(_good(_read(update)) for update in found["result"]) == 2


def _read(update: Any) -> Inbound | None:
    try:
        item = read(update, ME, "telegram", NOW)
    except Malformed:
        return None
    callback_id(update)
    file_wanted(update)
    if item is not None:
        sound(item)
    return item


def test_thousands_are_read() -> None:
    _reads(Damage(SEED), 5_000)


@pytest.mark.soak
def test_a_hundred_thousand_are_read() -> None:
    _reads(Damage(SEED + 1), 100_000)


# --- The whole road --------------------------------------------------------------------------------------------------


@pytest.fixture
async def telegram() -> AsyncIterator[Emulator]:
    async with Emulator() as emulator:
        yield emulator


def _adapter(telegram: Emulator, **more: Any) -> TelegramAdapter:
    waits = {"back_off": (0.01, 0.1), "retry": (0.01, 0.1)}
    settings = TelegramSettings(token=telegram.token, base_url=telegram.url, **waits, **more)
    return TelegramAdapter(settings, now=lambda: NOW)


async def _until_heard(adapter: TelegramAdapter, mill: Mill, wanted: set[str]) -> None:
    """Read and think until every neighbour was heard."""
    stream = adapter.receive(None)
    async with asyncio.timeout(60):
        async for batch in stream:
            mill.takes("telegram", batch.items)
            wanted -= {item.event.text for item in batch.items if isinstance(item.event, Said)}
            if not wanted:
                break
    await stream.aclose()  # type: ignore[attr-defined]
    await adapter.close()


async def test_hundreds_by_long_poll(telegram: Emulator, mill: Mill) -> None:
    damage, world, wanted = Damage(SEED + 2), telegram.world, set()
    with told(damage.seed, lambda: "long poll"):
        for number in range(400):
            world.last_update += 1
            update = damage.wounded(damage.dice.choice(VALID))
            known = {"update_id": world.last_update}  # a number that is lost or wrong would be Telegram's own loss
            world.push_raw(damage.written(update | known if isinstance(update, dict) else {"message": update} | known))
            if number % 10 == 9:
                telegram.citizen(8).say(f"good {number}")
                wanted.add(f"good {number}")
        await _until_heard(_adapter(telegram), mill, wanted)
    mill.fine()


async def test_hundreds_by_webhook(telegram: Emulator, mill: Mill) -> None:
    """Also in bytes that are no JSON: each push is answered, or Telegram would send it again for ever."""
    damage, wanted = Damage(SEED + 3), set()
    adapter = _adapter(telegram, mode="webhook", webhook_url="https://town.example/in", webhook_secret="s")
    bodies = []
    for number in range(400):
        update = {"update_id": number, **damage.dice.choice(VALID)}
        torn = damage.dice.random() < 0.5
        bodies.append(damage.torn(damage.written(update)) if torn else damage.written(damage.wounded(update)))
        if number % 10 == 9:
            bodies.append(json.dumps(_neighbour(1000 + number)).encode())
            wanted.add(f"good {1000 + number}")
    with told(damage.seed, lambda: "webhook"):
        reading = asyncio.create_task(_until_heard(adapter, mill, wanted))
        answers = await asyncio.gather(*(adapter.webhook_endpoint(body, "s") for body in bodies[:-1]))
        last = asyncio.create_task(adapter.webhook_endpoint(bodies[-1], "s"))
        await reading
        last.cancel()
        await asyncio.gather(last, return_exceptions=True)
        assert {status for status, _answer in answers} == {200}
    mill.fine()
