"""Rooms on a real Synapse: polls in front of everybody, rooms that move or end, and what the server asks of us."""

from __future__ import annotations

import asyncio
import re
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from running import Town, free_port, until

sys.path.insert(0, str(Path(__file__).parent))

from synapse import Client, Registered, Shown, Synapse

from locales import tr

pytestmark = pytest.mark.asyncio(loop_scope="module")

FLOW = """
palabre: 1
id: bancs
lang: fr
title: Des bancs
results: at_close
steps:
  - ask: oui
    text: Faut-il des bancs ?
    yes_no: true
    optional: true
  - end: merci
    text: Merci !
"""
POLL = "!sondage Quel jour ? | mardi | jeudi | samedi"
_names = iter(range(1, 1_000_000))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def synapse(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Synapse]:
    async with Synapse(tmp_path_factory.mktemp("synapse"), free_port()) as synapse:
        yield synapse


def town_on(synapse: Synapse, bot: Registered, folder: Path, **settings: str) -> Town:
    """A service with a Matrix account that was logged in elsewhere."""
    return Town(
        folder,
        MATRIX__HOMESERVER=synapse.url,
        MATRIX__USER=bot.user,
        MATRIX__ACCESS_TOKEN=bot.token,
        MATRIX__DEVICE_ID=bot.device,
        MATRIX__STORE=str(folder / "keys"),
        **settings,
    )


async def people(synapse: Synapse, count: int, *, encrypted: bool) -> list[Client]:
    return [await synapse.citizen(f"someone{next(_names)}", encrypted=encrypted) for _number in range(count)]


def answering(message: Shown) -> dict[str, object]:
    return {"m.relates_to": {"m.in_reply_to": {"event_id": message.id}}}


async def launched(mayor: Client, room: str) -> Shown:
    """Type the line, publish what comes of it; the card."""
    await mayor.say(room, POLL)
    preview = await mayor.sees(room, tr("fr", "Publish"))
    await mayor.say(room, tr("fr", "Publish"), **answering(preview))

    def card() -> Shown | None:
        newest = [one for one in mayor.screen(room) if one.id != preview.id and "samedi" in one.text]
        return newest[-1] if newest else None

    shown = await mayor.until(card, "the card", room=room)
    assert isinstance(shown, Shown)
    return shown


@pytest.mark.parametrize("encrypted", [False, True], ids=["open", "encrypted"])
async def test_a_poll_in_a_room_of_twenty(synapse: Synapse, tmp_path: Path, encrypted: bool) -> None:
    """Half of them put a number sign on the card, half answer it with a number; some change or take back their vote."""
    bot = await synapse.register(f"palabre{next(_names)}")
    mayor, *voters = await people(synapse, 20, encrypted=encrypted)
    async with town_on(synapse, bot, tmp_path, OWNERS=f"matrix:{mayor.user}") as town:
        await town.start()
        room = await mayor.room(bot.user, *(one.user for one in voters), encrypted=encrypted)
        await asyncio.gather(*(one.join(room) for one in voters))
        await mayor.until(lambda: bot.user in mayor.nio.rooms[room].users, "the bot in the room")
        await mayor.until(lambda: len(mayor.nio.rooms[room].users) == 21, "everybody in the room")
        card = await launched(mayor, room)
        if encrypted:
            assert all(one.encrypted for one in mayor.screen(room))
        await asyncio.gather(*(one.sees(room, "samedi") for one in voters))
        signs = {one: await one.react(room, card.id, "2️⃣") for one in voters[:10]}
        for one in voters[10:]:
            await one.say(room, "3", **answering(card))
        await voters[0].nio.room_redact(room, signs[voters[0]])  # takes the vote back
        await voters[1].react(room, card.id, "1️⃣")  # changes it
        await voters[18].say(room, "mardi", **answering(card))  # changes it
        await voters[17].say(room, "bonjour à tous")  # talk among the members
        id = town.value("SELECT id FROM consultations")

        def counted() -> dict[str, int]:
            rows = town.rows("SELECT answer, count(*) FROM ballots WHERE consultation = ? GROUP BY answer", id)
            return {str(answer): number for answer, number in rows}

        await until(lambda: sorted(counted().values()) == [2, 8, 8], lambda: str(counted()))
        await until(
            lambda: "18" in next(s for s in mayor.screen(room) if s.id == card.id).text, lambda: mayor.texts(room)
        )
        assert mayor.unreadable == 0

        # The card was edited and never repeated; no vote brought a message of its own; it says what is on file.
        def tallies() -> list[list[str]]:
            shown = [one.text for one in mayor.screen(room) if one.sender == bot.user]
            assert len(shown) <= 3, shown
            return [re.findall(r"(\d+) \(", text) for text in shown if "\u25b1" in text]

        await mayor.until(lambda: tallies() == [["2", "8", "8"]], "the tally that is on file", room=room)
        await town.palabre("close", id)
        result = await town.results(id)
        assert [row["count"] for row in result["questions"][0]["rows"]] == [2, 8, 8]
        if encrypted:
            raw = await synapse.ask(
                "GET", f"/_matrix/client/v3/rooms/{room}/messages?dir=b&limit=500", mayor.account.token
            )
            ours = {event["type"] for event in raw["chunk"] if event["sender"] == bot.user and "state_key" not in event}
            assert ours == {"m.room.encrypted"}


async def test_the_past_is_not_answered_and_the_first_word_is(synapse: Synapse, tmp_path: Path) -> None:
    bot = await synapse.register(f"palabre{next(_names)}")
    lea, tom = await people(synapse, 2, encrypted=False)
    async with town_on(synapse, bot, tmp_path) as town:
        await town.publish(FLOW, "--open", "now")
        # Before the first start nothing is answered; what comes after an invitation is, whenever we come in.
        room = await lea.room(tom.user)
        await lea.say(room, "!help")
        await town.start()
        await until(lambda: town.value("SELECT count(*) FROM cursors WHERE adapter = 'matrix'") == 1, "reading")
        await town.stop()
        await lea.nio.room_invite(room, bot.user)
        await lea.say(room, "!start bancs")
        private = await tom.direct(bot.user, joined=False)
        await tom.say(private, "!start bancs")
        await town.start()
        await tom.sees(private, "Faut-il des bancs ?")
        await lea.until(lambda: lea.texts(room), "the way to a private chat", room=room)
        assert len(lea.texts(room)) == 1
        keys = town.rows("SELECT count(*) FROM inbox WHERE adapter = 'matrix' AND place = ?", f"matrix:{room}")
        assert keys == [(2,)]  # the invitation and the one word after it


async def test_a_room_that_moves_is_followed(synapse: Synapse, tmp_path: Path) -> None:
    bot = await synapse.register(f"palabre{next(_names)}")
    (mayor,) = await people(synapse, 1, encrypted=False)
    async with town_on(synapse, bot, tmp_path, OWNERS=f"matrix:{mayor.user}") as town:
        await town.start()
        room = await mayor.room(bot.user, version="10")
        await mayor.until(lambda: bot.user in mayor.nio.rooms[room].users, "the bot in the room")
        await launched(mayor, room)
        moved = await synapse.ask(
            "POST", f"/_matrix/client/v3/rooms/{room}/upgrade", mayor.account.token, {"new_version": "12"}
        )
        new = moved["replacement_room"]
        await mayor.until(lambda: new in mayor.nio.rooms, "the new room")
        await mayor.nio.room_invite(new, bot.user)
        await until(lambda: town.rows("SELECT place FROM announcements") == [(f"matrix:{new}",)], "it moved")
        id = town.value("SELECT id FROM consultations")
        await town.palabre("close", id)
        await mayor.sees(new, "Quel jour ?")
        # In a room of version 12 its creator administrates it without standing in the power levels.
        await mayor.say(new, POLL)
        await mayor.sees(new, tr("fr", "Publish"))


async def test_a_bot_that_is_put_out_stops_writing(synapse: Synapse, tmp_path: Path) -> None:
    bot = await synapse.register(f"palabre{next(_names)}")
    mayor, lea = await people(synapse, 2, encrypted=False)
    async with town_on(synapse, bot, tmp_path, OWNERS=f"matrix:{mayor.user}") as town:
        await town.publish(FLOW, "--open", "now")
        await town.start()
        room = await mayor.room(bot.user)
        await mayor.until(lambda: bot.user in mayor.nio.rooms[room].users, "the bot in the room")
        await launched(mayor, room)
        private = await lea.direct(bot.user)
        await lea.say(private, "!start bancs")
        await lea.sees(private, "Faut-il des bancs ?")
        await mayor.nio.room_kick(room, bot.user)
        await lea.nio.room_leave(private)
        await until(
            lambda: town.value("SELECT reachable FROM conversations WHERE place = ?", f"matrix:{private}") == 0, "noted"
        )
        joined = "/_matrix/client/v3/joined_rooms"

        async def gone() -> bool:
            return (await synapse.ask("GET", joined, bot.token))["joined_rooms"] == []

        for _try in range(100):
            if await gone():
                break
            await asyncio.sleep(0.1)
        assert await gone(), "an empty room is left"
        for id in [row[0] for row in town.rows("SELECT id FROM consultations")]:
            await town.palabre("close", id)
        await until(
            lambda: town.value("SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending')") == 0, "quiet"
        )


async def test_who_may_not_invite_is_left_outside(synapse: Synapse, tmp_path: Path) -> None:
    bot = await synapse.register(f"palabre{next(_names)}")
    lea, tom = await people(synapse, 2, encrypted=False)
    async with town_on(synapse, bot, tmp_path, MATRIX__INVITES=f"{tom.user}, @*:elsewhere.test") as town:
        await town.start()
        room = await lea.direct(bot.user, joined=False)
        await tom.direct(bot.user)

        def membership() -> str:
            return next(
                (
                    event.membership
                    for at, event in reversed(lea.events)
                    if at == room and getattr(event, "state_key", "") == bot.user
                ),
                "",
            )

        await lea.until(lambda: membership() == "leave", "declined")


async def test_verification_is_answered_in_words(synapse: Synapse, tmp_path: Path) -> None:
    bot = await synapse.register(f"palabre{next(_names)}")
    (lea,) = await people(synapse, 1, encrypted=True)
    async with town_on(synapse, bot, tmp_path) as town:
        await town.start()
        room = await lea.direct(bot.user)
        asked = {
            "msgtype": "m.key.verification.request",
            "body": "verify",
            "to": bot.user,
            "methods": ["m.sas.v1"],
            "from_device": "X",
        }
        await lea.send(room, "m.room.message", asked)
        words = (
            "I am a program and cannot compare pictures with you. You can write to me all the same: "
            "our messages are encrypted."
        )
        await lea.sees(room, tr("fr", words))


async def test_the_limits_of_a_homeserver_are_obeyed(tmp_path: Path) -> None:
    """Ten messages at once and one each five seconds, as every Synapse has it until its administrator lifts that."""
    async with Synapse(tmp_path / "synapse", free_port(), limits=True) as synapse:
        bot = await synapse.register("palabre")
        everybody = [await synapse.citizen(name, encrypted=False) for name in ("lea", "tom")]
        async with town_on(synapse, bot, tmp_path) as town:
            await town.start()
            rooms = [await one.direct(bot.user) for one in everybody]
            began = time.monotonic()
            for one, room in zip(everybody, rooms, strict=True):
                for _number in range(7):
                    await one.say(room, "!privacy")
            for one, room in zip(everybody, rooms, strict=True):
                await one.until(lambda one=one, room=room: len(one.screen(room)) == 7, "all answers", room=room)
            assert time.monotonic() - began > 10, "nothing was limited"
            assert town.value("SELECT count(*) FROM outbox WHERE state IN ('failed', 'unsure')") == 0
