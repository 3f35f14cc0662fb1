"""The whole service on a real Synapse: encrypted chats, rooms, power cuts, and everything that goes wrong there."""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import sqlite3
import sys
import time
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from running import PATIENCE, Town, free_port, until

sys.path.insert(0, str(Path(__file__).parent))

from nio import Api
from synapse import Client, Registered, Synapse
from vodozemac import Ed25519PublicKey, Ed25519Signature

from locales import tr

pytestmark = pytest.mark.asyncio(loop_scope="module")

FLOW = """
palabre: 1
id: mobilite
lang: fr
title: {fr: "Se déplacer demain", en: "Getting around tomorrow"}
results: at_close
steps:
  - say: hello
    text: {fr: "Bonjour et bienvenue.", en: "Hello and welcome."}
  - ask: mode
    text: {fr: "Comment venez-vous ?", en: "How do you come?"}
    one_of:
      velo: {fr: "À vélo", en: "By bike"}
      bus: {fr: "En bus", en: "By bus"}
  - ask: idee
    text: {fr: "Avez-vous une idée ?", en: "Do you have an idea?"}
    short_text: true
    optional: true
  - end: thanks
    text: {fr: "Merci beaucoup.", en: "Thank you."}
"""

LOCKED = (
    "I cannot read your last message: it is encrypted, and your app has not sent me its key. "
    "Please write it again. If the key still comes, I will count your message."
)
LATE = (
    "An earlier message of yours could not be read in time, so it did not count. "
    "If it still matters, please write it again."
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def synapse(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Synapse]:
    async with Synapse(tmp_path_factory.mktemp("synapse"), free_port()) as synapse:
        yield synapse


_names = iter(range(1, 1_000_000))


def town_on(synapse: Synapse, bot: Registered, folder: Path, **settings: str) -> Town:
    """A service with a Matrix account, logged in by its password at the first start."""
    return Town(
        folder,
        MATRIX__HOMESERVER=synapse.url,
        MATRIX__USER=bot.user,
        MATRIX__PASSWORD=bot.password,
        MATRIX__STORE=str(folder / "keys"),
        **settings,
    )


async def new_bot(synapse: Synapse) -> Registered:
    return await synapse.register(f"palabre{next(_names)}")


async def citizen(synapse: Synapse, name: str, *, encrypted: bool = True) -> Client:
    return await synapse.citizen(f"{name}{next(_names)}", encrypted=encrypted)


def held(town: Town) -> int:
    """How many messages wait for their key."""
    with closing(sqlite3.connect(f"file:{town.folder / 'keys' / 'desk.db'}?mode=ro", uri=True)) as desk:
        return int(desk.execute("SELECT count(*) FROM waiting").fetchone()[0])


async def answers(lea: Client, room: str, *, choice: str = "2") -> None:
    await lea.sees(room, "Comment venez-vous ?")
    await lea.say(room, choice)
    await lea.sees(room, "Avez-vous une idée ?")
    await lea.say(room, "Des <b>bancs</b> & de l'ombre")
    await lea.sees(room, tr("fr", "Here are your answers. Is everything right?"))
    await lea.say(room, tr("fr", "Send"))
    await lea.sees(room, "Merci beaucoup.")


async def test_a_consultation_answered_by_an_encrypted_client(synapse: Synapse, tmp_path: Path) -> None:
    bot = await new_bot(synapse)
    async with town_on(synapse, bot, tmp_path) as town:
        await town.publish(FLOW, "--open", "now")
        await town.start()
        lea = await citizen(synapse, "lea")
        room = await lea.direct(bot.user)
        await lea.say(room, "!start mobilite")
        await answers(lea, room)
        shown = lea.screen(room)
        assert all(one.encrypted for one in shown), [one.text for one in shown if not one.encrypted]
        assert lea.unreadable == 0
        await town.palabre("close", "mobilite")
        result = await town.results("mobilite")
        assert result["participants"] == 1
        picture = await lea.until(
            lambda: [s for s in lea.screen(room) if s.content["msgtype"] == "m.image"], "the chart"
        )
        assert "file" in picture[-1].content
        assert "url" not in picture[-1].content
        for secret in (bot.password, (tmp_path / "keys.key").read_text()):
            assert secret not in town.log()


async def test_power_cuts_lose_nothing_and_show_nothing_twice(synapse: Synapse, tmp_path: Path) -> None:
    """Ten kill -9 while eight people answer, four of them encrypted."""
    rng = random.Random(20260302)
    bot = await new_bot(synapse)
    async with town_on(synapse, bot, tmp_path) as town:
        await town.publish(FLOW, "--open", "now")
        await town.start_warm()
        people = [await citizen(synapse, "voter", encrypted=number % 2 == 0) for number in range(8)]
        rooms = [await one.direct(bot.user) for one in people]
        choices = [str(rng.randint(1, 2)) for _one in people]

        async def takes_part(one: Client, room: str, choice: str) -> None:
            await asyncio.sleep(rng.uniform(0, 4))
            await one.say(room, "!start mobilite")
            await answers(one, room, choice=choice)

        everybody = [asyncio.create_task(takes_part(*each)) for each in zip(people, rooms, choices, strict=True)]
        kills = 0
        while kills < 10:
            await asyncio.sleep(rng.uniform(0.2, 2.5))
            await town.kill()
            kills += 1
            await town.start_warm(ready=False)
        await asyncio.gather(*everybody)
        for one, room in zip(people, rooms, strict=True):
            texts = one.texts(room)
            assert len(texts) == len(set(texts)), f"{one.user} saw something twice: {texts}"
            assert one.unreadable == 0
        await town.ready()
        await town.palabre("close", "mobilite")
        result = await town.results("mobilite")
        assert result["participants"] == 8
        counted = [row["count"] for row in result["questions"][0]["rows"]]
        assert counted == [choices.count("1"), choices.count("2")]


async def test_what_was_said_while_the_bot_was_off_is_counted(synapse: Synapse, tmp_path: Path) -> None:
    """More than one page of a timeline in one room, and people who first write while nobody is there."""
    bot = await new_bot(synapse)
    async with town_on(synapse, bot, tmp_path) as town:
        await town.publish(FLOW, "--open", "now")
        await town.start()
        lea, tom = await citizen(synapse, "lea"), await citizen(synapse, "tom", encrypted=False)
        rooms = {one: await one.direct(bot.user) for one in (lea, tom)}
        for one, room in rooms.items():
            await one.say(room, "!start mobilite")
            await one.sees(room, "Comment venez-vous ?")
        await town.kill()
        for number in range(250):
            await tom.say(rooms[tom], ("1", "!back")[number % 2])
        await tom.say(rooms[tom], "2")
        await lea.say(rooms[lea], "2")
        zoe = await citizen(synapse, "zoe")
        new = await zoe.direct(bot.user, joined=False)
        await zoe.say_to_invited(new, bot.user, "!start mobilite")
        await town.start()
        await zoe.sees(new, "Comment venez-vous ?")
        for one, room in rooms.items():
            await one.sees(room, "Avez-vous une idée ?")
        await until(lambda: town.value("SELECT count(*) FROM inbox WHERE state = 'new'") == 0, "all handled")
        said = town.value("SELECT count(*) FROM inbox WHERE place = ?", f"matrix:{rooms[tom]}")
        assert said == 253, said  # the invitation, the start, and everything after
        rows = town.rows("SELECT answer FROM ballots WHERE question = 'mode'")
        assert len(rows) == 2


async def test_the_device_is_signed_by_its_account(synapse: Synapse, tmp_path: Path) -> None:
    bot = await new_bot(synapse)
    async with town_on(synapse, bot, tmp_path) as town:
        await town.start()
        lea = await citizen(synapse, "lea")
        await lea.direct(bot.user)
        found = await keys_of(synapse, bot.user, lea.account.token)
        device = check_signed(found, bot.user)
        await town.stop()
        await town.start()  # the same device, the same keys
        await lea.direct(bot.user)
        again = await keys_of(synapse, bot.user, lea.account.token)
        assert again["master_keys"] == found["master_keys"]
        assert check_signed(again, bot.user) == device
        # What a device says of its own account is shown to that account alone.
        master = (await keys_of(synapse, bot.user, bot.token))["master_keys"][bot.user]
        name = f"ed25519:{device['device_id']}"
        verify(master, bot.user, name, device["keys"][name])


async def keys_of(synapse: Synapse, user: str, token: str) -> dict[str, Any]:
    """The keys of an account once they are published: the bot may answer an invitation before that."""
    end = time.monotonic() + PATIENCE
    while True:
        found = await synapse.ask("POST", "/_matrix/client/v3/keys/query", token, {"device_keys": {user: []}})
        if user in found.get("master_keys", {}) or time.monotonic() > end:
            return found
        await asyncio.sleep(0.2)


def check_signed(found: dict[str, Any], user: str) -> dict[str, Any]:
    """The only device with keys; every signature from the account to it is verified with vodozemac."""
    master = found["master_keys"][user]
    own = found["self_signing_keys"][user]
    device: dict[str, Any]
    (device,) = found["device_keys"][user].values()
    name = f"ed25519:{device['device_id']}"
    (master_key,), (own_key,) = master["keys"].values(), own["keys"].values()
    verify(own, user, f"ed25519:{master_key}", master_key)
    verify(device, user, f"ed25519:{own_key}", own_key)
    verify(device, user, name, device["keys"][name])
    return device


def verify(body: dict[str, Any], user: str, name: str, key: str) -> None:
    bare = {field: value for field, value in body.items() if field not in ("signatures", "unsigned")}
    signature = Ed25519Signature.from_base64(body["signatures"][user][name])
    Ed25519PublicKey.from_base64(key).verify_signature(Api.to_canonical_json(bare).encode(), signature)


async def test_lost_keys_and_a_second_service_are_refused(synapse: Synapse, tmp_path: Path) -> None:
    bot = await new_bot(synapse)
    other = tmp_path / "other"
    other.mkdir()
    async with town_on(synapse, bot, tmp_path) as town, town_on(synapse, bot, other) as second:
        await town.start()
        lea = await citizen(synapse, "lea")
        room = await lea.direct(bot.user)
        second.environment["PALABRE_MATRIX__STORE"] = str(tmp_path / "keys")
        said = await second.palabre("run", status=1)
        assert str(tmp_path / "keys") in said
        assert "PALABRE_MATRIX__STORE" in said
        await lea.say(room, "!help")
        await lea.until(lambda: lea.texts(room), "an answer")
        await town.stop()
        shutil.move(tmp_path / "keys", tmp_path / "away")
        said = await town.palabre("run", status=1)
        assert "keys are missing" in said
        assert not (tmp_path / "keys").exists()
        # Put back, everything is as before.
        shutil.move(tmp_path / "away", tmp_path / "keys")
        count = len(lea.texts(room))
        await town.start()
        await lea.say(room, "!help")
        await lea.until(lambda: len(lea.texts(room)) > count, "an answer after the keys are back")
        # With another key, the folder opens nothing.
        await town.stop()
        town.environment["PALABRE_MATRIX__STORE_KEY"] = "not the one of before"
        await town.start()
        await until(lambda: "locked with another key" in town.log(), "the wrong key is told")


async def test_a_message_whose_key_comes_later_waits_and_counts(synapse: Synapse, tmp_path: Path) -> None:
    bot = await new_bot(synapse)
    async with town_on(synapse, bot, tmp_path) as town:
        await town.publish(FLOW, "--open", "now")
        await town.start()
        lea = await citizen(synapse, "lea")
        room = await lea.direct(bot.user)
        await lea.say(room, "!start mobilite")
        await lea.sees(room, "Comment venez-vous ?")
        count = len(lea.texts(room))
        key = await lea.say_without_key(room, "2")
        await until(lambda: held(town) == 1, "the message waits")
        await town.kill()
        await town.start()
        assert held(town) == 1
        await lea.hand_over(key, bot.user)
        await lea.sees(room, "Avez-vous une idée ?")
        assert len(lea.texts(room)) == count + 1
        await until(lambda: held(town) == 0, "nothing waits")
        # Without its key for too long: the author is told, and a later answer is not disturbed.
        lost = await lea.say_without_key(room, "Des bancs")
        await lea.sees(room, tr("fr", LOCKED))
        await lea.say(room, "De l'ombre")
        await lea.sees(room, tr("fr", "Here are your answers. Is everything right?"))
        await lea.hand_over(lost, bot.user)
        await lea.sees(room, tr("fr", LATE))
        assert held(town) == 0
        assert not any("Des bancs" in text for text in lea.texts(room))


async def test_logged_in_once_by_a_command_and_thrown_out_by_the_server(synapse: Synapse, tmp_path: Path) -> None:
    bot = await new_bot(synapse)
    async with town_on(synapse, bot, tmp_path) as town:
        said = await town.palabre("matrix", "login")
        assert bot.user in said
        assert str(tmp_path / "keys") in said
        password = town.environment.pop("PALABRE_MATRIX__PASSWORD")
        account = json.loads((tmp_path / "keys" / "account.json").read_text())
        await town.start()
        lea = await citizen(synapse, "lea", encrypted=False)
        room = await lea.direct(bot.user)
        await lea.say(room, "!help")
        await lea.until(lambda: len(lea.texts(room)) == 1, "an answer", room=room)
        await town.stop()
        # The server ends all sessions. With the password, the same device comes back with the same keys.
        town.environment["PALABRE_MATRIX__PASSWORD"] = password
        await town.start()
        before = await keys_of(synapse, bot.user, lea.account.token)
        await synapse.ask("POST", "/_matrix/client/v3/logout/all", account["token"], {})
        await lea.say(room, "!help")
        await lea.until(lambda: len(lea.texts(room)) == 2, "another answer", room=room)
        fresh = json.loads((tmp_path / "keys" / "account.json").read_text())
        assert fresh["device"] == account["device"]
        assert fresh["token"] != account["token"]
        after = await keys_of(synapse, bot.user, lea.account.token)
        assert check_signed(after, bot.user)["keys"] == check_signed(before, bot.user)["keys"]
        assert account["token"] not in town.log()
        await town.stop()
        # Another device is made only when it is asked for, and nothing is thrown away.
        await town.palabre("matrix", "login", "--new-device")
        newer = json.loads((tmp_path / "keys" / "account.json").read_text())
        assert newer["device"] != account["device"]
        assert list((tmp_path / "keys").glob("old-*/crypto.db"))
        await town.start()
        await lea.say(room, "!help")
        await lea.until(lambda: len(lea.texts(room)) == 3, "an answer from the new device", room=room)
