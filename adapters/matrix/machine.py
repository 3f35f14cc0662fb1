"""The encryption engine: nio's Olm machine with vodozemac, fed with raw JSON.

The one rule: **what the server forgets, we have written.** A homeserver drops the room keys that it handed over as soon
as the next reading is asked for; so they are stored, all of a reading in one transaction, before its batch is handed
out. And private halves of one-time keys are stored before their public halves are uploaded, or a key that somebody
used meanwhile could open nothing.
https://spec.matrix.org/latest/client-server-api/#end-to-end-encryption
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import vodozemac
from nio.crypto import InboundGroupSession, Olm, OlmDevice
from nio.events import ForwardedRoomKeyEvent, RoomKeyEvent, ToDeviceEvent
from nio.store import SqliteStore

from adapters import legible
from adapters.matrix.reading import Raw
from adapters.matrix.store import KEYS, wrong_key
from adapters.matrix.verification import Asked, asked_of_device, is_of_verification

log = logging.getLogger(__name__)

MEGOLM = "m.megolm.v1.aes-sha2"
REMEMBERED = 100_000
"""Places in sessions whose message is known, so that a copy of it is recognised."""
_SIGNED = "signed_curve25519"


class NoKey(Exception):
    """The event is encrypted and its key is not here yet."""


class Forged(Exception):
    """The event can never be trusted: damaged, repeated, or encrypted with somebody else's key."""


class _Olm(Olm):  # type: ignore[misc]
    """nio's machine, with one decision changed: a key that we asked for is also taken from the device that made it.
    nio takes forwarded keys only from other devices of our own account, and we have none."""

    def _should_accept_forward(self, sender: str, sender_key: str, event: ForwardedRoomKeyEvent) -> bool:
        asked = self.outgoing_key_requests.get(event.session_id)
        content = event.source.get("content", {})
        return (
            asked is not None
            and asked.room_id == event.room_id
            and event.algorithm == MEGOLM
            and content.get("sender_key") == sender_key
        )


class Machine:
    """One device. `fallback_wanted` says that the server holds no unused fallback key of ours; `verifications` are
    those who want to compare pictures with us."""

    def __init__(self, folder: Path, user: str, device: str, key: str) -> None:
        store = SqliteStore(user, device, str(folder), pickle_key=key, database_name=KEYS)
        (folder / KEYS).chmod(0o600)
        self._database = store.database
        self._database.pragma("synchronous", 2)
        try:
            self.olm = _Olm(user, device, store)
        except (vodozemac.PickleException, vodozemac.LibolmPickleException):
            store.database.close()
            raise wrong_key(folder) from None
        self._store = store
        self.user, self.device = user, device
        self.fallback_wanted = False
        self.verifications: list[Asked] = []
        self._seen: OrderedDict[tuple[str, int], str] = OrderedDict()
        self._earliest = {(one.room_id, one.sender_key, one.id): one for one in self.olm.inbound_group_store}
        self._encrypted: set[str] = set(store.load_encrypted_rooms())

    @property
    def keys(self) -> Mapping[str, str]:
        """Our public identity: `curve25519` and `ed25519`."""
        return dict(self.olm.account.identity_keys)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Everything that nio stores in it at once, or nothing."""
        with self._database.atomic():
            yield

    def close(self) -> None:
        self._database.close()

    def always_encrypted(self, room: str) -> bool:
        return room in self._encrypted

    def note_encrypted(self, room: str) -> None:
        """Remember for ever that a room is encrypted, whatever the server says later."""
        if room not in self._encrypted:
            self._store.save_encrypted_rooms([room])
            self._encrypted.add(room)

    # What a reading brings besides messages

    def take(self, answer: Raw) -> set[str]:
        """Keys sent to this device, changed devices of others, how many of our keys are left. Returns the sessions
        that new keys came for."""
        to_device = answer.get("to_device")
        events = to_device.get("events") if isinstance(to_device, Mapping) else None
        came: set[str] = set()
        if isinstance(events, list) and events:
            with self.writing():
                came = {id for event in events if (id := self._take_one(event))}
        counts = answer.get("device_one_time_keys_count")
        count = counts.get(_SIGNED, 0) if isinstance(counts, Mapping) else None
        if isinstance(count, int):
            self.olm.uploaded_key_count = count
        unused = answer.get("device_unused_fallback_key_types")
        self.fallback_wanted = isinstance(unused, list) and _SIGNED not in unused
        return came

    def _take_one(self, event: Any) -> str | None:
        """The session that the event brought a key of, if it did."""
        if is_of_verification(event):
            self.verifications += [asked] if (asked := asked_of_device(event)) is not None else []
            return None
        try:
            parsed = ToDeviceEvent.parse_event(dict(event))
            said = self.olm.handle_to_device_event(parsed) if parsed is not None else None
        except Exception as problem:  # whatever a stranger's bytes do to the library, the others are read
            log.warning("A message for this device cannot be read (%s)", type(problem).__name__)
            return None
        if not isinstance(said, RoomKeyEvent | ForwardedRoomKeyEvent):
            return None
        self._keep_earliest(said.room_id, said.session_id)
        return str(said.session_id)

    def _keep_earliest(self, room: str, id: str) -> None:
        """A key sent again may begin later than the one we have, and must not take its place."""
        for sender_key, sessions in self.olm.inbound_group_store[room].items():
            fresh, known = sessions.get(id), self._earliest.get((room, sender_key, id))
            if fresh is None or fresh is known:
                continue
            if known is not None and known.first_known_index <= fresh.first_known_index:
                sessions[id] = known
                self.olm.save_inbound_group_session(known)
            else:
                self._earliest[room, sender_key, id] = fresh

    # Our own keys

    def keys_to_upload(self) -> dict[str, Any]:
        """What the server lacks of ours; empty when it has enough. Stored before it is handed out."""
        olm, wanted = self.olm, {}
        first, left = not olm.account.shared, olm.uploaded_key_count
        if first or (left is not None and left < olm.account.max_one_time_keys // 2):
            wanted = olm.share_keys()
        if first or self.fallback_wanted:
            wanted = {**wanted, **self._fallback()}
        if wanted:
            olm.save_account()
        return dict(wanted)

    def _fallback(self) -> dict[str, Any]:
        """A key for everybody who comes after the last one-time key was taken: without it, the fifty-first person who
        writes while the bot is away could not send us the key of their message.
        https://spec.matrix.org/latest/client-server-api/#one-time-and-fallback-keys"""
        account = self.olm.account._account
        held = account.fallback_key
        if not held:
            account.generate_fallback_key()
            held = account.fallback_key
        signed = {}
        for id, key in held.items():
            body = {"key": key.to_base64(), "fallback": True}
            signed[f"{_SIGNED}:{id}"] = {**body, "signatures": self.signed(body)}
        return {"fallback_keys": signed}

    def uploaded(self, counts: Any) -> None:
        """The server took them."""
        self.olm.account.shared = True
        self.olm.account.mark_keys_as_published()
        self.olm.uploaded_key_count = counts.get(_SIGNED, 0) if isinstance(counts, Mapping) else 0
        self.fallback_wanted = False
        self.olm.save_account()

    def signed(self, body: Mapping[str, Any]) -> dict[str, dict[str, str]]:
        """The signatures of this device under `body`."""
        return {self.user: {f"ed25519:{self.device}": self.olm.sign_json(dict(body))}}

    # Devices of others

    def device_of(self, person: str, sender_key: str) -> OlmDevice | None:
        return next((one for one in self.olm.device_store[person].values() if one.curve25519 == sender_key), None)

    # Room messages

    def decrypt(self, event: Raw, room: str) -> Raw:
        """The event with its true type and content. `NoKey` when it has to wait, `Forged` when it is worthless."""
        content = event.get("content")
        if not isinstance(content, Mapping) or content.get("algorithm") != MEGOLM:
            raise Forged("algorithm")
        if not isinstance(content.get("session_id", ""), str):
            raise Forged("session")
        session = self._session(room, content, str(event.get("sender")))
        if session is None:
            raise NoKey(str(content.get("session_id", "")))
        try:
            text, index = session.decrypt(str(content.get("ciphertext", "")))
            inside = legible.read(text.encode("utf-8", "replace"))
        except vodozemac.MegolmDecryptionException:
            raise NoKey(session.id) from None  # a key that begins after this message: an earlier one may still come
        except (vodozemac.DecodeException, ValueError) as problem:
            raise Forged(type(problem).__name__) from None
        self._check_repeated(session.id, index, event)
        if not isinstance(inside, dict) or inside.get("room_id") != room or not isinstance(inside.get("content"), dict):
            raise Forged("room")
        relates = content.get("m.relates_to")
        if relates is not None and "m.relates_to" not in inside["content"]:
            inside["content"]["m.relates_to"] = relates
        return {**event, "type": inside.get("type"), "content": inside["content"]}

    def _session(self, room: str, content: Raw, sender: str) -> InboundGroupSession | None:
        """The key of a message: of a device of its sender, or of one that we never heard of, which proves nothing
        either way. A key that came from somebody else's device is none: anybody in the room could pass theirs on.
        https://spec.matrix.org/latest/client-server-api/#mmegolmv1aes-sha2"""
        wanted = content.get("session_id")
        unknown = None
        for sender_key, sessions in self.olm.inbound_group_store[room].items():
            session = sessions.get(wanted)
            if session is None:
                continue
            device = self.device_of(sender, sender_key)
            if device is not None and device.ed25519 == session.ed25519:
                return session
            if device is None and not self._is_of_another(sender, sender_key):
                unknown = session
        return unknown

    def _is_of_another(self, sender: str, sender_key: str) -> bool:
        if sender_key == self.keys["curve25519"]:
            return sender != self.user
        return any(
            device.curve25519 == sender_key
            for person, devices in self.olm.device_store.items()
            if person != sender
            for device in devices.values()
        )

    def _check_repeated(self, session: str, index: int, event: Raw) -> None:
        """The same words under another id were copied by somebody who cannot write them."""
        id = str(event.get("event_id"))
        if self._seen.setdefault((session, index), id) != id:
            raise Forged("repeated")
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)

    def encrypt(self, room: str, kind: str, content: Mapping[str, Any]) -> dict[str, Any]:
        """The content of an `m.room.encrypted` event. How it relates to others stays readable, as servers need it."""
        sealed: dict[str, Any] = dict(self.olm.group_encrypt(room, {"type": kind, "content": dict(content)}))
        if "m.relates_to" in content:
            sealed["m.relates_to"] = content["m.relates_to"]
        return sealed

    def known_devices(self, people: Iterable[str]) -> list[OlmDevice]:
        """The devices of some people, ours left out."""
        store = self.olm.device_store
        return [
            device
            for person in people
            for device in store.active_user_devices(person)
            if (device.user_id, device.id) != (self.user, self.device)
        ]
