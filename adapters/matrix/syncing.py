"""Reading a homeserver: our own `/sync` loop, with our own cursor.

The one rule: **the position moves only when the next reading is asked for.** `readings` yields what one `/sync` brought
and where to read on; what the reading settles (keys that came, words that waited) is noted only after the consumer came
back. What a reading leaves out (`limited`) is fetched before anything of it is handed out.
https://spec.matrix.org/latest/client-server-api/#syncing
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import orjson

from adapters.base import Inbound
from adapters.matrix import pollforms, reading, waiting
from adapters.matrix.asking import Asking
from adapters.matrix.device import Device
from adapters.matrix.events import Events
from adapters.matrix.history import Gap, came_in, since_we_came
from adapters.matrix.pushing import Pushes, as_reading
from adapters.matrix.reading import Raw
from adapters.matrix.sharing import Refusal
from adapters.matrix.transport import Unanswered, path
from adapters.matrix.waiting import Outcome

log = logging.getLogger(__name__)

POLL_SECONDS = 30
"""For which the server holds a reading open when there is nothing to say."""
POLL_MARGIN = 15.0
PAGE = 100
REACTIONS_KEPT = timedelta(days=90)
REMEMBERED = 20_000
"""Events that may come twice, pushed and read."""

_TYPES = [
    reading.MESSAGE,
    reading.STICKER,
    reading.REACTION,
    *pollforms.RESPONSES,
    reading.ENCRYPTED,
    reading.REDACTION,
    *reading.STATE,
]
_TIMELINE = {"limit": PAGE, "types": _TYPES, "lazy_load_members": True}
_FILTER = {
    "presence": {"not_types": ["*"]},
    "account_data": {"not_types": ["*"]},
    "room": {
        "timeline": _TIMELINE,
        "state": {"types": list(reading.STATE), "lazy_load_members": True},
        "ephemeral": {"not_types": ["*"]},
        "account_data": {"not_types": ["*"]},
    },
}
_NO_HISTORY = {**_FILTER, "room": {**_FILTER["room"], "timeline": {"limit": 1}, "state": {"not_types": ["*"]}}}  # type: ignore[dict-item]


@dataclass(slots=True)
class Reading:
    """What one `/sync` tells, in order, and where to read on."""

    cursor: str
    items: list[Inbound] = field(default_factory=list)
    settled: Outcome = field(default_factory=Outcome)
    moved: list[str] = field(default_factory=list)
    deserted: list[str] = field(default_factory=list)
    """Rooms where nobody is left but us."""
    taken: list[str] = field(default_factory=list)
    """Events that may come again."""


class Syncing:
    """Reads for one device. `woken` is set when invitations or moves wait to be answered.

    Where the homeserver pushes what happens in rooms (`pushes`), whatever comes first counts and `/sync` is read as
    well, for two reasons. Of the keys of encryption, a homeserver drops what it would push while we are away
    (https://github.com/element-hq/synapse/issues/14710). And Synapse 1.163 can leave a transaction lying: one that it
    makes in the instant in which it finds us back is sent no more until we are away again."""

    def __init__(
        self,
        device: Device,
        asking: Asking,
        events: Events,
        now: Callable[[], datetime],
        patience: float,
        pushes: Pushes | None = None,
    ) -> None:
        self.woken = asyncio.Event()
        self._device = device
        self._asking = asking
        self._events = events
        self._now = now
        self._patience_ms = round(patience * 1000)
        self._next_ms: int | None = None
        self._pushes = pushes
        self._syncing: asyncio.Task[Raw] | None = None
        self._caught_up = False
        self._taken: OrderedDict[str, None] = OrderedDict()

    async def start(self) -> str:
        """Where a new account begins: at what comes from now on. Kept until the first reading was stored, so that
        nothing said meanwhile is lost by a crash."""
        desk = self._device.desk
        born = desk.note("born")
        if born is None:
            answer = await self._sync(None, 0)
            self._device.machine.take(answer)
            self._take_invites(_rooms(answer, "invite"))
            born = str(answer["next_batch"])
            desk.write_note("born", born)
        return born

    async def readings(self, cursor: str | None) -> AsyncGenerator[Reading, None]:
        """One reading after the other, for ever."""
        since, hold = cursor or await self.start(), 0.0  # what is there comes at once
        self._device.desk.forget_reactions(round((self._now() - REACTIONS_KEPT).timestamp() * 1000))
        try:
            while True:
                answer = await self._next(since, hold)
                found = await self._whole(answer, since)
                yield found
                self._settle(found)
                since, hold = found.cursor, self._hold_seconds()
                await self._keep_up()
        finally:
            if self._syncing is not None:
                self._syncing.cancel()
            if self._pushes is not None:
                self._pushes.give_back()

    async def _next(self, since: str, hold: float) -> Raw:
        """What there is to read next, or an empty answer after `hold` seconds."""
        if self._pushes is None or not self._caught_up:
            return await self._sync(since, hold)
        if self._syncing is None:
            self._syncing = asyncio.create_task(self._sync(since, POLL_SECONDS))
        pushed = asyncio.create_task(self._pushes.wait())
        await asyncio.wait({self._syncing, pushed}, timeout=hold, return_when=asyncio.FIRST_COMPLETED)
        pushed.cancel()
        if self._syncing.done():  # first: with it come keys, and what a push may lack before it
            read, self._syncing = self._syncing, None
            return read.result()
        answer, lost = as_reading(self._pushes.take(), self._device.me, since)
        self._events.malformed += lost
        return answer

    def _hold_seconds(self) -> float:
        """How long the server may hold the reading: no longer than somebody's words wait for a key."""
        if self._next_ms is None:
            return POLL_SECONDS
        return min(max((self._next_ms - self._ms()) / 1000, 0.2), POLL_SECONDS)

    async def _sync(self, since: str | None, hold: float) -> Raw:
        query = {
            "filter": orjson.dumps(_FILTER if since else _NO_HISTORY).decode(),
            "timeout": str(round(hold * 1000)),
            "set_presence": "online",
        }
        if since:
            query["since"] = since
        while True:
            reply = await self._asking.ask("GET", path("sync"), query=query, seconds=hold + 4 * POLL_MARGIN)
            if reply.ok and isinstance(reply.body.get("next_batch"), str):
                return reply.body
            await self._asking.pause(f"The Matrix homeserver refuses to be read ({reply.sentence}).")

    async def _whole(self, answer: Raw, since: str) -> Reading:
        """The reading with everything that has to be asked for besides; tried again until it is whole."""
        self._device.machine.take(answer)
        lists = answer.get("device_lists")
        if isinstance(lists, Mapping):
            self._device.sharing.changed([*_list(lists, "changed"), *_list(lists, "left")])
        while True:
            try:
                return await self._digest(answer, since)
            except Unanswered as problem:
                await self._asking.pause(f"What a Matrix reading leaves out cannot be fetched ({problem}).")
            except Refusal as refusal:
                await self._asking.after(refusal.reply)

    async def _digest(self, answer: Raw, since: str) -> Reading:
        found = Reading(str(answer["next_batch"]))
        events, desk = self._events, self._device.desk
        self._take_invites(_rooms(answer, "invite"))
        events.begin(waiting.lanes(desk.held()))
        moves = desk.moves()
        for id, data in _rooms(answer, "join").items():
            if id in moves:
                found.items.append(events.moved(moves[id], id, self._now()))
                found.moved.append(id)
            await self._joined(id, data, since, found)
        for id, data in _rooms(answer, "leave").items():
            found.items += events.left(id, _list(data.get("timeline"), "events"))
            self._device.forget_room(id)
        with desk.writing():
            desk.hold(events.held)
            for old, new in events.tombstones:
                desk.moving(old, new)
                self.woken.set()
        held = desk.held()
        withdrawn = {one.event for one in held if (one.room, one.event) in events.withdrawn}
        held = [one for one in held if one.event not in withdrawn]
        late = [one.event for one in held if one.passed and one.lane in events.spoken]
        held = [replace(one, overtaken=True) if one.event in late else one for one in held]
        outcome = await waiting.look(held, self._ms(), self._patience_ms, events.open, events.tell)
        with desk.writing():
            for reaction in events.reactions:
                desk.react(*reaction)
            for given in events.answers.fresh:
                desk.answered(*given)
            for response in events.answers.dropped:
                desk.unanswered(response)
        outcome.overtaken += late
        outcome.gone += withdrawn
        found.items += outcome.items
        found.settled, self._next_ms = outcome, outcome.next_ms
        return found

    async def _joined(self, id: str, data: Raw, since: str, found: Reading) -> None:
        """What happened in a room that we are in."""
        device, timeline = self._device, data.get("timeline")
        happened = _list(timeline, "events")
        if isinstance(timeline, Mapping) and timeline.get("limited") is True:
            gap = Gap(self._asking, id, device.me)
            happened = await gap.filled(happened, str(timeline.get("prev_batch", "")), since)
        pushed = data.get("pushed") is True
        if pushed and came_in(happened, device.me):
            happened = await Gap(self._asking, id, device.me).since_invited(happened)  # this is not pushed
        if pushed and any(isinstance(event, Mapping) and "state_key" in event for event in happened):
            device.forget_room(id)  # a push may be old, and must not undo what is known since
        known = device.known_room(id)
        if known is not None:
            for event in (*_list(data.get("state"), "events"), *_list(data.get("state_after"), "events")):
                known.apply(event)
            device.mark_encrypted(known)
        happened = since_we_came(happened, device.me)
        if not happened:
            return
        try:
            room = await device.room(id)
        except Refusal as refusal:
            if not refusal.reply.final:
                raise
            log.warning("A room that is no longer ours is not read (%s)", refusal)
            return
        for event in happened:
            if known is not None and isinstance(event, Mapping) and "state_key" in event:
                known.apply(event)
                device.mark_encrypted(known)
            if self._is_new(event, found):
                found.items += await self._events.take(event, room)
        if self._events.somebody_left and set(room.members) == {device.me}:
            found.deserted.append(id)

    def _is_new(self, event: Any, found: Reading) -> bool:
        """Was the event not handed out yet? Only where it may come twice."""
        if self._pushes is None or not isinstance(event, Mapping):
            return True
        id = str(event.get("event_id"))
        found.taken.append(id)
        return id not in self._taken

    def _take_invites(self, invites: Mapping[str, Raw]) -> None:
        desk, me = self._device.desk, self._device.me
        for id, data in invites.items():
            for event in _list(data.get("invite_state"), "events"):
                if not isinstance(event, Mapping) or event.get("state_key") != me:
                    continue
                content, sender = event.get("content"), event.get("sender")
                if isinstance(content, Mapping) and content.get("membership") == "invite" and isinstance(sender, str):
                    desk.invite(id, sender, content.get("is_direct") is True)
                    self.woken.set()

    def _settle(self, found: Reading) -> None:
        """The reading is stored: what it took care of waits no more."""
        desk, settled = self._device.desk, found.settled
        with desk.writing():
            if desk.note("born") is not None:
                desk.write_note("born", None)
            desk.settle(settled.gone, settled.passed, settled.overtaken)
            for id in found.moved:
                desk.moved(id)
            for id in found.deserted:
                desk.desert(id)
                self.woken.set()
        self._caught_up = True
        self._taken.update(dict.fromkeys(found.taken))
        while len(self._taken) > REMEMBERED:
            self._taken.popitem(last=False)
        if self._pushes is not None:
            self._pushes.settle()

    async def _keep_up(self) -> None:
        """What encryption needs besides; when it cannot be done now, it is done after the next reading."""
        try:
            await self._device.upload_keys()
            await self._device.sharing.mend()
            await self._events.ask_for_keys()
            await self._events.decline()
        except (Unanswered, Refusal) as problem:
            log.info("The encryption keys could not be kept up (%s); after the next reading", problem)

    def _ms(self) -> int:
        return round(self._now().timestamp() * 1000)


def _rooms(answer: Raw, section: str) -> dict[str, Raw]:
    rooms = answer.get("rooms")
    found = rooms.get(section) if isinstance(rooms, Mapping) else None
    return {id: data for id, data in found.items() if isinstance(data, dict)} if isinstance(found, Mapping) else {}


def _list(holder: Any, name: str) -> list[Any]:
    found = holder.get(name) if isinstance(holder, Mapping) else None
    return found if isinstance(found, list) else []
