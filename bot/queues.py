"""What waits to leave for one messenger: a queue for each place, and the order in which places get their turn.

The one rule: **answers to people first**. Places wait in a heap by the rank of their next letter, and what goes to
everybody may not fill all the lines: some stay free for the answer to whoever presses next. What may not be repeated is
prepared a little ahead, because the note that it leaves takes time: when its turn comes, it leaves in that instant.
"""

from __future__ import annotations

import asyncio
import heapq
from collections import deque
from dataclasses import dataclass, field

from adapters.base import Adapter, Part
from bot.breaker import Breaker
from storage.outbox import Letter, Rank

AT_ONCE = 64
"""Messages to different places that may be on their way at the same time, for each adapter."""
FOR_EVERYBODY = 48
"""Of these, how many may go to everybody."""
AHEAD = 8
"""So many letters are noted as leaving before their turn: a third of a second of what Telegram allows. Of these nobody
knows after a crash whether they arrived."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A letter as it leaves: its parts, and the platform's reference of the message that the first one replaces."""

    parts: tuple[Part, ...] = ()
    replaces: str | None = None


@dataclass(slots=True)
class Queue:
    """The letters of one place, and where it stands. `prepared` is the first of them, when it was made ahead."""

    letters: deque[Letter] = field(default_factory=deque)
    busy: bool = False
    parts_sent: int = 0
    prepared: Prepared | None = None


@dataclass(slots=True)
class Channel:
    """One adapter's places: which have something to send, in what order."""

    adapter: Adapter
    breaker: Breaker
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    closed_until: float = 0.0
    _ready: list[tuple[int, int, str, bool]] = field(default_factory=list)
    """Rank, order, place, and whether its letter was prepared ahead."""
    _unprepared: list[tuple[int, int, str]] = field(default_factory=list)
    _order: int = 0
    _leaving: int = 0
    _to_everybody: int = 0
    _ahead: int = 0
    """How many letters are being prepared, or are prepared and wait for their turn."""

    def ready(self, queue: Queue) -> None:
        """A place has something to send: the first letter in its `queue`."""
        letter, prepared = queue.letters[0], queue.prepared is not None
        self._order += 1
        if letter.resend or prepared:
            self._ahead += prepared
            heapq.heappush(self._ready, (letter.rank, self._order, letter.place, prepared))
        else:
            heapq.heappush(self._unprepared, (letter.rank, self._order, letter.place))
        self.wake.set()

    def prepares(self) -> str | None:
        """The place whose letter is prepared next, if one more may be; `prepared` says when that has ended."""
        if not self._unprepared or (self._ahead >= AHEAD and self._unprepared[0][0] >= Rank.BROADCAST):
            return None
        self._ahead += 1
        return heapq.heappop(self._unprepared)[2]

    def prepared(self) -> None:
        """Preparing a letter has ended, however that went."""
        self._ahead -= 1
        self.wake.set()

    def recalled(self) -> list[str]:
        """The places whose letters were prepared and wait for their turn; they have none until they are ready again."""
        places = [place for _rank, _order, place, prepared in self._ready if prepared]
        self._ready = [entry for entry in self._ready if not entry[3]]
        heapq.heapify(self._ready)
        self._ahead -= len(places)
        return places

    def first(self) -> str | None:
        """The place whose turn it is, if something may leave for it now."""
        if not self._ready or self._leaving >= AT_ONCE:
            return None
        rank, _order, place, _prepared = self._ready[0]
        if rank >= Rank.BROADCAST and self._to_everybody >= FOR_EVERYBODY:
            return None
        return place

    def take(self) -> None:
        """Whatever `first` named has had its turn."""
        self._ahead -= heapq.heappop(self._ready)[3]

    def leaves(self, letter: Letter) -> None:
        self._leaving += 1
        self._to_everybody += letter.rank >= Rank.BROADCAST
        self.breaker.leaves()

    def left(self, letter: Letter) -> None:
        """`letter` is on its way no more, however that went."""
        self._leaving -= 1
        self._to_everybody -= letter.rank >= Rank.BROADCAST
        self.wake.set()
