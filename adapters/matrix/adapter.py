"""Matrix on the contract of `adapters.base`.

The one rule: every message carries a transaction id made of its key, so the homeserver shows it once however often it
is sent; and what goes into an encrypted room is encrypted, or does not go.
"""

from __future__ import annotations

import asyncio
import logging
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import aclosing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from nio.crypto.attachments import encrypt_attachment
from starlette.routing import BaseRoute

from adapters.backoff import BackOff
from adapters.base import (
    Action,
    Batch,
    Capabilities,
    File,
    Gone,
    Image,
    Later,
    Limit,
    Outgoing,
    Place,
    Refused,
    Sent,
    Unsure,
)
from adapters.matrix import acting, errors, fetching, markup, service
from adapters.matrix.acting import ACTS, Acting
from adapters.matrix.asking import Asking
from adapters.matrix.device import Device
from adapters.matrix.door import Door
from adapters.matrix.events import Events
from adapters.matrix.login import LoginError
from adapters.matrix.machine import MEGOLM
from adapters.matrix.nativepolls import Hanging, thread
from adapters.matrix.pushing import Pushes
from adapters.matrix.rooms import Room
from adapters.matrix.settings import MatrixSettings
from adapters.matrix.sharing import Refusal
from adapters.matrix.store import Store, StoreError
from adapters.matrix.syncing import Syncing
from adapters.matrix.transport import Homeserver, Reply, Unanswered, path
from adapters.pictures import size_of

log = logging.getLogger(__name__)

_CAPABILITIES = Capabilities(
    max_text=markup.MAX_TEXT,
    edit=True,
    media=frozenset({"image/png", "image/jpeg"}),
    idempotent_send=True,
    private_presses=False,
    acts=ACTS,
)
"""Of a chat between two. A sign put on a message is never encrypted (its relation has to be readable for servers:
https://spec.matrix.org/latest/client-server-api/#mreaction), so that in an encrypted chat the homeserver reads what it
cannot read of words; in one that is not encrypted, a sign tells nobody more than a word does."""
_IN_A_ROOM = replace(_CAPABILITIES, native_poll=True)
"""Of a room, where everybody is shown who put which sign on a message, and who chose what in a poll."""


class MatrixAdapter:
    """One account. Building it takes the store, or raises `StoreError`; the homeserver is first asked by `receive` or
    `send`. `now` dates what Matrix does not."""

    def __init__(
        self,
        settings: MatrixSettings,
        *,
        name: str = "matrix",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.name = name
        self._settings = settings
        self._now = now
        self._store = Store(settings)
        self._store.open()
        self._server = Homeserver(settings.homeserver)
        self._asking = Asking(settings, self._server, self._renew)
        self._pushes = Pushes(settings.registration) if settings.registration is not None else None
        self._device: Device | None = None
        self._events: Events | None = None
        self._polls: Hanging | None = None
        self._opening = asyncio.Lock()
        self._closed = False

    @property
    def reachable(self) -> bool:
        """False while the homeserver is known not to answer, so that silence is not taken for "nothing more"."""
        return self._asking.reachable

    @property
    def malformed(self) -> int:
        """How many events could not be read."""
        pushed = self._pushes.malformed if self._pushes is not None else 0
        return pushed + (self._events.malformed if self._events is not None else 0)

    def capabilities(self, place: Place) -> Capabilities:
        device = self._device
        return shown_in(device.known_room(place.chat), device.me) if device is not None else _IN_A_ROOM

    def limits(self, place: Place) -> tuple[Limit, ...]:
        """None known beforehand: each homeserver has its own, and tells it when it is reached. (Synapse lets an
        account send ten messages at once and one each five seconds then, unless its administrator lifts that:
        https://element-hq.github.io/synapse/latest/admin_api/user_admin_api.html#override-ratelimiting-for-users)"""
        return ()

    def link(self, payload: str) -> str | None:
        """The address that shows our account, to open a chat with; Matrix has none that carries a payload.
        https://spec.matrix.org/latest/appendices/#matrixto-navigation"""
        account = self._device.account.user if self._device is not None else None
        return f"https://matrix.to/#/{quote(account, safe='@:')}" if account else None

    # Reading

    def routes(self) -> list[BaseRoute]:
        """What the web server must let in, where the homeserver pushes."""
        return self._pushes.routes() if self._pushes is not None else []

    async def receive(self, cursor: str | None) -> AsyncIterator[Batch]:
        device = await self._opened_in_time()
        self._events = Events(device, self.name, self._now)
        syncing = Syncing(device, self._asking, self._events, self._now, self._settings.patience, self._pushes)
        door = asyncio.create_task(Door(device, self._settings, syncing.woken).run())
        announcing = asyncio.create_task(self._announce())
        try:
            async with aclosing(syncing.readings(cursor)) as readings:
                async for found in readings:
                    yield Batch(cursor=found.cursor, items=tuple(found.items))
                    if door.done():
                        door.result()
        finally:
            door.cancel()
            announcing.cancel()
            await asyncio.gather(door, announcing, return_exceptions=True)

    async def _announce(self) -> None:
        """Where the homeserver pushes, it is told that we are here."""
        if self._settings.registration is not None:
            await service.announce(self._server, self._settings.registration, BackOff(*self._settings.retry))

    async def _opened_in_time(self) -> Device:
        """The device, however long that takes."""
        while True:
            try:
                return await self._open()
            except (StoreError, LoginError) as problem:
                await self._asking.pause(str(problem))
            except Unanswered as problem:
                await self._asking.pause(f"The Matrix homeserver cannot be reached ({problem}).")
            except Refusal as refusal:
                await self._asking.pause(f"The Matrix homeserver refuses the bot ({refusal}).")

    async def _open(self) -> Device:
        async with self._opening:
            if self._closed:
                raise Unanswered("closed")
            if self._device is None:
                self._device = await Device.open(self._settings, self._store, self._server)
            return self._device

    async def _renew(self) -> None:
        if self._device is not None:
            await self._device.renew()

    # Writing

    async def send(self, out: Outgoing) -> Sent:
        if out.replaces is not None and not out.replaces.startswith("$"):
            raise Refused(f"not a message of Matrix: {out.replaces!r}")
        with _told():
            return await self._send(await self._open(), out)

    async def act(self, action: Action) -> None:
        with _told():
            device = await self._open()
            room = await self._room(device, action.place.chat)
            await Acting(device, self._server).act(room, action, _txn(action.key))

    async def rights(self, place: Place) -> frozenset[str]:
        with _told():
            device = await self._open()
            return acting.rights(await self._room(device, place.chat), device.me)

    async def fetch(self, ref: str) -> File:
        with _told():
            return await fetching.picture(await self._open(), self._server, ref)

    async def _send(self, device: Device, out: Outgoing) -> Sent:
        room = await self._room(device, out.place.chat)
        content = await self._content(device, room, out)
        ref = await self._put(device, room, "m.room.message", content, _txn(out.key))
        card = out.replaces if out.replaces is not None else ref
        if out.part.poll is not None:
            await self._polls_of(device).keep(room, out, card)
        return Sent(ref=card)

    async def _put(self, device: Device, room: Room, kind: str, content: Mapping[str, Any], txn: str) -> str:
        """Send an event, encrypted where the room is; its id."""
        if room.encrypted:
            if room.algorithm not in ("", MEGOLM):
                raise Refused(f"the room is encrypted in a way that we do not know ({room.algorithm[:40]})")
            content = await device.sharing.encrypt(room.id, room.members, kind, content)
            kind = "m.room.encrypted"
        reply = await self._server.call("PUT", path("rooms", room.id, "send", kind, txn), content)
        if not reply.ok:
            raise await self._failure(device, room.id, reply)
        ref = reply.body.get("event_id")
        if not isinstance(ref, str):
            raise Unsure("the homeserver took the message but did not tell its id")
        device.note_ours(ref)
        return ref

    def _polls_of(self, device: Device) -> Hanging:
        """Polls beside cards."""

        async def put(room: Room, kind: str, content: Mapping[str, Any], txn: str) -> str:
            return await self._put(device, room, kind, content, txn)

        async def redact(room: Room, event: str, txn: str) -> None:
            reply = await self._server.call("PUT", path("rooms", room.id, "redact", event, txn), {})
            if not reply.ok and reply.status != 404:
                raise await self._failure(device, room.id, reply)

        if self._polls is None:
            self._polls = Hanging(device.desk, put, redact)
        return self._polls

    async def _room(self, device: Device, id: str) -> Room:
        """The room to write to. Whether it is encrypted is the server's word, or our memory; without either, nothing
        is written."""
        try:
            return await device.room(id)
        except Refusal as refusal:
            if refusal.reply.status in (400, 403, 404):
                raise await self._failure(device, id, refusal.reply) from None
            raise

    async def _failure(self, device: Device, id: str, reply: Reply) -> Exception:
        """What a refusal means; where we are not (any more) in the room, stop writing there."""
        if reply.status not in (400, 403, 404):
            return errors.failure(reply, in_room=True)
        known = device.known_room(id)
        if known is not None and known.replaced_by is not None and await device.in_room(known.replaced_by):
            return Gone("the room was replaced", moved_to=known.replaced_by)
        in_room = await device.in_room(id)
        if not in_room:
            device.forget_room(id)
            return Gone(reply.sentence)
        return errors.failure(reply, in_room=True)

    async def _content(self, device: Device, room: Room, out: Outgoing) -> dict[str, Any]:
        content = markup.content(out.part.body)
        if out.part.image is not None:
            content = await self._picture(out.part.image, content, room)
        if out.replaces is not None:
            return markup.edited(content, out.replaces)
        return {**content, **thread(out)}

    async def _picture(self, image: Image, words: Mapping[str, Any], room: Room) -> dict[str, Any]:
        """A picture with its words under it; where there are none, the description is its name.
        https://spec.matrix.org/latest/client-server-api/#media-captions"""
        data, file, name = image.data, None, f"palabre.{image.mime.removeprefix('image/')}"
        if room.encrypted:
            data, file = encrypt_attachment(image.data)
        reply = await self._server.upload(data, "application/octet-stream" if file else image.mime)
        address = reply.body.get("content_uri")
        if not reply.ok or not isinstance(address, str):
            raise Refusal(reply if not reply.ok else Reply(502, {}))
        content = {**words, "msgtype": "m.image", "filename": name, "info": _info(image)}
        if not words["body"]:
            content = {**content, "filename": image.alt or name, "body": image.alt or name}
        if file is not None:
            return {**content, "file": {**file, "url": address}}
        return {**content, "url": address}

    async def note(self, inbound_key: str, text: str) -> None:
        """Matrix has no word that only the presser sees, and a reaction shows no waiting sign."""

    async def close(self) -> None:
        self._closed = True
        await self._server.close()
        if self._device is not None:
            device, self._device = self._device, None
            device.close()
        self._store.close()


def shown_in(room: Room | None, me: str) -> Capabilities:
    """What a room can show; one that we do not know (yet) is taken for one with many people in it."""
    if room is None or room.private_with(me) is None:
        return _IN_A_ROOM
    return _CAPABILITIES if room.encrypted else replace(_CAPABILITIES, private_presses=True)


def _txn(key: str) -> str:
    """A transaction id: the same for each attempt at the same message."""
    return urlsafe_b64encode(sha256(key.encode()).digest()).decode().rstrip("=")


def _info(image: Image) -> dict[str, Any]:
    info: dict[str, Any] = {"mimetype": image.mime, "size": len(image.data)}
    if (size := size_of(image.data)) is not None:
        info |= {"w": size[0], "h": size[1]}
    return info


@contextmanager
def _told() -> Iterator[None]:
    """Whatever goes wrong in it becomes one of the four errors."""
    try:
        yield
    except Unanswered as problem:
        raise errors.broken(problem) from None
    except Refusal as refusal:
        raise errors.failure(refusal.reply, in_room=True) from None
    except (StoreError, LoginError):
        raise Later(errors.REFUSED_SECONDS, whole=True) from None
    except TypeError as problem:  # orjson: something that no JSON can carry
        raise Refused(f"cannot be written as JSON ({problem})") from None
