"""What moderators have done in a room: a message redacted, a person muted or banned, and taken back.

The one rule: doing it twice is no mistake. Each act is one that the homeserver may be asked for again: a redaction
under its transaction id, a membership or a level that is what it should be already.

Matrix knows no mute and no end of anything. Muted is who has less power than saying something takes; the level that
they had before is noted at our desk and given back, unless somebody changed it meanwhile. Nothing here counts time:
what has an end is lifted by whoever asked for it (`Capabilities.ends_acts` is False, so `bot.deliver` does).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from adapters.base import Action, Lacking, Refused
from adapters.matrix import powers
from adapters.matrix.device import Device
from adapters.matrix.rooms import Room
from adapters.matrix.sharing import Refusal
from adapters.matrix.transport import Homeserver, Reply, path

ACTS = frozenset({"delete", "mute", "unmute", "ban", "unban"})


class Acting:
    """Acts for one device. Raises `Refused`, `Refusal` and `Unanswered`."""

    def __init__(self, device: Device, server: Homeserver) -> None:
        self._device = device
        self._server = server
        self._levels = device.levels

    async def act(self, room: Room, action: Action, txn: str) -> None:
        if room.private_with(self._device.me) is not None:
            raise Refused("nobody is moderated in a private chat", lacking=Lacking.KIND)
        match action.act:
            case "delete":
                await self._redact(room, action.ref, txn)
            case "mute":
                self._check(room, action)
                await self._mute(room, action.person)
            case "unmute":
                await self._unmute(room, action.person)
            case "ban":
                self._check(room, action)
                self._done(await self._membership(room, "ban", action.person), room, action)
            case "unban":
                if await self._is_banned(room, action.person):
                    self._done(await self._membership(room, "unban", action.person), room, action)
            case _:
                raise Refused(f"unknown act {action.act!r}", lacking=Lacking.KIND)

    def _check(self, room: Room, action: Action) -> None:
        """A server lets nobody act on somebody as powerful as they are."""
        if not (action.person.startswith("@") and ":" in action.person):
            raise Refused(f"not a person of Matrix: {action.person[:40]!r}", lacking=Lacking.SUBJECT)
        if powers.power(room, action.person) >= powers.power(room, self._device.me):
            raise Refused("they have as much power as we do", lacking=Lacking.STANDING)

    async def _redact(self, room: Room, event: str, txn: str) -> None:
        """https://spec.matrix.org/latest/client-server-api/#put_matrixclientv3roomsroomidredacteventidtxnid"""
        if not event.startswith("$"):
            raise Refused(f"not a message of Matrix: {event[:40]!r}", lacking=Lacking.SUBJECT)
        reply = await self._server.call("PUT", path("rooms", room.id, "redact", event, txn), {})
        if reply.ok or reply.status == 404:
            return  # what is not there need not be taken away
        raise _refused(reply, room, "delete", self._device.me)

    async def _membership(self, room: Room, act: str, person: str) -> Reply:
        """https://spec.matrix.org/latest/client-server-api/#post_matrixclientv3roomsroomidban"""
        return await self._server.call("POST", path("rooms", room.id, act), {"user_id": person})

    def _done(self, reply: Reply, room: Room, action: Action) -> None:
        if not reply.ok:
            raise _refused(reply, room, action.act, self._device.me)

    async def _is_banned(self, room: Room, person: str) -> bool:
        reply = await self._server.call("GET", path("rooms", room.id, "state", "m.room.member", person))
        if not reply.ok and reply.status != 404:
            raise Refusal(reply)
        return reply.body.get("membership") == "ban"

    # Levels: one change at a time, because a change is the whole list written anew.

    async def _mute(self, room: Room, person: str) -> None:
        async with self._levels:
            levels = await self._read(room)
            least, held = powers.silent(levels), powers.held_by(levels, person)
            if powers.power(_as(room, levels), person) <= least:
                return
            note = _note(room.id, person)
            if self._device.desk.note(note) is None:
                self._device.desk.write_note(note, orjson.dumps([held]).decode())
            await self._write(room, powers.with_level(levels, person, least), "mute")

    async def _unmute(self, room: Room, person: str) -> None:
        async with self._levels:
            levels = await self._read(room)
            note = _note(room.id, person)
            noted = self._device.desk.note(note)
            if powers.power(_as(room, levels), person) <= powers.silent(levels):
                before = orjson.loads(noted)[0] if noted is not None else None
                await self._write(room, powers.with_level(levels, person, before), "unmute")
            if noted is not None:
                self._device.desk.write_note(note, None)

    async def _read(self, room: Room) -> dict[str, Any]:
        """The levels as they are now: somebody else may have changed them a moment ago."""
        reply = await self._server.call("GET", path("rooms", room.id, "state", powers.LEVELS))
        if not reply.ok and reply.status != 404:
            raise Refusal(reply)
        return dict(reply.body) if reply.ok else {}

    async def _write(self, room: Room, levels: Mapping[str, Any], act: str) -> None:
        reply = await self._server.call("PUT", path("rooms", room.id, "state", powers.LEVELS), levels)
        if not reply.ok:
            raise _refused(reply, room, act, self._device.me)
        room.power = levels


def rights(room: Room, me: str) -> frozenset[str]:
    """What we may do in a room; nothing where somebody is alone with us."""
    return frozenset() if room.private_with(me) is not None else powers.rights(room, me)


def _as(room: Room, levels: Mapping[str, Any]) -> Room:
    """The room with these levels, to reckon with."""
    return Room(room.id, power=levels, creators=room.creators, version=room.version)


def _refused(reply: Reply, room: Room, act: str, me: str) -> Exception:
    """Why the server did not do it."""
    if reply.status not in (400, 403, 404):
        return Refusal(reply)
    lacking = Lacking.SUBJECT if act in powers.rights(room, me) else Lacking.RIGHT
    return Refused(reply.sentence, lacking=lacking)


def _note(room: str, person: str) -> str:
    return f"muted {room} {person}"
