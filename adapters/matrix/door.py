"""Who is let in: invitations, rooms that replace others, rooms that everybody left.

The one rule: a stranger's invitation costs us little. Only people that the settings name are followed, no more than a
few a minute, and a few an hour for each; the others wait their turn, and the homeserver's own limit is obeyed.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict, deque

from adapters.backoff import BackOff
from adapters.matrix.device import Device
from adapters.matrix.settings import MatrixSettings
from adapters.matrix.transport import Reply, Unanswered, path

log = logging.getLogger(__name__)

A_MINUTE = 60
AN_HOUR_EACH = 20
JOIN_SECONDS = 60.0
"""Joining a room on another server may take long."""


class Door:
    """Answers what waits at the desk, again and again, whenever `woken`."""

    def __init__(self, device: Device, settings: MatrixSettings, woken: asyncio.Event) -> None:
        self._device = device
        self._settings = settings
        self._woken = woken
        self._back_off = BackOff(*settings.retry)
        self._lately: deque[float] = deque()
        self._each: defaultdict[str, deque[float]] = defaultdict(deque)

    async def run(self) -> None:
        self._woken.set()
        while True:
            await self._woken.wait()
            self._woken.clear()
            try:
                wait = await self._answer_all()
                self._back_off.reset()
            except Unanswered:
                wait = self._back_off.wait()
            if wait is not None:
                await self._rest(wait)

    async def _rest(self, seconds: float) -> None:
        """Until then, or until somebody else is at the door."""
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            self._woken.set()

    async def _answer_all(self) -> float | None:
        """Answer everything that may be answered now; seconds until the rest may be."""
        desk = self._device.desk
        waits: list[float] = []
        for new, old in desk.moves().items():
            waits += await self._follow(old, new)
        moves = desk.moves()
        for room, sender, direct in desk.invites():
            waits += await self._answer(room, sender, direct, always=room in moves)
        for room in desk.deserted():
            waits += await self._leave(room)
        return min(waits, default=None)

    async def _answer(self, room: str, sender: str, direct: bool, *, always: bool) -> list[float]:
        if not always and not self._settings.welcomes(sender):
            log.info("An invitation of somebody who may not invite us was declined")
            await self._leave(room)
            self._device.desk.answered_invite(room)
            return []
        if not always and (until := self._too_many(sender)):
            return [until]
        if direct:
            await self._device.note_direct(room, sender)
        reply = await self._device.server.call("POST", path("join", room), {}, seconds=JOIN_SECONDS)
        if (wait := _again(reply)) is not None:
            return [wait]
        self._device.desk.answered_invite(room)
        if not reply.ok:
            log.info("An invitation could not be followed (%s)", reply.sentence)
        return []

    async def _follow(self, old: str, new: str) -> list[float]:
        """Join the room that replaces another; where that needs an invitation, wait for it."""
        query = {"server_name": old.partition(":")[2]} if ":" in old else None
        reply = await self._device.server.call("POST", path("join", new), {}, query=query, seconds=JOIN_SECONDS)
        wait = _again(reply)
        return [wait] if wait is not None else []

    async def _leave(self, room: str) -> list[float]:
        reply = await self._device.server.call("POST", path("rooms", room, "leave"), {})
        if (wait := _again(reply)) is not None:
            return [wait]
        self._device.desk.left(room)
        self._device.forget_room(room)
        return []

    def _too_many(self, sender: str) -> float:
        """Seconds until another invitation (of this person) may be followed; 0 when it is now, which counts."""
        now = time.monotonic()
        for times, most, span in ((self._lately, A_MINUTE, 60.0), (self._each[sender], AN_HOUR_EACH, 3600.0)):
            while times and times[0] <= now - span:
                times.popleft()
            if len(times) >= most:
                return times[0] + span - now
        self._lately.append(now)
        self._each[sender].append(now)
        return 0.0


def _again(reply: Reply) -> float | None:
    """Seconds to wait before the same is asked again; None when there is no use."""
    if reply.ok or reply.final:
        return None
    return max(reply.wait or 1.0, 0.1) if reply.status == 429 else max(reply.wait or 0.0, 10.0)
