"""Polls of Matrix's own on a real Synapse, beside the card of a vote: a way in, whose record is ours."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import pytest_asyncio
from nio.crypto.attachments import encrypt_attachment
from running import Town, free_port, until

sys.path.insert(0, str(Path(__file__).parent))

from synapse import Client, Registered, Shown, Synapse

from locales import tr

pytestmark = pytest.mark.asyncio(loop_scope="module")

OLD = "org.matrix.msc3381.poll"
TEXT = "org.matrix.msc1767.text"
CONFIDENTIAL = """
palabre: 1
id: bancs
lang: fr
title: Des bancs
steps:
  - ask: oui
    text: Faut-il des bancs ?
    yes_no: true
    optional: true
  - end: merci
    text: Merci !
"""
_names = iter(range(1, 1_000_000))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def synapse(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Synapse]:
    async with Synapse(tmp_path_factory.mktemp("synapse"), free_port()) as synapse:
        yield synapse


def town_on(synapse: Synapse, bot: Registered, folder: Path, **settings: str) -> Town:
    return Town(
        folder,
        MATRIX__HOMESERVER=synapse.url,
        MATRIX__USER=bot.user,
        MATRIX__ACCESS_TOKEN=bot.token,
        MATRIX__DEVICE_ID=bot.device,
        MATRIX__STORE=str(folder / "keys"),
        **settings,
    )


async def neighbours(
    synapse: Synapse, bot: Registered, count: int, *, encrypted: bool
) -> tuple[str, Client, list[Client]]:
    """A room with the bot in it: its id, who runs it, and the others."""
    mayor, *voters = [
        await synapse.citizen(f"neighbour{next(_names)}", encrypted=encrypted) for _number in range(count + 1)
    ]
    room = await mayor.room(bot.user, *(one.user for one in voters), encrypted=encrypted)
    await asyncio.gather(*(one.join(room) for one in voters))
    return room, mayor, voters


async def everybody_in(mayor: Client, room: str, count: int) -> None:
    """And, where the room is encrypted, everybody's devices known."""

    def known() -> bool:
        users = mayor.nio.rooms[room].users
        others = [user for user in users if user != mayor.user]
        return len(users) == count and (
            not mayor.encrypted or all(any(mayor.nio.device_store.active_user_devices(one)) for one in others)
        )

    await mayor.until(known, "everybody in the room")


def answering(message: Shown) -> dict[str, object]:
    return {"m.relates_to": {"m.in_reply_to": {"event_id": message.id}}}


async def launched(mayor: Client, room: str, line: str, last: str) -> Shown:
    """Type the line, publish what comes of it; the card."""
    await mayor.say(room, line)
    preview = await mayor.sees(room, tr("fr", "Publish"))
    await mayor.say(room, tr("fr", "Publish"), **answering(preview))

    def card() -> Shown | None:
        newest = [one for one in mayor.screen(room) if one.id != preview.id and last in one.text]
        return newest[-1] if newest else None

    shown = await mayor.until(card, "the card", room=room)
    assert isinstance(shown, Shown)
    return shown


def sources(client: Client, room: str, kind: str) -> list[dict[str, Any]]:
    """The events of a kind that a client has read, opened where they were encrypted."""
    return [event.source for at, event in list(client.events) if at == room and event.source.get("type") == kind]


async def poll_seen(client: Client, room: str) -> dict[str, Any]:
    found = await client.until(lambda: sources(client, room, f"{OLD}.start"), "a poll", room=room)
    return dict(found[-1])


async def respond(client: Client, room: str, poll: str, *answers: str) -> str:
    """As Element does."""
    about = {"m.relates_to": {"rel_type": "m.reference", "event_id": poll}}
    return await client.send(room, f"{OLD}.response", {**about, f"{OLD}.response": {"answers": list(answers)}})


async def respond_as_accepted(client: Client, room: str, poll: str, *answers: str) -> str:
    """Under the names that the accepted proposal has."""
    about = {"m.relates_to": {"rel_type": "m.reference", "event_id": poll}}
    return await client.send(room, "m.poll.response", {**about, "m.selections": list(answers)})


def votes(town: Town, id: str) -> dict[str, int]:
    rows = town.rows("SELECT answer, count(*) FROM ballots WHERE consultation = ? GROUP BY answer", id)
    return {str(answer): number for answer, number in rows}


@pytest.mark.parametrize("encrypted", [False, True], ids=["open", "encrypted"])
async def test_one_vote_three_ways_in(synapse: Synapse, tmp_path: Path, encrypted: bool) -> None:
    """By the poll, by a sign and by a word, from several people; changed, taken back, and one count of it all."""
    bot = await synapse.register(f"palabre{next(_names)}")
    room, mayor, voters = await neighbours(synapse, bot, 8, encrypted=encrypted)
    async with town_on(synapse, bot, tmp_path, OWNERS=f"matrix:{mayor.user}") as town:
        await town.start()
        await everybody_in(mayor, room, 10)
        card = await launched(mayor, room, "!sondage Quel jour ? | mardi | jeudi | samedi", "samedi")
        await asyncio.gather(*(one.sees(room, "samedi") for one in voters))
        poll = await poll_seen(voters[0], room)
        asked = poll["content"][f"{OLD}.start"]
        assert asked["kind"] == f"{OLD}.disclosed"
        assert asked["max_selections"] == 1
        assert asked["question"][TEXT] == "Quel jour ?"
        assert asked["answers"] == [
            {"id": "1", TEXT: "mardi"},
            {"id": "2", TEXT: "jeudi"},
            {"id": "3", TEXT: "samedi"},
        ]
        assert poll["content"][TEXT] == "Quel jour ?\n1. mardi\n2. jeudi\n3. samedi"
        about = poll["event_id"]
        await asyncio.gather(*(poll_seen(one, room) for one in voters))

        a, b, c, d, e, f, g, h = voters
        await respond(a, room, about, "2")
        await respond_as_accepted(b, room, about, "3")
        await respond(c, room, about, "1")
        await c.until(lambda: sources(c, room, f"{OLD}.response"), "their own response")
        await respond(c, room, about, "2")  # changes it in the poll
        await respond(d, room, about, "1")
        await d.react(room, card.id, "3️⃣")  # changes it by a sign on the card
        sign = await e.react(room, about, "1️⃣")  # a sign on the poll is one on the card
        await f.say(room, "samedi", **answering(card))
        await respond(g, room, about, "3")
        await g.until(lambda: sources(g, room, f"{OLD}.response"), "their own response")
        await respond(g, room, about)  # takes it back in the poll
        await respond(h, room, about, "2")
        await h.until(lambda: sources(h, room, f"{OLD}.response"), "their own response")
        again = await respond(h, room, about, "1")
        await respond(a, room, about, "9")  # not in the poll: changes nothing
        await respond(a, room, card.id, "1")  # about no poll
        id = town.value("SELECT id FROM consultations")

        await until(lambda: sorted(votes(town, id).values()) == [2, 2, 3], lambda: str(votes(town, id)))
        await e.nio.room_redact(room, sign)  # takes it back
        await h.nio.room_redact(room, again)  # goes back to what was chosen before
        expected = {"jeudi": 3, "samedi": 3}
        await until(
            lambda: (
                {name: n for answer, n in votes(town, id).items() for name in expected if name in answer} == expected
                and len(votes(town, id)) == 2
            ),
            lambda: str(votes(town, id)),
        )

        def shown() -> str:
            return next(one for one in mayor.screen(room) if one.id == card.id).text

        await until(lambda: "6" in shown(), shown)
        assert len(sources(mayor, room, f"{OLD}.start")) == 1

        await town.palabre("close", id)
        end = (await mayor.until(lambda: sources(mayor, room, f"{OLD}.end"), "the end of the poll", room=room))[0]
        assert end["content"]["m.relates_to"] == {"rel_type": "m.reference", "event_id": about}
        assert "jeudi" in end["content"][TEXT]
        result = await town.results(id)
        assert [row["count"] for row in result["questions"][0]["rows"]] == [0, 3, 3]

        before = votes(town, id)
        await respond(a, room, about, "1")  # too late, and told so
        await respond(b, room, about, "1")
        closed = tr("fr", "This consultation is closed; answers are no longer taken.")
        await mayor.sees(room, closed)
        assert votes(town, id) == before
        assert len([one for one in mayor.texts(room) if closed in one]) == 1
        assert mayor.unreadable == 0
        if encrypted:
            found = await synapse.ask(
                "GET", f"/_matrix/client/v3/rooms/{quote(room)}/messages?dir=b&limit=500", mayor.account.token
            )
            ours = {
                event["type"] for event in found["chunk"] if event["sender"] == bot.user and "state_key" not in event
            }
            assert ours == {"m.room.encrypted"}


async def test_several_choices_are_one_selection(synapse: Synapse, tmp_path: Path) -> None:
    bot = await synapse.register(f"palabre{next(_names)}")
    room, mayor, (lea, tom) = await neighbours(synapse, bot, 2, encrypted=False)
    async with town_on(synapse, bot, tmp_path, OWNERS=f"matrix:{mayor.user}") as town:
        await town.start()
        await everybody_in(mayor, room, 4)
        await launched(mayor, room, "!sondage Quels jours ? | mardi | jeudi | samedi | max=2", "samedi")
        poll = await poll_seen(lea, room)
        assert poll["content"][f"{OLD}.start"]["max_selections"] == 2
        about = poll["event_id"]
        await respond(lea, room, about, "3", "1")
        await respond(tom, room, about, "2", "3", "1")  # the first two count
        id = town.value("SELECT id FROM consultations")
        await until(lambda: sum(votes(town, id).values()) == 2, lambda: str(votes(town, id)))
        await respond(lea, room, about, "1")
        await town.stop()
        await respond(tom, room, about, "3")  # while nobody listens
        await town.start()
        await until(
            lambda: sorted(votes(town, id).values()) == [1, 1] and not any("jeudi" in one for one in votes(town, id)),
            lambda: str(votes(town, id)),
        )
        await town.palabre("close", id)
        await mayor.until(lambda: sources(mayor, room, f"{OLD}.end"), "the end of the poll", room=room)
        result = await town.results(id)
        assert [row["count"] for row in result["questions"][0]["rows"]] == [1, 0, 1]


async def test_what_is_confidential_is_not_answered_in_front_of_others(synapse: Synapse, tmp_path: Path) -> None:
    bot = await synapse.register(f"palabre{next(_names)}")
    room, mayor, (lea,) = await neighbours(synapse, bot, 1, encrypted=False)
    async with town_on(synapse, bot, tmp_path, OWNERS=f"matrix:{mayor.user}") as town:
        await town.start()
        await everybody_in(mayor, room, 3)
        await town.publish(CONFIDENTIAL, "--open", "now", "--place", f"matrix:{room}")
        card = await mayor.sees(room, "Des bancs")
        assert tr("fr", "Everybody here sees what others press and write: please answer in private.") in card.text
        await lea.sees(room, "Des bancs")
        await lea.react(room, card.id, "1️⃣")
        private = tr("fr", "This question is answered in private.")
        await lea.sees(room, private)
        await lea.say(room, "oui", **answering(card))
        await lea.react(room, card.id, "v.bancs.0")  # what a button of an open vote would carry
        await lea.react(room, card.id, "v.bancs.=1")
        await respond(lea, room, card.id, "1")
        await lea.react(room, card.id, "👍")  # talk
        # In private it is answered by words; a sign there is no answer, and that is said.
        direct = await lea.direct(bot.user)
        await lea.say(direct, "!start bancs")
        question = await lea.sees(direct, "Faut-il des bancs ?")
        await lea.react(direct, question.id, "1️⃣")
        await lea.sees(
            direct, tr("fr", "Please write the number to me: a sign on a message is less private than words.")
        )
        assert town.rows("SELECT count(*) FROM ballots") == [(0,)]
        # What a button in private carries is worth nothing in front of others.
        prompt = town.value("SELECT id FROM prompts")
        await lea.react(room, card.id, f"1.{prompt}.0")
        await lea.say(direct, "2")
        await until(lambda: town.rows("SELECT count(*) FROM ballots") == [(1,)], "the answer in private")
        assert len([one for one in lea.texts(room) if private in one]) == 1
        assert not sources(lea, room, f"{OLD}.start")
        await town.palabre("close", "bancs")
        result = await town.results("bancs")
        assert [row["count"] for row in result["questions"][0]["rows"]] == [0, 1]


@pytest.mark.parametrize("encrypted", [False, True], ids=["open", "encrypted"])
async def test_somebodys_poll_becomes_a_poll_of_ours(synapse: Synapse, tmp_path: Path, encrypted: bool) -> None:
    bot = await synapse.register(f"palabre{next(_names)}")
    room, mayor, (lea,) = await neighbours(synapse, bot, 1, encrypted=encrypted)
    async with town_on(synapse, bot, tmp_path, OWNERS=f"matrix:{mayor.user}") as town:
        await town.start()
        await everybody_in(mayor, room, 3)
        content = {
            TEXT: "Où ?\n1. au parc\n2. à l'école",
            f"{OLD}.start": {
                "kind": f"{OLD}.undisclosed",
                "max_selections": 2,
                "question": {TEXT: "Où ?", "body": "Où ?", "msgtype": "m.text"},
                "answers": [{"id": "x", TEXT: "au parc"}, {"id": "y", TEXT: "à l'école"}],
            },
        }
        theirs = await lea.send(room, f"{OLD}.start", content)
        await mayor.until(lambda: sources(mayor, room, f"{OLD}.start"), "the poll", room=room)
        await mayor.say(room, "!sondage", **{"m.relates_to": {"m.in_reply_to": {"event_id": theirs}}})
        preview = await mayor.sees(room, tr("fr", "Publish"))
        assert "Où ?" in preview.text
        assert "1. au parc\n2. à l'école" in preview.text
        await mayor.say(room, tr("fr", "Publish"), **answering(preview))
        ours = await lea.until(
            lambda: [one for one in sources(lea, room, f"{OLD}.start") if one["sender"] == bot.user], "ours", room=room
        )
        asked = ours[0]["content"][f"{OLD}.start"]
        assert [one[TEXT] for one in asked["answers"]] == ["au parc", "à l'école"]
        assert asked["max_selections"] == 2


@pytest.mark.parametrize("encrypted", [False, True], ids=["open", "encrypted"])
async def test_a_flow_file_becomes_a_draft(synapse: Synapse, tmp_path: Path, encrypted: bool) -> None:
    bot = await synapse.register(f"palabre{next(_names)}")
    mayor = await synapse.citizen(f"neighbour{next(_names)}", encrypted=encrypted)
    async with town_on(synapse, bot, tmp_path, OWNERS=f"matrix:{mayor.user}") as town:
        await town.start()
        room = await mayor.direct(bot.user)

        async def send(name: str, data: bytes) -> None:
            content: dict[str, Any] = {"msgtype": "m.file", "body": name, "info": {"size": len(data)}}
            if encrypted:
                data, keys = encrypt_attachment(data)
                address = await synapse.upload(mayor.account.token, data)
                content["file"] = {**keys, "url": address}
            else:
                content["url"] = await synapse.upload(mayor.account.token, data)
            await mayor.send(room, "m.room.message", content)

        await send("bancs.yaml", CONFIDENTIAL.replace("yes_no: true", "yes_no: maybe").encode())
        await mayor.sees(room, "yes_no")
        await send("bancs.yaml", b"\xff\xfe\x00")
        await mayor.sees(
            room,
            tr(
                "fr",
                "I could not read “{name}”: it is empty, or I could not fetch it. Please send it again, or type /new "
                "and paste its text behind it.",
                name="bancs.yaml",
            ),
        )
        await send("bancs.yaml", CONFIDENTIAL.encode())
        preview = await mayor.sees(room, tr("fr", "Publish"))
        assert "Des bancs" in preview.text
        assert town.rows("SELECT state FROM consultations WHERE id = 'bancs'") == [("draft",)]
