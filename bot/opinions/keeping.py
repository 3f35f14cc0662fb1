"""The groups of consultations that are looked at, kept in memory.

    votes --a page at a time--> this process --in a thread of its own--> groups, kept until something changed

The one rule: nobody waits for groups who does not look at them. They are computed apart from the road, at most once a
minute for each consultation, and never written down: who stands where is nobody's to store.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.opinions import looking
from bot.opinions.figures import NONE, Opinions
from bot.opinions.ledger import Ledger, Row
from bot.opinions.looking import Groupings, Votes
from bot.thread import StorageThread
from flows.flow import Flow
from storage import opinions
from storage.consultations import Consultation
from storage.database import Connection
from storage.opinions import Put

EVERY = 60.0
"""Seconds."""
FEW = 20_000
"""So many votes are counted anew for everybody who looks; more, at most once a minute too."""
PAGE = 10_000
"""Votes that are read in one go, so that answers are taken in between."""
_KEPT = 32


@dataclass(frozen=True, slots=True)
class Kept:
    """What was found, when `version` was the state of the votes (and `counted`, when they were counted last)."""

    version: tuple[int, ...]
    at: float
    counted: tuple[int, ...]
    votes: Votes
    groupings: Groupings


class Keeping:
    """`look` gives what there is to tell, with groups that are at most a minute old."""

    def __init__(self, storage: StorageThread, clock: Callable[[], float]) -> None:
        self._storage = storage
        self._clock = clock
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._busy: dict[str, asyncio.Lock] = {}
        self.computed = 0

    async def look(self, flow: Flow, consultation: Consultation) -> Opinions:
        """Everything there is to tell of a consultation. Two who ask at once wait for the same computation."""
        if not looking.has_any(flow):
            return NONE
        async with self._busy.setdefault(consultation.id, asyncio.Lock()):
            kept = await self._fresh(flow, consultation.id)
        return await self._storage.within(
            lambda connection: looking.look(connection, flow, consultation, kept.votes, kept.groupings)
        )

    async def _fresh(self, flow: Flow, id: str) -> Kept:
        version = await self._storage.within(lambda connection: opinions.version(connection, id))
        kept = self._kept.get(id)
        if kept is None or (kept.version != version and (_light(kept) or self._clock() - kept.at >= EVERY)):
            ledger, put = await self._read(id)
            votes, found = await asyncio.to_thread(_think, ledger, put, flow)
            kept = Kept(version, self._clock(), version, votes, found)
            self.computed += 1
        elif kept.counted != version and sum(version) <= FEW:
            ledger, put = await self._read(id)
            kept = replace(kept, counted=version, votes=looking.counted(ledger, put, flow))
        self._kept[id] = kept
        self._kept.move_to_end(id)
        while len(self._kept) > _KEPT:
            del self._kept[next(iter(self._kept))]
        return kept

    async def _read(self, id: str) -> tuple[Ledger, list[Put]]:
        put = await self._storage.within(lambda connection: looking.put_forward(connection, id))
        ledger, after = Ledger(), ("", 0)

        def page(connection: Connection) -> list[Row]:
            return opinions.stances_after(connection, id, after, PAGE)

        while found := await self._storage.within(page):
            await asyncio.to_thread(ledger.add, found)
            after = found[-1][:2]
        return ledger, put


def _light(kept: Kept) -> bool:
    """Is there so little that looking again takes no time? Where nobody was placed, nothing was computed."""
    return sum(kept.version) <= FEW and not any(grouping.groups for grouping in kept.groupings.values())


def _think(ledger: Ledger, put: list[Put], flow: Flow) -> tuple[Votes, Groupings]:
    return looking.counted(ledger, put, flow), looking.find_groups(ledger, put, flow)
