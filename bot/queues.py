"""What waits to leave for one messenger: a queue for each place, and the order in which places get their turn.

The one rule: **answers to people first**. Places wait in a heap by the rank of their next letter, and what goes to
everybody may not fill all the lines: some stay free for the answer to whoever presses next.
"""

from __future__ import annotations

import asyncio
import heapq
from collections import deque
from dataclasses import dataclass, field

from adapters.base import Adapter
from bot.breaker import Breaker
from storage.outbox import Letter, Rank

AT_ONCE = 64
"""Messages to different places that may be on their way at the same time, for each adapter."""
FOR_EVERYBODY = 48
"""Of these, how many may go to everybody."""


@dataclass(slots=True)
class Queue:
    """The letters of one place, and where it stands."""

    letters: deque[Letter] = field(default_factory=deque)
    busy: bool = False
    parts_sent: int = 0


@dataclass(slots=True)
class Channel:
    """One adapter's places: which have something to send, in what order."""

    adapter: Adapter
    breaker: Breaker
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    closed_until: float = 0.0
    _ready: list[tuple[int, int, str]] = field(default_factory=list)
    _order: int = 0
    _leaving: int = 0
    _to_everybody: int = 0

    def ready(self, letter: Letter) -> None:
        """The place of `letter`, which is the first in its queue, has something to send."""
        self._order += 1
        heapq.heappush(self._ready, (letter.rank, self._order, letter.place))
        self.wake.set()

    def first(self) -> str | None:
        """The place whose turn it is, if something may leave for it now."""
        if not self._ready or self._leaving >= AT_ONCE:
            return None
        rank, _order, place = self._ready[0]
        if rank >= Rank.BROADCAST and self._to_everybody >= FOR_EVERYBODY:
            return None
        return place

    def take(self) -> None:
        """Whatever `first` named has had its turn."""
        heapq.heappop(self._ready)

    def leaves(self, letter: Letter) -> None:
        self._leaving += 1
        self._to_everybody += letter.rank >= Rank.BROADCAST
        self.breaker.leaves()

    def left(self, letter: Letter) -> None:
        """`letter` is on its way no more, however that went."""
        self._leaving -= 1
        self._to_everybody -= letter.rank >= Rank.BROADCAST
        self.wake.set()
