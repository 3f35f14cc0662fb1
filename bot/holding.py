"""The leases of this process: which messengers it reads and writes to while others think for them.

The one rule: **looking at the time allows nothing, the epoch does**. What is written as the holder is confirmed by the
database in the same transaction (`storage.leases`). A message to a platform cannot be; before each, `Leased` looks at a
clock that goes on while the process stands still, and lets nothing leave later than the lease is sure to last. What is
left is the moment between that look and the network.

The leases are renewed from a thread of their own, so that a long count does not cost them.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from adapters.base import Action, Adapter, Batch, Capabilities, File, Later, Limit, Outgoing, Place, Sent
from bot.thread import StorageThread
from storage import leases
from storage.database import Database, StorageError
from storage.leases import Lease

log = logging.getLogger(__name__)

UPKEEP = "upkeep"
"""The lease of whoever tidies up and closes consultations."""
MARGIN = 0.2
"""The part of a lease at whose end nothing leaves any more."""
LOOK = 1.0
"""Each so many seconds, whoever wants a lease looks whether it is free."""
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def clock() -> float:
    """Seconds, also those in which the machine slept."""
    return time.clock_gettime(_CLOCK)


@dataclass(slots=True, eq=False)
class Held:
    """A lease in our hands; `sure_until` on `clock`."""

    lease: Lease
    sure_until: float
    lost: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def sure(self) -> bool:
        return not self.lost.is_set() and clock() < self.sure_until


class Holding:
    """`take` waits for a lease, `keep` renews what is held, for ever."""

    def __init__(self, database: Database, seconds: float) -> None:
        self.owner = f"{socket.gethostname()[:30]}.{os.getpid()}.{secrets.token_hex(4)}"
        self._storage = StorageThread(database)
        self._seconds = seconds
        self._held: dict[str, Held] = {}
        self._look = asyncio.Event()
        self._leaving = False

    def holds(self, name: str) -> bool:
        return name in self._held

    @property
    def names(self) -> list[str]:
        return sorted(self._held)

    async def take(self, name: str) -> Held:
        """The lease, as soon as nobody else has it; never any more once this process is leaving."""
        while True:
            if self._leaving:
                await asyncio.Event().wait()
            began = clock()
            try:
                lease = await self._storage.within(lambda it: leases.take(it, name, self.owner, self._seconds))
            except StorageError as error:
                log.debug("cannot ask for %s: %s", name, error)
                lease = None
            if lease is not None:
                if self._leaving:
                    await self.give_back(Held(lease, began))
                    continue
                held = self._held[name] = Held(lease, began + self._seconds * (1 - MARGIN))
                log.info("this process now works on %s", name)
                return held
            await self._wait()

    def look_now(self) -> None:
        """Somebody gave a lease back."""
        self._look.set()

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(LOOK):
                await self._look.wait()
        except TimeoutError:
            return
        await asyncio.sleep(0)  # everybody who waits sees it
        self._look.clear()

    async def keep(self) -> None:
        """Renew, for ever. While the database cannot be reached nothing is lost, but nothing leaves either."""
        while True:
            for name, held in list(self._held.items()):
                await self._renew(name, held)
            await asyncio.sleep(self._seconds / 4)

    async def _renew(self, name: str, held: Held) -> None:
        began = clock()
        try:
            ours = await self._storage.within(lambda it: leases.renew(it, held.lease, self._seconds))
        except StorageError as error:
            log.warning("cannot keep %s for now: %s", name, error)
            return
        if ours:
            held.sure_until = began + self._seconds * (1 - MARGIN)
        else:
            self.lose(held)

    def lose(self, held: Held) -> None:
        """Another process has it by now."""
        if not held.lost.is_set():
            log.warning("another process now works on %s", held.lease.name)
        held.lost.set()
        if self._held.get(held.lease.name) is held:
            del self._held[held.lease.name]

    async def give_back(self, held: Held) -> None:
        """Let another process have it at once."""
        held.lost.set()
        if self._held.get(held.lease.name) is held:
            del self._held[held.lease.name]
        try:
            await self._storage.within(lambda it: leases.give_back(it, held.lease))
        except StorageError as error:
            log.warning("%s is free only when its time is over: %s", held.lease.name, error)

    def leave(self) -> None:
        """Take nothing any more."""
        self._leaving = True

    async def give_back_all(self) -> None:
        for held in list(self._held.values()):
            await self.give_back(held)

    def close(self) -> None:
        self._storage.close()


class Leased:
    """An adapter through which nothing leaves but for the holder of its lease."""

    def __init__(self, adapter: Adapter, held: Held) -> None:
        self.name = adapter.name
        self._adapter = adapter
        self._held = held

    def capabilities(self, place: Place) -> Capabilities:
        return self._adapter.capabilities(place)

    def limits(self, place: Place) -> tuple[Limit, ...]:
        return self._adapter.limits(place)

    def receive(self, cursor: str | None) -> AsyncIterator[Batch]:
        return self._adapter.receive(cursor)

    async def send(self, out: Outgoing) -> Sent:
        self._check()
        return await self._adapter.send(out)

    async def act(self, action: Action) -> None:
        self._check()
        await self._adapter.act(action)

    async def rights(self, place: Place) -> frozenset[str]:
        return await self._adapter.rights(place)

    async def fetch(self, ref: str) -> File:
        return await self._adapter.fetch(ref)

    async def note(self, inbound_key: str, text: str) -> None:
        await self._adapter.note(inbound_key, text)

    async def close(self) -> None:
        await self._adapter.close()

    def _check(self) -> None:
        if not self._held.sure:
            raise Later(LOOK / 2, whole=True)
