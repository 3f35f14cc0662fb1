"""What a reading leaves out, and what of a room's history is none of our business.

The one rule: nothing said to us is passed over, and nothing said before we were asked in is answered. Somebody who
opens a chat with us writes at once, before we have come in: so our time in a room begins with the invitation.
https://spec.matrix.org/latest/client-server-api/#get_matrixclientv3roomsroomidmessages
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from adapters.matrix import pollforms, reading
from adapters.matrix.asking import Asking
from adapters.matrix.transport import path

log = logging.getLogger(__name__)

PAGE = 500
BEFORE_US = 500
"""How many events before our coming are looked through for the invitation."""
MOST = 100_000
"""Events of one gap; a room that said more while we were away is read from there on."""

_FILTER = orjson.dumps(
    {
        "types": [
            reading.MESSAGE,
            reading.STICKER,
            reading.REACTION,
            *pollforms.RESPONSES,
            reading.ENCRYPTED,
            reading.REDACTION,
            *reading.STATE,
        ],
        "lazy_load_members": True,
    }
).decode()


class Gap:
    """The hole in one room's timeline between two readings."""

    def __init__(self, asking: Asking, room: str, me: str) -> None:
        self._asking = asking
        self._room = room
        self._me = me

    async def filled(self, events: Sequence[Any], end: str, since: str) -> list[Any]:
        """The events with those before them, back to the reading `since`, or to the invitation where we came in
        between. `end` is where the hole ends."""
        if not end:
            return list(events)
        came = _came(events, self._me) is not None
        before = await self._back(end, None if came else since, BEFORE_US if came else MOST)
        if not came and _came(before, self._me) is not None and not _asked_in(before, self._me):
            before = await self._back(end, None, len(before) + BEFORE_US)
        return [*before, *events]

    async def since_invited(self, events: Sequence[Any]) -> list[Any]:
        """Everything since our last invitation, among it the events, with which we came in."""
        found = await self._back("", None, BEFORE_US)
        known = {_id(event) for event in found}
        return [*found, *(event for event in events if _id(event) not in known)]

    async def _back(self, start: str, stop: str | None, most: int) -> list[Any]:
        """Events before `start` (empty: before now), oldest first; to `stop`, or to our invitation."""
        found: list[Any] = []
        token: str | None = start
        while token is not None and len(found) < most:
            query = {"dir": "b", "limit": str(PAGE), "filter": _FILTER}
            if token:
                query["from"] = token
            if stop is not None:
                query["to"] = stop
            reply = await self._asking.ask("GET", path("rooms", self._room, "messages"), query=query)
            chunk = reply.body.get("chunk")
            if not reply.ok or not isinstance(chunk, list):
                log.warning("What was said in a room while we were away cannot be read (%s)", reply.sentence)
                break
            found += chunk
            following = reply.body.get("end")
            token = following if isinstance(following, str) and following not in ("", token) else None
            if stop is None and _asked_in(chunk, self._me):
                break
        if len(found) >= MOST:
            log.error("A room said more than %d things while we were away; the oldest are not read", MOST)
        return found[::-1]


def _id(event: Any) -> str:
    return str(event.get("event_id")) if isinstance(event, Mapping) else ""


def came_in(events: Sequence[Any], me: str) -> bool:
    """Is our coming among the events?"""
    return _came(events, me) is not None


def since_we_came(events: Sequence[Any], me: str) -> list[Any]:
    """The events from our (last) invitation on, or from our coming where nobody invited us; all of them, when we were
    in the room before."""
    came = _came(events, me)
    if came is None:
        return list(events)
    invited = [at for at in range(came) if _membership(events[at], me) == "invite"]
    return list(events[invited[-1] if invited else came :])


def _came(events: Sequence[Any], me: str) -> int | None:
    """Where we last came in. A changed name or picture of ours looks alike but for what was before."""
    for at in range(len(events) - 1, -1, -1):
        if _membership(events[at], me) == "join" and _before(events[at]) != "join":
            return at
    return None


def _asked_in(events: Sequence[Any], me: str) -> bool:
    return any(_membership(event, me) == "invite" for event in events)


def _membership(event: Any, me: str) -> str | None:
    if not isinstance(event, Mapping) or event.get("type") != reading.MEMBER or event.get("state_key") != me:
        return None
    content = event.get("content")
    found = content.get("membership") if isinstance(content, Mapping) else None
    return found if isinstance(found, str) else None


def _before(event: Any) -> str | None:
    unsigned = event.get("unsigned")
    before = unsigned.get("prev_content") if isinstance(unsigned, Mapping) else None
    found = before.get("membership") if isinstance(before, Mapping) else None
    return found if isinstance(found, str) else None
