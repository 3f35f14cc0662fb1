"""Who can read what we write in an encrypted room: every device of everybody who is in it, and nobody who left.

The one rule: **never plaintext into an encrypted room**, and never under a key that somebody took away with them. When
a person leaves, or a device of theirs is no more, the next message goes under a new key. A device that cannot be
reached (no keys left, nonsense in its keys) keeps nobody else from reading.
https://spec.matrix.org/latest/client-server-api/#sharing-keys-between-devices
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from nio.crypto import OlmDevice, OutgoingKeyRequest
from nio.responses import KeysClaimResponse, KeysQueryResponse

from adapters.matrix.machine import MEGOLM, Machine
from adapters.matrix.transport import Homeserver, Reply, path

log = logging.getLogger(__name__)

AT_ONCE = 20
"""Devices that one call sends keys to."""
ASKED = 200
"""People whose devices one call asks for."""


class Refusal(Exception):
    """The server did not do what sharing a key needs."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.sentence)
        self.reply = reply


class Sharing:
    """Hands out the keys of our messages. Raises `Refusal` and `Unanswered`; then nothing was sent."""

    def __init__(self, server: Homeserver, machine: Machine) -> None:
        self._server = server
        self._machine = machine
        self._locks: dict[str, asyncio.Lock] = {}
        self._fresh: set[str] = set()
        self._hopeless: set[tuple[str, str]] = set()

    def changed(self, people: Iterable[Any]) -> None:
        """Devices of these people changed: ask again before the next message."""
        for person in people:
            self._fresh.discard(str(person))
            self._hopeless = {one for one in self._hopeless if one[0] != person}

    async def encrypt(self, room: str, people: Iterable[str], kind: str, content: Mapping[str, Any]) -> dict[str, Any]:
        """The content of an encrypted event that everybody in `people` can read."""
        async with self._locks.setdefault(room, asyncio.Lock()):
            await self._share(room, sorted(people))
            return self._machine.encrypt(room, kind, content)

    async def learn(self, people: Iterable[str]) -> None:
        """Ask for the devices of those whom we do not know well enough."""
        wanted = sorted({*people} - self._fresh)
        for start in range(0, len(wanted), ASKED):
            some = wanted[start : start + ASKED]
            reply = await self._ask("POST", path("keys", "query"), {"device_keys": {person: [] for person in some}})
            self._take_devices(reply.body.get("device_keys"), some)
            self._fresh.update(some)

    def _take_devices(self, found: Any, asked: list[str]) -> None:
        """Person by person, device by device: what one of them uploaded must not hide the others."""
        with self._machine.writing():
            for person in asked:
                devices = found.get(person) if isinstance(found, Mapping) else None
                sound = {}
                for id, keys in devices.items() if isinstance(devices, Mapping) else ():
                    if isinstance(keys, dict) and isinstance(keys.get("keys"), dict):
                        sound[id] = keys
                try:
                    self._machine.olm.handle_response(KeysQueryResponse({person: sound}, {}))
                except Exception as problem:
                    log.warning("The devices of somebody cannot be read (%s)", type(problem).__name__)

    async def _share(self, room: str, people: list[str]) -> None:
        await self.learn(people)
        olm = self._machine.olm
        devices = self._machine.known_devices(people)
        held = olm.outbound_group_sessions.get(room)
        if held is not None and held.users_shared_with - {(one.user_id, one.id) for one in devices}:
            held = None  # somebody left, or a device is no more
        if held is None or held.expired:
            with self._machine.writing():
                olm.create_outbound_group_session(room)
            held = olm.outbound_group_sessions[room]
            self._hopeless -= {(one.user_id, one.id) for one in devices}
        missing = [one for one in devices if (one.user_id, one.id) not in held.users_shared_with]
        if missing:
            await self.connect(missing)
        for start in range(0, len(missing), AT_ONCE):
            await self._hand_over(room, held, missing[start : start + AT_ONCE])
        held.mark_as_shared()

    async def connect(self, devices: Iterable[OlmDevice]) -> None:
        """Open a connection to each device that we have none to."""
        olm = self._machine.olm
        strangers = [
            one
            for one in devices
            if olm.session_store.get(one.curve25519) is None and (one.user_id, one.id) not in self._hopeless
        ]
        if strangers:
            await self._claim(strangers)

    async def _claim(self, devices: Iterable[OlmDevice]) -> None:
        wanted: dict[str, dict[str, str]] = {}
        for one in devices:
            wanted.setdefault(one.user_id, {})[one.id] = "signed_curve25519"
        reply = await self._ask("POST", path("keys", "claim"), {"one_time_keys": wanted, "timeout": 10_000})
        found = reply.body.get("one_time_keys")
        found = found if isinstance(found, Mapping) else {}
        with self._machine.writing():
            for person, ids in wanted.items():
                for id in ids:
                    if not self._open(person, id, found):
                        self._hopeless.add((person, id))

    def _open(self, person: str, id: str, found: Mapping[str, Any]) -> bool:
        key = found[person].get(id) if isinstance(found.get(person), Mapping) else None
        if not isinstance(key, dict) or not key:
            return False
        olm = self._machine.olm
        try:
            olm.handle_response(KeysClaimResponse({person: {id: key}}, {}))
            return olm.session_store.get(olm.device_store[person][id].curve25519) is not None
        except Exception as problem:  # nonsense in one device's keys
            log.warning("A device's key cannot be used (%s)", type(problem).__name__)
            return False

    async def _hand_over(self, room: str, held: Any, devices: list[OlmDevice]) -> None:
        """Send the key of our messages to some devices, each over its own encrypted connection."""
        olm = self._machine.olm
        key = {
            "algorithm": MEGOLM,
            "room_id": room,
            "session_id": held.id,
            "session_key": held.session_key,
        }
        messages: dict[str, dict[str, Any]] = {}
        reached = set()
        with self._machine.writing():
            for one in devices:
                session = olm.session_store.get(one.curve25519)
                if session is not None:
                    sealed = olm._olm_encrypt(session, one, "m.room_key", key)
                    messages.setdefault(one.user_id, {})[one.id] = sealed
                    reached.add((one.user_id, one.id))
        if messages:
            await self.to_devices("m.room.encrypted", messages)
            held.users_shared_with.update(reached)

    async def mend(self) -> None:
        """Connections that broke are opened anew, and the other side is told by an empty message.
        https://spec.matrix.org/latest/client-server-api/#recovering-from-undecryptable-messages"""
        olm = self._machine.olm
        if olm.wedged_devices:
            broken = list(olm.wedged_devices)
            await self._claim(broken)
            olm.wedged_devices = [one for one in olm.wedged_devices if one not in broken]
        for message in list(olm.outgoing_to_device_messages):
            content = {message.recipient: {message.recipient_device: message.content}}
            await self.to_devices(message.type, content)
            olm.outgoing_to_device_messages.remove(message)

    async def request_key(self, person: str, room: str, session: str, sender_key: Any) -> None:
        """Ask the devices of the person who wrote a message for its key. Asked once for each session.
        https://spec.matrix.org/latest/client-server-api/#key-requests"""
        olm, device = self._machine.olm, self._machine.device
        if session in olm.outgoing_key_requests or not session:
            return
        body = {"algorithm": MEGOLM, "room_id": room, "session_id": session}
        if isinstance(sender_key, str):
            body["sender_key"] = sender_key
        asked = {"action": "request", "body": body, "request_id": session, "requesting_device_id": device}
        await self.to_devices("m.room_key_request", {person: {"*": asked}})
        request = OutgoingKeyRequest(session, session, room, MEGOLM)
        olm.outgoing_key_requests[session] = request
        olm.store.add_outgoing_key_request(request)

    async def to_devices(self, kind: str, messages: Mapping[str, Any]) -> None:
        await self._ask("PUT", path("sendToDevice", kind, secrets.token_urlsafe(12)), {"messages": messages})

    async def _ask(self, method: str, address: str, payload: Mapping[str, Any]) -> Reply:
        reply = await self._server.call(method, address, payload)
        if not reply.ok:
            raise Refusal(reply)
        return reply
