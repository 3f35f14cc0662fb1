"""Requests that wait until what they brought is stored.

The one rule: a request is answered "stored" only when the road has asked `batches` for the next batch. What was handed
to the road and not confirmed (the road failed, the service is stopping) goes back in front, in its order; what could
not be stored in time is told so, and the page sends it again under the same key.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from adapters.base import Batch, Inbound

_ROOM = 1000
_BATCH = 256
_IDLE = 5.0


class Full(Exception):
    """More requests wait than we are ready to hold."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    item: Inbound
    stored: asyncio.Future[None]


class Intake:
    """What arrived and is not known to be stored, in order of arrival."""

    def __init__(self, *, room: int = _ROOM, idle: float = _IDLE) -> None:
        self._room = room
        self._idle = idle
        self._waiting: dict[str, _Waiting] = {}
        self._fresh: list[_Waiting] = []
        self._handed: list[_Waiting] = []
        self._bell = asyncio.Event()

    async def hand_in(self, item: Inbound, within: float) -> bool:
        """Wait until `item` is stored: True; False when that took longer than `within` seconds. Raises `Full`."""
        waiting = self._waiting.get(item.key)
        if waiting is None:
            if len(self._waiting) >= self._room:
                raise Full
            waiting = _Waiting(item, asyncio.get_running_loop().create_future())
            self._waiting[item.key] = waiting
            self._fresh.append(waiting)
            self._bell.set()
        done, _ = await asyncio.wait((waiting.stored,), timeout=within)
        return bool(done)

    @property
    def full(self) -> bool:
        return len(self._waiting) >= self._room

    async def batches(self) -> AsyncIterator[Batch]:
        """What arrived, as it arrives. An empty batch from time to time says that nothing is waiting."""
        self._fresh, self._handed = self._handed + self._fresh, []
        while True:
            self._handed = await self._take()
            yield Batch(cursor=None, items=tuple(waiting.item for waiting in self._handed))
            for waiting in self._handed:
                del self._waiting[waiting.item.key]
                waiting.stored.set_result(None)
            self._handed = []

    async def _take(self) -> list[_Waiting]:
        """Some of what arrived; nothing when all was quiet for a while."""
        if not self._fresh:
            self._bell.clear()
            try:
                await asyncio.wait_for(self._bell.wait(), self._idle)
            except TimeoutError:
                return []
        batch, self._fresh = self._fresh[:_BATCH], self._fresh[_BATCH:]
        return batch
