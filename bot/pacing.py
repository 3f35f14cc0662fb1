"""How fast we may write: the limits that adapters declare, kept here for all of them.

The one rule: a limit stops only what it names. A chat that is full waits alone. What goes to everybody leaves evenly,
a little slower than the whole bot may write, so that the next free place is never far away for an answer to somebody;
it never takes the last place before an answer that waits, because answers are asked about first (`bot.queues`). While
people are being answered, it leaves some places free, so that the next answer need not wait for one.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable

from adapters.base import Limit

MARGIN = 0.2
"""Seconds by which a window is longer here than on the platform: not all messages travel equally fast."""

NARROW = 0.045
"""The same where it would cost too much: for a limit over a second or less."""

SHARE = 0.955
"""How much of a limit what goes to everybody may use. Spread evenly, thirty-one of thirty messages a second then span
the window above, and no more than thirty arrive in any second."""

BEHIND = 1.0
"""So many messages may follow at once after a short stop, so that a busy moment does not slow the whole round."""

FREE = 4
"""So many places at most what goes to everybody leaves free for answers: one for every second answer of the last
`ANSWERING` seconds. One alone, as to an organiser who watches, slows nothing down."""

ANSWERING = 5.0

FORGET_AT = 10_000
"""So many chats are remembered before those that are quiet again are forgotten."""


class Pacer:
    """Counts what leaves, in moving windows. `clock` gives seconds that never jump."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._left: dict[str, deque[float]] = {}
        self._next: dict[str, float] = {}
        self._answers: dict[str, deque[float]] = {}

    def wait(self, limits: Iterable[Limit], *, evenly: str = "") -> tuple[float, str]:
        """(seconds to wait, name of the limit that says so); zero means go, and the message is counted. `evenly` names
        the limit over which this message is to be spread."""
        now, some = self._clock(), tuple(limits)
        for limit in some:
            if limit.name == evenly:
                seconds = max(self._full(limit, now, self._free(evenly, now)), self._next.get(evenly, 0.0) - now)
            else:
                seconds = self._full(limit, now)
            if seconds > 0:
                return seconds, limit.name
        for limit in some:
            self._left.setdefault(limit.name, deque()).append(now)
            if not evenly and limit.name in self._next:
                self._answers.setdefault(limit.name, deque(maxlen=2 * FREE)).append(now)
            if limit.name == evenly:
                apart = limit.seconds / (limit.count * SHARE)
                self._next[evenly] = max(self._next.get(evenly, 0.0), now - BEHIND * apart) + apart
        if len(self._left) > FORGET_AT:
            self._forget(now)
        return 0.0, ""

    def _full(self, limit: Limit, now: float, free: int = 0) -> float:
        """For how long nothing may leave, if so many places are to stay free; not above zero when something may."""
        left = self._left.get(limit.name)
        if left is None:
            return 0.0
        span = limit.seconds + (MARGIN if limit.seconds > 1 else NARROW)
        while left and left[0] <= now - span:
            left.popleft()
        count = max(1, limit.count - free)
        return left[len(left) - count] + span - now if len(left) >= count else 0.0

    def _free(self, name: str, now: float) -> int:
        """How many places are to stay free for answers."""
        return sum(at > now - ANSWERING for at in self._answers.get(name, ())) // 2

    def _forget(self, now: float) -> None:
        """Forget the chats in which nothing was written for a while."""
        self._left = {name: left for name, left in self._left.items() if left and left[-1] > now - LONGEST}


LONGEST = 120.0
"""Seconds. No limit that an adapter declares is over a longer time."""


def pace(limits: Iterable[Limit], shared: str) -> float:
    """How many messages a second go to everybody by these limits; zero when nothing limits them."""
    found = [limit.count * SHARE / limit.seconds for limit in limits if limit.name == shared]
    return min(found, default=0.0)
