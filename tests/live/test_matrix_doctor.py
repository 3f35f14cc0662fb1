"""`palabre doctor` on a real Synapse, and people who ask the bot to compare pictures with them."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from nio import KeyVerificationCancel, ToDeviceMessage
from running import Town, free_port, until

sys.path.insert(0, str(Path(__file__).parent))

from synapse import Client, Registered, Synapse

from locales import tr

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def synapse(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Synapse]:
    async with Synapse(tmp_path_factory.mktemp("synapse"), free_port()) as synapse:
        yield synapse


def town_on(synapse: Synapse, bot: Registered, folder: Path) -> Town:
    return Town(
        folder,
        MATRIX__HOMESERVER=synapse.url,
        MATRIX__USER=bot.user,
        MATRIX__PASSWORD=bot.password,
        MATRIX__STORE=str(folder / "keys"),
        LOCALE="en",
    )


async def doctor(town: Town, *, status: int = 0) -> list[str]:
    """The lines about Matrix, each with its mark."""
    said = await town.palabre("doctor", status=status)
    return [" ".join(line.split()) for line in said.splitlines() if "Matrix:" in line]


async def test_the_doctor_tells_how_the_account_stands(synapse: Synapse, tmp_path: Path) -> None:
    bot = await synapse.register("palabre")
    async with town_on(synapse, bot, tmp_path) as town:
        server, device = await doctor(town)
        assert server.startswith(f"ok Matrix: {synapse.url} answers and knows Matrix v1.")
        assert device == "ok Matrix: no device yet; `palabre run` makes it."
        assert not (tmp_path / "keys").exists(), "looking makes nothing"

        await town.start()
        lea = await synapse.citizen("lea", encrypted=False)
        room = await lea.room(bot.user)
        await lea.until(lambda: bot.user in joined(lea, room), "the bot in the room")
        shown = await synapse.ask("POST", "/_matrix/client/v3/keys/query", bot.token, {"device_keys": {bot.user: []}})
        (own,) = shown["device_keys"][bot.user].values()
        key = own["keys"][f"ed25519:{own['device_id']}"]
        spaced = " ".join(key[at : at + 4] for at in range(0, len(key), 4))
        running = await doctor(town)
        assert running[1:] == [
            f"ok Matrix: the account is {bot.user}, device {own['device_id']}.",
            f"ok Matrix: Palabre is working with the keys in {tmp_path / 'keys'}.",
            f"ok Matrix: the account has signed its device, whose fingerprint is {spaced}.",
            "ok Matrix: Palabre may write in its 1 room.",
        ]
        await town.stop()

        levels = await synapse.ask("GET", f"{rooms(room)}/state/m.room.power_levels", lea.account.token)
        levels |= {"events_default": 50}
        await synapse.ask("PUT", f"{rooms(room)}/state/m.room.power_levels", lea.account.token, levels)
        stopped = await doctor(town, status=1)
        assert stopped[2] == f"ok Matrix: the keys in {tmp_path / 'keys'} are those of the device. Keep a copy of them."
        assert stopped[4].startswith(f"wrong Matrix: Palabre may not write in {room}.")

        # Other keys than those that others see, a token that is refused, keys that are gone, a server that is gone.
        shutil.copytree(tmp_path / "keys", tmp_path / "kept")
        (tmp_path / "keys" / "crypto.db").unlink()
        assert any("keys are missing" in line for line in await doctor(town, status=1))
        account = tmp_path / "keys" / "account.json"
        kept = json.loads(account.read_text())
        account.write_text(json.dumps(kept | {"token": "nonsense"}))
        assert (await doctor(town, status=1))[1].startswith("wrong Matrix: the account is refused (401 M_UNKNOWN_TOKEN")
        town.environment["PALABRE_MATRIX__HOMESERVER"] = f"http://127.0.0.1:{free_port()}"
        (away,) = await doctor(town, status=1)
        assert "gives no answer" in away


async def test_nobody_compares_pictures_with_a_program(synapse: Synapse, tmp_path: Path) -> None:
    bot = await synapse.register("programme")
    async with town_on(synapse, bot, tmp_path) as town:
        await town.start()
        zoe = await synapse.citizen("zoe")
        room = await zoe.direct(bot.user)
        others = await zoe.send(room, "m.room.message", asked("@somebody:town.test"))
        request = await zoe.send(room, "m.room.message", asked(bot.user))
        words = (
            "I am a program and cannot compare pictures with you. You can write to me all the same: "
            "our messages are encrypted."
        )
        await zoe.sees(room, tr("en", words))
        (cancel,) = await zoe.until(lambda: cancels(zoe, room), "the app is told", room=room)
        assert cancel["code"] == "m.unknown_method"
        assert cancel["m.relates_to"] == {"rel_type": "m.reference", "event_id": request}
        assert others != request

        # From device to device, where no room is.
        told: list[KeyVerificationCancel] = []
        zoe.nio.add_to_device_callback(told.append, (KeyVerificationCancel,))
        (device,) = zoe.nio.device_store.active_user_devices(bot.user)
        for number, kind in enumerate(("m.key.verification.request", "m.key.verification.start")):
            content: dict[str, Any] = {
                "from_device": zoe.account.device,
                "transaction_id": f"t{number}",
                "methods": ["m.sas.v1"],
                "method": "m.sas.v1",
                "timestamp": 1,
                "key_agreement_protocols": ["curve25519-hkdf-sha256"],
                "hashes": ["sha256"],
                "message_authentication_codes": ["hkdf-hmac-sha256.v2"],
                "short_authentication_string": ["emoji"],
            }
            await zoe.nio.to_device(ToDeviceMessage(kind, bot.user, device.id, content))
        await until(lambda: {one.transaction_id for one in told} == {"t0", "t1"}, "both are declined")
        assert {one.code for one in told} == {"m.unknown_method"}
        # And it goes on talking.
        await zoe.say(room, "!help")
        await zoe.until(lambda: len(zoe.texts(room)) == 2, "an answer", room=room)
        assert zoe.unreadable == 0


def asked(person: str) -> dict[str, Any]:
    return {
        "msgtype": "m.key.verification.request",
        "body": "verify",
        "to": person,
        "methods": ["m.sas.v1"],
        "from_device": "X",
    }


def cancels(one: Client, room: str) -> list[dict[str, Any]]:
    """What was declined in the room, all of it encrypted."""
    events = [event for where, event in one.events if where == room]
    found = [event for event in events if event.source.get("type") == "m.key.verification.cancel"]
    assert all(event.decrypted for event in found)
    return [event.source["content"] for event in found]


def joined(one: Client, room: str) -> list[str]:
    return [
        event.state_key
        for where, event in one.events
        if where == room and event.source.get("content", {}).get("membership") == "join"
    ]


def rooms(room: str) -> str:
    return f"/_matrix/client/v3/rooms/{room}"
