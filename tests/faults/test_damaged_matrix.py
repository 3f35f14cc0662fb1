"""Damaged events and damaged answers of a Matrix homeserver: none stops the service, none costs a neighbour theirs.

The adapter is the real one, on a small homeserver that says what the test wants: by `/sync`, with what a reading leaves
out, and by transactions pushed to an application service. Everything that is read goes the whole road.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import orjson
import pytest
from aiohttp import web
from damaging import NOW, Damage, Mill, sound, told
from nio.crypto import InboundGroupSession, OutboundGroupSession
from running import free_port

from adapters.base import Batch
from adapters.matrix import MatrixAdapter, MatrixSettings
from adapters.matrix.machine import Forged, Machine
from adapters.matrix.reading import Malformed, View, read
from adapters.matrix.registration import Registration
from flows.events import Said

SEED = 20260303
BOT, LEA, TOM, MAX = "@palabre:ville.fr", "@lea:ville.fr", "@tom:ville.fr", "@max:ville.fr"
ROOM, HOME, OTHER = "!place:ville.fr", "!home:ville.fr", "!other:ville.fr"
TS = int(NOW.timestamp() * 1000)
REGISTRATION = Registration(id="palabre", url="http://127.0.0.1:1", user=BOT, as_token="there", hs_token="here")
EACH = 25
"""Damaged events of one reading."""


def event(kind: str, content: dict[str, Any], id: str = "e", sender: str = LEA, **more: Any) -> dict[str, Any]:
    known = {"type": kind, "event_id": f"${id}", "room_id": ROOM, "sender": sender, "origin_server_ts": TS}
    return {**known, "content": content, "unsigned": {"age": 5}, **more}


def text(body: str, **more: Any) -> dict[str, Any]:
    return event("m.room.message", {"msgtype": "m.text", "body": body, **more})


def relating(**relates: Any) -> dict[str, Any]:
    return {"m.relates_to": relates}


SEALED = {
    "algorithm": "m.megolm.v1.aes-sha2",
    "ciphertext": "AwgAEpABm6",
    "device_id": "D",
    "sender_key": "IlRMeOPX2e0MurIyfWEucYBRVOEEUMrOHqn/8mLqMjA",
    "session_id": "ZFD6+OmV7fVCsJ7Gap8UnORH8EnmiAkes8FAvQuCw/I",
}
MEDIA = {"url": "mxc://ville.fr/abc", "info": {"size": 900, "mimetype": "image/jpeg"}}
RESPONSE = "org.matrix.msc3381.poll.response"
VERIFY = {"msgtype": "m.key.verification.request", "to": BOT, "from_device": "D", "methods": ["m.sas.v1"], "body": "?"}
VALID = [
    text("bonjour"),
    text("/start mobilite"),
    text("!poll Pizza ? oui, non"),
    text("1"),
    text("oui", **relating(**{"m.in_reply_to": {"event_id": "$ours"}})),
    text("/report", **relating(**{"m.in_reply_to": {"event_id": "$theirs"}})),
    text("dans un fil", **relating(rel_type="m.thread", event_id="$root", is_falling_back=True)),
    text("* bonsoir", **{"m.new_content": {"body": "bonsoir"}}, **relating(rel_type="m.replace", event_id="$first")),
    event("m.room.message", {"msgtype": "m.image", "body": "le trou", "filename": "a.jpg", **MEDIA}),
    event("m.room.message", {"msgtype": "m.file", "body": "vote.yaml", **MEDIA}),
    event("m.room.message", {"msgtype": "m.location", "body": "ici", "geo_uri": "geo:48.8,2.3;u=9"}),
    event("m.room.message", VERIFY),
    event("m.sticker", {"body": "x", **MEDIA}),
    event("m.reaction", relating(rel_type="m.annotation", event_id="$ours", key="2\ufe0f\u20e3")),
    event(RESPONSE, {RESPONSE: {"answers": ["1", "2"]}, **relating(rel_type="m.reference", event_id="$poll")}),
    event("m.room.encrypted", SEALED),
    event("m.room.encrypted", {**SEALED, **relating(rel_type="m.thread", event_id="$root")}),
    event("m.room.redaction", {"redacts": "$gone"}, redacts="$gone"),
    event("m.room.member", {"membership": "leave"}, sender=MAX, state_key=MAX),
    event("m.room.member", {"membership": "invite"}, state_key=BOT, unsigned={"prev_content": {"membership": "leave"}}),
    event("m.room.power_levels", {"users": {LEA: 100}, "state_default": 50}, state_key=""),
    event("m.room.name", {"name": "La place"}, state_key=""),
    event("m.room.create", {"room_version": "12", "additional_creators": [TOM]}, state_key=""),
    event("m.room.encryption", {"algorithm": "m.megolm.v1.aes-sha2"}, state_key=""),
    event("m.room.tombstone", {"body": "moved", "replacement_room": "!new:ville.fr"}, state_key=""),
]
ROUND_IT = {
    "rooms": {
        "join": {
            OTHER: {"timeline": {"events": VALID[:4], "limited": True, "prev_batch": "p"}, "state": {"events": []}}
        },
        "invite": {
            "!ask:x": {"invite_state": {"events": [event("m.room.member", {"membership": "invite"}, state_key=BOT)]}}
        },
        "leave": {"!bye:x": {"timeline": {"events": [event("m.room.member", {"membership": "leave"}, state_key=BOT)]}}},
    },
    "to_device": {
        "events": [
            {"type": "m.room.encrypted", "sender": LEA, "content": {"algorithm": "m.olm.v1.curve25519-aes-sha2"}},
            {"type": "m.room_key_request", "sender": LEA, "content": {"action": "request", "request_id": "1"}},
            {"type": "m.key.verification.start", "sender": LEA, "content": {"transaction_id": "t", "from_device": "D"}},
        ]
    },
    "device_lists": {"changed": [LEA], "left": [MAX]},
    "device_one_time_keys_count": {"signed_curve25519": 50},
    "device_unused_fallback_key_types": ["signed_curve25519"],
}


def good(room: str, number: int) -> dict[str, Any]:
    """Somebody else's good message in the same reading."""
    return text(f"/good {room} {number}") | {"event_id": f"$good-{room}-{number}", "room_id": room, "sender": TOM}


def joined(room: str, *who: str) -> list[dict[str, Any]]:
    members = [event("m.room.member", {"membership": "join"}, f"in{one}", one, state_key=one) for one in who]
    return [event("m.room.create", {"room_version": "11"}, "create", state_key=""), *members]


@dataclass
class Homeserver:
    """Answers `/sync` with one prepared body after the other; what is asked besides, well or damaged."""

    damage: Damage
    bodies: deque[bytes] = field(default_factory=deque)
    position: int = 0

    async def answer(self, request: web.Request) -> web.Response:
        path = unquote(request.raw_path.partition("?")[0]).removeprefix("/_matrix/client/v3/")
        if path == "sync":
            return web.Response(body=await self._sync(), content_type="application/json")
        if path == "account/whoami":
            return web.json_response({"user_id": BOT, "device_id": "D"})
        if path.endswith("/state"):
            here = (BOT, TOM) if HOME in path else (BOT, LEA, TOM, MAX)
            return web.json_response(joined(path, *here))
        if path.endswith("/messages"):
            damaged = [self.damage.wounded(one) for one in self.damage.dice.choices(VALID, k=5)]
            return web.Response(body=self.damage.written({"chunk": damaged}), content_type="application/json")
        if "/event/" in path:
            whose = self.damage.wounded(VALID[0]) if path.endswith("$theirs") else {"sender": BOT}
            return web.Response(body=self.damage.written(whose), content_type="application/json")
        if path == "keys/upload":
            return web.json_response({"one_time_key_counts": {"signed_curve25519": 50}})
        return web.json_response({}, status=404 if "m.direct" in path else 200)

    async def _sync(self) -> bytes:
        if not self.bodies:
            await asyncio.sleep(0.2)
            return b'{"next_batch":"s%d"}' % self.position
        self.position += 1
        return self.bodies.popleft()


def reading(damage: Damage, number: int) -> tuple[bytes, set[str]]:
    """One answer of `/sync` with damaged events, sometimes damaged itself, and the good words that are in it."""
    place, home = good(ROOM, number), good(HOME, number)
    dice = damage.dice
    events = [damage.wounded(named(one, number, at)) for at, one in enumerate(dice.choices(VALID, k=EACH))]
    events.insert(dice.randrange(len(events) + 1), place)
    round_it = damage.wounded(ROUND_IT) if dice.random() < 0.3 else {}
    answer = round_it if isinstance(round_it, dict) else {}
    rooms = answer.get("rooms")
    answer["rooms"] = rooms = rooms if isinstance(rooms, dict) else {}
    there = rooms.get("join")
    rooms["join"] = there if isinstance(there, dict) else {}
    rooms["join"] |= {ROOM: {"timeline": {"events": events}}, HOME: {"timeline": {"events": [home]}}}
    answer["next_batch"] = f"s{number}"
    return damage.written(answer), {place["content"]["body"], home["content"]["body"]}


def named(one: dict[str, Any], number: int, at: int) -> dict[str, Any]:
    """Each event under an id of its own, or only the first would be read."""
    return {**one, "event_id": f"$e{number}-{at}"}


@asynccontextmanager
async def adapter_on(folder: Path, homeserver: Homeserver, **more: Any) -> AsyncIterator[MatrixAdapter]:
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", homeserver.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    settings = MatrixSettings(
        homeserver=f"http://127.0.0.1:{port}",
        user=BOT,
        store=folder / "keys",
        retry=(0.01, 0.05),
        back_off=(0.01, 0.05),
        patience=0.05,
        **more,
    )
    adapter = MatrixAdapter(settings)
    try:
        yield adapter
    finally:
        await adapter.close()
        await runner.cleanup()


def heard(batch: Batch) -> set[str]:
    return {item.event.text for item in batch.items if isinstance(item.event, Said)}


async def reads(folder: Path, damage: Damage, many: int, mill: Mill | None) -> None:
    """`many` damaged events, read to the last good word among them."""
    homeserver, wanted = Homeserver(damage), set()
    for number in range(many // EACH):
        body, words = reading(damage, number)
        homeserver.bodies.append(body)
        wanted |= words
    async with adapter_on(folder, homeserver, access_token="x", device_id="D") as adapter:
        stream = adapter.receive("s0")
        with told(damage.seed, lambda: f"answer {homeserver.position}"):
            async with asyncio.timeout(300):
                async for batch in stream:
                    for item in batch.items:
                        sound(item)
                    if mill is not None:
                        mill.takes("matrix", batch.items)
                    wanted -= heard(batch)
                    if not homeserver.bodies and not wanted:
                        break
            await stream.aclose()  # type: ignore[attr-defined]
        assert adapter.malformed > many / 20, "most of the damage is where it does no harm"


async def test_thousands_are_read(tmp_path: Path) -> None:
    await reads(tmp_path, Damage(SEED), 5_000, None)


@pytest.mark.soak
async def test_a_hundred_thousand_are_read(tmp_path: Path) -> None:
    for round_ in range(20):
        (tmp_path / f"{round_}").mkdir()
        await reads(tmp_path / f"{round_}", Damage(SEED + 100 + round_), 5_000, None)


def with_key_for(machine: Machine) -> OutboundGroupSession:
    """Somebody's key for their next hundred messages; we have it too."""
    theirs = OutboundGroupSession()
    theirs.mark_as_shared()
    machine.olm.inbound_group_store.add(InboundGroupSession(theirs.session_key, "ed", "curve", ROOM))
    return theirs


def test_what_is_sealed_may_be_damaged_inside(tmp_path: Path) -> None:
    """No homeserver looks into it: whoever has the key may put anything there, half characters too."""
    damage, machine = Damage(SEED + 3), Machine(tmp_path, BOT, "D", "key")
    theirs = with_key_for(machine)
    view = View(adapter="matrix", room=ROOM, private=True, me=BOT)
    opened = 0
    for number in range(500):
        with told(damage.seed, lambda number=number: number):
            theirs = with_key_for(machine) if theirs.expired else theirs
            inside = {"room_id": ROOM, **damage.dice.choice(VALID[:12])}
            sealed = theirs.encrypt(damage.written(damage.wounded(inside)).decode("utf-8", "replace"))
            content = SEALED | {"ciphertext": sealed, "session_id": theirs.id}
            try:
                found = machine.decrypt(named(event("m.room.encrypted", content), number, 0), ROOM)
                item = read(found, view, ours=False, admin=False)
            except (Forged, Malformed):
                continue
            opened += 1
            if item is not None:
                sound(item)
    machine.close()
    assert opened > 100, "most of it is still to be read"


# --- The whole road --------------------------------------------------------------------------------------------------


async def test_hundreds_go_the_whole_road(tmp_path: Path, mill: Mill) -> None:
    await reads(tmp_path, Damage(SEED + 1), 500, mill)
    mill.fine()


async def test_hundreds_are_pushed(tmp_path: Path, mill: Mill) -> None:
    """Also transactions that are no JSON: each is answered, or the homeserver would send it again for ever, and nothing
    after it."""
    damage, wanted = Damage(SEED + 2), set()
    dice = random.Random(SEED)
    async with adapter_on(tmp_path, Homeserver(damage), registration=REGISTRATION, device_id="D") as adapter:
        pushes = adapter._pushes
        assert pushes is not None

        async def store() -> None:
            async for batch in adapter.receive("s0"):
                for item in batch.items:
                    sound(item)
                mill.takes("matrix", batch.items)
                wanted.difference_update(heard(batch))

        storing = asyncio.create_task(store())
        with told(damage.seed, lambda: "pushed"):
            for number in range(24):
                events = [damage.wounded(named(one, number, at)) for at, one in enumerate(dice.choices(VALID, k=EACH))]
                torn = damage.torn(damage.written({"events": events}))
                whole = damage.written({"events": [*events, good(HOME, number)]})
                wanted.add(f"/good {HOME} {number}")
                for at, one in enumerate((torn, damage.written(damage.wounded({"events": events})), whole)):
                    async with asyncio.timeout(30):
                        assert await pushes.transaction(f"{number}.{at}", one) == 200
                        assert not storing.done()
            async with asyncio.timeout(30):
                while wanted:
                    assert not storing.done(), storing.exception()
                    await asyncio.sleep(0.01)
        storing.cancel()
        await asyncio.gather(storing, return_exceptions=True)
    mill.fine()


@pytest.mark.parametrize(
    "heap",
    [
        b'{"a":' * 300 + b"1" + b"}" * 300,  # can be read, but not written down until its key comes
        b"[" * 5_000 + b"]" * 5_000,
        b"9" * 5_000,
        b'"\\ud83d"',
        b"1e999",
        b"NaN",
    ],
)
async def test_what_no_strict_reader_reads_hides_nobody_else(tmp_path: Path, heap: bytes) -> None:
    """Whoever is in a room with us can send such an event; the homeserver would hand it over again for ever."""
    sealed = orjson.dumps(event("m.room.encrypted", SEALED)).replace(b'"D"', heap)
    spoken = orjson.dumps(text("bonjour")).replace(b'"bonjour"', heap)
    events = b",".join((sealed, spoken, orjson.dumps(good(HOME, 1))))
    homeserver = Homeserver(Damage(SEED))
    homeserver.bodies.append(
        b'{"next_batch":"s1","rooms":{"join":{"%b":{"timeline":{"events":[%b]}}}}}' % (HOME.encode(), events)
    )
    async with adapter_on(tmp_path, homeserver, access_token="x", device_id="D") as adapter, asyncio.timeout(30):
        stream = adapter.receive("s0")
        async for batch in stream:
            if f"/good {HOME} 1" in heard(batch):
                break
        await stream.aclose()  # type: ignore[attr-defined]
