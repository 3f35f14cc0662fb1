"""From raw events to what the road takes in: keys applied, turns kept, rights looked up.

The one rule: each event by itself. One that is damaged, forged or locked costs nobody else theirs. Nothing is written
here: what has to be kept is collected, and the loop writes it before the batch is handed out.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson

from adapters.base import Inbound, Place
from adapters.matrix import pollforms, reading, verification
from adapters.matrix.declining import decline
from adapters.matrix.desk import Held
from adapters.matrix.device import Device
from adapters.matrix.fetching import event_of, flow_file
from adapters.matrix.machine import MEGOLM, Forged, NoKey
from adapters.matrix.nativepolls import Answers
from adapters.matrix.reading import Malformed, Raw, View
from adapters.matrix.rooms import Room
from adapters.matrix.sharing import Refusal
from adapters.matrix.transport import Unanswered
from adapters.matrix.verification import Asked
from adapters.matrix.waiting import Lane
from flows.events import Blocked, Moved, Overheard, Pressed, Returned, Said, Shared

log = logging.getLogger(__name__)

_DAMAGED = (Malformed, KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError)
"""What reading raises where an event does not have the form that the specification promises."""
TAKEN = "⌫"
"""In front of a sign that somebody took off a message again."""


class Events:
    """Reads events for one device; `begin` starts a new reading."""

    def __init__(self, device: Device, adapter: str, now: Callable[[], datetime]) -> None:
        self.malformed = 0
        self._device = device
        self._adapter = adapter
        self._now = now
        self._wanted: list[Held] = []
        self.answers = Answers(device.desk)
        self.begin(set())

    def begin(self, waiting: set[Lane]) -> None:
        """A new reading, while the words of `waiting` people keep their turn."""
        self._stuck = set(waiting)
        self.held: list[Held] = []
        self.reactions: list[tuple[str, str, str, str, str, int]] = []
        self.answers.begin()
        self.tombstones: list[tuple[str, str]] = []
        self.withdrawn: set[tuple[str, str]] = set()
        self.spoken: set[Lane] = set()
        self.somebody_left = False

    async def take(self, event: Any, room: Room) -> list[Inbound]:
        """What one event of a room tells."""
        try:
            return await self._take(event, room)
        except (Forged, *_DAMAGED) as problem:
            self.malformed += 1
            id = event.get("event_id") if isinstance(event, Mapping) else None
            log.error("Event %s cannot be read (%s: %s); going on without it", id, type(problem).__name__, problem)
            return []

    async def _take(self, event: Raw, room: Room) -> list[Inbound]:
        who = reading.sender(event)
        kind = event.get("type")
        if kind == reading.MEMBER and "state_key" in event:
            return self._member(event, room)
        if kind == reading.TOMBSTONE:
            self._replaced(event, room)
            return []
        if kind == reading.REDACTION:
            return self._redaction(event, room)
        if who == self._device.me:
            self._device.note_ours(reading.event_id(event))
            return []
        if reading.is_edit(event) and room.private_with(self._device.me) is not None:
            return []
        return await self._said(event, room, who)

    async def _said(self, event: Raw, room: Room, who: str) -> list[Inbound]:
        """Something that somebody said or put on a message, as soon as it is their turn."""
        lane = (room.id, who)
        session = ""
        if event.get("type") == reading.ENCRYPTED and "state_key" not in event and event.get("content"):
            try:
                opened = self._device.machine.decrypt(event, room.id)
            except NoKey as missing:
                session = str(missing)
                opened = event
        else:
            opened = event
        if session or lane in self._stuck:
            one = self._held(event, room.id, who, session)
            self.held.append(one)
            self._stuck.add(lane)
            self._wanted += [one] if session else []
            return []
        item = await self._read(opened, room)
        if item is not None and not isinstance(item.event, Overheard):
            self.spoken.add(lane)
        return [] if item is None else [item]

    def _held(self, event: Raw, room: str, who: str, session: str) -> Held:
        since = round(self._now().timestamp() * 1000)
        orjson.dumps(event)  # TypeError for what could not be kept: nested too deep
        return Held(event=reading.event_id(event), room=room, sender=who, session=session, raw=event, since_ms=since)

    async def _read(self, event: Raw, room: Room) -> Inbound | None:
        view = self._view(room)
        content = event.get("content")
        if isinstance(content, Mapping) and verification.is_request(content):
            if content.get("to") != view.me:
                return None
            asked = Asked(person=reading.sender(event), id=reading.event_id(event), room=room.id)
            self._device.machine.verifications.append(asked)
            return reading.inbound(event, view, Shared(at=reading.when(event), what="verification"))
        if event.get("type") in pollforms.RESPONSES:
            return self.answers.answer(event, view)
        target = reading.answered(event)
        card = self.answers.card_of(target, room.id)
        ours = card is not None or (target is not None and await self._device.is_ours(room.id, target))
        admin = not view.private and room.administrates(reading.sender(event))
        item = reading.read(event, view, ours=ours, admin=admin)
        if item is None:
            return None
        match item.event:
            case Said() as said if target is not None and not ours:
                return replace(item, event=await self._quoting(said, room.id, target, private=view.private))
            case Said(reply_to=str()) as said if card is not None:
                return replace(item, event=replace(said, reply_to=card))
            case Pressed(message=str(message)) as pressed:
                at, meant = round(pressed.at.timestamp() * 1000), card or message
                self.reactions.append((item.key, room.id, item.person, meant, pressed.data, at))
                return replace(item, event=replace(pressed, message=meant))
            case Shared(what="document", name=str(name)) as shared if name:
                return replace(item, event=replace(shared, text=await flow_file(self._device.server, event["content"])))
            case _:
                return item

    async def _quoting(self, said: Said, room: str, target: str, *, private: bool) -> Said:
        """A command with what it answers: somebody's poll, somebody's words."""
        if private and not said.text.startswith(("/", "!")):
            return said
        found = await event_of(self._device, room, target)
        poll, several = pollforms.asked(found or {})
        return replace(said, quoted=() if private else reading.quoted(found), poll=poll, several=several)

    def _view(self, room: Room) -> View:
        me = self._device.me
        return View(adapter=self._adapter, room=room.id, private=room.private_with(me) is not None, me=me)

    # What waited

    async def open(self, held: Held) -> Inbound | None:
        """What a waiting event says, now that its key may be here."""
        room = await self._room_of(held)
        if room is None:
            raise Forged("left")
        event = held.raw
        try:
            if event.get("type") == reading.ENCRYPTED:
                event = self._device.machine.decrypt(event, held.room)
            return await self._read(event, room)
        except _DAMAGED as problem:
            raise Forged(type(problem).__name__) from None

    async def tell(self, held: Held, what: str) -> Inbound | None:
        """That a message could not be read, for its author, where they are alone with us."""
        room = await self._room_of(held)
        view = self._view(room) if room is not None else None
        if view is None or not view.private:
            return None
        try:
            happened = Shared(at=reading.when(held.raw), what=what)
            return reading.inbound(held.raw, view, happened, suffix=f"/{what}")
        except _DAMAGED:
            return None

    async def _room_of(self, held: Held) -> Room | None:
        try:
            return await self._device.room(held.room)
        except Refusal as refusal:
            if refusal.reply.final:
                return None
            raise

    async def ask_for_keys(self) -> None:
        """Ask the senders' devices for keys that did not come, once for each."""
        wanted, self._wanted = self._wanted, []
        try:
            await self._device.sharing.learn({one.sender for one in wanted})
            for one in wanted:
                content = one.raw.get("content")
                if isinstance(content, Mapping) and content.get("algorithm") == MEGOLM:
                    await self._device.sharing.request_key(one.sender, one.room, one.session, content.get("sender_key"))
        except (Unanswered, Refusal):
            self._wanted = wanted
            raise

    async def decline(self) -> None:
        """Decline to be verified, to whoever asked since the last time."""
        asked, self._device.machine.verifications = self._device.machine.verifications, []
        await decline(self._device, asked)

    # Rooms

    def moved(self, old: str, new: str, at: datetime) -> Inbound:
        """A room was replaced, and we are in the new one."""
        place = Place(self._adapter, old)
        return Inbound(key=f"{old} {new}", place=place, person="", event=Moved(at=at, to_chat=new), private=False)

    def left(self, room: str, events: list[Any]) -> list[Inbound]:
        """We were put out of a room. Where we left by ourselves there is nothing to tell."""
        for event in reversed(events):
            try:
                if event["type"] == reading.MEMBER and event["state_key"] == self._device.me:
                    who = reading.sender(event)
                    if who == self._device.me:
                        return []
                    view = View(adapter=self._adapter, room=room, private=False, me=self._device.me)
                    return [reading.inbound(event, view, Blocked(at=reading.when(event)))]
            except (Malformed, KeyError, TypeError, ValueError, OverflowError, OSError):
                continue
        return []

    def _member(self, event: Raw, room: Room) -> list[Inbound]:
        who, me = event["state_key"], self._device.me
        membership = event["content"].get("membership")
        view = self._view(room)
        if who == me and membership == "invite":
            return [reading.inbound(event, view, Returned(at=reading.when(event)))]
        if not isinstance(who, str) or who == me or membership not in ("leave", "ban"):
            return []
        self.somebody_left = True
        if set(room.members) != {me}:
            return []
        place = Place(self._adapter, room.id)
        key, at = reading.event_id(event), reading.when(event)
        return [Inbound(key=key, place=place, person=who, event=Blocked(at=at), private=True)]

    def _replaced(self, event: Raw, room: Room) -> None:
        new = event["content"].get("replacement_room")
        if isinstance(new, str) and new.startswith("!") and new != room.id:
            self.tombstones.append((room.id, new))

    def _redaction(self, event: Raw, room: Room) -> list[Inbound]:
        """What was taken away before we could read it is not read; a sign taken off a message is off."""
        target = reading.redacted(event)
        who = reading.sender(event)
        if target is None or who == self._device.me:
            return []
        self.withdrawn.add((room.id, target))
        self.held = [one for one in self.held if one.event != target]
        just = {(id, by): (message, sign) for id, _room, by, message, sign, _ms in self.reactions}
        put = just.get((target, who)) or self._device.desk.reaction(target, room.id, who)
        if put is None:
            back = self.answers.taken_back(event, target, self._view(room))
            return [] if back is None else [back]
        pressed = Pressed(at=reading.when(event), data=TAKEN + put[1], message=put[0])
        return [reading.inbound(event, self._view(room), pressed)]
