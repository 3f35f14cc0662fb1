"""Moderation on a real Synapse: what moderators decided is done to the message or the person, ends at its time, and
where the server does not let us, the moderators learn why."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import pytest_asyncio
from running import Town, free_port

sys.path.insert(0, str(Path(__file__).parent))

from synapse import Registered, Synapse

from adapters.base import Action, Lacking, Place, Refused
from adapters.matrix import MatrixAdapter, MatrixSettings
from adapters.matrix.acting import ACTS
from bot import letters
from bot.letters import Do
from locales import tr

pytestmark = pytest.mark.asyncio(loop_scope="module")
_names = iter(range(1, 1_000_000))
CLIENT = "/_matrix/client/v3"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def synapse(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Synapse]:
    async with Synapse(tmp_path_factory.mktemp("synapse"), free_port()) as synapse:
        yield synapse


async def somebody(synapse: Synapse) -> Registered:
    return await synapse.register(f"acting{next(_names)}")


def adapter_of(synapse: Synapse, bot: Registered, folder: Path) -> MatrixAdapter:
    return MatrixAdapter(
        MatrixSettings(
            homeserver=synapse.url,
            user=bot.user,
            access_token=bot.token,
            device_id=bot.device,
            store=folder / "keys",
            retry=(0.01, 0.1),
        )
    )


async def room_of(synapse: Synapse, owner: Registered, *others: Registered, **more: Any) -> str:
    body = {"preset": "public_chat", "name": "Le quartier", **more}
    made = await synapse.ask("POST", f"{CLIENT}/createRoom", owner.token, body)
    room = str(made["room_id"])
    for other in others:
        await synapse.ask("POST", f"{CLIENT}/join/{quote(room)}", other.token, {})
    return room


async def says(synapse: Synapse, who: Registered, room: str, text: str, *, status: int | None = 200) -> dict[str, Any]:
    path = f"{CLIENT}/rooms/{quote(room)}/send/m.room.message/t{next(_names)}"
    return await synapse.ask("PUT", path, who.token, {"msgtype": "m.text", "body": text}, status=status)


async def may_speak(synapse: Synapse, who: Registered, room: str) -> bool:
    return "event_id" in await says(synapse, who, room, "encore", status=None)


async def levels(synapse: Synapse, who: Registered, room: str, **users: int) -> dict[str, Any]:
    """The levels of a room, after those of `users` (by the first part of their name) were changed."""
    path = f"{CLIENT}/rooms/{quote(room)}/state/m.room.power_levels"
    held = await synapse.ask("GET", path, who.token)
    if users:
        held["users"] |= {f"@{name}:{who.user.partition(':')[2]}": level for name, level in users.items()}
        await synapse.ask("PUT", path, who.token, held)
    return held


async def lacking(adapter: MatrixAdapter, action: Action) -> Lacking | None:
    with pytest.raises(Refused) as refused:
        await adapter.act(action)
    return refused.value.lacking


def name(who: Registered) -> str:
    return who.user[1:].partition(":")[0]


@pytest.mark.parametrize("version", ["10", "11", "12"])
async def test_who_made_the_room_may_do_everything_in_it(synapse: Synapse, tmp_path: Path, version: str) -> None:
    """In version 12 who made a room stands in no list of levels, and above them all."""
    bot, tom = await somebody(synapse), await somebody(synapse)
    room = await room_of(synapse, bot, tom, room_version=version)
    adapter, place = adapter_of(synapse, bot, tmp_path), Place("matrix", room)
    assert await adapter.rights(place) == ACTS
    said = (await says(synapse, tom, room, "achetez !"))["event_id"]

    async def do(act: str) -> None:
        for attempt in range(2):
            action = Action(key=f"{act}{attempt}", place=place, act=act, ref=said, person=tom.user)
            await adapter.act(action)

    await do("delete")
    event = await synapse.ask("GET", f"{CLIENT}/rooms/{quote(room)}/event/{quote(said)}", bot.token)
    assert event["content"] == {}
    await do("mute")
    assert not await may_speak(synapse, tom, room)
    await do("unmute")
    assert await may_speak(synapse, tom, room)
    assert tom.user not in (await levels(synapse, bot, room))["users"]
    await do("ban")
    assert not await may_speak(synapse, tom, room)
    await do("unban")
    await synapse.ask("POST", f"{CLIENT}/join/{quote(room)}", tom.token, {})
    assert await may_speak(synapse, tom, room)
    await adapter.close()


async def test_a_level_is_given_back_after_a_mute_but_not_over_a_later_one(synapse: Synapse, tmp_path: Path) -> None:
    bot, tom = await somebody(synapse), await somebody(synapse)
    room = await room_of(synapse, bot, tom, room_version="11")
    adapter, place = adapter_of(synapse, bot, tmp_path), Place("matrix", room)

    async def do(act: str) -> None:
        await adapter.act(Action(key="k", place=place, act=act, person=tom.user))

    await levels(synapse, bot, room, **{name(tom): 20})
    await do("mute")
    assert not await may_speak(synapse, tom, room)
    await adapter.close()
    adapter = adapter_of(synapse, bot, tmp_path)  # after a restart
    await do("unmute")
    assert (await levels(synapse, bot, room))["users"][tom.user] == 20
    await do("mute")
    await levels(synapse, bot, room, **{name(tom): 30})  # by hand, meanwhile
    await do("unmute")
    assert (await levels(synapse, bot, room))["users"][tom.user] == 30
    await adapter.close()


async def test_what_stands_in_the_way_is_told(synapse: Synapse, tmp_path: Path) -> None:
    bot, mayor, tom = [await somebody(synapse) for _ in range(3)]
    room = await room_of(synapse, mayor, tom, bot, room_version="11")
    adapter, place = adapter_of(synapse, bot, tmp_path), Place("matrix", room)
    said = (await says(synapse, tom, room, "achetez !"))["event_id"]

    def do(act: str, *, ref: str = said, person: str = tom.user) -> Action:
        return Action(key=f"{act}{ref}{next(_names)}", place=place, act=act, ref=ref, person=person)

    assert await adapter.rights(place) == frozenset()
    assert await lacking(adapter, do("delete")) is Lacking.RIGHT
    assert await lacking(adapter, do("ban")) is Lacking.STANDING  # nobody below us
    await levels(synapse, mayor, room, **{name(bot): 10})
    await adapter.close()
    adapter = adapter_of(synapse, bot, tmp_path)
    assert await lacking(adapter, do("ban")) is Lacking.RIGHT
    assert await lacking(adapter, do("mute")) is Lacking.RIGHT
    await levels(synapse, mayor, room, **{name(bot): 50})
    await adapter.close()
    adapter = adapter_of(synapse, bot, tmp_path)
    assert await adapter.rights(place) == {"delete", "ban", "unban"}  # levels take 100 here
    await adapter.act(do("delete"))
    assert await lacking(adapter, do("ban", person=mayor.user)) is Lacking.STANDING
    await adapter.act(do("delete", ref="$nothing"))
    await adapter.act(do("unban", person="@nobody:town.test"))
    await adapter.close()


async def test_a_decision_goes_all_the_way_and_ends(synapse: Synapse, tmp_path: Path) -> None:
    bot, mayor, tom = [await somebody(synapse) for _ in range(3)]
    room = await room_of(synapse, mayor, tom, room_version="11", invite=[bot.user])
    desk = await room_of(synapse, mayor, invite=[bot.user])
    await levels(synapse, mayor, room, **{name(bot): 100})
    said = (await says(synapse, tom, room, "achetez !"))["event_id"]
    town = Town(
        tmp_path,
        MATRIX__HOMESERVER=synapse.url,
        MATRIX__USER=bot.user,
        MATRIX__ACCESS_TOKEN=bot.token,
        MATRIX__DEVICE_ID=bot.device,
        MATRIX__STORE=str(tmp_path / "keys"),
    )
    async with town:
        await town.start()
        for one in (room, desk):
            await _joined(synapse, mayor, one, bot)
        end = datetime.now(UTC) + timedelta(seconds=8)
        place = f"matrix:{room}"
        _write(town, place, Do(act="delete", ref=said), "delete")
        _write(town, place, Do(act="mute", person=tom.user, until=end), "mute")
        await _until(lambda: may_speak(synapse, tom, room), False)
        event = await synapse.ask("GET", f"{CLIENT}/rooms/{quote(room)}/event/{quote(said)}", mayor.token)
        assert event["content"] == {}
        assert datetime.now(UTC) < end
        await _until(lambda: may_speak(synapse, tom, room), True)
        assert datetime.now(UTC) >= end
        await levels(synapse, bot, room, **{name(bot): 10})
        _write(town, place, Do(act="ban", person=tom.user, desk=f"matrix:{desk}", lang="fr"), "ban")
        words = tr("fr", "The person could not be banned from {place}.", place=place)
        await _until(lambda: _reads(synapse, mayor, desk, words), True)
        assert await may_speak(synapse, tom, room)


async def _joined(synapse: Synapse, mayor: Registered, room: str, bot: Registered) -> None:
    path = f"{CLIENT}/rooms/{quote(room)}/state/m.room.member/{bot.user}"

    async def membership() -> Any:
        return (await synapse.ask("GET", path, mayor.token)).get("membership")

    await _until(membership, "join")


async def _reads(synapse: Synapse, who: Registered, room: str, words: str) -> bool:
    found = await synapse.ask("GET", f"{CLIENT}/rooms/{quote(room)}/messages?dir=b&limit=20", who.token)
    return any(words in event["content"].get("body", "") for event in found["chunk"])


async def _until(ask: Any, answer: Any) -> None:
    async with asyncio.timeout(30):
        while await ask() != answer:
            await asyncio.sleep(0.2)


def _write(town: Town, place: str, do: Do, key: str) -> None:
    """Put an act into the outbox of the running service."""
    with closing(sqlite3.connect(town.database, timeout=30)) as connection, connection:
        connection.execute(
            'INSERT INTO outbox ("key", adapter, place, payload, rank, resend, due_ms, state, attempts) '
            "VALUES (?, 'matrix', ?, ?, 0, 1, 0, 'waiting', 0)",
            (key, place, letters.write(do)),
        )
