"""How fast we may write: the limits that adapters declare, kept here for all of them.

The one rule: a limit stops only what it names. A chat that is full waits alone; answers to people go before
broadcasts when the whole bot is full.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

from limits import RateLimitItem, RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from adapters.base import Limit

MARGIN = 0.1
"""Seconds. We count a message when it leaves, the platform when it arrives, and not all travel equally fast."""


class Pacer:
    """Counts what leaves, in moving windows."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._items: dict[tuple[int, float], RateLimitItem] = {}

    def wait(self, limits: Iterable[Limit]) -> tuple[float, str]:
        """(seconds to wait, name of the limit that says so); zero means go, and the message is counted."""
        some = [(self._item(limit), limit) for limit in limits]
        for item, limit in some:
            if not self._limiter.test(item, limit.name):
                reset = self._limiter.get_window_stats(item, limit.name).reset_time
                return max(0.0, reset - time.time()) + MARGIN, limit.name
        for item, limit in some:
            self._limiter.hit(item, limit.name)
        return 0.0, ""

    def _item(self, limit: Limit) -> RateLimitItem:
        key = (limit.count, limit.seconds)
        if key not in self._items:
            self._items[key] = RateLimitItemPerSecond(limit.count, max(1, round(limit.seconds)))
        return self._items[key]
