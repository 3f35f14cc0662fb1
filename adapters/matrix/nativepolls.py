"""A poll of Matrix's own beside the card of an open vote, for clients that show polls.

    keep(room, out, card)     start it, start it anew when its words were corrected, end it with the result
    answer(event, room)       a response to it is a press
    taken_back(event, who)    a response that was redacted counts no more

The one rule: **it is a display and a way in; what counts is counted by us.** A client counts the responses that it has
seen, and knows nothing of those who type or put a sign on the card. So the card stays, with the tally, and says in the
end what came of it; that is also what people read whose client knows no polls.
"""

from __future__ import annotations

import logging
from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable, Mapping
from hashlib import sha256
from typing import Any

import orjson

from adapters.base import Inbound, Outgoing, Refused
from adapters.matrix import pollforms, reading
from adapters.matrix.desk import Desk, Hung
from adapters.matrix.reading import Raw, View
from adapters.matrix.rooms import Room
from flows.events import Pressed
from flows.messages import Poll, plain_text
from flows.prompts import selection

log = logging.getLogger(__name__)

Put = Callable[[Room, str, Mapping[str, Any], str], Awaitable[str]]
"""Sends an event of a kind into a room under a transaction id; its id."""
Redact = Callable[[Room, str, str], Awaitable[None]]
"""Takes an event of ours away, under a transaction id."""


class Hanging:
    """Shows polls. Raises what `put` and `redact` raise, but for a refusal: then there is the card alone."""

    def __init__(self, desk: Desk, put: Put, redact: Redact) -> None:
        self._desk = desk
        self._put = put
        self._redact = redact
        self._unwanted: set[tuple[str, str]] = set()

    async def keep(self, room: Room, out: Outgoing, card: str) -> None:
        """Make the poll of a part what it should be; `card` is the message that the part became."""
        poll, place = out.part.poll, str(out.place)
        if poll is None or (room.id, poll.id) in self._unwanted:
            return
        hung = self._desk.poll_in(place, poll.id)
        running = hung if hung is not None and not hung.over else None
        try:
            if poll.over and running is not None:
                await self._end(room, running, plain_text(out.part.body))
            elif not poll.over and (running is None or running.shown != _shown(poll)):
                await self._start(room, out, poll, card, running)
            elif running is not None and running.card != card:
                self._desk.poll_beside(running.event, card)
        except Refused as refused:
            log.warning("A poll of Matrix's own is not possible in a room (%s); the card is there", refused)
            self._unwanted.add((room.id, poll.id))

    async def _start(self, room: Room, out: Outgoing, poll: Poll, card: str, before: Hung | None) -> None:
        """The number of polls before it makes its transaction id, so that it is there once however often we try."""
        place = str(out.place)
        if before is not None:
            await self._redact(room, before.event, _txn(before.event, "again"))
            self._desk.poll_over(before.event)
        content = {**pollforms.start(poll), **thread(out)}
        event = await self._put(
            room, pollforms.START, content, _txn(place, poll.id, str(self._desk.polls_in(place, poll.id)))
        )
        self._desk.hang_poll(Hung(event=event, place=place, id=poll.id, card=card, shown=_shown(poll)), room.id)

    async def _end(self, room: Room, running: Hung, words: str) -> None:
        await self._put(room, pollforms.END, pollforms.end(running.event, words), _txn(running.event, "end"))
        self._desk.poll_over(running.event)


class Answers:
    """Reads responses. Nothing is written here: `fresh` and `dropped` are for the loop to write."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.begin()

    def begin(self) -> None:
        self.fresh: list[tuple[str, str, str, str, int]] = []
        """(response, poll, person, data, ms)"""
        self.dropped: list[str] = []

    def card_of(self, event: str | None, room: str) -> str | None:
        """The card that a poll of ours belongs to: what is put on the one is meant for the other."""
        hung = self._desk.poll(event, room) if event is not None else None
        return hung.card if hung is not None else None

    def answer(self, event: Raw, view: View) -> Inbound | None:
        """What a response does; nothing when it is about no poll of ours, or about options that it does not have."""
        about = reading.answered(event)
        hung = self._desk.poll(about, view.room) if about is not None else None
        if hung is None or view.private:
            return None
        options, most = _sizes(hung)
        places = pollforms.chosen(event, options, most)
        if places is None:
            log.info("A response to a poll chooses what is not in it; it changes nothing")
            return None
        who, at, data = reading.sender(event), reading.when(event), selection(hung.id, places)
        self.fresh.append((reading.event_id(event), hung.event, who, data, round(at.timestamp() * 1000)))
        return reading.inbound(event, view, Pressed(at=at, data=data, message=hung.card))

    def taken_back(self, redaction: Raw, target: str, view: View) -> Inbound | None:
        """Who redacts their latest response goes back to the one before it, or to none. (As the proposal has it.)"""
        who = reading.sender(redaction)
        just = next((poll for event, poll, by, _data, _ms in self.fresh if (event, by) == (target, who)), None)
        poll = just or self._desk.answered_poll(target, who)
        hung = self._desk.poll(poll, view.room) if poll is not None else None
        if hung is None or target in self.dropped:
            return None
        known = self._desk.answers(hung.event, who)
        known |= {event: data for event, about, by, data, _ms in self.fresh if (about, by) == (hung.event, who)}
        kept = {event: data for event, data in known.items() if event not in self.dropped}
        latest = list(kept)[-1] == target
        del kept[target]
        self.dropped.append(target)
        if not latest:
            return None
        data = list(kept.values())[-1] if kept else selection(hung.id, ())
        return reading.inbound(redaction, view, Pressed(at=reading.when(redaction), data=data, message=hung.card))


def thread(out: Outgoing) -> dict[str, Any]:
    """Where a new message goes in a room with threads. https://spec.matrix.org/latest/client-server-api/#threading"""
    root = out.place.thread
    if root is None:
        return {}
    relates = {"rel_type": "m.thread", "event_id": root, "is_falling_back": True, "m.in_reply_to": {"event_id": root}}
    return {"m.relates_to": relates}


def _shown(poll: Poll) -> str:
    return orjson.dumps([poll.question, poll.options, poll.most]).decode()


def _sizes(hung: Hung) -> tuple[int, int]:
    """How many options a poll has, and how many of them may be chosen."""
    _question, options, most = orjson.loads(hung.shown)
    return len(options), most


def _txn(*of: str) -> str:
    return urlsafe_b64encode(sha256("\n".join(("poll", *of)).encode()).digest()).decode().rstrip("=")
